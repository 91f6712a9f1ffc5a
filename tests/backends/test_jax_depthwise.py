"""Depthwise convolutions on JAX give what Keras' own give, gradients too, and leave what is saved as it was."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if keras.backend.backend() != "jax":
    pytest.skip("JAX alone runs them another way", allow_module_level=True)

import jax
from smear.training.backends.jax_depthwise import depthwise_conv, replace_depthwise

sizes = st.tuples(st.integers(1, 5), st.integers(1, 5))


@settings(max_examples=25)
@given(
    kernel=sizes,
    multiplier=st.integers(1, 3),
    padding=st.sampled_from(["same", "valid"]),
    # Keras takes one of the two above 1.
    steps=st.one_of(st.tuples(st.integers(1, 3), st.just(1)), st.tuples(st.just(1), st.integers(1, 2))),
    beyond=sizes,
    seed=st.integers(0, 99),
)
def test_values_and_gradients_are_those_of_keras(kernel, multiplier, padding, steps, beyond, seed):
    stride, dilation = ((step, step) for step in steps)
    draw = np.random.default_rng(seed)
    height, width = ((size - 1) * steps[1] + more for size, more in zip(kernel, beyond, strict=True))
    images = draw.normal(size=(2, height, width, 3)).astype("float32")
    weights = draw.normal(size=(*kernel, 3, multiplier)).astype("float32")

    def ours(images, weights):
        return depthwise_conv(images, weights, stride, padding, dilation)

    def theirs(images, weights):
        options = {"strides": stride, "padding": padding, "dilation_rate": dilation, "data_format": "channels_last"}
        return keras.ops.depthwise_conv(images, weights, **options)

    results, backward = jax.vjp(ours, images, weights)
    expected, expected_backward = jax.vjp(theirs, images, weights)
    np.testing.assert_allclose(results, expected, rtol=1e-4, atol=1e-4)
    ahead = draw.normal(size=expected.shape).astype("float32")
    for gradient, other in zip(backward(ahead), expected_backward(ahead), strict=True):
        np.testing.assert_allclose(gradient, other, rtol=1e-4, atol=1e-3)


def test_a_model_says_and_saves_the_same(tmp_path):
    """Every layer with a depthwise part, inside a model inside a model."""
    layers = keras.layers
    inner = keras.Sequential([
        keras.Input((12, 12, 4)),
        layers.DepthwiseConv2D(3, 2, "same", depth_multiplier=2, activation="relu", bias_initializer="ones"),
        layers.SeparableConv2D(5, 3, padding="same", activation="relu", bias_initializer="ones"),
    ])  # fmt: skip
    model = keras.Sequential([keras.Input((12, 12, 4)), inner, layers.GlobalAveragePooling2D()])
    images = np.random.default_rng(0).normal(size=(3, 12, 12, 4)).astype("float32")
    before = model.predict(images, verbose=0)
    replace_depthwise(model)
    assert all("call" in vars(layer) for layer in inner.layers)
    model.make_predict_function(force=True)
    np.testing.assert_allclose(model.predict(images, verbose=0), before, rtol=1e-5, atol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert all("call" not in vars(layer) for layer in loaded.layers[0].layers)
    np.testing.assert_allclose(loaded.predict(images, verbose=0), before, rtol=1e-6)
