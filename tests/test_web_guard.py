"""The gate in front of the app, by itself."""

from __future__ import annotations

import asyncio
from typing import Any

from assistant.web.guard import Guard

SCOPE = {"type": "http", "method": "GET", "path": "/api/digest/2024-10-30", "headers": [(b"host", b"127.0.0.1:7860")]}


def messages(app: Any) -> list[dict[str, Any]]:
    """What goes out for one request."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    guard = Guard(app, hosts=None, login=None, seen=lambda path, status: None, head=b"", first=b"")
    asyncio.run(guard(SCOPE, None, send))
    return sent


def test_a_request_that_a_stop_cuts_off_is_told_so() -> None:
    async def cut_off(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError("timeout graceful shutdown exceeded")

    start, body = messages(cut_off)
    assert start["status"] == 503
    assert (b"retry-after", b"5") in start["headers"]
    assert b"stopping" in body["body"]


def test_a_stream_that_a_stop_cuts_off_ends_without_a_second_beginning() -> None:
    async def cut_off(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise asyncio.CancelledError("timeout graceful shutdown exceeded")

    assert [message["type"] for message in messages(cut_off)] == ["http.response.start"]
