"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class GorgiasSettings(ConnectorSettings):
    """Settings of `gorgias`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_GORGIAS_")
    required: ClassVar[tuple[str, ...]] = ("url", "user", "api_key", "webhook_secret")

    url: Url = Field("", description="Address of the account, such as `https://acme.gorgias.com`.")
    user: str = Field("", description="E-mail address of the user to whom the API key belongs.")
    api_key: SecretStr = Field(SecretStr(""), description="API key.")
    api_key_file: Path | None = Field(None, description="File that holds the API key.")
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Secret that the HTTP integration sends; 20 characters or more, your own choice."
    )
    webhook_secret_file: Path | None = Field(None, description="File that holds the secret.")
    poll_seconds: float = Field(60.0, ge=10, le=3600, description="Seconds between two looks for what nobody told.")
    rate: int = Field(100, ge=1, description="Requests a minute at most; an API key has 40 in twenty seconds.")
