"""Events in our own words from any system, signed as the Standard Webhooks specification says."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assist.errors import ConfigurationError, InvalidInput, NotSignedIn
from assist.helpdesk import Connector, TicketEvent

NAME = "webhook"
# The specification's own window.
WINDOW_S = 300
LEAST_BYTES = 24


class WebhookSettings(BaseSettings):
    """What the connector reads from the environment."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_WEBHOOK_", env_file=".env", extra="ignore")

    secret: SecretStr = Field(SecretStr(""), description="`whsec_` and at least 24 random bytes in base64.")
    secret_file: Path | None = Field(None, description="File that holds the secret.")


class WebhookConnector:
    """Verifies and reads events; `clock` gives Unix seconds."""

    name = NAME

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless a signature of this body and time is among those given."""
        identifier, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        given = headers.get("webhook-signature", "")
        if not identifier or not stamp or not given:
            raise _refusal("webhook-id, webhook-timestamp or webhook-signature is missing")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
            raise _refusal("webhook-timestamp is not a number of seconds")
        if abs(self._clock() - int(stamp)) > WINDOW_S:
            raise _refusal("webhook-timestamp is more than five minutes off", "Check both clocks.")
        right = sign(self._key, identifier, stamp, body).encode()
        # Several signatures are given while a secret is being changed; all are compared, in constant time.
        matches = [hmac.compare_digest(right, one.encode()) for one in given.split()]
        if not any(matches):
            raise _refusal("the signature does not match the body", "Check the secret, and sign the raw bytes.")

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the one event that a body holds."""
        try:
            data = json.loads(body)
        except ValueError as error:
            raise InvalidInput(f"the body is not JSON: {error}", where=NAME) from None
        if isinstance(data, dict):
            source = data.setdefault("source", NAME)
            if isinstance(data.get("ticket"), dict):
                data["ticket"].setdefault("source", source)
        try:
            event = TicketEvent.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "body"
            raise InvalidInput(f"{field}: {first['msg']}", where=NAME, hint="connectors/webhook/README.md") from None
        return [event.model_copy(update={"delivery_id": headers["webhook-id"][:200]})]


def sign(key: bytes, identifier: str, stamp: str, body: bytes) -> str:
    """Give the signature of a body, as the header has it."""
    signed = b".".join([identifier.encode(), stamp.encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def connector() -> Connector | None:
    """Give the connector, or `None` without a secret; raises `ConfigurationError` when it is too weak."""
    settings = WebhookSettings()
    secret = settings.secret.get_secret_value()
    if not secret and settings.secret_file is not None:
        try:
            secret = settings.secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise _unsafe(f"cannot read {settings.secret_file}: {error.strerror}") from error
        if not secret:
            raise _unsafe(f"{settings.secret_file} is empty")
    if not secret:
        return None
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise _unsafe("the secret is not base64") from error
    if len(key) < LEAST_BYTES:
        raise _unsafe(f"the secret has {len(key)} bytes, and needs {LEAST_BYTES}")
    return WebhookConnector(key)


def _refusal(message: str, hint: str = "") -> NotSignedIn:
    return NotSignedIn(message, where=NAME, hint=hint)


def _unsafe(message: str) -> ConfigurationError:
    return ConfigurationError(message, where="ASSIST_WEBHOOK_SECRET", hint="connectors/webhook/README.md says how.")
