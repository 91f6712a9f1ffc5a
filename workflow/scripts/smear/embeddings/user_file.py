"""The user's own file of features, one row an image, as another network has given them."""

from pathlib import Path

import numpy as np

from smear.job import UserError, list_some, show_name, show_path
from smear.matching import match_names
from smear.user_tables import read_user_table

KEYS = {"file": "embeddings.file", "images": "embeddings.images"}


def open_features(path: str | Path) -> np.ndarray:
    """The rows of the file, (rows, numbers), which are read where they are asked for.

    Errors: a UserError for a file that holds anything else than a table of numbers.
    """
    if not Path(path).is_file():
        problem = "is a folder" if Path(path).is_dir() else "does not exist"
        raise UserError(f"{KEYS['file']}: {show_path(path)} {problem}; give a .npy file with one row an image.")
    try:
        table = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UserError(
            f"{KEYS['file']}: {show_path(path)} is no .npy file of numbers ({show_name(error, 100)}); write one with "
            "numpy.save."
        ) from error
    if not isinstance(table, np.ndarray) or table.ndim != 2 or table.dtype.kind not in "fiu" or 0 in table.shape:
        kind = f"an array of {table.dtype} and the shape {table.shape}" if isinstance(table, np.ndarray) else "no array"
        raise UserError(
            f"{KEYS['file']}: {show_path(path)} holds {show_name(kind, 80)}; it needs numbers with one row an image, "
            "(images, features)."
        )
    return table


def read_names(path: str | Path) -> list[str]:
    """The column `image` of a table that names the image of each row. UserError for another table."""
    table = read_user_table(path, KEYS["images"], "the column image")
    table = table.rename(columns={"image_id": "image"})
    if "image" not in table:
        raise UserError(
            f"{KEYS['images']}: {show_path(path)} has the columns {list_some(table.columns, 6)}; it needs the column "
            "image, a line for each row of the features."
        )
    return table["image"].fillna("").tolist()


def find_rows(
    features: np.ndarray, image_ids: list[str], names: list[str] | None, sources: dict[str, str]
) -> np.ndarray:
    """The row of the features that belongs to each image, (images,).

    image_ids: of all images of the catalog, in its order, which the rows have where `names` is None. names: of the
    image of each row, as `match_names` takes them. sources: the path in the source of each image, by its `image_id`.
    Errors: a UserError where the numbers of rows, names and images differ, or an image is missing.
    """
    check_counts(len(features), len(image_ids), names)
    if names is None:
        return np.arange(len(image_ids))
    match = match_names(image_ids, names, sources)
    if match.shared:
        raise UserError(
            f"{KEYS['images']} names {show_name(match.shared[0])}, which several classes have; write <Class>/<name>."
        )
    missing = [image_id for image_id, row in zip(image_ids, match.rows, strict=True) if row is None]
    if missing:
        raise UserError(
            f"{KEYS['images']} lacks {len(missing)} of {len(image_ids)} images, such as {list_some(missing)}; name "
            "each image once, as <Class>/<name> or <name>."
        )
    return np.array(match.rows)


def check_counts(rows: int, images: int | None, names: list[str] | None) -> None:
    """Raise a UserError where the rows of the features are not as many as their names, or else as the images.

    images: None where their number is not known yet.
    """
    if names is not None and rows != len(names):
        raise UserError(
            f"{KEYS['file']} has {rows:,} rows and {KEYS['images']} {len(names):,} lines below its header; give each "
            "row of the features one line."
        )
    if names is None and images is not None and rows != images:
        raise UserError(
            f"{KEYS['file']} has {rows:,} rows and the data set {images:,} images; give one row an image, in the order "
            f"of the catalog, or name the image of each row in {KEYS['images']}."
        )


def check_user_file(embeddings: dict, images: int | None) -> None:
    """Raise a UserError for what is wrong with the user's features as far as it shows before any work.

    embeddings: the configuration's. images: of the data set, None where only a later step can tell.
    """
    names = read_names(embeddings["images"]) if embeddings["images"] else None
    check_counts(len(open_features(embeddings["file"])), images, names)
