"""The texts that questions and statements were written about, by the address that each line names.

Beside the press articles of the news quiz: reports of the ECB+ corpus ("ecbplus/ID"), four neighbouring paragraphs of
an encyclopedia page ("squadshifts-new_wiki/TITLE/N") and single posts and reviews ("squadshifts-reddit/N",
"squadshifts-amazon_reviews/N").
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from assistant.reader.training.needed import needed
from index.article import Article

PARAGRAPHS = 4  # of an encyclopedia page, read as one article
_STORIES = "ecbplus"


def other_texts(data: Path, addresses: set[str]) -> list[Article]:
    """The texts of these addresses that are not on the web, in the order of the addresses.

    Raises InputError when a file is missing.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for address in sorted(addresses):
        if not address.startswith("http"):
            wanted[address.split("/")[0]].append(address)
    return [one for kind, some in wanted.items() for one in _of_kind(data, kind, some)]


def _of_kind(data: Path, kind: str, addresses: list[str]) -> Iterator[Article]:
    if kind == _STORIES:
        with gzip.open(needed(data / "stories" / "ecbplus.jsonl.gz"), "rt", encoding="utf-8") as file:
            reports = {f"{kind}/{row['id']}": " ".join(row["sentences"]) for row in map(json.loads, file)}
        yield from (_article(address, reports[address]) for address in addresses)
        return
    with gzip.open(needed(data / "reader" / f"{kind}.json.gz"), "rt", encoding="utf-8") as file:
        pages = json.load(file)["data"]
    paragraphs = [paragraph["context"] for page in pages for paragraph in page["paragraphs"]]
    by_title = {page["title"]: [paragraph["context"] for paragraph in page["paragraphs"]] for page in pages}
    for address in addresses:
        *_, number = address.split("/")
        title = address[len(kind) + 1 : -len(number) - 1]
        if title:
            whole = "\n\n".join(by_title[title][int(number) : int(number) + PARAGRAPHS])
            yield _article(address, whole, title.replace("_", " "))
        else:
            yield _article(address, paragraphs[int(number)])


def _article(address: str, text: str, title: str = "") -> Article:
    return Article(address, text, title, url=address)
