"""Memory that one step frees is kept for the next."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of mallopt(3)
NEVER = -1


def keep_freed_memory() -> bool:
    """Tell glibc not to give memory back to the system while this process lives; False where there is no glibc.

    Every step of a training allocates and frees the same hundreds of megabytes. Where glibc maps and unmaps large
    blocks each time, the kernel fills every page with zeros again: on a CPU that has been half of a step's time. The
    process stays as large as its largest step.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, NEVER))
