"""How many questions are worked on at once, and how many may wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from index.errors import BriefingError

AT_ONCE = 4  # side by side
WAITING = 48  # more than that are sent away with a plain message

BUSY = "Many questions are being answered at this moment. Please ask again in a few seconds."


class Busy(BriefingError):
    """The queue is full; ask again in a few seconds."""


class Gate:
    """A queue for heavy work: a few at once, some more wait, the rest is refused with Busy."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self.at_once, self.most = at_once, at_once + waiting
        self.inside = 0  # worked on or waiting
        self._free = asyncio.Semaphore(at_once)

    def check(self) -> None:
        """Raises Busy when nobody more can wait."""
        if self.inside >= self.most:
            raise Busy(BUSY)

    @property
    def crowded(self) -> bool:
        """Whether one more has to wait."""
        return self.inside >= self.at_once

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises Busy."""
        self.check()
        self.inside += 1
        try:
            async with self._free:
                yield
        finally:
            self.inside -= 1
