"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class HubspotSettings(ConnectorSettings):
    """Settings of `hubspot`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_HUBSPOT_")
    required: ClassVar[tuple[str, ...]] = ("token", "client_secret", "webhook_url")

    url: Url = Field("https://api.hubapi.com", description="Address of HubSpot's API.")
    token: SecretStr = Field(SecretStr(""), description="Access token of the app.")
    token_file: Path | None = Field(None, description="File that holds the access token.")
    client_secret: SecretStr = Field(SecretStr(""), description="Client secret of the app, which signs its webhooks.")
    client_secret_file: Path | None = Field(None, description="File that holds the client secret.")
    webhook_url: Url = Field(
        "", description="Target URL of the webhooks, letter by letter as HubSpot has it: it is part of what is signed."
    )
    rate: int = Field(500, ge=1, description="Requests a minute at most; an app has 100 in ten seconds, or 190.")
