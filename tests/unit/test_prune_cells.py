"""Which states and models are removed where only the selected grid cell's are kept."""

from prune_cells import LARGE, find_others, prune


def test_all_folds_of_the_tested_replicate_are_kept_and_no_other_seed():
    seeds = {f"{name}_f{fold}": name for name in ("a_s0", "a_s1") for fold in range(3)} | {"c": "c"}
    assert find_others(seeds, "a_s1_f0") == ["a_s0_f0", "a_s0_f1", "a_s0_f2", "c"]


def test_what_is_large_is_removed_once(tmp_path):
    for name in (*LARGE, "metrics.json", "digests.json"):
        (tmp_path / name).write_bytes(b"12345")
    assert prune(tmp_path) == 5 * len(LARGE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digests.json", "metrics.json"]
    assert prune(tmp_path) == 0
    assert prune(tmp_path / "none") == 0
