"""What is said of the paper's staged search, replayed on a grid."""

from smear.formats import describe_value, format_p, percent
from smear.grid import AXES


def describe_search(search: dict) -> list[str]:
    """A paragraph for each split of `search.json` and each of its replays, of which there is one for each seed."""
    return [
        f"Split by {split}{describe_held(replay['held'])}: {describe_steps(replay)} {describe_choice(replay)}"
        for split, found in search.items()
        for replay in found["replays"]
    ]


def describe_held(held: dict) -> str:
    """The values of axes that the search does not touch."""
    return "".join(f", {describe_value(axis, value)}" for axis, value in held.items())


def describe_steps(replay: dict) -> str:
    """The path of choices, each with its rivals' accuracies."""
    if not replay["steps"]:
        return "the grid has one cell, so that there is nothing to search."
    return "; then ".join(describe_step(step) for step in replay["steps"]) + "."


def describe_step(step: dict) -> str:
    """One choice: with what held, which value, and the validation accuracies behind it."""
    axis, held = step["axis"], ", ".join(describe_value(name, value) for name, value in step["held"].items())
    name = AXES[axis].label.lower()
    if not step["compared"]:
        return (
            f"the {name} (at {held}) stays {describe_value(axis, step['chosen'])}, for all of its grid cells diverged"
        )
    figures = ", ".join(
        f"{describe_value(axis, row[axis])} {percent(row['validation_accuracy'])}" for row in step["compared"]
    )
    return f"by {name} (at {held}) it takes {describe_value(axis, step['chosen'])} ({figures})"


def describe_choice(replay: dict) -> str:
    """Whether the search ends at the best grid cell, and if not, whether that can be told from its choice."""
    trained = f"It trains {replay['trained']} of {replay['cells']} grid cells"
    if replay["chosen"] is None:
        return f"{trained} and chooses none, for those at its end diverged."
    if replay["same"]:
        return f"{trained} and chooses the same one as the whole grid, {replay['chosen']}."
    verdict = "cannot be told apart" if replay["tied"] else "are told apart"
    return (
        f"{trained} and chooses {replay['chosen']} ({percent(replay['chosen_accuracy'])}), which is number "
        f"{replay['rank']} of the whole grid; its best is {replay['best']} ({percent(replay['best_accuracy'])}). The "
        f"two {verdict} by the validation images (p {format_p(replay['p_tied'])})."
    )
