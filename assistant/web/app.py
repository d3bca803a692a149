"""The page on a FastAPI app: asking, the digest, the articles."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from assistant.chain import Assistant
from assistant.models import configured
from assistant.settings import Settings
from assistant.web.articles_tab import articles_tab
from assistant.web.ask import ask_tab
from assistant.web.digest_tab import digest_tab
from assistant.web.evidence import inert
from assistant.web.style import CSS, POLICY, theme
from index.errors import InputError
from index.library import Library

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI, Request, Response


def build(assistant: Assistant) -> gradio.Blocks:
    """The page with its three tabs."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio

    with gradio.Blocks(title="Briefing", analytics_enabled=False, fill_width=True, delete_cache=(3_600, 3_600)) as page:
        gradio.Markdown(f"# Briefing\n{inert(_welcome(assistant.library))}", elem_id="top")
        with gradio.Tab("Ask"):
            ask_tab(assistant)
        with gradio.Tab("Digest"):
            digest_tab(assistant.library)
        with gradio.Tab("Articles"):
            articles_tab(assistant.library)
    shown: gradio.Blocks = page
    return shown


def application(assistant: Assistant) -> FastAPI:
    """The FastAPI app with the chat at `/` and `/healthz` beside it."""
    import gradio
    from fastapi import FastAPI

    app = FastAPI(title="Briefing", docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @app.get("/healthz")
    def health() -> dict[str, Any]:
        return {"ok": True, "articles": assistant.library.count()}

    mounted: FastAPI = gradio.mount_gradio_app(
        app, build(assistant), "/", allowed_paths=[], max_file_size="10mb", show_error=False, theme=theme(), css=CSS
    )
    return mounted


def serve(library: Library, host: str, port: int) -> None:
    """Serve until Ctrl-C; requests in flight finish. Raises InputError when the address is taken."""
    listener = _listen(host, port)
    import uvicorn

    assistant = Assistant(library, model=configured(Settings.load()))
    assistant.warm()
    app = application(assistant)
    shown = f"[{host}]" if ":" in host else host
    print(f"Briefing listens on http://{shown}:{listener.getsockname()[1]} (Ctrl-C stops it)", flush=True)  # noqa: T201
    if host not in {"127.0.0.1", "::1", "localhost"}:
        print("Anyone who can reach this address can read the library: there is no login.", file=sys.stderr)  # noqa: T201
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=10)
    uvicorn.Server(config).run(sockets=[listener])


def _welcome(library: Library) -> str:
    days = sorted(library.days())
    if not library.count():
        return "The library is empty. Add articles with briefing ingest FOLDER, then reload this page."
    span = f", {days[0].year} to {days[-1].year}" if days else ""
    return f"{library.count():,} articles{span}. Every sentence of an answer is copied from one of them."


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError(
            f"The chat cannot listen on {host}:{port}: {error.strerror}. Choose another port, as in --port 7861."
        ) from None
    return listener
