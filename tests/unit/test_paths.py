"""Paths of the configuration: `~` and variables mean the same to the check and to the work."""

import pytest
from folders import BASE, SCHEMA, check_source, configure, fill_archive, fill_folder, number_files, raised
from smear.configuration.completion import complete_configuration

CLASSES = number_files("Benign", "Early")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SMEARS", "images")
    monkeypatch.delenv("NOT_SET", raising=False)
    fill_folder(tmp_path / "images", CLASSES)
    fill_archive(tmp_path / "images.zip", CLASSES)
    (tmp_path / "g.csv").write_text(
        "image,group\n" + "".join(f"{path},{number}\n" for number, path in enumerate(CLASSES))
    )
    (tmp_path / "w.keras").touch()
    return tmp_path


@pytest.mark.parametrize("path", ["~/images", "$HOME/images", "${HOME}/$SMEARS", "~/${SMEARS}"])
def test_the_path_of_a_source_is_expanded(home, path):
    config = configure(path)
    assert config["dataset"]["path"] == str(home / "images")
    assert config["dataset"]["name"] == "images"
    assert check_source(config) == {"Benign": 12, "Early": 12}


def test_every_other_path_is_expanded(home):
    config = complete_configuration(
        BASE
        | {
            "dataset": {"source": "archive", "path": "~/images.zip"},
            "split": {"groups_csv": "$HOME/g.csv"},
            "model": {"weights": "~/w.keras"},
        },
        SCHEMA,
    )
    assert check_source(config) == {"Benign": 12, "Early": 12}
    assert config["dataset"]["path"] == str(home / "images.zip")
    assert config["split"]["groups_csv"] == str(home / "g.csv")
    assert config["model"]["weights"] == str(home / "w.keras")


def test_a_variable_that_is_not_set_is_named(home):
    error = raised(configure, "$NOT_SET/images")
    assert "the environment variable NOT_SET is not set" in str(error)


def test_a_path_that_is_there_as_it_is_written_stays(home, monkeypatch):
    monkeypatch.chdir(home)
    fill_folder(home / "$HOME", CLASSES)
    assert check_source(configure("$HOME")) == {"Benign": 12, "Early": 12}


@pytest.mark.parametrize("name", ["br{x}ace", "br{dataset}ace", "{{x}}", "a}b"])
def test_braces_in_the_path_of_an_input_are_refused(home, name):
    fill_archive(home / f"{name}.zip", CLASSES)
    text = str(raised(configure, home / f"{name}.zip", "archive"))
    assert "the name of an input file cannot have braces" in text
    fill_folder(home / name, CLASSES)
    config = configure(home / name)
    assert check_source(config) == {"Benign": 12, "Early": 12}
    assert not set("{}") & set(config["dataset"]["name"])
