"""The commands by which articles come in, run in this process with a home of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from assistant.cli import app
from assistant.cli_intake import seconds_of
from index.errors import InputError, NothingFound
from index.intake import Feed
from index.library import Library


def run(home: Path, *arguments: str) -> int:
    """Its exit code."""
    return app(args=[*arguments, "--home", str(home)], prog_name="briefing", standalone_mode=False) or 0


def test_failures_are_listed_and_tried_again(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("")
    assert run(home, "ingest", str(bad)) == 2
    capsys.readouterr()
    run(home, "ingest", "--failed")
    assert capsys.readouterr().out == f"{bad}: It is empty.\n"
    run(home, "ingest", "--failed", "--json")
    assert json.loads(capsys.readouterr().out) == [{"origin": str(bad), "reason": "It is empty."}]
    bad.write_text("The bridge is open again.")
    assert run(home, "ingest", "--retry") == 0
    assert "1 added" in capsys.readouterr().out
    with pytest.raises(NothingFound):
        run(home, "ingest", "--retry")
    with pytest.raises(InputError, match="Name files"):
        run(home, "ingest")


def test_versions_tell_what_changed(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.md"
    for text in ("The bridge is open. It rains.", "The bridge is closed. It rains."):
        path.write_text(f"---\ntitle: Bridge\n---\n\n{text}\n")
        run(home, "ingest", str(path))
    capsys.readouterr()
    with Library.open(home) as library:
        (article,) = library.articles()
    run(home, "show", article.id[:6], "--versions")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("Bridge: 2 versions")
    assert lines[-2:] == ["- The bridge is open.", "+ The bridge is closed."]


def test_feeds_are_listed_exported_and_removed(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Library.open(home) as library:
        library.intake.put_feed(Feed("https://paper.example/feed", "The Paper", problem="It failed."))
    run(home, "feeds", "list")
    assert capsys.readouterr().out == "never refreshed  https://paper.example/feed  The Paper  (It failed.)\n"
    run(home, "feeds", "list", "--opml")
    (tmp_path / "feeds.opml").write_text(capsys.readouterr().out)
    run(home, "feeds", "remove", "https://paper.example/feed")
    with pytest.raises(NothingFound):
        run(home, "feeds", "remove", "https://paper.example/feed")
    run(home, "feeds", "add", str(tmp_path / "feeds.opml"))
    capsys.readouterr()
    run(home, "feeds", "list", "--json")
    (feed,) = json.loads(capsys.readouterr().out)
    assert (feed["url"], feed["title"]) == ("https://paper.example/feed", "The Paper")


def test_feeds_are_added_and_removed_as_json(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = "https://paper.example/feed"
    (tmp_path / "feeds.opml").write_text(
        f'<opml version="2.0"><body><outline type="rss" text="The Paper" xmlUrl="{address}"/></body></opml>'
    )
    run(home, "feeds", "add", str(tmp_path / "feeds.opml"), "--json")
    assert json.loads(capsys.readouterr().out) == [{"url": address, "title": "The Paper"}]
    run(home, "feeds", "remove", address, "--json")
    assert json.loads(capsys.readouterr().out) == [address]
    run(home, "feeds", "list", "--json")
    assert json.loads(capsys.readouterr().out) == []


def test_what_keeps_a_library_tells_programs_what_it_did(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("The bridge is open.")
    run(home, "ingest", str(tmp_path / "a.txt"))
    file, saved = tmp_path / "news.backup", tmp_path / "saved.jsonl"
    capsys.readouterr()
    run(home, "backup", str(file), "--json")
    assert json.loads(capsys.readouterr().out) == {"file": str(file), "articles": 1, "bytes": file.stat().st_size}
    run(home, "restore", str(file), "--replace", "--json")
    assert json.loads(capsys.readouterr().out) == {"articles": 1}
    run(home, "salvage", str(saved), "--json")
    assert json.loads(capsys.readouterr().out) == {"file": str(saved), "articles": 1}


def test_every_command_that_does_not_serve_speaks_json() -> None:
    """`export` writes JSON Lines anyway."""
    top = typer.main.get_command(app)
    commands = {**top.commands, **{f"feeds {name}": one for name, one in top.commands["feeds"].commands.items()}}
    silent = {
        name
        for name, command in commands.items()
        if name != "feeds" and not any("--json" in parameter.opts for parameter in command.params)
    }
    assert silent == {"chat", "mcp", "export"}


def test_private_addresses_are_no_feeds_without_the_switch(home: Path) -> None:
    with pytest.raises(InputError, match="private network"):
        run(home, "feeds", "add", "http://127.0.0.1:9/feed")


def test_times_to_wait() -> None:
    assert [seconds_of(text) for text in ("30m", "10s", "2h", "1d", "5", "0.5h")] == [1800, 10, 7200, 86400, 300, 1800]
    for text in ("", "soon", "9s", "-5m", "0"):
        with pytest.raises(InputError):
            seconds_of(text)
