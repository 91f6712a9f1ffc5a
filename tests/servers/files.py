"""A plain file server that can fail a few times first."""

from servers.loopback import LoopbackHandler, LoopbackServer


class FileServer(LoopbackServer):
    """Answers any address with `body`, after the statuses in `failures`, and records the addresses asked for."""

    def __init__(self, body: bytes, failures: tuple[int, ...] = ()):
        super().__init__(("127.0.0.1", 0), FileHandler)
        self.body, self.failures = body, list(failures)
        self.asked: list[str] = []


class FileHandler(LoopbackHandler):
    server: FileServer

    def do_GET(self) -> None:  # noqa: N802
        self.server.asked.append(self.path)
        if self.server.failures:
            self.answer(self.server.failures.pop(0))
        else:
            self.answer(200, self.server.body)
