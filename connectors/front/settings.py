"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class FrontSettings(ConnectorSettings):
    """Settings of `front`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_FRONT_")
    required: ClassVar[tuple[str, ...]] = ("token", "signing_key")

    url: Url = Field("https://api2.frontapp.com", description="Address of the API.")
    token: SecretStr = Field(SecretStr(""), description="API token.")
    token_file: Path | None = Field(None, description="File that holds the API token.")
    signing_key: SecretStr = Field(SecretStr(""), description="Signing key of the app that has the webhook.")
    signing_key_file: Path | None = Field(None, description="File that holds the signing key.")
    poll_seconds: float = Field(60, ge=10, description="Seconds between two looks for what no webhook tells.")
    rate: int = Field(50, ge=1, description="Requests a minute at most; Starter 50, Professional 100, Enterprise 200.")
