"""Trainings that are stopped from outside, by SIGTERM or by a full disk, and go on to the same end."""

import errno
import os
import re
import signal
import subprocess

import keras
import pytest
from smear.job import describe_full_disk
from smear.training.checkpoint import Checkpoint
from smear.training.epochs import train
from smear.training.interruption import Interrupted, StopAfterStep
from trainings import CELL, draw_images, finish, outcome, prepare, run

# Its state, two arrays for each weight, takes 0.8 of the 1 MiB of the small disk: one fits there and two do not.
CELL = CELL._replace(optimizer="rmsprop")


@pytest.fixture(scope="module")
def whole():
    """What a training that nothing stops comes to."""
    return outcome(run(CELL, draw_images()))


class Terminator(keras.callbacks.Callback):
    """Sends SIGTERM to this process in the first step of a prediction, once it is armed; counts steps of training."""

    armed, steps = False, 0

    def on_predict_batch_begin(self, batch, logs=None) -> None:
        if self.armed:
            os.kill(os.getpid(), signal.SIGTERM)

    def on_train_batch_begin(self, batch, logs=None) -> None:
        self.steps += 1


@pytest.fixture
def stop():
    before = signal.getsignal(signal.SIGTERM)
    yield StopAfterStep()
    signal.signal(signal.SIGTERM, before)


def test_sigterm_between_epochs_in_the_re_estimation_and_after_the_last_epoch(whole, stop):
    training, terminator, states = prepare(CELL, draw_images()), Terminator(), []
    training.callbacks += [terminator, stop]

    def save_and_be_told(state):
        states.append(state)
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        finish(training, save=save_and_be_told)
    assert [state.epoch for state in states] == [1]
    assert terminator.steps == 5, "no step of the next epoch was begun"

    stop.told, terminator.armed = False, True
    with pytest.raises(Interrupted):
        finish(training, states[0], save=states.append)
    assert len(states) == 1
    assert terminator.steps == 10

    stop.told, training = False, prepare(CELL, draw_images())
    training.callbacks.append(stop)
    assert outcome(finish(training, states[0], save=save_and_be_told)) == whole
    assert stop.told, "it was told in the last epoch's end, and the results are worth more than the seconds"


def test_a_full_disk_leaves_the_earlier_checkpoint_which_goes_on_to_the_same_end(whole, small_disk, caplog):
    caplog.set_level("INFO")
    checkpoint = Checkpoint(small_disk / "running", "key")
    with pytest.raises(OSError, match="No space left") as caught:
        train(prepare(CELL, draw_images()), None, checkpoint.write, lambda **figures: None)
    assert caught.value.errno == errno.ENOSPC
    assert f"the disk of {checkpoint.path.parent} has" in describe_full_disk(caught.value, small_disk.parent)
    assert {path.name for path in checkpoint.path.parent.iterdir()} == {"checkpoint.npz", "checkpoint.times.json"}
    assert checkpoint.read().epoch == 1
    assert re.findall("epoch [0-9]/", caplog.text) == ["epoch 1/"], "the log tells of no epoch that was not saved"
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert outcome(run(CELL, draw_images(), start=checkpoint.read(), save=checkpoint.write)) == whole
    assert checkpoint.read().epoch == 2
