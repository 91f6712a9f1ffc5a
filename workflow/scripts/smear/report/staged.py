"""What is said of the paper's staged search, replayed on a grid."""

from smear.formats import describe_value, format_p, percent
from smear.grid import AXES
from smear.report.claims import SPLITS


def describe_search(search: dict) -> list[dict]:
    """`title`, the steps as `rows` and a `sentence` for each replay of `search.json`: of each split, and each seed."""
    splits = sorted(search, key=[*SPLITS].index)
    return [
        {
            "title": f"Split {SPLITS[split]}{describe_held(replay['held'])}",
            "rows": [describe_step(step) for step in replay["steps"]],
            "sentence": describe_choice(replay),
        }
        for split in splits
        for replay in search[split]["replays"]
    ]


def describe_held(held: dict) -> str:
    """The values of axes that the search does not touch."""
    return "".join(f", {describe_value(axis, value)}" for axis, value in held.items())


def describe_step(step: dict) -> dict:
    """One stage: its axis, what was held, the accuracies that were compared, the best first, and the choice."""
    axis = step["axis"]
    figures = [f"{describe_value(axis, row[axis])}: {percent(row['validation_accuracy'])}" for row in step["compared"]]
    return {
        "stage": AXES[axis].label,
        "held": ", ".join(describe_value(name, value) for name, value in step["held"].items()),
        "compared": ", ".join(figures) or "no such grid cell finished",
        "chosen": describe_value(axis, step["chosen"]),
    }


def describe_choice(replay: dict) -> str:
    """Whether the search ends at the best grid cell, and if not, whether that can be told from its choice."""
    if not replay["steps"]:
        return "The grid has one cell, so that there is nothing to search."
    trained = f"The search trains {replay['trained']} of {replay['cells']} grid cells"
    if replay["chosen"] is None:
        return f"{trained} and chooses none, for no grid cell that it begins with finished."
    if replay["same"]:
        return f"{trained} and chooses the same one as the whole grid, {replay['chosen']}."
    verdict = "cannot be told apart" if replay["tied"] else "are told apart"
    return (
        f"{trained} and chooses {replay['chosen']} ({percent(replay['chosen_accuracy'])}), which is number "
        f"{replay['rank']} of the whole grid; its best is {replay['best']} ({percent(replay['best_accuracy'])}). The "
        f"two {verdict} by the validation images (p {format_p(replay['p_tied'])})."
    )
