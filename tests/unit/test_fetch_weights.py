"""Weights from a server on this machine, through a proxy on this machine, and from a file placed by hand."""

import hashlib
import socket
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import fetch_weights
import pytest
from servers.files import FileServer
from servers.loopback import serving
from smear.download import retries as network
from smear.job import UserError
from smear.training.architectures.registry import KERAS_WEIGHTS

BODY = b"weights " * 300_000
MD5 = hashlib.md5(BODY).hexdigest()
WRONG = hashlib.md5(b"a login page").hexdigest()


@pytest.fixture(autouse=True)
def plain_network(monkeypatch):
    monkeypatch.setattr(network, "PAUSES", (0.01, 0.01))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fetch(tmp_path):
    """A function that runs the script and gives what it wrote; after an error, nothing may lie there."""

    def run(url: str, local: Path | None = None) -> bytes:
        output = tmp_path / "out" / "weights.h5"
        params = SimpleNamespace(architecture="EfficientNetB0", url=url, md5=MD5)
        try:
            fetch_weights.main(
                SimpleNamespace(
                    params=params,
                    input=[str(local)] if local else [],
                    output=SimpleNamespace(weights=str(output)),
                )
            )
        except UserError:
            assert list(output.parent.iterdir()) == []
            raise
        assert list(output.parent.iterdir()) == [output]
        return output.read_bytes()

    return run


@pytest.mark.parametrize("failures", [(), (500,), (429, 503)])
def test_weights_come_whole_after_passing_failures(fetch, failures):
    with serving(FileServer(BODY, failures)) as server:
        assert fetch(f"{server.address}/b0.h5") == BODY
    assert len(server.asked) == len(failures) + 1


def test_proxy_of_the_environment_is_asked(fetch, monkeypatch):
    with serving(FileServer(BODY)) as server:
        monkeypatch.setenv("http_proxy", server.address)
        assert fetch("http://storage.invalid/b0.h5") == BODY
    assert server.asked == ["http://storage.invalid/b0.h5"]


def test_missing_file_is_not_asked_for_again(fetch):
    with serving(FileServer(BODY, (404, 404))) as server, pytest.raises(UserError, match="HTTP status 404"):
        fetch(f"{server.address}/b0.h5")
    assert len(server.asked) == 1


def test_other_file_is_refused_by_both_sums(fetch):
    with serving(FileServer(b"a login page")) as server, pytest.raises(UserError) as refusal:
        fetch(f"{server.address}/b0.h5")
    assert str(refusal.value) == (
        f"{server.address}/b0.h5 does not hold the published weights of EfficientNetB0: expected MD5 {MD5}, "
        f"got {WRONG}; get the file elsewhere and put it at resources/weights/b0.h5."
    )


def test_no_network_names_what_to_put_where(fetch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/b0.h5"
        with pytest.raises(UserError) as refusal:
            fetch(url)
    assert str(refusal.value) == (
        f"The weights at {url} cannot be had (ConnectionError): check the network and the proxy, or put the file "
        f"(MD5 {MD5}) at resources/weights/b0.h5 yourself, or do without it (model: {{weights: none}}, "
        "embeddings: none)."
    )


def test_file_placed_by_hand_needs_no_network(fetch, tmp_path):
    local = tmp_path / "b0.h5"
    local.write_bytes(BODY)
    assert fetch("http://storage.invalid/b0.h5", local) == BODY


def test_wrong_file_placed_by_hand_is_named(fetch, tmp_path):
    local = tmp_path / "b0.h5"
    local.write_bytes(b"a login page")
    with pytest.raises(UserError) as refusal:
        fetch("http://storage.invalid/b0.h5", local)
    assert str(refusal.value) == (
        f"{local} does not hold the published weights of EfficientNetB0: expected MD5 {MD5}, got {WRONG}; "
        f"download http://storage.invalid/b0.h5 again, or remove {local}."
    )


@pytest.mark.parametrize("architecture", KERAS_WEIGHTS)
def test_table_agrees_with_the_installed_keras(architecture):
    """Read as text: importing Keras takes ten seconds and more. `test_architectures.py` asks it for whole addresses."""
    folder = Path(find_spec("keras").origin).parent / "src" / "applications"
    published = KERAS_WEIGHTS[architecture]
    if published.md5 is None:
        module = {"MobileNet": "mobilenet.py", "MobileNetV2": "mobilenet_v2.py"}[architecture]
        assert "file_hash" not in (folder / module).read_text(), "Keras publishes an MD5 now: it belongs in the table"
    else:
        assert any(f'"{published.md5}",' in path.read_text() for path in folder.glob("*.py"))


@pytest.fixture
def fetch_unsummed(tmp_path):
    """A function that runs the script for weights without a published MD5, placed by hand as `body`."""

    def run(body: bytes) -> bytes:
        local, output = tmp_path / "m.h5", tmp_path / "out" / "m.h5"
        local.write_bytes(body)
        params = SimpleNamespace(architecture="MobileNet", url="http://storage.invalid/m.h5", md5=None)
        output_of = SimpleNamespace(weights=str(output))
        fetch_weights.main(SimpleNamespace(params=params, input=[str(local)], output=output_of))
        return output.read_bytes()

    return run


def test_weights_without_a_published_sum_must_be_hdf5(fetch_unsummed):
    body = fetch_weights.HDF5_SIGNATURE + b"weights"
    assert fetch_unsummed(body) == body
    with pytest.raises(UserError, match="expected an HDF5 file"):
        fetch_unsummed(b"a login page")
