"""What is said of the paper's claims: a table of the verdicts, and sentences."""

import pandas as pd

from smear.formats import format_p, percent, points
from smear.report.findings import list_words
from smear.report.ties import name_units
from smear.reproduction.verdicts import CANNOT_TELL, DOES_NOT_HOLD, HOLDS, NOT_TESTED

COUNTED = {
    HOLDS: ("holds", "hold"),
    DOES_NOT_HOLD: ("does not hold", "do not hold"),
    CANNOT_TELL: ("cannot be told with these images",) * 2,
    NOT_TESTED: ("was not tested with this grid", "were not tested with this grid"),
}
"""What follows the number of verdicts of a kind, one or several."""

SPLITS = {"image": "by image", "field": "by field", "image less field": "both"}
"""The split of a row of `claims.csv` in words; other units stand as they are."""

TOLD = (HOLDS, DOES_NOT_HOLD)
"""Verdicts that say something."""


def claims_table(claims: pd.DataFrame, units: dict) -> list[dict]:
    """One entry for each claim of `claims.csv`: its words, and a row for each split that it was judged on.

    units: what a group of images is, by split, as in `setting.json`.
    """
    table = claims.astype(object).where(claims.notna(), None)
    entries = []
    for _, rows in table.groupby("claim", sort=False):
        first = rows.iloc[0]
        entry = {key: first[key] for key in ("claim", "name", "words", "quoted", "figure", "contradictions")}
        entry["rows"] = [describe_row(row, units) for row in rows.to_dict("records")]
        entries.append(entry | {"notes": list(dict.fromkeys(filter(None, rows["note"])))})
    return entries


def describe_row(row: dict, units: dict) -> dict:
    """One row of the table: verdict, what was compared, the difference in percentage points, and what it rests on."""
    found = {
        "split": SPLITS.get(row["split"], f"by {row['split']}"),
        "verdict": row["verdict"],
        "told": row["verdict"] in TOLD,
        "compared": None,
    }
    if row["difference"] is None:
        return found
    unit = units.get(row["split"], "field")
    return found | {
        "compared": f"{row['first']} less {row['second']}: {describe_measure(row)}",
        "difference": f"{100 * row['difference']:+.2f}",
        "interval": f"{100 * row['difference_low']:+.2f} to {100 * row['difference_high']:+.2f}",
        "p": format_p(row["p_value"]),
        "images": f"{row['images']:,.0f} images" + describe_groups(row, unit),
        "detectable": describe_detectable(row),
    }


def describe_measure(row: dict) -> str:
    """By what two things were compared, and over how many pairs of grid cells."""
    if row["measure"] != "validation accuracy":
        return row["measure"]
    pairs = int(row["pairs"])
    return f"{row['measure']}, " + (f"mean of {pairs} pairs of grid cells" if pairs > 1 else "one pair of grid cells")


def describe_groups(row: dict, unit: str) -> str:
    """In how many groups the images lie; nothing where each is one by itself."""
    if row["groups"] == row["images"]:
        return ""
    return f" in {row['groups']:,.0f} {name_units(unit)}"


def describe_detectable(row: dict) -> str:
    """Where these images cannot tell: the smallest difference that they would have shown."""
    if row["verdict"] != CANNOT_TELL:
        return ""
    if row["detectable_difference"] is None:
        return "so few groups show no difference"
    return f"could have shown about {points(row['detectable_difference'])}"


def count_verdicts(claims: pd.DataFrame) -> str:
    """How many verdicts of each kind there are: 3 hold, 1 does not hold, 6 cannot be told, 2 were not tested."""
    counts = claims["verdict"].value_counts().to_dict()
    return list_words(f"{counts[kind]} {words[counts[kind] > 1]}" for kind, words in COUNTED.items() if kind in counts)


def describe_leakage(leakage: dict) -> str:
    """How many images that judge have a repeat capture in the training, by split."""
    sentences = []
    if None in leakage.values():
        return "Repeat captures were not searched for, so that nothing is known of leakage by them."
    for name in sorted(leakage, key=[*SPLITS].index):
        shares = [
            f"{count['with_repeat_in_training']:,} of {count['images']:,} {split} images "
            f"({percent(count['with_repeat_in_training'] / count['images'], 1)})"
            for split, count in leakage[name].items()
        ]
        sentences.append(f"Split by {name}, {' and '.join(shares)} have a repeat capture in the training.")
    return " ".join(sentences)
