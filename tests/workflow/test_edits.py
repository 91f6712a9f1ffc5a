"""What reruns after an edit of a module."""

import pytest


def list_jobs_after(finished, *edits: tuple[str, str, str]) -> dict[str, int]:
    """The jobs that a call would run after edits of modules of the package: name, old and new text; no old: its end."""
    modules = {finished.folder / "workflow/scripts/smear" / name for name, _, _ in edits}
    texts = {module: module.read_text() for module in modules}
    try:
        for name, old, new in edits:
            module = finished.folder / "workflow/scripts/smear" / name
            text = module.read_text()
            assert old in text, name
            module.write_text(text.replace(old, new, 1) if old else text + new)
        return finished.jobs()
    finally:
        for module, text in texts.items():
            module.write_text(text)


def test_a_comment_a_sentence_another_backend_and_another_architecture_rerun_nothing(finished):
    edits = [
        ("training/feed.py", "", "\n# Another comment.\n"),
        ("job.py", "and start again.", "and call it again."),
        ("training/epochs.py", "the loss is %s: the grid cell has", "with a loss of %s the grid cell has"),
        ("training/backends/on_torch.py", "import torch", "import torch\n\nANOTHER = 1"),
        ("training/architectures/alexnet.py", "", "\nANOTHER = 1\n"),
        ("training/architectures/registry.py", "Work(0.195, 224)", "Work(0.2, 224)"),
        ("training/architectures/registry.py", '"AlexNet": Architecture("mean"', '"AlexNet": Architecture("tf"'),
    ]
    assert list_jobs_after(finished, *edits) == {}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("training/feed.py", "return self.inputs[rows]", "return self.inputs[rows] * 1"),
        ("training/backends/on_tensorflow.py", "", "\nANOTHER = 1\n"),
        ("training/architectures/small_cnn.py", "", "\nANOTHER = 1\n"),
        ("training/architectures/registry.py", '"SmallCNN": Architecture("tf"', '"SmallCNN": Architecture("mean"'),
    ],
)
def test_code_of_the_training_trains_again_and_makes_no_tensor(finished, name, old, new):
    jobs = list_jobs_after(finished, (name, old, new))
    assert jobs["train_cell"] == 2
    assert "cache_tensors" not in jobs


def test_another_way_to_write_durations_trains_nothing(finished):
    jobs = list_jobs_after(finished, ("durations.py", "", "\nANOTHER = 1\n"))
    assert "render_report" in jobs
    assert "train_cell" not in jobs


def test_code_of_a_figure_draws_that_figure_again_and_trains_nothing(finished):
    jobs = list_jobs_after(finished, ("figures/shortcuts.py", "", "\nANOTHER = 1\n"))
    assert jobs["plot_shortcuts"] == 1
    assert not {"train_cell", "plot_comparison", "compare_cells", "test_selected"} & set(jobs)
