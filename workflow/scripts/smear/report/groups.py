"""What the report says about the user's groups: accuracy at every level, the worst groups, votes and shares."""

from pathlib import Path

import pandas as pd

from smear.formats import percent, percentage
from smear.job import show_name

WORST = 5  # groups that are named
SPLITS = ("validation", "test")


def read_group_table(path: str | Path) -> pd.DataFrame:
    """A table of results by group, with names of groups and classes as text, None where a group has several."""
    text = dict.fromkeys(("group", "label", "vote"), str)
    table = pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in ("label", "vote")}, dtype=text)
    return table.astype(object).where(table.notna(), None).astype({"images": int, "correct": int, "accuracy": float})


def describe_groups(validation: dict, test: dict, tables: dict[str, pd.DataFrame]) -> dict:
    """The variables of the templates for results by group.

    validation, test: what `summarize_groups` gives. tables: by split, `group,images,correct,accuracy,label,vote`.
    """
    summaries = {"validation": validation, "test": test}
    return {
        "level": test["level"],
        "rows": list_levels(summaries),
        "worst": {split: find_worst(tables[split]) for split in SPLITS},
        "votes": [sentence for split in SPLITS if (sentence := describe_vote(summaries[split], split))],
        "shares": [sentence for split in SPLITS if (sentence := describe_shares(summaries[split], split))],
    }


def list_levels(summaries: dict[str, dict]) -> list[dict]:
    """A row for images and one for each level, the finest first: `name`, and by split the figures of the level."""
    rows = [{"name": "image", **{split: summary["images"] for split, summary in summaries.items()}}]
    rows[0] |= {split: rows[0][split] | {"groups": rows[0][split]["images"], "vote": None} for split in summaries}
    for number in reversed(range(len(summaries["test"]["levels"]))):
        levels = {split: summary["levels"][number] for split, summary in summaries.items()}
        rows.append({"name": levels["test"]["level"], **levels})
    return rows


def find_worst(table: pd.DataFrame) -> list[dict]:
    """The groups with the lowest accuracies below 1; of equal ones those with more images first."""
    table = table[table["correct"] < table["images"]]
    table = table.sort_values(["accuracy", "images", "group"], ascending=[True, False, True]).head(WORST)
    return [row | {"group": show_name(row["group"])} for row in table.to_dict("records")]


def describe_vote(summary: dict, split: str) -> str:
    """The majority votes of one split in a sentence; nothing where no group's images have one label."""
    level = summary["levels"][0]
    if level["vote"] is None:
        return ""
    vote = level["vote"]
    part = "" if vote["groups"] == level["groups"] else f" whose images have one label, of {level['groups']:,} in all"
    return (
        f"In {split} the majority vote over the images of a {show_name(level['level'])} is correct for "
        f"{vote['correct']:,} of {vote['groups']:,} groups{part}: {percent(vote['accuracy'])}, 95 % interval "
        f"{percentage(vote['accuracy_low'])} to {percent(vote['accuracy_high'])}."
    )


def describe_shares(summary: dict, split: str) -> str:
    """How well shares of classes are predicted, in a sentence; nothing where groups have images of one class each."""
    shares = summary["shares"]
    if shares is None:
        return ""
    one = len(shares["classes"]) == 1
    what = f"share of {show_name(shares['classes'][0])}" if one else "shares of the classes"
    return (
        f"In {split} {shares['mixed_groups']:,} of {shares['groups']:,} groups have images of several classes; the "
        f"predicted {what} in a {show_name(summary['level'])} differ{'s' * one} from the true by "
        f"{100 * shares['mean_absolute_error']:.1f} percentage points on average (mixed groups alone: "
        f"{100 * shares['mean_absolute_error_of_mixed']:.1f})."
    )
