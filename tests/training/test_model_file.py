"""Models in files: the same bytes for the same model, and one sentence for whatever cannot be read as one."""

import hashlib
import io
import json
import zipfile

import keras
import numpy as np
import pytest
from smear.job import UserError
from smear.training import model_file
from smear.training.model import build_classifier
from smear.training.model_file import load_model, number_objects, save_model

REMEDY = "make it again"


def build(seed: int = 0) -> keras.Model:
    # Keras counts the layers of a process for their names.
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    return build_classifier("SmallCNN", 16, 2, "none", 0.2)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.keras"
    save_model(build(), path)
    return path


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rewrite(path, member: str, content: bytes, pack: int = zipfile.ZIP_STORED) -> bytes:
    """A `.keras` file with another content of one member."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", pack) as file:
        for name in source.namelist():
            file.writestr(name, content if name == member else source.read(name))
    return target.getvalue()


def test_the_same_model_has_the_same_bytes_and_loads(saved, tmp_path, monkeypatch):
    model = build()
    # Later, and with other objects at other addresses.
    monkeypatch.setattr("time.time", lambda: 2e9)
    save_model(model, tmp_path / "again.keras")
    assert digest(tmp_path / "again.keras") == digest(saved)
    save_model(build(1), tmp_path / "other.keras")
    assert digest(tmp_path / "other.keras") != digest(saved)
    assert list(saved.parent.iterdir()) == [saved]
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3)).astype("float32")
    expected = model.predict(pixels, verbose=0)
    for loaded in (keras.models.load_model(saved), load_model(saved, REMEDY)):
        assert np.array_equal(loaded.predict(pixels, verbose=0), expected)


def test_objects_are_numbered_as_they_come_and_stay_shared():
    before = {"a": [{"shared_object_id": 5}, {"b": {"shared_object_id": 3}}], "c": {"shared_object_id": 5, "id": 5}}
    after = {"a": [{"shared_object_id": 1}, {"b": {"shared_object_id": 2}}], "c": {"shared_object_id": 1, "id": 5}}
    assert number_objects(before, {}) == after


LAMBDA = {
    "module": "keras.layers", "class_name": "Lambda", "config": {"name": "x", "function": {"class_name": "__lambda__"}}
}  # fmt: skip


@pytest.mark.parametrize(
    "config",
    [
        {"module": "os", "class_name": "system", "config": "touch owned", "registered_name": "system"},
        {"module": "subprocess", "class_name": "Popen", "config": {"args": ["touch", "owned"]}},
        {"module": "builtins", "class_name": "eval", "config": {"source": "open('owned', 'w')"}},
        LAMBDA,
        {},
        [],
        7,
        None,
    ],
)
def test_a_configuration_of_anything_else_is_one_sentence_and_runs_nothing(saved, tmp_path, monkeypatch, config):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.keras").write_bytes(rewrite(saved, "config.json", json.dumps(config).encode()))
    with pytest.raises(UserError, match=r"^other.keras cannot be read as a model of Keras \(.+\): make it again\.$"):
        load_model("other.keras", REMEDY)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.99])
def test_a_model_that_is_cut_is_one_sentence(saved, tmp_path, part):
    content = saved.read_bytes()
    path = tmp_path / "cut.keras"
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(UserError, match=r"cut.keras cannot be read as a model of Keras \("):
        load_model(path, REMEDY)


def test_a_changed_byte_of_the_weights_is_seen(saved, tmp_path):
    content = bytearray(saved.read_bytes())
    with zipfile.ZipFile(saved) as file:
        start = file.getinfo("model.weights.h5").header_offset
    content[start + 10_000] ^= 1
    (tmp_path / "rot.keras").write_bytes(content)
    with pytest.raises(UserError, match=r"model.weights.h5 is damaged"):
        load_model(tmp_path / "rot.keras", REMEDY)


@pytest.mark.parametrize("pack", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_huge_configuration_is_not_read(saved, tmp_path, monkeypatch, pack):
    monkeypatch.setattr(model_file, "MUCH", 1 << 20)
    path = tmp_path / "huge.keras"
    path.write_bytes(rewrite(saved, "config.json", b" " * (2 << 20), pack))
    with pytest.raises(UserError, match=r"its config.json has more than 1 MiB"):
        load_model(path, REMEDY)


def test_weights_that_unpack_to_a_flood_are_not_read(saved, tmp_path):
    path = tmp_path / "bomb.keras"
    path.write_bytes(rewrite(saved, "model.weights.h5", bytes(50 << 20), zipfile.ZIP_DEFLATED))
    with pytest.raises(UserError, match=r"its model.weights.h5 unpacks to 50 MiB"):
        load_model(path, REMEDY)


@pytest.mark.parametrize("name", ["weights.keras", "weights.h5", "weights.txt"])
def test_start_weights_that_are_none_are_one_sentence(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"no weights")
    with pytest.raises(UserError, match=rf"{name} ") as caught:
        build_classifier("SmallCNN", 16, 2, str(path), 0)
    assert "model.weights" in str(caught.value)
    assert "\n" not in str(caught.value)
