"""The sample articles in every form in which articles arrive: the words in order, no noise, the facts right."""

import difflib
import zipfile

import pytest

from index.article import Article, Failure
from index.sources import read
from tests import renderings
from tests.renderings import MANY, NOISE, ONE_EACH

STORIES = renderings.stories()
FEW = STORIES[::6]  # typst and python-docx take their time


def words_kept(story, article):
    """The share of the story's words that the article has, in order."""
    blocks = difflib.SequenceMatcher(None, story.words, article.text.split(), autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(story.words)


def check(stories, found):
    assert len(found) == len(stories)
    for story, article in zip(stories, found, strict=True):
        assert isinstance(article, Article), article
        assert words_kept(story, article) >= 0.99, article.path
        assert not [noise for noise in NOISE if noise in article.text]
        assert (article.title, article.date, article.url) == (story.title, story.date, story.url)


@pytest.mark.parametrize("name", ONE_EACH)
def test_one_article_a_file(tmp_path, name):
    stories = FEW if name in ("print.pdf", "report.docx") else STORIES
    for number, story in enumerate(stories):
        (tmp_path / f"{number:02}-{name}").write_bytes(ONE_EACH[name](story))
    check(stories, list(read([tmp_path])))


@pytest.mark.parametrize("name", MANY)
def test_many_articles_a_file(tmp_path, name):
    (tmp_path / name).write_bytes(MANY[name](STORIES))
    check(STORIES, list(read([tmp_path / name])))


@pytest.mark.parametrize("name", ["news.html", "page.mhtml", "rss.xml", "lines.jsonl", "feed.json"])
def test_the_kind_is_told_by_content_when_the_name_says_nothing(tmp_path, name):
    render = ONE_EACH.get(name)
    data = render(STORIES[0]) if render else MANY[name](STORIES[:1])
    (tmp_path / "download").write_bytes(data)
    check(STORIES[:1], list(read([tmp_path / "download"])))


@pytest.mark.parametrize(("name", "wrong"), [("news.html", "a.txt"), ("rss.xml", "a.html"), ("print.pdf", "a.html")])
def test_the_kind_is_told_by_content_when_the_name_is_wrong(tmp_path, name, wrong):
    data = ONE_EACH[name](STORIES[1]) if name in ONE_EACH else MANY[name](STORIES[1:2])
    (tmp_path / wrong).write_bytes(data)
    check(STORIES[1:2], list(read([tmp_path / wrong])))


def test_an_archive_is_read_like_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("export/a.html", renderings.html_news(STORIES[0]))
        archive.writestr("export/a_files/script.txt", "not an article")
        archive.writestr("export/b.txt", renderings.text(STORIES[1]))
        archive.writestr("export/README.md", "# About")
        archive.writestr("__MACOSX/b.txt", "not an article")
    check(STORIES[:2], list(read([tmp_path / "export.zip"])))


def test_a_saved_page_is_read_without_what_lies_beside_it(tmp_path):
    (tmp_path / "Page.html").write_bytes(renderings.html_news(STORIES[2]))
    (tmp_path / "Page_files").mkdir()
    (tmp_path / "Page_files" / "frame.html").write_text("<p>" + "an advertisement " * 50)
    check(STORIES[2:3], list(read([tmp_path])))


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.DependencyWarning")  # of trafilatura's import
def test_a_page_cannot_pass_for_one_of_another_site(tmp_path):
    from index.sources.html import draft_of_page

    page = renderings.html_news(STORIES[0]).decode()
    assert draft_of_page(page, "https://elsewhere.example/a").url == "https://elsewhere.example/a"
    assert draft_of_page(page, "https://de.wikinews.org/a").url == STORIES[0].url


def test_a_page_without_a_date_is_undated(tmp_path):
    text = "The council closed the bridge over the river for the second time in a row, and gave no reason for it. " * 5
    page = f"<html><head><title>Bridge</title></head><body><article><p>{text}</p></article><p>© 2019 Paper</p>"
    (tmp_path / "a.html").write_text(page)
    (article,) = read([tmp_path])
    assert (article.date, article.published) == (None, None)


def test_feeds_with_neither_dates_nor_addresses_nor_plain_titles(tmp_path):
    (tmp_path / "feed.xml").write_text(
        '<rss version="2.0"><channel><title>The &amp;amp; Paper</title><link>https://paper.example/news/</link>'
        "<item><title>&lt;b&gt;Bridge&lt;/b&gt; &amp;amp; tunnel &lt;script&gt;alert(1)&lt;/script&gt;</title>"
        "<link>../a/bridge?utm_source=rss</link><description>The council closed the bridge.</description></item>"
        "<item><description>Nobody knows for how long.</description><link>javascript:alert(1)</link></item>"
        "<item><title>Nothing else</title></item></channel></rss>"
    )
    first, second, third = read([tmp_path / "feed.xml"])
    assert first.title == "Bridge & tunnel alert(1)"
    assert first.url == "https://paper.example/a/bridge"
    assert first.date is None
    assert second.url == ""
    assert second.title == "Nobody knows for how long."
    assert isinstance(third, Failure)


def test_rows_with_the_names_that_exports_use(tmp_path):
    (tmp_path / "a.csv").write_text(
        "headline,body,publishedAt,link\nBridge,Closed on Monday.,2024-10-30T10:00:00Z,\n,,,\n"
    )
    (article,) = read([tmp_path / "a.csv"])
    assert (article.title, article.text, article.published.hour) == ("Bridge", "Closed on Monday.", 10)
    assert article.key.startswith((tmp_path / "a.csv").as_uri() + "#")


def test_rows_keep_their_identity_when_others_are_put_in_front(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "The council closed the bridge."}\n')
    (before,) = read([path])
    path.write_text('{"text": "Something new."}\n{"text": "The council closed the bridge."}\n')
    assert list(read([path]))[1].id == before.id


def test_tickers_in_angle_brackets_are_no_markup(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"title": "STANDARD OIL <SRD> TO FORM UNIT", "text": "BP <BP> owns it & more."}')
    (article,) = read([tmp_path / "a.jsonl"])
    assert article.title == "STANDARD OIL <SRD> TO FORM UNIT"
    assert article.text == "BP <BP> owns it & more."


def test_standard_input(tmp_path, monkeypatch):
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(renderings.html_news(STORIES[0]))))
    check(STORIES[:1], list(read(["-"])))
