"""The same work on many images, several at a time, with a progress bar in the log."""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm


def map_images(work: Callable, items: Iterable, threads: int, title: str) -> Iterator:
    """Yield `work(item)` in order. Threads suffice: decoding, resizing and hashing leave Python's lock."""
    items = list(items)
    with ThreadPoolExecutor(threads) as pool:
        yield from tqdm(
            pool.map(work, items), title, len(items), file=sys.stderr, unit=" images", mininterval=2, ascii=True
        )
