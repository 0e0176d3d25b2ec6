"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings, Url


class ZendeskSettings(ConnectorSettings):
    """Settings of `zendesk`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_ZENDESK_")
    required: ClassVar[tuple[str, ...]] = ("url", "user", "token", "signing_secret")

    url: Url = Field("", description="Address of the account, such as `https://acme.zendesk.com`.")
    user: str = Field("", description="E-mail address of the agent to whom the API token belongs.")
    token: SecretStr = Field(SecretStr(""), description="API token.")
    token_file: Path | None = Field(None, description="File that holds the API token.")
    signing_secret: SecretStr = Field(SecretStr(""), description="Signing secret of the webhook.")
    signing_secret_file: Path | None = Field(None, description="File that holds the signing secret.")
    rate: int = Field(200, ge=1, description="Requests a minute at most; Team 200, Professional 400, Enterprise 700.")
