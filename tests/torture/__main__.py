"""All programs, one after the other: `python -m tests.torture`, or `--quick` for a sample of each."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

from tests.conftest import ROOT

# program, trials, trials of the quick sample (0: not in it)
PROGRAMS = (
    ("kills", 200, 3),
    ("kills_chroma", 100, 1),
    ("kills_repair", 50, 1),
    ("kills_digest", 50, 1),
    ("two", 50, 0),
    ("full", 10, 1),
    ("damage", 100, 8),
    ("poison", 1_000, 15),
    ("backup", 20, 0),
    ("erase", 30, 3),
    ("upgrade", 100, 100),
    ("hostile", 1, 0),
    ("hostile_page", 150, 0),
    ("secrets", 100, 0),
    ("durability", 15, 0),
    ("long", 60, 0),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--quick", action="store_true", help="a sample of each, under two minutes")
    quick = parser.parse_args().quick
    failed, began, worked = [], time.monotonic(), _worked()
    for name, count, few in PROGRAMS:
        if quick and not few:
            continue
        options = ["--count", str(few)] if quick else ["--count", str(count), "--record"]
        command = [sys.executable, "-W", "ignore", "-m", f"tests.torture.{name}", *options]
        failed += [name] if subprocess.run(command, cwd=ROOT, check=False).returncode else []
    seconds = f"{time.monotonic() - began:.0f} s, of which a processor worked {_worked() - worked:.0f} s"
    print(f"{seconds}; failed: {', '.join(failed) or 'none'}")
    sys.exit(1 if failed else 0)


def _worked() -> float:
    """Processor seconds of the programs so far: on a shared machine they tell more than the clock."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
