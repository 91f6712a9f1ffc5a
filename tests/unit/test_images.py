"""Images on disk: reading, rejecting, cataloguing, resizing, and grouping of equal files."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from cache_tensors import cache_pixels
from catalog_images import catalog_images, refuse_bad_images
from find_fields import find_pairs, group_fields
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from smear.images.decoding import inspect_image, read_pixels
from smear.job import UserError


def noise(size=(30, 20), seed=0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


@pytest.fixture
def folder(tmp_path):
    """Two classes, four good images of several kinds and three bad files."""
    for name in ["A", "B"]:
        (tmp_path / name).mkdir()
    noise().save(tmp_path / "A/1.png")
    noise().convert("L").save(tmp_path / "A/2.jpg")
    noise().convert("P").save(tmp_path / "B/1.gif")
    noise(seed=1).convert("RGBA").save(tmp_path / "B/2.png")
    (tmp_path / "A/empty.png").write_bytes(b"")
    (tmp_path / "B/cut.png").write_bytes((tmp_path / "A/1.png").read_bytes()[:500])
    (tmp_path / "B/text.jpg").write_text("no image")
    return tmp_path


def test_the_catalog_lists_the_good_and_the_bad(folder):
    catalog, rejected = catalog_images(folder, 2)
    assert catalog["image_id"].tolist() == ["A/1.png", "A/2.jpg", "B/1.gif", "B/2.png"]
    assert catalog["class"].tolist() == ["A", "A", "B", "B"]
    assert set(zip(catalog["width"], catalog["height"], strict=True)) == {(30, 20)}
    data = (folder / "A/1.png").read_bytes()
    assert catalog.loc[0, ["bytes", "sha256"]].tolist() == [len(data), hashlib.sha256(data).hexdigest()]
    reasons = rejected.set_index("image_id")["reason"]
    assert list(reasons.index) == ["A/empty.png", "B/cut.png", "B/text.jpg"]
    assert (reasons["A/empty.png"], reasons["B/text.jpg"]) == ("empty file", "not an image")
    assert "truncated" in reasons["B/cut.png"]


def test_many_bad_files_are_counted_and_the_first_shown():
    rejected = pd.DataFrame({"image_id": [f"A/{index}" for index in range(50)], "reason": "empty file"})
    with pytest.raises(UserError, match=r"50 files are no readable image[\s\S]*A/19: empty file\n  and 30 more$"):
        refuse_bad_images(rejected)


def test_an_image_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    noise().save(tmp_path / "turned.jpg", exif=exif)
    found = inspect_image(tmp_path / "turned.jpg")
    assert (found.width, found.height) == (20, 30)


def test_pixels_of_the_right_size_are_untouched_and_others_resized(folder):
    path = folder / "A/1.png"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    noise((20, 20)).save(folder / "square.png")
    square = hashlib.sha256((folder / "square.png").read_bytes()).hexdigest()
    assert np.array_equal(read_pixels(folder / "square.png", 20, square), np.asarray(noise((20, 20))))
    assert read_pixels(path, 8, sha256).shape == (8, 8, 3)


def test_an_image_that_changed_after_the_catalog_is_refused(folder, tmp_path):
    catalog, _ = catalog_images(folder, 1)
    noise(seed=9).save(folder / "B/2.png")
    with pytest.raises(UserError, match=r"B/2.png has changed since it was catalogued.*-R catalog_images"):
        cache_pixels(catalog, 16, tmp_path / "x.npy", 2)
    assert not list(tmp_path.glob("*.npy"))


def test_a_tensor_holds_the_images_in_order(folder, tmp_path):
    catalog, _ = catalog_images(folder, 1)
    cache_pixels(catalog, 16, tmp_path / "x.npy", 2)
    tensor = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert (tensor.shape, tensor.dtype) == ((4, 16, 16, 3), np.uint8)
    for row, image in enumerate(catalog.itertuples()):
        assert np.array_equal(tensor[row], read_pixels(folder / image.image_id, 16, image.sha256))


def test_a_tensor_is_painted_over_before_resizing_and_then_recoloured(folder, tmp_path):
    catalog, _ = catalog_images(folder, 1)
    cache_pixels(catalog, 16, tmp_path / "x.npy", 1, mask=[[0.5, 0, 1, 1]], color="gray")
    tensor = np.load(tmp_path / "x.npy")
    assert np.ptp(tensor, axis=3).max() == 0
    assert np.ptp(tensor[:, :, 9:], axis=(1, 2)).max() == 0
    assert np.ptp(tensor[:, :, :6], axis=(1, 2)).min() > 0


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=30))
def test_files_of_the_same_bytes_share_a_field(digests):
    catalog = pd.DataFrame({"image_id": [f"A/{index:02d}" for index in range(len(digests))], "sha256": digests})
    pairs = find_pairs(catalog)
    fields = group_fields(catalog["image_id"], pairs)
    assert len(pairs) == len(digests) - len(set(digests))
    assert fields.groupby(catalog["sha256"])["field_id"].nunique().eq(1).all()
    assert fields["field_id"].nunique() == len(set(digests))
    assert set(fields["field_id"]) <= set(fields["image_id"])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1]), max_size=12))
def test_fields_are_the_connected_components(pairs):
    ids = pd.Series([str(index) for index in range(10)])
    table = pd.DataFrame([(str(a), str(b)) for a, b in pairs], columns=["first", "second"])
    field = dict(group_fields(ids, table).itertuples(index=False))
    components = {identity: {identity} for identity in ids}
    for a, b in pairs:
        union = components[str(a)] | components[str(b)]
        components |= dict.fromkeys(union, union)
    assert all((field[a] == field[b]) == (b in components[a]) for a in ids for b in ids)
