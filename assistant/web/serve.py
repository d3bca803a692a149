"""`briefing chat`: listens first, loads the models behind the page, and stops without losing what is in flight."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from assistant.settings import Settings
from index.errors import InputError
from index.library import Library

if TYPE_CHECKING:
    import uvicorn

QUEUE_SHARE = 0.6  # of the grace: how long questions may still wait for their turn when the server stops


def serve(library: Library, settings: Settings) -> NoReturn:
    """Serve until Ctrl-C or SIGTERM, then end the process with code 0.

    Raises InputError when the address is taken or a setting makes no sense.
    """
    from assistant.web.login import Login

    login = Login.of(settings.auth.get_secret_value())
    listener = listen(settings.host, settings.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the server is there; nothing is in flight yet
    import uvicorn

    from assistant.chain import Assistant
    from assistant.models import configured
    from assistant.web.app import application
    from assistant.web.gate import Gate
    from assistant.web.policy import hosts_of

    hosts = hosts_of(settings.host, settings.hosts.split(","))
    gate = Gate(settings.at_once, settings.waiting)
    app = application(Assistant(library, model=configured(settings)), login=login, hosts=hosts, gate=gate)
    _announce(settings, listener, locked=login is not None)
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=settings.grace, server_header=False, timeout_keep_alive=20
    )
    server_of(config).run(sockets=[listener])
    leave()


def _announce(settings: Settings, listener: socket.socket, *, locked: bool) -> None:
    from assistant.web.policy import LOOPBACK

    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"Briefing listens on http://{shown}:{listener.getsockname()[1]} (Ctrl-C stops it)", flush=True)  # noqa: T201
    if settings.host not in LOOPBACK and not locked:
        print(  # noqa: T201
            "Anyone who can reach this address can read the library, add to it and remove from it: there is no login. "
            "Set BRIEFING_AUTH=user:password.",
            file=sys.stderr,
            flush=True,
        )


def leave() -> NoReturn:
    """End the process. What was acknowledged is on the disk already.

    Not by returning: Python would wait for threads that still compute for people who are gone, and native code in
    other threads can crash while it is torn down.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already: a taken port is said at once, and who comes early waits. Raises InputError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2_048)
    except OSError as error:
        listener.close()
        raise InputError(
            f"The chat cannot listen on {host}:{port}: {error.strerror}. Choose another port, as in --port 7861."
        ) from None
    return listener


def server_of(config: uvicorn.Config) -> uvicorn.Server:
    """A uvicorn server that finishes what is in flight, and then returns as if nobody had sent a signal."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            """A second signal stops at once. uvicorn's own would raise the signal again when all is done."""
            del sig, frame
            self.force_exit = self.should_exit
            self.should_exit = True

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            inner = getattr(self.config.app, "inner", None)
            if inner is not None:
                _end_heartbeats(inner)
                inner.state.gate.close(QUEUE_SHARE * (self.config.timeout_graceful_shutdown or 0))
            await super().shutdown(sockets)

    return Server(config)


def _end_heartbeats(app: Any) -> None:
    """Open pages hold a heartbeat of Gradio's, which would last as long as the page."""
    for route in app.routes:
        event = getattr(getattr(route, "app", None), "stop_event", None)
        if event is not None:
            event.set()
