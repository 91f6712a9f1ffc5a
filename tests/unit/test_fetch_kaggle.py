"""The real kaggle and kagglehub clients, in processes of their own, against a Kaggle on this machine."""

import json
import random
import re
import socket
import time
import zipfile

import pytest
from servers.kaggle import SIGNATURE, KaggleHandler, KaggleServer, basic, bearer
from servers.loopback import serving
from servers.script_process import run_script

pytestmark = pytest.mark.slow

HANDLE = "toy/smears"
TOKEN, KEY = "KGAT_0123456789abcdef", "fedcba9876543210"
BY_HAND = "dataset: {source: archive, path: <the zip>}"
SECRETS = (TOKEN, KEY, basic("tester", KEY).removeprefix("Basic "), SIGNATURE)
KEY_FILE = json.dumps({"username": "tester", "key": KEY})
LOGIN = json.dumps(
    {
        "refresh_token": KEY,
        "access_token": TOKEN,
        "access_token_expiration": "2999-01-01T00:00:00Z",
        "username": "tester",
    }
)
CHUNK = 1 << 18
IMPATIENT = {
    "smear.download.retries.PAUSES": [0.05],
    "smear.download.resumable.CHUNK": CHUNK,
    "smear.download.resumable.REPORT_EVERY": 0,
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> bytes:
    """A zip of 3 MB."""
    path = tmp_path_factory.mktemp("kaggle") / "smears.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(3):
            file.writestr(f"Benign/{number}.jpg", random.Random(number).randbytes(1_000_000))
    return path.read_bytes()


@pytest.fixture
def fetch(tmp_path):
    """A function that runs the script; it gives the fetched bytes or None, and the sentence on the terminal.

    timeout: in seconds; a busy machine is silent for one now and then.
    Its attributes are the `log` of the last run and the `partial` file beside the output.
    """

    def run(
        proxy: str, handle: str = HANDLE, files: dict[str, str] | None = None, timeout: float = 5, **variables: str
    ):
        for name, text in (files or {}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        output, log = run.folder / "data.zip", tmp_path / "fetch.log"
        job = {"params": {"handle": handle}, "output": {"archive": str(output)}, "log": [str(log)]}
        environment = {"HOME": str(tmp_path), "KAGGLE_API_ENVIRONMENT": "LOCALHOST", "VERBOSE": "1"}
        environment |= {"HTTP_PROXY": proxy, "http_proxy": proxy} | variables
        process = run_script("fetch_kaggle", job, environment, IMPATIENT | {"smear.download.retries.TIMEOUT": timeout})
        run.log = log.read_text()
        told = process.stderr + run.log
        assert not [secret for secret in SECRETS if secret in told]
        assert "Traceback" not in told, told
        assert (process.returncode == 0) == output.exists(), told
        assert output.exists() <= (list(output.parent.glob(".*")) == []), "a complete archive leaves nothing else"
        return output.read_bytes() if output.exists() else None, process.stderr

    run.folder = tmp_path / "out"
    run.partial = run.folder / ".archive-toy-smears-3.part"
    return run


@pytest.mark.parametrize(
    ("authorized", "credentials"),
    [
        (None, {}),
        (bearer(TOKEN), {"KAGGLE_API_TOKEN": TOKEN}),
        (basic("tester", KEY), {"KAGGLE_USERNAME": "tester", "KAGGLE_KEY": KEY}),
        # kaggle alone overlooks ~/.config/kaggle where ~/.kaggle exists.
        (basic("tester", KEY), {"files": {".config/kaggle/kaggle.json": KEY_FILE, ".kaggle/note": ""}}),
        (bearer(TOKEN), {"files": {".kaggle/credentials.json": LOGIN}}),
    ],
    ids=["no account", "token", "user and key", "kaggle.json", "kaggle auth login"],
)
def test_archive_comes_whole(fetch, archive, authorized, credentials):
    with serving(KaggleServer(archive, authorized)) as server:
        assert fetch(server.address, **credentials) == (archive, "")


@pytest.mark.parametrize(("version", "comes"), [(3, True), (9, False)])
def test_version_of_the_handle_is_asked_for(fetch, archive, version, comes):
    with serving(KaggleServer(archive)) as server:
        fetched, message = fetch(server.address, f"{HANDLE}/versions/{version}")
    assert (fetched is not None) == comes
    assert ("Kaggle has no data set toy/smears/versions/9" in message) != comes


@pytest.mark.parametrize(
    ("authorized", "credentials", "place"),
    [
        (bearer(TOKEN), {"KAGGLE_API_TOKEN": "KGAT_wrong"}, "KAGGLE_API_TOKEN"),
        (basic("tester", KEY), {"KAGGLE_USERNAME": "tester", "KAGGLE_KEY": "wrong"}, "KAGGLE_USERNAME and KAGGLE_KEY"),
    ],
)
def test_wrong_credentials_are_named_by_their_place(fetch, archive, authorized, credentials, place):
    with serving(KaggleServer(archive, authorized)) as server:
        fetched, message = fetch(server.address, **credentials)
    assert fetched is None
    assert f"Kaggle does not accept the credentials in {place}: make a new token" in message
    assert "wrong" not in message


def test_refusal_names_the_page_with_the_terms(fetch, archive):
    with serving(KaggleServer(archive, bearer(TOKEN), refuse=403)) as server:
        fetched, message = fetch(server.address, KAGGLE_API_TOKEN=TOKEN)
    assert fetched is None
    assert "Kaggle refuses toy/smears to the account of KAGGLE_API_TOKEN" in message
    assert "https://www.kaggle.com/datasets/toy/smears" in message


@pytest.mark.parametrize("handle", ["toy/smeers", "smears"])
def test_wrong_handle_is_named(fetch, archive, handle):
    with serving(KaggleServer(archive)) as server:
        fetched, message = fetch(server.address, handle)
    assert fetched is None
    assert f"no data set {handle}: correct dataset: {{handle:" in message


@pytest.mark.parametrize("state_md5", [True, False])
def test_flipped_byte_is_refused(fetch, archive, state_md5):
    with serving(KaggleServer(archive, flip=True, state_md5=state_md5)) as server:
        fetched, message = fetch(server.address)
    assert fetched is None
    assert "The archive of toy/smears arrived damaged" in message
    assert BY_HAND in message


@pytest.mark.parametrize("stall", [False, True], ids=["cut", "stalled"])
def test_broken_download_goes_on_where_it_stopped(fetch, archive, stall):
    with serving(KaggleServer(archive, breaks=1, stall=stall)) as server:
        fetched, _ = fetch(server.address, timeout=1.5)
    assert fetched == archive
    assert server.ranges == ["bytes=0-", f"bytes={len(archive) // 2 // CHUNK * CHUNK}-"]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(fetch, archive):
    with serving(KaggleServer(archive, breaks=2)) as server:
        assert fetch(server.address)[0] is None
        left = fetch.partial.stat().st_size
        assert 0 < left < len(archive)
        assert fetch(server.address)[0] == archive
    assert server.ranges[-1] == f"bytes={left}-"
    assert f"resuming after the {left / 2**20:.1f} MiB of {len(archive) / 2**20:.1f} MiB that an earlier" in fetch.log
    assert not fetch.partial.exists()


@pytest.mark.parametrize("state_md5", [True, False])
@pytest.mark.parametrize("length", [0.4, 1, 1.2], ids=["short", "whole", "long"])
def test_what_an_earlier_run_left_damaged_is_begun_anew(fetch, archive, length, state_md5):
    fetch.folder.mkdir()
    fetch.partial.write_bytes(b"x" * int(length * len(archive)))
    with serving(KaggleServer(archive, state_md5=state_md5)) as server:
        assert fetch(server.address)[0] == archive
    assert server.ranges[-1] == "bytes=0-"


def test_what_is_left_of_another_version_is_not_mixed_in_and_goes(fetch, archive):
    fetch.folder.mkdir()
    other = fetch.folder / ".archive-toy-smears-2.part"
    other.write_bytes(b"x")
    with serving(KaggleServer(archive)) as server:
        assert fetch(server.address)[0] == archive
    assert server.ranges == ["bytes=0-"]
    assert not other.exists()


@pytest.mark.parametrize("tells_version", [True, False])
def test_the_current_version_is_asked_for_and_downloaded(fetch, archive, tells_version):
    with serving(KaggleServer(archive, tells_version=tells_version)) as server:
        assert fetch(server.address)[0] == archive
    assert server.versions == [3 if tells_version else None]
    assert ("version 3 of toy/smears is current" in fetch.log) == tells_version
    assert ("does not say which version of toy/smears is current" in fetch.log) != tells_version


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("failures", 429),
        ("storage_failures", 503),
        pytest.param("failures", 503, marks=pytest.mark.rare),
        pytest.param("storage_failures", 429, marks=pytest.mark.rare),
    ],
)
def test_a_busy_server_is_given_the_time_that_it_asks_for(fetch, archive, part, status):
    with serving(KaggleServer(archive, **{part: [status]}, retry_after="1")) as server:
        assert fetch(server.address)[0] == archive
    assert f"HTTP status {status}: trying again in 1 s" in fetch.log


@pytest.mark.parametrize("part", ["failures", "storage_failures"], ids=["API", "storage"])
def test_a_server_with_a_lasting_fault_leaves_what_has_arrived(fetch, archive, part):
    fetch.folder.mkdir()
    fetch.partial.write_bytes(archive[:1_000_000])
    with serving(KaggleServer(archive, **{part: [500] * 9})) as server:
        fetched, message = fetch(server.address)
    assert fetched is None
    assert "Kaggle does not serve toy/smears at present (HTTP status 500): start again later" in message
    assert fetch.partial.read_bytes() == archive[:1_000_000]


def test_a_slow_server_is_waited_for_while_bytes_come(fetch, archive):
    with serving(KaggleServer(archive, pace=0.3)) as server:
        assert fetch(server.address, timeout=1.5)[0] == archive
    assert server.ranges == ["bytes=0-"], "1.8 s in all, and a silence of 1.5 s is too long"
    assert "of 2.9 MiB (100 %)" in fetch.log


def test_the_password_of_a_proxy_is_told_to_no_one(fetch):
    fetched, message = fetch(f"http://tester:{KEY}@127.0.0.1:9")
    assert fetched is None
    assert "The connection to Kaggle fails (ProxyError)" in message


def test_an_archive_larger_than_the_disk_is_not_begun(fetch, archive):
    class Boasting(KaggleHandler):
        def storage_headers(self, start: int) -> dict[str, str]:
            return super().storage_headers(start) | {"Content-Length": str((1 << 60) - start)}

    with serving(KaggleServer(archive)) as server:
        server.RequestHandlerClass = Boasting
        fetched, message = fetch(server.address)
    assert fetched is None
    assert "the archive of toy/smears/versions/3 needs 1,099,511,627,776.0 MiB and the disk of " in message
    assert re.search(r"has [\d,.]+ MiB free: make room there", message)


@pytest.mark.parametrize("silent", [False, True], ids=["nothing listens", "no answer"])
@pytest.mark.parametrize("variables", [{}, {"KAGGLE_API_TOKEN": TOKEN}], ids=["kagglehub", "kaggle"])
def test_no_network_ends_soon_and_shows_the_way_around(fetch, silent, variables):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        if silent:
            nobody.listen()
        started = time.monotonic()
        fetched, message = fetch(f"http://127.0.0.1:{nobody.getsockname()[1]}", timeout=0.5, **variables)
    assert time.monotonic() - started < 30
    assert fetched is None
    assert f"The connection to Kaggle fails ({'ReadTimeout' if silent else 'ProxyError'})" in message
    assert f"download the zip by hand from https://www.kaggle.com/datasets/toy/smears and set {BY_HAND}" in message
