"""Connections to public addresses only: a name is resolved once, checked, and exactly that address is connected to.

A page's address can be written by anybody. Without this, a feed could make Briefing read the router's pages, a
cloud's metadata service, or a program that listens on this machine.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore2

from index.errors import SourceError

Resolve = Callable[[str, int], list[str]]
# Addresses that carry an IPv4 address inside, by which a private one could be reached.
_CARRIERS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))


def is_public(address: str) -> bool:
    """Whether this IP address is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in _CARRIERS) or ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses that the system gives for a name, in its order of preference."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceError(f"There is no site named {host!r}, or it cannot be looked up now.") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicBackend(httpcore2.NetworkBackend):
    """Connects for one request, which has to be done by `deadline` on `clock`."""

    def __init__(
        self,
        deadline: float,
        *,
        allow_private: bool = False,
        resolve: Resolve = system_resolve,
        connector: httpcore2.NetworkBackend | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._resolve = resolve
        self._connector = connector or httpcore2.SyncBackend()
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Raises SourceError for a name without an address, or with one that is not public."""
        addresses = self._resolve(host.strip("[]"), port)
        if not addresses:
            raise SourceError(f"There is no site named {host!r}.")
        refused = [address for address in addresses if not self._allow_private and not is_public(address)]
        if refused:
            named = "" if host.strip("[]") == refused[0] else f"has the address {refused[0]}, which "
            raise SourceError(
                f"{host} {named}is inside a private network or on this machine, and is not fetched. "
                "Use --allow-private if that is what you want."
            )
        stream = self._connector.connect_tcp(addresses[0], port, timeout, local_address, socket_options)
        return _BoundedStream(stream, self._deadline, self._clock)


class _BoundedStream(httpcore2.NetworkStream):
    """A connection that is given up at a deadline, however slowly and steadily its bytes come."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._deadline = deadline
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return _BoundedStream(secured, self._deadline, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self) -> float:
        left = self._deadline - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("the deadline has passed")
        return left
