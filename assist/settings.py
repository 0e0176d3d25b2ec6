"""Everything that can be set, from the environment (`ASSIST_…`), a `.env` file, or a secret file.

Each secret can also be given as `<NAME>_FILE`, the path of a file that holds it.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assist.errors import ConfigurationError

_NAMED = re.compile(r"[\w.-]+=")
WEAK_SECRETS = {"", "changeme", "change-me", "secret", "dev", "test", "default", "password"}


class Settings(BaseSettings):
    """The settings of one process; every field is an environment variable `ASSIST_<FIELD IN CAPITALS>`."""

    model_config = SettingsConfigDict(
        env_prefix="ASSIST_", env_file=".env", extra="ignore", frozen=True, validate_default=True
    )

    home: Path = Field(Path(".assist"), description="Folder for the embedded database, index and key files.")
    database_url: str = Field("", description="SQLAlchemy URL. Empty: SQLite in the home folder.")
    database_url_file: Path | None = Field(None, description="File that holds the database's URL.")
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
    bus_url_file: Path | None = Field(None, description="File that holds the bus's URL.")
    queue_url: str = Field("", description="`redis://…` or `postgresql://…`. Empty: SQLite in the home folder.")
    queue_url_file: Path | None = Field(None, description="File that holds the queue's URL.")
    limits_url: str = Field("memory://", description="Where rate limits are counted: `memory://` or `redis://…`.")
    limits_url_file: Path | None = Field(None, description="File that holds the URL of the rate limits.")
    default_limit: str = Field(
        "600/minute",
        description="How often one address may ask for one route that has no limit of its own.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs sessions, tokens and approvals; 32 characters or more."
    )
    secret_key_file: Path | None = Field(None, description="File that holds the secret key.")
    vault_key: SecretStr = Field(SecretStr(""), description="Encrypts the vault: 32 bytes, base64. Empty: a key file.")
    vault_old_keys: SecretStr = Field(
        SecretStr(""), description="Earlier vault keys, comma-separated, that open values until `assist vault rotate`."
    )
    vault_old_keys_file: Path | None = Field(None, description="File that holds earlier vault keys.")
    vault_key_file: Path | None = Field(None, description="Key file of the vault; made with mode 0600 when missing.")
    token_minutes: int = Field(15, ge=1, le=60, description="Minutes a sidebar's bearer token lives.")
    session_hours: int = Field(12, ge=1, le=168, description="Hours a signed-in session lives.")
    oidc_issuer: str = Field(
        "", description="URL of the OpenID Connect provider people sign in with. Empty: local accounts only."
    )
    oidc_client_id: str = Field("", description="What the provider calls this installation.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The client's secret, if the provider wants one.")
    oidc_client_secret_file: Path | None = Field(None, description="File that holds the client's secret.")
    oidc_name: str = Field("Single sign-on", description="What the button on the sign-in page says.")
    oidc_scopes: str = Field("openid email profile", description="Scopes to ask for, `openid` among them.")
    oidc_role_claim: str = Field("groups", description="The claim that tells the role.")
    oidc_roles: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        description="Roles by value of that claim, such as `support-leads=lead,support=agent`. The highest counts; "
        "who has none is refused.",
    )
    oidc_group_claim: str = Field(
        "", description="The claim that tells the groups whose tickets an agent sees. Empty: every group."
    )
    oidc_groups: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        description="Groups by value of that claim, such as `idp-billing=billing`. Empty: its values as they are.",
    )
    local_sign_in: bool = Field(True, description="Let people sign in with a password of this installation.")
    proxies: int = Field(
        0, ge=0, le=5, description="Proxies in front whose `X-Forwarded-For`, `-Proto` and `-Host` are believed."
    )
    async_mode: Literal["threading", "gevent"] = Field("threading", description="How sockets are served.")
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(5000, ge=0, le=65535, description="Port the server listens on; `PORT` works too.")
    frame_ancestors: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Origins that may embed the sidebar, comma-separated; `NAME=ORIGIN` for one installation, which "
        "frames `/sidebar?installation=NAME`.",
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

    @field_validator("oidc_roles", "oidc_groups", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if any(not sign or not name.strip() or not to.strip() for name, sign, to in pairs):
            raise ValueError("give pairs such as support-leads=lead, comma-separated")
        return {name.strip(): to.strip() for name, _, to in pairs}

    @field_validator("oidc_roles")
    @classmethod
    def _known_roles(cls, value: dict[str, str]) -> dict[str, str]:
        if unknown := set(value.values()) - {"agent", "lead", "admin"}:
            raise ValueError(f"{', '.join(sorted(unknown))}: a role is agent, lead or admin")
        return value

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, data: dict[str, object]) -> dict[str, object]:
        for name in (field.removesuffix("_file") for field in cls.model_fields if field.endswith("_file")):
            # The vault reads its key file itself: it makes one when there is none.
            path = data.get(f"{name}_file") if name != "vault_key" else None
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

    def framers(self, installation: str | None) -> list[str]:
        """Give the origins that may embed the sidebar of an installation, or of none in particular."""
        named = [entry.partition("=")[::2] if _NAMED.match(entry) else ("", entry) for entry in self.frame_ancestors]
        return [origin for name, origin in named if name == (installation or "")]

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
        if self.oidc_issuer:
            self._require_safe_oidc()

    def _require_safe_oidc(self) -> None:
        issuer = urlsplit(self.oidc_issuer)
        if issuer.scheme != "https" and issuer.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ConfigurationError(
                "the identity provider is not reached by https", where="ASSIST_OIDC_ISSUER", hint="Give its https URL."
            )
        if not self.oidc_client_id or not self.oidc_roles:
            raise ConfigurationError(
                "signing in elsewhere needs a client id and at least one role",
                where="ASSIST_OIDC_CLIENT_ID, ASSIST_OIDC_ROLES",
                hint="docs/access.md shows a whole set-up.",
            )
