"""Events in our own words from any system, signed as the Standard Webhooks specification says."""

from __future__ import annotations

import time
from collections.abc import Mapping

from assist.helpdesk import Connector, TicketEvent
from connectors.signatures import Clock, decode_secret
from connectors.webhook import events
from connectors.webhook.events import NAME, StandardWebhook, sign
from connectors.webhook.settings import WebhookSettings

__all__ = ["WebhookConnector", "connector", "sign"]

LEAST_BYTES = 24


class WebhookConnector(Connector):
    """Verifies and reads events; `clock` gives Unix seconds."""

    name = NAME

    def __init__(self, key: bytes, clock: Clock = time.time) -> None:
        self.scheme = StandardWebhook(key, clock)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless a signature of this body and time is among those given."""
        self.scheme.verify(body, headers)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        """Give the one event that a body holds."""
        return events.parse(body, headers)


def connector() -> Connector | None:
    """Give the connector, or `None` without settings; raises `ConfigurationError` when the secret is too weak."""
    settings = WebhookSettings.configured()
    if settings is None:
        return None
    secret = settings.secret.get_secret_value().removeprefix("whsec_")
    return WebhookConnector(decode_secret(secret, where="ASSIST_WEBHOOK_SECRET", least=LEAST_BYTES))
