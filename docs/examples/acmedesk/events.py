"""Reads Acme Desk's webhooks: `{"id": "e1", "type": "case.opened", "case": 7}`."""

from __future__ import annotations

from collections.abc import Mapping

from assist.helpdesk import Author, EventKind, Message, TicketEvent
from connectors.reading import Foreign, Id, event, read
from connectors.signatures import Hmac, Stamp

NAME = "acmedesk"
STATUSES = {"open": "open", "waiting": "pending", "solved": "resolved"}


class Line(Foreign):
    """Something that somebody wrote."""

    id: Id
    text: str
    from_staff: bool = False
    hidden: bool = False


class Delivery(Foreign):
    """One event."""

    id: Id
    type: str
    case: Id
    line: Line | None = None
    status: str | None = None


def scheme(secret: str) -> Hmac:
    """Give how Acme Desk signs: hex of HMAC-SHA256 over Unix seconds, a colon and the body."""
    stamp = Stamp("x-acme-timestamp", "s")
    return Hmac(secret.encode(), "x-acme-signature", stamp=stamp, signed=lambda at, body: at + b":" + body)


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:  # noqa: ARG001
    """Give the event of a delivery."""
    told = read(Delivery, body, where=NAME)
    known = {"source": NAME, "ticket_id": told.case, "delivery_id": told.id}
    if told.type == "case.opened":
        return [event(EventKind.CREATED, **known, partial=True)]
    if told.type == "case.line" and told.line is not None:
        message = message_of(told.line)
        kind = EventKind.AGENT_REPLY if message.author is Author.AGENT else EventKind.CUSTOMER_REPLY
        return [event(EventKind.INTERNAL_NOTE if message.internal else kind, **known, message=message)]
    if told.type == "case.status" and told.status in STATUSES:
        return [event(EventKind.STATUS, **known, status=STATUSES[told.status])]
    return []


def message_of(line: Line) -> Message:
    """Give a line in our words."""
    author = Author.AGENT if line.from_staff else Author.CUSTOMER
    return Message(author=author, text=line.text, id=line.id, internal=line.hidden)
