"""What every benchmark needs: the data beside the project, the machine, and a place for results."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
DATA = ROOT.parent / "shared" / "data"

MISSING = """The benchmarks need data that is not part of the project. Put it beside the project's folder, as
../shared/data with (only what the benchmark at hand uses is needed):
  wikinews/articles/*.md, wikinews/qa.jsonl   questions over the sample articles
  seeds/*.txt                                 the user's own article
  scale/reuters-21578.jsonl.gz                16,780 dated articles
  newsquiz/2024-*.jsonl(.gz)                  press articles with quiz questions"""


def data(*parts: str) -> Path:
    """A file or folder of the data; ends the program with an explanation when it is missing."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        sys.exit(f"{MISSING}\nMissing: {'/'.join(parts)}")
    return path


def machine() -> dict[str, Any]:
    """Processor, cores, whether it computes in bfloat16, Python and the versions that matter."""
    from index.embedder import computes_in_bfloat16

    cpu = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    packages = ("torch", "sentence-transformers", "chromadb", "tantivy", "langchain-core", "gradio")
    return {
        "processor": cpu,
        "cores": os.cpu_count(),
        "bfloat16": computes_in_bfloat16(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "commit": _commit(),
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def save(name: str, command: str, on: dict[str, Any], figures: dict[str, Any], table: str) -> None:
    """Write results/NAME.json and NAME.md, each with the machine and the command, and print the table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    content = {"command": command, "machine": on, "figures": figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    where = f"{on['processor']}, {on['cores']} cores, bfloat16 {'yes' if on['bfloat16'] else 'no'}, {on['day']}"
    text = f"# {name}\n\n`{command}`\n\n{where}\n\n{table}\n"
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


def rows(header: list[str], *lines: list[Any]) -> str:
    """A Markdown table; numbers with three significant digits."""
    cells = [header, ["---"] * len(header), *([_cell(value) for value in line] for line in lines)]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def _cell(value: Any) -> str:
    return (
        f"{value:.3g}"
        if isinstance(value, float) and abs(value) < 1_000
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return done.stdout.strip()
