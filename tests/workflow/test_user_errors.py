"""A user's mistake ends before the work it would spoil, with a sentence that names the key, and without a traceback."""

import re
import shutil
import zipfile

import numpy as np
import pytest
from conftest import Project
from PIL import Image

FAULTS = {
    "unknown key": ("split={units: image}", ["unknown key units in split", "did you mean unit?"]),
    "rate as text": (
        "grid={architecture: [SmallCNN], optimizer: [adam], learning_rate: [1e-4], epochs: [1]}",
        ["grid.learning_rate[0]", "'1e-4'", "0.0001"],
    ),
    "missing folder": ("dataset={source: folder, path: no/such/folder}", ["no/such/folder does not exist"]),
    "other numbers of images": (
        "dataset={source: synthetic, expected: {Benign: 20, Early: 21, Pro: 20}}",
        ["dataset.expected names: Early has 20 instead of 21, Pre has 20 instead of 0."],
    ),
    "a key of before": ("dataset={on_bad_image: skip}", ["unknown key on_bad_image in dataset"]),
    "small classes": (
        "dataset={source: synthetic, synthetic: {images: 24}}",
        ["Class Benign has 6 images, too few", "needs 10"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_the_configuration(project, fault):
    setting, words = FAULTS[fault]
    result = project.snakemake("--config", setting)
    assert result.returncode != 0
    assert "Traceback" not in result.output
    assert 'File "' not in result.output
    for word in words:
        assert word in result.output
    assert not (project.folder / "results").exists()


def test_numbers_inside_a_value_on_the_command_line_are_numbers(project):
    jobs = project.jobs("--config", "split={fractions: {train: 0.6, validation: 0.2, test: 0.2}, seed: 3}")
    assert jobs["split_images"] == 1


@pytest.fixture
def smears(tmp_path):
    """A folder of two classes of twelve small pictures."""
    random = np.random.default_rng(0)
    for name in ["blast", "normal"]:
        (tmp_path / "my smears" / name).mkdir(parents=True)
        for index in range(12):
            pixels = random.integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "my smears" / name / f"{index}.png")
    return tmp_path / "my smears"


def use(folder) -> list[str]:
    return ["--config", f"dataset={{source: folder, path: '{folder}'}}"]


def test_a_class_folder_without_images(project, smears):
    (smears / "empty").mkdir()
    result = project.snakemake(*use(smears))
    assert result.returncode != 0
    assert "class folder empty" in result.output
    assert "Traceback" not in result.output


def test_a_folder_without_class_folders(project, smears):
    result = project.snakemake(*use(smears / "blast"))
    assert result.returncode != 0
    assert "holds no class folders" in result.output


def test_several_variants_ask_for_one(project, smears):
    shutil.copytree(smears, smears.parent / "both/Original")
    shutil.copytree(smears, smears.parent / "both/Segmented")
    result = project.snakemake(*use(smears.parent / "both"))
    assert result.returncode != 0
    assert "dataset.variant is not set" in result.output
    assert "Original, Segmented" in result.output


def test_files_that_are_no_images_are_listed_and_stop_or_are_left_out(project, smears):
    (smears / "blast/notes.txt").write_text("not a smear")
    good = (smears / "blast/1.png").read_bytes()
    (smears / "blast/cut.png").write_bytes(good[: len(good) // 2])
    target = "results/datasets/my-smears/catalog.csv"
    result = project.snakemake(target, *use(smears))
    assert result.returncode != 0
    assert "2 files of 26 are no usable image" in result.output
    assert "blast/notes.txt: not an image" in result.output
    assert "blast/cut.png: truncated" in result.output
    assert "set dataset.max_rejected_share to 0.077 or more" in result.output
    assert "Traceback" not in result.output
    assert not (project.folder / target).exists()

    allow = f"dataset={{source: folder, path: '{smears}', max_rejected_share: 0.077}}"
    result = project.snakemake(target, "--config", allow)
    assert result.returncode == 0, result.output
    assert len((project.folder / target).read_text().splitlines()) == 1 + 24
    rejected = (project.folder / "results/datasets/my-smears/rejected.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in rejected] == ["image_id", "blast/cut.png", "blast/notes.txt"]


def test_a_hostile_archive_is_refused_before_work_starts(project, tmp_path):
    with zipfile.ZipFile(tmp_path / "smears.zip", "w") as archive:
        for path in ["A/1.jpg", "B/1.jpg", "../up.jpg"]:
            archive.writestr(path, "x")
    result = project.snakemake("--config", f"dataset={{source: archive, path: '{tmp_path}/smears.zip'}}")
    assert result.returncode != 0
    assert "is refused, for its member '../up.jpg' leads to a parent folder" in result.output
    assert "Traceback" not in result.output


def test_a_disk_that_is_full_when_a_call_starts(small_disk, tmp_path):
    project = Project(tmp_path / "project")
    (project.folder / "results").symlink_to(small_disk)
    filled = small_disk / "filled"
    with pytest.raises(OSError, match="No space left"):
        filled.write_bytes(bytes(2 << 20))
    result = project.snakemake()
    assert result.returncode != 0
    assert "Traceback" not in result.output
    assert re.search(
        r"^blastgrid: A file could not be written whole \(No space left on device\): the disk of ", result.output, re.M
    )
    assert [path for path in small_disk.rglob("*") if path.is_file()] == [filled]


def test_weights_that_cannot_be_had_are_named_before_the_first_job(project):
    grid = "grid={architecture: [VGG16, EfficientNetB0], optimizer: [adam], learning_rate: [0.001], epochs: [1]}"
    nowhere = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    result = project.snakemake("--config", "model={weights: imagenet}", grid, **nowhere)
    assert result.returncode != 0
    assert "weights of EfficientNetB0, VGG16 cannot be had" in result.output
    assert result.output.count("ProxyError") == 2
    assert "Traceback" not in result.output
    assert "Select jobs to execute" not in result.output
