"""What the library remembers of how articles came in: versions, near-duplicates, failures, feeds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from index.errors import InputError
from index.feeds import discover
from index.fetch import Fetcher
from index.intake import Feed
from index.library import Library
from tests import renderings
from tests.conftest import write_article

STORIES = renderings.stories()
LONG = STORIES[1].paragraphs


@pytest.fixture
def fetcher() -> Fetcher:
    """The switch that lets these tests connect to this machine."""
    return Fetcher(allow_private=True, pause=0, seconds=5, sleep=lambda _: None)


def write(path: Path, title: str, paragraphs: tuple[str, ...], url: str = "") -> None:
    path.write_text(f"---\ntitle: {title}\nurl: {url}\ndate: 2024-05-03\n---\n\n" + "\n\n".join(paragraphs))


# Versions


def test_a_changed_article_keeps_what_it_was(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "bridge.md"
    for text in ("The bridge is open.", "The bridge is closed.", "The bridge is gone."):
        write_article(path, text, "2024-05-03", "Gazette")
        report = library.ingest([path])
    (article_id,) = report.updated
    assert [version.article.text for version in library.versions(article_id)] == [
        "The bridge is open.",
        "The bridge is closed.",
    ]
    assert library.get(article_id).text == "The bridge is gone."


def test_an_unchanged_article_has_no_versions(library: Library, folder: Path) -> None:
    (first, *_) = library.ingest([folder]).added
    library.ingest([folder])
    library.repair(reembed=True)
    assert library.versions(first) == []


def test_only_the_last_twenty_versions_are_kept(library: Library, tmp_path: Path) -> None:
    for number in range(24):
        write_article(tmp_path / "live.md", f"Update number {number}.", "2024-05-03", "Gazette")
        library.ingest([tmp_path / "live.md"])
    (article,) = library.articles()
    kept = [version.article.text for version in library.versions(article.id)]
    assert kept == [f"Update number {number}." for number in range(3, 23)]


def test_a_page_and_a_file_with_the_same_address_are_one_article(library: Library, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(renderings.html_news(STORIES[0]))
    (tmp_path / "feed.xml").write_bytes(renderings.rss(STORIES[:1]))
    library.ingest([tmp_path])
    assert library.count() == 1


# Near-duplicates


def test_a_copy_under_another_headline_is_kept_and_collapsed(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "The original", LONG)
    write(tmp_path / "b.md", "Quite another headline", tuple(reversed(LONG)))
    write(tmp_path / "c.md", "Something else", STORIES[2].paragraphs)
    report = library.ingest([tmp_path])
    assert len(report.added) == 3
    assert len(report.near_duplicates) == 1
    hits = library.search("iodine deficiency in Australian schoolchildren", limit=20)
    shown = {hit.article.id for hit in hits} & {
        article.id for article in library.articles() if article.title != "Something else"
    }
    assert len(shown) == 1
    (best,) = shown
    (twin,) = library.also_in(best)
    assert next(hit for hit in hits if hit.article.id == best).also_in == (twin.id,)


def test_a_copy_that_is_rewritten_or_removed_is_no_copy_any_more(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "The original", LONG)
    write(tmp_path / "b.md", "The copy", LONG)
    library.ingest([tmp_path])
    original = next(article for article in library.articles() if article.title == "The original")
    assert [twin.title for twin in library.also_in(original.id)] == ["The copy"]
    write(tmp_path / "b.md", "The copy", STORIES[2].paragraphs)
    library.ingest([tmp_path])
    assert library.also_in(original.id) == []
    write(tmp_path / "b.md", "The copy", LONG)
    library.ingest([tmp_path])
    library.remove(library.also_in(original.id)[0].id)
    assert library.also_in(original.id) == []
    assert library.archive.query("SELECT count(*) FROM versions")[0][0] == 0


def test_an_article_on_the_same_event_is_no_copy(library: Library, tmp_path: Path) -> None:
    words = " ".join(LONG).split()
    rewritten = " ".join(words[n] if n % 3 else words[n].upper() + "x" for n in range(len(words)))
    write(tmp_path / "a.md", "One", LONG)
    write(tmp_path / "b.md", "Two", (rewritten,))
    assert library.ingest([tmp_path]).near_duplicates == []


# Repeated lines

LINE = "Our reporters work for you every day of the week."


def test_a_line_that_three_articles_of_one_outlet_share_goes(library: Library, tmp_path: Path) -> None:
    for number, story in enumerate(STORIES[:4]):
        source = "Another" if number == 3 else "Gazette"
        text = f"---\ntitle: {story.title}\nsource: {source}\n---\n\n" + "\n\n".join((*story.paragraphs, LINE))
        (tmp_path / f"{number}.md").write_text(text)
        library.ingest([tmp_path / f"{number}.md"])
    texts = {article.source: article.text for article in library.articles()}
    assert LINE not in texts["Gazette"]
    assert LINE in texts["Another"]
    report = library.ingest([tmp_path])
    assert len(report.unchanged) == 4
    assert all(library.versions(article.id) == [] for article in library.articles())
    assert library.verify().ok


def test_a_line_that_copies_of_one_story_share_is_content(library: Library, tmp_path: Path) -> None:
    for number in range(3):
        text = f"---\ntitle: Title {number}\nsource: Gazette\n---\n\n" + "\n\n".join((*LONG, LINE))
        (tmp_path / f"{number}.md").write_text(text)
    library.ingest([tmp_path])
    assert all(article.text.endswith(LINE) for article in library.articles())


# Failures


def test_failures_are_remembered_until_they_are_read(library: Library, tmp_path: Path) -> None:
    bad, table = tmp_path / "bad.txt", tmp_path / "rows.jsonl"
    bad.write_text("")
    table.write_text('{"text": "A good line."}\nnonsense\n')
    library.ingest([tmp_path])
    assert {Path(item.origin).name for item in library.intake.failures()} == {"bad.txt", "rows.jsonl:2"}
    assert library.intake.failed_inputs() == [str(bad), str(table)]
    bad.write_text("The bridge is open again.")
    report = library.ingest(library.intake.failed_inputs())
    assert (len(report.added), len(report.unchanged)) == (1, 1)
    assert [item.reason for item in library.intake.failures()] == ["This line is not valid JSON."]
    table.write_text('{"text": "A good line."}\n')
    library.ingest([tmp_path])
    assert library.intake.failures() == []


# Feeds


class Paper(BaseHTTPRequestHandler):
    """A site with a front page, a feed of teasers, and the pages behind them."""

    entries: ClassVar[list[int]] = []
    broken: ClassVar[set[str]] = set()
    asked: ClassVar[list[str]] = []
    edition = 1

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body, media_type = self.content()
        if self.path in self.broken:
            self.send_response(500)
            body = b""
        elif self.path == "/feed" and self.headers.get("If-None-Match") == f'"{self.edition}"':
            self.send_response(304)
            body = b""
        else:
            self.send_response(200 if body else 404)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/feed":
            self.send_header("ETag", f'"{self.edition}"')
        self.end_headers()
        self.wfile.write(body)

    def content(self) -> tuple[bytes, str]:
        if self.path == "/feed":
            items = "".join(
                f"<item><title>{STORIES[n].title}</title><link>/story/{n}</link>"
                f"<description>{STORIES[n].paragraphs[0][:60]}…</description>"
                f"<pubDate>{STORIES[n].date:%a, %d %b %Y} 08:00:00 GMT</pubDate></item>"
                for n in self.entries
            )
            link = f"http://{self.headers['Host']}/"
            feed = f"<rss version='2.0'><channel><title>The Paper</title><link>{link}</link>{items}</channel></rss>"
            return feed.encode(), "application/rss+xml"
        if self.path == "/":
            return (
                b"<html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head></html>",
                "text/html",
            )
        if self.path.startswith("/story/"):
            story = STORIES[int(self.path.rpartition("/")[2])]
            page = renderings.html_news(story).replace(story.url.encode(), self.path.encode())
            return page, "text/html"
        return b"", "text/html"

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def paper() -> Iterator[str]:
    Paper.entries, Paper.broken, Paper.asked, Paper.edition = [1, 2], set(), [], 1
    server = ThreadingHTTPServer(("127.0.0.1", 0), Paper)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_feed_is_found_on_the_front_page(paper: str, fetcher: Fetcher) -> None:
    assert discover(paper, fetcher).url == paper + "/feed"
    assert discover(paper + "/feed", fetcher).url == paper + "/feed"
    with pytest.raises(InputError, match="names none"):
        discover(paper + "/story/1", fetcher)
    with pytest.raises(InputError, match="no such page"):
        discover(paper + "/nothing", fetcher)


def test_teasers_are_followed_once(library: Library, paper: str, fetcher: Fetcher) -> None:
    library.intake.put_feed(Feed(paper + "/feed"))
    report = library.refresh_feeds(fetcher=fetcher)
    assert len(report.added) == 2
    for article, story in zip(sorted(library.articles(), key=lambda item: item.url), STORIES[1:3], strict=True):
        assert article.text.startswith(story.paragraphs[0])
        assert len(article.text.split()) >= len(story.words)
        assert (article.title, article.date, article.source) == (story.title, story.date, "The Paper")
    library.refresh_feeds(fetcher=fetcher)  # 304
    Paper.edition, Paper.entries = 2, [1, 2, 3]
    report = library.refresh_feeds(fetcher=fetcher)
    assert len(report.added) == 1
    assert [path for path in Paper.asked if path.startswith("/story")] == ["/story/1", "/story/2", "/story/3"]
    (feed,) = library.intake.feeds()
    assert (feed.title, feed.problem, feed.refreshed is not None) == ("The Paper", "", True)


def test_a_page_that_fails_leaves_the_teaser_until_it_can_be_read(
    library: Library, paper: str, fetcher: Fetcher
) -> None:
    library.intake.put_feed(Feed(paper + "/feed"))
    Paper.broken.add("/story/1")
    report = library.refresh_feeds(fetcher=fetcher)
    assert (len(report.added), len(report.notes)) == (2, 1)
    Paper.broken.clear()
    report = library.refresh_feeds(fetcher=fetcher)
    assert len(report.updated) == 1
    Paper.broken.add("/story/1")
    Paper.edition = 2
    before = {article.id: article.text for article in library.articles()}
    library.refresh_feeds(fetcher=fetcher)
    assert {article.id: article.text for article in library.articles()} == before


def test_a_feed_cannot_replace_an_article_of_another_site(library: Library, paper: str, fetcher: Fetcher) -> None:
    from index.fetch import Page
    from index.sources import web
    from index.sources.workers import Pool

    feed = renderings.rss(STORIES[:1])
    page = Page("https://elsewhere.example/feed", feed, "application/rss+xml")
    with Pool(1) as pool:
        assert len(list(web.read_page(page.url, page, fetcher, pool))) == 1
        known = web.Known(holds=lambda _: True)
        assert list(web.read_page(page.url, page, fetcher, pool, known=known)) == []


def test_a_feed_that_fails_says_so_and_is_tried_again(library: Library, paper: str, fetcher: Fetcher) -> None:
    library.intake.put_feed(Feed(paper + "/feed"))
    Paper.broken.add("/feed")
    report = library.refresh_feeds(fetcher=fetcher)
    assert [item.origin for item in report.failed] == [paper + "/feed"]
    assert "500" in library.intake.feeds()[0].problem
    Paper.broken.clear()
    library.refresh_feeds(fetcher=fetcher)
    assert library.intake.feeds()[0].problem == ""


def test_addresses_are_ingested_like_files(library: Library, paper: str, fetcher: Fetcher) -> None:
    report = library.ingest([paper + "/story/4", paper + "/feed", paper + "/nothing"], fetcher=fetcher)
    assert len(report.added) == 3
    assert [item.origin for item in report.failed] == [paper + "/nothing"]
    assert library.intake.failed_inputs() == [paper + "/nothing"]


def test_addresses_on_this_machine_are_refused_without_the_switch(library: Library) -> None:
    report = library.ingest(["http://127.0.0.1:9/", "gopher://paper.example/"])
    assert ["private network" in item.reason for item in report.failed] == [True, False]


def test_opml_goes_out_and_comes_in(library: Library, paper: str, fetcher: Fetcher, tmp_path: Path) -> None:
    from index.sources.opml import Subscription, written

    (tmp_path / "feeds.opml").write_text(written([Subscription(paper + "/feed", 'A "paper" & more')]))
    assert len(library.ingest([tmp_path / "feeds.opml"], fetcher=fetcher).added) == 2
