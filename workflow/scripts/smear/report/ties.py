"""Which grid cells cannot be told apart from the selected one, in sentences."""

from smear.formats import percent, points

UNITS = {"field": "microscope fields", "group": "groups"}
"""What a group of images is, in words; others are levels of the user's own groups."""


def describe_ties(chosen: dict) -> str:
    """How many others cannot be told apart from the selected grid cell, and which difference could be shown.

    chosen: the selection. Nothing where no other grid cell finished.
    """
    others, tied = chosen["finished"] - 1, chosen["indistinguishable"]
    if not others:
        return ""
    with_images = f"with {describe_images(chosen)}"
    if chosen["detectable_difference"] is None:
        return (
            f"The selected grid cell cannot be told apart from any other {with_images}: so few groups can show no "
            "difference."
        )
    names = f"{tied:,} of {others:,} others" if tied else f"all {others:,} others"
    if tied == others:
        names = f"any of the {others:,} others"
    if others == 1:
        names = "the only other one"
    verdict = "cannot be told apart from" if tied else "is better than"
    among = "" if others == 1 else " with so many grid cells"
    return (
        f"The selected grid cell {verdict} {names} {with_images}; the smallest difference that these images can show"
        f"{among} is about {points(chosen['detectable_difference'])}."
    )


def name_units(unit: str) -> str:
    """What is drawn, compared or permuted as one: images, microscope fields, or groups of a level of the user's."""
    return "images" if unit == "image" else UNITS.get(unit, f"groups of {unit}")


def describe_images(chosen: dict) -> str:
    """The validation images, and the groups that depend on one another: 324 images in 251 microscope fields."""
    images, groups, unit = int(chosen["validation_images"]), chosen["groups"], chosen["unit"]
    text = f"{images:,} image{'s' * (images != 1)}"
    return text if unit == "image" else f"{text} in {count_units(groups, unit)}"


def count_units(groups: int, unit: str) -> str:
    """A number of groups in words: 251 microscope fields, 1 group, 3 groups of patient."""
    many = name_units(unit)
    return f"{groups:,} {many if groups != 1 else many.replace('fields', 'field').replace('groups', 'group')}"


def describe_optimism(chosen: dict) -> str:
    """The accuracy that the selection is worth; nothing where there was nothing to select."""
    if chosen["corrected_accuracy"] is None:
        return ""
    corrected = percent(chosen["corrected_accuracy"])
    return (
        "The highest of several validation accuracies is optimistic, because the best grid cell is in part the "
        f"luckiest. Corrected for that it is {corrected}: in 1,000 rounds, the grid cell that was best on images drawn "
        "at random was measured on the images that were left out (bootstrap bias-corrected cross-validation, "
        "Tsamardinos et al. 2018)."
    )
