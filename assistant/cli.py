"""The command line: `briefing COMMAND`. Heavy parts are imported where they are used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant import cli_digest, cli_intake, cli_keep, cli_library, cli_web
from assistant.cli_common import (
    AsJson,
    Home,
    Options,
    ProgressBar,
    Since,
    Sources,
    Until,
    console,
    open_library,
    print_json,
    say,
    say_out,
    settings_of,
)

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

app.command()(cli_intake.ingest)
app.add_typer(cli_intake.feeds, name="feeds")


@app.callback()
def common(
    home: Home = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Options for every command."""
    Options.home, Options.debug = home, debug or Options.debug


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

    model = configured(settings_of(home))
    answer = Assistant(open_library(home), model=model).answer(question, since=since, until=until, sources=source)
    if as_json:
        print_json(answer.to_dict())
    else:
        print_answer(console(), answer)
        if checks:
            print_checks(console(), answer)


@app.command()
def models(as_json: AsJson = False) -> None:
    """Say which language model is configured, whether it answers, and how long it takes.

    Example: briefing models
    """
    from assistant.models import check_configured
    from index.errors import ModelError

    status = check_configured(settings_of(None))
    if as_json:
        print_json(status.to_dict() if status else None)
    elif status is None:
        typer.echo("No language model is configured: answers are copied from the articles. Set BRIEFING_MODEL.")
    else:
        for line in status.lines():
            say_out(line)
    if status is not None and not status.reachable:
        raise typer.Exit(ModelError.exit_code)


app.command()(cli_digest.digest)
for command in (cli_library.articles, cli_library.show, cli_library.remove, cli_library.verify, cli_library.repair):
    app.command()(command)
for serving in (cli_web.chat, cli_web.mcp, cli_web.feedback):
    app.command()(serving)
for keeping in (cli_keep.backup, cli_keep.restore, cli_keep.export, cli_keep.salvage):
    app.command()(keeping)


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
    with ProgressBar(quiet=as_json) as progress:
        result = measure(questions, Assistant(open_library(home)), lambda n: progress("asking", n, len(questions)))
    if as_json:
        print_json(result.to_dict())
    else:
        print_evaluation(console(), result)


def main() -> None:
    """Entry point. Every expected error becomes one message and an exit code."""
    Options.debug = "--debug" in sys.argv  # wherever it stands
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
        say("Stopped. What was stored is safe; the same command goes on from there.")
    raise SystemExit(code if isinstance(code, int) else 0)


def _failed(error: Exception) -> int:
    from index.errors import BriefingError

    if show := getattr(error, "show", None):  # a wrong argument; Typer's copy of Click keeps its errors private
        show()
        return int(getattr(error, "exit_code", 2))
    if Options.debug:
        raise error
    if isinstance(error, BriefingError):
        say(str(error))
        return error.exit_code
    say(
        f"Something went wrong inside Briefing ({type(error).__name__}). The library is safe. "
        "Run the command again with --debug for the details, and please report them."
    )
    return INTERNAL


if __name__ == "__main__":
    main()
