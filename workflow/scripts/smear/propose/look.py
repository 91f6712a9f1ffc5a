"""A look at the user's images: the source as the workflow reads it, and some of its images opened."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import groupby, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd

from smear.images.archive import open_archive, simplify
from smear.images.decoding import ImageFile, inspect_image
from smear.images.entries import is_image
from smear.images.source import Examined, examine_source
from smear.job import UserError
from smear.propose.fields import draw_for_fields, shows_fields
from smear.propose.table import SAMPLE, SAMPLE_MEGAPIXELS, SINGLE_CELL
from smear.split.labels import check_labels, merge_counts

AT_ONCE = 16  # images that are opened before they are counted against SAMPLE_MEGAPIXELS


class Seen(NamedTuple):
    """What is known of the images.

    counts: images of each class of the task. sources: the path in the source by `image_id`. sample: `ImageFile` of the
    opened images, a row each, with `image_id` as the index. rejected: by `image_id`, why others of them are no usable
    images. has_fields: whether they can be searched for captures of one microscope field.
    """

    examined: Examined
    counts: dict[str, int]
    sources: dict[str, str]
    sample: pd.DataFrame
    rejected: dict[str, str]
    has_fields: bool

    @property
    def images(self) -> int:
        return sum(self.counts.values())

    @property
    def complete(self) -> bool:
        """Whether all images were opened."""
        return len(self.sample) + len(self.rejected) == len(self.sources)

    @property
    def side(self) -> int:
        """The median of the images' shorter sides, pixels."""
        return int(self.sample[["width", "height"]].min(axis=1).median())


def look_at(config: dict, threads: int) -> Seen:
    """Look at the source of a complete configuration; a UserError where the workflow could not use it."""
    dataset = config["dataset"]
    examined = examine_source(dataset)
    check_labels(dataset["labels"], examined.counts, dataset["path"])
    images = list_images(examined)
    with opened(dataset, draw_sample(images)) as paths:
        found = inspect_some(paths, dataset["max_megapixels"], threads)
    good = {image_id: one for image_id, one in found.items() if isinstance(one, ImageFile)}
    rejected = {image_id: one for image_id, one in found.items() if not isinstance(one, ImageFile)}
    if not good:
        image_id, reason = next(iter(rejected.items()))
        raise UserError(
            f"None of {len(found):,} files that were opened is a usable image, such as {image_id}: {reason}."
        )
    sample = pd.DataFrame(good.values(), index=list(good), columns=ImageFile._fields)
    counts = merge_counts(examined.counts, dataset["labels"])
    seen = Seen(examined, counts, examined.list_sources(), sample, rejected, False)
    return seen._replace(has_fields=seen.side > SINGLE_CELL and find_fields(config, images, seen, threads))


def list_images(examined: Examined) -> list[tuple[str, str]]:
    """`image_id` and path in the source of all images, in the order of the catalog."""
    found = examined.found.files.items()
    return sorted((f"{name}/{own}", path) for name, files in found for path, own in files.items() if is_image(path))


def draw_sample(images: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Some of the images, spread over each class, the classes in turn."""
    classes = [list(some) for _, some in groupby(images, lambda image: image[0].partition("/")[0])]
    most = -(-SAMPLE // len(classes))
    some = [[own[number * len(own) // most] for number in range(most)] if len(own) > most else own for own in classes]
    return [one for turn in zip_longest(*some) for one in turn if one]


def find_fields(config: dict, images: list[tuple[str, str]], seen: Seen, threads: int) -> bool:
    """Whether the images can be searched for captures of one microscope field, by those that the search judges by."""
    dataset = config["dataset"]
    pairs = draw_for_fields(len(images), (seen.sample["width"] * seen.sample["height"]).mean() / 1e6)
    numbers = np.unique(pairs[:, :2]).tolist()
    with opened(dataset, [images[number] for number in numbers]) as paths:
        found = inspect_some(paths, dataset["max_megapixels"], threads)
        files = {
            number: (paths[images[number][0]], one.sha256)
            for number in numbers
            if isinstance(one := found.get(images[number][0]), ImageFile)
        }
        return shows_fields(pairs, files, config["fields"]["ignore"], len(images), threads)


@contextmanager
def opened(dataset: dict, sample: list[tuple[str, str]]) -> Iterator[dict[str, Path]]:
    """The files of a sample by `image_id`, those of an archive in a temporary folder."""
    if dataset["source"] == "folder":
        yield {image_id: Path(dataset["path"], path) for image_id, path in sample}
        return
    with TemporaryDirectory() as folder, open_archive(dataset["path"], dataset["archive_encoding"]) as archive:
        members = {simplify(member.filename): member for member in archive.infolist()}
        paths = {}
        for number, (image_id, path) in enumerate(sample):
            paths[image_id] = Path(folder, str(number))
            paths[image_id].write_bytes(archive.read(members[path]))
        yield paths


def inspect_some(paths: dict[str, Path], max_megapixels: float, threads: int) -> dict[str, ImageFile | str]:
    """What `inspect_image` says of the files, as many as SAMPLE_MEGAPIXELS allows."""
    found, pixels, image_ids = {}, 0, list(paths)
    inspect = partial(inspect_image, max_megapixels=max_megapixels)
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(image_ids), AT_ONCE):
            some = image_ids[start : start + AT_ONCE]
            results = list(pool.map(inspect, map(paths.get, some)))
            found |= dict(zip(some, results, strict=True))
            pixels += sum(one.width * one.height for one in results if isinstance(one, ImageFile))
            if pixels > SAMPLE_MEGAPIXELS * 1e6:
                break
    return found


def find_conflicts(seen: Seen) -> list[list[str]]:
    """Opened images of equal content in several classes: for each content the `image_id` of one in each class."""
    same = [
        {image_id.partition("/")[0]: image_id for image_id in images}
        for images in seen.sample.groupby("sha256").groups.values()
    ]
    return [sorted(images.values()) for images in same if len(images) > 1]
