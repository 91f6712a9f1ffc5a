"""What the names of folders at one level of a data set say about it: splits, parts, identifiers, kinds of files."""

import re
import unicodedata
from collections.abc import Iterable

CLASS, SPLIT, TABLE = "class", "split", "table"
SPLIT_NAMES = {
    "train": ("train", "training", "trainset", "train_set", "training_set", "train_data", "training_data", "trn", "tr"),
    "validation": ("validation", "val", "valid", "dev", "validation_set", "val_set", "valid_set", "validation_data"),
    "test": ("test", "testing", "tst", "te", "testset", "test_set", "testing_set", "test_data", "testing_data"),
}
SPLIT_OF = {synonym: split for split, synonyms in SPLIT_NAMES.items() for synonym in synonyms}
# Words before a number that name a part of a data set or whose images they are, and hardly a class.
PARTS = ("batch", "chunk", "cv", "fold", "part", "shard", "split")
OWNERS = (
    "case",
    "donor",
    "image",
    "img",
    "participant",
    "pat",
    "patient",
    "person",
    "sample",
    "scan",
    "slide",
    "subject",
)
# Words before a number that are likely a class, such as grade 1 and grade 2.
CLASS_WORDS = ("category", "class", "degree", "grade", "isup", "label", "level", "score", "stage", "type")
FEW = 10  # names of bare numbers, 0 and 1, that may be classes
# Kinds of files that lie beside each other for the same images.
KINDS = {
    *("annotation", "annotations", "gt", "ground_truth", "groundtruth", "label", "labels", "mask", "masks", "overlay"),
    *("overlays", "seg", "segmentation", "segmentations", "segmented"),
    *("image", "images", "imgs", "jpg", "original", "originals", "png", "raw"),
}
# A run of digits, or eight and more hexadecimal digits with a number among them, as in a UUID.
NUMBER = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{8,}|\d+", re.IGNORECASE)


def normalize(name: str) -> str:
    """A name as it is compared: composed, in lower case, blanks and hyphens as underscores."""
    return re.sub(r"[\s-]+", "_", unicodedata.normalize("NFC", name).casefold().strip())


def read_splits(names: Iterable[str]) -> dict[str, str] | None:
    """The split that each of the folders at one level stands for; None where they are not all splits.

    Names with more words, `C-NMC_training_data` and `C-NMC_test`, count where they tell two splits apart.
    """
    names = set(names)
    exact = {name: SPLIT_OF.get(normalize(name)) for name in names}
    if None not in exact.values():
        return exact
    found = {name: {SPLIT_OF[word] for word in split_words(name) if word in SPLIT_OF} for name in names}
    if all(len(splits) == 1 for splits in found.values()) and len(set().union(*found.values())) > 1:
        return {name: splits.pop() for name, splits in found.items()}
    return None


def split_words(name: str) -> list[str]:
    """The words of a name: `TestImages` has test and images."""
    return re.findall("[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold())


def name_level(names: Iterable[str], crossed: bool = True) -> str | None:
    """What a level of folders with these names is where it is no class; None where it may be one.

    `split`, `fold`, `kind` (images, masks), `folder` for a single name, and for identifiers, one prefix with numbers,
    the prefix where it is a word (`patient`), else `group`. crossed: whether the names recur in several folders, as
    classes would; a few bare numbers that do may be classes.
    """
    names = set(names)
    if read_splits(names):
        return SPLIT
    if all(normalize(name) in KINDS for name in names):
        return "kind" if len(names) > 1 else "folder"
    if len(names) < 2:
        return "folder"
    return name_identifiers(names, crossed)


def name_identifiers(names: set[str], crossed: bool) -> str | None:
    """The name of a level of identifiers: names that differ in their numbers alone."""
    forms = {NUMBER.sub("#", normalize(name)) for name in names}
    if len(forms) != 1 or "#" not in (form := forms.pop()):
        return None
    prefix = form.partition("#")[0].strip("_.")
    if prefix in CLASS_WORDS or (crossed and not prefix and len(names) <= FEW):
        return None
    if prefix in PARTS:
        return "fold"
    return prefix if re.fullmatch("[a-z][a-z_]*", prefix) and len(prefix) > 2 and prefix != CLASS else "group"


def is_no_class(names: Iterable[str]) -> bool:
    """Whether folders directly with images are hardly classes: splits, or numbered parts, patients, slides."""
    names = set(names)
    if read_splits(names):
        return True
    return name_identifiers(names, True) in ("fold", *OWNERS) if len(names) > 1 else False
