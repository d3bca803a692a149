"""How many questions are worked on at once, how many may wait, and what becomes of them when the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from index.errors import BriefingError

AT_ONCE = 4  # side by side
WAITING = 48  # more than that are sent away with a plain message

BUSY = "Many questions are being answered at this moment. Please ask again in a few seconds."
STOPPING = "Briefing is being stopped, and your question was still waiting. Please ask again in a moment."


class Busy(BriefingError):
    """There is no turn for this question now; ask again in a few seconds."""


class Gate:
    """A queue for heavy work: a few at once, some more wait, the rest is refused with Busy."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self.at_once, self.most = at_once, at_once + waiting
        self.inside = 0  # worked on or waiting
        self._free = asyncio.Semaphore(at_once)
        self._waits: set[asyncio.Timeout] = set()
        self._until: float | None = None  # on the loop's clock: nobody waits longer

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
            await self._wait()
            try:
                yield
            finally:
                self._free.release()
        finally:
            self.inside -= 1

    def close(self, seconds: float) -> None:
        """The server stops: who still waits after these seconds is told so, who is worked on has more time."""
        self._until = asyncio.get_running_loop().time() + seconds
        for wait in self._waits:
            wait.reschedule(self._until)

    async def _wait(self) -> None:
        wait = asyncio.timeout_at(self._until)
        try:
            async with wait:
                self._waits.add(wait)
                await self._free.acquire()
        except TimeoutError:
            raise Busy(STOPPING) from None
        finally:
            self._waits.discard(wait)
