"""Training in two phases: the last layer alone, then the whole network, as if nothing had been cut in between."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.training.model import build_classifier, get_backbone
from smear.training.phases import find_phase, plan_phases
from trainings import CELL, SETTINGS, draw_images, outcome, prepare, run

HEAD = 2
LONG = CELL._replace(epochs=4)


@pytest.fixture(scope="module")
def phases(tmp_path_factory):
    """The settings of two epochs of the last layer, on a network that stands in for a trained one."""
    path = tmp_path_factory.mktemp("start") / "start.keras"
    build_classifier("SmallCNN", 16, 2, "none", 0.0).save(path)
    return {"weights": str(path), "head_epochs": HEAD, "head_learning_rate": 0.02}


@pytest.fixture(scope="module")
def whole(phases):
    """Four epochs in one go: the run, and the states after each."""
    states = []
    return run(LONG, draw_images(), save=states.append, **phases), states


@pytest.mark.parametrize("epoch", [1, 2, 3, 4])
def test_going_on_from_any_epoch_ends_where_one_go_does(phases, whole, epoch):
    result, states = whole
    assert outcome(run(LONG, draw_images(), start=states[epoch - 1], **phases)) == outcome(result)


@pytest.mark.parametrize("epochs", [HEAD - 1, HEAD])
def test_a_cell_that_ends_with_the_last_layer_leaves_the_same_state(phases, whole, epochs):
    result, states = whole
    shorter = run(CELL._replace(epochs=epochs), draw_images(), **phases)
    assert outcome(shorter).figures == outcome(result).figures[:epochs]
    same = zip(shorter.state.arrays, states[epochs - 1].arrays, strict=True)
    assert all(np.array_equal(one, other) for one, other in same)


def test_the_last_layer_alone_is_trained_then_everything_with_a_fresh_optimizer(phases, whole):
    (training, *_), states = whole
    backbone = len(get_backbone(training.model).variables)
    start = prepare(LONG, draw_images(), **phases)
    assert start.forward is None, "no statistics are recalibrated where all are frozen"
    assert float(start.trainer.optimizer.learning_rate) == pytest.approx(0.02)
    before = [variable.numpy() for variable in start.model.variables]
    kept = [[np.array_equal(*pair) for pair in zip(before, state.arrays, strict=False)] for state in states]
    names = [variable.path for variable in start.model.variables]
    assert names[0].startswith("block1_conv")
    assert all(kept[HEAD - 1][:backbone])
    assert not any(kept[HEAD - 1][backbone:])
    assert not any(kept[HEAD])
    assert training.forward is not None
    assert int(training.trainer.optimizer.iterations) == (LONG.epochs - HEAD) * 5
    assert float(training.trainer.optimizer.learning_rate) == pytest.approx(LONG.learning_rate)


def test_a_cosine_runs_over_the_second_phase(phases):
    training = prepare(LONG, draw_images(), **phases, schedule="cosine")
    assert float(training.trainer.optimizer.learning_rate) == pytest.approx(0.02)
    training.enter(training.phases[1])
    rate = training.trainer.optimizer._learning_rate
    assert [round(float(rate(step)), 6) for step in (0, 5, 10)] == [0.01, 0.005, 0]


@given(st.integers(1, 20), st.integers(0, 20), st.sampled_from([None, 0.5]))
def test_phases_follow_one_another_and_do_not_depend_on_the_epochs(epochs, head, rate):
    settings = SETTINGS._replace(head_epochs=head, head_learning_rate=rate)
    planned = plan_phases(CELL._replace(epochs=epochs), settings)
    longer = plan_phases(CELL._replace(epochs=epochs + 1), settings)
    assert [phase.before for phase in planned] == [0, *(phase.last for phase in planned)][:-1]
    assert planned[-1].last == epochs
    for epoch in range(1, epochs + 1):
        phase = find_phase(planned, epoch)
        assert phase.before < epoch <= phase.last
        assert phase.trainable == ("head" if epoch <= head else "all")
        assert phase.rate == (rate or CELL.learning_rate if epoch <= head else CELL.learning_rate)
        assert find_phase(longer, epoch)._replace(last=0) == phase._replace(last=0)
