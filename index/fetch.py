"""Fetching pages and feeds over HTTP: politely, within limits, and only from public addresses.

Proxies that the environment names are not used: the check of the address would be the proxy's, not ours.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

import httpcore2

from index.connect import PublicBackend, Resolve, system_resolve
from index.errors import SourceError

AGENT = "Briefing"
LARGEST = 10_000_000  # bytes, inflated
SECONDS = 20.0  # for one page, its redirects not counted
REDIRECTS = 5
ATTEMPTS = 3
LONGEST_WAIT = 30.0  # seconds that a site may ask to wait before the next attempt
_TYPES = ("text/", "application/xhtml", "application/xml", "application/rss", "application/atom", "application/rdf",
          "application/json", "application/feed+json", "application/pdf", "application/x-ndjson", "multipart/related",
          "message/rfc822", "application/octet-stream")  # fmt: skip
_TRY_AGAIN = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Page:
    """What came back. After a conditional request that found nothing new, `unchanged` is true and there is no data."""

    url: str  # where it was found in the end, after redirects
    data: bytes
    media_type: str = ""
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: dict[str, str]
    data: bytes


class Fetcher:
    """Fetches one page at a time; keeps apart its requests to the same host by `pause` seconds, or as robots.txt asks.

    `resolve` and `connector` are the two ways to the network; tests put recording ones in their place.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        pause: float = 1.0,
        resolve: Resolve = system_resolve,
        connector: httpcore2.NetworkBackend | None = None,
        sleep: Callable[[float], None] = time.sleep,
        seconds: float = SECONDS,
    ) -> None:
        self._allow_private = allow_private
        self._pause = pause
        self._resolve = resolve
        self._connector = connector
        self._sleep = sleep
        self._seconds = seconds
        self._next: dict[str, float] = {}  # host → when it may be asked again
        self._robots: dict[str, RobotFileParser] = {}

    def get(self, url: str, *, etag: str = "", last_modified: str = "") -> Page:
        """The page at this address. Raises SourceError with a reason for people."""
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        for _ in range(REDIRECTS + 1):
            url = checked(url)
            self._ask_robots(url)
            reply = self._persistent(url, {name: value for name, value in headers.items() if value})
            if reply.status not in (301, 302, 303, 307, 308):
                return _page(url, reply)
            if not (location := reply.headers.get("location")):
                raise SourceError("The site redirects to nowhere.")
            url = urljoin(url, location)
        raise SourceError(f"The site redirects more than {REDIRECTS} times.")

    def _persistent(self, url: str, headers: dict[str, str]) -> _Reply:
        """Ask again, after a growing pause, when the site is overloaded or the connection breaks."""
        for attempt in range(1, ATTEMPTS + 1):
            wait = 2.0 ** (attempt - 1) * max(self._pause, 0.01)
            try:
                reply = self._once(url, headers)
            except (httpcore2.NetworkError, httpcore2.RemoteProtocolError, httpcore2.TimeoutException) as error:
                if attempt == ATTEMPTS:
                    raise SourceError(_reason(error, self._seconds)) from error
            except (httpcore2.LocalProtocolError, httpcore2.UnsupportedProtocol) as error:
                raise SourceError("This address cannot be asked for.") from error
            else:
                if reply.status not in _TRY_AGAIN or attempt == ATTEMPTS:
                    return reply
                wait = max(wait, _retry_after(reply.headers))
            self._sleep(min(wait, LONGEST_WAIT))
        raise AssertionError("unreachable")

    def _once(self, url: str, headers: dict[str, str]) -> _Reply:
        self._wait_for(url)
        asked = {
            "Host": urlsplit(url).netloc,
            "User-Agent": f"{AGENT}/0.1 (a personal news library)",
            "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, */*;q=0.5",
            "Accept-Encoding": "gzip",
            **headers,
        }
        backend = PublicBackend(
            time.monotonic() + self._seconds,
            allow_private=self._allow_private,
            resolve=self._resolve,
            connector=self._connector,
        )
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        with (
            httpcore2.ConnectionPool(network_backend=backend) as pool,
            pool.stream("GET", url, headers=list(asked.items()), extensions={"timeout": limits}) as response,
        ):
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            wanted = response.status == 200
            if wanted:
                _check_type(found)
            data = b"".join(_bounded(response.iter_stream(), found)) if wanted else b""
            return _Reply(response.status, found, data)

    def _wait_for(self, url: str) -> None:
        """Keep requests to one host apart."""
        host, now = urlsplit(url).netloc, time.monotonic()
        robots = self._robots.get(_origin(url))
        asked = float((robots.crawl_delay(AGENT) if robots else 0) or 0)
        if (left := self._next.get(host, 0.0) - now) > 0:
            self._sleep(left)
        self._next[host] = time.monotonic() + max(self._pause, min(asked, LONGEST_WAIT))

    def _ask_robots(self, url: str) -> None:
        """Raises SourceError when the site asks programs to leave this page alone. Read once a host."""
        origin = _origin(url)
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin)
        if not self._robots[origin].can_fetch(AGENT, url):
            raise SourceError(
                "The site asks programs not to fetch this page (robots.txt). Save it in a browser instead."
            )

    def _read_robots(self, origin: str) -> RobotFileParser:
        """The site's rules; no rules when it has none, or answers nonsense."""
        rules = RobotFileParser()
        url = origin + "/robots.txt"
        try:
            for _ in range(REDIRECTS + 1):
                reply = self._persistent(checked(url), {})
                if reply.status not in (301, 302, 303, 307, 308):
                    break
                url = urljoin(url, reply.headers.get("location", ""))
        except SourceError:
            if urlsplit(url).netloc == urlsplit(origin).netloc:
                raise  # the site itself cannot be reached
            reply = _Reply(404, {}, b"")
        if reply.status >= 500:  # RFC 9309: a site whose rules cannot be read is left alone
            raise SourceError(f"The site answers with an error ({reply.status}). Try again later.")
        rules.parse(reply.data.decode("utf-8", "replace").splitlines())
        return rules


def checked(url: str) -> str:
    """The address in ASCII. Raises SourceError for all schemes but http and https, and for what is no address."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        name = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise SourceError("This is not an address that can be fetched.") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise SourceError(f"Only http and https addresses are fetched, not {parts.scheme or 'this'}.")
    if not name or not re.fullmatch(r"[\w.:-]+", name):
        raise SourceError("This address names no site.")
    place = f"[{name}]" if ":" in name else name
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?[]")
    return urlunsplit((parts.scheme.lower(), place + (f":{port}" if port else ""), path, query, ""))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _page(url: str, reply: _Reply) -> Page:
    if reply.status == 304:
        return Page(url, b"", unchanged=True)
    if reply.status != 200:
        raise SourceError(_refusal(reply.status))
    content_type = Message()
    content_type["content-type"] = reply.headers.get("content-type", "")
    media_type = content_type.get_content_type() if reply.headers.get("content-type") else ""
    return Page(
        url,
        reply.data,
        media_type="" if media_type == "application/octet-stream" else media_type,
        charset=str(content_type.get_param("charset") or ""),
        etag=reply.headers.get("etag", ""),
        last_modified=reply.headers.get("last-modified", ""),
    )


def _refusal(status: int) -> str:
    if status in (401, 402, 403):
        return f"The site does not let programs read this page ({status}). Save it in a browser instead."
    if status in (404, 410):
        return f"There is no such page ({status})."
    return f"The site answers with an error ({status}). Try again later."


def _check_type(headers: dict[str, str]) -> None:
    stated = headers.get("content-type", "").lower().strip()
    if stated and not stated.startswith(_TYPES):
        raise SourceError(f"It is {stated.partition(';')[0]}; only pages, feeds, text and PDF are fetched.")
    if headers.get("content-encoding", "identity").lower() not in ("identity", "gzip", "x-gzip", ""):
        raise SourceError("The site sends it compressed in a way that was not asked for.")


def _bounded(chunks: Iterator[bytes], headers: dict[str, str]) -> Iterator[bytes]:
    """The body, inflated; never more than LARGEST bytes of it are held."""
    inflate: Any = zlib.decompressobj(47) if "gzip" in headers.get("content-encoding", "") else None
    total = 0
    for chunk in chunks:
        data = _inflated(inflate, chunk, LARGEST + 1 - total) if inflate else chunk
        total += len(data)
        if total > LARGEST:
            raise SourceError(f"It is larger than {LARGEST // 1_000_000} MB.")
        yield data


def _inflated(inflate: Any, chunk: bytes, most: int) -> bytes:
    try:
        return bytes(inflate.decompress(chunk, most))
    except zlib.error:
        raise SourceError("What the site sent is damaged: it cannot be decompressed.") from None


def _retry_after(headers: dict[str, str]) -> float:
    """Seconds that the site asks to wait: a number or a date."""
    stated = headers.get("retry-after", "").strip()
    if stated.isdigit():
        return float(stated)
    try:
        return max(0.0, parsedate_to_datetime(stated).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _reason(error: Exception, seconds: float) -> str:
    if isinstance(error, httpcore2.TimeoutException):
        return f"The site did not answer in full within {seconds:.0f} seconds."
    if isinstance(error, httpcore2.RemoteProtocolError):
        return "The site broke the answer off, or does not speak HTTP."
    return "The site cannot be reached: the connection failed."
