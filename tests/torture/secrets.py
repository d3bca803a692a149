"""Passwords and keys in settings, environment and files: in no log, error, repr, page, export or backup."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from index.settings import Settings
from tests.conftest import ROOT, SEEDS
from tests.torture.common import Result, main

MARK = "s3cr3t-Zq8vXw"
NAMES = ("BRIEFING_SMTP_PASSWORD", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY")
COMMANDS = (
    ["ask", "why did the August talks stall?"],
    ["ask", "why did the August talks stall?", "--json", "--debug"],
    ["models"],
    ["models", "--json", "--debug"],
    ["digest", "--email"],
    ["digest", "--email", "--debug"],
    ["digest", "--format", "html"],
    ["digest", "--format", "json"],
    ["digest", "--date", "nonsense", "--debug"],
    ["verify", "--debug"],
    ["export", "{folder}/out.jsonl"],
    ["backup", "{folder}/out.backup"],
    ["restore", "{folder}/nothing", "--debug"],
    ["salvage", "{folder}/saved.jsonl"],
    ["articles", "--json"],
    ["feeds", "list", "--json"],
    ["ingest", "http://user:{mark}@127.0.0.1:1/", "--debug"],
    ["feeds", "add", "http://user:{mark}@127.0.0.1:1/feed", "--debug"],
    ["chat", "--host", "256.1.1.1", "--debug"],
)


def environment(folder: Path) -> dict[str, str]:
    key = folder / "key"
    key.write_text(f"{MARK}-file\n", "utf-8")
    key.chmod(0o600)
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **{name: f"{MARK}-{name.lower()}" for name in NAMES},
        "BRIEFING_HOME": str(folder / "home"),
        "BRIEFING_MODEL": "openai:some-model",
        "BRIEFING_MODEL_URL": "http://127.0.0.1:1/v1",
        "BRIEFING_MODEL_KEY_FILE": str(key),
        "BRIEFING_SMTP_HOST": "127.0.0.1",
        "BRIEFING_SMTP_PORT": "1",
        "BRIEFING_SMTP_USER": "me",
        "BRIEFING_SMTP_FROM": "me@news.example",
        "BRIEFING_SMTP_TO": "you@news.example",
    }


def run(count: int, seed: int) -> Result:
    """The first `count` commands, each with every secret set; then every file that was written."""
    del seed
    result = Result("secrets")
    with tempfile.TemporaryDirectory() as name:
        folder, program = Path(name), [sys.executable, "-m", "assistant"]
        known = environment(folder)
        some = next(iter(sorted(SEEDS.glob("2015*.md"))))
        subprocess.run([*program, "ingest", str(some)], env=known, capture_output=True, check=True, timeout=300)
        for command in COMMANDS[:count]:
            asked = [part.format(folder=folder, mark=MARK) for part in command]
            done = subprocess.run([*program, *asked], env=known, capture_output=True, check=False, timeout=300)
            said = done.stdout + done.stderr
            result.expect(MARK.encode() not in said, f"{' '.join(command)}: says a secret")
            result.trials += 1
        written = [path for path in folder.rglob("*") if path.is_file() and path.name != "key"]
        for path in written:
            result.expect(MARK.encode() not in path.read_bytes(), f"{path.relative_to(folder)} holds a secret")
        private = [folder / "home", *(folder / "home").rglob("*"), *folder.glob("out.*"), *folder.glob("saved.*")]
        for path in private:
            result.expect(path.stat().st_mode & 0o077 == 0, f"{path.relative_to(folder)} is open to others")
        result.figures |= {"files searched": len(written), "files private": len(private)}
    settings = Settings(smtp_password=MARK)  # type: ignore[arg-type]
    result.expect(MARK not in repr(settings) + str(settings) + settings.model_dump_json(), "repr(Settings) says it")
    return result


if __name__ == "__main__":
    main("secrets", run, len(COMMANDS))
