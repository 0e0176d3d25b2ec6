"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class ZammadSettings(ConnectorSettings):
    """Settings of `zammad`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_ZAMMAD_")
    required: ClassVar[tuple[str, ...]] = ("url", "token", "webhook_secret")

    url: Url = Field("", description="Address of Zammad, such as `https://zammad.example`.")
    token: SecretStr = Field(SecretStr(""), description="Access token of an agent, with the right `ticket.agent`.")
    token_file: Path | None = Field(None, description="File that holds the access token.")
    webhook_secret: SecretStr = Field(SecretStr(""), description="HMAC SHA1 signature token of the webhook.")
    webhook_secret_file: Path | None = Field(None, description="File that holds the signature token.")
    rate: int = Field(300, ge=1, description="Requests a minute at most; Zammad itself sets no limit.")
