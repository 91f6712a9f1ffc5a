"""What `make why` says of the next call, and how old results are kept after an upgrade."""

import re
from contextlib import contextmanager

import pytest

PLAIN = "{{architecture: [SmallCNN], optimizer: [adam, rmsprop], learning_rate: [{}], epochs: [{}]}}"
FEED = "workflow/scripts/smear/training/feed.py"


def ask_why(project, *arguments: str) -> str:
    result = project.snakemake(*arguments, module="smear.why")
    assert result.returncode == 0, result.output
    return result.output


def find_line(text: str, rule: str) -> str:
    """The one line of a stage, its columns with single blanks between them."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"  {rule} ")]
    return re.sub(" +", " ", line.strip())


@contextmanager
def edited(project, *paths: str):
    """The modules of the project with one more name each."""
    texts = {project.folder / path: (project.folder / path).read_text() for path in paths}
    try:
        for path, text in texts.items():
            path.write_text(f"{text}\nANOTHER = 1\n")
        yield
    finally:
        for path, text in texts.items():
            path.write_text(text)


def test_nothing_and_a_mistake(finished):
    assert ask_why(finished) == "results/tiny: nothing to be done\n"
    result = finished.snakemake("--config", "image={sice: 32}", module="smear.why")
    assert result.returncode == 1
    assert "unknown key sice in image (did you mean size?)" in result.output
    assert "Traceback" not in result.output


def test_edited_modules_are_named(finished):
    figure = "workflow/scripts/smear/figures/repeat_captures.py"
    with edited(finished, FEED, figure):
        text = ask_why(finished)
    assert re.search(r"^results/tiny: the next call runs \d+ jobs", text)
    assert re.fullmatch(rf"train_cell 2 grid cells (about \d+ s )?edited {FEED}", find_line(text, "train_cell"))
    assert find_line(text, "audit_splits") == f"audit_splits 1 job edited {figure}"
    assert find_line(text, "compare_cells") == "compare_cells 1 job follows train_cell"


def test_a_new_value_of_the_grid_and_a_changed_setting_are_named(finished):
    text = ask_why(finished, "--config", f"grid={PLAIN.format('0.001, 0.002', 1)}")
    assert re.search("^train_cell 2 grid cells .*new learning_rate 0.002$", find_line(text, "train_cell"))
    assert find_line(text, "compare_cells") == "compare_cells 1 job another set of input files"
    assert "(grid cells 3.0 MB, " in text
    text = ask_why(finished, "--config", "model={weights: none, dropout: 0.3}", "split={seed: 1}")
    assert re.search("^train_cell 2 grid cells .*model.dropout 0.2 → 0.3$", find_line(text, "train_cell"))
    assert find_line(text, "split_images") == "split_images 1 job split.seed 0 → 1"
    assert "this call writes" not in text, "files that are replaced take no more"


def test_damage_is_named_and_missing_files_are(finished):
    report = finished.folder / "results/tiny/report"
    (report / "model_card.md").rename(report / "elsewhere.md")
    predictions = (report / "test_predictions.csv").read_bytes()
    (report / "test_predictions.csv").write_bytes(predictions[:-1])
    try:
        text = ask_why(finished)
    finally:
        (report / "elsewhere.md").rename(report / "model_card.md")
        (report / "test_predictions.csv").write_bytes(predictions)
    assert f"damaged: results/tiny/report/test_predictions.csv has {len(predictions) - 1} bytes instead of" in text
    assert "render_report 1 job" in find_line(text, "render_report")
    assert "missing results/tiny/report/model_card.md" in find_line(text, "render_report")


@pytest.mark.rare
def test_old_results_are_kept_after_an_upgrade(finished):
    """As docs/recipes.md says: accepted once and for all, for one call, or for the trainings alone."""
    with edited(finished, FEED):
        assert finished.jobs()["train_cell"] == 2
        assert finished.jobs("--rerun-triggers", "mtime") == {}
        result = finished.snakemake("results/tiny/comparison/leaderboard.csv", "--touch", "--quiet", "all")
        assert result.returncode == 0, result.output
        assert "train_cell" not in finished.jobs()
        assert finished.jobs()["test_selected"] == 1
        interrupted = finished.folder / "results/tiny/running/SmallCNN_adam_lr0.001_b32_s0_e1"
        interrupted.mkdir(parents=True)
        result = finished.snakemake("--touch", "--quiet", "all")
        assert result.returncode == 0, result.output
        assert interrupted.exists(), "its checkpoint is work that nothing else holds"
        assert finished.jobs() == {}
        assert finished.jobs("--config", f"grid={PLAIN.format(0.001, '1, 2')}")["train_cell"] == 2
