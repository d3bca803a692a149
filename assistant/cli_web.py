"""The commands that serve: `chat`, `mcp`; and `feedback`, which lists what people thought of answers."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli_common import AsJson, Home, open_library, print_json, settings_of


def chat(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 7860 otherwise, 0 takes a free one.")] = None,
) -> None:
    """Serve the chat in the browser.

    Example: briefing chat --port 7861
    """
    from assistant.web.serve import serve

    serve(open_library(home), settings_of(home, host=host, port=port))


def mcp(
    home: Home = None,
    http: Annotated[bool, typer.Option("--http", help="Over HTTP with BRIEFING_MCP_TOKEN, not over stdio.")] = False,
    host: Annotated[str | None, typer.Option(help="Address for --http; 127.0.0.1 otherwise.")] = None,
    port: Annotated[int, typer.Option(help="Port for --http; 0 takes a free one.")] = 7862,
) -> None:
    """Offer ask, search, digest and read_article as tools to other programs (Model Context Protocol).

    Example: briefing mcp --http --port 7862
    """
    from assistant.chain import Assistant
    from assistant.mcp import serve_http, serve_stdio
    from assistant.models import configured

    settings = settings_of(home, host=host)
    assistant = Assistant(open_library(home), model=configured(settings))
    if http:
        serve_http(assistant, settings.mcp_token.get_secret_value(), settings.host, port, settings.grace)
    else:
        serve_stdio(assistant)


def feedback(
    verdict: Annotated[str | None, typer.Option(help="Only up, or only down.", show_default=False)] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List what people thought of answers, the newest first.

    Example: briefing feedback --verdict down
    """
    from assistant.terminal import plain
    from index.errors import InputError
    from index.feedback import FeedbackTable

    if verdict not in (None, "up", "down"):
        raise InputError(f"A verdict is up or down, not {verdict!r}.")
    said = FeedbackTable(open_library(home).archive).all(verdict)  # type: ignore[arg-type]
    if as_json:
        print_json([one.to_dict() for one in said])
        return
    for one in said:
        reason = ": ".join(part for part in (one.reason, one.note) if part)
        when = f"{one.at:%Y-%m-%d %H:%M}" if one.at else ""
        typer.echo(f"{when}  {one.verdict:<4}  {plain(one.question)}{f'  ({plain(reason)})' if reason else ''}")
    if not said:
        typer.echo("Nobody has said anything yet; the thumbs under an answer in `briefing chat` do.", err=True)
