"""Where a run differs from the paper: what its verdicts are about, and what not."""

import pandas as pd

SEARCHED = ("architecture", "optimizer", "learning_rate", "epochs", "batch_size")
"""The axes of the grid that the paper gives."""


def compare_setting(replicates: pd.DataFrame, image_size: int, published: dict) -> list[dict]:
    """A row for each setting that the paper gives: `setting`, its values in the `paper` and `here`, and `same`."""
    rows = [("image_size", [published["image_size"]], [image_size])]
    rows += [(axis, published["grid"][axis], replicates[axis].unique().tolist()) for axis in SEARCHED]
    return [
        {"setting": name, "paper": sorted(paper), "here": sorted(here), "same": sorted(paper) == sorted(here)}
        for name, paper, here in rows
    ]
