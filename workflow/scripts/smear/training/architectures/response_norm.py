"""Local response normalization, which AlexNet and GoogLeNet have in place of batch normalization."""

import keras


def local_response_norm(features: keras.KerasTensor) -> keras.KerasTensor:
    """Divide each value by (2 + 0.0001 x the sum of squares of 5 neighboring channels)^0.75, (n, h, w, channels).

    Source: Krizhevsky, Sutskever and Hinton 2012, section 3.3. Keras has no such layer; made of its plain operations,
    it leaves a saved model free of our code.
    """
    channels = features.shape[-1]
    # float32 whatever the precision inside: squares of a few hundred are beyond float16.
    values = keras.ops.cast(features, "float32")
    squares = keras.ops.pad(keras.ops.square(values), [[0, 0], [0, 0], [0, 0], [2, 2]])
    total = squares[..., :channels]
    for shift in range(1, 5):
        total = total + squares[..., shift : shift + channels]
    return keras.ops.cast(values / (2.0 + 1e-4 * total) ** 0.75, features.dtype)
