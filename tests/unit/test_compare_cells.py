"""What the leaderboard says of differences, from tables of predictions to the columns."""

from collections import defaultdict
from types import SimpleNamespace

import compare_cells
import numpy as np
import pandas as pd
import pytest
from compare_cells import compare_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from smear.evaluation.correctness import find_groups, read_correctness
from smear.evaluation.selection import select_cell
from smear.files import read_json, write_json
from smear.grid import Cell
from smear.job import UserError
from smear.statistics.paired import paired_interval
from smear.tables import read_csv, write_csv


def board(rows: int, diverged: int = 0) -> pd.DataFrame:
    return pd.DataFrame({"cell": [f"c{k}" for k in range(rows + diverged)]})


def draw_right(rows: int, images: int, seed: int) -> np.ndarray:
    """Which images each row has right, best row first; the same images are hard for all."""
    random = np.random.default_rng(seed)
    right = random.random((rows, images)) > random.random(images) ** 4 * random.uniform(0, 1, rows)[:, None]
    return right[np.argsort(-right.sum(axis=1), kind="stable")]


@settings(max_examples=40)
@given(st.integers(2, 8), st.integers(1, 80), st.integers(1, 80), st.integers(0, 10**6), st.integers(0, 2))
def test_columns_agree_with_one_another(rows, images, groups, seed, diverged):
    right = draw_right(rows, images, seed)
    places = np.random.default_rng(seed).integers(groups, size=images)
    table, summary = compare_rows(board(rows, diverged), right, places.astype(str))
    others, failed = table[1:rows], table[rows:]
    assert others["difference"].to_numpy() == pytest.approx(right[0].mean() - right[1:].mean(axis=1))
    assert (others["difference_low"] <= others["difference"]).all()
    assert (others["difference"] <= others["difference_high"]).all()
    assert (others["difference_low"] < others["difference_high"]).all()
    assert (others.loc[others["p_value"] > 0.05, "difference_low"] <= 0).all()
    assert (others["p_value"] <= others["p_holm"]).all()
    assert table["tied"].dtype == bool
    assert table["tied"][0]
    assert not failed["tied"].any()
    assert failed.drop(columns=["cell", "tied"]).isna().all(axis=None)
    accuracy = right.mean(axis=1)
    assert ((accuracy >= summary["lowest_tied"] - 1e-9) == table["tied"][:rows]).all()
    assert summary["groups"] == len(np.unique(places))


@settings(max_examples=40)
@given(st.integers(2, 5), st.integers(1, 60), st.integers(0, 10**6))
def test_without_groups_p_is_mcnemars(rows, images, seed):
    table, _ = compare_rows(board(rows), draw_right(rows, images, seed), np.arange(images))
    assert table["p_value"][1:].tolist() == table["mcnemar_p"][1:].tolist()


def test_a_grid_of_one_cell_has_nothing_to_compare():
    table, summary = compare_rows(board(1), np.ones((1, 20), dtype=bool), np.arange(20))
    assert table["tied"].tolist() == [True]
    assert summary == {
        "groups": 20,
        "lowest_tied": 1.0,
        "detectable_difference": None,
        "corrected_accuracy": None,
        "corrected_low": None,
        "corrected_high": None,
    }


def test_images_of_a_group_count_as_fewer():
    """30 of 300 images differ, all in favor of the first row; in groups of ten these are three."""
    first, second = np.ones(300, dtype=bool), np.arange(300) >= 30
    right = np.array([first, second])
    single, _ = compare_rows(board(2), right, np.arange(300))
    grouped, _ = compare_rows(board(2), right, np.arange(300) // 10)
    assert single["p_value"][1] == 2.0**-29
    assert grouped["p_value"][1] == pytest.approx(0.25)
    assert grouped["difference_low"][1] <= 0 < single["difference_low"][1]
    assert grouped["mcnemar_p"][1] == single["mcnemar_p"][1]


@given(st.integers(1, 60), st.integers(0, 10**6))
def test_groups_widen_the_interval_and_groups_of_one_do_not(images, seed):
    first, second = draw_right(2, images, seed)
    alone = paired_interval(first, second)
    assert paired_interval(first, second, np.arange(images)) == alone
    repeated = [np.repeat(row, 3) for row in (first, second)]
    low, high = paired_interval(*repeated, np.repeat(np.arange(images), 3))
    assert low <= alone[0] + 1e-9
    assert high >= alone[1] - 1e-9


def test_the_grouped_interval_covers_the_true_difference_as_often_as_it_says():
    """Two equally good rows, whose groups of four are right or wrong together more often than not."""
    random, covered, plain, groups = np.random.default_rng(0), 0, 0, np.arange(320) // 4
    for _ in range(400):
        shares = random.beta(0.4, 0.04, (2, 80))
        right = random.random((2, 80, 4)) < shares[:, :, None]
        low, high = paired_interval(*right.reshape(2, 320), groups)
        covered += low <= 0 <= high
        low, high = paired_interval(*right.reshape(2, 320))
        plain += low <= 0 <= high
    assert 0.93 < covered / 400 < 0.99
    assert plain / 400 < 0.85


@pytest.mark.parametrize("sizes", [[300] + [1] * 100, [200, 150, 100, 50, *[2] * 30]])
def test_few_groups_with_most_images_say_little_of_a_difference(sizes):
    """Two equally good rows, whose groups are right in shares of their own."""
    random, covered, groups = np.random.default_rng(0), 0, np.repeat(np.arange(len(sizes)), sizes)
    for _ in range(200):
        shares = random.beta(1.8, 0.2, (2, len(sizes)))
        low, high = paired_interval(*(random.random((2, len(groups))) < shares[:, groups]), groups)
        covered += low <= 0 <= high
    assert covered / 200 > 0.9


def write_predictions(path, image_ids, predicted):
    write_csv(pd.DataFrame({"image_id": image_ids, "label": 1, "predicted": predicted, "prob_NA": 0.5}), path)
    return path


def test_predictions_are_joined_by_image_over_folds(tmp_path):
    first = write_predictions(tmp_path / "a.csv", ["NA", "007"], [1, 0])
    second = write_predictions(tmp_path / "b.csv", ["1"], [1])
    third = write_predictions(tmp_path / "c.csv", ["1", "007", "NA"], [0, 0, 1])
    found = read_correctness({"a": [first, second], "c": [third]})
    assert found.image_ids.tolist() == ["007", "1", "NA"]
    assert found.right.tolist() == [[False, True, True], [False, False, True]]


def test_rows_of_other_images_are_refused_by_name(tmp_path):
    paths = [write_predictions(tmp_path / f"{name}.csv", [name], [1]) for name in "ab"]
    with pytest.raises(UserError, match=r"The grid cells a and b were validated on different images.*b\.csv"):
        read_correctness({"a": paths[:1], "b": paths[1:]})


def make_job(folder, statuses: list[str]) -> SimpleNamespace:
    """Files of so many trainings, each right on one image less than the one before, and the job that compares them."""
    paths = defaultdict(list)
    names = [f"i{k}" for k in range(20)]
    write_csv(pd.DataFrame({"image_id": names, "field_id": names, "group": names}), folder / "manifest.csv")
    for k, status in enumerate(statuses):
        cell = Cell("SmallCNN", "adam", 0.1, 32, 0, 10 + k)
        metrics = {"cell": cell.name, **cell._asdict(), "status": status, "parameters": 9, "seconds": 1}
        if status == "finished":
            metrics |= {"validation_accuracy": 1 - k / 20, "validation_correct": 20 - k, "validation_images": 20}
        paths["metrics"].append(folder / f"{k}.json")
        write_json(metrics, paths["metrics"][-1])
        paths["predictions"].append(write_predictions(folder / f"{k}.csv", names, [0] * k + [1] * (20 - k)))
    outputs = SimpleNamespace(**{name: folder / f"{name}.csv" for name in ("leaderboard", "replicates", "ties")})
    return SimpleNamespace(input=SimpleNamespace(manifest=folder / "manifest.csv", **paths), output=outputs)


def test_a_job_ranks_compares_and_selects(tmp_path):
    job = make_job(tmp_path, ["finished", "diverged", *["finished"] * 10])
    compare_cells.main(job)
    table = read_csv(job.output.leaderboard)
    assert table["difference"].tolist()[:11] == pytest.approx([0, *np.arange(2, 12) / 20])
    assert table["tied"].tolist() == [*[True] * 6, *[False] * 6]
    selection = select_cell(table, read_csv(job.output.replicates), read_json(job.output.ties))
    assert (selection["cells"], selection["finished"], selection["indistinguishable"]) == (12, 11, 5)
    assert (selection["unit"], selection["groups"], selection["lowest_tied"]) == ("image", 20, 0.7)
    assert selection["corrected_low"] <= selection["corrected_accuracy"] <= selection["validation_accuracy"]


def test_where_all_diverged_the_selection_says_so(tmp_path):
    job = make_job(tmp_path, ["diverged"] * 2)
    compare_cells.main(job)
    with pytest.raises(UserError, match="All 2 grid cells diverged"):
        select_cell(*map(read_csv, (job.output.leaderboard, job.output.replicates)), read_json(job.output.ties))


@pytest.mark.parametrize(
    ("columns", "unit", "names"),
    [
        ({"group": ["f", "f", "g"]}, "field", ["f", "f", "g"]),
        ({"group": ["x", "y", "z"]}, "field", ["f", "f", "g"]),
        ({"group": ["p", "p", "p"]}, "group", ["p", "p", "p"]),
        ({"group": ["p", "p", "q"], "group_patient": ["p", "p", "q"], "group_photo": ["1", "2", "3"]}, "patient", None),
        ({"group": ["x", "y", "z"], "field_id": ["1", "2", "3"]}, "image", ["1", "2", "3"]),
    ],
)
def test_the_unit_is_what_the_split_keeps_together_or_the_field(tmp_path, columns, unit, names):
    manifest = {"image_id": ["a", "b", "c"], "field_id": ["f", "f", "g"], **columns}
    write_csv(pd.DataFrame(manifest), tmp_path / "manifest.csv")
    groups = find_groups(tmp_path / "manifest.csv", np.array(["c", "a", "b"], dtype=object))
    names = names or columns["group"]
    assert (groups.unit, groups.names.tolist()) == (unit, [names[2], names[0], names[1]])
