"""Which states and models are removed where only the selected grid cell's are kept."""

from prune_cells import LARGE, find_others, prune


def test_all_folds_of_the_selected_grid_cell_are_kept():
    cells = {f"{name}_f{fold}": name for name in ("a", "b") for fold in range(3)} | {"c": "c"}
    assert find_others(cells, "b") == ["a_f0", "a_f1", "a_f2", "c"]


def test_what_is_large_is_removed_once(tmp_path):
    for name in (*LARGE, "metrics.json", "digests.json"):
        (tmp_path / name).write_bytes(b"12345")
    assert prune(tmp_path) == 5 * len(LARGE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digests.json", "metrics.json"]
    assert prune(tmp_path) == 0
    assert prune(tmp_path / "none") == 0
