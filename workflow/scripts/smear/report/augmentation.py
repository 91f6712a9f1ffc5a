"""What the report says about the random changes of training images."""

from smear.formats import list_strengths


def describe_augmentations(sets: dict[str, dict]) -> str:
    """The sentence on the sets of augmentations that are shown: by their names, `strengths` of each."""
    words = {name: ", ".join(list_strengths(one["strengths"])) for name, one in sets.items()}
    if len(words) == 1:
        [(name, text)] = words.items()
        return f"The set {name}: {text}."
    return f"The sets are {'; '.join(f'{name}: {text}' for name, text in words.items())}."
