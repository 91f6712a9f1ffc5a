"""The classifier that a cell trains: a backbone and a softmax layer, from pixels 0 to 255 to class probabilities."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from smear.grid import Cell
from smear.job import UserError, log
from smear.training.architectures.backbone import build_backbone
from smear.training.backends.device import Device
from smear.training.model_file import describe, load_model


def build_classifier(architecture: str, size: int, classes: int, weights: str, dropout: float) -> keras.Model:
    """A model from pixels 0 to 255, (n, size, size, 3), to probabilities, (n, classes); rescaling happens inside.

    weights: `none` (random), `imagenet`, or the path of a `.keras` classifier or of a `.h5` backbone to start from.
    """
    backbone = build_backbone(architecture, size, "imagenet" if weights == "imagenet" else None)
    pixels = keras.Input((size, size, 3), name="pixels")
    features = keras.layers.Dropout(dropout)(backbone(pixels))
    # float32 whatever the precision inside: probabilities near 0 and 1 decide the loss.
    probabilities = keras.layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(features)
    model = keras.Model(pixels, probabilities, name=architecture)
    if weights not in ("none", "imagenet"):
        load_start(model, Path(weights))
    return model


def get_backbone(classifier: keras.Model) -> keras.Model:
    """The model inside a classifier."""
    return next(layer for layer in classifier.layers if isinstance(layer, keras.Model))


def load_start(model: keras.Model, path: Path) -> None:
    """Set the backbone's weights from `path`; those of the last layer too, where the file has as many classes."""
    donor = load_model(path, "give model.weights another file") if path.suffix == ".keras" else None
    try:
        if donor is None:
            get_backbone(model).load_weights(path)
            return
        get_backbone(model).set_weights(get_backbone(donor).get_weights())
    # A file of another kind fails in many ways, and a model without a backbone inside as well.
    except Exception as error:
        raise UserError(f"model.weights: {path} does not hold weights of {model.name}: {describe(error)}") from error
    last, start = model.get_layer("probabilities"), donor.get_layer("probabilities").get_weights()
    if [weight.shape for weight in start] == [weight.shape for weight in last.get_weights()]:
        last.set_weights(start)
        log.info("the last layer starts from %s too", path)


def build_optimizer(cell: Cell, rate) -> keras.optimizers.Optimizer:
    """The optimizer of a cell. rate: a learning rate, or a schedule of Keras."""
    match cell.optimizer:
        case "adam":
            return keras.optimizers.Adam(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=cell.weight_decay)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
    raise ValueError(cell.optimizer)


def compile_trainer(trainer: keras.Model, cell: Cell, rate, smoothing: float, device: Device) -> None:
    """Make the model that ends in a classifier ready for `fit`; its optimizer gets its variables at once.

    rate: see `build_optimizer`. smoothing: the share of a label that is spread over all classes.
    """
    trainer.compile(
        optimizer=build_optimizer(cell, rate),
        loss=smoothed_loss(smoothing) if smoothing else "sparse_categorical_crossentropy",
        # By its name alone it would get its variables in the first step, and TensorFlow would trace that step twice.
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        jit_compile=device.jit_compile,
        steps_per_execution=device.steps_at_once,
    )
    trainer.optimizer.build(trainer.trainable_variables)


def smoothed_loss(smoothing: float) -> Callable:
    """Cross-entropy with smoothed labels, from class numbers, (n,), and probabilities, (n, classes)."""

    def loss(labels, probabilities):
        one_hot = keras.ops.one_hot(keras.ops.cast(labels, "int32"), probabilities.shape[-1])
        return keras.losses.categorical_crossentropy(one_hot, probabilities, label_smoothing=smoothing)

    return loss


def learning_rate(schedule: str, rate: float, steps: int):
    """What an optimizer takes as learning rate: `constant`, or `cosine` from `rate` to 0 over so many steps."""
    return rate if schedule == "constant" else keras.optimizers.schedules.CosineDecay(rate, steps)


def class_weights(setting: str, labels: np.ndarray) -> dict[int, float] | None:
    """A weight for each class: none, or `balanced`, by which every class weighs as much as any other."""
    if setting == "none":
        return None
    counts = np.bincount(labels)
    return {label: float(len(labels) / len(counts) / count) for label, count in enumerate(counts) if count}
