"""The same work on many items, several at a time, with a progress bar in the log."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

AHEAD = 16  # items a thread that are begun before the first of them is taken: results of a million do not pile up


def map_parallel(work: Callable, items: Iterable, threads: int, title: str, unit: str = "images") -> Iterator:
    """Yield `work(item)` in order. Threads suffice: decoding, resizing and hashing leave Python's lock."""
    items = list(items)
    with ThreadPoolExecutor(threads) as pool:
        yield from tqdm(
            map_ahead(pool, work, items, AHEAD * threads), title, len(items), file=sys.stderr, unit=f" {unit}",
            mininterval=2, ascii=True,
        )  # fmt: skip


def map_ahead(pool: ThreadPoolExecutor, work: Callable, items: Sequence, ahead: int) -> Iterator:
    """`pool.map` that begins only so many items before the first result is taken."""
    begun = deque()
    for item in items:
        begun.append(pool.submit(work, item))
        if len(begun) > ahead:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()
