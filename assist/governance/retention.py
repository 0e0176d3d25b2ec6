"""How long what is kept."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Retention:
    """Days after which each class of data is purged; 0 keeps it for ever.

    With a ticket goes all that was made of it: texts, vectors, summary, drafts, traces, events, vault entries and the
    payloads of its audit rows. The other classes go earlier than their ticket.
    """

    resolved_tickets: int = 730
    open_tickets: int = 1095
    chatbot_talks: int = 30
    drafts: int = 180
    traces: int = 30
    stream_events: int = 1
    deliveries: int = 30
    audit_payloads: int = 730

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} cannot be negative")
