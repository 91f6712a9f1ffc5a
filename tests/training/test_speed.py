"""What a training's speed hangs on, as far as it can be counted instead of timed."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from smear.training.feed import Feed
from trainings import CELL, prepare

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"


@pytest.fixture(scope="module")
def training():
    images = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), np.uint8)
    return prepare(CELL, (images, np.arange(20) % 2))


def test_a_step_is_traced_once_whatever_is_left_of_an_epoch(training):
    """Twenty images are two batches of eight and a half one."""
    traced, step = [], training.trainer.train_step

    def count(data):
        traced.append(data[0].shape)
        return step(data)

    training.trainer.train_step = count
    for epoch in (1, 2):
        training.fit_epoch(epoch)
    assert traced == [(8,)]


def test_every_image_is_predicted_once_whatever_the_batch(training):
    images = np.arange(10 * 12, dtype=np.uint8).reshape(10, 2, 2, 3)
    feed = Feed(images, np.zeros(10, int), resident=False)
    for size in (1, 4, 10, 16):
        assert np.array_equal(feed.predict(feed.connect(keras.layers.Identity()), size), images)


def run_python(code: str, *arguments: str, **options) -> str:
    """What a process prints that has the scripts and the small trainings on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPTS), str(Path(__file__).parent)])}
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, **options)
    assert process.returncode == 0, process.stderr
    return process.stdout


COMPILED = """
import os, sys
from smear.training.backends.on_tensorflow import keep_programs
keep_programs("compiled")
from trainings import CELL, GPU, draw_images, prepare
prepare(CELL._replace(learning_rate=float(sys.argv[1])), draw_images(), device=GPU).fit_epoch(1)
print(sorted(os.listdir("compiled")))
"""


@pytest.mark.rare
def test_cells_of_different_learning_rates_share_what_xla_has_compiled(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    programs = run_python(COMPILED, "0.01", cwd=folder)
    assert "xla_compile_cache" in programs
    assert run_python(COMPILED, "0.003", cwd=folder) == programs, "a rate is a value of the program and no part of it"


DETERMINISTIC = """
import warnings
from pathlib import Path
from unittest.mock import patch
from smear.training.backends import on_tensorflow
from smear.training.device import prepare_device
from trainings import CELL, draw_images, outcome, run
warnings.simplefilter("error", UserWarning)
# In place of a GPU's driver; the steps run on the CPU.
with (
    patch.object(on_tensorflow.tf.config, "list_physical_devices", lambda kind: ["GPU"]),
    patch.object(on_tensorflow.tf.config.experimental, "set_memory_growth"),
    patch.object(on_tensorflow.tf.config.experimental, "get_device_details", lambda gpu: {"device_name": "made up"}),
    patch.object(on_tensorflow, "gpu_memory", lambda: 10**9),
):
    device = prepare_device(1, 10**9, True, "auto", Path("compiled"))
first = run(CELL, draw_images(), device=device)
assert first.training.model.compute_dtype == "bfloat16"
assert outcome(first) == outcome(run(CELL, draw_images(), device=device))
print(device)
"""


@pytest.mark.rare
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the others keep XLA or have none")
def test_a_gpu_that_gives_the_same_twice_runs_without_xla_and_says_so(tmp_path):
    device = run_python(DETERMINISTIC, cwd=tmp_path)
    assert "name='made up', gpu=True" in device
    assert "jit_compile=False, steps_at_once=16" in device


FAULTS = """
import resource, sys
import numpy as np
from smear.training.allocator import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
for turn in range(4):
    if turn == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    # From 4 MiB on numpy asks for huge pages, which are few.
    parts = [np.ones(3_000_000, np.uint8) for _ in range(20)]
    del parts
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts page faults as Linux does")
def test_memory_that_is_freed_is_not_fetched_from_the_system_again():
    def count(way: str) -> int:
        command = [sys.executable, "-c", FAULTS, way]
        environment = {"PYTHONPATH": str(SCRIPTS), "MALLOC_MMAP_THRESHOLD_": "1000000"}
        return int(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)

    pages = 2 * 20 * 3_000_000 / resource.getpagesize()
    assert count("plain") > 0.5 * pages
    assert count("kept") < 0.01 * pages
