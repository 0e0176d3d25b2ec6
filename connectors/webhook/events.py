"""Verifies deliveries as the Standard Webhooks specification says, and reads events in our own words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from uuid import uuid4

from assist.errors import InvalidInput, NotSignedIn
from assist.helpdesk import TicketEvent
from connectors.reading import read
from connectors.signatures import WINDOW_S, Clock

NAME = "webhook"


class StandardWebhook:
    """The signature scheme; several signatures may be given while a secret is being changed."""

    covers_body = True

    def __init__(self, key: bytes, clock: Clock = time.time) -> None:
        self._key = key
        self._clock = clock

    def sign(self, body: bytes, at: float | None = None) -> dict[str, str]:
        """Give the headers that prove a body now, or at another time."""
        identifier, stamp = f"msg_{uuid4().hex}", str(int(self._clock() if at is None else at))
        signature = sign(self._key, identifier, stamp, body)
        return {"webhook-id": identifier, "webhook-timestamp": stamp, "webhook-signature": signature}

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless a signature of this body and time is among those given."""
        identifier, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        given = headers.get("webhook-signature", "")
        if not identifier or not stamp or not given:
            raise _refusal("webhook-id, webhook-timestamp or webhook-signature is missing")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
            raise _refusal("webhook-timestamp is not a number of seconds")
        # Five minutes are the specification's own window.
        if abs(self._clock() - int(stamp)) > WINDOW_S:
            raise _refusal("webhook-timestamp is more than five minutes off", "Check both clocks.")
        right = sign(self._key, identifier, stamp, body).encode()
        matches = [hmac.compare_digest(right, one.encode()) for one in given.split()]
        if not any(matches):
            raise _refusal("the signature does not match the body", "Check the secret, and sign the raw bytes.")


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
    """Give the one event that a body holds."""
    return [
        read(TicketEvent, _sourced(body), where=NAME).model_copy(update={"delivery_id": headers["webhook-id"][:200]})
    ]


def sign(key: bytes, identifier: str, stamp: str, body: bytes) -> str:
    """Give the signature of a body, as the header has it."""
    signed = b".".join([identifier.encode(), stamp.encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _sourced(body: bytes) -> bytes:
    """Say where an event comes from when it does not say so itself."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the body is not JSON ({type(error).__name__})", where=NAME) from None
    if isinstance(data, dict):
        source = data.setdefault("source", NAME)
        if isinstance(data.get("ticket"), dict):
            data["ticket"].setdefault("source", source)
    return json.dumps(data).encode()


def _refusal(message: str, hint: str = "") -> NotSignedIn:
    return NotSignedIn(message, where=NAME, hint=hint)
