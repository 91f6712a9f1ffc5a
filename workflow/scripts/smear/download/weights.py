"""The ImageNet weights without classifier ("no top") that Keras publishes.

Source: keras 3.15.1, the modules of `keras/src/applications`. Keras itself is not imported here, so that a rule which
only downloads does not wait for TensorFlow.
"""

from typing import NamedTuple

STORAGE = "https://storage.googleapis.com"


class PublishedWeights(NamedTuple):
    """Where one weight file lies and what its bytes are; Keras publishes no MD5 of MobileNet's and MobileNetV2's."""

    url: str
    md5: str | None

    @property
    def file_name(self) -> str:
        return self.url.rpartition("/")[2]


# Folder in the storage, then architecture, file and MD5.
FILES = {
    "keras-applications": {
        "EfficientNetB0": ("efficientnetb0_notop.h5", "50bc09e76180e00e4465e1a485ddc09d"),
        "EfficientNetB1": ("efficientnetb1_notop.h5", "74c4e6b3e1f6a1eea24c589628592432"),
        "EfficientNetB2": ("efficientnetb2_notop.h5", "111f8e2ac8aa800a7a99e3239f7bfb39"),
        "EfficientNetB3": ("efficientnetb3_notop.h5", "af6d107764bb5b1abb91932881670226"),
        "EfficientNetB4": ("efficientnetb4_notop.h5", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
        "EfficientNetB5": ("efficientnetb5_notop.h5", "38879255a25d3c92d5e44e04ae6cec6f"),
        "EfficientNetB6": ("efficientnetb6_notop.h5", "9ecce42647a20130c1f39a5d4cb75743"),
        "EfficientNetB7": ("efficientnetb7_notop.h5", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
    },
    "tensorflow/keras-applications/efficientnet_v2": {
        "EfficientNetV2B0": ("efficientnetv2-b0_notop.h5", "893217f2bb855e2983157299931e43ff"),
        "EfficientNetV2B1": ("efficientnetv2-b1_notop.h5", "0e80663031ca32d657f9caa404b6ec37"),
        "EfficientNetV2B2": ("efficientnetv2-b2_notop.h5", "1dfe2e7a5d45b6632553a8961ea609eb"),
        "EfficientNetV2B3": ("efficientnetv2-b3_notop.h5", "f6abf7b5849ac99a89b50dd3fd532856"),
        "EfficientNetV2S": ("efficientnetv2-s_notop.h5", "af0682fb74e8c54910f2d4393339c070"),
        "EfficientNetV2M": ("efficientnetv2-m_notop.h5", "1b8dc055df72dde80d614482840fe342"),
        "EfficientNetV2L": ("efficientnetv2-l_notop.h5", "b0b66b5c863aef5b46e8608fe1711615"),
    },
    "tensorflow/keras-applications/mobilenet_v3": {
        "MobileNetV3Large": (
            "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
            "07fb09a5933dd0c8eaafa16978110389",
        ),
        "MobileNetV3Small": (
            "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
            "d3e8ec802a04aa4fc771ee12a9a9b836",
        ),
    },
    "tensorflow/keras-applications/mobilenet": {
        "MobileNet": ("mobilenet_1_0_224_tf_no_top.h5", None),
    },
    "tensorflow/keras-applications/mobilenet_v2": {
        "MobileNetV2": ("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5", None),
    },
    "tensorflow/keras-applications/resnet": {
        "ResNet50": ("resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", "4d473c1dd8becc155b73f8504c6f6626"),
    },
    "tensorflow/keras-applications/vgg16": {
        "VGG16": ("vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", "6d6bbae143d832006294945121d1f1fc"),
    },
    "tensorflow/keras-applications/vgg19": {
        "VGG19": ("vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", "253f8cb515780f3b799900260a226db6"),
    },
    "tensorflow/keras-applications/inception_v3": {
        "InceptionV3": ("inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5", "bcbd6486424b2319ff4ef7d526e38f63"),
    },
    "tensorflow/keras-applications/densenet": {
        "DenseNet201": ("densenet201_weights_tf_dim_ordering_tf_kernels_notop.h5", "c13680b51ded0fb44dff2d8f86ac8bb1"),
    },
}
PUBLISHED_WEIGHTS = {
    architecture: PublishedWeights(f"{STORAGE}/{folder}/{file_name}", md5)
    for folder, files in FILES.items()
    for architecture, (file_name, md5) in files.items()
}
