"""The same images through every source give the same catalog, and `Segmented` twins never mix in."""

import csv
import hashlib
import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from servers.kaggle import KaggleServer
from servers.loopback import serving

IMAGES = [f"{name}/{index}.png" for name in ["blast", "normal"] for index in range(10)]


def picture(seed: int) -> bytes:
    data = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(data, "PNG")
    return data.getvalue()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A zip of two sets of class folders, `Original` and its `Segmented` twins of the same names."""
    path = tmp_path_factory.mktemp("source") / "my smears.zip"
    with zipfile.ZipFile(path, "w") as file:
        for seed, name in enumerate(IMAGES):
            file.writestr(f"set/Original/{name}", picture(seed))
            file.writestr(f"set/Segmented/{name}", picture(1000 + seed))
    return path


def read_identities(path) -> list[tuple]:
    with path.open(newline="", encoding="utf-8") as file:
        return [(row["image_id"], row["sha256"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def catalogs(project, archive, tmp_path_factory):
    """The catalog of each source, by its name."""
    folder = tmp_path_factory.mktemp("folder") / "my smears"
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    home = tmp_path_factory.mktemp("home")
    sources = {
        "archive": f"path: '{archive}', name: from-archive",
        "folder": f"path: '{folder}', name: from-folder",
        "kaggle": "handle: toy/smears, name: from-kaggle",
    }
    catalogs = {}
    with serving(KaggleServer(archive.read_bytes())) as server:
        proxy = {"HOME": str(home), "KAGGLE_API_ENVIRONMENT": "LOCALHOST", "HTTP_PROXY": server.address}
        for source, settings in sources.items():
            target = f"results/datasets/from-{source}/catalog.csv"
            setting = f"dataset={{source: {source}, {settings}, variant: Original}}"
            result = project.snakemake(target, "--config", setting, **proxy, http_proxy=server.address)
            assert result.returncode == 0, result.output
            catalogs[source] = read_identities(project.folder / target)
    return catalogs


def test_every_source_gives_the_wanted_images_alone(catalogs):
    assert [image_id for image_id, _ in catalogs["archive"]] == sorted(IMAGES)
    assert catalogs["archive"] == catalogs["folder"] == catalogs["kaggle"]


def test_a_folder_is_linked_and_a_changed_image_of_it_is_seen(catalogs, project):
    images = project.folder / "results/datasets/from-folder/images"
    link = images / "blast/0.png"
    assert link.is_symlink()
    source = link.resolve().parents[1]
    link.resolve().write_bytes(picture(5000))
    setting = f"dataset={{source: folder, path: '{source.parent.parent}', name: from-folder, variant: Original}}"
    jobs = project.jobs("results/datasets/from-folder/catalog.csv", "--config", setting)
    assert jobs["link_folder"] == jobs["catalog_images"] == 1


@pytest.mark.rare  # the script has its unit tests
def test_a_broken_network_is_said_in_one_sentence(project, tmp_path):
    proxy = "http://127.0.0.1:9"
    setting = "dataset={source: kaggle, handle: toy/smears, name: away}"
    result = project.snakemake(
        "results/datasets/away/catalog.csv",
        *("--config", setting),
        **{"HOME": str(tmp_path), "KAGGLE_API_ENVIRONMENT": "LOCALHOST", "HTTP_PROXY": proxy, "http_proxy": proxy},
    )
    assert result.returncode != 0
    assert "check the network and the proxy, or download the zip by hand" in result.output
    assert "Traceback" not in result.output


@pytest.fixture
def downloaded(project, archive, tmp_path):
    """A function that catalogs what a Kaggle on this machine serves as `toy/smears`, of the wanted variant."""

    def run(name: str, variant: str = "Original", classes: str = "null", **options):
        with serving(KaggleServer(archive.read_bytes(), **options)) as server:
            proxy = {"KAGGLE_API_ENVIRONMENT": "LOCALHOST", "HTTP_PROXY": server.address, "http_proxy": server.address}
            chosen = f"handle: toy/smears, name: {name}, variant: {variant}, classes: {classes}"
            target = f"results/datasets/{name}/catalog.csv"
            setting = f"dataset={{source: kaggle, {chosen}}}"
            result = project.snakemake(target, "--config", setting, HOME=str(tmp_path), **proxy)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.mark.rare
def test_a_later_run_goes_on_with_a_cut_download(project, downloaded, archive):
    folder = project.folder / "results/datasets/cut"
    folder.mkdir(parents=True)
    (folder / ".archive-toy-smears-3.part").write_bytes(archive.read_bytes()[:5000])
    result = downloaded("cut", refuse=403)
    assert result.returncode != 0
    assert "Kaggle gives toy/smears to no one without an account" in result.output
    assert (folder / ".archive-toy-smears-3.part").exists(), "Snakemake leaves what is no output"
    assert downloaded("cut").returncode == 0
    assert not (folder / ".archive-toy-smears-3.part").exists()
    assert "resuming after" in (folder / "logs/fetch_kaggle.log").read_text()


@pytest.mark.rare
def test_a_later_download_is_compared_with_the_first(project, downloaded):
    folder = project.folder / "results/datasets/kept"
    assert downloaded("kept").returncode == 0
    record = (folder / "images.sha256").read_text()
    assert len(record.splitlines()) == len(IMAGES)
    assert "put it at resources/smears.sha256 to keep them" in (folder / "logs/catalog_images.log").read_text()
    result = downloaded("kept", variant="Segmented")
    assert result.returncode != 0
    assert "The data set kept is made from dataset.variant Original, and not Segmented." in result.output
    assert "remove results/datasets/kept/source.json to have it" in result.output
    (folder / "source.json").unlink()
    result = downloaded("kept", variant="Segmented")
    assert result.returncode != 0
    assert "The images are not those of results/datasets/kept/images.sha256" in result.output
    assert "20 differ: blast/0.png, blast/1.png" in result.output
    assert (folder / "images.sha256").read_text() == record
    (folder / "source.json").unlink()
    assert downloaded("kept").returncode == 0
    assert (folder / "images.sha256").read_text() == record
    assert "Nothing to be done" in downloaded("kept").output
    (folder / "images.sha256").unlink()
    (folder / "source.json").unlink()
    assert downloaded("kept", variant="Segmented").returncode == 0
    assert (folder / "images.sha256").read_text() != record


def test_published_digests_are_compared(project, downloaded):
    lines = {name: hashlib.sha256(picture(seed)).hexdigest() for seed, name in enumerate(IMAGES)}
    reference = project.folder / "resources/smears.sha256"
    try:
        reference.write_text("".join(f"{digest}  {name}\n" for name, digest in lines.items()))
        assert downloaded("published").returncode == 0
        reference.write_text(reference.read_text().replace("blast/3.png", "blast/33.png"))
        result = downloaded("published")
    finally:
        reference.unlink()
    assert result.returncode != 0
    assert "  1 are missing: blast/33.png\n  1 are extra: blast/3.png\n" in result.output
    assert not (project.folder / "results/datasets/published/catalog.csv").exists()


def fill(folder, *names: str, seed: int = 0):
    """A folder with twelve pictures in each of some folders."""
    for start, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            (folder / name / f"{number}.png").write_bytes(picture(seed + 100 * start + number))
    return folder


def test_a_second_folder_of_one_name_replaces_nothing(project, tmp_path):
    for seed, parent in enumerate("ab"):
        fill(tmp_path / parent / "smears", "Benign", "Early", seed=1000 * seed)
    target = "results/datasets/smears/catalog.csv"
    calls = [
        ("--config", f"experiment={parent}", f"dataset={{source: folder, path: {tmp_path}/{parent}/smears}}")
        for parent in "ab"
    ]
    result = project.snakemake(target, *calls[0])
    assert result.returncode == 0, result.output
    assert "is read as class: 2 classes (Benign, Early), 24 images." in result.output
    catalog = (project.folder / target).read_text()
    assert catalog.splitlines()[0].endswith(",source")
    assert "Benign/0.png" in catalog.splitlines()[1].split(",")[-1]
    result = project.snakemake(target, *calls[1])
    assert result.returncode != 0
    assert "Set dataset.name: b-smears to keep both" in result.output
    assert (project.folder / target).read_text() == catalog
    (project.folder / "results/datasets/smears/source.json").unlink()
    assert project.jobs(target, *calls[0]) == {}, "a data set of before is adopted, and nothing is made again"


def test_patients_in_class_folders_are_linked_with_their_place(project, tmp_path):
    folder = fill(tmp_path / "br{x}ace{dataset}", "Benign/patient 1", "Early/patient 2")
    (folder / "Early/patient 2/gone.png").symlink_to("nowhere")
    target = "results/datasets/placed/catalog.csv"
    setting = f"dataset={{source: folder, path: '{folder}', name: placed, max_rejected_share: 0.1}}"
    result = project.snakemake(target, "--config", setting)
    assert result.returncode == 0, result.output
    assert "is read as class/patient: 2 classes" in result.output
    with (project.folder / target).open(newline="", encoding="utf-8") as file:
        rows = {row["image_id"]: row["source"] for row in csv.DictReader(file)}
    assert len(rows) == 24
    assert rows["Early/patient 2__3.png"] == "Early/patient 2/3.png"
    rejected = (project.folder / "results/datasets/placed/rejected.csv").read_text()
    assert "Early/patient 2__gone.png," in rejected
    assert "nowhere, which does not exist" in rejected


def test_labels_from_a_table_and_what_a_change_of_one_makes_again(project, tmp_path):
    fill(tmp_path / "pile", "a", "b")
    names = [f"{folder}/{number}.png" for folder in "ab" for number in range(12)]
    table = tmp_path / "labels.csv"

    def write(labels: list[str]) -> None:
        table.write_text("file,dx\n" + "".join(f"{name},{label}\n" for name, label in zip(names, labels, strict=True)))

    write(["sick", "well"] * 12)
    target = "results/datasets/labeled/catalog.csv"
    given = f"labels_csv: '{table}', labels_columns: {{image: file, label: dx}}, unmatched: drop"
    setting = f"dataset={{source: folder, path: '{tmp_path}/pile', name: labeled, {given}}}"
    result = project.snakemake(target, "--config", setting)
    assert result.returncode == 0, result.output
    assert "labels.csv: 2 classes (sick, well), 24 images." in result.output
    assert len(read_identities(project.folder / target)) == 24
    assert (project.folder / "results/datasets/labeled/unmatched.csv").read_text() == "name,label,reason\n"
    assert project.jobs(target, "--config", setting) == {}
    write(["sick", "sick"] + ["sick", "well"] * 11)
    assert project.jobs(target, "--config", setting) == {"link_folder": 1, "catalog_images": 1}


def test_the_users_split_by_folders(project, tmp_path):
    names = [f"{split}/{name}" for split in ("train", "val", "test") for name in "01"]
    folder = fill(tmp_path / "smears", *names)
    setting = f"dataset={{source: folder, path: {folder}, name: given, classes: [0, 1], expected: {{0: 36, 1: 36}}}}"
    target = "results/by_folders/split/manifest.csv"
    unit = "split={unit: folders}"
    result = project.snakemake(target, "--config", "experiment=by_folders", setting, unit, "fields={search: none}")
    assert result.returncode == 0, result.output
    with (project.folder / target).open(newline="", encoding="utf-8") as file:
        rows = [(row["image_id"].partition("/")[2].partition("__")[0], row["split"]) for row in csv.DictReader(file)]
    assert set(rows) == {("train", "train"), ("val", "validation"), ("test", "test")}
    assert len(rows) == 72


def test_a_number_is_a_name_on_the_command_line(project, tensors):
    project.adopt(tensors)
    result = project.snakemake("results/001/split/manifest.csv", "--config", "experiment=001")
    assert result.returncode == 0, result.output
    for quoted in ("experiment='001'", 'experiment="001"'):
        assert project.jobs("results/001/split/manifest.csv", "--config", quoted) == {}


def test_a_number_is_no_name_in_a_file(project):
    (project.folder / "config/number.yaml").write_text("experiment: 001\n")
    result = project.snakemake("--dry-run", configfile="config/tiny.yaml config/number.yaml")
    assert result.returncode != 0
    assert 'experiment must be a text, not 1; put it in quotes if it is a name, such as "1"' in result.output
