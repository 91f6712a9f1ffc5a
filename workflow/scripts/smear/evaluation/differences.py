"""One classifier beside others on the same images: differences of accuracy, with intervals and tests."""

import numpy as np
import pandas as pd

from smear.statistics.paired import paired_interval
from smear.statistics.ties import LEVEL, holm, sign_flip_p, sum_groups


def tabulate_differences(
    first: np.ndarray, others: np.ndarray, groups: np.ndarray, replicates: np.ndarray | int = 1
) -> pd.DataFrame:
    """A row for each of the others: the accuracy of the first less its own, -1 to 1, as `difference`.

    first: (images,), whether it had an image right, or how many of its replicates had. others: (rows, images).
    groups: (images,), the group of each image, any names. replicates: of the first and of each other, (1 + rows,).
    `difference_low` and `difference_high` are the 95 % paired interval, which holds 0 where `p_value`, that of the
    sign-flip test, says so; `p_holm` is corrected for the number of rows.
    """
    _, places = np.unique(groups, return_inverse=True)
    right = np.vstack([first, others])
    counts = np.broadcast_to(replicates, len(right))
    # Whole numbers over a common denominator keep the test exact.
    unit = int(np.lcm.reduce(counts))
    sums = sum_groups(right, places) * (unit // counts)[:, None]
    differences = sums[0] - sums[1:]
    p = sign_flip_p(differences)
    pairs = zip(right[1:], counts[1:], strict=True)
    bounds = [paired_interval(first / counts[0], row / each, places, min(counts[0], each)) for row, each in pairs]
    low, high = np.array(bounds).reshape(-1, 2).T
    return pd.DataFrame(
        {
            "difference": differences.sum(axis=1) / (len(first) * unit),
            "difference_low": np.where(p > LEVEL, np.minimum(low, 0), low),
            "difference_high": np.where(p > LEVEL, np.maximum(high, 0), high),
            "p_value": p,
            "p_holm": holm(p),
        }
    )


def compare_network(network: np.ndarray, baselines: np.ndarray, groups: np.ndarray) -> pd.DataFrame:
    """A row for each baseline: on how many images, which ones each had right alone, and `tabulate_differences`.

    network: bool, (images,). baselines: bool, (rows, images). groups: (images,), any names.
    """
    counts = {
        "images": len(network),
        "network_alone": (network & ~baselines).sum(axis=1),
        "baseline_alone": (~network & baselines).sum(axis=1),
    }
    return pd.DataFrame(counts).join(tabulate_differences(network, baselines, groups))
