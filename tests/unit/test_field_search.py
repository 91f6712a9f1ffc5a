"""The search for repeat captures as a whole, on images whose truth is known."""

from types import SimpleNamespace

import numpy as np
import pytest
from catalog_images import catalog_images
from find_fields import count_scores, list_pairs, search_catalog, summarize
from PIL import Image, ImageFilter
from scenes import CORNER, frame
from smear.fields.grouping import group_fields
from smear.fields.unrelated import Unrelated
from smear.job import UserError
from smear.synthetic.smears import make_smears


def windows(folder, fields: int, captures: int):
    """The catalog of windows of 160 px cut from `fields` smears of 224 px, `captures` from each; class A and B."""
    make_smears(folder / "whole", max(fields, 8), 224, 1)
    random = np.random.default_rng(fields)
    for number, path in enumerate(sorted((folder / "whole").glob("*/*.jpg"))[::2][:fields] if fields > 8 else
                                  sorted((folder / "whole").glob("*/*.jpg"))[:fields]):  # fmt: skip
        with Image.open(path) as image:
            for capture in range(captures):
                left, top = random.integers(0, 65, 2).tolist()
                target = folder / "cut" / "AB"[number % 2] / f"{number}-{capture}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                image.crop((left, top, left + 160, top + 160)).save(target)
    catalog, _ = catalog_images(folder / "cut", 2, 100)
    return catalog


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fields", "captures"),
    [(4, 8), pytest.param(8, 8, marks=pytest.mark.rare), pytest.param(2, 20, marks=pytest.mark.rare)],
)
def test_few_fields_with_many_captures_each_are_found_whole(tmp_path, fields, captures):
    catalog = windows(tmp_path, fields, captures)
    found = search_catalog(catalog, SimpleNamespace(ignore=[], search="auto", threshold=None), 2)
    pairs = list_pairs(catalog, found)
    field = lambda ids: ids.str.extract(r"/(\d+)-")[0]  # noqa: E731
    right = field(pairs["first"]) == field(pairs["second"])
    assert right.sum() >= 0.95 * fields * captures * (captures - 1) / 2
    assert (~right).sum() == 0


def test_too_few_images_to_tell_chance_are_refused_and_the_remedy_works(tmp_path):
    catalog = windows(tmp_path, 3, 2)
    with pytest.raises(UserError, match=r"from 6 images: they give 60 .*fields.threshold: 7"):
        search_catalog(catalog, SimpleNamespace(ignore=[], search="auto", threshold=None), 2)
    found = search_catalog(catalog, SimpleNamespace(ignore=[], search="auto", threshold=7), 2)
    assert len(list_pairs(catalog, found)) == 3


@pytest.mark.slow
def test_a_pattern_that_all_images_share_is_refused_and_the_remedy_works(tmp_path):
    """The dark edge of a round view is the same in every image, and in its mirror image."""
    make_smears(tmp_path / "plain", 48, 96, 1)
    across, down = np.meshgrid(*2 * [np.linspace(-1, 1, 96)])
    for path in sorted((tmp_path / "plain").glob("*/*.jpg")):
        pixels = np.array(Image.open(path)) * (np.hypot(across, down) < 0.8)[..., None]
        target = tmp_path / "round" / path.parent.name / (path.stem + ".png")
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(target)
    catalog, _ = catalog_images(tmp_path / "round", 2, 100)
    with pytest.raises(UserError, match=r"cannot be told from chance.*cover it by fields.ignore"):
        search_catalog(catalog, SimpleNamespace(ignore=[], search="auto", threshold=None), 2)
    edge = [[0, 0, 1, 0.22], [0, 0.78, 1, 1], [0, 0, 0.22, 1], [0.78, 0, 1, 1]]
    search_catalog(catalog, SimpleNamespace(ignore=edge, search="auto", threshold=None), 2)


def disturb(source, target, seed: int) -> None:
    """Copy images with a focus, an exposure and a gamma of each one's own."""
    random = np.random.default_rng(seed)
    for path in sorted(source.glob("*/*.jpg")):
        with Image.open(path) as image:
            blurred = image.convert("RGB").filter(ImageFilter.GaussianBlur(random.uniform(0, 0.01 * image.width)))
        light = np.asarray(blurred, np.float32) / 255
        light = random.uniform(0.75, 1.2) * light ** random.uniform(0.75, 1.3) + random.uniform(-0.05, 0.05)
        (target / path.parent.name).mkdir(parents=True, exist_ok=True)
        Image.fromarray((255 * light.clip(0, 1)).astype(np.uint8)).save(target / path.parent.name / path.name)


@pytest.fixture(scope="module")
def smears(tmp_path_factory):
    """200 smears of 160 px, in their own light and disturbed; and the pairs that are captures of one field."""
    folder = tmp_path_factory.mktemp("smears")
    truth = make_smears(folder / "plain", 200, 160, 3, 2)
    disturb(folder / "plain", folder / "disturbed", 5)
    pairs = truth.merge(truth, on="field_id", suffixes=("", "_other"))
    pairs = pairs[pairs["image_id"] < pairs["image_id_other"]]
    return folder, pairs.set_index(["image_id", "image_id_other"])


@pytest.fixture(scope="module")
def measured():
    """What has been measured of unrelated pairs, by the light of the smears and the side: both searches need it."""
    return {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("search", "light"),
    [
        ("all", "plain"),
        ("keypoints", "disturbed"),
        pytest.param("all", "disturbed", marks=pytest.mark.rare),
        pytest.param("keypoints", "plain", marks=pytest.mark.rare),
    ],
)
def test_the_truth_of_synthetic_smears_is_found(smears, measured, monkeypatch, light, search):
    folder, truth = smears
    measure = Unrelated.measure

    def measure_once(self, side):
        if (light, side) not in measured:
            measured[light, side] = measure(self, side)
        return measured[light, side]

    monkeypatch.setattr(Unrelated, "measure", measure_once)
    catalog, _ = catalog_images(folder / light, 2, 100)
    found = search_catalog(catalog, SimpleNamespace(ignore=CORNER, search=search, threshold=None), 2)
    pairs = list_pairs(catalog, found).set_index(["first", "second"])
    close = truth[((truth["dx_other"] - truth["dx"]).abs() <= 40) & ((truth["dy_other"] - truth["dy"]).abs() <= 40)]
    assert len(close) > 30
    assert close.index.isin(pairs.index).mean() >= 0.98
    assert (~pairs.index.isin(truth.index)).sum() == 0, "0.1 % of 200 images is less than one pair"
    right = pairs[pairs.index.isin(truth.index)]
    known = truth.loc[right.index]
    assert (right["dx"] - (known["dx_other"] - known["dx"])).abs().max() <= 3
    assert (right["dy"] - (known["dy_other"] - known["dy"])).abs().max() <= 3
    summary = summarize(found, pairs.reset_index(), group_fields(catalog["image_id"], pairs.reset_index()))
    assert summary["pairs"] == len(pairs)
    assert summary["pairs_across_classes"] == 0
    assert summary["pairs_by_chance"] < 0.4
    counts = count_scores(found)
    assert counts["registered_pairs"].sum() == len(found.pairs)
    assert counts["matches"].sum() == len(pairs)


def test_a_field_with_two_classes_is_reported(tmp_path):
    for seed in range(24):
        for name, x in [("A", 40), ("B", 50)][: 2 if seed == 7 else 1]:
            (tmp_path / name).mkdir(exist_ok=True)
            picture = np.repeat(frame(seed, x, 40)[..., None].clip(0, 255), 3, axis=2).astype(np.uint8)
            Image.fromarray(picture).save(tmp_path / name / f"{seed}.png")
    catalog, _ = catalog_images(tmp_path, 1, 100)
    found = search_catalog(catalog, SimpleNamespace(ignore=[], search="auto", threshold=None), 1)
    pairs = list_pairs(catalog, found)
    assert pairs[["first", "second", "dx", "dy", "same_class"]].to_numpy().tolist() == [
        ["A/7.png", "B/7.png", 10, 0, False]
    ]
