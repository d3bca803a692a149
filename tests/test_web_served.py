"""The web chat as people run it: a process of its own, Gradio's and MCP's own clients, many users, an orderly end."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.extract import Judgement
from benchmarks.web_load import QUESTIONS, Load, ask_once, run_load
from index.library import Library
from index.search import Hit
from tests.conftest import ROOT
from tests.serving import Served, serving
from tests.test_chain import FirstSentence


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


def test_an_mcp_client_calls_every_tool(served: Served) -> None:
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    command = ["-m", "assistant", "--home", str(served.home), "mcp"]
    process = StdioServerParameters(command=sys.executable, args=command, cwd=str(ROOT), env=dict(os.environ))

    async def talk() -> None:
        async with Client(stdio_client(process)) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"ask", "search", "digest", "read_article"}
            assert all(tool.output_schema for tool in tools.values())
            answer = await content(client, "ask", question="How many pilgrims died in the Hajj stampede?")
            first = answer["citations"][0]
            article = await content(client, "read_article", article_id=first["article_id"])
            assert article["text"][first["start"] : first["end"]] == first["quotation"]
            found = await content(client, "search", query="crane in Mecca", limit=2)
            assert len(found["passages"]) == 2
            assert "# " in (await content(client, "digest", date="2015-09-12"))["markdown"]
            wrong = await client.call_tool("read_article", {"article_id": "nothing"})
            assert wrong.is_error
            assert "no article" in wrong.content[0].text

    asyncio.run(talk())


async def content(client: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return dict(result.structured_content)


def test_mcp_over_http_wants_the_token(library: Library, folder: Path) -> None:
    from starlette.testclient import TestClient

    from assistant.chain import Assistant
    from assistant.mcp import application
    from index.errors import InputError

    library.ingest([folder])
    assistant = Assistant(library, judge=FirstSentence())
    with pytest.raises(InputError, match="BRIEFING_MCP_TOKEN"):
        application(assistant, "short")
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    accept = {"accept": "application/json, text/event-stream"}
    with TestClient(application(assistant, "0123456789abcdef"), base_url="http://127.0.0.1:7862") as client:
        assert client.post("/mcp", json=hello, headers=accept).status_code == 401
        assert client.post("/mcp", json=hello, headers={**accept, "authorization": "Bearer no"}).status_code == 401
        let_in = client.post("/mcp", json=hello, headers={**accept, "authorization": "Bearer 0123456789abcdef"})
    assert let_in.status_code == 200
    assert "briefing" in let_in.text


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


class Slow(FirstSentence):
    """Takes its time."""

    def judge(self, question: str, hits: Sequence[Hit]) -> Judgement:
        time.sleep(1.5)
        return super().judge(question, hits)


def test_answers_in_flight_are_finished_when_it_is_told_to_stop(library: Library, folder: Path) -> None:
    """What SIGTERM does to the server, with a judge that takes its time and a page that is still open."""
    import uvicorn

    from assistant.chain import Assistant
    from assistant.web.app import application
    from assistant.web.serve import GRACE, listen, server_of

    library.ingest([folder])
    listener = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = application(Assistant(library, judge=Slow()), warm=False)
    server = server_of(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=GRACE))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    running.start()
    while not server.started:
        time.sleep(0.05)
    heartbeat = urllib.request.urlopen(f"{address}/gradio_api/heartbeat/abc", timeout=60)  # noqa: S310
    results: list[str] = []
    people = [
        threading.Thread(target=lambda: results.append(ask_once(address, "What opened on Monday?"))) for _ in range(3)
    ]
    for person in people:
        person.start()
    while "in_progress 3.0" not in urllib.request.urlopen(f"{address}/metrics", timeout=60).read().decode():  # noqa: S310
        time.sleep(0.05)
    server.should_exit = True  # what the signal's handler does
    for person in people:
        person.join(90)
    running.join(90)
    heartbeat.close()
    assert len(results) == 3
    assert all(results)
    assert not running.is_alive()


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
