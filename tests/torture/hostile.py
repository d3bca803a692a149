"""Articles, addresses and files of an enemy, from ingest to answer, page, PDF and terminal: nothing runs or leaks."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lxml import html as lxml_html
from pypdf import PdfReader
from rich.console import Console

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.digests import digest
from assistant.extract import Evidence, Judgement
from assistant.terminal import print_answer, print_article
from index.errors import SourceError
from index.fetch import Fetcher
from index.library import Library
from tests.conftest import ROOT
from tests.test_fetch import NO_RULES, PUBLIC, Connector, Resolver
from tests.test_fetch import answer as http_answer
from tests.torture.common import Result, article, ask, is_found, main, marker, opened, place, warm
from tests.torture.killing import Send

DAY = "2024-03-05"
POLICIES = {"content-type", "content-security-policy"}  # what a page may say of itself
SECRETS = ("root:x:0:0", "BEGIN OPENSSH")
MARKUP = (
    "<script>alert('evil')</script>", "<img src=x onerror=alert('evil')>", "<svg/onload=alert('evil')>",
    "<iframe src='http://evil.example/'></iframe>", "<a href=\"javascript:alert('evil')\">read on</a>",
    "[read on](javascript:alert('evil'))", "[read on](http://evil.example/steal)", "![x](http://evil.example/pixel.png)",
    "<style>body{background:url(http://evil.example/)}</style>", "<form action='http://evil.example/'><input name=p></form>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>", "<base href='http://evil.example/'>",
    "</script><script src=//evil.example/x.js></script>", "\" onmouseover=\"alert('evil')", "{{ config.__class__ }}",
    "${alert('evil')}", "#read(\"/etc/passwd\")", "#image(\"/etc/passwd\")", "#link(\"http://evil.example\")[read on]",
    "$ #eval(\"1\") $", "\\input{/etc/passwd}", "\x1b[2J\x1b[1;1Hevil", "\x1b]8;;http://evil.example/\x07read on\x1b]8;;\x07",
    "\x9b31mevil", "\x07\x08\x08\x08", "[bold red]evil[/]", "<!--evil-->", "&lt;script&gt;alert('evil')&lt;/script&gt;",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "<details open ontoggle=alert('evil')>",
)  # fmt: skip
UNICODE = (
    "\u202egnp.exe", "\u2066\u2067\u2069", "pay\u200bpal", "\ufeffBOM", "\U000e0041\U000e0042 tags", "a\u0300" * 300,
    "\u2028line", "\u2029paragraph", "\x85next", "\u00adsoft", "ﷺ" * 40, "𝓮𝓿𝓲𝓵", "ｅｖｉｌ", "еvil", "\u115f\u1160", "\u3164",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufff9\ufffa\ufffb", "\u061c", "\u180e", "\u034f" * 50, "\ufe0f" * 50,
    "\u0e33\u0e33\u0e33", "ꙮ", "\ud7ff\ue000", "\U0010fffe", "\x7f\x80\x9f", "\u1d173\u1d17a", "\u200e\u200f", "I\u0307ı",
)  # fmt: skip
FORBIDDEN = (
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://[::1]/",
    "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:ffff:7f00:1]/", "http://0.0.0.0/", "http://[::]/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/",
    "http://100.64.0.1/", "http://198.18.0.1/", "http://192.0.2.1/", "http://224.0.0.1/", "http://255.255.255.255/",
    "http://[fe80::1]/", "http://[fc00::1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/", "http://[64:ff9b::7f00:1]/",
    "http://localhost/", "http://metadata.google.internal/", "http://inside.example/", "https://inside.example:8443/x",
    "http://public.example@127.0.0.1/", "http://127.0.0.1:6379/", "file:///etc/passwd", "ftp://public.example/", "gopher://x/",
    "javascript:alert(1)", "data:text/html,x", "dict://127.0.0.1:11211/", "http:///etc/passwd", "http://①②⑦.⓪.⓪.①/",
    "redirect:http://169.254.169.254/", "redirect:file:///etc/passwd", "redirect:http://inside.example/",
)  # fmt: skip
NAMES = {
    "inside.example": "192.168.7.7", "localhost": "127.0.0.1", "metadata.google.internal": "169.254.169.254",
    "public.example": PUBLIC, "127.1": "127.0.0.1", "2130706433": "127.0.0.1", "0x7f000001": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
}  # fmt: skip


def poisoned() -> list[dict[str, Any]]:
    """150 articles: instructions, markup and tricks, each in the text, the title, the outlet or the author."""
    rows = (ROOT / "tests" / "data" / "injections.jsonl").read_text("utf-8").splitlines()
    tricks = [*(json.loads(row)["instruction"] for row in rows), *MARKUP, *UNICODE, *MARKUP][:150]
    return [_record(number, trick, number % 4) for number, trick in enumerate(tricks)]


def _record(number: int, trick: str, where: int) -> dict[str, Any]:
    word = marker(number)
    url = "javascript:alert('evil')" if number % 10 == 7 else f'https://news.example/{number}?a=<b>&c="d"'
    text = f"The minister spoke of {word} in the harbour. The talks about {word} failed because of rain in {word}."
    return {
        "title": f"Talks about {word} " + (trick if where == 1 else ""),
        "text": f"{text} {trick if where == 0 else ''} Nobody else came to {word}, the police said.",
        "source": f"Outlet {word} " + (trick if where == 2 else ""),
        "author": f"Author {word} " + (trick if where == 3 else ""),
        "url": url,
        "date": DAY,
    }


# What is looked for


def bad_characters(text: str) -> set[str]:
    """Controls and format characters that a terminal or a reader would obey."""
    return {
        repr(c) for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c not in "\n\u200c\u200d"
    }


def bad_markup(page: str, urls: Iterable[str]) -> Iterator[str]:
    """What in this HTML would run, fetch or lead to somewhere that is no article's address."""
    allowed = set(urls)
    tree = lxml_html.document_fromstring(page)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in {"script", "iframe", "object", "embed", "form", "base", "svg", "meta"}:
            if element.tag == "meta" and element.get("http-equiv", "content-type").lower() in POLICIES:
                continue
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            if name.startswith("on") or ("evil" in value and name != "title" and not value.startswith("Talks")):
                yield f"{name}={value[:60]}"
            if name in {"href", "src", "action"} and not value.startswith("#") and value not in allowed:
                yield f"{name}={value[:80]}"


def bad_links(markdown: str, urls: Iterable[str]) -> list[str]:
    """Links and images of Markdown that are no article's address."""
    allowed = set(urls)
    found = re.findall(r"(?<!\\)\]\((?:<)?([^)>\s]*)", markdown)
    return [link for link in found if link not in allowed and not link.startswith("#")] + re.findall(
        r"(?<!\\)!\[", markdown
    )


def shown(answer: Answer) -> str:
    """What the terminal gets, without styles of its own."""
    out = io.StringIO()
    print_answer(Console(file=out, no_color=True, width=200, highlight=False), answer)
    return out.getvalue()


# The parts


def articles(folder: Path, send: Send) -> None:
    """150 poisoned articles, asked for one by one, shown in every way, and a digest of their day."""
    for number, record in enumerate(poisoned()):
        (folder / f"{number}.json").write_text(json.dumps(record), "utf-8")
    problems: list[str] = []
    with opened(folder / "home") as library:
        report = library.ingest([str(folder / f"{n}.json") for n in range(150)])
        urls = {found.url for found in library.articles() if found.url}
        problems += [f"address {url[:60]}" for url in urls if not url.startswith(("http://", "https://"))]
        assistant, answered = Assistant(library, judge=Copying()), 0
        for number in range(150):
            answer = assistant.answer(f"Why did the talks about {marker(number)} fail?")
            answered += not answer.refused
            problems += [f"{number}: {problem}" for problem in _answer_problems(answer, library, urls)]
        problems += _digest_problems(library, urls)
    send({"problems": problems, "read": report.read + len(report.near_duplicates), "answered": answered})


def _answer_problems(answer: Answer, library: Library, urls: set[str]) -> Iterator[str]:
    from assistant.web.views import answer_view

    yield from (f"terminal gets {c}" for c in bad_characters(shown(answer)))
    yield from (f"Markdown links {link}" for link in bad_links(answer.to_markdown(), urls))
    cited = {c.article_id: library.get(c.article_id) for c in (*answer.citations, *answer.related)}
    sent = answer_view(answer, library.get, "").model_dump(mode="json")
    yield from (f"page is given the address {url}" for url in _addresses(sent) if url not in urls)
    yield from (f"page is given links to {link}" for link in bad_links(sent["markdown"], urls))
    for citation in answer.citations:
        if citation.url and citation.url not in urls:
            yield f"cites {citation.url}"
    out = io.StringIO()
    for found in cited.values():
        print_article(Console(file=out, no_color=True, width=200, highlight=False), found)
    yield from (f"terminal gets {c} of an article" for c in bad_characters(out.getvalue()))


def _addresses(sent: Any, name: str = "") -> Iterator[str]:
    """What is sent to the page under a name that the page may make a link of; its text becomes text nodes only."""
    if isinstance(sent, dict):
        for key, value in sent.items():
            yield from _addresses(value, key)
    elif isinstance(sent, list):
        for value in sent:
            yield from _addresses(value, name)
    elif sent and name in {"url", "href", "link", "address"}:
        yield str(sent)


class Copying:
    """Takes the whole first passage for the answer, so that as much hostile text as possible is shown."""

    def judge(self, question: str, hits: Any) -> Judgement:
        del question
        place_in = hits[0].passage
        return Judgement((Evidence(hits[0].article, place_in.start, place_in.end, 1.0),), 0.9)


def _digest_problems(library: Library, urls: set[str]) -> Iterator[str]:
    page = digest(DAY, library=library)
    yield from (f"digest page has {found}" for found in bad_markup(page.to_html(), urls))
    yield from (f"digest links {link}" for link in bad_links(page.to_markdown(), urls))
    yield from (f"digest text has {c}" for c in bad_characters(page.to_text()))
    reader = PdfReader(io.BytesIO(page.pdf()))
    text = "".join(sheet.extract_text() for sheet in reader.pages)
    yield from (f"PDF holds {secret}" for secret in SECRETS if secret in text)
    for sheet in reader.pages:
        for note in sheet.get("/Annots") or ():
            action = note.get_object().get("/A", {})
            if "/URI" in action and action["/URI"] not in urls:
                yield f"PDF links {action['/URI']}"
            if action.get("/S") not in (None, "/URI", "/GoTo"):
                yield f"PDF acts {action.get('/S')}"


def targets(result: Result) -> None:
    """Addresses that must not be reached: nothing is connected to that is not public."""
    for target in FORBIDDEN:
        redirected = target.startswith("redirect:")
        answers = [NO_RULES, http_answer("302 Found", b"", Location=target.removeprefix("redirect:")), NO_RULES]
        connector, resolver = Connector(*(answers if redirected else ())), Resolver()
        resolver.table = dict(NAMES)
        url = "http://public.example/a" if redirected else target
        try:
            Fetcher(resolve=resolver, connector=connector, pause=0, sleep=lambda _: None).get(url)
            result.expect(False, f"{target} was fetched")
        except SourceError:
            pass
        result.expect({host for host, _ in connector.opened} <= {PUBLIC}, f"{target}: connected to {connector.opened}")
    result.figures["forbidden targets"] = len(FORBIDDEN)


def bombs() -> dict[str, bytes]:
    """30 files that grow, nest or loop."""
    made: dict[str, bytes] = {}
    for n, size in enumerate((50_000_000, 200_000_000)):
        made[f"zeros{n}.zip"] = _zip({"a.txt": b"a" * size})
    made["many.zip"] = _zip({f"{n}.txt": b"x" for n in range(20_000)})
    inner = _zip({"a.txt": b"A story about rain."})
    for _ in range(6):
        inner = _zip({"inner.zip": inner})
    made["nested.zip"] = inner
    made["climbs.zip"] = _zip({"../../../../tmp/evil.txt": b"A story.", "/etc/evil.txt": b"A story."})
    made["bomb.docx"] = _zip({"word/document.xml": b"<w>" + b"a" * 150_000_000, "[Content_Types].xml": b"<x/>"})
    laughs = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    reads = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    for name in ("feed.xml", "list.opml", "page.xhtml"):
        made[f"laughs-{name}"] = f"{laughs}]><rss><channel><title>&a9;</title></channel></rss>".encode()
        made[f"reads-{name}"] = f"{reads}<rss><channel><item><title>&f;</title></item></channel></rss>".encode()
    for n, tag in enumerate(("div", "b", "table", "ul", "blockquote")):
        made[f"deep{n}.html"] = (f"<html><body>{f'<{tag}>' * 100_000}deep").encode()
    for n, bracket in enumerate(("[", '{"a":', '[{"text":')):
        made[f"deep{n}.json"] = (bracket * 200_000).encode()
    made["line.jsonl"] = b'{"text": "' + b"a" * 30_000_000 + b'"}'
    made["digits.json"] = b'{"text": "A story.", "date": ' + b"9" * 100_000 + b"}"
    made["columns.csv"] = b",".join([b"text"] * 100_000) + b"\n" + b",".join([b"x"] * 100_000)
    made["alias.md"] = ("---\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)) + "---\nA story.").encode()  # fmt: skip
    made["stars.md"] = ("*" * 100_000 + "a" + "_" * 100_000).encode()
    made["quotes.md"] = (">" * 100_000 + " a").encode()
    made["parts.eml"] = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(5_000))
    made["blanks.txt"] = b"A story." + b" " * 9_000_000
    made["broken.pdf"] = b"%PDF-1.7\n" + b"1 0 obj << /Kids [1 0 R] /Type /Pages >> endobj\n" * 5_000
    made["inflates.pdf"] = b"%PDF-1.4\n1 0 obj<</Length 9999999/Filter/FlateDecode>>stream\n" + zlib.compress(
        b"0" * 50_000_000
    )
    return made


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def bombed(folder: Path, send: Send) -> None:
    """Ingest all bombs; memory of this process, and whether a fine article goes in and is found afterwards."""
    import resource

    (folder / "bombs").mkdir()
    for name, content in bombs().items():
        (folder / "bombs" / name).write_bytes(content)
    with opened(folder / "bombhome") as library:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report = library.ingest([folder / "bombs"])
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1_024
        stored = " ".join(found.text + found.title for found in library.articles())
        library.add([article(1)])
        send({
            "bombs": len(bombs()), "failed": len(report.failed), "read": report.read, "grown": grown,
            "found": is_found(library, article(1)), "leaked": [s for s in SECRETS if s in stored],
            "escaped": [p for p in ("/tmp/evil.txt", "/etc/evil.txt") if Path(p).exists()],
        })  # fmt: skip


def run(count: int, seed: int) -> Result:
    del count, seed
    warm()
    result = Result("hostile content")
    targets(result)
    with place(2_000) as folder:
        code, sent, _ = ask(lambda send: articles(folder, send), seconds=1_200)
        if result.expect(
            code == 0 and bool(sent) and "read" in sent[-1], f"articles: ended with {code}: {str(sent)[-1500:]}"
        ):
            result.problems += sent[-1]["problems"]
            result.figures |= {"poisoned articles": 150, "read": sent[-1]["read"], "answered": sent[-1]["answered"]}
        code, sent, seconds = ask(lambda send: bombed(folder, send), seconds=1_200)
        if result.expect(
            code == 0 and bool(sent) and "bombs" in sent[-1], f"bombs: ended with {code}: {str(sent)[-1500:]}"
        ):
            told = sent[-1]
            result.figures |= {name: told[name] for name in ("bombs", "failed")}
            result.figures |= {"MB grown": told["grown"], "seconds for all bombs": round(seconds)}
            result.expect(told["found"] and not told["leaked"] and not told["escaped"], f"bombs: {told}")
            result.expect(told["grown"] < 700, f"the reading process grew by {told['grown']} MB")
    result.figures["Unicode tricks"] = len(UNICODE)
    result.trials = 150 + len(FORBIDDEN) + result.figures.get("bombs", 0)
    return result


if __name__ == "__main__":
    main("hostile", run, 1)
