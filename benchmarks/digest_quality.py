"""What the digest's sentences keep: ROUGE of 40-word extracts, and names and numbers of the lead.

    python -m benchmarks.digest_quality [--questions 600]

- newsquiz: the reference is a question's sentence of evidence, the articles are those that a search had found for the
  question (not all relevant). ECB+: the reference is the first full sentence of one article, held out; the extract
  is made from the others of its story. Systems: our extract; the lead of the most central article; the lead of one
  taken by chance. Whole sentences of up to 40 words in all, for each.
- Wikinews, one digest for each article: the share of the names and numbers of its first two sentences that stand in
  the digest's sentences or headline. Nothing was tuned on these articles.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Sequence

import frontmatter
import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from assistant.digests import digest_of
from assistant.digests.relevance import ReaderRelevance
from assistant.digests.select import candidates, choose
from assistant.digests.text import names, numbers, word_count
from benchmarks.common import data, machine, rows, save
from benchmarks.digest_windows import embed
from index.article import Article
from index.passages import sentences

WORDS = 40
LEAD_WORDS = 12  # ECB+ does not mark headlines: shorter lines, and those without a full stop, are taken for them
READ = ReaderRelevance()
KINDS = ("rouge1", "rouge2", "rougeL")
System = Callable[[Sequence[Article], random.Random], str]


def main() -> None:
    """Measure and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=600)
    most, on = parser.parse_args().questions, machine()
    systems: dict[str, System] = {"our extract": extract, "lead": central_lead, "random lead": random_lead}
    sets = {"newsquiz 2024": newsquiz(most), "ECB+": ecb()}
    scores = {name: {label: rouge(cases, make) for label, make in systems.items()} for name, cases in sets.items()}
    table = rows(
        ["extract of up to 40 words", *(f"{name}, {len(cases)} extracts" for name, cases in sets.items())],
        *([label, *(" / ".join(f"{v:.3f}" for v in scores[name][label]) for name in sets)] for label in systems),
    )
    kept_shares = kept()
    lines = [
        f"Wikinews, 42 digests of one article: {there} of {of} {kind} of the lead reach the digest ({there / of:.0%})."
        for kind, (there, of) in kept_shares.items()
    ]
    figures = {
        "rouge_1_2_l": scores,
        "extracts": {name: len(cases) for name, cases in sets.items()},
        "kept": kept_shares,
    }
    command = f"python -m benchmarks.digest_quality --questions {most}"
    save("digest_quality", command, on, figures, f"Mean F1 of ROUGE-1 / -2 / -L.\n\n{table}\n\n" + "  \n".join(lines))


def rouge(cases: Sequence[tuple[str, list[Article]]], make: System) -> list[float]:
    """Mean F1 over the cases for each of KINDS, with stems (Lin 2004, as google's rouge-score counts)."""
    scorer, chance = RougeScorer(list(KINDS), use_stemmer=True), random.Random(0)
    found = []
    for reference, articles in cases:
        scores = scorer.score(reference, make(articles, chance))
        found.append([scores[kind].fmeasure for kind in KINDS])
    return [float(value) for value in np.mean(found, axis=0)]


def extract(articles: Sequence[Article], _: random.Random) -> str:
    """What the digest chooses of a story."""
    return " ".join(s.text for s in choose(candidates(_central_first(articles), "", READ), 3, WORDS))


def central_lead(articles: Sequence[Article], _: random.Random) -> str:
    """The beginning of the most central article."""
    return _lead(_central_first(articles)[0])


def random_lead(articles: Sequence[Article], chance: random.Random) -> str:
    """The beginning of an article taken by chance."""
    return _lead(chance.choice(list(articles)))


def newsquiz(most: int) -> list[tuple[str, list[Article]]]:
    """(evidence, articles) of questions with at least two articles, taken evenly from the year."""
    with gzip.open(data("newsquiz", "2024-articles.jsonl.gz"), "rt", encoding="utf-8") as lines:
        press = [json.loads(line) for line in lines]
    articles = {row["url"]: Article(key=row["url"], text=row["text"], title=row["title"] or "") for row in press}
    found = []
    for line in data("newsquiz", "2024-questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        there = [articles[url] for url in row["articles"] if url in articles and articles[url].text]
        if len(there) > 1 and row.get("evidence"):
            found.append((row["evidence"], there))
    return found[:: max(1, len(found) // most)][:most]


def ecb() -> list[tuple[str, list[Article]]]:
    """(first sentence of an article's text, the others of its story), two for each story."""
    with gzip.open(data("stories", "ecbplus.jsonl.gz"), "rt", encoding="utf-8") as lines:
        reports = [json.loads(line) for line in lines]
    stories: dict[str, list[dict]] = {}
    for row in reports:
        stories.setdefault(row["story"], []).append(row)
    found = []
    for members in stories.values():
        for held in members[:2]:
            others = [Article(key=row["id"], text="\n\n".join(row["sentences"])) for row in members if row is not held]
            whole = [s for s in held["sentences"] if s.rstrip("'\" ”").endswith(".") and word_count(s) >= LEAD_WORDS]
            if whole:
                found.append((whole[0], others))
    return found


def kept() -> dict[str, list[int]]:
    """How many of the names and numbers of the lead reach the digest of the article, and of how many."""
    shares = {"names": [0, 0], "numbers": [0, 0]}
    for path in sorted(data("wikinews", "articles").glob("*.md")):
        post = frontmatter.load(str(path))
        article = Article(path.name, post.content.strip(), str(post["title"]), post["date"], source="Wikinews")
        digest = digest_of([article], embed, timezone="UTC", relevance=READ)
        shown = " ".join([s.text for s in digest.all_sentences()] + [s.headline for s in digest.stories]).lower()
        lead = " ".join(article.text[start:end] for start, end in _prose(article)[:2])
        for kind, items in (("names", set(names(lead))), ("numbers", set(numbers(lead)))):
            shares[kind][0] += sum(item.lower() in shown for item in items)
            shares[kind][1] += len(items)
    return shares


def _prose(article: Article) -> list[tuple[int, int]]:
    """Its sentences without the line of the date that Wikinews puts first."""
    spans = sentences(article.text)
    return spans[1:] if word_count(article.text[slice(*spans[0])]) < 6 else spans


def _central_first(articles: Sequence[Article]) -> list[Article]:
    vectors = embed([f"{a.title} {a.text[:1_200]}" for a in articles])
    closeness = vectors @ vectors.mean(axis=0)
    return [articles[i] for i in np.argsort(-np.round(closeness, 4), kind="stable")]


def _lead(article: Article) -> str:
    taken: list[str] = []
    for start, end in sentences(article.text):
        if taken and word_count(" ".join([*taken, article.text[start:end]])) > WORDS:
            break
        taken.append(article.text[start:end])
    return " ".join(" ".join(taken).split()[:WORDS])


if __name__ == "__main__":
    main()
