"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class HelpScoutSettings(ConnectorSettings):
    """Settings of `helpscout`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_HELPSCOUT_")
    required: ClassVar[tuple[str, ...]] = ("app_id", "app_secret", "webhook_secret")

    url: Url = Field("https://api.helpscout.net", description="Address of the API.")
    app_id: str = Field("", description="App ID of the OAuth2 application.")
    app_secret: SecretStr = Field(SecretStr(""), description="App secret of the OAuth2 application.")
    app_secret_file: Path | None = Field(None, description="File that holds the app secret.")
    webhook_secret: SecretStr = Field(SecretStr(""), description="Secret of the webhook.")
    webhook_secret_file: Path | None = Field(None, description="File that holds the webhook's secret.")
    poll_seconds: float = Field(60, ge=10, description="Seconds between two looks for merges and ratings.")
    rate: int = Field(200, ge=1, description="Requests a minute at most; a write counts as two.")
