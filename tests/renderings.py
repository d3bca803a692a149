"""The sample articles as they look when they arrive in other forms, with the noise that such forms carry."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import email.message
import email.policy
import io
import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "seeds"

MENU = ["Home", "World", "Politics", "Business", "Sport", "Culture", "Opinion", "Weather", "Sign in", "Subscribe"]
NOISE = [
    "We use cookies to personalise content and advertising", "Sign up for our morning newsletter", "Share on Facebook",
    "Copy link", "Advertisement", "Buy one mattress and get a pillow free", "Most read this week",
    "Ten recipes for a rainy weekend", "The best headphones under fifty euros", "Leave a comment",
    "First! Great article, thanks", "All rights reserved. Imprint, privacy, terms", "Follow us on Instagram",
    "Photo: Staff photographer", "Continue reading below", "Enter your email address",
]  # fmt: skip


@dataclass(frozen=True)
class Story:
    title: str
    date: dt.date
    url: str
    source: str
    author: str
    paragraphs: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        return " ".join(self.paragraphs).split()


def stories(limit: int = 100) -> list[Story]:
    """The Wikinews articles, from their files."""
    found = []
    for path in sorted(SEEDS.glob("*.md"))[:limit]:
        if path.name == "NOTICE.md":
            continue
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        facts = dict(line.split(": ", 1) for line in front.strip().splitlines())
        date = dt.date.fromisoformat(facts["date"])
        dateline = f"{date:%A, %B} {date.day}, {date.year}"
        paragraphs = [" ".join(block.split()) for block in body.split("\n\n") if block.strip()]
        paragraphs = [text for text in paragraphs if text != dateline]
        title = facts["title"].strip('"').replace('\\"', '"')
        found.append(Story(title, date, facts["url"], facts["source"], "Ann Reporter", tuple(paragraphs)))
    return found


def _paragraphs(story: Story) -> str:
    return "\n".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)


def _interrupted(story: Story) -> str:
    """Paragraphs with an advertisement, a newsletter box and a picture among them."""
    boxes = [
        '<div class="ad" role="complementary"><span>Advertisement</span> <a href="/ad">Buy one mattress and get a pillow free</a></div>',
        '<aside class="newsletter"><h3>Sign up for our morning newsletter</h3><input placeholder="Enter your email address"></aside>',
        '<figure><img src="a.jpg" alt="A picture of something"><figcaption>Photo: Staff photographer</figcaption></figure>',
    ]
    parts = []
    for number, text in enumerate(story.paragraphs):
        parts.append(f"<p>{escape(text)}</p>")
        if number in (0, 2, 4):
            parts.append(boxes[number // 2])
    return "\n".join(parts)


def _share() -> str:
    return (
        '<ul class="share-bar social"><li><a href="#">Share on Facebook</a></li><li><a href="#">Tweet</a></li>'
        "<li><button>Copy link</button></li></ul>"
    )


def html_news(story: Story) -> bytes:
    """A newspaper's page of today: JSON-LD, semantic tags, everything around it."""
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title, "url": story.url,
        "datePublished": f"{story.date}T09:30:00+02:00", "dateModified": f"{story.date}T18:00:00+02:00",
        "author": {"@type": "Person", "name": story.author}, "publisher": {"@type": "Organization", "name": story.source},
    }  # fmt: skip
    menu = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in MENU)
    return f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(story.title)} | {story.source}</title>
<link rel="canonical" href="{escape(story.url)}"><meta property="og:site_name" content="{story.source}">
<meta property="og:title" content="{escape(story.title)}">
<script type="application/ld+json">{json.dumps(data)}</script><style>p {{ color: red }}</style></head><body>
<div id="cookie-banner" class="cookie-consent"><p>We use cookies to personalise content and advertising.</p><button>Accept all</button></div>
<header><nav><ul>{menu}</ul></nav></header>
<main><article><h1>{escape(story.title)}</h1><p class="byline">By <a rel="author" href="/ann">{story.author}</a></p>
<time datetime="{story.date}T09:30:00+02:00">{story.date:%d %B %Y}</time>{_share()}
<div class="article-body">{_interrupted(story)}</div>{_share()}</article>
<section class="comments" id="comments"><h2>Leave a comment</h2><p>First! Great article, thanks</p></section></main>
<aside class="sidebar"><h2>Most read this week</h2><ul><li><a href="/1">Ten recipes for a rainy weekend</a></li>
<li><a href="/2">The best headphones under fifty euros</a></li></ul></aside>
<footer><p>Follow us on Instagram</p><p>© 2024 {story.source}. All rights reserved. Imprint, privacy, terms</p></footer>
<script>window.x = "<p>Continue reading below</p>";</script></body></html>""".encode()


def html_blog(story: Story) -> bytes:
    """A page of nothing but divs, in an old encoding if its letters allow, with meta tags only."""
    page = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1252">
<title>{escape(story.title)}</title><meta name="author" content="{story.author}">
<meta property="article:published_time" content="{story.date}"><meta property="og:url" content="{escape(story.url)}">
<meta property="og:title" content="{escape(story.title)}"><meta property="og:site_name" content="{story.source}"></head><body>
<div id="menu">{" | ".join(f'<a href="/{name}">{name}</a>' for name in MENU)}</div>
<div id="wrap"><div id="content"><div class="post"><h2 class="post-title">{escape(story.title)}</h2>
<div class="entry">{_paragraphs(story)}</div><div class="sharedaddy">{_share()}</div></div>
<div id="related-posts" class="related"><h3>Most read this week</h3><ul><li><a href="/1">Ten recipes for a rainy weekend</a></li></ul></div></div>
<div id="sidebar"><p>Sign up for our morning newsletter</p><p>Follow us on Instagram</p></div></div>
<div id="footer">All rights reserved. Imprint, privacy, terms</div></body></html>"""
    return page.encode("cp1252", "xmlcharrefreplace")


def html_wiki(story: Story) -> bytes:
    """A wiki's page: the date only in its text, the address only in a link."""
    date = f"{story.date:%A, %B} {story.date.day}, {story.date.year}"
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(story.title)} - {story.source}, the free news source</title>
<link rel="canonical" href="{escape(story.url)}"><meta property="og:title" content="{escape(story.title)}">
<meta property="og:site_name" content="{story.source}"></head><body>
<div id="mw-navigation"><ul>{"".join(f"<li><a href='/{name}'>{name}</a></li>" for name in MENU)}</ul></div>
<div id="content" class="mw-body" role="main"><h1 id="firstHeading">{escape(story.title)}</h1>
<div id="bodyContent"><div class="mw-parser-output"><p><b>{date}</b></p>{_paragraphs(story)}
<div class="navbox">{_share()}</div></div></div></div>
<div id="footer"><p>All rights reserved. Imprint, privacy, terms</p></div></body></html>""".encode()


def mhtml(story: Story) -> bytes:
    """A page saved as one file by a browser."""
    page = base64.encodebytes(html_news(story)).decode()
    return (
        f"From: <Saved by a browser>\r\nSnapshot-Content-Location: {story.url}\r\nSubject: page\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----edge"\r\n\r\n'
        f"------edge\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\nContent-Location: {story.url}\r\n\r\n"
        f"{page}\r\n------edge\r\nContent-Type: text/css\r\n\r\np {{ color: red }}\r\n------edge--\r\n"
    ).encode()


def pdf(story: Story) -> bytes:
    """A page printed from a browser: title, date, two pages or more with headers, footers and page numbers."""
    import typst

    source = """
#let story = json(bytes(sys.inputs.story))
#set document(title: story.title, author: story.author, date: datetime(year: 2001, month: 1, day: 1))
#set page(paper: "a4", header: text(8pt)[#story.source #h(1fr) #story.title.slice(0, calc.min(10, story.title.len()))],
  footer: context text(8pt)[#story.url #h(1fr) #counter(page).display("1/1", both: true)])
#set text(10.5pt, hyphenate: true, lang: "en")
#set par(justify: true, spacing: 1.3em)
#text(20pt, weight: "bold", story.title)

#story.date

#for paragraph in story.paragraphs { par(paragraph) }
"""
    facts = {
        "title": story.title, "author": story.author, "url": story.url, "source": story.source,
        "date": f"{story.date:%B} {story.date.day}, {story.date.year}", "paragraphs": story.paragraphs,
    }  # fmt: skip
    return typst.compile(source.encode(), sys_inputs={"story": json.dumps(facts)})


def docx(story: Story) -> bytes:
    """A document with its title, a dateline and its address as the last line."""
    import docx as word

    document = word.Document()
    document.core_properties.title = "Word Document"
    document.core_properties.author = story.author
    document.core_properties.created = dt.datetime(2001, 1, 1)
    document.add_heading(story.title, 0)
    document.add_paragraph(f"{story.date.day} {story.date:%B %Y}")
    for text in story.paragraphs:
        document.add_paragraph(text)
    document.add_paragraph(f"Source: {story.url}")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _stamp(story: Story) -> dt.datetime:
    return dt.datetime.combine(story.date, dt.time(9, 30), dt.timezone(dt.timedelta(hours=2)))


def rss(several: list[Story]) -> bytes:
    """RSS 2.0 with whole texts in content:encoded, HTML in titles, teasers in descriptions."""
    items = "".join(
        f"<item><title>{escape(escape(story.title))}</title><link>{escape(story.url)}</link>"
        f"<guid isPermaLink='false'>id-{number}</guid><pubDate>{_stamp(story):%a, %d %b %Y %H:%M:%S %z}</pubDate>"
        f"<dc:creator>{story.author}</dc:creator><description>{escape(story.paragraphs[0][:80])}…</description>"
        f"<content:encoded><![CDATA[{_paragraphs(story)}<p>Sign up for our morning newsletter</p>{_share()}]]></content:encoded></item>"
        for number, story in enumerate(several)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wikinews</title>'
        f"<link>https://en.wikinews.org</link><language>en-US</language>{items}</channel></rss>"
    ).encode()


def atom(several: list[Story]) -> bytes:
    """Atom with relative links."""
    entries = "".join(
        f"<entry><title type='html'>{escape(escape(story.title))}</title><id>tag:{number}</id>"
        f"<link href='{escape(story.url.removeprefix('https://en.wikinews.org'))}'/><published>{_stamp(story).isoformat()}</published>"
        f"<updated>{_stamp(story).isoformat()}</updated><author><name>{story.author}</name></author>"
        f"<content type='html'>{escape(_paragraphs(story))}</content></entry>"
        for number, story in enumerate(several)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:base="https://en.wikinews.org/"><title>Wikinews</title>{entries}</feed>'
    ).encode()


def json_feed(several: list[Story]) -> bytes:
    """JSON Feed 1.1."""
    items = [
        {"id": str(number), "url": story.url, "title": story.title, "content_html": _paragraphs(story),
         "date_published": _stamp(story).isoformat(), "authors": [{"name": story.author}]}
        for number, story in enumerate(several)
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Wikinews", "items": items}
    return json.dumps(feed).encode()


def json_lines(several: list[Story]) -> bytes:
    """JSON Lines as a crawler writes them."""
    rows = [
        {"headline": story.title, "datePublished": str(story.date), "url": story.url, "publisher": {"name": story.source},
         "articleBody": "\n\n".join(story.paragraphs), "byline": f"By {story.author}"}
        for story in several
    ]  # fmt: skip
    return "\n".join(map(json.dumps, rows)).encode()


def json_answer(several: list[Story]) -> bytes:
    """What a news service answers to a search."""
    articles = [
        {"source": {"id": None, "name": story.source}, "author": story.author, "title": story.title, "url": story.url,
         "publishedAt": _stamp(story).isoformat(), "content": "\n".join(story.paragraphs), "urlToImage": "x.jpg"}
        for story in several
    ]  # fmt: skip
    return json.dumps({"status": "ok", "totalResults": len(articles), "articles": articles}).encode()


def table(several: list[Story]) -> bytes:
    """CSV as a spreadsheet program writes it."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["Title", "Publication Date", "Source", "Author", "Link", "Body"])
    for story in several:
        date = f"{story.date.day} {story.date:%B %Y}"
        writer.writerow([story.title, date, story.source, story.author, story.url, "\n".join(story.paragraphs)])
    return stream.getvalue().encode("utf-8-sig")


def mail(story: Story) -> bytes:
    """A message with both a plain and an HTML part, its address in the last line."""
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = story.title
    message["From"] = f"{story.source} <desk@wikinews.example>"
    message["Date"] = _stamp(story)
    message.set_content("\n\n".join(story.paragraphs) + f"\n\nSource: {story.url}\n", cte="quoted-printable")
    message.add_alternative(f"<html><body>{_paragraphs(story)}</body></html>", subtype="html")
    return message.as_bytes()


def text(story: Story) -> bytes:
    """Plain text under header lines."""
    headers = (
        f"Title: {story.title}\nDate: {story.date}\nURL: {story.url}\nSource: {story.source}\nAuthor: {story.author}"
    )
    return (headers + "\n\n" + "\n\n".join(story.paragraphs)).encode()


ONE_EACH = {
    "news.html": html_news, "blog.htm": html_blog, "wiki.html": html_wiki, "page.mhtml": mhtml, "print.pdf": pdf,
    "report.docx": docx, "letter.eml": mail, "note.txt": text,
}  # fmt: skip
MANY = {
    "rss.xml": rss, "atom.xml": atom, "feed.json": json_feed, "lines.jsonl": json_lines, "answer.json": json_answer,
    "table.csv": table,
}  # fmt: skip
