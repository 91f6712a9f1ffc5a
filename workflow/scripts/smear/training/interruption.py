"""SIGTERM, as a cluster sends it before a time limit or a preemption: stop after the step and say so."""

import signal

import keras


class Interrupted(Exception):  # noqa: N818
    """The process was asked to end."""


class StopAfterStep(keras.callbacks.Callback):
    """Ends `fit` or `predict` by Interrupted at the end of the step in which the process is told to terminate.

    From its making on, SIGTERM does not end the process at once: what is being written is written whole. Told between
    two epochs, it does not begin the next, whose first step may take minutes to compile; told after the last, nothing
    is left to stop, and the results are written.
    """

    def __init__(self):
        super().__init__()
        self.told = False
        signal.signal(signal.SIGTERM, self.take_note)

    def take_note(self, *_) -> None:
        self.told = True

    def on_train_begin(self, logs=None) -> None:
        self.check()

    def on_predict_begin(self, logs=None) -> None:
        self.check()

    def on_train_batch_end(self, batch, logs=None) -> None:
        self.check()

    def on_predict_batch_end(self, batch, logs=None) -> None:
        self.check()

    def check(self) -> None:
        """Raise Interrupted if the process was told to terminate."""
        if self.told:
            raise Interrupted
