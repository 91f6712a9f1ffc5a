"""What is said where the folders of a source cannot be read in one way: the readings, and the configuration of each."""

from smear.images.entries import IMAGE_SUFFIXES, is_image, name_suffixes
from smear.images.layout import Undecided
from smear.images.listing import Listing
from smear.job import UserError, list_some, show_name, show_path

OFFERED = 3  # readings in a message


def explain_nothing(listing: Listing, source: str) -> UserError:
    """The error for a source without a folder of images."""
    shown = show_path(source)
    if images := [path for path in listing.files if is_image(path)]:
        reason = f" (its {len(images):,} images, such as {list_some(images, 1)}, lie in no folder)"
    elif listing.files:
        reason = (
            f" (its {len(listing.files):,} files end in {list_some(name_suffixes(listing.files), 5)}; images end in "
            + (f"{', '.join(IMAGE_SUFFIXES)})")
        )
    else:
        reason = ""
    return UserError(
        f"{shown} holds no class folders with images{reason}: put the images of each class into a folder named like "
        f"it, or give a table of their labels in dataset.labels_csv."
    )


def explain(error: Undecided, works: dict[int, list[str]], variant: str | None, source: str) -> UserError:
    """The error for folders that can be read in several ways. works: the classes of offers, by their number."""
    remedies = [{"dataset": error.offers[number]} for number in works]
    offers = [describe_offer(error.offers[number], classes) for number, classes in works.items()]
    more = f" (and {len(offers) - OFFERED} more)" if len(offers) > OFFERED else ""
    choice = (
        f" Set {'; or '.join(offers[:OFFERED])}{more}." if offers else " Put the images of each class into one folder."
    )
    return UserError(f"{describe_problem(error, variant, show_path(source))}{choice}", remedies[:OFFERED])


def describe_problem(error: Undecided, variant: str | None, source: str) -> str:
    """What cannot be told from the folders, in a sentence."""
    match error.reason:
        case "variant":
            return f"dataset.variant is {show_name(variant)}, which is not there: {source} has no such folder."
        case "variants":
            return f"dataset.variant: {source} has several folders {show_name(variant)}."
        case "sets" if not any("layout" in offer for offer in error.offers):
            problem = "is not set" if variant is None else f"is {show_name(variant)}, which does not choose among them"
            names = [offer["variant"] for offer in error.offers if offer.get("variant")]
            return f"dataset.variant {problem}: {source} holds several sets of images ({list_some(names)})."
        case "layout":
            return f"dataset.layout: {source} has no images so many folders deep."
        case "no class":
            return f"The folders of {source} are named like splits, parts, patients or slides, and not like classes."
        case "nested":
            return f"In {source} a class folder holds a folder named like another class: move it, or take it as well."
        case _:
            return f"Which folders of {source} are the classes is not clear."


def describe_offer(offer: dict, classes: list[str]) -> str:
    """A piece of configuration as one would write it, with the classes that it leads to."""
    text = ", ".join(f"dataset.{key}: {'null' if value is None else value}" for key, value in offer.items())
    return f"{text} for the classes {list_some((show_name(name, 16) for name in classes), 2)}"
