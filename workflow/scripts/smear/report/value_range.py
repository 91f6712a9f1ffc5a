"""What is said of a data set whose images use a small part of their range, or whose values are scaled."""

import pandas as pd

from smear.images.value_range import find_factor, find_top

SMALL = 255 / 4  # a data set below uses less than a quarter of its range


def describe_range(high: pd.Series, scale: str) -> str | None:
    """A sentence where the data set uses a small part of its range, or is scaled; else None."""
    top = find_top(high)
    if scale == "range":
        return (
            f"The values of all images are multiplied by {find_factor(high)} (image.scale: range), since the "
            f"brightest reach {top:.3g} of 255; images to be classified must be, too."
        )
    if top >= SMALL:
        return None
    return (
        f"The images use a small part of their range: the brightest reach {top:.3g} of 255, as with 12 bits stored "
        f"in 16. Set image.scale: range to multiply all by {find_factor(high)}."
    )
