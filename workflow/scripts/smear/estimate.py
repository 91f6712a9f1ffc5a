"""How long a grid takes on a machine without a GPU."""

from smear.grid import Cell

START_SECONDS = 40  # of a cell: importing TensorFlow and tracing the network
SMALL_HOURS = 2

# Multiply-adds of a forward pass in thousand millions, and the side in pixels that they are published for; rounded, and
# good for estimates of time alone. After Tan and Le 2019 (EfficientNet) and 2021 (EfficientNetV2), Howard et al. 2019
# (MobileNetV3) and 2017 (MobileNet), Sandler et al. 2018 (MobileNetV2), He et al. 2015 (ResNet, and VGG there), Szegedy
# et al. 2015 (Inception v3) and 2014 (GoogLeNet).
SEPARABLE = {
    "EfficientNetB0": (0.39, 224),
    "EfficientNetB1": (0.70, 240),
    "EfficientNetB2": (1.0, 260),
    "EfficientNetB3": (1.8, 300),
    "EfficientNetB4": (4.2, 380),
    "EfficientNetB5": (9.9, 456),
    "EfficientNetB6": (19, 528),
    "EfficientNetB7": (37, 600),
    "EfficientNetV2B0": (0.72, 224),
    "EfficientNetV2B1": (1.2, 240),
    "EfficientNetV2B2": (1.7, 260),
    "EfficientNetV2B3": (3.0, 300),
    "EfficientNetV2S": (8.8, 384),
    "EfficientNetV2M": (24, 480),
    "EfficientNetV2L": (53, 480),
    "MobileNetV3Large": (0.219, 224),
    "MobileNetV3Small": (0.056, 224),
    "MobileNet": (0.569, 224),
    "MobileNetV2": (0.300, 224),
}
DENSE = {
    "ResNet50": (3.8, 224),
    "VGG16": (15.3, 224),
    "VGG19": (19.6, 224),
    "InceptionV3": (5.0, 299),
    "DenseNet201": (4.3, 224),
    "AlexNet": (0.72, 227),
    "GoogLeNet": (1.5, 224),
    "SmallCNN": (0.195, 224),
}
# Thousand million multiply-adds a second, of the forward pass, in training on one CPU core: from 6.0 images of
# EfficientNet-B0 and 40 of SmallCNN at 224 px, both measured. Convolutions of one channel each wait for the memory,
# plain ones for the arithmetic.
SEPARABLE_SPEED = 6.0 * 0.39
DENSE_SPEED = 40 * 0.195


def estimate_speed(architecture: str, size: int) -> float:
    """Images a second in training, on one CPU core, at `size` pixels a side."""
    billions, published = (SEPARABLE | DENSE)[architecture]
    return (SEPARABLE_SPEED if architecture in SEPARABLE else DENSE_SPEED) / billions * (published / size) ** 2


def estimate_hours(cells: list[Cell], train_images: int, size: int, cores: int) -> float:
    """Hours to train `cells`, each all of its epochs, on `cores` CPU cores, everything trained: `estimate_speed`."""
    seconds = sum(
        START_SECONDS + cell.epochs * train_images / estimate_speed(cell.architecture, size) for cell in cells
    )
    return seconds / cores / 3600


def describe_hours(cells: list[Cell], train_images: int | None, size: int, cores: int) -> str:
    """The sentence for a start without a GPU; train_images is None where only a download can tell."""
    hours = estimate_hours(cells, train_images or 1000, size, cores)
    minutes = max(1, round(hours * 60))
    duration = f"{hours:.0f} hours" if hours >= 2 else f"{minutes} minute{'s' if minutes > 1 else ''}"
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    per = "" if train_images else " for every 1,000 training images"
    sentence = (
        f"blastgrid: no GPU found. Training the {count} not yet trained takes about {duration}{per} "
        f"on {cores} CPU cores."
    )
    if hours < SMALL_HOURS:
        return sentence
    return f"{sentence}\nblastgrid: a configuration for such a machine: --configfile config/laptop.yaml"
