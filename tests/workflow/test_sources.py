"""The same images through every source give the same catalog, and `Segmented` twins never mix in."""

import csv
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
