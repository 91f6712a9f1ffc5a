"""Published weights that cannot be had are named before the run, all at once."""

import pytest
from servers.files import FileServer
from servers.loopback import serving
from smear.download import availability
from smear.download.availability import Wanted, check_available
from smear.job import UserError

BODY = b"weights " * 100_000


@pytest.fixture(autouse=True)
def plain_network(monkeypatch):
    monkeypatch.setattr(availability, "PAUSES", (0.01,))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def want(name: str, address: str, md5: str | None = "0" * 32) -> Wanted:
    return Wanted(name, f"{address}/{name}.h5", md5, f"resources/weights/{name}.h5")


def test_nothing_is_said_of_what_can_be_had_and_no_body_is_read():
    with serving(FileServer(BODY, (503,))) as server:
        check_available([want("VGG16", server.address), want("ResNet50", server.address)])
    assert sorted(server.asked) in (
        ["/ResNet50.h5", "/ResNet50.h5", "/VGG16.h5"],
        ["/ResNet50.h5", "/VGG16.h5", "/VGG16.h5"],
    )
    check_available([])


def test_all_that_cannot_be_had_are_named_with_what_to_put_where():
    nowhere = "http://127.0.0.1:9"
    with serving(FileServer(BODY)) as server, serving(FileServer(BODY, (404,))) as other:
        wanted = [
            want("VGG16", nowhere),
            want("ResNet50", server.address),
            want("MobileNet", other.address, None),
        ]
        with pytest.raises(UserError) as refusal:
            check_available(wanted)
    sentence, *files = str(refusal.value).split("\n")
    assert sentence.startswith("The published weights of MobileNet, VGG16 cannot be had.")
    assert files == [
        f"  resources/weights/MobileNet.h5  from {other.address}/MobileNet.h5: HTTP status 404",
        f"  resources/weights/VGG16.h5  from {nowhere}/VGG16.h5 (MD5 {'0' * 32}): ConnectionError",
    ]
