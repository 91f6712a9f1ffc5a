"""How many images of each class every split, or every fold, should get."""

import pandas as pd

from smear.images.class_sizes import SPLITS, split_sizes

TEST = "test"


def split_targets(counts: dict[str, int], fractions: dict[str, float]) -> pd.DataFrame:
    """Images by class, the rows, and split, the columns: the paper's floors."""
    table = pd.DataFrame.from_dict({name: split_sizes(count, fractions) for name, count in counts.items()}, "index")
    return table[list(SPLITS)]


def fold_targets(counts: dict[str, int], fractions: dict[str, float], folds: int) -> pd.DataFrame:
    """Images by class, the rows, and fold, the columns "0" to "k - 1" and "test".

    There are as many test images as without folds. The others are dealt out like cards, class after class, so that the
    folds differ by one image at most, in every class and in all.
    """
    table = split_targets(counts, fractions)
    rest = table["train"] + table["validation"]
    first = rest.cumsum() - rest
    dealt = {str(fold): (rest + (first - fold - 1) % folds) // folds for fold in range(folds)}
    return pd.DataFrame({**dealt, TEST: table[TEST]})
