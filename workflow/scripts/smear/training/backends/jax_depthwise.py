"""Depthwise convolution on JAX as a sum of shifted products, which XLA fuses into one pass over the images.

XLA hands a grouped convolution to cuDNN on a GPU, to a plain loop on a CPU. Either takes several times as long, most so
for the gradients, and the trial runs by which XLA chooses among cuDNN's algorithms take minutes (benchmarks/gpu.md).
"""

from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import keras


def depthwise_conv(images, kernel, strides=(1, 1), padding="valid", dilation=(1, 1)):
    """What `keras.ops.depthwise_conv` gives for channels last, summed in float32.

    images: (n, height, width, channels). kernel: (height, width, channels, multiplier). Returns
    (n, height, width, channels * multiplier), in the images' number format.
    """
    reach = [(size - 1) * step + 1 for size, step in zip(kernel.shape[:2], dilation, strict=True)]
    borders = jax.lax.padtype_to_pads(images.shape[1:3], reach, strides, padding.upper())
    images = jnp.pad(images, [(0, 0), *borders, (0, 0)])
    spans = [
        (size - length) // stride * stride + 1
        for size, length, stride in zip(images.shape[1:3], reach, strides, strict=True)
    ]
    total = 0
    for row, column in product(*map(range, kernel.shape[:2])):
        top, left = row * dilation[0], column * dilation[1]
        shifted = images[:, top : top + spans[0] : strides[0], left : left + spans[1] : strides[1], :, None]
        total += shifted.astype("float32") * kernel[row, column].astype("float32")
    return total.reshape(*total.shape[:3], -1).astype(images.dtype)


def finish(layer, outputs):
    """Bias and activation of a convolution layer."""
    if layer.use_bias:
        outputs = outputs + layer.bias
    return layer.activation(outputs) if layer.activation else outputs


def call_depthwise(layer, images):
    """`call` of a DepthwiseConv2D."""
    return finish(layer, depthwise_conv(images, layer.kernel, layer.strides, layer.padding, layer.dilation_rate))


def call_separable(layer, images):
    """`call` of a SeparableConv2D."""
    kernel = layer.depthwise_kernel
    outputs = depthwise_conv(images, kernel, layer.strides, layer.padding, layer.dilation_rate)
    return finish(layer, keras.ops.conv(outputs, layer.pointwise_kernel, data_format="channels_last"))


CALLS = {keras.layers.DepthwiseConv2D: call_depthwise, keras.layers.SeparableConv2D: call_separable}


def replace_depthwise(model: keras.Model) -> None:
    """Let the depthwise convolutions of a model, and of the models inside it, run this way; what is saved stays."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            replace_depthwise(layer)
        elif type(layer) in CALLS and layer.data_format == "channels_last":
            layer.call = partial(CALLS[type(layer)], layer)
