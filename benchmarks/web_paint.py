"""How soon the page is there: `python -m benchmarks.web_paint --count 7`.

Each time a server is started over the sample articles and the page opened at once, while the models load behind it.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.common import ROOT, machine, rows, save
from tests.browsing import chromium
from tests.serving import serving

PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main() -> None:
    """Print and keep the figures."""
    from index.library import Library

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=7, help="starts")
    parser.add_argument("--note", default="", help="what else the machine had to do; with it the result is saved")
    given = parser.parse_args()
    on, folder = machine(), Path(tempfile.mkdtemp(prefix="briefing-paint-"))
    with Library.open(folder / "home") as library:
        library.ingest([ROOT / "seeds"])
    painted, usable, loading = [], [], 0
    with chromium() as browser:
        for number in range(given.count):
            with serving(folder / "home", folder / str(number)) as server:
                page = browser.new_page()
                page.set_default_timeout(120_000)
                page.goto(server.address)
                page.wait_for_selector("#question:focus")
                usable.append(page.evaluate("performance.now()") / 1_000)
                painted.append(page.evaluate(PAINT) / 1_000)
                loading += b'"loading"' in server.get("/healthz")
                page.close()
    shutil.rmtree(folder)
    lines = [
        ["first paint, s", statistics.median(painted), max(painted)],
        ["the question can be typed, s", statistics.median(usable), max(usable)],
    ]
    table = rows(["what", "median", "slowest"], *lines)
    print(f"{table}\n\n{loading} of {given.count} while the models were loading")
    if given.note:
        note = f"{given.count} starts, {loading} of them seen while the models were loading; {given.note}"
        figures = {"first_paint": painted, "usable": usable, "loading": loading, "note": given.note}
        save("web_paint", "python -m benchmarks.web_paint --note NOTE", on, figures, f"{note}\n\n{table}")


if __name__ == "__main__":
    main()
