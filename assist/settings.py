"""Everything that can be set, from the environment (`ASSIST_…`), a `.env` file, or a secret file.

Each secret can also be given as `<NAME>_FILE`, the path of a file that holds it.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assist.errors import ConfigurationError

WEAK_SECRETS = {"", "changeme", "change-me", "secret", "dev", "test", "default", "password"}


class Settings(BaseSettings):
    """The settings of one process; every field is an environment variable `ASSIST_<FIELD IN CAPITALS>`."""

    model_config = SettingsConfigDict(
        env_prefix="ASSIST_", env_file=".env", extra="ignore", frozen=True, validate_default=True
    )

    home: Path = Field(Path(".assist"), description="Folder for the embedded database, index and key files.")
    database_url: str = Field("", description="SQLAlchemy URL. Empty: SQLite in the home folder.")
    index_url: str = Field(
        "",
        description="`faiss://PATH` (exact up to 200,000 records, approximate beyond; `?kind=exact` or "
        "`?kind=approximate` says so for any size) or `pgvector://`. Empty: FAISS in the home folder.",
    )
    embedding_model: str = Field("minilm", description="`minilm`, or `openai-compatible:URL#MODEL`.")
    chat_model: str = Field(
        "extractive",
        description="`extractive`, `openai-compatible:URL#MODEL`, `local:/path/model.gguf`, or a hosted model as "
        "`init_chat_model` names it, such as `openai:gpt-5-mini`.",
    )
    chat_api_key: SecretStr = Field(SecretStr(""), description="Key for the chat model, if it wants one.")
    chat_api_key_file: Path | None = Field(None, description="File that holds the chat model's key.")
    chat_deadline_s: float = Field(20.0, gt=0, description="Seconds a model may take before the next engine speaks.")
    chat_price_in: float = Field(0.0, ge=0, description="Price of a million prompt tokens, in cents.")
    chat_price_out: float = Field(0.0, ge=0, description="Price of a million answer tokens, in cents.")
    circuit_failures: int = Field(3, ge=1, description="Failures in a row that open the model's circuit.")
    circuit_reset_s: float = Field(30.0, gt=0, description="Seconds an open circuit waits before it tries again.")
    score_floor: float = Field(0.3, ge=0, le=1, description="Sources that score lower are not used.")
    sources: int = Field(5, ge=1, le=20, description="Sources given to a draft at most.")
    bus_url: str = Field("", description="`redis://…` joins several processes. Empty: this process only.")
    queue_url: str = Field("", description="`redis://…` or `postgresql://…`. Empty: SQLite in the home folder.")
    limits_url: str = Field("memory://", description="Where rate limits are counted: `memory://` or `redis://…`.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs sessions, tokens and approvals; 32 characters or more."
    )
    secret_key_file: Path | None = Field(None, description="File that holds the secret key.")
    vault_key: SecretStr = Field(SecretStr(""), description="Encrypts the vault: 32 bytes, base64. Empty: a key file.")
    vault_key_file: Path | None = Field(None, description="Key file of the vault; made with mode 0600 when missing.")
    token_minutes: int = Field(15, ge=1, le=60, description="Minutes a sidebar's bearer token lives.")
    session_hours: int = Field(12, ge=1, le=168, description="Hours a signed-in session lives.")
    async_mode: Literal["threading", "gevent"] = Field("threading", description="How sockets are served.")
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(5000, ge=0, le=65535, description="Port the server listens on; `PORT` works too.")
    frame_ancestors: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="Origins that may embed the sidebar, comma-separated."
    )
    chat_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="Origins whose pages may use the chatbot, comma-separated."
    )
    disclosure: str = Field(
        "",
        pattern="^$|^.{20,}",
        description="What the chatbot says about itself, on every answer, 20 characters at least. Empty: the policy's "
        "text in the customer's language.",
    )
    locale: str = Field("en", description="Language of pages when neither user nor browser asks: `en` or `de`.")
    auto_suggest: bool = Field(True, description="Start a draft when a ticket is opened, if the policy does too.")
    workers: int = Field(2, ge=1, le=32, description="Worker threads for jobs and suggestions in one process.")
    demo: bool = Field(False, description="Demo accounts and demo data; only on loopback.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe level logged.")
    log_format: Literal["console", "json"] = Field("console", description="Form of log lines.")

    @field_validator("frame_ancestors", "chat_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip().rstrip("/") for part in value.split(",") if part.strip()]
        return value

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, data: dict[str, object]) -> dict[str, object]:
        for name in ("chat_api_key", "secret_key"):
            path = data.get(f"{name}_file")
            if path and not data.get(name):
                try:
                    data[name] = Path(str(path)).read_text(encoding="utf-8").strip()
                except OSError as error:
                    raise ConfigurationError(
                        f"cannot read {path}: {error.strerror}",
                        where=f"ASSIST_{name.upper()}_FILE",
                        hint="Give a readable file, or unset it.",
                    ) from error
        return data

    @model_validator(mode="after")
    def _fill_places(self) -> Self:
        home = self.home.expanduser().absolute()
        fill = object.__setattr__
        fill(self, "home", home)
        fill(self, "database_url", self.database_url or f"sqlite:///{home / 'assist.db'}")
        fill(self, "index_url", self.index_url or f"faiss://{home / 'index'}")
        fill(self, "queue_url", self.queue_url or f"sqlite:///{home / 'queue.db'}")
        fill(self, "vault_key_file", self.vault_key_file or home / "vault.key")
        if self.demo and not self.secret_key.get_secret_value():
            # A demo's sessions need not outlive the process.
            fill(self, "secret_key", SecretStr(secrets.token_urlsafe(48)))
        return self

    @classmethod
    def embedded(cls, home: Path, **chosen: Any) -> Self:
        """Give settings of a throw-away home: the defaults and `chosen`, whatever environment and `.env` say.

        What fills such a home must never reach the databases and servers that the environment names.
        """
        defaults = {name: field.get_default(call_default_factory=True) for name, field in cls.model_fields.items()}
        return cls(**{**defaults, "home": home, **chosen})

    @property
    def loopback(self) -> bool:
        """Tell whether the server can be reached from this machine only."""
        return self.host in {"127.0.0.1", "localhost", "::1"}

    def require_safe_to_serve(self) -> None:
        """Raise `ConfigurationError` when serving with these settings would be unsafe."""
        if self.demo and not self.loopback:
            raise ConfigurationError(
                f"the demo signs anybody in, so it only listens on loopback, not on {self.host}",
                where="ASSIST_HOST",
                hint="Use 127.0.0.1, or leave --demo out and create users with `assist user add`.",
            )
        secret = self.secret_key.get_secret_value()
        if secret.lower() in WEAK_SECRETS or len(secret) < 32:
            raise ConfigurationError(
                "the secret key is empty, a default, or shorter than 32 characters",
                where="ASSIST_SECRET_KEY",
                hint="Set one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
            )
