"""What may come in and what may go out: hosts, origins, paths, sizes; Content-Security-Policy and its nonce. Pure."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

MOST_BYTES = 100 * 2**20  # of one request: a folder of articles, not a film
MOST_JSON = 2**20  # of a request that is no upload
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# Nothing on a page may come from, or go to, another host: no fonts, pictures, forms. Scripts run only from our own
# files, or with this response's nonce: what is written into the page later cannot run. Gradio makes functions of its
# templates, which needs 'unsafe-eval', and styles elements one by one, which needs 'unsafe-inline' there.
_PAGE = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'none'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'"
)
DOCUMENT = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
_DATA = "default-src 'none'; frame-ancestors 'none'"

# Of Gradio's own addresses only these are served. The rest can proxy foreign sites, hand out files, take uploads.
_GRADIO = re.compile(
    r"^/gradio_api/(?:info/?|openapi\.json|app_id/?|startup-events|reset/?|cancel|heartbeat/\w+|queue/(?:join|data)"
    r"|(?:call|run|api)/[\w/]+|user/?|login_check/?|token/?|theme\.css)$"
)
_OTHER = re.compile(
    r"^/(?:$|config/?$|theme\.css$|favicon\.ico$|robots\.txt$|manifest\.json$|assets/|static/|svelte/|own/|api/|login$"
    r"|logout$|healthz$|metrics$)"
)


def page_policy(nonce: str) -> str:
    return _PAGE.format(nonce=nonce)


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def with_nonce(page: bytes, nonce: str) -> bytes:
    """The page as Gradio writes it, with the nonce on each of its scripts."""
    return page.replace(b"<script", f'<script nonce="{nonce}"'.encode())


def headers(content_type: str, path: str, nonce: str) -> dict[str, str]:
    """Security headers for a response."""
    other = DOCUMENT if content_type.startswith("text/html") else _DATA
    policy = page_policy(nonce) if path == "/" else other
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # with no-referrer a form would send `Origin: null`, also to ourselves
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def refusal(method: str, path: str, header: Mapping[str, str], hosts: Iterable[str] | None) -> tuple[int, str] | None:
    """(status, plain message) for a request that must not be served; None for a good one. `hosts` None: any host.

    The Host check stops a foreign site's name that points here (DNS rebinding), the Origin check a foreign page.
    """
    host = header.get("host", "")
    if hosts is not None and not _is_ours(host, hosts):
        return 421, "This server does not answer for that host name. Set BRIEFING_HOSTS to allow it."
    origin = header.get("origin", "")
    if origin and urlsplit(origin).netloc.lower() != host.lower():
        return 403, "Requests from other sites are refused."
    if header.get("sec-fetch-site") in {"cross-site", "same-site"} and (method in WRITING or path != "/"):
        return 403, "Requests from other sites are refused."
    if not is_served(path):
        return 404, "There is nothing here."
    return _too_large(method, path, header)


def is_served(path: str) -> bool:
    """Whether we, or Gradio for us, answer at this path."""
    plain = unquote(path)
    if "\\" in plain or ".." in plain.split("/") or "//" in plain or "://" in plain:
        return False
    return bool(_GRADIO.match(plain) if plain.startswith("/gradio_api") else _OTHER.match(plain))


def hosts_of(bound: str, named: Iterable[str]) -> tuple[str, ...] | None:
    """Host names that a server bound to this address answers for; None when it listens everywhere without names."""
    names = tuple(name.strip().lower() for name in named if name.strip())
    if bound in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        return (*LOOPBACK, socket.gethostname().lower(), "*ip", *names)
    return (*LOOPBACK, bound.lower(), *names) if bound in LOOPBACK else (bound.lower(), *LOOPBACK, *names)


def _is_ours(host: str, hosts: Iterable[str]) -> bool:
    name = (urlsplit(f"//{host}").hostname or "").lower() if "@" not in host else ""
    allowed = set(hosts)
    return name in allowed or ("*ip" in allowed and _is_address(name))


def _is_address(name: str) -> bool:
    """A numeric address cannot be rebound by a name server."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _too_large(method: str, path: str, header: Mapping[str, str]) -> tuple[int, str] | None:
    if method not in WRITING:
        return None
    if "chunked" in header.get("transfer-encoding", "").lower():
        return 411, "Say how long the request is (Content-Length)."
    most = MOST_BYTES if path == "/api/articles" else MOST_JSON
    length = header.get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        return 413, f"That is too much at once: at most {most // 2**20} MiB."
    return None
