"""`briefing mcp` as programs use it: a process of its own, called with the client of MCP's own SDK."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from index.library import Library
from tests.conftest import ROOT

LETTERS = "0123456789abcdef"
HTTP = ("--http", "--port", "0")


@pytest.fixture(scope="module")
def command(seeds: Library, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """`briefing mcp` over a copy of the sample articles."""
    home = tmp_path_factory.mktemp("mcp") / "home"
    shutil.copytree(seeds.home, home)
    return [sys.executable, "-m", "assistant", "--home", str(home), "mcp"]


def test_a_client_calls_every_tool_over_stdio(command: list[str]) -> None:
    process = StdioServerParameters(command=command[0], args=command[1:], cwd=str(ROOT), env=dict(os.environ))

    async def talk() -> None:
        async with Client(stdio_client(process)) as client:
            await call_every_tool(client)

    asyncio.run(talk())


async def call_every_tool(client: Any) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"ask", "search", "digest", "read_article"}
    assert all(tool.output_schema and tool.annotations.read_only_hint for tool in tools.values())
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


async def content(client: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return dict(result.structured_content)


@pytest.fixture(scope="module")
def offered(command: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `briefing mcp --http`."""
    log = tmp_path_factory.mktemp("http") / "log"
    values = {**os.environ, "BRIEFING_MCP_TOKEN": LETTERS}
    with log.open("w") as stream, subprocess.Popen([*command, *HTTP], cwd=ROOT, stderr=stream, env=values) as process:
        while not (said := re.search(r"http://\S+/mcp", log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield said[0]
        process.terminate()
        assert process.wait(90) == 0, log.read_text()


def test_a_client_calls_every_tool_over_http(offered: str) -> None:
    async def talk() -> None:
        headers = {"Authorization": f"Bearer {LETTERS}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=120) as http,
            Client(streamable_http_client(offered, http_client=http)) as client,
        ):
            await call_every_tool(client)

    asyncio.run(talk())


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer no", f"Bearer {LETTERS}0", f"Basic {LETTERS}", LETTERS])
def test_without_the_token_no_tool_is_even_named(offered: str, sent: str) -> None:
    async def talk() -> None:
        async with httpx2.AsyncClient(headers={"Authorization": sent} if sent else {}) as http:
            refused = await http.post(offered, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
            assert refused.status_code == 401
            assert "Bearer" in refused.text
            assert "read_article" not in refused.text
            with pytest.raises((MCPError, ExceptionGroup)):
                async with Client(streamable_http_client(offered, http_client=http)) as client:
                    await client.list_tools()

    asyncio.run(talk())


def test_a_weak_token_is_refused(command: list[str]) -> None:
    values = {**os.environ, "BRIEFING_MCP_TOKEN": "short"}
    done = subprocess.run([*command, *HTTP], cwd=ROOT, env=values, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "set BRIEFING_MCP_TOKEN" in done.stderr
