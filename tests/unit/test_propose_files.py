"""The file of a proposal: its name, its text, and that no call writes over one."""

import re
from pathlib import Path

import pytest
import yaml
from folders import raised
from hypothesis import given
from hypothesis import strategies as st
from proposals import fill, name_images, propose_for
from smear.configuration.completion import read_schema
from smear.files import write_json
from smear.propose import __main__ as command
from smear.propose.naming import to_ascii
from smear.propose.proposal import SCHEMA
from smear.propose.writing import render, write_value

PATTERN = read_schema(SCHEMA)["properties"]["experiment"]["pattern"]


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A folder that looks like a checkout, as the working folder."""
    folder = tmp_path / "checkout"
    (folder / "config").mkdir(parents=True)
    (folder / "Snakefile").touch()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def images(tmp_path) -> Path:
    return fill(tmp_path / "a b" / "it's $5 #1", name_images({"A": 12, "B": 12}))


def call(*arguments: str) -> Path:
    return command.prepare(command.read_arguments([*arguments]), 0)


def test_a_file_that_is_there_is_used_as_it_is(checkout, images, capsys):
    path = call(str(images))
    assert "written" in capsys.readouterr().out
    path.write_text(path.read_text() + "# mine\n")
    assert call(str(images)) == path
    assert "used as it is" in capsys.readouterr().out
    assert path.read_text().endswith("# mine\n")
    path.unlink()
    assert call(str(images)) == path


def test_other_images_of_the_same_name_get_another_file(checkout, images, tmp_path):
    other = fill(tmp_path / "other" / images.name, name_images({"A": 12, "B": 12}))
    assert [call(str(folder)).name for folder in (images, other, images, other)] == [
        "it-s-5-1.yaml", "other-it-s-5-1.yaml", "it-s-5-1.yaml", "other-it-s-5-1.yaml",
    ]  # fmt: skip


def test_a_file_of_the_workflow_is_not_for_the_images(checkout, tmp_path):
    (checkout / "config/demo.yaml").write_text("dataset: {source: synthetic}\n")
    folder = fill(tmp_path / "own" / "demo", name_images({"A": 12, "B": 12}))
    assert call(str(folder)).name == "own-demo.yaml"
    assert "config/demo.yaml is for other images" in str(raised(call, str(folder), "--name", "demo"))


def test_results_of_others_are_not_taken_over(checkout, tmp_path):
    (checkout / "results/grid").mkdir(parents=True)
    write_json({"origin": "/somewhere"}, checkout / "results/datasets/other/source.json")
    for name in ("grid", "other"):
        folder = fill(tmp_path / "own" / name, name_images({"A": 12, "B": 12}))
        assert call(str(folder)).name == f"own-{name}.yaml"


def test_a_file_that_is_no_yaml_is_left_to_the_workflow(checkout, images):
    path = call(str(images))
    path.write_text("a: b: c\n")
    assert call(str(images)) == path


@pytest.mark.parametrize("name", ["../x", "", ".x", "a b", "ä"])
def test_a_name_that_is_none_is_refused(checkout, images, name):
    assert "NAME is" in str(raised(call, str(images), "--name", name))


@given(st.text(max_size=300))
def test_every_folder_has_a_name_that_the_schema_takes(text):
    assert re.search(PATTERN, to_ascii(text) or "images")


def test_a_relative_path_is_kept(checkout):
    fill(checkout / "mine", name_images({"A": 12, "B": 12}))
    assert yaml.safe_load(call("mine").read_text())["dataset"]["path"] == "mine"


FAULTS = {
    "no folder": ([], {}, "does not exist"),
    "no images": (["A/notes.txt", "B/notes.txt"], {}, "holds no class folders with images"),
    "one class": (name_images({"A": 12}), {}, "holds one class only (A)"),
    "two sets": (
        name_images({f"{kind}/{name}": 12 for kind in ("Original", "Segmented") for name in "AB"}), {},
        "dataset.variant is not set",
    ),
    "a class that is not there": (name_images({"A": 12, "B": 12}), {"classes": ["A", "C"]}, "dataset.classes names C"),
    "an unknown key": (name_images({"A": 12, "B": 12}), {"varient": 1}, "unknown key varient in dataset"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_workflow_refuses_writes_no_file(checkout, tmp_path, fault):
    paths, dataset, words = FAULTS[fault]
    folder = fill(tmp_path / "own", paths)
    arguments = ["--dataset", yaml.safe_dump(dataset)] if dataset else []
    assert words in str(raised(call, str(folder), *arguments))
    assert list((checkout / "config").iterdir()) == []


def test_what_an_error_offers_is_done_by_the_argument_that_is_named(checkout, tmp_path):
    folder = fill(tmp_path / "own", FAULTS["two sets"][0])
    text = command.explain(raised(call, str(folder), "--dataset", "{positive: B}"), "{positive: B}")
    offered = text.partition("DATASET=")[2].strip().strip("'")
    assert offered == "{positive: B, variant: Original}"
    assert yaml.safe_load(call(str(folder), "--dataset", offered).read_text())["dataset"]["variant"] == "Original"


def test_outside_of_a_checkout_nothing_is_written(tmp_path, images, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "has the Snakefile" in str(raised(call, str(images)))
    assert "IMAGES is empty" in str(raised(call, ""))
    assert "CORES is 0" in str(raised(call, str(images), "--cores", "0"))


@pytest.mark.parametrize("text", ["[1", "Original"])
def test_keys_that_are_no_yaml_are_refused(checkout, images, text):
    assert "write keys of dataset in YAML" in str(raised(call, str(images), "--dataset", text))


def test_the_file_begins_with_the_call_and_its_comments_stand_below_each_other(images):
    lines = render(propose_for(images), Path("config/own.yaml"), str(images)).splitlines()
    assert lines[0] == "# snakemake --cores 2 --configfile config/own.yaml"
    assert lines[1].startswith("# make run 'IMAGES=/")
    assert "$$5" in lines[1]
    section = lines[lines.index("dataset:") + 1 : lines.index("split:") - 1]
    assert len({line.index("  # ") for line in section if "  # " in line.lstrip()}) == 1
    assert max(map(len, lines)) < 160


@given(st.recursive(st.text() | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner, max_size=3)))
def test_a_value_is_read_as_it_was_in_one_line(value):
    text = write_value(value)
    assert "\n" not in text
    assert yaml.safe_load(f"key: {text}  # comment") == {"key": value}
