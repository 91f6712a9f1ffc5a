"""How much of their range the images of a data set use, and the one factor that makes it more."""

import numpy as np
import pandas as pd

QUANTILE = 0.999  # of an image's values, so that single hot pixels do not count
TOP = 255


def find_top(high: pd.Series) -> float:
    """How far the values of a data set reach, from `high` of each image; few images decide nothing."""
    return float(high.quantile(QUANTILE))


def find_factor(high: pd.Series) -> int:
    """The largest power of two that leaves the values of the data set within the range, from `high` of each image.

    A camera of 12 bits whose values stand in 16 gives 16, whichever images it has taken.
    """
    top = max(find_top(high), 1.0)
    return 2 ** max(int(np.floor(np.log2((TOP + 0.5) / top))), 0)
