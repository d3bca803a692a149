"""Any chat model through LangChain, behind one small wrapper: deadlines, retries, a token budget, no keys in sight."""

from __future__ import annotations

import os
import queue
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.settings import Settings, is_in_environment
from index.errors import InputError, ModelError

DEFAULT_WINDOW = 8_192  # tokens, when neither the settings nor the model's profile say
ANSWER_TOKENS = 700
CHARACTERS_A_TOKEN = 3.0  # on the safe side: English news has about 4.5 a token, other scripts fewer
_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_ATTEMPTS = 4
_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "ollama": "ollama", "google_genai": "google"}
_KEY_NAMES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google_genai": "GOOGLE_API_KEY"}
_ALIASES = {"google": "google_genai", "llama-cpp": "openai", "local": "openai"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: str  # "system" or "user"
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """What `briefing models` says of the configured model."""

    name: str
    url: str
    key: str  # where the key comes from, never the key
    reachable: bool
    took: float  # seconds until the whole short reply was there
    first_token: float | None
    window: int
    problem: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    def lines(self) -> list[str]:
        """What a person is told."""
        where = f" at {host_of(self.url)}" if self.url else ""
        first = f", first words after {self.first_token} s" if self.first_token is not None else ""
        state = f"It answers: {self.took} s{first}." if self.reachable else f"It does not answer. {self.problem}"
        return [f"{self.name}{where}", f"Key: {self.key}. Window: {self.window:,} tokens.", state]


@dataclass(frozen=True)
class ChatModel:
    """A chat model that answers within a deadline or raises ModelError. Safe to use from several threads.

    `deadline` bounds a whole reply, retries included, and `first_token` the wait for its first words; both in seconds.
    Errors never carry what the provider said: that text may hold a key.
    """

    name: str  # "openai:gpt-4o-mini"
    chat: Any = field(repr=False)  # a LangChain BaseChatModel
    window: int = DEFAULT_WINDOW
    deadline: float = 60.0
    first_token: float = 20.0
    url: str = ""
    key: str = "none"

    @property
    def budget(self) -> int:
        """How many characters of prompt fit into the window beside the answer."""
        return int(max(self.window - ANSWER_TOKENS - 200, 256) * CHARACTERS_A_TOKEN)

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply piece by piece. Raises ModelError when the model fails, stalls or breaks off."""
        started = time.monotonic()
        pieces: queue.Queue[str | Exception | None] = queue.Queue()
        stopped = threading.Event()
        threading.Thread(
            target=self._pump, args=([(m.role, m.text) for m in messages], pieces, stopped), daemon=True, name="model"
        ).start()
        waits_for_first = True
        try:
            while True:
                limit = self.first_token if waits_for_first else self.deadline
                left = min(limit, self.deadline) - (time.monotonic() - started)
                piece = self._next(pieces, left)
                if piece is None:
                    return
                waits_for_first = False
                yield piece
        finally:
            stopped.set()

    def complete(self, messages: Sequence[Message], longest: int = 2_000) -> str:
        """The whole reply. Raises ModelError, also when it is longer than `longest` characters."""
        reply = ""
        for piece in self.stream(messages):
            reply += piece
            if len(reply) > longest:
                raise ModelError(f"The language model {self.name} did not stop writing.")
        return reply

    def check(self) -> Status:
        """Ask for one word and say how that went; never raises for a model that fails."""
        started, first, problem = time.monotonic(), None, ""
        try:
            for _ in self.stream([Message("user", "Reply with the word: ready")]):
                first = first if first is not None else time.monotonic() - started
                if time.monotonic() - started > self.deadline / 2:
                    break
        except ModelError as error:
            problem = str(error)
        took = round(time.monotonic() - started, 2)
        reached = first is not None and not problem
        first = round(first, 2) if first is not None else None
        return Status(self.name, self.url, self.key, reached, took, first, self.window, problem)

    def _next(self, pieces: queue.Queue[str | Exception | None], seconds: float) -> str | None:
        try:
            if seconds <= 0:
                raise queue.Empty
            piece = pieces.get(timeout=seconds)
        except queue.Empty:
            raise ModelError(f"The language model {self.name} did not answer in time.") from None
        if isinstance(piece, Exception):
            raise ModelError(f"The language model {self.name} {_cause(piece)}.") from None
        return piece

    def _pump(
        self, messages: list[tuple[str, str]], pieces: queue.Queue[str | Exception | None], stopped: threading.Event
    ) -> None:
        """Runs in its own thread, so that a connection that hangs cannot hold up anybody."""
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay

        sent = False

        def may_retry(error: BaseException) -> bool:
            return not sent and not stopped.is_set() and _status(error) in _RETRIED

        try:
            stop = stop_after_attempt(_ATTEMPTS) | stop_after_delay(self.deadline)
            for attempt in Retrying(retry=retry_if_exception(may_retry), wait=_wait, stop=stop, reraise=True):
                with attempt:
                    for chunk in self.chat.stream(messages):
                        if stopped.is_set():
                            return
                        if text := chunk.text:
                            sent = True
                            pieces.put(str(text))
            pieces.put(None)
        except Exception as error:  # a provider may raise anything; the reader of the queue turns it into ModelError
            pieces.put(error)


def configured(settings: Settings) -> ChatModel | None:
    """The model that the settings name, None when they name none. Raises InputError for a wrong name, key or extra."""
    if not settings.model and not settings.model_url:
        return None
    provider, name = _split(settings.model or "openai:default", bool(settings.model_url))
    key, origin = _key(settings, provider)
    options: dict[str, Any] = {"temperature": 0, "max_retries": 0, "timeout": settings.model_deadline}
    options["num_predict" if provider == "ollama" else "max_tokens"] = ANSWER_TOKENS
    if provider == "ollama":
        options["client_kwargs"] = {"timeout": options.pop("timeout")}
        options.pop("max_retries")
    if settings.model_url:
        options["base_url"] = settings.model_url
    if key or (settings.model_url and provider == "openai"):
        options["api_key"] = key or "none"
    chat = _made(provider, name, options)
    profile = getattr(chat, "profile", None) or {}
    window = settings.model_window or profile.get("max_input_tokens") or DEFAULT_WINDOW
    return ChatModel(
        f"{provider}:{name}",
        chat,
        int(window),
        settings.model_deadline,
        min(settings.model_first_token, settings.model_deadline),
        settings.model_url,
        origin,
    )


def check_configured(settings: Settings) -> Status | None:
    """The state of the configured model; None when there is none. A wrong configuration is a state too."""
    try:
        model = configured(settings)
    except InputError as error:
        return Status(settings.model or "openai", settings.model_url, "none", False, 0.0, None, 0, str(error))
    return model.check() if model else None


def _split(model: str, has_url: bool) -> tuple[str, str]:
    provider, colon, name = model.partition(":")
    if not colon and has_url:
        provider, name = "openai", model
    provider = _ALIASES.get(provider, provider)
    if not name or not provider.replace("_", "").isalnum():
        raise InputError(
            f"BRIEFING_MODEL is {model!r}; write it as provider:name, such as openai:gpt-4o-mini or ollama:llama3.2."
        )
    return provider, name


def _made(provider: str, name: str, options: dict[str, Any]) -> Any:
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(name, model_provider=provider, **options)
    except ImportError:
        extra = _EXTRAS.get(provider)
        package = f"briefing-digest[{extra}]" if extra else f"langchain-{provider.replace('_', '-')}"
        raise InputError(f"The model {provider}:{name} needs one more package: pip install '{package}'") from None
    except Exception as error:  # the text may hold the key, so only its kind is told
        reason = _KEY_NAMES.get(provider)
        hint = f" Is {reason} set?" if reason and not is_in_environment(reason) else ""
        kind = type(error).__name__
        raise InputError(f"The model {provider}:{name} cannot be set up ({kind}).{hint}") from None


def _key(settings: Settings, provider: str) -> tuple[str, str]:
    """The key and where it comes from: a private file, or the provider's own variable, which LangChain reads."""
    if settings.model_key_file is None:
        variable = _KEY_NAMES.get(provider, "")
        return "", f"environment variable {variable}" if variable and is_in_environment(variable) else "none"
    path = Path(settings.model_key_file).expanduser()
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise InputError(f"The key file {path} can be read by others. Run: chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip(), f"file {path}"
    except (OSError, UnicodeError):
        raise InputError(f"The key file {path} cannot be read. Check BRIEFING_MODEL_KEY_FILE.") from None


def _wait(state: Any) -> float:
    """Half a second, doubled each time; or what the server asks for, within reason."""
    error = state.outcome.exception()
    response = getattr(error, "response", None)
    asked = getattr(response, "headers", {}).get("retry-after", "") if response is not None else ""
    own = 0.5 * 2.0 ** (state.attempt_number - 1)
    return min(float(asked), 20.0) if str(asked).replace(".", "", 1).isdigit() else own


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return int(status) if isinstance(status, int) else None


def _cause(error: Exception) -> str:
    """What went wrong, told from the error's kind alone."""
    status, kind = _status(error), type(error).__name__
    if status in (401, 403):
        return f"refused the key ({status})"
    if status == 404:
        return "is not known at its address (404)"
    if status == 429:
        return "is over its limit (429)"
    if status is not None:
        return f"failed with status {status}"
    if "Timeout" in kind:
        return "did not answer in time"
    if "Connect" in kind:
        return "cannot be reached"
    return f"broke off or sent something unreadable ({kind})"


def host_of(url: str) -> str:
    """The host and port of an address, without any credentials in it."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
