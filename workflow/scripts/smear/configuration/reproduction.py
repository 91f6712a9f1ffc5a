"""What does not fit together in a configuration that judges the claims of the paper."""

from smear.job import Fault


def find_reproduction_faults(config: dict) -> list[Fault]:
    """Why the claims cannot be judged, one sentence each: they are about a split by image beside one by field."""
    if not config["reproduction"]:
        return []
    split, off, faults = config["split"], {"reproduction": False}, []
    why = "reproduction judges the paper's claims on a split by image and on one by field"
    if split["unit"] != "field":
        faults.append(
            Fault(f"{why}, but split.unit is {split['unit']}; set split.unit: field, or reproduction: false.",
                  {"split": {"unit": "field"}}, off)
        )  # fmt: skip
    for name in ("groups_csv", "groups_pattern"):
        if split[name] is not None:
            faults.append(
                Fault(f"{why}, but split.{name} gives other groups; set it to null, or reproduction: false.",
                      {"split": {name: None}}, off)
            )  # fmt: skip
    if config["dataset"]["labels"]:
        faults.append(
            Fault("reproduction judges claims about the paper's classes, which dataset.labels merges; set "
                  "dataset.labels: null, or reproduction: false.", {"dataset": {"labels": None}}, off)
        )  # fmt: skip
    return faults
