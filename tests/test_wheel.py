"""The package as people install it: built, unpacked where nothing else of the project is, and asked the question."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT, SEEDS


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("briefing_digest-*.whl"))


def test_the_installed_wheel_answers_the_question(wheel: Path, tmp_path: Path) -> None:
    """A clean environment of its own; the dependencies are lent to it by a path file, not downloaded again."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    lent = next(path for path in sys.path if path.endswith("site-packages"))
    # Only the folder is put on the path: path files in it, such as this project's own editable one, are not read.
    (Path(site) / "lent.pth").write_text(f"{lent}\n", encoding="utf-8")
    briefing = tmp_path / "venv" / "bin" / "briefing"
    home = ["--home", str(tmp_path / "home")]
    subprocess.run([briefing, *home, "ingest", str(SEEDS)], check=True, capture_output=True, cwd=tmp_path)
    done = subprocess.run(
        [briefing, *home, "ask", "why did the August talks stall?"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "Kursk region of Russia" in done.stdout
    where = subprocess.run(
        [python, "-c", "import assistant, index, prompts; print(assistant.__file__, index.__file__, prompts.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert all(path.startswith(site) for path in where.stdout.split())
