"""Passwords and keys in settings, environment and files: in no log, error, repr, page, export or backup."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from index.settings import Settings
from tests.conftest import ROOT, SEEDS
from tests.serving import serving
from tests.torture.common import Result, main

MARK = "s3cr3t-Zq8vXw"
NAMES = ("BRIEFING_SMTP_PASSWORD", "BRIEFING_MCP_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY")
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

# Asked of a running chat, as (path, JSON that is sent). A page keeps or exports a conversation as these answers.
QUESTION = {"question": "why did the August talks stall?"}
REQUESTS: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("/", None),
    ("/login", None),
    ("/healthz", None),
    ("/metrics", None),
    ("/api/openapi.json", None),
    ("/api/status", None),
    ("/api/articles", None),
    ("/api/articles/none", None),
    ("/api/examples", None),
    ("/api/ask", QUESTION),
    ("/api/ask", {**QUESTION, "stream": True}),
    ("/api/ask", {"question": 5}),
    ("/api/links", {"address": "http://user:{mark}@127.0.0.1:1/"}),
    ("/api/digest", None),
    ("/api/digest/2015-09-12.html", None),
    ("/api/digest/nonsense.pdf", None),
    ("/nowhere", None),
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
        served(result, folder, known)
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


def served(result: Result, folder: Path, known: dict[str, str]) -> None:
    """Every page of the chat, with the right password, a wrong one and none; its log is searched with the files."""
    secrets = {name: value for name, value in known.items() if name.startswith("BRIEFING_") or name in NAMES}
    logins = [f"ann:{MARK}-auth", f"ann:{MARK}-wrong", ""]
    answered = 0
    with serving(folder / "home", folder / "served", BRIEFING_AUTH=logins[0], **secrets) as server:
        for login in logins:
            for path, body in REQUESTS:
                status, said = _asked(server.address + path, login, body)
                result.expect(MARK.encode() not in said, f"{path} as {login or 'nobody'}: says a secret")
                answered += status == 200
                result.trials += 1
    result.figures |= {"pages and answers": len(logins) * len(REQUESTS), "of them with status 200": answered}
    result.expect(answered >= len(REQUESTS) // 2, f"only {answered} pages were answered")


def _asked(address: str, login: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).replace("{mark}", MARK).encode()
    headers = {"Content-Type": "application/json"} if data else {}
    if login:
        headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
    request = urllib.request.Request(address, data, headers)  # noqa: S310 - of this machine
    try:
        with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
            return response.status, str(response.headers).encode() + response.read()
    except urllib.error.HTTPError as error:
        return error.code, str(error.headers).encode() + error.read()


if __name__ == "__main__":
    main("secrets", run, len(COMMANDS))
