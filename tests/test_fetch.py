"""Fetching: what is refused without a connection, and what a real server on this machine answers."""

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore2
import pytest

from index.connect import is_public
from index.errors import SourceError
from index.fetch import Fetcher

PUBLIC = "93.184.216.34"


class Resolver:
    """Answers from a table and remembers what it was asked; an IP address is its own answer, as for the system."""

    def __init__(self, **table):
        self.table = {name.replace("_", "."): address for name, address in table.items()}
        self.asked = []

    def __call__(self, host, port):
        self.asked.append(host)
        return [self.table.get(host, host)]


class Connector(httpcore2.NetworkBackend):
    """Opens nothing: remembers the addresses, and plays back what a server would send."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.opened = []

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.opened.append((host, port))
        return httpcore2.MockStream([self.answers.pop(0)] if self.answers else [])


def answer(status="200 OK", body=b"hello", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


NO_RULES = answer("404 Not Found", b"")


def fetcher(resolver, connector):
    return Fetcher(resolve=resolver, connector=connector, pause=0, sleep=lambda _: None)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fe80::1%eth0", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "2002:7f00:1::", "2001:0:1::", "64:ff9b::7f00:1", "::127.0.0.1", "ff02::1", "fec0::1", "192.0.2.1", "2001:db8::1"]
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_addresses_that_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[::1]:8080/", "http://100.100.100.200/",
     "http://intranet.example/", "https://intranet.example/"]
)  # fmt: skip
def test_private_addresses_are_refused_before_any_connection(url):
    connector = Connector()
    with pytest.raises(SourceError, match="private network or on this machine"):
        fetcher(Resolver(intranet_example="10.1.2.3"), connector).get(url)
    assert connector.opened == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x.example/", "ftp://x.example/a", "javascript:alert(1)"]
)
def test_other_schemes_are_refused_without_asking_for_a_name(url):
    resolver, connector = Resolver(), Connector()
    with pytest.raises(SourceError, match="Only http and https"):
        fetcher(resolver, connector).get(url)
    assert resolver.asked == connector.opened == []


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "http://100.100.100.200/", "http://inside.example/",
     "file:///etc/passwd", "gopher://x.example/", "//127.0.0.1:22/", "http://localhost/"]
)  # fmt: skip
def test_redirects_to_forbidden_places_are_refused(target):
    connector = Connector(NO_RULES, answer("302 Found", b"", Location=target), NO_RULES)
    resolver = Resolver(paper_example=PUBLIC, inside_example="192.168.0.5", localhost="127.0.0.1")
    with pytest.raises(SourceError):
        fetcher(resolver, connector).get("http://paper.example/a")
    assert set(connector.opened) == {(PUBLIC, 80)}


def test_a_name_that_has_one_private_address_is_refused():
    connector = Connector()
    with pytest.raises(SourceError, match=r"10\.0\.0\.1"):
        fetcher(lambda host, port: [PUBLIC, "10.0.0.1"], connector).get("http://paper.example/")
    assert connector.opened == []


def test_the_address_that_was_checked_is_the_one_connected_to():
    """A name that answers differently the second time gains nothing: it is not asked a second time."""
    answers = iter([[PUBLIC], [PUBLIC], ["127.0.0.1"]])
    connector = Connector(NO_RULES, answer(Content_Type="text/plain"))
    page = fetcher(lambda host, port: next(answers), connector).get("http://paper.example/a")
    assert page.data == b"hello"
    assert connector.opened == [(PUBLIC, 80)] * 2


def test_names_that_do_not_exist_and_addresses_that_are_none():
    for url in ("http://", "http:///a", "http://a b/", "http://[::1", "http://paper.example:99999/"):
        with pytest.raises(SourceError):
            fetcher(Resolver(), Connector()).get(url)


# A real server


class Site(BaseHTTPRequestHandler):
    """Answers by path; `seen` holds (path, headers) of every request."""

    seen: list = []  # noqa: RUF012
    failures = 0
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        type(self).seen.append((self.path, dict(self.headers)))
        getattr(self, "at_" + self.path.strip("/").split("?")[0].replace(".", "_"), self.at_missing)()

    def reply(self, status=200, body=b"<p>hello</p>", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", "Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def at_missing(self):
        self.reply(404, b"")

    def at_robots_txt(self):
        self.reply(200, b"User-agent: *\nDisallow: /secret\n", Content_Type="text/plain")

    def at_page(self):
        if self.headers.get("If-None-Match") == '"v1"':
            self.reply(304, b"")
        else:
            self.reply(ETag='"v1"', Last_Modified="Wed, 30 Oct 2024 12:00:00 GMT")

    def at_moved(self):
        self.reply(301, b"", Location="/page")

    def at_circle(self):
        self.reply(302, b"", Location="/circle")

    def at_flaky(self):
        type(self).failures += 1
        self.reply(503, b"", Retry_After="1") if self.failures < 3 else self.reply()

    def at_down(self):
        self.reply(500, b"")

    def at_login(self):
        self.reply(401, b"")

    def at_picture(self):
        self.reply(Content_Type="image/png")

    def at_large(self):
        self.reply(body=b"x" * 10_000_001)

    def at_bomb(self):
        self.reply(body=gzip.compress(bytes(200_000_000), 1), Content_Encoding="gzip")

    def at_gzip(self):
        self.reply(body=gzip.compress(b"<p>packed</p>"), Content_Encoding="gzip")

    def at_brotli(self):
        self.reply(Content_Encoding="br")

    def at_broken(self):
        self.reply(body=b"not gzip at all", Content_Encoding="gzip")

    def at_cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def at_slow(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *_):
        """Silent."""


@pytest.fixture
def site():
    Site.seen, Site.failures = [], 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def local():
    """The switch that lets these tests connect to this machine."""
    return Fetcher(allow_private=True, pause=0, seconds=3)


def test_a_page_with_its_etag_and_then_nothing_new(site, local):
    page = local.get(site + "/page")
    assert (page.data, page.etag, page.media_type, page.charset) == (b"<p>hello</p>", '"v1"', "text/html", "utf-8")
    again = local.get(site + "/page", etag=page.etag, last_modified=page.last_modified)
    assert again.unchanged
    assert again.data == b""
    assert Site.seen[-1][1]["If-Modified-Since"] == page.last_modified


def test_redirects_are_followed_to_an_end(site, local):
    assert local.get(site + "/moved").url == site + "/page"
    with pytest.raises(SourceError, match="more than 5 times"):
        local.get(site + "/circle")


def test_compressed_answers(site, local):
    assert local.get(site + "/gzip").data == b"<p>packed</p>"
    with pytest.raises(SourceError, match="larger than 10 MB"):
        local.get(site + "/bomb")
    with pytest.raises(SourceError, match="cannot be decompressed"):
        local.get(site + "/broken")
    with pytest.raises(SourceError, match="not asked for"):
        local.get(site + "/brotli")


def test_answers_that_are_not_taken(site, local):
    for path, reason in (("/missing", "no such page"), ("/login", "Save it in a browser"), ("/picture", "image/png"),
                         ("/large", "larger than 10 MB"), ("/secret", "robots.txt")):  # fmt: skip
        with pytest.raises(SourceError, match=reason):
            local.get(site + path)
    assert "/secret" not in [path for path, _ in Site.seen]


def test_a_slow_and_a_broken_answer(site):
    impatient = Fetcher(allow_private=True, pause=0, seconds=0.5, sleep=lambda _: None)
    with pytest.raises(SourceError, match="within"):
        impatient.get(site + "/slow")
    with pytest.raises(SourceError, match="broke the answer off"):
        impatient.get(site + "/cut")


def test_an_overloaded_site_is_asked_again_after_the_time_that_it_names(site):
    waits = []
    patient = Fetcher(allow_private=True, pause=0, sleep=waits.append)
    assert patient.get(site + "/flaky").data == b"<p>hello</p>"
    assert waits == [1.0, 1.0]
    with pytest.raises(SourceError, match="500"):
        patient.get(site + "/down")


def test_requests_to_one_host_are_kept_apart(site):
    waits = []
    polite = Fetcher(allow_private=True, pause=1.0, sleep=waits.append)
    polite.get(site + "/page")
    polite.get(site + "/gzip")
    assert len(waits) == 2  # before the page, after robots.txt; and before the second page
    assert all(0.5 < wait <= 1.0 for wait in waits)


def test_a_site_that_cannot_be_reached():
    with pytest.raises(SourceError, match="cannot be reached"):
        Fetcher(allow_private=True, pause=0, sleep=lambda _: None).get("http://127.0.0.1:9/")
