"""What is kept together: the group of every image, by the unit of the split."""

import numpy as np
import pandas as pd

from smear.split.sequence import group_sequence

COLOR_NUMBERS = ("red_mean", "green_mean", "blue_mean", "red_sd", "green_sd", "blue_sd")
IMAGES_PER_STAIN, FEWEST_STAINS, MOST_STAINS = 40, 12, 250
DRAWN_UNITS = ("image", "field", "sequence", "stain")
UNITS = (*DRAWN_UNITS, "group", "folders")
GUARANTEES = {
    "image": "Every image was drawn by itself, as in the paper: images of one microscope field may lie on both sides.",
    "field": "All images of one microscope field lie in the same split.",
    "sequence": "All images of one block of consecutive numbers in the files' names, a stand-in for a slide where "
    "files were numbered in the order of capture, lie in the same split, and whole fields too.",
    "stain": "All images of one cluster of stain, a stand-in for a slide, lie in the same split, and whole fields too.",
    "group": "All images of one group that the user gave lie in the same split; of several levels, of the coarsest.",
    "folders": "Every image lies in the split whose folder (train, validation, test) it was in; fields may lie on both "
    "sides. Where the source has no folder for validation, it was drawn from train, whole fields together.",
    "given": "Every image lies in the split that the user's own table gives it.",
}
UNSEARCHED = (
    "Fields were not searched for (fields.search: none): every image counts as one, and repeat captures may lie on "
    "both sides."
)


def get_groups(images: pd.DataFrame, unit: str, seed: int, block: int | None = None) -> pd.Series:
    """The group of each image. images: `image_id,field_id`, and the color numbers for the unit `stain`.

    block: consecutive numbers of a block, for the unit `sequence`, which needs `source_class`.
    """
    if unit == "image":
        return images["image_id"]
    if unit == "sequence":
        return group_sequence(images, block)
    return images["field_id"] if unit == "field" else cluster_stains(images, seed)


def cluster_stains(images: pd.DataFrame, seed: int) -> pd.Series:
    """Clusters of alike stain, about one per IMAGES_PER_STAIN images within FEWEST_STAINS to MOST_STAINS, by k-means.

    No slide or patient is named in most public sets, but the stain and the lamp of a slide show in its colors. More
    than some hundred of them these cannot tell apart, and the time would grow with the square of the images. Fields
    stay whole: the means of their six color numbers are clustered, each scaled to unit variance.
    """
    from sklearn.cluster import KMeans  # a second to import, which the other units need not wait for

    numbers = images.groupby("field_id")[list(COLOR_NUMBERS)].mean()
    scaled = (numbers - numbers.mean()) / numbers.std(ddof=0).replace(0, 1)
    clusters = min(len(numbers), MOST_STAINS, max(FEWEST_STAINS, round(len(images) / IMAGES_PER_STAIN)))
    found = KMeans(clusters, n_init=4, random_state=seed).fit(scaled.to_numpy(np.float64)).labels_
    names = pd.Series([f"stain-{number:03d}" for number in found], index=numbers.index)
    return images["field_id"].map(names)
