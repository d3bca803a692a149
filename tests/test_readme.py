"""Every command and snippet of the README does what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line[2:].split("#")[0].strip()
    for kind, block in BLOCKS
    if kind == "console"
    for line in block.splitlines()
    if line.startswith("$ ")
]
SNIPPETS = [block for kind, block in BLOCKS if kind == "python"]
# Installed and served by other tests: the wheel's, the web's; `make test` is what runs this.
ELSEWHERE = ("make ", "pip install", "briefing chat")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A user with an empty home, and the samples ingested as the README says."""
    user = tmp_path_factory.mktemp("user")
    values = {name: value for name, value in os.environ.items() if not name.startswith(("BRIEFING_", "XDG_"))}
    values |= {"HOME": str(user), "PYTHONPATH": str(ROOT)}
    done = run(["-m", "assistant", "ingest", "seeds"], values)
    assert done.returncode == 0, done.stderr
    assert any(user.rglob("archive.sqlite3")), "the default library is below the user's home"
    return values


def run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )


def test_the_two_commands_stand_in_the_first_20_lines() -> None:
    top = "\n".join(README.splitlines()[:20])
    assert "$ make chat" in top
    assert "$ make test" in top
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{name}:", targets, re.MULTILINE) for name in ("chat", "test", "bench"))


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.startswith(ELSEWHERE)])
def test_every_command_works(command: str, environment: dict[str, str]) -> None:
    name, *arguments = shlex.split(command)
    assert name == "briefing"
    done = run(["-m", "assistant", *arguments], environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if arguments[0] == "ask":
        assert "Kursk region of Russia" in done.stdout


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_every_snippet_runs(snippet: str, environment: dict[str, str]) -> None:
    done = run(["-c", snippet], environment)
    assert done.returncode == 0, done.stderr
    assert "[1]" in done.stdout


def test_every_command_in_the_table_exists(environment: dict[str, str]) -> None:
    known = run(["-m", "assistant", "--help"], environment).stdout
    named = set(re.findall(r"`briefing (\w+)|, `(\w+) ID`", README))
    assert named
    for pair in named:
        assert re.search(rf"^  {pair[0] or pair[1]}\b", known, re.MULTILINE), pair


def test_every_setting_is_in_the_table() -> None:
    from index.settings import Settings

    for name in Settings.model_fields:
        assert f"`BRIEFING_{name.upper()}`" in README, name


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_figures_name_files_that_exist() -> None:
    for target in re.findall(r"`python -m (benchmarks\.\w+)", README):
        assert Path(ROOT / (target.replace(".", "/") + ".py")).is_file(), target
