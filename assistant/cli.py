"""The command line: `briefing COMMAND`. Heavy parts are imported where they are used."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli_intake import AllowPrivate, Watch, feeds

if TYPE_CHECKING:
    from rich.console import Console

    from index.ingesting import Report
    from index.library import Library
    from index.settings import Settings

INTERNAL = 70  # exit code of a mistake in Briefing itself (EX_SOFTWARE)
STOPPED = 130  # exit code after Ctrl-C

EPILOG = """
Exit codes: 0 done (a refusal is an answer) · 1 some inputs failed · 2 wrong argument, question or file ·
3 nothing found · 4 library unusable · 5 another process is writing · 6 library cannot be written ·
7 written by a newer version · 8 other embedding model · 9 archive damaged · 11 model failed · 70 a bug · 130 stopped
"""

app = typer.Typer(
    name="briefing",
    help="Cited answers and a one-page digest from your own news articles. Works offline, without a language model.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the library; BRIEFING_HOME otherwise.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Since = Annotated[str | None, typer.Option("--since", help="First day, as 2024-08-01.", show_default=False)]
Until = Annotated[str | None, typer.Option("--until", help="Last day, inclusive.", show_default=False)]
Sources = Annotated[
    list[str] | None, typer.Option("--source", help="Only this outlet; may be repeated.", show_default=False)
]

app.add_typer(feeds, name="feeds")


class _Options:
    """What was given before the command's name."""

    home: Path | None = None
    debug = False


@app.callback()
def common(
    home: Home = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Options for every command."""
    _Options.home, _Options.debug = home, debug or _Options.debug


@app.command()
def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, patterns, addresses; - is standard input.", show_default=False),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only list what could not be read so far.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Also read again what could not be read.")] = False,
    watch: Watch = None,
    allow_private: AllowPrivate = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Read articles into the library; unchanged ones cost nothing.

    Example: briefing ingest seeds/ article.pdf https://en.wikinews.org/wiki/Main_Page
    """
    from assistant.cli_intake import fetcher, inputs_of, print_failures, run_and_show, seconds_of

    wait = seconds_of(watch) if watch else 0.0
    library = open_library(home)
    if failed:
        print_failures(library, as_json)
        return
    inputs, fetching = inputs_of(library, paths or [], retry), fetcher(allow_private)

    def read() -> Report:
        with _progress_bar(quiet=as_json) as progress:
            report = library.ingest(inputs, progress=progress, fetcher=fetching)
        if not (report.read or report.failed):
            raise _input_error(f"There are no articles in {', '.join(inputs)}. `briefing ingest --help` tells more.")
        return report

    run_and_show(read, wait, as_json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in plain words.")],
    since: Since = None,
    until: Until = None,
    source: Sources = None,
    checks: Annotated[bool, typer.Option("--checks", help="Show every drafted sentence and its check.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from the articles, with citations.

    Example: briefing ask "why did the August talks stall?" --since 2024-08-01
    """
    from assistant.chain import Assistant
    from assistant.models import configured
    from assistant.terminal import print_answer, print_checks

    model = configured(_settings(home))
    answer = Assistant(open_library(home), model=model).answer(question, since=since, until=until, sources=source)
    if as_json:
        print_json(answer.to_dict())
    else:
        print_answer(_console(), answer)
        if checks:
            print_checks(_console(), answer)


@app.command()
def models(as_json: AsJson = False) -> None:
    """Say which language model is configured, whether it answers, and how long it takes.

    Example: briefing models
    """
    from assistant.models import check_configured
    from index.errors import ModelError

    status = check_configured(_settings(None))
    if as_json:
        print_json(status.to_dict() if status else None)
    elif status is None:
        typer.echo("No language model is configured: answers are copied from the articles. Set BRIEFING_MODEL.")
    else:
        for line in status.lines():
            _say_out(line)
    if status is not None and not status.reachable:
        raise typer.Exit(ModelError.exit_code)


@app.command()
def digest(
    date: Annotated[str | None, typer.Option("--date", help="The day; the newest with articles otherwise.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="First moment, as 2024-08-01 or 2024-08-01T07:00.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="First moment no longer in it.")] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="As Europe/Berlin; BRIEFING_TIMEZONE else.")
    ] = None,
    topic: Annotated[str, typer.Option("--topic", help="Only stories about this.")] = "",
    source: Sources = None,
    prefer: Annotated[list[str] | None, typer.Option("--prefer", help="Stories of this outlet go up.")] = None,
    format: Annotated[str | None, typer.Option("--format", help="md, html, pdf, json, txt or eml.")] = None,
    paper: Annotated[str, typer.Option("--paper", help="a4 or letter.")] = "a4",
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file; {date} becomes the day.")] = None,
    email: Annotated[bool, typer.Option("--email", help="Send it through the BRIEFING_SMTP settings.")] = False,
    schedule: Annotated[str | None, typer.Option("--schedule", help="Print a timer for this hour, as 07:00.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make the one-page digest of a day.

    Example: briefing digest --date 2024-10-30 --out today.pdf
    """
    from assistant.digests import digest as make_digest
    from assistant.digests.output import format_of, rendered, target_of, write
    from assistant.digests.window import local_zone

    settings = _settings(home, timezone=timezone)
    zone = settings.timezone or local_zone()
    if schedule:
        _print_schedule(schedule, zone)
        return
    name = "json" if as_json else format_of(format, out)
    page = make_digest(
        date,
        library=open_library(home),
        since=since,
        until=until,
        timezone=zone,
        topic=topic,
        sources=source,
        prefer=prefer or (),
        paper=paper,
    )
    if email:
        from assistant.digests.mail import mailbox_of, send

        mailbox = mailbox_of(settings)
        send(page, mailbox)
        typer.echo(f"Sent to {', '.join(mailbox.recipients)}", err=True)
    if out:
        write(target_of(out, page), rendered(page, name))
        typer.echo(f"Wrote {target_of(out, page)}", err=True)
    elif not email:
        _print_bytes(rendered(page, name), name)


@app.command()
def chat(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 7860 otherwise, 0 takes a free one.")] = None,
) -> None:
    """Serve the chat in the browser.

    Example: briefing chat --port 7861
    """
    from assistant.web.app import serve

    settings = _settings(home, host=host, port=port)
    serve(open_library(home), settings.host, settings.port)


@app.command()
def articles(
    since: Since = None,
    until: Until = None,
    source: Annotated[str | None, typer.Option("--source", help="Only this outlet.", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.", show_default=False)] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the articles, newest first.

    Example: briefing articles --since 2015-01-01 --source Wikinews
    """
    from assistant.terminal import plain

    found = open_library(home).articles(since=since, until=until, source=source, limit=limit)
    if as_json:
        print_json([{k: v for k, v in article.to_dict().items() if k != "text"} for article in found])
        return
    for article in found:
        day = article.date.isoformat() if article.date else "undated   "
        typer.echo(f"{article.id}  {day}  {plain(article.title) or 'Untitled article'}")
    if not found:
        typer.echo("No articles. Add some with `briefing ingest FOLDER`.", err=True)


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, or the first characters of it.")],
    versions: Annotated[bool, typer.Option("--versions", help="What changed in it, each time.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show one article, or what it was before.

    Example: briefing show 3f2a --versions
    """
    from assistant.cli_intake import print_versions
    from assistant.terminal import print_article

    if versions:
        print_versions(open_library(home), article_id, as_json)
        return
    article = open_library(home).get(article_id)
    if as_json:
        print_json(article.to_dict())
    else:
        print_article(_console(), article)


@app.command()
def remove(
    article_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of articles.", show_default=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take articles out of the library: text, vectors and index entries.

    Example: briefing remove 3f2a9c0d11e2b7a4
    """
    from assistant.terminal import plain

    library = open_library(home)
    removed = [library.remove(article_id) for article_id in article_ids]
    if as_json:
        print_json([article.id for article in removed])
    else:
        for article in removed:
            typer.echo(f"Removed {article.id}  {plain(article.title) or 'Untitled article'}")


@app.command()
def verify(home: Home = None, as_json: AsJson = False) -> None:
    """Check the archive, and both search indexes against it.

    Example: briefing verify
    """
    _print_health(open_library(home).verify(), as_json)


@app.command()
def repair(
    reembed: Annotated[
        bool, typer.Option("--reembed", help="Embed everything again, by the configured model.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make both search indexes again from the archive.

    Example: briefing repair --reembed
    """
    library = open_library(home, any_embedder=reembed)
    with _progress_bar(quiet=as_json) as progress:
        health = library.repair(reembed=reembed, progress=progress)
    _print_health(health, as_json)


@app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Questions, one JSON object a line.", show_default=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Measure the answers to your own questions: found, quoted, refused, how sure, how fast; failures are listed.

    A line: {"question": "Who won?", "article": "cup.md", "evidence": ["The Reds won."], "answers": ["The Reds"]};
    a question that the articles do not answer has neither evidence nor answers.

    Example: briefing eval questions.jsonl
    """
    from assistant.chain import Assistant
    from assistant.evaluate import evaluate as measure
    from assistant.evaluate import read_questions
    from assistant.terminal import print_evaluation

    questions = read_questions(file)
    with _progress_bar(quiet=as_json) as progress:
        result = measure(questions, Assistant(open_library(home)), lambda n: progress("asking", n, len(questions)))
    if as_json:
        print_json(result.to_dict())
    else:
        print_evaluation(_console(), result)


def main() -> None:
    """Entry point. Every expected error becomes one message and an exit code."""
    _Options.debug = "--debug" in sys.argv  # wherever it stands
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        code = app(args=arguments, prog_name="briefing", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        code = STOPPED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone, as with `| head`
        code = 0
    except Exception as error:
        code = _failed(error)
    if code == STOPPED:  # Typer itself turns Ctrl-C into this code
        _say("Stopped. What was stored is safe; the same command goes on from there.")
    raise SystemExit(code if isinstance(code, int) else 0)


def _failed(error: Exception) -> int:
    from index.errors import BriefingError

    if show := getattr(error, "show", None):  # a wrong argument; Typer's copy of Click keeps its errors private
        show()
        return int(getattr(error, "exit_code", 2))
    if _Options.debug:
        raise error
    if isinstance(error, BriefingError):
        _say(str(error))
        return error.exit_code
    _say(
        f"Something went wrong inside Briefing ({type(error).__name__}). The library is safe. "
        "Run the command again with --debug for the details, and please report them."
    )
    return INTERNAL


def _input_error(message: str) -> Exception:
    from index.errors import InputError

    return InputError(message)


def _say(message: str) -> None:
    from assistant.terminal import plain

    typer.echo(f"briefing: {plain(message)}", err=True)


def _say_out(line: str) -> None:
    from assistant.terminal import plain

    typer.echo(plain(line))


def _settings(home: Path | None, **values: Any) -> Settings:
    from index.settings import Settings

    return Settings.load(home=home or _Options.home, **values)


def open_library(home: Path | None, *, any_embedder: bool = False) -> Library:
    from index.library import Library

    return Library.open(settings=_settings(home), any_embedder=any_embedder)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


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


class _progress_bar:  # noqa: N801 - used like a function
    """A progress bar on standard error; silent when that is not a terminal, or when asked."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> _progress_bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total, rate="")
        task = self._tasks[what]
        self._bar.update(task, completed=done, total=total)
        if speed := self._bar.tasks[task].speed:
            self._bar.update(task, rate=f"{speed:,.0f}/s")


def print_report(report: Report, as_json: bool) -> None:
    """What an ingest did, for people or for programs."""
    if as_json:
        print_json(report.to_dict())
    else:
        _print_report(report)


def _print_report(report: Report) -> None:
    parts = [
        f"{len(items)} {name}"
        for name, items in (
            ("added", report.added),
            ("updated", report.updated),
            ("unchanged", report.unchanged),
            ("duplicates", report.duplicates),
            ("near-duplicates", {new for new, _ in report.near_duplicates}),
            ("failed", report.failed),
        )
        if items or name == "added"
    ]
    typer.echo(", ".join(parts) + f" ({report.passages} passages embedded)")
    from assistant.terminal import plain

    for article_id, twin in report.near_duplicates:
        typer.echo(f"near-duplicate: {article_id} carries the same text as {twin}")
    for origin, text in report.notes:
        typer.echo(f"note: {plain(origin)}: {plain(text)}", err=True)
    for origin, twin in report.duplicates:
        typer.echo(f"duplicate: {plain(origin)} says the same as article {twin}")
    for failure in report.failed:
        typer.echo(f"failed: {plain(failure.origin)}: {plain(failure.reason)}", err=True)


def _print_health(health: Any, as_json: bool) -> None:
    if as_json:
        print_json(health.to_dict())
    else:
        typer.echo(f"{health.articles} articles, {health.passages} passages")
        for problem in (*health.archive, *health.derived):
            typer.echo(f"problem: {problem}")
        typer.echo("Sound." if health.ok else "Run `briefing repair`." if health.derived else "Restore a backup.")
    if not health.ok:
        raise typer.Exit(9 if health.archive else 4)


if __name__ == "__main__":
    main()
