"""Files are written whole or not at all, and tables come back as they were."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smear.files import atomic_write, read_json, write_json
from smear.tables import read_csv, write_csv


def test_a_failed_write_leaves_what_was_there(tmp_path):
    (tmp_path / "a.json").write_text("old")

    def fail_half_way() -> None:
        with atomic_write(tmp_path / "a.json") as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert (tmp_path / "a.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_write_renames_a_file_with_the_same_suffix(tmp_path):
    with atomic_write(tmp_path / "new/a.keras") as temporary:
        assert temporary.suffix == ".keras"
        temporary.write_text("whole")
        assert not (tmp_path / "new/a.keras").exists()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.keras"]


def test_json_is_sorted_and_has_no_nan(tmp_path):
    write_json({"b": 1, "a": "é"}, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "a": "é",\n  "b": 1\n}\n'
    assert read_json(tmp_path / "a.json") == {"a": "é", "b": 1}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"a": math.nan}, tmp_path / "a.json")


@given(st.lists(st.sampled_from(["NA", "null", "0", "007", "nan", "a,b", 'say "x"', "é"]), min_size=1))
def test_names_survive_whatever_they_look_like(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("tables") / "a.csv"
    table = pd.DataFrame({"class": names, "loss": [math.nan, *range(len(names) - 1)]})
    write_csv(table, path)
    back = read_csv(path)
    assert back["class"].tolist() == names
    assert back["loss"].isna().tolist() == table["loss"].isna().tolist()
