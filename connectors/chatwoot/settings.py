"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class ChatwootSettings(ConnectorSettings):
    """Settings of `chatwoot`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_CHATWOOT_")
    required: ClassVar[tuple[str, ...]] = ("url", "account", "token", "webhook_secret")

    url: Url = Field("", description="Address of Chatwoot, such as `https://app.chatwoot.com`.")
    account: int | None = Field(None, ge=1, description="Number of the account, as in the address of its pages.")
    token: SecretStr = Field(SecretStr(""), description="Access token of an agent or administrator.")
    token_file: Path | None = Field(None, description="File that holds the access token.")
    webhook_secret: SecretStr = Field(SecretStr(""), description="Secret of the webhook (Chatwoot 4.11.2 or newer).")
    webhook_secret_file: Path | None = Field(None, description="File that holds the webhook's secret.")
    rate: int = Field(240, ge=1, description="Requests a minute at most; a server's own limiter allows 300 by default.")
