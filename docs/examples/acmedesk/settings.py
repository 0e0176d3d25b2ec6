"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class AcmeSettings(ConnectorSettings):
    """Settings of `acmedesk`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_ACMEDESK_")
    required: ClassVar[tuple[str, ...]] = ("url", "token", "signing_secret")

    url: Url = Field("", description="Address of Acme Desk.")
    token: SecretStr = Field(SecretStr(""), description="API token.")
    token_file: Path | None = Field(None, description="File that holds the token.")
    signing_secret: SecretStr = Field(SecretStr(""), description="Signing secret of the webhook.")
    signing_secret_file: Path | None = Field(None, description="File that holds the signing secret.")
