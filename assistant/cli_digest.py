"""The command `digest`: a page on the screen, in a file or by mail, or a timer that makes one every day."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli_common import AsJson, Home, Sources, open_library, settings_of

if TYPE_CHECKING:
    from assistant.digests import Digest
    from index.settings import Settings

Text = str | None
Date = Annotated[Text, typer.Option("--date", help="The day, or yesterday; the newest with articles otherwise.")]
From = Annotated[Text, typer.Option("--since", help="First moment, as 2024-08-01 or 2024-08-01T07:00.")]
To = Annotated[Text, typer.Option("--until", help="First moment no longer in it.")]
Zone = Annotated[Text, typer.Option("--timezone", help="As Europe/Berlin; BRIEFING_TIMEZONE else.")]
Topic = Annotated[str, typer.Option("--topic", help="Only stories about this.")]
Preferred = Annotated[list[str] | None, typer.Option("--prefer", help="Stories of this outlet go up.")]
Format = Annotated[Text, typer.Option("--format", help="md, html, pdf, json, txt or eml.")]
Paper = Annotated[str, typer.Option("--paper", help="a4 or letter.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write to this file; {date} becomes the day.")]
Copied = Annotated[bool, typer.Option("--copied", help="Leave the language model out.")]
ByMail = Annotated[bool, typer.Option("--email", help="Send it through the BRIEFING_SMTP settings.")]
Timer = Annotated[Text, typer.Option("--schedule", help="Print a timer for this hour, as 07:00.")]


def digest(
    date: Date = None,
    since: From = None,
    until: To = None,
    timezone: Zone = None,
    topic: Topic = "",
    source: Sources = None,
    prefer: Preferred = None,
    format: Format = None,
    paper: Paper = "a4",
    out: Out = None,
    copied: Copied = False,
    email: ByMail = False,
    schedule: Timer = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make the one-page digest of a day.

    Example: briefing digest --date 2024-10-30 --out today.pdf
    """
    from assistant.digests.output import format_of

    settings = settings_of(home, timezone=timezone)
    if schedule:
        _print_schedule(schedule, _zone(settings))
        return
    name = "json" if as_json else format_of(format, out)
    about = {"date": date, "since": since, "until": until, "topic": topic, "sources": source, "prefer": prefer or ()}
    page = _made(settings, home, copied, **about, paper=paper)
    _deliver(page, name, out, settings if email else None)


def _zone(settings: Settings) -> str:
    from assistant.digests.window import local_zone

    return settings.timezone or local_zone()


def _made(settings: Settings, home: Path | None, copied: bool, **options: Any) -> Digest:
    from assistant.digests import digest as made
    from assistant.models import configured

    library, model = open_library(home), None if copied else configured(settings)
    return made(library=library, timezone=_zone(settings), model=model, **options)


def _deliver(page: Digest, name: str, out: Path | None, sender: Settings | None) -> None:
    """By mail when there is a sender, to the file when one is named; else to standard output."""
    from assistant.digests.output import rendered, target_of, write

    if sender:
        from assistant.digests.mail import mailbox_of, send

        mailbox = mailbox_of(sender)
        send(page, mailbox)
        typer.echo(f"Sent to {', '.join(mailbox.recipients)}", err=True)
    if out:
        write(target_of(out, page), rendered(page, name))
        typer.echo(f"Wrote {target_of(out, page)}", err=True)
    elif not sender:
        _print_bytes(rendered(page, name), name)


def _print_bytes(content: bytes, name: str) -> None:
    from assistant.digests.output import BINARY
    from index.errors import InputError

    if name not in BINARY:
        typer.echo(content.decode("utf-8"), nl=False)
        return
    if sys.stdout.isatty():
        raise InputError(f"A {name} file does not belong on the screen. Give a file with --out.")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _print_schedule(at: str, timezone: str) -> None:
    """The same command, without --schedule, for systemd and cron."""
    import shutil

    from assistant.digests.schedule import schedule, time_of_day

    moment = time_of_day(at)
    arguments = iter(sys.argv[1:])
    kept: list[str] = []
    for argument in arguments:
        if argument == "--schedule":
            next(arguments, None)
        elif not argument.startswith("--schedule="):
            kept.append(argument)
    command = shutil.which("briefing") or "briefing"
    typer.echo(schedule(moment, [command, *kept], timezone), nl=False)
