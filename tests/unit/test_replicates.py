"""Several seeds of a grid cell as one row: their means, the tests on these, and the model that is tested."""

from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import compare_cells
import numpy as np
import pandas as pd
import pytest
import select_cell
from compare_cells import compare_rows, pool_replicates
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_up import IMAGES, grid_cells, leaderboard_of, selection_of
from made_up_report import ONE, render
from replicates import draw_right, sort_rows
from smear.evaluation.pooling import pool_folds
from smear.evaluation.selection import list_replicates, rank_cells
from smear.evaluation.selection import select_cell as select
from smear.files import read_json, write_json
from smear.formats import write_seeds
from smear.grid import Cell
from smear.report.findings import finding
from smear.report.replicates import describe_model, describe_seeds, describe_spread, list_seeds
from smear.report.tables import cell_phrase, leaderboard_table
from smear.tables import read_csv, write_csv

ADAM = Cell("SmallCNN", "adam", 0.1, 32, 0, 10)
NAME = "SmallCNN_adam_lr0.1_b32_e10"


def training(cell: Cell, correct: int | None, images: int = 100, loss: float = 0.5) -> dict:
    """What the `metrics.json` of a training holds; without correct images it diverged."""
    row = {"cell": cell.name, **cell._asdict(), "parameters": 9, "seconds": 2.0, "images_per_second": 90.0}
    row |= {"epochs_run": cell.epochs, "best_epoch": None}
    if correct is None:
        return row | {"status": "diverged"}
    row |= {"validation_accuracy": correct / images, "validation_correct": correct, "validation_images": images}
    return row | {"status": "finished", "validation_loss": loss, "train_accuracy": 0.9, "train_loss": 0.3}


def of_seeds(cell: Cell, corrects: dict[int, int | None]) -> list[dict]:
    return [training(cell._replace(seed=seed), correct) for seed, correct in corrects.items()]


def compare(rows: list[dict]) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    """Leaderboard, replicates and selection of some trainings, where all rows are tied."""
    pooled = pool_folds(pd.DataFrame(rows))
    board = rank_cells(pooled)
    replicates = list_replicates(pooled, board)
    return board, replicates, select(board.assign(tied=True), replicates, {"unit": "image"})


def test_seeds_are_one_row_with_mean_deviation_and_the_lowest_seeds_model():
    board, replicates, chosen = compare(of_seeds(ADAM, {2: 90, 0: 80, 1: 73}))
    row = board.iloc[0]
    assert (len(board), row["cell"], row["model_cell"], row["seed"]) == (1, NAME, ADAM.name, 0)
    assert row["validation_accuracy"] == 0.81
    # Deviations of -1, 9 and -8 points: 146 / 2.
    assert row["replicate_sd"] == pytest.approx(73**0.5 / 100)
    assert (row["replicates"], row["validation_images"], row["seconds"]) == (3, 100, 6)
    assert pd.isna(row["validation_correct"])
    assert replicates["cell"].tolist() == [NAME] * 3
    assert replicates["seed"].tolist() == [0, 1, 2]
    assert replicates["replicate"].tolist() == [ADAM._replace(seed=seed).name for seed in (0, 1, 2)]
    assert replicates["validation_accuracy"].tolist() == [0.8, 0.73, 0.9]
    assert (chosen["cell"], chosen["model_cell"], chosen["seeds"]) == (NAME, ADAM.name, [0, 1, 2])
    assert (chosen["model_accuracy"], chosen["model_correct"], chosen["validation_correct"]) == (0.8, 80, None)
    assert chosen["rule"].endswith("that of the lowest seed, whichever was the best.")


def test_one_seed_is_what_it_was():
    board, replicates, chosen = compare([training(ADAM, 80)])
    row = board.iloc[0]
    assert (row["cell"], row["model_cell"], row["replicates"]) == (ADAM.name, ADAM.name, 1)
    assert (row["validation_accuracy"], row["validation_correct"]) == (0.8, 80)
    assert pd.isna(row["replicate_sd"])
    assert replicates["replicate"].tolist() == [ADAM.name]
    assert (chosen["replicate_sd"], chosen["replicates"], chosen["model_accuracy"]) == (None, 1, 0.8)
    assert "seed" not in chosen["rule"]


def test_the_highest_mean_is_selected_and_not_the_luckiest_seed():
    lucky, steady = ADAM, ADAM._replace(optimizer="rmsprop")
    board, _, chosen = compare(of_seeds(lucky, {0: 99, 1: 50}) + of_seeds(steady, {0: 80, 1: 82}))
    assert board["validation_accuracy"].tolist() == [0.81, 0.745]
    assert chosen["model_cell"] == steady.name


def test_a_diverged_seed_makes_the_row_diverge_and_keeps_the_others_in_the_table():
    board, replicates, chosen = compare(of_seeds(ADAM, {0: 99, 1: None}) + [training(ADAM._replace(epochs=5), 50)])
    assert board["status"].tolist() == ["finished", "diverged"]
    assert board.loc[1, ["validation_accuracy", "validation_loss", "replicate_sd"]].isna().all()
    assert board["replicates"].tolist() == [1, 2]
    assert replicates["status"].tolist() == ["finished", "finished", "diverged"]
    assert chosen["cell"] == ADAM._replace(epochs=5).name


def test_folds_are_pooled_within_each_seed_first():
    corrects = {(0, 0): (40, 50), (0, 1): (30, 50), (1, 0): (50, 50), (1, 1): (20, 50)}
    rows = [
        training(ADAM._replace(seed=seed, fold=fold), *counts) for (seed, fold), counts in reversed(corrects.items())
    ]
    board, replicates, chosen = compare(rows)
    row = board.iloc[0]
    assert (len(board), row["cell"], row["folds"], row["replicates"]) == (1, NAME, 2, 2)
    assert replicates["validation_correct"].tolist() == [70, 70]
    assert (row["validation_accuracy"], row["replicate_sd"], row["validation_images"]) == (0.7, 0, 100)
    assert (row["fold_accuracy_lowest"], row["fold_accuracy_highest"]) == (0.4, 1)
    assert chosen["model_cell"] == f"{ADAM.name}_f0"
    assert (chosen["model_correct"], chosen["seeds"]) == (70, [0, 1])


def test_rows_of_a_list_of_grids_may_have_different_seeds():
    others = ADAM._replace(batch_size=16), ADAM._replace(batch_size=8)
    rows = of_seeds(ADAM, {5: 80, 6: 90, 9: 70}) + of_seeds(others[0], {0: 90}) + of_seeds(others[1], {1: 70, 0: 90})
    board, _, _ = compare(rows)
    assert board["replicates"].tolist() == [1, 3, 2]
    assert board["cell"].tolist() == [others[0].name, NAME, NAME.replace("b32", "b8")]
    # Equal means are equal numbers, whatever they are means of.
    assert board["validation_accuracy"][1] == board["validation_accuracy"][2] == 0.8


TRAININGS = [
    training(cell._replace(seed=seed), correct, loss=0.1 * seed)
    for cell, corrects in (
        (ADAM, (80, 90, 91)),
        (ADAM._replace(epochs=3), (90, 81, 90)),
        (ADAM._replace(epochs=2), (9,)),
    )
    for seed, correct in enumerate(corrects)
]


@given(st.permutations(TRAININGS))
def test_the_order_of_the_trainings_does_not_matter(rows):
    first, second = compare(TRAININGS), compare(rows)
    for table, other in zip(first[:2], second[:2], strict=True):
        pd.testing.assert_frame_equal(table, other)
    assert first[2] == second[2]


def make_job(folder, rights: dict[tuple[int, int], str], order=None) -> SimpleNamespace:
    """The files of trainings of some epochs and seed, each right on the images that are not blank, and their job."""
    names = [f"i{k}" for k in range(len(next(iter(rights.values()))))]
    write_csv(pd.DataFrame({"image_id": names, "field_id": names, "group": names}), folder / "manifest.csv")
    paths = {"metrics": [], "predictions": []}
    for (epochs, seed), text in rights.items():
        right = [letter != " " for letter in text]
        cell = ADAM._replace(seed=seed, epochs=epochs)
        paths["metrics"].append(folder / f"{cell.name}.json")
        write_json(training(cell, sum(right), len(right)), paths["metrics"][-1])
        paths["predictions"].append(folder / f"{cell.name}.csv")
        table = {"image_id": names, "label": 1, "predicted": np.array(right, dtype=int), "prob_a": 0.5}
        write_csv(pd.DataFrame(table), paths["predictions"][-1])
    for name, ordered in paths.items():
        paths[name] = [ordered[place] for place in order or range(len(ordered))]
    names = ("leaderboard", "replicates", "ties", "selection", "selected")
    outputs = SimpleNamespace(**{name: folder / f"{name}.out" for name in names})
    return SimpleNamespace(input=SimpleNamespace(manifest=folder / "manifest.csv", **paths), output=outputs)


RIGHTS = {(2, 0): "xxxxxxxx", (2, 1): "xxxxxxx ", (1, 0): "xxxx    ", (1, 1): "xxxxx   ", (1, 2): "  xxxx  "}


def run(job: SimpleNamespace) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    compare_cells.main(job)
    select_cell.main(SimpleNamespace(input=job.output, output=job.output))
    return read_csv(job.output.leaderboard), read_csv(job.output.replicates), read_json(job.output.selection)


def test_a_job_compares_rows_of_two_and_three_seeds_by_their_means(tmp_path):
    board, replicates, chosen = run(make_job(tmp_path, RIGHTS))
    assert board["replicates"].tolist() == [2, 3]
    assert board["validation_accuracy"].tolist() == pytest.approx([15 / 16, 13 / 24])
    assert board["difference"][1] == pytest.approx(15 / 16 - 13 / 24)
    assert board["mcnemar_p"].isna().all()
    # Sixths of an image that the first row has more: 2, 2, 0, 0, 2, 4, 6, 3. Of the 64 signs of those that differ.
    assert board["p_value"][1] == pytest.approx(enumerate_p([2, 2, 2, 4, 6, 3]))
    assert replicates["validation_accuracy"].tolist() == [1, 7 / 8, 4 / 8, 5 / 8, 4 / 8]
    assert (replicates["validation_low"] < replicates["validation_accuracy"]).all()
    assert (chosen["model_accuracy"], chosen["model_correct"], chosen["model_high"]) == (1, 8, 1)
    assert read_json(tmp_path / "selected.out")["model_cell"] == ADAM._replace(epochs=2).name


def enumerate_p(differences: list[int]) -> float:
    sums = [abs(np.dot(signs, differences)) for signs in product((1, -1), repeat=len(differences))]
    return float(Fraction(sum(total >= sum(differences) for total in sums), len(sums)))


@settings(max_examples=10)
@given(st.permutations(range(len(RIGHTS))))
def test_the_order_of_the_files_does_not_matter(tmp_path_factory, order):
    folder, found = tmp_path_factory.mktemp("job"), []
    for job in (make_job(folder, RIGHTS), make_job(folder, RIGHTS, order)):
        run(job)
        found.append([path.read_bytes() for path in vars(job.output).values()])
    assert found[0] == found[1]


def test_right_answers_are_added_up_by_row():
    right = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=bool)
    assert pool_replicates(right, np.array([2, 1, 1])).tolist() == [[2, 1, 1], [0, 0, 1], [1, 0, 0]]


@settings(max_examples=30)
@example(rows=2, images=38, size=1, seeds=3, number=3)
@given(st.integers(2, 5), st.integers(4, 40), st.integers(1, 3), st.integers(2, 4), st.integers(0, 10**6))
def test_seeds_that_agree_in_everything_say_what_one_says(rows, images, size, seeds, number):
    right = np.random.default_rng(number).random((rows, images)) > 0.3
    right = right[np.argsort(-right.sum(axis=1), kind="stable")]
    groups, board = np.arange(images) // size, pd.DataFrame(index=range(rows))
    one, of_one = compare_rows(board, right, groups)
    several, of_several = compare_rows(board, right * np.uint8(seeds), groups, seeds)
    kept = one.columns.drop(["validation_low", "validation_high", "mcnemar_p"])
    pd.testing.assert_frame_equal(one[kept], several[kept], check_exact=False, rtol=1e-9, atol=1e-11)
    assert of_several == pytest.approx(of_one)
    assert several["mcnemar_p"].isna().all()


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 60), st.integers(1, 4), st.integers(0, 10**6)
)
def test_columns_of_rows_of_any_seeds_agree_with_one_another(seeds, images, size, number):
    random, counts = np.random.default_rng(number), np.array(seeds)
    right = random.binomial(counts[:, None], random.random(images) ** 0.3, size=(len(counts), images))
    right, groups, counts = sort_rows(right, counts, np.arange(images) // size)
    table, summary = compare_rows(pd.DataFrame(index=range(len(counts))), right, groups, counts)
    accuracy = (right / counts[:, None]).mean(axis=1)
    assert table["difference"].to_numpy() == pytest.approx(accuracy[0] - accuracy)
    assert (table["validation_low"] <= accuracy + 1e-12).all()
    assert (table["validation_high"] >= accuracy - 1e-12).all()
    others = table[1:]
    assert (others["difference_low"] <= others["difference"] + 1e-12).all()
    assert (others["difference"] <= others["difference_high"] + 1e-12).all()
    assert (others.loc[others["p_value"] > 0.05, "difference_low"] <= 0).all()
    assert ((accuracy >= summary["lowest_tied"] - 1e-9) == table["tied"]).all()
    alone = (counts[0] == 1) & (counts[1:] == 1)
    assert others["mcnemar_p"].notna().tolist() == alone.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 4])
def test_intervals_cover_and_alarms_are_rare_where_rows_are_equally_good(size):
    """Of three seeds of two rows and one of a third; benchmarks/replicates.md has more rounds."""
    random, seeds, held, alarms, rounds = np.random.default_rng(3), (3, 3, 1), [], [], 100
    groups, counts = np.arange(324) // size, np.array(seeds)
    for _ in range(rounds):
        right = draw_right(random, 324, size, seeds)
        table, _ = compare_rows(pd.DataFrame(index=range(3)), *sort_rows(right, counts, groups))
        held += (table["validation_low"].le(0.97) & table["validation_high"].ge(0.97)).tolist()
        alarms.append(not table["tied"].all())
    assert np.mean(held) > 0.92
    # Above this lies 1 % of what a test with 5 % gives.
    assert sum(alarms) <= 11


def test_words_of_seeds():
    assert write_seeds([3, 3]) == "3 seeds"
    assert write_seeds([1]) == "1 seed"
    assert write_seeds([2, 1, 5]) == "1 to 5 seeds"
    assert list_seeds([0]) == "seed 0"
    assert list_seeds([0, 4]) == "seeds 0 and 4"
    assert list_seeds([0, 1, 2]) == "seeds 0, 1 and 2"
    assert list_seeds(range(20)) == "20 seeds"


def test_tables_and_sentences_have_the_mean_and_name_the_model():
    table = leaderboard_of(grid_cells(seed=[0, 1, 2], optimizer=["adam"], learning_rate=[0.0001, 0.003], epochs=[30]))
    chosen = selection_of(table)
    board = leaderboard_table(table, chosen["cell"])
    assert (board["axes"], board["seeds"]) == (["Learning rate"], "3 seeds")
    assert "seed" not in board["same"]
    assert board["rows"][0]["spread"] == describe_spread(chosen)
    assert (
        cell_phrase(chosen) == "EfficientNetB0, Adam, learning rate 0.0001, batch size 32, 30 epochs, seeds 0, 1 and 2"
    )
    sentence = describe_model(chosen)
    assert sentence.startswith("The model that is tested is that of seed 0, the lowest of seeds 0, 1 and 2")
    assert f"({chosen['model_correct']} of {IMAGES})" in sentence
    assert "by means over 3 seeds" in finding("learning_rate", table.assign(tied=table["rank"] == 1), chosen)
    assert finding("curves", table, chosen).endswith("averaged over 3 seeds.")
    single = leaderboard_of(grid_cells(**ONE))
    assert describe_model(selection_of(single)) == describe_spread(selection_of(single)) == describe_seeds(single) == ""


@pytest.mark.slow
def test_page_and_card_say_which_model_is_tested(tmp_path):
    snakemake, page = render(tmp_path, cells=grid_cells(seed=[0, 1, 2], **ONE | {"learning_rate": [0.0001, 0.001]}))
    chosen = read_json(snakemake.input.selection)
    card = snakemake.output.model_card.read_text(encoding="utf-8")
    for text in (page.text, card):
        assert "The model that is tested is that of seed 0" in text
        assert chosen["model_cell"] in text
        assert "mean of 3 seeds, standard deviation" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"± {100 * chosen['replicate_sd']:.2f}" in page.text
    assert "2 grid cells, each trained with 3 seeds." in page.text
    assert f"| {chosen['model_correct']} of {IMAGES} |" in card
