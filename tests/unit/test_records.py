"""Digest records: whatever is done to a file, its readers say so in one sentence, and what is whole is read."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.script_process import SCRIPTS
from smear.code_digest import read_code
from smear.job import UserError
from smear.records import check_files, recorded
from smear.tables import write_csv


class Files(list):
    """What a script gets from Snakemake as its input or output: a list of paths, some of them with names."""

    def __init__(self, **paths: Path):
        super().__init__(map(str, paths.values()))
        self.named = {name: str(path) for name, path in paths.items()}

    def __getitem__(self, key):
        return self.named[key] if isinstance(key, str) else super().__getitem__(key)


def write_tensor(folder: Path, name: str, seed: int, manifest: Path) -> Files:
    """A tensor, its rows and their record, made from a manifest as `cache_tensors` makes them."""
    random = np.random.default_rng(seed)
    folder.mkdir(exist_ok=True)
    paths = {"tensor": f"{name}.npy", "rows": f"{name}.csv", "digests": f"{name}.digests.json"}
    output = Files(**{key: folder / path for key, path in paths.items()})
    job = SimpleNamespace(input=Files(manifest=manifest, digests=manifest.parent / "digests.json"), output=output)
    with recorded(SimpleNamespace(**vars(job), rule="cache_tensors"), "manifest"):
        np.save(output["tensor"], random.integers(0, 256, (12, 2, 2, 3), np.uint8))
        labels = random.permutation(12) % 3
        rows = {"image_id": [f"{k}/é{seed}" for k in labels], "label": labels, "class": labels}
        write_csv(pd.DataFrame(rows), output["rows"])
    return output


def write_manifest(folder: Path, text: str = "image_id\na\nb\n") -> Path:
    output = Files(manifest=folder / "manifest.csv", digests=folder / "digests.json")
    with recorded(SimpleNamespace(input=Files(), output=output, rule="split_images")):
        folder.mkdir(exist_ok=True)
        (folder / "manifest.csv").write_text(text)
    return folder / "manifest.csv"


@pytest.fixture(scope="module")
def tensors(tmp_path_factory):
    """Training and validation tensors of one split, and what their files hold."""
    folder = tmp_path_factory.mktemp("records")
    manifest = write_manifest(folder / "split")
    files = [path for seed, name in enumerate(["train", "validation"])
             for path in write_tensor(folder / "tensors", name, seed, manifest)]  # fmt: skip
    return {Path(path): Path(path).read_bytes() for path in files}


def test_whole_files_are_read_wherever_they_lie(tensors, tmp_path):
    digests = check_files(tensors)
    assert set(digests) == {str(path) for path in tensors if "digests" not in path.name}
    for path, content in tensors.items():
        (tmp_path / path.name).write_bytes(content)
    moved = check_files([tmp_path / path.name for path in tensors])
    assert [*moved.values()] == [*digests.values()]


def refused(tensors: dict[Path, bytes], path: Path, content: bytes) -> str:
    """The sentence that readers say to a file with other content."""
    path.write_bytes(content)
    try:
        with pytest.raises(UserError) as error:
            check_files(tensors)
        sentence = str(error.value)
        assert f"`-f {path}`" in sentence
        assert "\n" not in sentence
        return sentence
    finally:
        path.write_bytes(tensors[path])


@given(st.data())
def test_a_file_that_is_cut_anywhere_is_refused(tensors, data):
    path = data.draw(st.sampled_from(list(tensors)))
    content = tensors[path]
    # Not the line end alone of a record, which says nothing.
    refused(tensors, path, content[: data.draw(st.integers(0, len(content) - 2))])


@given(st.data())
def test_a_file_with_other_bytes_is_refused(tensors, data):
    path = data.draw(st.sampled_from(list(tensors)))
    content = bytearray(tensors[path])
    start = data.draw(st.integers(0, len(content) - 1))
    for place in range(start, min(start + data.draw(st.sampled_from([1, 64, 10**6])), len(content))):
        content[place] ^= 0x5A
    assert "its content has another SHA-256" in refused(tensors, path, bytes(content)) or path.suffix != ".npy"


@given(st.data())
def test_a_table_with_other_rows_is_refused_with_their_number(tensors, data):
    path = data.draw(st.sampled_from([path for path in tensors if path.suffix == ".csv"]))
    header, *rows = tensors[path].decode().splitlines(keepends=True)
    changed = data.draw(st.one_of(
        st.permutations(rows), st.lists(st.sampled_from(rows), max_size=20), st.integers(0, 11).map(lambda n: rows[:n])
    ).filter(lambda other: other != rows))  # fmt: skip
    sentence = refused(tensors, path, (header + "".join(changed)).encode())
    if len(changed) != len(rows):
        assert f"it has {len(changed)} rows instead of 12" in sentence
    else:
        assert "not as cache_tensors wrote it" in sentence


def test_files_that_are_zeroed_missing_or_exchanged_are_refused(tensors):
    paths = {path.name: path for path in tensors}
    for name, path in paths.items():
        zeros = refused(tensors, path, bytes(len(tensors[path])))
        assert "another SHA-256" in zeros or not name.endswith("npy")
        other = name.replace("train", "validation") if "train" in name else name.replace("validation", "train")
        sentence = refused(tensors, path, tensors[paths[other]])
        assert "is the digest record of other files" in sentence or "not as cache_tensors wrote it" in sentence
        path.unlink()
        refused_missing(tensors, path)


def refused_missing(tensors, path: Path) -> None:
    with pytest.raises(UserError, match=re.escape(f"{path} is")):
        check_files(tensors)
    path.write_bytes(tensors[path])


@given(st.binary(max_size=200) | st.sampled_from([b"[]", b"null", b'{"files": {"train.npy": null}}', b"[" * 10**5]))
def test_what_is_no_record_is_refused(tensors, content):
    (record,) = (path for path in tensors if path.name == "train.digests.json")
    assert "is no whole digest record" in refused(tensors, record, content)


def test_tensors_of_different_splits_are_not_read_together(tensors, tmp_path):
    """All files of the validation split come from another experiment, each of them whole."""
    manifest = write_manifest(tmp_path / "split", "image_id\na\nc\n")
    others = write_tensor(tmp_path / "tensors", "validation", 1, manifest)
    mine = [path for path in tensors if path.name.startswith("train")]
    check_files(others)
    with pytest.raises(UserError, match=r"were made from another manifest\.csv than those of .*train\.digests\.json"):
        check_files([*mine, *others])
    with pytest.raises(UserError, match=r"were made from another manifest\.csv than "):
        check_files([*mine, manifest, manifest.parent / "digests.json"])


def test_a_job_that_fails_records_nothing(tmp_path):
    output = Files(table=tmp_path / "table.csv", digests=tmp_path / "digests.json")
    job = SimpleNamespace(input=Files(), output=output, rule="any")
    with pytest.raises(FileNotFoundError), recorded(job):
        (tmp_path / "missing.csv").read_text()
    assert not (tmp_path / "digests.json").exists()


def test_a_record_depends_on_content_alone(tmp_path):
    for folder in ("one", "two"):
        write_tensor(tmp_path / folder, "train", 0, write_manifest(tmp_path / f"split {folder}"))
    first, second = ((tmp_path / folder / "train.digests.json").read_bytes() for folder in ("one", "two"))
    assert first == second
    assert json.loads(first)["files"]["train.npy"]["rows"] == 12


def test_every_script_of_results_checks_what_it_reads():
    """Those that need not have none of the workflow's tables among their inputs: what comes before the catalog."""
    without = {"convert_weights", "extract_archive", "fetch_kaggle", "fetch_weights", "link_folder", "make_synthetic"}
    scripts = {path.stem: path for path in SCRIPTS.glob("*.py")}
    assert {
        name for name, path in scripts.items() if "smear.records.recorded" not in read_code(path).imports
    } == without
    for name in scripts.keys() - without:
        _, _, started = scripts[name].read_text().partition('if __name__ == "__main__":')
        assert re.search(
            r"logged_to\(snakemake\.log\[0\]\).*\brecorded\(snakemake.*\bmain\(snakemake", started, re.S
        ), name
