"""Early stopping: when it ends a training, and that what it keeps is what a shorter training would have made."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.training.epochs import find_best, has_stalled
from smear.training.state import read_state, write_state
from train_cell import summarize
from trainings import CELL, draw_images, outcome, run

LOSSES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4, math.nan, math.inf]), max_size=12)
PATIENCE = {"early_stopping": {"patience": 2}}


def history_of(losses):
    return [{"epoch": epoch, "val_loss": loss} for epoch, loss in enumerate(losses, start=1)]


@given(LOSSES, st.integers(1, 4), st.integers(0, 4))
def test_it_stops_when_no_epoch_of_the_last_ones_was_better_than_all_before(losses, patience, head):
    best, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        waited = 0 if loss < best or epoch <= head else waited + 1
        best = loss if loss < best else best
    history = history_of(losses)
    assert has_stalled(history, patience, head) == (waited >= patience)
    assert not has_stalled(history, None, head)
    found = find_best(history)
    assert (losses.index(best) + 1 if math.isfinite(best) else None) == found


@pytest.fixture(scope="module")
def stopped():
    """A training that stops early, with the states after each of its epochs."""
    states = []
    return run(SHAKY, draw_images(), save=states.append, **PATIENCE), states


SHAKY = CELL._replace(epochs=30, learning_rate=0.05)


def test_the_model_is_that_of_the_best_epoch(stopped):
    result, _ = stopped
    _, history, state, _ = result
    best = int(history["val_loss"].idxmin()) + 1
    assert state.best.epoch == best == len(history) - 2 < SHAKY.epochs - 2
    shorter = run(SHAKY._replace(epochs=best), draw_images())
    assert outcome(shorter).figures == outcome(result).figures[:best]
    assert outcome(shorter)._replace(figures=[]) == outcome(result)._replace(figures=[])


@pytest.mark.parametrize("epochs_left", [0, 1, 2])
def test_it_survives_being_stopped(stopped, tmp_path, epochs_left):
    """At the end, in the middle of waiting, and right after the best epoch; through a file each time."""
    result, states = stopped
    write_state(states[-1 - epochs_left], tmp_path / "state.npz")
    assert outcome(run(SHAKY, draw_images(), start=read_state(tmp_path / "state.npz"), **PATIENCE)) == outcome(result)


def test_its_figures_are_those_of_the_best_epoch(stopped):
    (training, history, state, probabilities), _ = stopped
    labels = draw_images().labels
    predictions = history.iloc[:0].reindex(columns=["label", "predicted"]).assign(label=labels)
    predictions["predicted"] = probabilities.argmax(axis=1)
    summary = summarize(SHAKY, history, predictions, training.model.count_params(), state.best.epoch)
    best = history.iloc[state.best.epoch - 1]
    assert (summary["epochs_run"], summary["best_epoch"]) == (len(history), state.best.epoch)
    assert summary["validation_loss"] == best["val_loss"] == history["val_loss"].min()
    assert summary["validation_accuracy"] == best["val_accuracy"]
    assert summary["train_loss"] == best["loss"]


def test_a_cell_that_diverges_has_no_best_epoch():
    cell = CELL._replace(learning_rate=1e30, epochs=5)
    training, history, state, _ = run(cell, draw_images(), reestimate_batch_norm="off", **PATIENCE)
    assert not np.isfinite(history["loss"].iloc[-1])
    assert state.best is None
    assert summarize(cell, history, None, training.model.count_params())["status"] == "diverged"
