"""The FastAPI app: the page at /, JSON at /api, health and figures, all behind one guard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from assistant.chain import Assistant
from assistant.web.asking import asking
from assistant.web.desk import Desk
from assistant.web.gate import Busy, Gate
from assistant.web.guard import Guard
from assistant.web.keeping import keeping
from assistant.web.login import COOKIE, DAYS, Login, login_page
from assistant.web.metrics import CONTENT_TYPE, Metrics
from assistant.web.page import FIRST, HEAD, build, theme
from assistant.web.policy import LOOPBACK
from index.errors import BriefingError, InputError, LibraryBusy, LibraryReadOnly, ModelError, NothingFound

if TYPE_CHECKING:
    from starlette.types import ASGIApp

STATUS: dict[type[BriefingError], int] = {
    Busy: 503,
    InputError: 422,
    NothingFound: 404,
    LibraryBusy: 409,
    LibraryReadOnly: 409,
    ModelError: 502,
}
TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}

_log = logging.getLogger("briefing")


def application(
    assistant: Assistant,
    *,
    login: Login | None = None,
    hosts: Iterable[str] | None = LOOPBACK,
    gate: Gate | None = None,
    warm: bool = True,
) -> ASGIApp:
    """The whole app. `hosts` are the names that it answers for. With `warm` the models load once it is served.

    Not to be called where an event loop runs already.
    """
    desk, gate = Desk(assistant), gate or Gate()
    metrics = Metrics(desk.library.count, lambda: gate.inside)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if warm:
            desk.start()
        yield

    app = FastAPI(
        title="Briefing",
        summary="Cited answers and a one-page digest from your own news articles.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.state.gate = gate
    app.include_router(asking(desk, gate, metrics))
    app.include_router(keeping(desk, gate, locked=login is not None))
    _plain_errors(app)
    _service(app, desk, metrics)
    _entrance(app, login)
    mounted = asyncio.run(_with_page(app, desk, gate))
    return Guard(mounted, hosts=hosts, login=login, seen=metrics.saw, head=HEAD, first=FIRST)


async def _with_page(app: FastAPI, desk: Desk, gate: Gate) -> FastAPI:
    """Gradio's page mounted at /. Inside a loop: where none runs, Gradio makes one and never closes it."""
    import gradio

    mounted: FastAPI = gradio.mount_gradio_app(
        app,
        build(desk, gate),
        "/",
        allowed_paths=[],
        max_file_size="1mb",
        show_error=False,
        ssr_mode=False,
        run_history=False,
        footer_links=[],
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=theme(),
    )
    return mounted


def _service(app: FastAPI, desk: Desk, metrics: Metrics) -> None:
    """Health, figures, our own scripts."""

    @app.get("/healthz", include_in_schema=False)
    def health() -> dict[str, Any]:
        return {"ok": desk.models != "failed", "articles": desk.library.count(), "models": desk.models}

    @app.get("/metrics", include_in_schema=False)
    def figures() -> Response:
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    @app.get("/own/{name}", include_in_schema=False)
    def own(name: str) -> Response:
        kind = TYPES.get(name.rpartition(".")[2])
        place = files("assistant.web").joinpath("static", name)
        if kind is None or not place.is_file():
            return Response("There is nothing here.", 404, media_type="text/plain")
        return Response(place.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})


def _entrance(app: FastAPI, login: Login | None) -> None:
    """/login and /logout; without a login both lead to the page."""

    @app.get("/login", include_in_schema=False)
    def ask_to_log_in() -> Response:
        return HTMLResponse(login_page()) if login else RedirectResponse("/", 303)

    @app.post("/login", include_in_schema=False)
    async def log_in(request: Request) -> Response:
        form = await request.form()
        user, password = str(form.get("username", "")), str(form.get("password", ""))
        reads_pages = "text/html" in request.headers.get("accept", "")
        if login is None:
            return RedirectResponse("/", 303)
        if not login.holds(user, password):
            message = "That name or password is not right."
            return HTMLResponse(login_page(message), 401) if reads_pages else JSONResponse({"detail": message}, 401)
        # Gradio's client takes the cookie from a plain 200.
        answer: Response = RedirectResponse("/", 303) if reads_pages else JSONResponse({"success": True})
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, login.cookie(), max_age=DAYS, httponly=True, samesite="strict", secure=secure)
        return answer

    @app.post("/logout", include_in_schema=False)
    def log_out() -> Response:
        answer = RedirectResponse("/login" if login else "/", 303)
        answer.delete_cookie(COOKIE)
        return answer


def _plain_errors(app: FastAPI) -> None:
    """Every error is one plain sentence in `detail`."""

    @app.exception_handler(BriefingError)
    def expected(_: Request, error: BriefingError) -> JSONResponse:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
        after = {"Retry-After": "5"} if status == 503 else None
        return JSONResponse({"detail": str(error)}, status, headers=after)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part not in {"body", "query"})
        return JSONResponse({"detail": f"{where or 'The request'}: {first['msg']}."}, 422)

    @app.exception_handler(Exception)
    def unexpected(_: Request, error: Exception) -> JSONResponse:
        _log.error("a request failed", exc_info=error)
        return JSONResponse({"detail": f"Something went wrong inside Briefing ({type(error).__name__})."}, 500)
