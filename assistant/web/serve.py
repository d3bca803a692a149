"""`briefing chat`: listens first, loads the models behind the page, and stops without losing what is in flight."""

from __future__ import annotations

import socket
import sys
from typing import Any

from assistant.settings import Settings
from index.errors import InputError
from index.library import Library

GRACE = 30  # seconds that requests in flight may still take after SIGTERM or Ctrl-C


def serve(library: Library, settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises InputError when the address is taken or a setting makes no sense."""
    from assistant.web.login import Login

    login = Login.of(settings.auth.get_secret_value())
    listener = listen(settings.host, settings.port)
    import uvicorn

    from assistant.chain import Assistant
    from assistant.models import configured
    from assistant.web.app import application
    from assistant.web.policy import LOOPBACK, hosts_of

    hosts = hosts_of(settings.host, settings.hosts.split(","))
    app = application(Assistant(library, model=configured(settings)), login=login, hosts=hosts)
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"Briefing listens on http://{shown}:{listener.getsockname()[1]} (Ctrl-C stops it)", flush=True)  # noqa: T201
    if settings.host not in LOOPBACK and login is None:
        print(  # noqa: T201
            "Anyone who can reach this address can read the library, add to it and remove from it: there is no login. "
            "Set BRIEFING_AUTH=user:password.",
            file=sys.stderr,
            flush=True,
        )
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=GRACE, server_header=False, timeout_keep_alive=20
    )
    server_of(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound already, so that a taken port is said at once. Raises InputError."""
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


def server_of(config: Any) -> Any:
    """A uvicorn server that ends what pages hold open before it waits for answers in flight."""
    import uvicorn

    class Server(uvicorn.Server):
        """Open pages hold a heartbeat of Gradio's, which ends first; answers in flight go on."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            _end_heartbeats(self.config.app)
            await super().shutdown(sockets)

    return Server(config)


def _end_heartbeats(app: Any) -> None:
    for route in app.inner.routes:
        event = getattr(getattr(route, "app", None), "stop_event", None)
        if event is not None:
            event.set()
