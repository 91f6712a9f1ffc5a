"""Random amounts of the two stains of a blood smear, as a layer that XLA can compile on every backend."""

import keras
import numpy as np
from keras import ops

# What a unit of each stain absorbs of red, green and blue, in optical density: methylene blue and eosin, the stains of
# Romanowsky and Giemsa. Measured by Ruifrok and Johnston 2001, "Quantification of histochemical staining by color
# deconvolution"; the figures are those of scikit-image's `rgb_from_bex`. The third row is what neither explains.
STAINS = np.array([[0.834750233, 0.513556283, 0.196330403], [0.092789, 0.954111, 0.283111]])
RGB_FROM_STAINS = np.vstack([STAINS, np.cross(*STAINS)])
STAINS_FROM_RGB = np.linalg.inv(RGB_FROM_STAINS)

WHITE = 256.0
"""Light that nothing has absorbed. One is added to every pixel, so that a black one has an optical density, too."""


class RandomStain(keras.layers.Layer):
    """Multiplies the amount of each stain by a factor of its own, drawn for each image from 1 - stain to 1 + stain.

    As the stain augmentation of Tellez et al. 2018 (doi:10.1109/TMI.2018.2820199), without its additive shift: what
    has no stain keeps its color, so that a white background stays white. What the two stains do not explain is left.
    """

    def __init__(self, stain: float):
        super().__init__(trainable=False, dtype="float32")
        self.stain = stain
        self.generator = keras.random.SeedGenerator()

    def call(self, images, training=False):
        """images: RGB of 0 to 255, (n, height, width, 3), of any type; returns the same shape and range, float32."""
        images = ops.cast(images, "float32")
        if not training:
            return images
        factors = keras.random.uniform((ops.shape(images)[0], 2), 1 - self.stain, 1 + self.stain, seed=self.generator)
        return scale_stains(images, factors)


def scale_stains(images, factors):
    """RGB of 0 to 255, (n, height, width, 3), with the amounts of methylene blue and eosin times `factors`, (n, 2)."""
    # Out of RGB, times the factors and back is one 3 x 3 matrix for each image.
    apart, together = STAINS_FROM_RGB[:, :2].astype("float32"), STAINS.astype("float32")
    stains = ops.einsum("ck,nk,kd->ncd", apart, factors - 1, together)
    density = -ops.log((images + 1) / WHITE)
    # A sum of three products, which XLA fuses with what stands around it, as it would not a product of matrices.
    change = sum(density[..., c, None] * stains[:, None, None, c] for c in range(3))
    return ops.clip(WHITE * ops.exp(-density - change) - 1, 0, 255)
