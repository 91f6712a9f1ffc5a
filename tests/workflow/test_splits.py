"""Splits in real runs: what is added moves nothing, groups of the user, clusters of stain, folds."""

import csv
import json
import re
import shutil

import pytest
from smear.synthetic.smears import make_smears

GRID = "grid={architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [0.001], epochs: [1]}"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder of 120 smears."""
    folder = tmp_path_factory.mktemp("smears") / "of mine"
    make_smears(folder, 120, 64, 5)
    return folder


def split(project, images, experiment: str, search: str = "auto", **settings: str) -> dict[str, dict]:
    """Make the manifest of an experiment and return its rows by `image_id`. search: for fields."""
    options = ", ".join(f"{name}: {value}" for name, value in settings.items())
    target = f"results/{experiment}/split/manifest.csv"
    source = f"dataset={{source: folder, path: '{images}'}}"
    given = [f"experiment={experiment}", source, f"fields={{search: {search}}}", f"split={{{options}}}"]
    result = project.snakemake(target, "--config", *given)
    assert result.returncode == 0, result.output
    with (project.folder / target).open(newline="", encoding="utf-8") as file:
        return {row["image_id"]: row for row in csv.DictReader(file)}


def audit(project, experiment: str) -> dict:
    return json.loads((project.folder / f"results/{experiment}/split/audit.json").read_text())


def test_added_images_move_no_old_one_and_join_their_field(project, images, tmp_path):
    for name in ("Pre", "Pro"):
        (tmp_path / "grows" / name).mkdir(parents=True)
        for path in sorted((images / name).iterdir())[:10]:  # few: all pairs are compared, before and after
            shutil.copyfile(path, tmp_path / "grows" / name / path.name)
    before = split(project, tmp_path / "grows", "grows")
    tested = next(image_id for image_id, row in before.items() if row["split"] == "test")
    shutil.copyfile(images / tested, tmp_path / "grows" / tested.replace("Smear", "Added-again"))
    for path in sorted((images / "Pre").iterdir())[:5]:
        shutil.copyfile(path, tmp_path / "grows/Pro" / f"Added-{path.name}")
    after = split(project, tmp_path / "grows", "grows")
    assert len(after) == len(before) + 6
    assert after[tested.replace("Smear", "Added-again")]["split"] == "test"
    # The five are known fields under another class: they follow the images that they are copies of.
    assert {name: row["split"] for name, row in before.items()} == {name: after[name]["split"] for name in before}
    for path in sorted((images / "Pre").iterdir())[:5]:
        assert after[f"Pro/Added-{path.name}"]["split"] == before[f"Pre/{path.name}"]["split"]
    found = audit(project, "grows")
    assert (found["images_kept"], found["images_moved"]) == (20, 0)
    assert found["images_with_sibling_across_splits"] == 0


@pytest.mark.rare  # what decides it has a property in tests/unit
def test_images_that_are_exchanged_under_their_names_keep_no_place_but_their_own(project, images, tmp_path):
    shutil.copytree(images, tmp_path / "exchanged")
    before = split(project, tmp_path / "exchanged", "exchanged", search="none", unit="image")
    for folder in (tmp_path / "exchanged").iterdir():
        paths = sorted(folder.iterdir())
        contents = [path.read_bytes() for path in paths]
        for path, content in zip(paths, contents[7:] + contents[:7], strict=True):
            path.write_bytes(content)
    after = split(project, tmp_path / "exchanged", "exchanged", search="none", unit="image")
    assert before.keys() == after.keys()
    places = [sorted((row["sha256"], row["split"]) for row in rows.values()) for rows in (before, after)]
    assert places[0] == places[1]
    assert [row["split"] for row in before.values()] != [row["split"] for row in after.values()]
    assert audit(project, "exchanged")["images_kept"] == 120


def test_groups_of_the_user_stay_whole(project, images):
    rows = [
        (path.relative_to(images).as_posix(), f"patient-{index // 6}")
        for index, path in enumerate(sorted(images.glob("*/*")))
    ]
    text = "image,group\n" + "".join(f"{image},{group}\n" for image, group in rows)
    (project.folder / "patients.csv").write_text(text)
    manifest = split(project, images, "patients", groups_csv="patients.csv")
    places = {}
    for image, group in rows:
        places.setdefault(group, set()).add(manifest[image]["split"])
    assert all(len(found) == 1 for found in places.values())
    assert set.union(*places.values()) == {"train", "validation", "test"}
    assert audit(project, "patients")["groups"] == 20


def test_blocks_of_consecutive_numbers_stay_whole_and_so_do_fields(project, images):
    manifest = split(project, images, "sequence", unit="sequence", block="5")
    places, fields, inside = {}, {}, 0
    for name, row in manifest.items():
        places.setdefault(row["group"], set()).add(row["split"])
        fields.setdefault(row["field_id"], set()).add(row["group"])
        first, last = map(int, re.search(r"(\d+)-(\d+)$", row["group"]).groups())
        assert last == first + 4
        assert row["group"].startswith(row["class"])
        inside += first <= int(re.search(r"(\d+)\.", name)[1]) <= last
    assert all(len(found) == 1 for found in [*places.values(), *fields.values()])
    assert set.union(*places.values()) == {"train", "validation", "test"}
    assert inside >= len(manifest) / 2
    found = audit(project, "sequence")
    assert (found["unit"], found["method"]["block"], found["images_with_sibling_across_splits"]) == ("sequence", 5, 0)


def test_a_split_of_the_user_is_taken_as_it_is(project, images):
    first = split(project, images, "first", unit="image", seed="3")
    shutil.copyfile(project.folder / "results/first/split/manifest.csv", project.folder / "mine.csv")
    second = split(project, images, "second", groups_csv="mine.csv")
    assert {name: row["split"] for name, row in first.items()} == {name: row["split"] for name, row in second.items()}
    assert audit(project, "second")["unit"] == "given"


def test_a_table_that_contradicts_is_named_before_the_start(project, images):
    (project.folder / "bad.csv").write_text("image,split\nA,train\n")
    result = project.snakemake("--config", "split={groups_csv: bad.csv, folds: 5}")
    assert result.returncode == 1
    assert "blastgrid: split.folds is 5, but bad.csv gives every image its split" in result.output
    result = project.snakemake("--config", "split={groups_csv: none.csv}")
    assert "blastgrid: split.groups_csv: none.csv does not exist" in result.output
    (project.folder / "few.csv").write_text("image,group\nx,y\n")
    source = f"dataset={{source: folder, path: '{images}'}}"
    result = project.snakemake("--config", source, "split={groups_csv: few.csv}", "experiment=few")
    assert "few.csv lacks 120 of 120 images, such as Benign/Smear-Benign-001.jpg" in result.output
    assert "Traceback" not in result.output


def test_a_class_in_too_few_groups_is_named(project, images):
    text = "image,group\n" + "".join(
        f"{path.relative_to(images).as_posix()},{path.parent.name}-{index % 2}\n"
        for index, path in enumerate(sorted(images.glob("*/*")))
    )
    (project.folder / "two.csv").write_text(text)
    source = f"dataset={{source: folder, path: '{images}'}}"
    result = project.snakemake("--config", source, "split={groups_csv: two.csv}", "experiment=two")
    assert result.returncode == 1
    assert "Class Benign lies in 2 groups (group), which stay whole, and needs 3, one for each split" in result.output


@pytest.fixture(scope="module")
def folded(project, tensors):
    """The results of a grid of two cells in two folds, split by stain."""
    project.adopt(tensors)
    wanted = [
        f"results/folds/{path}"
        for path in ("comparison/selection.json", "split/siblings.csv", "audit/shortcuts.csv", "audit/network.csv")
    ]
    split = "split={unit: stain, folds: 2, fractions: {train: 0.6, validation: 0.2, test: 0.2}}"
    result = project.snakemake(*wanted, "--config", "experiment=folds", split, GRID)
    assert result.returncode == 0, result.output
    return project.folder / "results/folds"


def test_every_image_is_validated_in_one_fold(folded):
    manifest = list(csv.DictReader((folded / "split/manifest.csv").open()))
    cell = "SmallCNN_adam_lr0.001_b32_s0_e1"
    validated = [
        [
            row["image_id"]
            for row in csv.DictReader((folded / f"cells/{cell}_f{fold}/validation_predictions.csv").open())
        ]
        for fold in (0, 1)
    ]
    assert sorted(validated[0] + validated[1]) == [row["image_id"] for row in manifest if row["split"] != "test"]
    assert sorted(validated[0]) == [row["image_id"] for row in manifest if row["split"] == "validation"]
    assert {row["fold"] for row in manifest if row["split"] == "test"} == {"-1"}


def test_folds_are_one_row_and_one_model_is_tested(folded):
    board = list(csv.DictReader((folded / "comparison/leaderboard.csv").open()))
    selection = json.loads((folded / "comparison/selection.json").read_text())
    assert len(board) == selection["cells"] == 2
    assert len(list((folded / "cells").iterdir())) == 4
    assert int(board[0]["validation_images"]) == sum(
        sum(1 for _ in csv.DictReader((folded / f"cells/{board[0]['cell']}_f{fold}/validation_predictions.csv").open()))
        for fold in (0, 1)
    )
    assert selection["model_cell"] == selection["cell"] + "_f0"


def test_shortcuts_are_measured_on_the_images_of_all_folds(folded):
    manifest = list(csv.DictReader((folded / "split/manifest.csv").open()))
    rows = list(csv.DictReader((folded / "audit/shortcuts.csv").open()))
    selection = json.loads((folded / "comparison/selection.json").read_text())
    validated = sum(row["split"] != "test" for row in manifest)
    assert {int(row["validation_images"]) for row in rows} == {validated} == {selection["validation_images"]}


def test_the_model_that_is_tested_is_looked_into_with_the_images_of_its_fold(folded):
    selection = json.loads((folded / "comparison/selection.json").read_text())
    predictions = list(csv.DictReader((folded / f"cells/{selection['model_cell']}/validation_predictions.csv").open()))
    rows = list(csv.DictReader((folded / "audit/network.csv").open()))
    facts = json.loads((folded / "audit/network.json").read_text())
    assert (facts["cell"], facts["fold"]) == (selection["model_cell"], 0)
    assert {int(row["images"]) for row in rows} == {len(predictions)}
    right = sum(row["label"] == row["predicted"] for row in predictions)
    assert {int(row["correct"]) for row in rows if float(row["strength"]) == 0} == {right}


def test_siblings_are_counted_for_every_unit(folded):
    rows = list(csv.DictReader((folded / "split/siblings.csv").open()))
    across = {unit: [int(row["images_with_sibling_across_splits"]) for row in rows if row["unit"] == unit] for unit in
              ("image", "field", "stain")}  # fmt: skip
    assert [len(found) for found in across.values()] == [20, 20, 20]
    assert min(across["image"]) > 0
    assert max(across["field"] + across["stain"]) == 0
