"""States of a training in files: the same again, and refused where they do not fit."""

import math
import pickle
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.training.checkpoint import Checkpoint, digest_origin, find_shorter
from smear.training.maker import add_epoch, describe_change
from smear.training.state import Best, Damaged, State, read_state, set_arrays, write_state
from trainings import CELL, draw_images, run


def test_a_state_survives_its_file_and_another_key_does_not_fit(tmp_path):
    _, _, state, _ = run(CELL, draw_images())
    write_state(state, tmp_path / "state.npz", "key")
    found = read_state(tmp_path / "state.npz", "key")
    assert found.history == state.history
    assert [list(row) for row in found.history] == [list(row) for row in state.history], "the order of history.csv"
    assert all(np.array_equal(one, other) for one, other in zip(found.arrays, state.arrays, strict=True))
    assert read_state(tmp_path / "state.npz", "other") is None


def test_a_state_of_another_network_is_refused():
    training, _, state, _ = run(CELL, draw_images())
    with pytest.raises(ValueError, match="variables of another model"):
        set_arrays(training.variables[:-1], state.arrays)


def test_a_checkpoint_of_another_origin_is_passed_over(tmp_path, caplog):
    state = State([{"loss": 0.5, "seconds": 1.0, "images_per_second": 2.0}], [np.arange(3.0)])
    checkpoint = Checkpoint(tmp_path, digest_origin({"seed": 0}))
    assert checkpoint.read() is None
    checkpoint.write(state)
    assert checkpoint.read().history == state.history
    assert Checkpoint(tmp_path, digest_origin({"seed": 1})).read() is None
    assert "made with other settings, data or code: it is not used" in caplog.text


WHOLE = State([{"loss": 0.5, "seconds": 1.0, "images_per_second": 2.0}], [np.arange(100.0), np.ones((3, 4))])


@pytest.mark.parametrize("name", ["variable_1", "best_0", "probabilities", "notes", "key"])
def test_a_damaged_name_in_the_archive_loses_no_array_in_silence(tmp_path, name):
    write_state(WHOLE._replace(best=Best(1, WHOLE.arrays, np.eye(2))), tmp_path / "state.npz")
    content = (tmp_path / "state.npz").read_bytes()
    assert content.count(f"{name}.npy".encode()) == 2, "once before the array, once in the directory at the end"
    place = content.rindex(f"{name}.npy".encode())
    (tmp_path / "state.npz").write_bytes(content[:place] + b"x" + content[place + 1 :])
    with pytest.raises(Damaged, match="is damaged"):
        read_state(tmp_path / "state.npz")


@given(st.data())
def test_whatever_has_become_of_a_file_it_is_whole_or_damaged(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.npz"
        write_state(WHOLE, path, "key")
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans(), "cut"):
            path.write_bytes(content[:place])
        else:
            content[place] ^= data.draw(st.integers(1, 255))
            path.write_bytes(content)
        try:
            found = read_state(path, "key")
        except Damaged:
            return
        # What changed is no part of the content: a time, a version, an attribute of the archive.
        assert found.history == WHOLE.history
        assert all(np.array_equal(one, other) for one, other in zip(found.arrays, WHOLE.arrays, strict=True))


@pytest.mark.parametrize("flag", [0x01, 0x20, 0x40])
def test_a_member_that_is_encrypted_or_patched_by_its_flags_is_damaged(tmp_path, flag):
    path = tmp_path / "state.npz"
    write_state(WHOLE, path, "key")
    content = bytearray(path.read_bytes())
    for entry in re.finditer(b"PK\x01\x02", content):
        content[entry.start() + 8] |= flag
    path.write_bytes(content)
    with pytest.raises(Damaged, match="is damaged"):
        read_state(path, "key")


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all" * 100, pickle.dumps([1]), None])
def test_a_damaged_state_is_passed_over_for_that_of_a_shorter_cell(tmp_path, caplog, content):
    for cell, epochs in (("e2", 2), ("e4", 4)):
        write_state(WHOLE._replace(history=WHOLE.history * epochs), tmp_path / cell / "state.npz", "key")
    for wanted, shorter in ((8, "e4"), (4, "e2")):
        name, _ = find_shorter(tmp_path, ["e4", "e2"], wanted, "key")
        assert name == shorter, "it has fewer epochs"
    path = tmp_path / "e4/state.npz"
    if content is None:
        np.save(tmp_path / "array.npy", np.arange(3))
        content = (tmp_path / "array.npy").read_bytes()
    path.write_bytes(content)
    name, state = find_shorter(tmp_path, ["e4", "e2"], 8, "key")
    assert (name, state.epoch) == ("e2", 2)
    assert re.search(r"e4/state.npz is damaged \(\w+\): it is not used", caplog.text)
    assert find_shorter(tmp_path, ["e4"], 8, "key") is None


def test_wall_times_lie_beside_a_state_and_may_be_lost(tmp_path):
    path = tmp_path / "state.npz"
    write_state(WHOLE, path)
    first = path.read_bytes()
    write_state(WHOLE._replace(history=[WHOLE.history[0] | {"seconds": 7.5}]), path)
    assert path.read_bytes() == first
    assert read_state(path).history[0]["seconds"] == 7.5
    for damage in (lambda file: file.write_text("{"), lambda file: file.write_text("[]"), lambda file: file.unlink()):
        damage(tmp_path / "state.times.json")
        (row,) = read_state(path).history
        assert row["loss"] == 0.5
        assert math.isnan(row["seconds"])
    write_state(read_state(path), path)
    assert path.read_bytes() == first


def test_what_has_computed_the_epochs_is_told_with_what_is_new():
    cpu = {"device": "CPU", "precision": "float32", "versions": {"keras": "3.15.1", "tensorflow-cpu": "2.21.0"}}
    gpu = {"device": "H100", "precision": "mixed_bfloat16", "versions": {"keras": "3.16.0", "tensorflow": "2.21.0"}}
    made_by = []
    for maker in (cpu, cpu, gpu, cpu):
        made_by = add_epoch(made_by, maker)
    assert [(each["epochs"], each["device"]) for each in made_by] == [
        ([1, 2], "CPU"),
        ([3, 3], "H100"),
        ([4, 4], "CPU"),
    ]
    assert describe_change([], cpu) is None
    assert describe_change(made_by, cpu) is None
    assert describe_change(made_by, gpu) == (
        "device CPU before, H100 now; precision float32 before, mixed_bfloat16 now; keras 3.15.1 before, 3.16.0 now; "
        "tensorflow-cpu 2.21.0 before, None now; tensorflow None before, 2.21.0 now"
    )


def test_a_finished_checkpoint_takes_no_room_of_its_own(tmp_path):
    checkpoint = Checkpoint(tmp_path / "running", "key")
    checkpoint.write(WHOLE)
    write_state(WHOLE, tmp_path / "state.npz", "key")
    checkpoint.become(tmp_path / "state.npz")
    assert checkpoint.path.samefile(tmp_path / "state.npz")
    (tmp_path / "state.npz").unlink()
    assert checkpoint.read().history == WHOLE.history
