"""The staged search of the paper replayed on made-up grids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_claims import make_split
from smear.evaluation.selection import rank_cells
from smear.reproduction.staged import find_start, find_starts, list_stages, replay, replay_search

STAGES = ["optimizer", "learning_rate", "epochs"]
STARTS = {"optimizer": "adam", "learning_rate": 0.0001, "epochs": 30}
PUBLISHED = {
    "stages": [{"question": axis} for axis in STAGES],
    "best_cell": STARTS,
    "grid": {"optimizer": ["adam", "rmsprop"], "learning_rate": [0.0001, 0.0003, 0.001, 0.003], "epochs": [20, 30, 50]},
}


def search(accuracy, stages=STAGES, starts=STARTS, **axes) -> dict:
    """Replay the search on a grid with these accuracies that has no other axis."""
    (found,) = replay_search(make_split(accuracy, images=2000, **axes), stages, starts)
    return found


def test_without_interaction_the_search_finds_the_best():
    effects = {"adam": 0.06, 0.0003: 0.06, 50: 0.06}
    found = search(lambda cell: 0.7 + sum(effects.get(cell[axis], 0) for axis in STAGES))
    assert found["chosen"] == found["best"] == "EfficientNetB0_adam_lr0.0003_b32_s0_e50"
    assert (found["same"], found["rank"], found["tied"], found["cells"]) == (True, 1, True, 24)
    assert [step["axis"] for step in found["steps"]] == STAGES
    assert [step["chosen"] for step in found["steps"]] == ["adam", 0.0003, 50]
    # 2 optimizers, 3 further rates, 2 further numbers of epochs.
    assert found["trained"] == 7
    assert [len(step["compared"]) for step in found["steps"]] == [2, 4, 3]


def interacting(cell: dict) -> float:
    """RMSprop is worse where the search begins, and the best of all at a rate that it never sees with it."""
    if cell["optimizer"] == "rmsprop":
        return 0.95 if cell["learning_rate"] == 0.001 else 0.6
    return 0.8 + 0.05 * (cell["learning_rate"] == 0.0001)


def test_an_interaction_leads_the_search_astray():
    found = search(interacting)
    assert found["steps"][0]["chosen"] == "adam"
    assert "adam_lr0.0001" in found["chosen"]
    assert "rmsprop_lr0.001" in found["best"]
    assert (found["same"], found["tied"]) == (False, False)
    assert found["rank"] > 3
    assert found["chosen_accuracy"] < found["best_accuracy"]


def test_another_order_of_stages_is_not_led_astray():
    found = search(
        interacting, ["learning_rate", "optimizer"], {"optimizer": "rmsprop", "learning_rate": 0.003}, epochs=[30]
    )
    assert found["same"]
    assert found["trained"] == 5


def test_a_choice_that_is_second_by_luck_is_tied():
    found = search(lambda cell: 0.9)
    assert found["tied"]
    assert found["p_tied"] > 0.05


def test_axes_of_one_value_are_no_stage():
    found = search(
        lambda cell: 0.9 + 0.05 * (cell["epochs"] == 2),
        starts={"optimizer": "adam", "learning_rate": 0.0005, "epochs": 2},
        optimizer=["adam"],
        learning_rate=[0.0005],
        epochs=[1, 2],
    )
    assert [step["axis"] for step in found["steps"]] == ["epochs"]
    assert (found["chosen"], found["trained"]) == (found["best"], 2)
    one = search(lambda cell: 0.9, optimizer=["adam"], learning_rate=[0.0001], epochs=[30])
    assert (one["steps"], one["same"], one["trained"], one["cells"]) == ([], True, 1, 1)


def test_every_seed_has_a_search_of_its_own():
    results = make_split(interacting, images=1000, seed=[0, 1, 2])
    found = replay_search(results, STAGES, STARTS)
    assert sorted(one["held"]["seed"] for one in found) == [0, 1, 2]
    for one in found:
        assert one["cells"] == 24
        assert f"_s{one['held']['seed']}_" in one["chosen"]
        assert not one["same"]


def test_ties_within_a_stage_go_by_the_rule_of_the_selection():
    cells = make_split(lambda cell: 0.9, optimizer=["adam"], learning_rate=[0.0001]).replicates
    equal = cells.assign(validation_accuracy=0.9, validation_loss=[0.2, 0.1, 0.1], parameters=5, status="finished")
    ranked = rank_cells(equal.drop(columns="rank", errors="ignore"))
    steps, _ = replay(ranked, ["epochs"], {"epochs": 30})
    assert steps[0]["chosen"] == min(equal.loc[equal["validation_loss"] == 0.1, "epochs"])


def test_where_all_of_the_last_stage_diverged_nothing_is_chosen():
    results = make_split(interacting)
    kept = (results.replicates["learning_rate"] != 0.0001) & (results.replicates["epochs"] != 30)
    finished = results._replace(replicates=results.replicates[kept].reset_index(drop=True), right=results.right[kept])
    (found,) = replay_search(finished, STAGES, STARTS)
    assert found["chosen"] is None
    assert "same" not in found


@given(st.permutations(STAGES), st.integers(0, 1000))
def test_the_choice_is_never_worse_than_what_it_was_compared_with(stages, seed):
    results = make_split(lambda cell: 0.8, images=40, learning_rate=[0.0001, 0.001])
    # Ranks at random, as any grid may have them.
    shuffled = results.replicates.sample(frac=1, random_state=seed).reset_index(drop=True)
    steps, trained = replay(shuffled, stages, STARTS)
    ranks = {cell: place for place, cell in enumerate(shuffled["cell"])}
    for step in steps:
        chosen = min(step["compared"], key=lambda row: ranks[row["cell"]])
        assert chosen[step["axis"]] == step["chosen"]
    assert {row["cell"] for step in steps for row in step["compared"]} == set(trained["cell"])
    # Each stage has the choice of the one before among its rows.
    best = [min(ranks[row["cell"]] for row in step["compared"]) for step in steps]
    assert best == sorted(best, reverse=True)


@pytest.mark.parametrize(
    ("values", "theirs", "expected"),
    [
        ([20, 30, 50], 30, 30),
        ([30, 40], 30, 30),
        ([1, 3], 30, 3),
        ([1, 2, 3], 30, 2),
        ([7], 30, 7),
        ([1, 2, 3], 20, 1),
        ([1, 2, 3], 50, 3),
    ],
)
def test_the_search_begins_where_the_paper_does_or_at_its_place(values, theirs, expected):
    assert find_start(values, theirs, [20, 30, 50]) == expected


def test_starts_are_those_of_the_grid():
    table = make_split(lambda cell: 0.9, learning_rate=[0.003, 0.0005], epochs=[1, 2, 3]).replicates
    assert find_starts(table, PUBLISHED) == {"optimizer": "adam", "learning_rate": 0.0005, "epochs": 2}
    assert list_stages(PUBLISHED) == STAGES
