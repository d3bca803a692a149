"""The gate in front of the whole app, as ASGI middleware: what is refused, who is let in, which headers go out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from assistant.web.login import COOKIE, OPEN, Login
from assistant.web.policy import headers, new_nonce, refusal, with_nonce

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Send], Awaitable[None]]
Seen = Callable[[str, int], None]  # (path, status) of each response


class Guard:
    """Wraps an ASGI app. Streams pass through untouched; only the page itself is held to put the nonce in."""

    def __init__(
        self, app: App, *, hosts: Iterable[str] | None, login: Login | None, seen: Seen, head: bytes, first: bytes
    ) -> None:
        self._app = self.inner = app
        self._hosts = tuple(hosts) if hosts is not None else None
        self._login = login
        self._seen = seen
        self._extra = {b"</head>": head, b"<gradio-app": first}  # what is put in before these

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        header = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        path = str(scope["path"])
        guarded = _Outgoing(send, path, self._seen, self._extra)
        if refused := refusal(scope["method"], path, header, self._hosts):
            await guarded.answer(*refused)
        elif self._login and path not in OPEN and not self._admits(header):
            await self._ask_to_log_in(guarded, header, path)
        else:
            await self._let_through(scope, receive, guarded)

    async def _let_through(self, scope: Any, receive: Any, guarded: _Outgoing) -> None:
        """A request that the end of a stop's grace cuts off is told so; the server would print a traceback for it."""
        try:
            await self._app(scope, receive, guarded)
        except asyncio.CancelledError:
            if not guarded.started:
                await guarded.answer(503, "The server is stopping. Ask again in a moment.", {"retry-after": "5"})

    def _admits(self, header: dict[str, str]) -> bool:
        if self._login is None:
            return True
        try:
            morsel = SimpleCookie(header.get("cookie", "")).get(COOKIE)
        except CookieError:
            morsel = None
        if morsel is not None and self._login.knows(morsel.value):
            return True
        return self._login.admits(header.get("authorization", ""))

    async def _ask_to_log_in(self, guarded: _Outgoing, header: dict[str, str], path: str) -> None:
        if path == "/" and "text/html" in header.get("accept", ""):
            await guarded.answer(303, "", {"location": "/login"})
        else:
            await guarded.answer(401, "Log in first.")


class _Outgoing:
    """`send` with our headers."""

    def __init__(self, send: Send, path: str, seen: Seen, extra: dict[bytes, bytes]) -> None:
        self._send, self._path, self._seen, self._extra = send, path, seen, extra
        self._nonce = new_nonce()
        self.started = False
        self._held: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._seen(self._path, message["status"])
            sent = {name.lower(): value for name, value in message["headers"]}
            content_type = sent.get(b"content-type", b"").decode("latin-1")
            for name, value in headers(content_type, self._path, self._nonce).items():
                sent[name.lower().encode()] = value.encode()
            cookies = [(name, value) for name, value in message["headers"] if name.lower() == b"set-cookie"]
            sent.pop(b"set-cookie", None)
            message = {**message, "headers": [*sent.items(), *cookies]}
            if self._path == "/" and content_type.startswith("text/html"):
                self._held = message
                return
        if self._held is not None:
            await self._page(message)
        else:
            await self._send(message)

    async def _page(self, message: Message) -> None:
        self._body += message.get("body", b"")
        if message.get("more_body") or self._held is None:
            return
        page = with_nonce(self._body, self._nonce)
        for place, more in self._extra.items():
            page = page.replace(place, more + place, 1)
        kept = [item for item in self._held["headers"] if item[0] != b"content-length"]
        kept += [(b"content-length", str(len(page)).encode()), (b"cache-control", b"no-store")]
        await self._send({**self._held, "headers": kept})
        await self._send({"type": "http.response.body", "body": page})

    async def answer(self, status: int, message: str, more: dict[str, str] | None = None) -> None:
        """A short plain response."""
        extra = [(name.encode(), value.encode()) for name, value in (more or {}).items()]
        body = message.encode()
        start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *extra]
        await self({"type": "http.response.start", "status": status, "headers": start})
        await self({"type": "http.response.body", "body": body})
