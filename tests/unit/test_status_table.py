"""The table of `make status`: its columns, and the time that is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_status import CELL, FIRST, OTHER, describe, write_done, write_running
from smear.durations import format_duration
from smear.status.cells import CellStatus, read_experiment
from smear.status.grid_file import write_cells
from smear.status.table import estimate_seconds, render

CHAIN_CELLS = {epochs: FIRST._replace(epochs=epochs) for epochs in (20, 30, 50)}


CHAIN = {epochs: cell.name for epochs, cell in CHAIN_CELLS.items()}


SHORTER = {CHAIN[30]: CHAIN[20], CHAIN[50]: CHAIN[30]}


def test_the_time_left_counts_the_epochs_that_will_be_trained(tmp_path):
    others = [cell._replace(optimizer="rmsprop") for cell in CHAIN_CELLS.values()]
    shorter = SHORTER | {other.name: before.name for other, before in zip(others[1:], others, strict=False)}
    cells = describe(*CHAIN_CELLS.values(), *others)
    experiment = tmp_path / "results/grid"
    write_cells(cells, experiment, shorter)
    write_done(experiment, CHAIN[20], epochs_run=20, seconds=2000.0)
    # Of one chain 10 and 20 epochs, of the other 20, 10 and 20, at 100 s each, one after the other.
    assert estimate_seconds(read_experiment(experiment).cells) == 8000
    assert "about 2 h 13 min left once it is resumed" in render(experiment, *read_experiment(experiment))
    write_running(experiment, CHAIN[50], epoch=35, epochs=50, state="stopped")
    assert estimate_seconds(read_experiment(experiment).cells) == 7500
    write_cells(cells, experiment)
    assert estimate_seconds(read_experiment(experiment).cells) == 3000 + 1500 + 10000


def test_a_chain_takes_as_long_as_its_cells_one_after_the_other():
    states = {20: "running", 30: "waiting", 50: "waiting"}
    chain = [
        CellStatus(CHAIN[epochs], state, shorter=SHORTER.get(CHAIN[epochs]), epochs=epochs)
        for epochs, state in states.items()
    ]
    others = [CellStatus(f"other {number}", "running", epoch=0, epochs=5) for number in range(3)]
    done = CellStatus("done", "done", epoch_seconds=1.0, epochs=5)
    assert estimate_seconds([*chain, *others, done]) == 50


CELLS = st.builds(
    CellStatus,
    name=st.sampled_from([CELL, OTHER, "MobileNetV3Large_adam_lr0.1_b8_s1_e3", "foreign"]),
    architecture=st.sampled_from(["", "SmallCNN", "MobileNetV3Large"]),
    epochs=st.sampled_from([0, 3, 10]),
    state=st.sampled_from(["done", "running", "interrupted", "failed", "unclear", "waiting"]),
    epoch=st.none() | st.integers(0, 99),
    images_per_second=st.none() | st.floats(0, 1e9),
    seconds_left=st.none() | st.floats(0, 1e9),
    epoch_seconds=st.none() | st.floats(0, 1e9),
    note=st.sampled_from(["", "diverged"]),
    details=st.just(()),
)


@given(st.lists(CELLS))
def test_columns_stand_below_one_another_whatever_the_cells(cells):
    lines = render("results/grid", cells, []).split("\n")
    head, rows = lines[1], lines[2:-1]
    assert len(rows) == len(cells)
    for row, cell in zip(rows, cells, strict=True):
        assert row[head.index("state") :].startswith(cell.state)
    seconds = estimate_seconds(cells)
    assert seconds is None or seconds >= max((c.seconds_left or 0 for c in cells if c.state == "running"), default=0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (89.4, "89 s"), (90, "2 min"), (5369, "89 min"), (7800, "2 h 10 min"), (200_000, "2 days 8 h")],
)
def test_durations(seconds, text):
    assert format_duration(seconds) == text
