"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings


class WebhookSettings(ConnectorSettings):
    """Settings of `webhook`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_WEBHOOK_")
    required: ClassVar[tuple[str, ...]] = ("secret",)

    secret: SecretStr = Field(SecretStr(""), description="`whsec_` and at least 24 random bytes in base64.")
    secret_file: Path | None = Field(None, description="File that holds the secret.")
