"""As much of Kaggle as the real clients need to download one public data set.

They come here, unpatched, with KAGGLE_API_ENVIRONMENT=LOCALHOST and this server as their HTTP_PROXY.
"""

import base64
import hashlib
import json
import re
import threading
import time

from servers.loopback import LoopbackHandler, LoopbackServer

OWNER, NAME, VERSION = "toy", "smears", 3
SIGNATURE = "X-Goog-Signature=5ec7e7"
PIECE = 1 << 19  # bytes
ANONYMOUS = None


def bearer(token: str) -> str:
    return f"Bearer {token}"


def basic(user: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


def take_first(statuses: list[int]) -> int | None:
    return statuses.pop(0) if statuses else None


class KaggleServer(LoopbackServer):
    """Serves `archive` to requests whose Authorization header is `authorized` (`ANONYMOUS`: to those without).

    The first `breaks` answers with the archive stop half way, by a cut line or, with `stall`, by silence. With `flip`
    the archive's middle byte is wrong; its MD5 is stated unless `state_md5` is False. With `pace` the archive comes in
    pieces of 512 KiB and so many seconds between them. `refuse` is a status for all downloads, `failures` are statuses
    for the first of them, `storage_failures` for the first requests to storage; `retry_after` goes with all of these.
    Which version is current is said if `tells_version`.
    """

    def __init__(
        self, archive, authorized=ANONYMOUS, *, breaks=0, stall=False, flip=False, state_md5=True, pace=0, refuse=None,
        failures=(), storage_failures=(), retry_after=None, tells_version=True,
    ):  # fmt: skip
        super().__init__(("127.0.0.1", 0), KaggleHandler)
        self.archive, self.authorized, self.refuse = archive, authorized, refuse
        self.breaks, self.stall, self.pace = breaks, stall, pace
        self.flip, self.state_md5 = flip, state_md5
        self.failures, self.storage_failures = list(failures), list(storage_failures)
        self.retry_after, self.tells_version = retry_after, tells_version
        self.ranges: list[str] = []
        self.versions: list[int | None] = []
        self.released = threading.Event()

    def server_close(self) -> None:
        self.released.set()
        super().server_close()


class KaggleHandler(LoopbackHandler):
    server: KaggleServer

    def do_HEAD(self) -> None:  # noqa: N802
        self.answer(404)

    def do_POST(self) -> None:  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.route.endswith("/security.OAuthService/IntrospectToken"):
            self.introspect(body["token"])
        elif self.headers["Authorization"] != self.server.authorized:
            self.answer_json({"code": 401, "message": "Unauthenticated"}, 401)
        elif self.route.endswith("/datasets.DatasetApiService/DownloadDataset"):
            self.redirect_to_storage(body)
        elif self.route.endswith("/datasets.DatasetApiService/GetDataset") and self.server.tells_version:
            self.answer_json({"ownerRef": OWNER, "currentVersionNumber": VERSION})
        else:
            self.answer_json({"code": 501, "message": f"no {self.route} here"}, 501)

    def introspect(self, token: str) -> None:
        active = bearer(token) == self.server.authorized
        self.answer_json({"active": active, "username": "tester" if active else ""})

    def redirect_to_storage(self, body: dict) -> None:
        """Send to another host, as Kaggle does, which no address but the proxy's can reach."""
        self.server.versions.append(body.get("datasetVersionNumber"))
        version = body.get("datasetVersionNumber") or VERSION
        if status := self.server.refuse or take_first(self.server.failures):
            self.answer_json({"code": status, "message": "no"}, status, **self.retry_header())
        elif (body["ownerSlug"], body["datasetSlug"], version) != (OWNER, NAME, VERSION):
            self.answer_json({"code": 404, "message": "Not found"}, 404)
        else:
            self.answer(302, Location=f"http://storage.invalid/{NAME}.zip?{SIGNATURE}")

    def do_GET(self) -> None:  # noqa: N802
        """Storage: the archive, or its rest from the byte that a Range names."""
        assert SIGNATURE in self.path
        asked = self.headers.get("Range")
        if asked and self.server.storage_failures:
            self.answer(self.server.storage_failures.pop(0), b"<Error>busy</Error>", **self.retry_header())
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0
        if asked:
            self.server.ranges.append(asked)
        self.send_response(206 if asked else 200)
        for name, value in self.storage_headers(start).items():
            self.send_header(name, value)
        self.end_headers()
        self.send_archive(start, read_by_client=asked is not None)

    def storage_headers(self, start: int) -> dict[str, str]:
        digest = base64.b64encode(hashlib.md5(self.server.archive).digest()).decode()
        headers = {"Accept-Ranges": "bytes", "Content-Length": str(len(self.server.archive) - start)}
        return headers | ({"x-goog-hash": f"crc32c=AAAAAA==,md5={digest}"} if self.server.state_md5 else {})

    def send_archive(self, start: int, read_by_client: bool) -> None:
        """The first answer of storage stays unread; the answers to Range requests are the ones to break."""
        data = bytearray(self.server.archive)
        if self.server.flip:
            data[len(data) // 2] ^= 1
        if read_by_client and self.server.breaks > 0:
            self.server.breaks -= 1
            self.wfile.write(data[start : (start + len(data)) // 2])
            self.close_connection = True
            if self.server.stall:
                self.server.released.wait()
        else:
            for place in range(start, len(data), PIECE):
                self.wfile.write(data[place : place + PIECE])
                time.sleep(self.server.pace if read_by_client else 0)

    def retry_header(self) -> dict[str, str]:
        return {} if self.server.retry_after is None else {"Retry-After": self.server.retry_after}

    def answer_json(self, value: dict, status: int = 200, **headers: str) -> None:
        self.answer(status, json.dumps(value).encode(), Content_Type="application/json", **headers)
