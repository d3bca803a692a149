"""A real OpenAI-compatible HTTP server on loopback whose replies are scripted: the request's model names the script."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789-never-shown"


@dataclass
class Script:
    """What the server does for one request. `pieces` may be a list or, given the prompt, a function that makes one."""

    pieces: list[str] | Callable[[str], Iterator[str] | list[str]] = field(default_factory=list)
    status: list[int] = field(default_factory=list)  # answered first, one a request
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0  # seconds in front of each piece
    hang_after: int | None = None  # pieces, then silence
    cut_after: int | None = None  # pieces, then the connection is reset
    raw: list[str] = field(default_factory=list)  # lines sent as they are instead of proper chunks
    done: bool = True


class ScriptedServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, scripts: dict[str, Script]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripts = scripts
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.seen: Counter[str] = Counter()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: ScriptedServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script = self.server.scripts[body["model"]]
        turn = self.server.seen[body["model"]]
        self.server.seen[body["model"]] += 1
        self.server.requests.append(body)
        self.server.keys.append(self.headers.get("Authorization", ""))
        if turn < len(script.status):
            self._fail(script.status[turn], script.headers)
        elif script.raw:
            self._stream(script, script.raw)
        else:
            prompt = "\n".join(str(m["content"]) for m in body["messages"])
            pieces = script.pieces(prompt) if callable(script.pieces) else script.pieces
            self._stream(script, (_chunk(piece) for piece in pieces))
        self.close_connection = True

    def _fail(self, status: int, headers: dict[str, str]) -> None:
        # Some providers repeat the key in their errors; nothing of this text may ever be shown.
        body = json.dumps({"error": {"message": f"failed for key {self.headers.get('Authorization')}"}}).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, script: Script, lines: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for number, line in enumerate(lines):
            if number == script.hang_after:
                self.server.closing.wait(30)
                return
            if number == script.cut_after:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.connection.close()
                return
            if script.wait:
                time.sleep(script.wait)
            self.wfile.write(line.encode("utf-8", "surrogatepass"))
            self.wfile.flush()
        if script.hang_after is not None:
            self.server.closing.wait(30)
        elif script.done:
            self.wfile.write(b"data: [DONE]\n\n")


def _chunk(text: str, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n"


@contextmanager
def serving(scripts: dict[str, Script]) -> Iterator[ScriptedServer]:
    server = ScriptedServer(scripts)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
