"""Takes tickets and events in: mask, store, index, tell the open sidebars. The only way into the ticket tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from assist.desk.cases import messages_of
from assist.desk.feedback import FeedbackRecorder
from assist.desk.lifecycle import DELETED, delete, merge, reopens
from assist.desk.live import TicketStream
from assist.desk.purging import PURGED
from assist.desk.screening import as_flags, flag_head, message_findings
from assist.desk.suggest import mark_stale
from assist.errors import Forbidden, InvalidInput, NotFound
from assist.helpdesk import Approved, Author, EventKind, Status, TicketEvent
from assist.helpdesk import Message as RawMessage
from assist.helpdesk import Ticket as RawTicket
from assist.redaction.masker import Masker, MaskItem
from assist.redaction.spans import Span
from assist.redaction.vault import Vault
from assist.retrieval.index import RecordIndex
from assist.store.database import Database
from assist.store.models import Delivery, Message, Ticket, now

Outcome = Literal["created", "updated", "unchanged"]
# The texts of a ticket as the masker takes them, and what it found in each.
Found = tuple[MaskItem, list[list[Span]]]
MAX_TEXT = 100_000
MOST_IDS = 500


@dataclass(frozen=True)
class Stored:
    """What became of one ticket of a batch."""

    ticket_id: int
    outcome: Outcome


class Intake:
    """Stores tickets in batches and events one by one; every text is masked before it touches a table."""

    def __init__(
        self,
        database: Database,
        masker: Masker,
        vault: Vault,
        index: RecordIndex,
        stream: TicketStream,
        feedback: FeedbackRecorder,
        *,
        written: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`written` is called with a ticket's id after an event has brought words of its customer."""
        self._database = database
        self._masker = masker
        self._vault = vault
        self._index = index
        self._stream = stream
        self._feedback = feedback
        self._written = written

    def find(self, tickets: Sequence[RawTicket]) -> list[Found]:
        """Find the personal data of tickets, for `store`; needs no transaction, so it can run ahead of it."""
        items = [mask_item(ticket) for ticket in tickets]
        return list(zip(items, self._masker.find(items), strict=True))

    def store(
        self,
        tickets: Sequence[RawTicket],
        *,
        found: Sequence[Found] | None = None,
        within: Callable[[Session, list[Stored]], None] | None = None,
    ) -> list[Stored]:
        """Create or update tickets, all in one transaction; `within` may add to it (an import's checkpoint).

        A ticket whose content is as before is left alone. Finding personal data (or `found`, where that was done
        already) and encoding happen outside the transaction, so that a large import does not keep live events waiting.
        """
        found = self.find(tickets) if found is None else found
        with self._database.session() as session:
            rows, outcomes = _upsert(session, tickets)
            stored = [Stored(row.id or 0, outcome) for row, outcome in zip(rows, outcomes, strict=True)]
            # All texts first: each write to the vault would send the messages before it to the database one by one.
            writing = [
                (row, ticket, self._masker.apply(session, row.id or 0, *searched))
                for row, ticket, searched, outcome in zip(rows, tickets, found, outcomes, strict=True)
                if outcome != "unchanged"
            ]
            changed = _write_messages(session, writing)
            # Of a ticket that came twice the last one counts.
            last = {row.id: (row, messages) for row, messages in changed}.values()
            self._index.index_tickets(session, [pair for pair in last if _teaches(pair[0])])
            for row, _ in last:
                if not _teaches(row):
                    assert row.id is not None
                    self._index.remove_ticket(session, row.id)
            if within is not None:
                within(session, stored)
        return stored

    def receive(
        self,
        event: TicketEvent,
        *,
        user_id: int | None = None,
        by: str | None = None,
    ) -> int:
        """Apply one event and tell the open sidebars; gives the ticket's id.

        A delivery seen before changes nothing; it counts as seen in the transaction that stores it. The `ticket` that
        an event carries is stored when it is new; of a known one only message and status are taken. `user_id` and `by`
        are known when the event comes from the product's own page: it can be a note, never a reply to the customer,
        which is `reply`'s to write. Raises `NotFound` for an event of an unknown ticket that does not carry it; to
        delete one that is not here gives 0.
        """
        if user_id is not None and event.message is not None and not event.message.internal:
            raise Forbidden("a reply to a customer needs an approval", where="intake", hint="Approve the text first.")
        with self._database.session() as session:
            ticket = _find(session, event.source, event.ticket_id)
            if ticket is not None and _seen(session, event):
                return ticket.id or 0
            if ticket is None and event.kind is EventKind.DELETED:
                return 0
            if ticket is not None:
                _note_delivery(session, event)
                tell = self._apply(session, ticket, event, user_id=user_id, by=by)
        if ticket is None:
            if event.ticket is None:
                raise NotFound(f"there is no ticket {event.ticket_id!r}", where=event.source)
            if (event.ticket.source, event.ticket.id) != (event.source, event.ticket_id):
                raise InvalidInput("the event and its ticket have different ids", where=event.source)
            whole = _with_message(event.ticket, event.message)
            stored = self.store([whole], within=lambda session, _: _note_delivery(session, event))[0].ticket_id
            self._written(stored)
            return stored
        for announce in tell:
            announce()
        assert ticket.id is not None
        if tell and event.message is not None and event.message.author is Author.CUSTOMER:
            self._written(ticket.id)
        return ticket.id

    def reply(
        self,
        consume: Callable[[Session], Approved],
        *,
        by: str,
        resolve: bool = False,
        message_id: str | None = None,
        noted: bool = False,
    ) -> int:
        """Write a reply to the customer; gives the ticket's id.

        `consume` uses an approval up in the transaction of the writing, or refuses by raising. `message_id`: the
        helpdesk's own, where a connector has sent the text, so that its echo is known. `noted`: the private note about
        AI's part becomes one of the helpdesk's own.
        """
        with self._database.session() as session:
            approved = consume(session)
            identifier = message_id or f"approval:{approved.id}"
            ticket = session.get_one(Ticket, approved.ticket_id)
            event = TicketEvent(
                kind=EventKind.AGENT_REPLY,
                source=ticket.source,
                ticket_id=ticket.external_id,
                message=RawMessage(author=Author.AGENT, text=approved.text, name=by, id=identifier),
                status=Status.RESOLVED if resolve else None,
                tags=list(approved.tags),
                note=None if noted else approved.note,
            )
            tell = self._apply(
                session, ticket, event, user_id=approved.user_id, by=by, suggestion_id=approved.suggestion_id
            )
        for announce in tell:
            announce()
        return approved.ticket_id

    def _apply(
        self,
        session: Session,
        ticket: Ticket,
        event: TicketEvent,
        *,
        user_id: int | None,
        by: str | None,
        suggestion_id: str | None = None,
    ) -> list[Callable[[], int]]:
        assert ticket.id is not None
        if event.kind is EventKind.DELETED:
            return [] if ticket.status == DELETED else [delete(session, ticket, self._index, self._stream)]
        payload: dict[str, Any] = {"what": event.kind.value}
        reason: str = event.kind.value
        status = merge(ticket, event) if event.kind is EventKind.MERGED else event.status
        if event.csat is not None:
            ticket.csat = event.csat
        if reopens(ticket, event):
            ticket.reopened = True
            status = status or Status.OPEN
        if event.message is not None:
            message = self._add_message(session, ticket, event.message)
            if message is None:
                return []
            message.extra = {**message.extra, "tags": event.tags} if event.tags else message.extra
            payload |= {"position": message.position, "message": message_json(message)}
            if event.note:
                told = RawMessage(
                    author=Author.SYSTEM, text=event.note, internal=True, id=f"{message.external_id}:note"
                )
                self._add_message(session, ticket, told)
            if message.author == Author.AGENT and not message.internal:
                self._feedback.compare_sent(
                    session,
                    ticket_id=ticket.id,
                    masked_text=message.text,
                    user_id=user_id,
                    suggestion_id=suggestion_id,
                )
        if status is not None and status != ticket.status:
            ticket.status = status.value
            ticket.resolved_at = now() if status is Status.RESOLVED else None
            payload["status"] = ticket.status
            if event.message is None and event.kind not in {EventKind.REOPENED, EventKind.MERGED}:
                payload["what"] = EventKind.STATUS.value
            reason = "resolved" if status is Status.RESOLVED and event.kind is not EventKind.MERGED else reason
        elif event.kind is EventKind.CSAT:
            # A rating changes what the resolution is worth, not the case.
            session.add(ticket)
            session.flush()
            self._reindex(session, ticket)
            return []
        elif event.message is None and event.kind is not EventKind.MERGED:
            return []
        elif ticket.status in {PURGED, DELETED}:
            # Somebody writes again about a ticket of which nothing was kept.
            ticket.status, ticket.resolved_at = Status.OPEN.value, None
        ticket.version += 1
        ticket.updated_at = now()
        session.add(ticket)
        session.flush()
        self._reindex(session, ticket)
        tell = [self._stream.append_in(session, ticket.id, "ticket_updated", payload)]
        for stale in mark_stale(session, ticket.id, reason):
            tell.append(
                self._stream.append_in(
                    session, ticket.id, "suggestion_stale", {"suggestion_id": stale, "reason": reason, "by": by}
                )
            )
        return tell

    def tell_edited(self, session: Session, ticket_id: int) -> list[Callable[[], int]]:
        """Tell the open sidebars, once committed, that a ticket was changed in place; its drafts are stale."""
        payload = {"what": EventKind.EDITED.value}
        tell = [self._stream.append_in(session, ticket_id, "ticket_updated", payload)]
        for stale in mark_stale(session, ticket_id, EventKind.EDITED.value):
            told = {"suggestion_id": stale, "reason": EventKind.EDITED.value, "by": None}
            tell.append(self._stream.append_in(session, ticket_id, "suggestion_stale", told))
        return tell

    def _reindex(self, session: Session, ticket: Ticket) -> None:
        assert ticket.id is not None
        if _teaches(ticket):
            self._index.index_tickets(session, [(ticket, messages_of(session, ticket.id))])
        else:
            self._index.remove_ticket(session, ticket.id)

    def _add_message(self, session: Session, ticket: Ticket, raw: RawMessage) -> Message | None:
        assert ticket.id is not None
        if not raw.text.strip():
            raise InvalidInput("the message is empty", where=ticket.source, hint="Write something.")
        if len(raw.text) > MAX_TEXT:
            raise InvalidInput(f"the message is longer than {MAX_TEXT:,} characters", where=ticket.source)
        known = messages_of(session, ticket.id)
        position = known[-1].position + 1 if known else 1
        external_id = raw.id or f"#{position}"
        if any(message.external_id == external_id for message in known):
            return None
        masked = self._masker.mask(session, ticket.id, [raw.text], authors=[raw.author.value])[0]
        message = _message(ticket.id, position, external_id, raw, masked)
        session.add(message)
        session.flush()
        return message


def message_json(message: Message) -> dict[str, Any]:
    """Give a message as `docs/protocol.md` describes it, masked."""
    return {
        "position": message.position,
        "author": message.author,
        "name": message.extra.get("name"),
        "internal": message.internal,
        "text": message.text,
        "at": message.created_at.isoformat(),
        "flags": message.extra.get("flags", []),
        "attachments": message.extra.get("attachments", []),
        "tags": message.extra.get("tags", []),
    }


def _with_message(ticket: RawTicket, message: RawMessage | None) -> RawTicket:
    """Give the ticket with the event's message, which some helpdesks leave out of the ticket that they send along."""
    if message is None or message in ticket.messages:
        return ticket
    if message.id and any(held.id == message.id for held in ticket.messages):
        return ticket
    return ticket.model_copy(update={"messages": [*ticket.messages, message]})


def _find(session: Session, source: str, external_id: str) -> Ticket | None:
    return session.exec(select(Ticket).where(Ticket.source == source, Ticket.external_id == external_id)).first()


def _teaches(ticket: Ticket) -> bool:
    """Tell whether a ticket shows how a problem was solved; one that went on in another does not."""
    return ticket.status == Status.RESOLVED and ticket.merged_into is None


def _seen(session: Session, event: TicketEvent) -> bool:
    if not event.delivery_id:
        return False
    same = select(Delivery).where(Delivery.source == event.source, Delivery.delivery_id == event.delivery_id)
    return session.exec(same).first() is not None


def _note_delivery(session: Session, event: TicketEvent) -> None:
    if event.delivery_id:
        session.add(Delivery(source=event.source, delivery_id=event.delivery_id))
        session.flush()


def mask_item(ticket: RawTicket) -> MaskItem:
    """Give the texts of a ticket as the masker takes them: the subject, then every message."""
    return MaskItem(
        texts=[ticket.subject or "", *(message.text for message in ticket.messages)],
        contact=ticket.contact,
        authors=["customer", *(message.author.value for message in ticket.messages)],
    )


def _upsert(session: Session, tickets: Sequence[RawTicket]) -> tuple[list[Ticket], list[Outcome]]:
    """Create and update the rows of tickets, with one look-up and one write for all of them."""
    held = _held(session, tickets)
    rows: list[Ticket] = []
    outcomes: list[Outcome] = []
    for raw in tickets:
        digest = hashlib.sha256(raw.model_dump_json().encode()).hexdigest()
        row = held.get((raw.source, raw.id))
        outcome: Outcome = "updated" if row is not None else "created"
        if row is None:
            row = held[raw.source, raw.id] = Ticket(source=raw.source, external_id=raw.id)
        elif row.content_hash == digest:
            outcome = "unchanged"
        if outcome != "unchanged":
            _fill(row, raw, digest)
            session.add(row)
        rows.append(row)
        outcomes.append(outcome)
    session.flush()
    return rows, outcomes


def _held(session: Session, tickets: Sequence[RawTicket]) -> dict[tuple[str, str], Ticket]:
    held: dict[tuple[str, str], Ticket] = {}
    for source in {ticket.source for ticket in tickets}:
        ids = [ticket.id for ticket in tickets if ticket.source == source]
        for start in range(0, len(ids), MOST_IDS):
            wanted = col(Ticket.external_id).in_(ids[start : start + MOST_IDS])
            for row in session.exec(select(Ticket).where(Ticket.source == source, wanted)):
                held[row.source, row.external_id] = row
    return held


def _fill(row: Ticket, raw: RawTicket, digest: str) -> None:
    stamps = _stamps(raw)
    row.brand, row.language, row.channel = raw.brand, raw.language or "en", raw.channel
    row.status, row.group_name, row.intent = raw.status.value, raw.group, raw.intent
    row.priority = raw.priority
    # Ratings and reopenings come as events of their own; a ticket as it stands need not tell of them.
    row.csat, row.reopened = raw.csat if raw.csat is not None else row.csat, raw.reopened or row.reopened
    row.created_at = _begun(raw) or row.created_at
    row.resolved_at = _aware(raw.resolved_at)
    row.updated_at = _aware(max(stamps) if stamps else None) or row.resolved_at or row.created_at
    row.content_hash = digest
    row.version += 1


def began(raw: RawTicket) -> datetime:
    """Give when a ticket began; one that nobody dates begins now."""
    return _begun(raw) or now()


def _begun(raw: RawTicket) -> datetime | None:
    stamps = _stamps(raw)
    return _aware(raw.created_at or (min(stamps) if stamps else None))


def _stamps(raw: RawTicket) -> list[datetime]:
    return [message.at for message in raw.messages if message.at is not None]


def _write_messages(
    session: Session, writing: Sequence[tuple[Ticket, RawTicket, list[str]]]
) -> list[tuple[Ticket, list[Message]]]:
    """Write the masked texts of tickets; messages that are gone go."""
    changed: list[tuple[Ticket, list[Message]]] = []
    for row, raw, (subject, *texts) in writing:
        assert row.id is not None
        row.subject = subject or None
        # A row of version 1 was made just now.
        known = {} if row.version == 1 else {message.external_id: message for message in messages_of(session, row.id)}
        _make_room(session, known, [message.id or f"#{n}" for n, message in enumerate(raw.messages, start=1)])
        kept: list[Message] = []
        for position, (message, text) in enumerate(zip(raw.messages, texts, strict=True), start=1):
            external_id = message.id or f"#{position}"
            fresh = _message(row.id, position, external_id, message, text)
            held = known.pop(external_id, None)
            if held is not None:
                held.position, held.author, held.internal = fresh.position, fresh.author, fresh.internal
                held.text, held.extra = fresh.text, fresh.extra
            kept.append(held or fresh)
        flag_head(kept, row.subject, raw.contact.name)
        for gone in known.values():
            session.delete(gone)
        if row.version > 1:
            session.flush()
        session.add_all(kept)
        changed.append((row, kept))
    session.flush()
    return changed


def _make_room(session: Session, known: dict[str, Message], order: Sequence[str]) -> None:
    """Free the positions of messages that will move or go, so that no two ever stand at the same place."""
    places = {external_id: position for position, external_id in enumerate(order, start=1)}
    moving = [message for id, message in known.items() if places.get(id) != message.position]
    for message in moving:
        message.position = -message.position
    if moving:
        session.flush()


def _message(ticket_id: int, position: int, external_id: str, raw: RawMessage, text: str) -> Message:
    return Message(
        ticket_id=ticket_id,
        position=position,
        external_id=external_id,
        author=raw.author.value,
        internal=raw.internal,
        text=text,
        extra=_extra(raw, text),
        created_at=_aware(raw.at) or now(),
    )


def _extra(raw: RawMessage, masked: str) -> dict[str, Any]:
    """Give the attachments, and a colleague's name or what the input guards say of a customer's masked text."""
    extra: dict[str, Any] = {}
    if raw.attachments:
        extra["attachments"] = [one.model_dump() for one in raw.attachments]
    if raw.author is Author.AGENT and raw.name:
        # Names of colleagues are shown beside their messages; a customer's name stays in the vault.
        extra["name"] = raw.name
    found = as_flags(message_findings(masked)) if raw.author is Author.CUSTOMER else []
    if found:
        extra["flags"] = [flag.model_dump() for flag in found]
    return extra


def _aware(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
