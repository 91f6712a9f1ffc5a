"""A web server on this machine, in a thread of the test that asks it."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class LoopbackHandler(BaseHTTPRequestHandler):
    """What the servers share. As a proxy it is asked for whole addresses, of which `route` is the path."""

    protocol_version = "HTTP/1.1"

    @property
    def route(self) -> str:
        return urlsplit(self.path).path

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Keep the test's output clean; what was asked is in the server's own record."""


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *request) -> None:
        """A client that hangs up is no fault: the first answer of Kaggle's storage is left unread."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*request)


@contextmanager
def serving(server: LoopbackServer) -> Iterator[LoopbackServer]:
    """Serve until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
