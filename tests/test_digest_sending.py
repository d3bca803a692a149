"""Where a digest goes: through a real mail server on this machine, into a timer, out of the command line."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from assistant.digests import digest, digest_of
from assistant.digests.keep import archived
from assistant.digests.mail import Mailbox, send
from assistant.digests.schedule import schedule, time_of_day
from index.errors import InputError, SourceError
from index.library import Library
from tests.conftest import write_article
from tests.test_cli import briefing
from tests.test_digest import ARTICLES, embed


class Inbox:
    """A mail server's handler that keeps what it is given; addresses at `refused.example` are turned away."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.logins: list[bytes] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address.endswith("@refused.example"):
            return "550 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.messages.append(envelope.content)
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        right = data.password == b"right"
        return AuthResult(success=right, handled=right)  # what is not handled is answered by 535


@pytest.fixture
def server() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        inbox, hostname="127.0.0.1", port=port, authenticator=inbox.authenticate, auth_require_tls=False
    )
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


LOGIN = {"user": "me", "password": "right"}


def mailbox(port: int, **values: Any) -> Mailbox:
    settings = {"sender": "digest@example.org", "recipients": ("reader@example.org",), "security": "none"} | values
    return Mailbox(host="127.0.0.1", port=port, **settings)


def test_a_digest_arrives_with_both_parts(server):
    inbox, port = server
    send(digest_of(ARTICLES, embed), mailbox(port, **LOGIN))
    message = message_from_bytes(inbox.messages[0], policy=policy.default)
    assert message["To"] == "reader@example.org"
    assert message["Subject"] == "Briefing: Friday, 3 May 2024"
    assert "12 people" in message.get_body(("plain",)).get_content()
    assert "12 people" in message.get_body(("html",)).get_content()
    assert inbox.logins == [b"me"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"user": "me", "password": "wrong"}, "535"),
        ({"recipients": ("nobody@refused.example",)}, "no such mailbox"),
        ({"recipients": ("reader@example.org", "nobody@refused.example")}, "nobody@refused.example"),
        ({"security": "starttls"}, "STARTTLS"),
    ],
)
def test_what_the_server_says_against_it_is_told(server, values, words):
    with pytest.raises(SourceError, match=words):
        send(digest_of(ARTICLES, embed), mailbox(server[1], **values))


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:9"):
        send(digest_of(ARTICLES, embed), mailbox(9))


@pytest.mark.parametrize(
    "values",
    [
        {"sender": "nobody"},
        {"recipients": ()},
        {"recipients": ("a@b.example\nBcc: c@d.example",)},
        {"security": "maybe"},
    ],
)
def test_settings_that_cannot_work_are_refused_before_sending(values):
    with pytest.raises(InputError):
        mailbox(25, **values)


def test_the_timer_runs_the_same_command_every_day():
    units = schedule(time_of_day("7:05"), ["/opt/a b/briefing", "digest", "--out", "100%/{date}.pdf"], "Europe/Berlin")
    assert "OnCalendar=*-*-* 07:05:00 Europe/Berlin" in units
    assert 'ExecStart="/opt/a b/briefing" digest --out "100%%/{date}.pdf"' in units
    assert "5 7 * * * '/opt/a b/briefing' digest --out '100\\%/{date}.pdf'" in units


@pytest.mark.parametrize("text", ["25:00", "7", "noon", "07:60"])
def test_a_time_that_does_not_exist_is_refused(text):
    with pytest.raises(InputError, match="07:00"):
        time_of_day(text)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digest") / "news"
    folder.mkdir()
    for item in ARTICLES:
        day = item.date.isoformat() if item.date else ""
        write_article(folder / f"{item.key}.md", item.text, day, item.source, item.title)
    return folder


@pytest.fixture(scope="module")
def home_of_news(news: Path) -> Path:
    """A library for the command line, which uses the real embedder; made once."""
    home = news.parent / "home"
    assert briefing("ingest", str(news), home=home).returncode == 0
    return home


def test_a_library_keeps_its_digests_and_repeats_them(library: Library, news: Path):
    library.ingest([news])
    first = digest(library=library, timezone="UTC")
    assert first.window.since.date() == dt.date(2024, 5, 3)
    assert archived(library.home, first.window) is not None
    assert digest(library=library, timezone="UTC") == first
    only = digest(library=library, sources=["Evening Sample"], timezone="UTC")
    assert {source.source for source in only.sources} == {"Evening Sample"}


def test_preferred_outlets_go_up_and_the_topic_leaves_others_out(library: Library, news: Path):
    library.ingest([news])
    about = digest(library=library, topic="interest rate of the central bank of Chile", timezone="UTC")
    assert [story.headline for story in about.stories] == ["Chile cuts interest rate"]
    preferred = digest(library=library, prefer=["Evening Sample"], timezone="UTC")
    assert any(reason.name == "preference" for reason in preferred.stories[0].reasons)


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("pdf", b"%PDF-"),
        ("html", b"<!DOCTYPE html>"),
        ("txt", b"FRIDAY"),
        ("md", b"# Friday"),
        ("json", b"{"),
        ("eml", b"Subject"),
    ],
)
def test_every_format_comes_from_the_command_line(tmp_path: Path, home_of_news: Path, name: str, beginning: bytes):
    out = tmp_path / ("{date}." + name)
    done = briefing("digest", "--timezone", "UTC", "--out", str(out), home=home_of_news)
    assert done.returncode == 0, done.stderr
    written = tmp_path / f"2024-05-03.{name}"
    assert written.read_bytes().startswith(beginning)
    if name == "json":
        assert json.loads(written.read_text())["stories"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--format", "docx"), 2, "docx"),
        (("--paper", "a3"), 2, "a3"),
        (("--timezone", "Mars/Olympus"), 2, "Mars/Olympus"),
        (("--date", "2020-01-01"), 3, "2024-05-01"),
        (("--topic", "zzz qqq"), 3, "zzz qqq"),
        (("--email",), 2, "BRIEFING_SMTP_HOST"),
        (("--schedule", "noon"), 2, "07:00"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(home_of_news: Path, arguments, code, words):
    done = briefing("digest", *arguments, home=home_of_news)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr


def test_the_command_line_sends_and_schedules(home_of_news: Path, server):
    (inbox, port), home = server, home_of_news
    smtp = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "FROM": "a@example.org", "TO": "b@example.org"}
    done = briefing("digest", "--email", home=home, **{f"BRIEFING_SMTP_{k}": v for k, v in smtp.items()})
    assert done.returncode == 0, done.stderr
    assert len(inbox.messages) == 1
    printed = briefing("digest", "--out", "d.pdf", "--schedule", "07:00", "--timezone", "UTC", home=home).stdout
    assert "OnCalendar=*-*-* 07:00:00 UTC" in printed
    assert "digest --out d.pdf --timezone UTC" in printed
    assert "--schedule" not in printed
