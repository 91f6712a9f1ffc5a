"""Images on disk: reading, rejecting, cataloguing, resizing, comparing with digests."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from cache_tensors import cache_pixels
from catalog_images import catalog_images, check_rejected, compare_published, compare_recorded
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from smear.images.decoding import inspect_image, read_pixels
from smear.images.digests import write_digests
from smear.job import UserError

MEGAPIXELS = 100


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
    catalog, rejected = catalog_images(folder, 2, MEGAPIXELS)
    assert catalog["image_id"].tolist() == ["A/1.png", "A/2.jpg", "B/1.gif", "B/2.png"]
    assert catalog["class"].tolist() == ["A", "A", "B", "B"]
    assert set(zip(catalog["width"], catalog["height"], strict=True)) == {(30, 20)}
    data = (folder / "A/1.png").read_bytes()
    assert catalog.loc[0, ["bytes", "sha256"]].tolist() == [len(data), hashlib.sha256(data).hexdigest()]
    reasons = rejected.set_index("image_id")["reason"]
    assert list(reasons.index) == ["A/empty.png", "B/cut.png", "B/text.jpg"]
    assert reasons["A/empty.png"] == "empty file"
    assert reasons["B/text.jpg"] == "not an image (BMP, GIF, JPEG, PNG, TIFF or WebP)"
    assert reasons["B/cut.png"] == "truncated: the end of the file is missing"
    assert catalog["format"].tolist() == ["PNG", "JPEG", "GIF", "PNG"]
    assert catalog["mode"].tolist() == ["RGB", "L", "P", "RGBA"]


def refusal(good: int, bad: int, allowed: float) -> str:
    catalog = pd.DataFrame({"image_id": [f"A/{index}" for index in range(good)], "class": "A"})
    rejected = pd.DataFrame({"image_id": [f"A/x{index}" for index in range(bad)], "class": "A", "reason": "empty file"})
    try:
        check_rejected(catalog, rejected, allowed)
    except UserError as error:
        return str(error)
    return ""


def test_many_bad_files_are_counted_and_the_first_shown():
    message = refusal(950, 50, 0.04)
    assert message.startswith("50 files of 1000 are no usable image; remove or replace what is listed, or set ")
    assert "dataset.max_rejected_share to 0.05 or more\n" in message
    assert message.endswith("A/x9: empty file\n  and 40 more")


@given(st.integers(0, 500), st.integers(1, 500))
@example(267, 108)
def test_the_advised_share_is_enough(good, bad):
    advised = float(refusal(good, bad, 0).partition("max_rejected_share to ")[2].partition(" ")[0])
    assert advised <= 1
    message = refusal(good, bad, advised)
    assert message == "" if good else "leave A, which has no other, out of dataset.classes" in message


def test_an_image_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    noise().save(tmp_path / "turned.jpg", exif=exif)
    found = inspect_image(tmp_path / "turned.jpg", MEGAPIXELS)
    assert (found.width, found.height) == (20, 30)


def test_pixels_of_the_right_size_are_untouched_and_others_resized(folder):
    path = folder / "A/1.png"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    noise((20, 20)).save(folder / "square.png")
    square = hashlib.sha256((folder / "square.png").read_bytes()).hexdigest()
    assert np.array_equal(read_pixels(folder / "square.png", 20, square), np.asarray(noise((20, 20))))
    assert read_pixels(path, 8, sha256).shape == (8, 8, 3)


def test_an_image_that_changed_after_the_catalog_is_refused(folder, tmp_path):
    catalog, _ = catalog_images(folder, 1, MEGAPIXELS)
    noise(seed=9).save(folder / "B/2.png")
    with pytest.raises(UserError, match=r"B/2.png has changed since it was catalogued.*-R catalog_images"):
        cache_pixels(catalog, 16, tmp_path / "x.npy", 2)
    assert not list(tmp_path.glob("*.npy"))


def test_an_image_whose_link_leads_nowhere_is_refused(folder, tmp_path):
    image = folder / "B/2.png"
    image.rename(tmp_path / "moved.png")
    image.symlink_to(tmp_path / "moved.png")
    catalog, _ = catalog_images(folder, 1, MEGAPIXELS)
    (tmp_path / "moved.png").unlink()
    with pytest.raises(UserError, match=r"B/2.png links to \S+/moved.png, which is gone; .*-R link_folder"):
        cache_pixels(catalog, 16, tmp_path / "x.npy", 2)


def test_a_tensor_holds_the_images_in_order(folder, tmp_path):
    catalog, _ = catalog_images(folder, 1, MEGAPIXELS)
    cache_pixels(catalog, 16, tmp_path / "x.npy", 2)
    tensor = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert (tensor.shape, tensor.dtype) == ((4, 16, 16, 3), np.uint8)
    for row, image in enumerate(catalog.itertuples()):
        assert np.array_equal(tensor[row], read_pixels(folder / image.image_id, 16, image.sha256))


def test_a_tensor_is_painted_over_before_resizing_and_then_recolored(folder, tmp_path):
    catalog, _ = catalog_images(folder, 1, MEGAPIXELS)
    cache_pixels(catalog, 16, tmp_path / "x.npy", 1, mask=[[0.5, 0, 1, 1]], color="gray")
    tensor = np.load(tmp_path / "x.npy")
    assert np.ptp(tensor, axis=3).max() == 0
    assert np.ptp(tensor[:, :, 9:], axis=(1, 2)).max() == 0
    assert np.ptp(tensor[:, :, :6], axis=(1, 2)).min() > 0


def compare(tmp_path, found: dict, published: dict, classes=None) -> str:
    write_digests(published, tmp_path / "smears.sha256")
    try:
        compare_published(found, tmp_path / "smears.sha256", classes, tmp_path / "archive.zip")
    except UserError as error:
        return str(error)
    return ""


def test_published_digests_are_held_against_the_images(tmp_path):
    digests = {f"{name}/{index}.png": f"{name}{index}" for name in "AB" for index in range(8)}
    assert compare(tmp_path, digests, digests) == ""
    lines = compare(tmp_path, digests | {"A/1.png": "other", "A/new 1.png": ""}, digests | {"C/1.png": "C1"})
    assert lines.splitlines()[1:] == ["  1 differ: A/1.png", "  1 are missing: C/1.png", "  1 are extra: A/new 1.png"]
    assert f"set dataset: {{source: archive, path: {tmp_path}/archive.zip, name: null}}:" in lines
    one_class = {name: digest for name, digest in digests.items() if name.startswith("A/")}
    assert compare(tmp_path, one_class, digests, ["A"]) == ""
    missing = compare(tmp_path, one_class, digests)
    assert "8 are missing: B/0.png, B/1.png, B/2.png, B/3.png, B/4.png and 3 more" in missing


def test_the_digests_of_a_first_download_are_kept_and_others_refused(tmp_path):
    record = tmp_path / "images.sha256"
    compare_recorded({"A/1": "1", "B/1": "2"}, record, None, "toy.sha256")
    assert record.read_text() == "1  A/1\n2  B/1\n"
    compare_recorded({"A/1": "1"}, record, ["A"], "toy.sha256")
    assert record.read_text() == "1  A/1\n2  B/1\n", "the class that was not taken this time stays"
    with pytest.raises(UserError, match="1 differ: A/1") as refused:
        compare_recorded({"A/1": "x", "B/1": "2"}, record, None, "toy.sha256")
    assert f"remove {record}" in str(refused.value)
    assert record.read_text() == "1  A/1\n2  B/1\n"
