"""Trainings of the small network in seconds: the same twice, whatever the feed and wherever they begin."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smear.training.batch_norm import TrainingMode, batch_norm_layers, get_statistics, recalibrate
from smear.training.device import stream
from smear.training.epochs import wants_recalibration
from smear.training.feed import Batches, Feed, is_resident
from smear.training.model import build_classifier, get_backbone
from smear.training.randomness import epoch_order, shuffle_labels
from train_cell import summarize
from trainings import CELL, GPU, Images, draw_images, finish, outcome, run


@pytest.fixture(scope="module")
def bright_and_dark():
    return draw_images()


@pytest.fixture(scope="module")
def plain(bright_and_dark):
    return run(CELL, bright_and_dark)


def test_a_cell_learns_and_the_same_twice(bright_and_dark, plain):
    assert outcome(plain) == outcome(run(CELL, bright_and_dark))
    assert plain.history["val_accuracy"].iloc[-1] > 0.9


STRONG = {"augmentation": {"crop": 0.2, "rotation": 30, "flip": "both", "shift": 0.1}}


@pytest.mark.parametrize(
    ("optimizer", "weight_decay"), [("adam", 0), ("rmsprop", 0), pytest.param("adamw", 0.1, marks=pytest.mark.rare)]
)
def test_going_on_from_any_epoch_ends_where_one_go_does(bright_and_dark, optimizer, weight_decay):
    cell, states = CELL._replace(optimizer=optimizer, weight_decay=weight_decay, epochs=4), []
    longer = run(cell, bright_and_dark, save=states.append, **STRONG)
    whole = outcome(longer)
    shorter = run(cell._replace(epochs=2), bright_and_dark, **STRONG)
    assert outcome(shorter).figures == whole.figures[:2]
    for state in [shorter.state, *states]:
        assert outcome(finish(longer.training, state)) == whole


def test_weight_decay_changes_a_training_and_none_is_adam(bright_and_dark, plain):
    assert outcome(run(CELL._replace(optimizer="adamw"), bright_and_dark)) == outcome(plain)
    assert outcome(run(CELL._replace(optimizer="adamw", weight_decay=0.1), bright_and_dark)) != outcome(plain)


@pytest.mark.parametrize("option", [{"schedule": "cosine"}, {"label_smoothing": 0.1}])
def test_an_option_changes_a_training_which_resumes_to_the_same_end(bright_and_dark, plain, option):
    states = []
    changed = run(CELL, bright_and_dark, save=states.append, **option)
    whole = outcome(changed)
    assert whole != outcome(plain)
    assert outcome(finish(changed.training, states[0])) == whole


def test_class_weights_change_a_training(bright_and_dark):
    few = Images(bright_and_dark.pixels[8:], np.where(np.arange(32) < 8, 0, 1))
    assert outcome(run(CELL, few, class_weights="balanced")) != outcome(run(CELL, few))


def test_resident_and_streamed_images_train_the_same(bright_and_dark):
    ways = [outcome(run(CELL, bright_and_dark, resident, **STRONG)) for resident in (True, False)]
    assert ways[0] == ways[1]


@pytest.mark.parametrize(
    ("setting", "images", "resident"),
    [("auto", 25, True), ("auto", 26, False), ("resident", 99, True), ("streamed", 1, False)],
)
def test_images_are_resident_where_they_take_a_quarter_of_the_memory(setting, images, resident):
    assert is_resident(setting, images, 100) == resident


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="Keras on PyTorch takes one step at a time")
@pytest.mark.parametrize("resident", [True, pytest.param(False, marks=pytest.mark.rare)])
def test_what_a_gpu_is_given_trains_and_resumes_to_the_same_end(bright_and_dark, bfloat16, resident):
    states = []
    whole = run(CELL, bright_and_dark, resident, device=GPU, save=states.append, **STRONG)
    training, history, *_ = whole
    end = outcome(whole)
    assert training.trainer.jit_compile is True
    assert training.trainer.steps_per_execution > 1
    assert training.model.compute_dtype == "bfloat16"
    assert {weight.dtype for weight in training.model.trainable_weights} == {"float32"}
    assert history["val_accuracy"].iloc[-1] > 0.9
    assert outcome(finish(training, states[0])) == end


def test_another_seed_is_another_training(bright_and_dark, plain):
    other = run(CELL._replace(seed=1), bright_and_dark)
    assert plain.history["loss"].iloc[0] != other.history["loss"].iloc[0]


def test_the_saved_model_gives_the_validated_probabilities(bright_and_dark, plain, tmp_path):
    training, history, _, validated = plain
    training.model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    probabilities = loaded.predict(bright_and_dark.pixels, verbose=0)
    assert np.allclose(probabilities, validated, atol=1e-6)
    assert (probabilities.argmax(axis=1) == bright_and_dark.labels).mean() == history["val_accuracy"].iloc[-1]


def test_a_diverged_cell_is_a_result(bright_and_dark):
    cell = CELL._replace(learning_rate=1e30, epochs=5)
    training, history, state, _ = run(cell, bright_and_dark, reestimate_batch_norm="off")
    assert len(history) < 5
    longer = run(cell._replace(epochs=9), bright_and_dark, start=state, reestimate_batch_norm="off")
    assert len(longer.history) == len(history), "nor does a longer one continue it"
    summary = summarize(cell, history, None, training.model.count_params())
    assert summary["status"] == "diverged"
    assert "validation_accuracy" not in summary


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 5), st.integers(1, 60))
def test_an_epoch_is_a_permutation_of_seed_and_epoch(images, batch_size, seed, epoch):
    order = epoch_order(images, seed, epoch)
    assert sorted(order) == list(range(images))
    assert np.array_equal(order, epoch_order(images, seed, epoch))
    batches = Batches(np.arange(images)[:, None], np.arange(images), batch_size, order)
    parts = [batches[index] for index in range(len(batches))]
    assert {len(labels) for _, labels in parts} == {batch_size}
    seen = np.concatenate([labels for _, labels in parts])
    assert np.array_equal(seen, np.concatenate([inputs[:, 0] for inputs, _ in parts]))
    assert np.array_equal(seen[:images], order)
    assert np.array_equal(seen[images:], np.resize(order, len(seen))[images:]), "filled up from the beginning"
    assert len(seen) - images < batch_size


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow alone has autotuning")
def test_the_stream_gives_the_batches_in_order_without_autotuning():
    images, labels = np.arange(10 * 12, dtype=np.uint8).reshape(10, 2, 2, 3), np.arange(10)
    batches = Batches(images, labels, 4, epoch_order(10, 0, 1))
    data = stream(batches)
    assert data.options().autotune.enabled is False
    assert int(data.cardinality()) == len(batches) == 3
    for (pixels, targets), index in zip(data.as_numpy_iterator(), range(3), strict=True):
        assert np.array_equal(pixels, batches[index][0])
        assert np.array_equal(targets, batches[index][1])


@pytest.mark.parametrize("resident", [True, False])
def test_every_pass_of_a_feed_goes_over_its_own_rows(bright_and_dark, resident):
    images, labels = bright_and_dark
    feed = Feed(images, labels, resident)
    model = feed.connect(keras.layers.Rescaling(1))
    for rows in ([3, 1, 2], [9, 0, 5, 4], [7, 7, 7], range(40), [6]):
        rows = np.array(rows)
        seen = model.predict(feed.batches(rows, 4), verbose=0)
        assert np.array_equal(seen, images[np.resize(rows, len(seen))])
        assert 0 <= len(seen) - len(rows) < 4
    assert len(feed.streams) == 2, "passes of as many batches share one"


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(0, 5))
def test_shuffled_labels_are_the_same_labels_in_an_order_of_the_seed(labels, seed):
    shuffled = shuffle_labels(np.array(labels), seed)
    assert sorted(shuffled) == sorted(labels)
    assert np.array_equal(shuffled, shuffle_labels(np.array(labels), seed))


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.99])
def test_recalibrated_statistics_are_those_of_the_images_whatever_the_momentum(bright_and_dark, momentum):
    keras.utils.set_random_seed(0)
    model = build_classifier("SmallCNN", 16, 2, "none", 0.0)
    for layer in batch_norm_layers(model):
        layer.momentum = momentum
    pixels, labels = bright_and_dark
    by_brightness = np.argsort(pixels.mean(axis=(1, 2, 3)))
    recalibrate(TrainingMode(model, Feed(pixels, labels, resident=True)), by_brightness, 8)
    assert {layer.momentum for layer in batch_norm_layers(model)} == {momentum}
    pixels = pixels[by_brightness]
    first_convolution = get_backbone(model).layers[2]
    values = keras.ops.convert_to_numpy(first_convolution(pixels.astype("float32") / 127.5 - 1))
    mean, variance = get_statistics(model)[0]
    assert np.allclose(mean, values.mean(axis=(0, 1, 2)), rtol=0.002, atol=0.001)
    batches = values.reshape(5, -1, values.shape[-1])
    assert np.allclose(variance, batches.var(axis=1).mean(axis=0), rtol=0.002)


def test_recalibration_leaves_the_weights_and_the_next_epoch_alone(bright_and_dark, plain):
    without = run(CELL, bright_and_dark, reestimate_batch_norm="off")
    assert plain.history["loss"].equals(without.history["loss"])
    models = [result.training.model for result in (plain, without)]
    for one, other in zip(*(model.trainable_weights for model in models), strict=True):
        assert np.array_equal(one, other)
    (with_it, _), (without_it, _) = (get_statistics(model)[0] for model in models)
    assert not np.array_equal(with_it, without_it)


@pytest.mark.parametrize(
    ("setting", "wanted"), [("auto", True), ("on", True), (True, True), ("off", False), (False, False)]
)
def test_when_statistics_are_recalibrated(setting, wanted):
    assert wants_recalibration(setting) == wanted
