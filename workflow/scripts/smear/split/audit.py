"""What a split is worth: images whose field has another image on another side."""

import pandas as pd

from smear.split.assignment import assign_groups
from smear.split.leave_one_out import FOLDS, REST
from smear.split.sequence import is_numbered
from smear.split.targets import TEST, fold_targets, split_targets
from smear.split.units import DRAWN_UNITS, get_groups

REPEATS = ["unit", "seed", "images", "images_with_sibling_across_splits"]


def count_repeats(fields: pd.Series, places: pd.Series) -> tuple[int, int]:
    """Images that share their field with another one, and those that share it with one in another place."""
    places_of_field = places.groupby(fields)
    return int((places_of_field.transform("size") > 1).sum()), int((places_of_field.transform("nunique") > 1).sum())


def measure_shares(images: pd.DataFrame, places: pd.Series, method: dict) -> dict:
    """What `audit.json` holds of the classes' shares: of each place, and the one furthest from what was asked for.

    images: `class`. places: of each image, a split, or a fold or `test`. method: `fractions` and `folds`.
    """
    counts, folds = images["class"].value_counts().sort_index(), method["folds"]
    if folds == FOLDS:
        places = places.where(places == TEST, REST)
        sizes = split_targets(counts.to_dict(), method["fractions"])
        targets = pd.DataFrame({REST: sizes["train"] + sizes["validation"], TEST: sizes[TEST]})
    elif folds:
        targets = fold_targets(counts.to_dict(), method["fractions"], folds)
    else:
        targets = split_targets(counts.to_dict(), method["fractions"])
    found = pd.crosstab(images["class"], places).reindex(index=targets.index, columns=targets.columns, fill_value=0)
    shares, wanted = (table.div(counts, axis=0).round(6) for table in (found, targets))
    name, place = (shares - wanted).abs().stack().idxmax()
    furthest = {"class": name, "place": place, "share": float(shares.loc[name, place])}
    return {
        "class_shares": shares.to_dict(),
        "largest_share_deviation": furthest | {"wanted": float(wanted.loc[name, place])},
    }


def compare_units(images: pd.DataFrame, targets: pd.DataFrame, seeds: range, block: int) -> pd.DataFrame:
    """`unit,seed,images,images_with_sibling_across_splits` of splits by every unit that were not used, for comparison.

    images: `image_id,class,source_class,field_id` and the color numbers. block: see `sequence.group_sequence`; names
    without numbers are not split by it.
    """
    rows = []
    for unit in DRAWN_UNITS:
        if unit == "sequence" and not is_numbered(images, block):
            continue
        for seed in seeds:
            grouped = images.assign(group=get_groups(images, unit, seed, block))
            across = count_repeats(images["field_id"], assign_groups(grouped, targets, seed))[1]
            rows.append((unit, seed, len(images), across))
    return pd.DataFrame(rows, columns=REPEATS)
