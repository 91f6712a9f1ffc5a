"""Downloads from servers that do less than Kaggle's storage: no parts, no length, no redirection."""

import base64
import hashlib

import pytest
import requests
from servers.loopback import LoopbackHandler, LoopbackServer, serving
from smear.download.resumable import DamagedDownload, download

BODY = bytes(range(256)) * 2000
MD5 = base64.b64encode(hashlib.md5(BODY).digest()).decode()


class Handler(LoopbackHandler):
    def do_GET(self) -> None:  # noqa: N802
        if self.route == "/redirected":
            self.answer(302, Location="/whole")
        elif self.route == "/without-length":
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(BODY)
        else:
            self.answer(200, BODY)


@pytest.fixture
def get(tmp_path, monkeypatch):
    """A function that downloads a route to a file that begins as `left`, and returns the file's bytes."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def run(route: str, left: bytes | None, md5: str | None = MD5) -> bytes:
        path = tmp_path / "x.part"
        if left is not None:
            path.write_bytes(left)
        server = LoopbackServer(("127.0.0.1", 0), Handler)
        with serving(server), requests.get(server.address + route, stream=True, timeout=5) as offer:
            download(offer, md5, path, "a thing")
        return path.read_bytes()

    return run


@pytest.mark.parametrize("route", ["/whole", "/redirected", "/without-length"])
@pytest.mark.parametrize(
    "left", [None, b"", BODY[:1000], b"wrong" * 9, BODY + b"more"], ids=["none", "empty", "part", "wrong", "long"]
)
def test_the_whole_comes_where_no_part_can_be_had(get, route, left):
    assert get(route, left) == BODY


def test_another_sum_removes_the_file(get, tmp_path):
    with pytest.raises(DamagedDownload):
        get("/whole", None, md5="AAAA")
    assert list(tmp_path.iterdir()) == []
