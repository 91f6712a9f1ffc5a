"""The numbers of a proposal, for a CPU and for a GPU: the one place where they are tuned."""

from typing import NamedTuple

ARCHITECTURE = "EfficientNetLite0"  # its ImageNet weights are a package that is always installed
BUDGET_HOURS = 0.5  # of training and embeddings on a CPU
MOST_TRAININGS = 20  # grid cells times folds


class Row(NamedTuple):
    """A grid that may be proposed. size: pixels a side. lengths: how many of the two numbers of epochs it has."""

    size: int
    optimizers: tuple[str, ...]
    rates: tuple[float, ...]
    lengths: int


# From the most wanted grid to the least: the first within BUDGET_HOURS and MOST_TRAININGS is taken, else the last.
CPU = (
    Row(96, ("adam", "rmsprop"), (0.0005, 0.001), 2),
    Row(96, ("adam", "rmsprop"), (0.0005,), 2),
    Row(96, ("adam", "rmsprop"), (0.0005,), 1),
    Row(64, ("adam", "rmsprop"), (0.0005,), 1),
    Row(64, ("adam",), (0.0005,), 1),
)
GPU = (
    Row(224, ("adam", "rmsprop"), (0.0005, 0.001), 2),
    Row(224, ("adam", "rmsprop"), (0.0005,), 2),
)

# The two numbers of epochs up to so many training images: few images need more epochs for as many steps.
CPU_EPOCHS = {200: (10, 30), 1500: (3, 10), None: (1, 3)}
GPU_EPOCHS = {200: (20, 60), 1500: (10, 30), 20_000: (5, 15), None: (2, 6)}
BATCHES = {200: 8, None: 32}  # images in a step, likewise

SMALLEST_SIZE, SIZE_STEP = 64, 32  # pixels: of `image.size`, and what it is a multiple of
EMBEDDING_SIZES = (224, 128, 96, 64)  # pixels, the first that takes at most EMBEDDING_SHARE of the budget
EMBEDDING_SHARE = 0.1
FORWARD = 4  # images through a frozen network in the time of one in training; 4.7 were measured

MOST_THREADS = 8  # of one grid cell, where several are trained side by side

SAMPLE = 200  # images that are opened, the same number of each class
SAMPLE_MEGAPIXELS = 400  # after which no more are opened
FIELD_MEGAPIXELS, FEWEST_FIELD_IMAGES = 400, 60  # of the 300 images that the search for fields judges by, so many
SINGLE_CELL = 128  # pixels: smaller images are taken for single blood cells
UNEVEN = 3  # times as many images in the largest class as in the smallest: classes are weighted
FEW = 50  # images of the smallest class below which 10 % are too few to validate with
FEW_FRACTIONS = {"train": 0.6, "validation": 0.2, "test": 0.2}
FOLDS = 5  # where a class is that small
MOST_REJECTED = 0.05  # of the files opened: more are no accident, and stop the run

# What makes groups of names: each class and split needs some, most images share theirs, and none holds too many.
GROUPS_PER_CLASS = 3
IMAGES_PER_GROUP = 2
LARGEST_GROUP = 1 / 3
