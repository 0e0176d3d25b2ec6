"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class FreshdeskSettings(ConnectorSettings):
    """Settings of `freshdesk`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_FRESHDESK_")
    required: ClassVar[tuple[str, ...]] = ("url", "api_key", "webhook_secret")

    url: Url = Field("", description="Address of the account, such as `https://acme.freshdesk.com`.")
    api_key: SecretStr = Field(SecretStr(""), description="API key of an agent.")
    api_key_file: Path | None = Field(None, description="File that holds the API key.")
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Secret that the automation rule sends; 20 characters or more, your own choice."
    )
    webhook_secret_file: Path | None = Field(None, description="File that holds the secret.")
    poll_seconds: float = Field(60.0, ge=10, le=3600, description="Seconds between two looks for what no rule told.")
    rate: int = Field(100, ge=1, description="Requests a minute at most; Growth 200, Pro 400, Enterprise 700.")
