"""Torture: 200 random windows over real and hostile articles; each must be one page, verbatim, unharmed, repeatable.

    python -m benchmarks.digest_windows [--windows 200] [--seed 1] [--browser chromium] [--jobs 2]

The articles are those of Wikinews, Reuters and ECB+. A window has 1 to 500 of them; some titles and texts are made
hostile: long German words, 300 letters without a space, text from right to left, Markdown and typst control
characters, links with `javascript:`. With a browser, the HTML of every tenth window is printed as well, and must be
one sheet.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import io
import json
import random
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import frontmatter
import numpy as np
from markdown_it import MarkdownIt
from pypdf import PdfReader

from assistant.digests import Digest, Options, digest_of
from assistant.digests.relevance import ReaderRelevance
from assistant.digests.text import terms
from benchmarks.common import data, machine, rows, save
from index.article import Article
from index.errors import NothingFound

READ = ReaderRelevance()
HOSTILE = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft streikt wieder",
    "A" * 300,
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 4,
    "عاجل: انفجار كبير في مرفأ بيروت يهز العاصمة اللبنانية",
    "ראש הממשלה הודיע על בחירות חדשות בישראל",
    "北京宣布新的经济措施以支持房地产市场",
    "日本銀行、金利を据え置く方針を決定",
    "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία",
    "Президент подписал новый закон о бюджете",
    "*bold* _it_ `code` [link](javascript:alert(1)) <b>x</b> # heading",
    '#set page(width: 1pt) #import "x": * $x^2$ @ref <label> \\ ~ #eval("1")',
    '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% for x in y %} ${7*7} <%= 1 %>",
    "&lt;b&gt; &amp; &#x3c;script&#x3e; ]]> <!-- comment -->",
    "Title with \u202eoverride\u202c and \u200bzero\u200bwidth and \x07bell and \ufeffBOM",
    "1. # - + > | table | ---",
    "very long headline " * 16,
    "",
)
OURS = frozenset(
    """html head meta title style body main header div p h1 h2 span figure svg path rect text article b a strong section
    blockquote footer ol li @lang @charset @name @content @http-equiv @class @dir @href @aria-label @id @rel @xmlns
    @width @height @viewbox @role @d @stroke @stroke-width @x @y @fill @text-anchor @font-family @font-size""".split()
)
IN_MARKDOWN = frozenset("h1 h2 p em strong ul ol li a blockquote br @href @start".split())
LINKS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'https://example.org/"><script>alert(1)</script>',
    "https://example.org/a)b(c<d>e f",
    "https://example.org/plain",
    "file:///etc/passwd",
    "",
)


def main() -> None:
    """Make every window twice and check it; leave with 1 when one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", default="")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    on, pool, chance = machine(), articles_of(), random.Random(arguments.seed)
    chosen = [window(pool, chance) for _ in range(arguments.windows)]
    browsers = [arguments.browser if number % 10 == 0 else "" for number in range(len(chosen))]
    failures, sizes = 0, [len(picked) for picked, _ in chosen]
    with ProcessPoolExecutor(arguments.jobs) as workers:
        found = workers.map(checked, *zip(*chosen, strict=True), browsers)
        for number, problems in enumerate(found):
            failures += bool(problems)
            for problem in problems:
                print(f"window {number} ({sizes[number]} articles): {problem}", flush=True)
            if number % 20 == 19:
                print(f"{number + 1} windows, {failures} failed", flush=True)
    _report(arguments, on, sizes, failures)
    sys.exit(min(failures, 1))


def checked(picked: Sequence[Article], options: Options, browser: str) -> list[str]:
    """`check`, where a crash of one window is a failure and the rest goes on."""
    try:
        return check(picked, options, browser)
    except NothingFound as error:
        expected = options.topic or not any(article.date for article in picked)
        return [] if expected else [str(error)]
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


def _report(arguments: argparse.Namespace, on: dict[str, Any], sizes: Sequence[int], failures: int) -> None:
    command = f"python -m benchmarks.digest_windows --windows {arguments.windows} --seed {arguments.seed}"
    printed = len(sizes[::10]) if arguments.browser else 0
    command += f" --browser {Path(arguments.browser).name}" if printed else ""
    figures = {"windows": len(sizes), "articles": sum(sizes), "printed_by_a_browser": printed, "failed": failures}
    bounds = f"{min(sizes)} to {max(sizes)}"
    table = rows(
        ["windows", "articles of a window", "printed by a browser as well", "failed"],
        [len(sizes), bounds, printed, failures],
    )
    save("digest_windows", command, on, figures, table)


def articles_of() -> list[Article]:
    """Wikinews, 3,000 of Reuters, and ECB+ with made-up days, since it has none."""
    found = []
    for path in sorted(data("wikinews", "articles").glob("*.md")):
        post = frontmatter.load(str(path))
        found.append(
            _article(path.name, post.content.strip(), str(post["title"]), "Wikinews", str(post.get("url", "")))
        )
    with gzip.open(data("scale", "reuters-21578.jsonl.gz"), "rt", encoding="utf-8") as lines:
        reuters = [json.loads(line) for line in lines][:3_000]
    found += [_article(row["id"], row["text"], row["title"], "Reuters", "") for row in reuters]
    with gzip.open(data("stories", "ecbplus.jsonl.gz"), "rt", encoding="utf-8") as lines:
        ecb = [json.loads(line) for line in lines]
    found += [
        _article(row["id"], "\n\n".join(row["sentences"]), "", f"Outlet {n % 9}", "") for n, row in enumerate(ecb)
    ]
    return [article for article in found if article.text]


def window(pool: Sequence[Article], chance: random.Random) -> tuple[list[Article], Options]:
    """Between 1 and 500 articles of a day and of the day before, some of them made hostile."""
    size = min(500, int(chance.choice([1, 2, 3, 5, 10, 20, 40, 100, 250, 500]) * chance.uniform(0.5, 1.0)) or 1)
    start = chance.randrange(len(pool))
    near = [pool[(start + n) % len(pool)] for n in range(size)] if chance.random() < 0.5 else chance.sample(pool, size)
    rate = chance.choice([0.0, 0.3, 1.0])
    picked = [_dated(_hostile(article, chance) if chance.random() < rate else article, chance) for article in near]
    topic = chance.choice(["", "", "", "oil prices #set page()"])
    return picked, Options(paper=chance.choice(["a4", "letter"]), topic="" if size < 20 else topic)


def check(picked: Sequence[Article], options: Options, browser: str) -> list[str]:
    """What is wrong with the digest of these articles, in words; nothing when it is sound."""
    digest = digest_of(picked, embed, options=options, timezone="Europe/Berlin", relevance=READ)
    again = digest_of(picked[::-1], embed, options=options, timezone="Europe/Berlin", relevance=READ)
    pdf = digest.pdf()
    reader = PdfReader(io.BytesIO(pdf))
    texts = {article.id: article.text for article in picked}
    problems = []
    if len(reader.pages) != 1:
        problems.append(f"{len(reader.pages)} pages")
    problems += [
        f"not verbatim: {s.text[:60]!r}"
        for s in digest.all_sentences()
        if texts[s.article_id][s.start : s.end] != s.text
    ]
    if (again.pdf(), again.to_html(), again.to_markdown()) != (pdf, digest.to_html(), digest.to_markdown()):
        problems.append("the second run differs")
    if Digest.from_dict(json.loads(json.dumps(digest.to_dict()))) != digest:
        problems.append("JSON loses something")
    problems += _harm(digest, reader)
    problems += [f"a word is {size:.2f} pt" for size in _sizes(reader) if size < 8.49]
    if browser and (sheets := _printed(browser, digest)) != 1:
        problems.append(f"the printed HTML has {sheets} pages")
    return problems


def embed(texts: Sequence[str]) -> np.ndarray:
    """Hashed words, (n, 384): the page is under test here, not the model."""
    rows = np.zeros((len(texts), 384), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for term in terms(text):
            row[zlib.crc32(term.encode("utf-8", "replace")) % 384] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _harm(digest: Digest, reader: PdfReader) -> list[str]:
    """Marks of an article that took effect: tags, scripts, links that are not http."""
    seen = _Seen()
    seen.feed(digest.to_html())
    problems = [f"tag or attribute {name}" for name in sorted(seen.names - OURS)]
    annotations = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    links = seen.links + [str(a["/A"]["/URI"]) for a in annotations if "/A" in a and "/URI" in a["/A"]]
    rendered = _Seen()
    rendered.feed(MarkdownIt("commonmark").render(digest.to_markdown()))
    problems += [f"Markdown made {name}" for name in sorted(rendered.names - IN_MARKDOWN)]
    links += rendered.links
    return problems + [f"link {link[:60]!r}" for link in links if not re.match(r"https?://|#source-\d+$", link)]


class _Seen(HTMLParser):
    """Names of tags and attributes, and where links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(f"@{name}" for name, _ in attrs)}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def _sizes(reader: PdfReader) -> set[float]:
    sizes: set[float] = set()

    def visit(text: str, _cm: list[float], matrix: list[float], _font: object, size: float) -> None:
        if text.strip():
            sizes.add(abs(size * matrix[3]))

    for page in reader.pages:
        page.extract_text(visitor_text=visit)
    return sizes


def _printed(browser: str, digest: Digest) -> int:
    with tempfile.TemporaryDirectory() as folder:
        html, pdf = Path(folder, "page.html"), Path(folder, "page.pdf")
        html.write_text(digest.to_html(), encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        subprocess.run([*command, f"--print-to-pdf={pdf}", html.as_uri()], check=True, capture_output=True)
        return len(PdfReader(pdf).pages)


def _article(key: str, text: str, title: str, source: str, url: str) -> Article:
    return Article(key=key, text=text, title=title, source=source, url=url)


def _dated(article: Article, chance: random.Random) -> Article:
    day = dt.date(2024, 10, 30) - dt.timedelta(days=int(chance.random() < 0.3))
    if chance.random() < 0.05:
        return article
    hour = dt.datetime.combine(day, dt.time(chance.randrange(23)), dt.UTC) if chance.random() < 0.5 else None
    return replace(article, date=day, published=hour)


def _hostile(article: Article, chance: random.Random) -> Article:
    body = f"{chance.choice(HOSTILE)}. {article.text}" if chance.random() < 0.5 else article.text
    return replace(
        article,
        title=chance.choice(HOSTILE),
        text=body,
        url=chance.choice(LINKS),
        source=chance.choice([article.source, *HOSTILE]),
    )


if __name__ == "__main__":
    main()
