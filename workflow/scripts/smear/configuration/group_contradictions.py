"""What does not fit together in what a configuration says about groups of images."""

from smear.images.source import SOURCES
from smear.job import Fault
from smear.split.group_pattern import KEY, find_pattern_faults
from smear.split.leave_one_out import FOLDS


def find_group_faults(config: dict) -> list[Fault]:
    """Faults of `split` that show without a look at the images, one sentence each."""
    split, faults = config["split"], []
    pattern, table, unit = split["groups_pattern"], split["groups_csv"], split["unit"]
    if pattern is not None:
        faults += find_pattern_faults(pattern)
    if pattern is not None and table:
        faults.append(
            Fault(
                f"split.groups_csv and {KEY} are both set; set one of them to null.",
                {"split": {"groups_csv": None}},
                {"split": {"groups_pattern": None}},
            )
        )
    if pattern is not None and unit not in ("field", "group"):
        faults.append(
            Fault(
                f"{KEY} says what is kept together, and split.unit is {unit}; set split.unit: group, or {KEY}: null.",
                {"split": {"unit": "group"}},
                {"split": {"groups_pattern": None}},
            )
        )
    if unit == "group" and pattern is None and not table:
        faults.append(
            Fault(
                f"split.unit is group, which needs {KEY} or split.groups_csv; set one of them, or split.unit: field.",
                {"split": {"unit": "field"}},
            )
        )
    if config["fields"]["search"] == "none" and unit == "field" and pattern is None and not table:
        faults.append(
            Fault(
                "split.unit is field, but fields.search is none, so that every image would be drawn by itself; set "
                "split.unit: image if that is meant, or fields.search: auto.",
                {"split": {"unit": "image"}},
                {"fields": {"search": "auto"}},
            )
        )
    return faults + find_leave_one_out_faults(config) + find_outer_faults(split)


def find_outer_faults(split: dict) -> list[Fault]:
    """Why the whole workflow cannot be run for outer folds."""
    others = {"unit": "folders", "folds": FOLDS}
    return [
        Fault(
            f"split.outer_folds is {split['outer_folds']}, which draws the test images anew, and split.{name} is "
            f"{value}; set split.outer_folds: 0, or another split.{name}.",
            {"split": {"outer_folds": 0}},
            {"split": {name: "field" if name == "unit" else 0}},
        )
        for name, value in others.items()
        if split["outer_folds"] and split[name] == value
    ]


def find_leave_one_out_faults(config: dict) -> list[Fault]:
    """Why each group cannot be left out once."""
    split, dataset = config["split"], config["dataset"]
    if split["folds"] != FOLDS:
        return []
    fewer = {"split": {"folds": 5}}
    if split["groups_pattern"] is None and not split["groups_csv"]:
        return [
            Fault(
                f"split.folds is leave_one_out, which needs groups of your own, {KEY} or split.groups_csv; set one of "
                "them, or split.folds: 5.",
                fewer,
            )
        ]
    if SOURCES[dataset["source"]].downloads:
        archive = f"results/datasets/{dataset['name']}/archive.zip"
        return [
            Fault(
                "split.folds is leave_one_out, and how many groups there are shows after the download alone; make "
                f"{archive} first and set dataset: {{source: archive, path: {archive}}}, or set split.folds: 5.",
                fewer,
            )
        ]
    return []
