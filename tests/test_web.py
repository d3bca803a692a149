"""The web app in one process: typed answers, streams, the guard, the login, the queue. Nothing is listening."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.answers import REFUSAL, Answer, Citation, Searched, Span
from assistant.chain import Assistant
from assistant.question import Constraint
from assistant.web.app import application
from assistant.web.gate import STOPPING, Busy, Gate
from assistant.web.login import TRIES, Login
from assistant.web.policy import LOOPBACK, hosts_of, is_served, refusal, with_nonce
from assistant.web.questions import answered, interleaved, mentions_of, overview_of, questions_of
from assistant.web.views import answer_view, span_words, years_of
from index.article import Article
from index.library import Library
from tests.test_chain import FirstSentence

QUESTION = {"question": "What opened on Monday?"}


@pytest.fixture
def app(library: Library, folder: Path) -> Any:
    library.ingest([folder])
    return application(Assistant(library, judge=FirstSentence()))


@pytest.fixture
def client(app: Any) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def events_of(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n", 1) for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


# Asking


def test_an_answer_comes_with_its_quotation_in_its_paragraph(client: TestClient, library: Library) -> None:
    answer = client.post("/api/ask", json=QUESTION).json()
    shown = answer["citations"][0]
    article = library.get(shown["article_id"])
    assert article.text[shown["start"] : shown["end"]] == shown["quotation"]
    assert shown["before"] + shown["quotation"] + shown["after"] in article.text
    assert answer["searched"] == "Searched 3 articles, 2024"
    assert "Sources:" in answer["markdown"]


def test_a_stream_grows_to_the_same_answer(client: TestClient) -> None:
    whole = client.post("/api/ask", json=QUESTION).json()
    response = client.post("/api/ask", json={**QUESTION, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    assert [name for name, _ in events][:2] == ["state", "state"]
    assert events[-1][0] == "done"
    last = [data for name, data in events if name == "answer"][-1]
    assert {**last, "took": 0} == {**whole, "took": 0}


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"question": "?!"}, 422, "question is empty"),
        ({"question": "x" * 3_000}, 422, "question"),
        ({"question": "why?", "since": "yesterday"}, 422, "since"),
        ({"question": "why?", "since": "2024-05-02", "until": "2024-05-01"}, 422, "wrong way round"),
        ({}, 422, "question"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(
    client: TestClient, body: dict[str, Any], status: int, word: str
) -> None:
    response = client.post("/api/ask", json=body)
    assert response.status_code == status
    assert word in response.json()["detail"]


def test_an_error_in_a_stream_is_an_event(client: TestClient) -> None:
    events = events_of(client.post("/api/ask", json={"question": "?!", "stream": True}).text)
    assert events[-1][0] == "error"
    assert "question is empty" in events[-1][1]["detail"]


def test_filters_hold_and_are_told(client: TestClient) -> None:
    answer = client.post("/api/ask", json={**QUESTION, "sources": ["Courier"]}).json()
    assert answer["searched"] == "Searched 1 article, 2024"
    assert {item["source"] for item in answer["citations"]} == {"Courier"}


def test_what_some_words_were_taken_for_can_be_ignored(client: TestClient) -> None:
    question = {"question": "What did the Gazette report in May 2024?"}
    read = client.post("/api/ask", json=question).json()
    assert "in May 2024" in [chip["words"] for chip in read["chips"]]
    again = client.post("/api/ask", json={**question, "ignore": ["in May 2024"]}).json()
    assert "in May 2024" not in [chip["words"] for chip in again["chips"]]
    assert again["articles"] > read["articles"]


def test_a_full_queue_sends_away_with_a_plain_message(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "check", lambda self: (_ for _ in ()).throw(Busy("Please ask again in a few seconds.")))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        response = client.post("/api/ask", json=QUESTION)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert "again in a few seconds" in response.json()["detail"]


def test_the_gate_lets_some_wait_and_refuses_the_rest() -> None:
    async def crowd() -> list[str]:
        gate, served, at_once = Gate(at_once=2, waiting=1), [], [0, 0]

        async def one(name: str) -> str:
            try:
                async with gate.turn():
                    at_once[0] += 1
                    at_once[1] = max(at_once)
                    await asyncio.sleep(0.01)
                    at_once[0] -= 1
            except Busy:
                return "refused"
            served.append(name)
            return "served"

        results = await asyncio.gather(*(one(str(number)) for number in range(5)))
        assert at_once[1] == 2
        assert gate.inside == 0
        return results

    assert asyncio.run(crowd()) == ["served"] * 3 + ["refused"] * 2


def test_a_gate_that_closes_finishes_what_is_inside_and_tells_who_waits() -> None:
    async def stop() -> None:
        gate, at_work, done = Gate(at_once=1, waiting=2), asyncio.Event(), asyncio.Event()

        async def one() -> str:
            try:
                async with gate.turn():
                    at_work.set()
                    await done.wait()
            except Busy as told:
                return str(told)
            return "served"

        first = asyncio.create_task(one())
        await at_work.wait()
        second = asyncio.create_task(one())
        await asyncio.sleep(0)
        gate.close(0)
        assert await second == STOPPING
        assert await one() == STOPPING  # who comes later does not wait either
        done.set()
        assert await first == "served"
        assert await one() == "served"  # there is room again
        assert gate.inside == 0

    asyncio.run(stop())


# Articles, digests, feedback


def test_articles_are_listed_found_sorted_read_and_removed(client: TestClient) -> None:
    listed = client.get("/api/articles").json()
    assert [item["title"] for item in listed["articles"]] == ["Museum", "Harbour", "Bridge"]
    assert client.get("/api/articles", params={"find": "courier"}).json()["total"] == 1
    by_title = client.get("/api/articles", params={"sort": "title", "limit": 1}).json()
    assert [item["title"] for item in by_title["articles"]] == ["Bridge"]
    article_id = listed["articles"][0]["id"]
    assert "painting" in client.get(f"/api/articles/{article_id}").json()["text"]
    assert client.delete(f"/api/articles/{article_id}").json()["title"] == "Museum"
    assert client.get(f"/api/articles/{article_id}").status_code == 404


def test_every_uploaded_file_has_its_own_result(client: TestClient) -> None:
    files = [
        ("files", ("../../new.txt", b"date 2024-07-01\n\nThe ferry sank in the storm.", "text/plain")),
        ("files", ("broken.pdf", b"%PDF-1.4 nothing", "application/pdf")),
        ("files", ("empty.txt", b"", "text/plain")),
    ]
    results = client.post("/api/articles", files=files).json()
    assert [item["result"] for item in results] == ["added", "failed", "failed"]
    assert all(item["message"] for item in results[1:])
    again = client.post("/api/articles", files=files[:1]).json()
    assert again[0]["result"] in {"unchanged", "duplicate"}
    assert client.get("/api/status").json()["articles"] == 4


@pytest.mark.parametrize("address", ["/etc/passwd", "file:///etc/passwd", "", "ftp://example.org/x", "https://"])
def test_only_web_addresses_are_added_as_links(client: TestClient, address: str) -> None:
    response = client.post("/api/links", json={"address": address})
    assert response.status_code == 422
    assert "http" in response.json()["detail"]


@pytest.mark.parametrize("follow", [False, True])
def test_a_password_in_an_address_is_not_repeated(client: TestClient, follow: bool) -> None:
    address = "http://ann:quokka@127.0.0.1:1/paper"
    (result,) = client.post("/api/links", json={"address": address, "follow": follow}).json()
    assert (result["name"], result["result"]) == ("http://127.0.0.1:1/paper", "failed")
    assert "quokka" not in result["message"]


def test_an_address_on_this_machine_is_not_fetched(client: TestClient) -> None:
    results = client.post("/api/links", json={"address": "http://127.0.0.1:1/secret"}).json()
    assert results[0]["result"] == "failed"
    assert "not fetched" in results[0]["message"]


def test_the_digest_comes_as_data_and_as_files(client: TestClient) -> None:
    assert [day["date"] for day in client.get("/api/days").json()] == ["2024-06-10", "2024-05-02", "2024-05-01"]
    made = client.get("/api/digest", params={"date": "2024-05-02"}).json()
    assert made["sources"][0]["source"] == "Courier"
    assert client.get("/api/digest/2024-05-02.pdf").content.startswith(b"%PDF")
    page = client.get("/api/digest/2024-05-02.html?download=true")
    assert "attachment" in page.headers["content-disposition"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get("/api/digest/2024-05-02.exe").status_code == 422
    assert client.get("/api/digest/2020-01-01.md").status_code == 404


def test_feedback_is_kept_changed_and_withdrawn(client: TestClient, library: Library) -> None:
    from index.feedback import FeedbackTable

    said = {"id": "a1", "verdict": "down", "reason": "wrong", "note": "Not Monday.", **QUESTION, "article_ids": ["x"]}
    assert client.post("/api/feedback", json=said).status_code == 204
    kept = FeedbackTable(library.archive).all("down")
    assert (kept[0].reason, kept[0].note, kept[0].article_ids) == ("wrong", "Not Monday.", ("x",))
    client.post("/api/feedback", json={**said, "verdict": "up", "reason": ""})
    assert [one.verdict for one in FeedbackTable(library.archive).all()] == ["up"]
    assert client.post("/api/feedback", json={**said, "reason": "ugly"}).status_code == 422
    client.delete("/api/feedback/a1")
    assert FeedbackTable(library.archive).all() == []


def test_the_interface_describes_itself(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert {"/api/ask", "/api/digest", "/api/articles", "/api/articles/{article_id}"} <= set(described["paths"])
    answer = described["components"]["schemas"]["AnswerView"]["properties"]
    assert answer["citations"]["items"]["$ref"].endswith("Evidence")


def test_health_and_figures(client: TestClient) -> None:
    client.post("/api/ask", json=QUESTION)
    assert client.get("/healthz").json()["articles"] == 3
    figures = client.get("/metrics").text
    assert 'briefing_questions_total{outcome="answered"} 1.0' in figures
    assert "briefing_articles 3.0" in figures


# The guard


def test_the_page_runs_only_scripts_with_its_nonce(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    policy = first.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    assert "http" not in policy
    nonce = scripts.split("'nonce-")[1].split("'")[0]
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonce}"')
    assert nonce not in second.headers["content-security-policy"]
    assert "/own/page.css" in first.text


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": "localhost@evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-length": "999999999999"}, 413),
        ({"host": "localhost:7860", "origin": "http://localhost:7860"}, 200),
    ],
)
def test_foreign_hosts_and_origins_are_refused(client: TestClient, header: dict[str, str], status: int) -> None:
    assert client.post("/api/ask", json=QUESTION, headers=header).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://example.org/x",
        "/gradio_api/proxy=http://example.org/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file%3Dhttp%3A//example.org",
        "/gradio_api/upload",
        "/gradio_api/mcp/",
        "/gradio_api/queue/../file=/etc/passwd",
        "/monitoring/summary",
        "/docs",
        "/own/../app.py",
        "/own/login.html",
    ],
)
def test_what_gradio_could_leak_is_not_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert not is_served(path) or path.startswith("/own")


def test_hosts_follow_from_where_it_listens() -> None:
    everywhere = hosts_of("0.0.0.0", ["news.example"])
    get = ("GET", "/api/status")
    assert refusal(*get, {"host": "192.168.1.5:7860"}, everywhere) is None
    assert refusal(*get, {"host": "news.example"}, everywhere) is None
    assert refusal(*get, {"host": "other.example"}, everywhere) is not None
    assert refusal(*get, {"host": "192.168.1.5"}, hosts_of("127.0.0.1", [])) is not None
    assert set(LOOPBACK) <= set(hosts_of("10.0.0.7", [""]) or ())


def test_a_body_of_unknown_length_is_not_read() -> None:
    chunked = {"host": "localhost", "transfer-encoding": "chunked"}
    assert refusal("POST", "/api/articles", chunked, LOOPBACK) == (411, "Say how long the request is (Content-Length).")


def test_each_script_of_a_page_gets_the_nonce() -> None:
    assert with_nonce(b'<script>a</script><script src="b">', "n") == (
        b'<script nonce="n">a</script><script nonce="n" src="b">'
    )


# The login


@pytest.fixture
def locked(library: Library, folder: Path) -> Iterator[TestClient]:
    library.ingest([folder])
    app = application(Assistant(library, judge=FirstSentence()), login=Login("ann", "correct horse"))
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as opened:
        yield opened


def test_nothing_is_told_before_the_login(locked: TestClient) -> None:
    page = {"accept": "text/html"}
    assert locked.get("/", headers=page).headers["location"] == "/login"
    assert "Password" in locked.get("/login", headers=page).text
    for path in ("/api/status", "/api/articles", "/config", "/metrics", "/gradio_api/info", "/own/ask.js"):
        assert locked.get(path).status_code == 401
    assert locked.get("/healthz").status_code == 200


def test_the_right_password_opens_and_leaving_closes(locked: TestClient) -> None:
    page = {"accept": "text/html"}
    wrong = locked.post("/login", data={"username": "ann", "password": "guess"}, headers=page)
    assert wrong.status_code == 401
    assert "not right" in wrong.text
    right = locked.post("/login", data={"username": "ann", "password": "correct horse"}, headers=page)
    assert right.status_code == 303
    assert "httponly" in right.headers["set-cookie"].lower()
    assert "samesite=strict" in right.headers["set-cookie"].lower()
    assert locked.get("/api/status").status_code == 200
    locked.post("/logout")
    assert locked.get("/api/status").status_code == 401


def test_programs_log_in_with_each_request(locked: TestClient) -> None:
    token = base64.b64encode(b"ann:correct horse").decode()
    assert locked.get("/api/status", headers={"authorization": f"Basic {token}"}).status_code == 200
    assert locked.get("/api/status", headers={"authorization": "Basic !!"}).status_code == 401


def test_cookies_end_and_cannot_be_made_up() -> None:
    now = [1_000.0]
    login = Login("ann", "secret", clock=lambda: now[0])
    cookie = login.cookie()
    assert login.knows(cookie)
    until, _, signature = cookie.partition(".")
    assert not login.knows(f"{int(until) + 1}.{signature}")
    assert not Login("ann", "other").knows(cookie)
    assert not login.knows("")
    now[0] = float(until)
    assert not login.knows(cookie)


def test_guessing_is_slowed_down() -> None:
    now = [0.0]
    login = Login("ann", "secret", clock=lambda: now[0])
    assert not any(login.holds("ann", f"guess {number}") for number in range(TRIES))
    assert not login.holds("ann", "secret")
    now[0] = 100.0
    assert login.holds("ann", "secret")


@pytest.mark.parametrize("setting", ["ann", ":x", "ann:"])
def test_a_login_that_makes_no_sense_is_refused(setting: str) -> None:
    from index.errors import InputError

    with pytest.raises(InputError, match="user:password"):
        Login.of(setting)


# What is shown


def shown(text: str, **facts: Any) -> tuple[Answer, Article]:
    article = Article("k", f"Before it. {text} After it.", title="Head", source="Gazette", url="javascript:alert(1)")
    start = article.text.index(text)
    place = (start, start + len(text))
    citation = Citation(1, article.id, "Head", "Gazette", None, article.url, *place, text, Span(start, start + 3))
    return Answer("q", f"{text} [1]", (citation,), **facts), article


def test_a_quotation_keeps_its_neighbours_and_loses_a_bad_link() -> None:
    answer, article = shown("The quoted words.")
    view = answer_view(answer, lambda _: article, "2024").citations[0]
    assert (view.before, view.quotation, view.after) == ("Before it. ", "The quoted words.", " After it.")
    assert view.quotation[view.answer_start : view.answer_end] == "The"
    assert view.url == ""


def test_copies_are_named_with_the_citation() -> None:
    answer, article = shown("The quoted words.")
    answer = replace(answer, citations=(replace(answer.citations[0], also_in=(article.id,)),))
    assert answer_view(answer, lambda _: article, "").citations[0].also_in[0].source == "Gazette"


@pytest.mark.parametrize(
    ("confidence", "refused", "words"),
    [(0.95, False, "Well supported"), (0.7, False, "Likely"), (0.3, False, "Uncertain"), (0.01, True, "")],
)
def test_confidence_is_said_in_words(confidence: float, refused: bool, words: str) -> None:
    answer, article = shown("The quoted words.", confidence=confidence, refused=refused)
    assert answer_view(answer, lambda _: article, "").confidence_words.startswith(words)


def test_chips_say_what_words_were_read_as() -> None:
    may = (dt.date(2024, 5, 1), dt.date(2024, 5, 31))
    constraints = (
        Constraint("filter", "in May 2024", 0, 11, *may),
        Constraint("hint", "May", 0, 3, *may, yearless=True),
        Constraint("filter", "Gazette", 0, 7, source="Gazette"),
    )
    answer = Answer("q", REFUSAL, refused=True, filters=Searched(constraints=constraints))
    labels = [chip.label for chip in answer_view(answer, lambda _: Article("k", ""), "").chips]
    assert labels == ["published May 2024", "preferred May, any year", "outlet: Gazette"]


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2015-05-03", "2015-05-03", "3 May 2015"),
        ("2015-05-01", "2015-05-31", "May 2015"),
        ("2015-09-01", "2015-11-30", "September to November 2015"),
        ("2014-12-01", "2015-02-28", "December 2014 to February 2015"),
        ("2015-01-01", "2015-12-31", "2015"),
        ("2014-01-01", "9999-12-31", "2014 to 9999"),
        ("2015-05-01", "2015-05-30", "1 May 2015 to 30 May 2015"),
        ("2015-05-01", None, "since 1 May 2015"),
        (None, "2015-05-01", "until 1 May 2015"),
        (None, None, "at any time"),
    ],
)
def test_ranges_of_days_are_said_as_people_say_them(since: str | None, until: str | None, words: str) -> None:
    days = [dt.date.fromisoformat(day) if day else None for day in (since, until)]
    assert span_words(*days) == words


def test_years_of_what_was_searched() -> None:
    days = {dt.date(2006, 1, 1): 1, dt.date(2024, 5, 1): 2}
    assert years_of(days) == "2006 to 2024"
    assert years_of(days, since=dt.date(2010, 1, 1)) == "2024"
    assert years_of({}) == ""


# Questions by rule


@pytest.mark.parametrize(
    ("title", "text", "question"),
    [
        ("At least 107 killed in Mecca crane collapse", "", "How many people were killed in the Mecca crane collapse?"),
        ("Greek court rules worship is legal", "The court in Athens.", "What did the Greek court rule?"),
        ("Interview", "Here is Ada Lovelace, founder of the first society of programmers.", "Who is Ada Lovelace?"),
        ("Talks", "The talks stalled last week because nobody came.", "Why did the talks stall?"),
    ],
)
def test_questions_are_made_from_the_articles_own_words(title: str, text: str, question: str) -> None:
    assert question in questions_of(Article("k", text, title=title))


def test_only_questions_that_are_answered_from_the_article_are_offered() -> None:
    first = Article("a", "Here is Ada Lovelace, founder of a society.", title="At least 12 killed in a storm")
    second = Article("b", "Here is Alan Turing, author of many papers.", title="Another")

    def ask(question: str) -> Answer:
        if "Ada" in question:
            return Answer(question, REFUSAL, refused=True)
        cited = first if "killed" in question else second
        citation = Citation(1, cited.id, "", "", None, "", 0, 1, "H")
        return Answer(question, "H [1]", (citation,), confidence=0.9)

    offered = list(answered(interleaved([first, second]), ask, wanted=4, tries=9))
    assert offered == ["How many people were killed in a storm?", "Who is Alan Turing?"]


def test_there_is_always_something_to_ask_next() -> None:
    article = Article("k", "x", source="Gazette", date=dt.date(2024, 5, 1))
    assert list(overview_of([article, replace(article, source="")])) == [
        "What did Gazette report in May 2024?",
        "What was reported in May 2024?",
    ]
    assert list(mentions_of(["It fell near Kursk."], "what fell?")) == ["Which articles mention Kursk?"]


def test_the_page_shows_questions_at_once_and_better_ones_later(client: TestClient) -> None:
    shown = client.get("/api/examples").json()
    assert shown["questions"][0].startswith("What did Gazette report in June 2024?")
    about = {**QUESTION, "article_ids": [client.get("/api/articles").json()["articles"][0]["id"]]}
    assert "What did Gazette report in June 2024?" in client.post("/api/follow-ups", json=about).json()["questions"]


def test_a_follow_up_does_not_ask_for_the_same_again(client: TestClient, library: Library) -> None:
    text = "At least twelve people were killed in a storm."
    article = Article("s", text, title="At least 12 killed in a storm", date=dt.date(2024, 7, 1))
    library.add([article])
    about = {"question": "What did the storm do?", "article_ids": [article.id]}
    question = "How many people were killed in a storm?"
    assert question in client.post("/api/follow-ups", json=about).json()["questions"]
    again = client.post("/api/follow-ups", json={**about, "quotations": [text]}).json()
    assert question not in again["questions"]
