"""What the connector reads from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from connectors.reading import ConnectorSettings

Security = Literal["tls", "starttls", "none"]


class EmailSettings(ConnectorSettings):
    """Settings of `email`."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_EMAIL_")
    required: ClassVar[tuple[str, ...]] = ("address", "imap_host", "user", "password")

    address: str = Field("", description="The mailbox's own address, such as `help@acme.example`.")
    imap_host: str = Field("", description="Name of the IMAP server.")
    imap_port: int = Field(993, ge=1, le=65535, description="Port of the IMAP server.")
    imap_security: Security = Field("tls", description="`tls`, `starttls`, or `none` on this machine only.")
    user: str = Field("", description="Name to sign in with, at both servers.")
    password: SecretStr = Field(SecretStr(""), description="Password, at both servers.")
    password_file: Path | None = Field(None, description="File that holds the password.")
    folder: str = Field("INBOX", description="Folder that customers' mail comes to.")
    sent_folder: str = Field("", description="Folder of sent mail; read for agents' replies, and ours are put there.")
    drafts_folder: str = Field("", description="Folder for drafts. Empty: none are written.")
    smtp_host: str = Field("", description="Name of the SMTP server. Empty: nothing is sent.")
    smtp_port: int = Field(465, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_security: Security = Field("tls", description="`tls`, `starttls`, or `none` on this machine only.")
    poll_seconds: float = Field(60.0, ge=1, le=1500, description="Seconds after which it looks without a push, too.")
