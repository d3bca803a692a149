"""The web chat as people run it: a process of its own, Gradio's own client, many users, an orderly end."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.web.gate import BUSY
from benchmarks.web_load import QUESTIONS, Load, run_load
from benchmarks.web_stop import stop_under_load
from index.library import Library
from tests.conftest import ROOT
from tests.serving import Served, serving


@pytest.fixture(scope="module")
def served(seeds: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(seeds.home, folder / "home")
    with serving(folder / "home", folder) as server:
        yield server


def test_it_listens_before_its_models_are_loaded(served: Served) -> None:
    health = json.loads(served.get("/healthz"))
    assert health["articles"] == 43
    assert health["models"] in {"loading", "ready"}
    served.wait_for_models()


def test_gradios_own_client_calls_every_endpoint(served: Served) -> None:
    from gradio_client import Client

    client = Client(served.address, verbose=False)
    try:
        named = set(client.view_api(return_format="dict", print_info=False)["named_endpoints"])
        assert named == {"/ask", "/search", "/digest_of_day", "/articles", "/read_article"}
        answer = client.predict("why did the August talks stall?", "", "", None, api_name="/ask")
        assert "Kursk region" in answer["text"]
        assert len(client.predict("crane", 3, api_name="/search")) == 3
        assert client.predict("2015-09-12", api_name="/digest_of_day")["sources"]
        listed = client.predict("2015-09-01", "", 5, api_name="/articles")
        read = client.predict(listed[0]["id"], api_name="/read_article")
        assert read["title"] == listed[0]["title"]
    finally:
        client.close()


def test_many_people_at_once_each_get_their_own_answer(served: Served) -> None:
    """A short sample of `python -m benchmarks.web_load`: every answer belongs to its question."""
    served.wait_for_models()
    report = run_load(Load(served.address, users=10, seconds=6.0, questions=QUESTIONS[:3]))
    assert report.errors == []
    assert report.crossed == []
    assert report.answered >= 10


def test_feedback_is_listed(served: Served) -> None:
    said = {"id": "f1", "verdict": "down", "reason": "out of date", "question": "Who won?"}
    body = json.dumps(said).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{served.address}/api/feedback", body, {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=60).close()  # noqa: S310
    command = [sys.executable, "-m", "assistant", "--home", str(served.home), "feedback"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "down  Who won?  (out of date)" in listed
    as_json = subprocess.run([*command, "--json", "--verdict", "up"], cwd=ROOT, capture_output=True, text=True)
    assert json.loads(as_json.stdout) == []


def test_a_taken_port_is_named(served: Served) -> None:
    port = served.address.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "assistant", "--home", str(served.home), "chat", "--port", port]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Choose another port" in done.stderr


@pytest.fixture
def narrow(seeds: Library, tmp_path: Path) -> Iterator[Served]:
    """One question at a time, seven wait; and time enough on a machine that has much else to do."""
    shutil.copytree(seeds.home, tmp_path / "home")
    settings = {"BRIEFING_AT_ONCE": "1", "BRIEFING_WAITING": "7", "BRIEFING_GRACE": "600"}
    with serving(tmp_path / "home", tmp_path, **settings) as server:
        server.wait_for_models()
        yield server


def test_a_full_queue_sends_away_and_sigterm_loses_nothing(narrow: Served) -> None:
    """The real process, the real signal, a page that is still open."""
    answers = crowd(narrow, 16)
    assert set(answers) == {(200, True), (503, True)}
    assert answers.count((200, True)) >= 8
    heartbeat = urllib.request.urlopen(f"{narrow.address}/gradio_api/heartbeat/abc", timeout=60)  # noqa: S310
    ended = stop_under_load(narrow, 8, QUESTIONS[:3])
    heartbeat.close()
    assert ended.in_flight > 0
    assert (ended.lost, ended.told, ended.whole, ended.code) == ([], 0, 8, 0)


def crowd(server: Served, size: int) -> list[tuple[int, bool]]:
    """So many people ask at once, half of them for a stream: each one's status, and whether the words are right."""
    start, answers = threading.Barrier(size), []

    def ask(stream: bool) -> None:
        body = json.dumps({"question": QUESTIONS[0], "stream": stream}).encode()
        request = urllib.request.Request(  # noqa: S310
            f"{server.address}/api/ask", body, {"Content-Type": "application/json"}
        )
        start.wait()
        try:
            with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
                told = response.read().decode()  # a stream that has begun says in an event that the queue is full
                answers.append((503, True) if BUSY in told else (response.status, "Kursk region" in told))
        except urllib.error.HTTPError as error:
            plain = json.loads(error.read())["detail"] == BUSY and error.headers["retry-after"] == "5"
            answers.append((error.code, plain))

    people = [threading.Thread(target=ask, args=(number % 2 == 0,)) for number in range(size)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return answers


def test_stopped_before_its_models_are_there_it_ends_well(seeds: Library, tmp_path: Path) -> None:
    shutil.copytree(seeds.home, tmp_path / "home")
    with serving(tmp_path / "home", tmp_path) as server:
        assert server.process.poll() is None  # `serving` stops it now, and wants 0 for its exit code


def test_an_open_address_is_warned_about_and_a_login_is_not(library: Library, tmp_path: Path) -> None:
    home = str(library.home)
    empty = tmp_path / "empty"
    assert home != str(empty)
    with serving(empty, tmp_path / "open", "--host", "0.0.0.0") as server:
        assert "there is no login" in server.log.read_text()
        with socket.create_connection(("127.0.0.1", int(server.address.rsplit(":", 1)[1])), timeout=30) as raw:
            raw.sendall(b"GET /api/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            assert b"421" in raw.recv(100)
    with serving(empty, tmp_path / "locked", "--host", "0.0.0.0", BRIEFING_AUTH="ann:secret") as server:
        assert "no login" not in server.log.read_text()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            server.get("/api/status")
