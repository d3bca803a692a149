"""How long reading takes: python -m benchmarks.reader_speed

24 passages of about 150 tokens for one question, warm, as ratios to embedding the same passages, so that the machine
matters less; and the same for several questions at once, from threads.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

from benchmarks import common

COMMAND = "python -m benchmarks.reader_speed"
PASSAGES = 24
ROUNDS = 15


def main() -> None:
    import torch

    from assistant.reader.model import Reader
    from assistant.reader.tokens import tokenizer
    from index.embedder import SentenceTransformerEmbedder

    on = common.machine()
    reader, embedder = Reader.load(), SentenceTransformerEmbedder()
    candidates = _candidates()
    texts = [candidate.text for candidate in candidates]
    tokens = [len(encoded.ids) for encoded in tokenizer().encode_batch(texts)]
    question = "Why did the talks about energy sites stall in August?"
    read = _median(lambda: reader.read(question, candidates))
    embed = _median(lambda: embedder.embed(texts))
    half = _median(lambda: reader.read(question, candidates, most=PASSAGES // 2))
    together = _median(lambda: _at_once(4, lambda: reader.read(question, candidates)))
    figures = {
        "passages": len(candidates),
        "tokens a passage": statistics.mean(tokens),
        "threads": torch.get_num_threads(),
        "reading, ms": read * 1e3,
        "reading against embedding the same": read / embed,
        "reading half of them against all": half / read,
        "four askers at once against one after the other": together / (4 * read),
    }
    table = common.rows(["figure", "value"], *([name, value] for name, value in figures.items()))
    common.save("reader_speed", COMMAND, on, figures, table)


def _candidates() -> list:  # type: ignore[type-arg]
    """Pieces of the sample articles of about 150 tokens."""
    from assistant.reader.nouns import Candidate
    from index.article import Article
    from index.passages import passages

    found = []
    for path in sorted((common.ROOT / "seeds").glob("*.md")):
        text = path.read_text(encoding="utf-8").split("---", 2)[-1].strip()
        for passage in passages(Article(path.name, text)):
            piece = text[passage.start : passage.end].strip()
            found.append(Candidate(path.stem, None, piece, 0, len(piece), 1.0))
    fit = [c for c in found if 560 < len(c.text) < 760]
    return fit[:PASSAGES]


def _median(work: Callable[[], object]) -> float:
    """Seconds, the median of ROUNDS after one that warms."""
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _at_once(askers: int, work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for _ in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
