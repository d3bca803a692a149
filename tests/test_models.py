"""Which model is configured, with whose key, and what is said when something is wrong."""

import os
from importlib.util import find_spec

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models import ChatModel, Message, check_configured, configured
from assistant.settings import Settings
from index.errors import InputError, ModelError
from tests.scripted_model import KEY, Script, serving


def test_no_model_is_configured_by_default():
    assert configured(Settings()) is None
    assert check_configured(Settings()) is None


@pytest.mark.parametrize("name", ["gpt-4o-mini", "openai:", ":x", "a b:c"])
def test_a_wrong_name_is_explained(name):
    with pytest.raises(InputError, match="write it as provider:name"):
        configured(Settings(model=name))


@pytest.mark.skipif(find_spec("langchain_anthropic") is not None, reason="the package is there")
def test_a_missing_package_is_named():
    with pytest.raises(InputError, match=r"pip install 'briefing-digest\[anthropic\]'"):
        configured(Settings(model="anthropic:claude"))


def test_an_unknown_provider_is_one_plain_message():
    with pytest.raises(InputError, match="cannot be set up"):
        configured(Settings(model="nobody:model"))


def test_a_missing_key_is_named_without_a_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InputError, match="Is OPENAI_API_KEY set"):
        configured(Settings(model="openai:gpt-4o-mini"))


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        configured(Settings(model="openai:x", model_url="http://127.0.0.1:9/v1", model_key_file=key))
    key.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        configured(Settings(model="openai:x", model_url="http://127.0.0.1:9/v1", model_key_file=key))


def test_a_window_is_taken_from_the_settings_the_profile_or_a_default():
    url = "http://127.0.0.1:9/v1"
    assert configured(Settings(model="openai:gpt-4o-mini", model_url=url)).window == 128_000
    assert configured(Settings(model="openai:own-model", model_url=url)).window == 8_192
    assert configured(Settings(model="own-model", model_url=url, model_window=4_096)).window == 4_096


class Raising:
    """A chat whose provider repeats the key in its error."""

    def stream(self, messages):
        yield from ()
        raise ValueError(f"bad key {KEY}")


def test_errors_never_repeat_what_the_provider_said():
    model = ChatModel("openai:x", Raising(), deadline=2, first_token=2)
    with pytest.raises(ModelError) as caught:
        model.complete([Message("user", "hello")])
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "ValueError" in str(caught.value)


def test_retries_wait_as_long_as_the_server_asks():
    with serving({"m": Script(["ready."], status=[429, 429], headers={"Retry-After": "0.3"})}) as server:
        model = configured(Settings(model="openai:m", model_url=server.url))
        assert model.complete([Message("user", "hello")]) == "ready."
        assert server.seen["m"] == 3


def test_a_wrong_request_is_not_repeated():
    with serving({"m": Script(["x"], status=[400] * 5)}) as server:
        model = configured(Settings(model="openai:m", model_url=server.url))
        with pytest.raises(ModelError, match="status 400"):
            model.complete([Message("user", "hello")])
        assert server.seen["m"] == 1


def test_briefing_models_says_what_is_there(monkeypatch):
    runner = CliRunner()
    assert "No language model is configured" in runner.invoke(app, ["models"]).output
    with serving({"m": Script(["ready"])}) as server:
        monkeypatch.setenv("BRIEFING_MODEL", "openai:m")
        monkeypatch.setenv("BRIEFING_MODEL_URL", server.url)
        there = runner.invoke(app, ["models"])
    assert there.exit_code == 0
    assert "It answers" in there.output
    gone = runner.invoke(app, ["models"])
    assert gone.exit_code == 11
    assert "It does not answer" in gone.output
