"""A sample of the torture programs: see docs/reliability.md for the whole of them and their figures."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SAMPLE = {"kills": 2, "kills_chroma": 1, "full": 1, "damage": 4, "poison": 15, "erase": 3, "upgrade": 100}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_finds_nothing(name: str) -> None:
    """In a process of its own: the programs fork, which threads of other tests would not survive."""
    command = [sys.executable, "-W", "ignore", "-m", f"tests.torture.{name}", "--count", str(SAMPLE[name])]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if "skipped" in done.stdout:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_forbidden_address_is_reached() -> None:
    hostile, common = (importlib.import_module(f"tests.torture.{name}") for name in ("hostile", "common"))
    result = common.Result("targets")
    hostile.targets(result)
    assert result.problems == []
    assert len(hostile.FORBIDDEN) >= 40
