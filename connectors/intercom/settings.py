"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class IntercomSettings(ConnectorSettings):
    """Settings of `intercom`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_INTERCOM_")
    required: ClassVar[tuple[str, ...]] = ("app_id", "token", "client_secret")

    url: Url = Field(
        "https://api.intercom.io",
        description="Address of the API; Europe `https://api.eu.intercom.io`, Australia `https://api.au.intercom.io`.",
    )
    app_id: str = Field("", description="Workspace ID, such as `ab12cd34`; what another workspace tells is ignored.")
    token: SecretStr = Field(SecretStr(""), description="Access token of the app.")
    token_file: Path | None = Field(None, description="File that holds the access token.")
    client_secret: SecretStr = Field(SecretStr(""), description="Client secret of the app; it signs the webhooks.")
    client_secret_file: Path | None = Field(None, description="File that holds the client secret.")
    rate: int = Field(5000, ge=1, description="Requests a minute at most; an app has 10,000.")
