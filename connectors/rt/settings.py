"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class RtSettings(ConnectorSettings):
    """Settings of `rt`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_RT_")
    required: ClassVar[tuple[str, ...]] = ("url", "token")

    url: Url = Field("", description="Address of Request Tracker, such as `https://rt.example`.")
    token: SecretStr = Field(SecretStr(""), description="Authentication token of the user that reads and writes.")
    token_file: Path | None = Field(None, description="File that holds the token.")
    poll_seconds: float = Field(10.0, ge=1, le=3600, description="Seconds between two looks.")
    rate: int = Field(300, ge=1, description="Requests a minute at most.")
