"""The way of the data is the order of imports: a file imports only what comes before it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("prompts", "index", "assistant")  # each may import the ones before it; prompts and index stand apart

# Outside libraries that live behind one file or folder.
HOMES = {
    "chromadb": "index/dense.py",
    "tantivy": ("index/lexical.py", "assistant/reader/training/"),
    "sentence_transformers": "index/embedder.py",
    "sqlite3": "index/database.py",
    "gradio": "assistant/web/",
    "typst": "assistant/digests/pdf.py",
    "jinja2": "assistant/digests/html.py",
}
HEAVY = {"torch", "chromadb", "gradio", "sentence_transformers", "transformers", "tantivy", "typst", "trafilatura"}


def files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported(path: Path, top_only: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_packages_import_one_way() -> None:
    for path in files():
        package = path.relative_to(ROOT).parts[0]
        tops = {name.split(".")[0] for name in imported(path)}
        forbidden = {"prompts": {"index", "assistant"}, "index": {"prompts", "assistant"}}.get(package, set())
        assert not tops & forbidden, f"{path} imports {tops & forbidden}"


def test_there_is_no_circle_of_imports() -> None:
    known = {module_of(path): path for path in files()}
    graph = {
        name: {target for target in imported(path, top_only=True) if target in known and target != name}
        for name, path in known.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for target in sorted(graph[name]):
                visit(target, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())
    assert done == set(known)


@pytest.mark.parametrize("library", sorted(HOMES))
def test_an_outside_library_lives_behind_one_file(library: str) -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        if any(name.split(".")[0] == library for name in imported(path))
    }
    assert users
    assert all(user.startswith(HOMES[library]) for user in users), users


def test_only_settings_reads_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        if "os.environ.get" in path.read_text(encoding="utf-8") or "os.getenv" in path.read_text(encoding="utf-8")
    }
    assert readers <= {"index/settings.py"}


@pytest.mark.parametrize("program", ["import assistant.cli", "import assistant, index, prompts"])
def test_heavy_modules_stay_unloaded(program: str) -> None:
    """This is what makes `briefing --help` quick."""
    check = (
        f"{program}; import sys; print(sorted({HEAVY | {'numpy', 'langchain_core', 'pydantic'}!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
