"""Causes of jobs that would run again, in words: of made-up jobs."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smear.files import write_json
from smear.records import write_record
from smear.why.causes import Cause, compare_values, find_causes, name_key, show
from smear.why.damage import find_damage
from smear.why.made_with import NAME, MadeWith, read_made_with, record_made_with
from smear.why.plan import Plan, Planned
from smear.why.table import render

CONFIG = {
    "split": {"seed": 1, "folds": 0},
    "model": {"dropout": 0.3},
    "augmentation": {"crop": 0.2, "flip": "both"},
    "dataset": {"synthetic": {"seed": 0}},
}
CELLS = {
    "a": {"learning_rate": 0.001, "epochs": 20, "fold": None},
    "b": {"learning_rate": 0.0001, "epochs": 20, "fold": None},
}
PLAN = Plan(Path("results/grid"), Path("results/datasets/d"), CONFIG, CELLS, [])
NOTHING = MadeWith({}, {})
OLD, NEW = "'0123'", "'4567'"


def explain(job: Planned, made_with: MadeWith = NOTHING, known: dict | None = None) -> list[Cause]:
    return find_causes(job, PLAN, known, made_with)


def test_edited_modules_are_those_of_other_digests():
    job = Planned("find_fields", "f", params={"code": NEW}, gone={OLD}, come={NEW}, modules={"a.py": "1", "b.py": "2"})
    made_with = MadeWith({"f": {"code": OLD}}, {"0123": {"a.py": "1", "b.py": "3", "c.py": "4"}})
    edited = [Cause("edited", f"workflow/scripts/{name}") for name in ("b.py", "c.py")]
    assert explain(job, made_with) == edited
    assert explain(job) == [Cause("edited", "workflow/scripts/find_fields.py or a module that it imports")]


def test_a_setting_has_its_key_and_both_values_where_they_were_recorded():
    params = {"seed": "1", "folds": "0"}
    job = Planned("split_images", "s", params=params, gone=frozenset(), come={"1"})
    assert explain(job, MadeWith({"s": {"seed": "0", "folds": "0"}}, {})) == [Cause("split.seed", "0 → 1")]
    assert explain(job) == [Cause("split.seed", "now 1")]
    stale = MadeWith({"s": {"seed": "5", "folds": "0"}}, {})
    assert explain(job._replace(gone={"7"}), stale) == [Cause("split.seed", "7 → 1")], (
        "another job wrote the file since"
    )


def test_of_settings_each_key_that_differs_is_named():
    old = {"dropout": 0.2, "augmentation": {"crop": 0.1, "flip": "both"}}
    new = {"dropout": 0.3, "augmentation": {"crop": 0.2, "flip": "both"}}
    job = Planned("train_cell", "t", "a", {"settings": repr(new)}, {repr(old)}, {repr(new)})
    assert explain(job) == [Cause("model.dropout", "0.2 → 0.3"), Cause("augmentation.crop", "0.1 → 0.2")]


def test_new_values_of_the_grid():
    job = Planned("train_cell", "t", "b", made=False, missing=("cells/b/metrics.json",))
    assert explain(job, known={"a": CELLS["a"]}) == [Cause("new learning_rate", "0.0001")]
    assert explain(job, known=CELLS) == [Cause("not trained yet")]
    assert explain(job) == [Cause("not trained yet")]
    known = {"a": CELLS["a"], "c": CELLS["b"] | {"epochs": 30}}
    assert explain(job, known=known) == [Cause("new combination in the grid")]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"made": False, "missing": ("x/y.csv",)}, Cause("not made yet")),
        ({"missing": ("x/y.csv",)}, Cause("missing", "x/y.csv")),
        ({"missing": ("x/y.csv",), "cell": "a"}, Cause("missing", "y.csv")),
        ({"newer": ("x/y.csv",)}, Cause("changed input", "x/y.csv")),
        ({"other_inputs": True}, Cause("another set of input files")),
        ({"environment": True}, Cause("another conda environment")),
        ({"forced": True}, Cause("forced, or interrupted before")),
        ({"follows": ("select_cell",)}, Cause("follows", "select_cell")),
        ({"follows": ("compare_cells",)}, Cause("continues a shorter run")),
        ({"params": {"content": NEW}, "gone": {OLD}, "come": {NEW}}, Cause("changed images of the source")),
    ],
)
def test_other_causes(changes, cause):
    assert explain(Planned("compare_cells", "c")._replace(**changes)) == [cause]


def test_a_line_for_each_stage_and_cause():
    cells = [Planned("train_cell", name, name, made=False, missing=("metrics.json",)) for name in CELLS]
    jobs = [*cells, Planned("compare_cells", "c", follows=("train_cell",))]
    plan = PLAN._replace(jobs=jobs, hours=len, basis="2 CPU cores", disk="blastgrid: disk.")
    known = {"z": {"learning_rate": 0.1, "epochs": 20}}
    text = render(plan, [find_causes(job, plan, known, NOTHING) for job in jobs], ["x has 1 bytes instead of 2"])
    assert text.splitlines() == [
        "results/grid: the next call runs 3 jobs; the time is estimated for 2 CPU cores",
        "  damaged: x has 1 bytes instead of 2; a job that reads it stops, and says what to do",
        "  train_cell     2 grid cells  about 2 h 0 min  new learning_rate 0.001, 0.0001",
        "  compare_cells  1 job                          follows train_cell",
        "blastgrid: disk.",
    ]
    assert render(PLAN, [], []) == "results/grid: nothing to be done"


def test_what_is_recorded_comes_back_and_code_that_made_nothing_goes(tmp_path):
    first = Planned("a", "x", params={"code": OLD, "seed": "1"}, modules={"a.py": "1"})
    second = Planned("b", "y", params={"code": "'89'"}, modules={"b.py": "1"})
    record_made_with(tmp_path, [first, second])
    record_made_with(tmp_path, [first._replace(params={"code": NEW}, modules={"a.py": "2"})])
    known = read_made_with(tmp_path)
    assert known.jobs == {"x": {"code": NEW}, "y": {"code": "'89'"}}
    assert known.code == {"4567": {"a.py": "2"}, "89": {"b.py": "1"}}
    written = (tmp_path / NAME).stat().st_mtime_ns
    record_made_with(tmp_path, [second])
    assert (tmp_path / NAME).stat().st_mtime_ns == written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_other_file_breaks_it(tmp_path, value):
    for content in (value, {"jobs": value, "code": {}}, {"jobs": {"x": {}}, "code": value}):
        (tmp_path / NAME).write_text(json.dumps(content))
        known = read_made_with(tmp_path)
        assert all(isinstance(text, str) for table in known for each in table.values() for text in each.values())
        record_made_with(tmp_path, [Planned("a", "x", params={"code": OLD}, modules={"a.py": "1"})])
        assert read_made_with(tmp_path).code["0123"] == {"a.py": "1"}


def test_damage_is_seen_by_size_and_what_is_missing_is_none(tmp_path):
    folder = tmp_path / "results/grid/report"
    for name in ("a.json", "b.json", "c.json"):
        write_json({}, folder / name)
    write_record(folder / "digests.json", [folder / name for name in ("a.json", "b.json", "c.json")], "made_up")
    dataset = tmp_path / "results/datasets/d"
    assert list(find_damage(folder.parent, dataset)) == []
    (folder / "a.json").unlink()
    (folder / "b.json").write_text("")
    assert list(find_damage(folder.parent, dataset)) == [f"{folder}/b.json has 0 bytes instead of 3"]
    write_json({}, dataset / "fields.digests.json")
    assert f"{dataset}/fields.digests.json is no whole digest record" in list(find_damage(folder.parent, dataset))


def test_values_are_shown_as_in_yaml_and_keys_where_one_fits():
    assert [show(value) for value in (True, None, 0.3, 1, "imagenet", [1, "a"])] == [
        *("true", "null", "0.3", "1", "imagenet", '[1, "a"]')
    ]
    assert len(show("x" * 1000)) <= 60
    assert name_key("seed", 1, CONFIG) == "split.seed"
    assert name_key("seed", 0, CONFIG) == "dataset.synthetic.seed"
    assert name_key("block", 50, CONFIG) == "block"
    assert list(compare_values("mask", [], [[0, 0, 1, 1]])) == [("mask", ([], [[0, 0, 1, 1]]))]
