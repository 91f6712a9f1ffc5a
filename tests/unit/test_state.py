"""States of a training in files: the same again, and refused where they do not fit."""

import numpy as np
import pytest
from smear.training.checkpoint import Checkpoint
from smear.training.state import State, read_state, set_arrays, write_state
from trainings import CELL, draw_images, run


def test_a_state_survives_its_file_and_another_key_does_not_fit(tmp_path):
    _, _, state, _ = run(CELL, draw_images())
    write_state(state, tmp_path / "state.npz", "key")
    found = read_state(tmp_path / "state.npz", "key")
    assert found.history == state.history
    assert all(np.array_equal(one, other) for one, other in zip(found.arrays, state.arrays, strict=True))
    assert read_state(tmp_path / "state.npz", "other") is None


def test_a_state_of_another_network_is_refused():
    training, _, state, _ = run(CELL, draw_images())
    with pytest.raises(ValueError, match="variables of another model"):
        set_arrays(training.variables[:-1], state.arrays)


def test_a_checkpoint_of_another_origin_or_a_broken_one_is_passed_over(tmp_path, caplog):
    state = State([{"loss": 0.5}], [np.arange(3.0)])
    checkpoint = Checkpoint(tmp_path, {"seed": 0})
    assert checkpoint.read() is None
    checkpoint.write(state)
    assert checkpoint.read().history == state.history
    assert Checkpoint(tmp_path, {"seed": 1}).read() is None
    assert "made with other settings, data or code" in caplog.text
    checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:100])
    assert checkpoint.read() is None
    assert "is unreadable" in caplog.text
