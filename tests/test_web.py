"""The web chat: hostile text stays text, and the running page answers."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answers import REFUSAL, Answer, Citation, Span
from assistant.web.evidence import NOTHING_YET, inert, message, panel
from index.article import Article
from index.library import Library
from tests.conftest import ROOT

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![pixel](http://evil.example/p.png)",
    "[link](javascript:alert(1))",
    "${alert(1)} {{7*7}} $x$",
    "https://evil.example/beacon www.evil.example",
    "</mark></blockquote><style>*{display:none}</style>",
    "\u202egnp.exe\u2066 zero\u200bwidth",
]


def answer_with(text: str) -> tuple[Answer, dict[str, Article]]:
    article = Article("k", f"Before it. {text} After it.", title=text, source=text, url="javascript:alert(1)")
    start = article.text.index(text)
    citation = Citation(
        1, article.id, text, text, None, article.url, start, start + len(text), text, Span(start, start + 3)
    )
    return Answer("q", f"{text} [1]", (citation,), notes=(text,)), {article.id: article}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    answer, articles = answer_with(text)
    for html in (message(answer), panel(answer, articles)):
        outside = re.sub(
            r"</?(p|sup|a|mark|strong|article|h4|span|blockquote)( (class|id|href|title)=\"[^\"<>]*\")*>", "", html
        )
        assert "<" not in outside
        assert not re.search(r"[${}`*\[\]\\]|javascript:|https?:|www\.", outside.replace("[1]", ""))
        assert not set("\u202e\u2066\u200b") & set(html)
        assert 'href="javascript' not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_markdown(text: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(message(answer_with(text)[0]))
    assert not re.search(r"<(script|img|style|em|code)|href=\"(?!#s1)", html)


def test_inert_text_reads_the_same() -> None:
    from html import unescape

    text = "“Quotes”, 5 % & $3.50 – a_b (c) [d] #1 @x 東京 it's"
    assert unescape(inert(text)) == text


def test_the_quotation_is_marked_in_its_paragraph_with_the_answer_in_bold() -> None:
    answer, articles = answer_with("The quoted words")
    html = panel(answer, articles)
    assert re.search(r"Before it&#46; <mark>\s*<strong>The</strong>\s*quoted words</mark> After it&#46;", html)
    assert 'id="s1"' in html
    assert 'href="#s1"' in message(answer)


def test_a_refusal_shows_the_nearest_passages_openly() -> None:
    answer, articles = answer_with("Near miss")
    refusal = Answer("q", REFUSAL, refused=True, related=answer.citations)
    assert "<details open>" in panel(refusal, articles)
    assert panel(Answer("q", REFUSAL, refused=True), {}) == NOTHING_YET


@pytest.fixture(scope="module")
def served(seeds: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`briefing chat` as a process of its own, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("web") / "log"
    command = [sys.executable, "-m", "assistant", "--home", str(seeds.home), "chat", "--port", str(port)]
    with log.open("w") as stream, subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=stream) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, process, log)
            yield address
        finally:
            process.terminate()
            assert process.wait(20) in {0, -15}


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
    raise AssertionError("the chat did not start: " + log.read_text())


def test_the_running_chat_answers_with_citations(served: str) -> None:
    from gradio_client import Client

    client = Client(served, verbose=False)
    try:
        shown, evidence = client.predict("why did the August talks stall?", api_name="/ask")
    finally:
        client.close()
    assert "Kursk region" in str(shown)
    assert "<mark>" in str(evidence)
    assert "2024-10-30" in str(evidence)


def test_an_unusable_question_is_answered_plainly(served: str) -> None:
    from gradio_client import Client

    client = Client(served, verbose=False)
    try:
        shown, _ = client.predict("?!", api_name="/ask")
    finally:
        client.close()
    assert "question is empty" in str(shown)


def test_the_page_may_load_nothing_from_elsewhere(served: str) -> None:
    with urllib.request.urlopen(served, timeout=30) as page:  # noqa: S310
        policy = page.headers["Content-Security-Policy"]
        body = page.read().decode()
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "Briefing" in body


def test_health(served: str) -> None:
    with urllib.request.urlopen(f"{served}/healthz", timeout=30) as response:  # noqa: S310
        assert response.read() == b'{"ok":true,"articles":43}'


def test_a_taken_port_is_named(served: str, seeds: Library) -> None:
    port = served.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "assistant", "--home", str(seeds.home), "chat", "--port", port]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Choose another port" in done.stderr
