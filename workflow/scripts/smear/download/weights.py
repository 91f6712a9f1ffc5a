"""The ImageNet weights without classifier ("no top") that Keras publishes.

Source: keras 3.15.1, `keras/src/applications/efficientnet.py` and `mobilenet_v3.py`. Keras itself is not imported here,
so that a rule which only downloads does not wait for TensorFlow.
"""

from typing import NamedTuple

STORAGE = "https://storage.googleapis.com"


class PublishedWeights(NamedTuple):
    """Where one weight file lies and what its bytes are."""

    url: str
    md5: str

    @property
    def file_name(self) -> str:
        return self.url.rpartition("/")[2]


PUBLISHED_WEIGHTS = {
    "EfficientNetB0": PublishedWeights(
        url=f"{STORAGE}/keras-applications/efficientnetb0_notop.h5",
        md5="50bc09e76180e00e4465e1a485ddc09d",
    ),
    "MobileNetV3Large": PublishedWeights(
        url=f"{STORAGE}/tensorflow/keras-applications/mobilenet_v3/"
        "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
        md5="07fb09a5933dd0c8eaafa16978110389",
    ),
}
