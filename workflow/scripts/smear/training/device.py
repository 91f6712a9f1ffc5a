"""What differs between devices: threads, determinism, compilation. The one module that speaks to TensorFlow itself."""

import os
from typing import NamedTuple

# TensorFlow reads it when it is imported: its start-up notes stay out of the logs, warnings and errors do not.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")


class Device(NamedTuple):
    """Where a training runs, and whether XLA compiles for it (on a CPU it is slower than plain kernels)."""

    name: str
    jit_compile: bool


def prepare_device(threads: int) -> Device:
    """Give TensorFlow exactly `threads` threads and make it deterministic; call it before any other use of it."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        # Without it TensorFlow takes the whole memory of a GPU, and a second cell on it fails.
        tf.config.experimental.set_memory_growth(gpu, True)
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    return Device(", ".join(names) or "CPU", jit_compile=bool(gpus))


def stream(batches):
    """`batches`, a `Batches`, as `fit` and `predict` read it fastest: for TensorFlow a dataset without autotuning.

    Keras would make one with autotuning, which sleeps in doubling steps while it looks for settings; an epoch then ends
    when a sleep does, after 1.28, 2.56, 5.12 … 20.48 s, and takes up to twice its time.
    """
    import tensorflow as tf

    images, labels = batches[0]
    shapes = [(None, *part.shape[1:]) for part in (images, labels)]
    kinds = tuple(tf.TensorSpec(shape, part.dtype) for shape, part in zip(shapes, (images, labels), strict=True))
    options = tf.data.Options()
    options.autotune.enabled = False
    data = tf.data.Dataset.from_generator(
        lambda: (batches[index] for index in range(len(batches))), output_signature=kinds
    )
    return data.apply(tf.data.experimental.assert_cardinality(len(batches))).prefetch(2).with_options(options)
