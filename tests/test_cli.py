"""The command line, run as people run it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from assistant import cli
from tests.conftest import ROOT, SEEDS, write_article


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


COMMANDS = ["ingest", "ask", "digest", "chat", "articles", "show", "remove", "verify", "repair", "eval"]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("cli") / "home"
    done = briefing("ingest", str(SEEDS), home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("43 added")
    return home


def briefing(*arguments: str, home: Path | None = None, **environment: str) -> Done:
    """Run the command in this process, where the models are loaded already; `in_a_process` is the real thing."""
    values = {"BRIEFING_HOME": str(home)} if home else {}
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("BRIEFING_")]:
            patch.delenv(name)
        for name, value in {**values, **environment}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["briefing", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
    return Done(int(left.value.code or 0), out.getvalue(), err.getvalue())


def in_a_process(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_command_itself(seeded: Path) -> None:
    done = in_a_process("ask", "why did the August talks stall?", home=seeded)
    assert done.returncode == 0, done.stderr
    assert "Kursk region of Russia" in done.stdout
    assert "\x1b" not in done.stdout, "no colours when piped"
    failed = in_a_process("show", "zzz", "--debug", home=seeded)
    assert failed.returncode == 1
    assert "NothingFound" in failed.stderr
    assert "Traceback" in failed.stderr


def test_help_names_every_command_and_exit_code() -> None:
    done = briefing("--help")
    assert done.returncode == 0
    assert all(re.search(rf"^  {command}\b", done.stdout, re.MULTILINE) for command in COMMANDS)
    assert "Exit codes" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = briefing(command, "--help")
    assert done.returncode == 0
    assert f"Example: briefing {command}" in " ".join(done.stdout.split())


def test_ask_shows_the_sentence_its_number_and_its_place(seeded: Path) -> None:
    done = briefing("ask", "why did the August talks stall?", home=seeded)
    assert done.returncode == 0, done.stderr
    assert "Kursk region of Russia" in done.stdout
    assert "[1]" in done.stdout
    assert re.search(r"article [0-9a-f]{16}, characters \d+ to \d+", done.stdout)


def test_ask_as_json_is_an_answer(seeded: Path) -> None:
    done = briefing("ask", "why did the August talks stall?", "--json", home=seeded)
    answer = json.loads(done.stdout)
    assert answer["refused"] is False
    assert answer["citations"][0]["number"] == 1
    shown = json.loads(briefing("show", answer["citations"][0]["article_id"], "--json", home=seeded).stdout)
    first = answer["citations"][0]
    assert shown["text"][first["start"] : first["end"]] == first["quotation"]


def test_a_second_ingest_changes_nothing(seeded: Path) -> None:
    done = briefing("ingest", str(SEEDS), "--json", home=seeded)
    report = json.loads(done.stdout)
    assert (len(report["unchanged"]), report["added"], report["passages"]) == (43, [], 0)


def test_articles_are_listed_newest_first(seeded: Path) -> None:
    done = briefing("articles", "--json", "--since", "2015-01-01", home=seeded)
    days = [article["date"] for article in json.loads(done.stdout)]
    assert days == sorted(days, reverse=True)
    assert len(days) > 10
    assert days[0] == "2024-10-30"


def test_the_digest_of_a_day(seeded: Path, tmp_path: Path) -> None:
    done = briefing("digest", "--date", "2024-10-30", home=seeded)
    assert done.returncode == 0, done.stderr
    assert "2024" in done.stdout
    out = tmp_path / "digest.md"
    assert briefing("digest", "--date", "2024-10-30", "--out", str(out), home=seeded).returncode == 0
    assert out.read_text(encoding="utf-8") == done.stdout


def test_verify_and_repair(seeded: Path) -> None:
    assert "Sound." in briefing("verify", home=seeded).stdout
    assert json.loads(briefing("repair", "--json", home=seeded).stdout)["ok"] is True


def test_remove(tmp_path: Path) -> None:
    write_article(tmp_path / "one.md", "Only one article.", "2024-01-01")
    home = tmp_path / "home"
    report = json.loads(briefing("ingest", str(tmp_path / "one.md"), "--json", home=home).stdout)
    assert briefing("remove", report["added"][0], home=home).returncode == 0
    assert json.loads(briefing("articles", "--json", home=home).stdout) == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask", ""], 2, "question is empty"),
        (["ask", "?!"], 2, "question is empty"),
        (["ask", "x" * 100_000], 2, "100,000 characters"),
        (["ask", "harbour", "--since", "2024-02-30"], 2, "is not a day"),
        (["digest", "--date", "2024-02-30"], 2, "2024-02-30"),
        (["digest", "--date", "1999-01-01"], 3, "No article"),
        (["show", "zzz"], 3, "no article 'zzz'"),
        (["remove", "zzz"], 3, "no article 'zzz'"),
        (["ingest", "no/such/folder"], 2, "no such file or folder"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_bad_input_gets_one_plain_message(arguments: list[str], code: int, words: str, seeded: Path) -> None:
    done = briefing(*arguments, home=seeded)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_wrong_setting_is_named() -> None:
    done = briefing("chat", BRIEFING_PORT="eighty")
    assert done.returncode == 2
    assert "BRIEFING_PORT" in done.stderr


def test_another_embedding_model_is_refused(seeded: Path) -> None:
    from index.embedder import SentenceTransformerEmbedder

    copy = SentenceTransformerEmbedder()._path
    done = briefing("ask", "harbour", home=seeded, BRIEFING_EMBEDDER=str(copy))
    assert done.returncode == 8
    assert "repair --reembed" in done.stderr


def test_a_second_writer_is_told_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    write_article(tmp_path / "one.md", "Only one article.", "2024-01-01")
    with FileLock(home / "lock"):
        done = briefing("ingest", str(tmp_path / "one.md"), home=home)
    assert done.returncode == 5
    assert "Another process is writing" in done.stderr


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    write_article(folder / "good.md", "A good article about lighthouses.", "2024-01-01")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    (folder / "picture.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "latin.txt").write_bytes(
        "date 2024-01-02 Der Präsident weilt in Zürich und grüßt die Gäste.".encode("latin-1")
    )
    (folder / "wide.txt").write_text("date 2024-01-03 Sixteen bits for every letter.", encoding="utf-16")
    (folder / "surrogate.txt").write_bytes(b"date 2024-01-04 A lone surrogate \xed\xa0\x80 stands here.")
    (folder / "impossible.txt").write_text("date 2024-02-31 That day does not exist.", encoding="utf-8")
    home = tmp_path / "home"
    done = briefing("ingest", str(folder), home=home)
    assert done.returncode == 1
    assert done.stdout.startswith("5 added")
    assert "empty.txt" in done.stderr
    assert "picture.txt" in done.stderr
    listed = json.loads(briefing("articles", "--json", home=home).stdout)
    dates = {Path(article["path"]).name: article["date"] for article in listed}
    assert (dates["wide.txt"], dates["impossible.txt"]) == ("2024-01-03", None)
    assert "Zürich" in briefing("ask", "Wo weilt der Präsident?", "--json", home=home).stdout


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = briefing("ingest", str(tmp_path / "empty"), home=tmp_path / "home")
    assert done.returncode == 2
    assert "no articles" in done.stderr.lower()


def test_a_file_that_is_far_too_large_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "huge.txt").write_bytes(b"All work and no play. " * 2_400_000)
    done = briefing("ingest", str(tmp_path / "huge.txt"), home=tmp_path / "home")
    assert done.returncode == 2
    assert re.search(r"huge\.txt: It has [\d,]+ (MB|characters)", done.stderr)


def test_terminal_escapes_in_articles_do_nothing(tmp_path: Path) -> None:
    write_article(
        tmp_path / "evil.md", "The harbour \x1b[31mis red\x1b]0;owned\x07 today.", "2024-01-01", title="A \x1b[2J title"
    )
    home = tmp_path / "home"
    briefing("ingest", str(tmp_path / "evil.md"), home=home)
    for arguments in (["articles"], ["ask", "harbour"], ["digest"]):
        assert "\x1b" not in briefing(*arguments, home=home).stdout


INTERRUPTED = """
import os, signal, sys
from assistant import cli, cli_intake
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
class Bar(cli_intake.ProgressBar):
    def __call__(self, what, done, total):
        os.kill(os.getpid(), signal.SIGINT)
cli_intake.ProgressBar = Bar
import index.library
index.ingesting.BATCH_PASSAGES = 20
sys.argv = ["briefing", "--home", {home!r}, "ingest", {folder!r}]
cli.main()
"""


def test_ctrl_c_keeps_what_was_stored_and_the_next_run_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    program = INTERRUPTED.format(home=str(home), folder=str(SEEDS))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 130
    assert "What was stored is safe" in done.stderr
    assert "Traceback" not in done.stderr
    stored = json.loads(briefing("articles", "--json", home=home).stdout)
    assert 0 < len(stored) < 43
    report = json.loads(briefing("ingest", str(SEEDS), "--json", home=home).stdout)
    assert (len(report["unchanged"]), len(report["added"])) == (len(stored), 43 - len(stored))
    assert "Sound." in briefing("verify", home=home).stdout
