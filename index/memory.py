"""How the C library treats freed memory while a model computes."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # glibc's malloc.h
_LIMIT = 1 << 30  # bytes
_PAD = 64 << 20


@cache
def keep_freed_memory() -> bool:
    """Let glibc keep what is freed for the next layer, instead of giving it back to the system; False elsewhere.

    Each layer of a model frees tensors of some megabytes and asks for the same again. Given back, every page of them
    is mapped and zeroed anew: measured here (docs/decisions.md, "Freed memory is kept"), a softmax took six times as
    long. What is kept is at most what was in use at once.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    wanted = ((_MMAP_THRESHOLD, _LIMIT), (_TRIM_THRESHOLD, _LIMIT), (_TOP_PAD, _PAD))
    taken = [bool(mallopt(name, value)) for name, value in wanted]
    return all(taken)
