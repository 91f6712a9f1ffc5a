"""What the weights that a training starts from have seen of the images that are to judge it."""

from pathlib import Path

import pandas as pd

from smear.job import UserError
from smear.split.targets import TEST
from smear.training_images import TrainingImages


def audit_start(path: str | Path, seen: TrainingImages, images: pd.DataFrame) -> dict:
    """What `audit.json` holds of a file of weights.

    images: `sha256,split,fold`; with folds every image that is not for the test is validated.
    """
    tested = images["split"] == TEST
    validated = (images["split"] == "validation") | (images["fold"] >= 0)
    known = images["sha256"].isin(seen.sha256)
    return {
        "file": Path(path).as_posix(),
        "training_images": len(seen.sha256) if seen.sha256 or seen.complete else "unknown",
        "all_known": seen.complete,
        "validation_images_seen": int((known & validated).sum()),
        "test_images_seen": int((known & tested).sum()),
    }


def check_overlap(audit: dict, allowed: bool) -> None:
    """Raise a UserError where weights have seen images that are to judge the networks that start from them."""
    validation, test = audit["validation_images_seen"], audit["test_images_seen"]
    if (validation or test) and not allowed:
        raise UserError(
            f"model.weights: {audit['file']} was trained on {validation:,} validation and {test:,} test images of this "
            f"experiment, whose figures would be too high: start from other weights, or set model.allow_overlap: true, "
            f"and the report says so."
        )
