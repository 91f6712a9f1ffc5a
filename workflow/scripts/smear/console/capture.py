"""Taking what this process and its children write to the terminal, so that it stands above a bar and not in it."""

import codecs
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

SECONDS = 2.0  # to wait for the last words of children that have outlived their jobs


class Capture:
    """A pipe in place of some of this process's descriptors, which children inherit, and a thread that reads it.

    take: gets each line, without its end. Once it has failed, lines go to where they went before; they are read in any
    case, since a full pipe would stop who writes.
    """

    def __init__(self, descriptors: list[int], take: Callable[[str], None]):
        self.take = take
        self.saved = {descriptor: os.dup(descriptor) for descriptor in descriptors}
        self.source, self.sink = os.pipe()
        self.thread = Thread(target=self.read, name="capture", daemon=True)

    def start(self) -> None:
        """Begin to take lines."""
        flush_streams()
        for descriptor in self.saved:
            os.dup2(self.sink, descriptor)
        os.close(self.sink)
        self.thread.start()

    def stop(self) -> None:
        """Let the descriptors lead to where they led before, and take what was written until now."""
        flush_streams()
        for descriptor, saved in self.saved.items():
            os.dup2(saved, descriptor)
        self.thread.join(SECONDS)
        self.take = self.bypass

    def read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        while data := os.read(self.source, 1 << 16):
            *lines, rest = (rest + decoder.decode(data)).split("\n")
            self.pass_on(lines)
        self.pass_on([rest] if rest else [])
        os.close(self.source)

    def pass_on(self, lines: list[str]) -> None:
        for line in lines:
            # Of a line that was written over, as bars do, the last state.
            text = line.rstrip("\r").rpartition("\r")[2]
            try:
                self.take(text)
            except Exception:
                self.take = self.bypass
                self.take(text)

    def bypass(self, line: str) -> None:
        with suppress(OSError):  # of a terminal that is gone
            os.write(self.saved[max(self.saved)], f"{line}\n".encode())


def flush_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
