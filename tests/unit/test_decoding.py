"""What an image file may hold: every kind is shown in one defined way, or rejected with its reason."""

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from smear.images.decoding import ImageFile, inspect_image, read_pixels

MEGAPIXELS = 1
random = np.random.default_rng(0)
GRAY = random.integers(0, 256, (20, 20), dtype=np.uint8)
COLOR = random.integers(0, 256, (20, 20, 3), dtype=np.uint8)


def save(image: Image.Image, kind: str, **options) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def show(path, data: bytes) -> tuple[ImageFile | str, np.ndarray | None]:
    """What the catalog says of a file, and its pixels if it is good."""
    path.write_bytes(data)
    found = inspect_image(path, MEGAPIXELS)
    if isinstance(found, str):
        return found, None
    return found, read_pixels(path, 20, hashlib.sha256(data).hexdigest())


def gray_of(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[..., None], 3, axis=2)


def palette(transparent: int | None) -> bytes:
    image = Image.new("P", (20, 20))
    image.putdata((GRAY % 4).ravel().tolist())
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120])
    return save(image, "PNG", **({} if transparent is None else {"transparency": transparent}))


PALETTE = np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90], [100, 110, 120]], np.uint8)
WHITE_FOR_2 = np.array([[10, 20, 30], [40, 50, 60], [255, 255, 255], [100, 110, 120]], np.uint8)
SIXTEEN = (GRAY.astype(np.uint16) * 257).astype(np.uint16)
OPAQUE = np.dstack([COLOR, np.full((20, 20), 255, np.uint8)])
HALF = np.dstack([np.zeros((20, 20, 3), np.uint8), np.full((20, 20), 51, np.uint8)])

GOOD = {
    "gray": (save(Image.fromarray(GRAY), "PNG"), "PNG", "L", gray_of(GRAY), False),
    "black and white": (
        save(Image.fromarray(GRAY > 99), "PNG"), "PNG", "1", gray_of(np.where(GRAY > 99, 255, 0)), False,
    ),
    "16-bit gray PNG": (save(Image.fromarray(SIXTEEN), "PNG"), "PNG", "I;16", gray_of(GRAY), False),
    "16-bit gray TIFF": (save(Image.fromarray(SIXTEEN), "TIFF"), "TIFF", "I;16", gray_of(GRAY), False),
    "16-bit gray with a transparent value": (
        save(Image.fromarray(SIXTEEN), "PNG", transparency=int(SIXTEEN[0, 0])),
        *("PNG", "I;16", gray_of(np.where(GRAY[0, 0] == GRAY, 255, GRAY)), True),
    ),
    "palette": (palette(None), "PNG", "P", PALETTE[GRAY % 4], False),
    "palette with a transparent color": (palette(2), "PNG", "P", WHITE_FOR_2[GRAY % 4], True),
    "opaque alpha": (save(Image.fromarray(OPAQUE), "PNG"), "PNG", "RGBA", COLOR, False),
    "black of a fifth": (save(Image.fromarray(HALF), "PNG"), "PNG", "RGBA", np.full((20, 20, 3), 204), True),
    "gray with opaque alpha": (save(Image.fromarray(OPAQUE).convert("LA"), "PNG"), "PNG", "LA", None, False),
    "CMYK TIFF": (save(Image.fromarray(COLOR).convert("CMYK"), "TIFF"), "TIFF", "CMYK", COLOR, False),
    "CMYK JPEG": (save(Image.new("CMYK", (20, 20), (0, 0, 0, 255)), "JPEG"), "JPEG", "CMYK", None, False),
    "BMP": (save(Image.fromarray(COLOR), "BMP"), "BMP", "RGB", COLOR, False),
    "WebP": (save(Image.fromarray(COLOR), "WEBP", lossless=True), "WEBP", "RGB", COLOR, False),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_every_kind_of_color_becomes_rgb(tmp_path, case):
    data, kind, mode, pixels, transparent = GOOD[case]
    found, shown = show(tmp_path / "wrongly named.jpg", data)
    assert (found.format, found.mode, found.transparent) == (kind, mode, transparent)
    assert shown.shape == (20, 20, 3)
    if pixels is not None:
        assert np.array_equal(shown, pixels)


def test_black_ink_is_black(tmp_path):
    _, shown = show(tmp_path / "ink.jpg", GOOD["CMYK JPEG"][0])
    assert shown.max() < 20


def png_header(width: int, height: int) -> bytes:
    """The first bytes of a PNG of that size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return start + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


JPEG = save(Image.fromarray(COLOR), "JPEG")
FRAMES = [Image.fromarray(COLOR), Image.fromarray(COLOR[::-1])]
BAD = {
    "empty": (b"", "empty file"),
    "text": (b"no image", "not an image (BMP, GIF, JPEG, PNG, TIFF or WebP)"),
    "EPS, which would start another program": (
        save(Image.fromarray(COLOR), "EPS"), "not an image (BMP, GIF, JPEG, PNG, TIFF or WebP)",
    ),
    "cut JPEG": (JPEG[: len(JPEG) // 2], "truncated: the end of the file is missing"),
    "cut PNG": (GOOD["gray"][0][:100], "truncated: the end of the file is missing"),
    "animated GIF": (save(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]), "holds 2 pictures"),
    "TIFF of 3 pages": (save(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[:2]), "holds 3 pictures"),
    "large": (png_header(1001, 1000), "1001 x 1000 pixels, more than 1 megapixels"),
    "huge": (png_header(2**31 - 1, 2**31 - 1), "2147483647 x 2147483647 pixels, more than 1 megapixels"),
    "floats": (
        save(Image.new("F", (9, 9)), "TIFF"), "its pixels are floating-point numbers, which have no defined range",
    ),
    "32-bit": (save(Image.new("I", (9, 9)), "TIFF"), "its pixels are 32-bit numbers, which have no defined range"),
    "LAB": (save(Image.new("LAB", (9, 9)), "TIFF"), "its color mode LAB is not supported"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_has_its_reason(tmp_path, case):
    data, reason = BAD[case]
    found, _ = show(tmp_path / "bad.jpg", data)
    assert found == reason


def test_the_second_picture_of_a_telephone_is_passed_over(tmp_path):
    data = save(FRAMES[0], "MPO", save_all=True, append_images=FRAMES[1:])
    (tmp_path / "telephone.jpg").write_bytes(data)
    found = inspect_image(tmp_path / "telephone.jpg", MEGAPIXELS)
    assert (found.format, found.width, found.height) == ("MPO", *FRAMES[0].size)


def test_colors_are_measured(tmp_path):
    Image.fromarray(COLOR).save(tmp_path / "c.png")
    found = inspect_image(tmp_path / "c.png", MEGAPIXELS)
    pixels = COLOR.reshape(-1, 3)
    assert found[-6:] == pytest.approx([*pixels.mean(axis=0), *pixels.std(axis=0)], abs=0.001)


def test_a_link_to_nothing_has_its_reason(tmp_path):
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    assert inspect_image(tmp_path / "gone.png", MEGAPIXELS) == f"a link to {tmp_path / 'nowhere'}, which does not exist"


def test_a_file_too_long_for_an_image_is_not_read(tmp_path):
    with (tmp_path / "film.png").open("wb") as file:
        file.truncate(1 << 40)
    reason = "1,099,512 MB, more than an image of 1 megapixels can take"
    assert inspect_image(tmp_path / "film.png", MEGAPIXELS) == reason


@pytest.mark.parametrize("values", [[0, 128, 129, 257, 32896, 65278, 65535]])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path, values):
    data = save(Image.fromarray(np.resize(np.array(values, np.uint16), (20, 20))), "PNG")
    _, shown = show(tmp_path / "deep.png", data)
    assert sorted(set(shown.ravel().tolist())) == sorted({round(value / 257) for value in values})


@given(st.sampled_from(sorted(GOOD)), st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_is_shown_or_rejected_and_never_an_error(tmp_path, case, data):
    """A flipped byte may leave a file readable; then its pixels can be had as well."""
    content = bytearray(GOOD[case][0])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    kept = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), GOOD[case][0][:kept]):
        found, _ = show(tmp_path / "damaged.png", damaged)
        assert found
