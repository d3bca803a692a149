"""Addresses of articles: which are usable, and the one form under which the same page is always met again."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit, urlunsplit

LONGEST = 2_000  # characters


def canonical(url: str, base: str = "") -> str:
    """The address without tracking parameters, default port and login, its query sorted; "" for all but http(s).

    A fragment is kept: live blogs tell their articles apart by it. Relative addresses need `base`.
    """
    import courlan

    joined = urljoin(base, url.strip()) if base else url.strip()
    if len(joined) > LONGEST or any(character.isspace() for character in joined):
        return ""
    try:
        parts = urlsplit(joined)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return ""
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        normal = urlsplit(courlan.normalize_url(urlunsplit(bare)))
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")  # courlan would also quote "@" and ";"
        return urlunsplit(normal._replace(path=path))
    except ValueError:
        return ""


def without_login(named: str) -> str:
    """An address without the name and password that may stand before its site; anything else as it is."""
    head, separator, rest = named.partition("://")
    place, slash, path = rest.partition("/")
    return f"{head}://{place.rpartition('@')[2]}{slash}{path}" if separator and "@" in place else named


def key_of(url: str) -> str:
    """What tells articles apart: their canonical address, the same for http and https."""
    return "https:" + url[5:] if url.startswith("http:") else url


def host(url: str) -> str:
    """The site's name, for an article that does not name its outlet: "apnews.com"."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def site(url: str) -> str:
    """The registered domain: "bbc.co.uk" of "https://www.bbc.co.uk/news"; "" when there is none."""
    import courlan

    name = host(url)
    return courlan.extract_domain(url) or name
