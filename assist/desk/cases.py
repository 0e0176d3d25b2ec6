"""Reads a ticket out of the database in the forms the rest of the desk needs."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from assist.case import Case, CaseMessage, CaseSummary
from assist.desk.accounts import may_see
from assist.desk.screening import is_name
from assist.errors import NotFound
from assist.helpdesk import Author
from assist.redaction.vault import TicketVault, Vault
from assist.store.models import Message, Suggestion, Summary, Ticket, User


def find_ticket(session: Session, *, source: str, external_id: str, user: User) -> Ticket:
    """Give a ticket by the helpdesk's id; raises `NotFound` also when it exists but is not this user's to see."""
    ticket = session.exec(select(Ticket).where(Ticket.source == source, Ticket.external_id == external_id)).first()
    if ticket is None or not may_see(user, ticket):
        raise NotFound(
            f"there is no ticket {external_id!r} here, or it is not yours to see",
            where=source,
            hint="Check the id, or ask a lead for access to its group.",
        )
    return ticket


def messages_of(session: Session, ticket_id: int) -> list[Message]:
    """Give a ticket's messages in order."""
    return list(session.exec(select(Message).where(Message.ticket_id == ticket_id).order_by(col(Message.position))))


def load_case(session: Session, ticket: Ticket, vault: TicketVault) -> Case:
    """Give the masked case that an engine may see."""
    assert ticket.id is not None
    contact: dict[str, list[str]] = {}
    known = {value.casefold() for _, value in vault.contact.known_values()} if vault.contact else set()
    for placeholder, value in vault.values().items():
        if placeholder.startswith("<PERSON_") and not is_name(value):
            # Whoever calls themselves "Maria, Reply-To: …" is not greeted by that.
            continue
        if value.casefold() in known or any(value.casefold() in whole for whole in known):
            contact.setdefault(placeholder.strip("<>").rsplit("_", 1)[0], []).append(placeholder)
    return Case(
        ticket_id=ticket.id,
        subject=ticket.subject,
        brand=ticket.brand,
        language=ticket.language,
        channel=ticket.channel,
        team=ticket.group_name,
        contact=contact,
        messages=[
            CaseMessage(position=m.position, author=Author(m.author), text=m.text, internal=m.internal, at=m.created_at)
            for m in messages_of(session, ticket.id)
        ],
    )


def cached_summary(session: Session, ticket_id: int) -> CaseSummary | None:
    """Give the summary as of the last time one was made."""
    row = session.get(Summary, ticket_id)
    return CaseSummary.model_validate(row.content) if row else None


def latest_suggestion(session: Session, ticket_id: int) -> Suggestion | None:
    """Give the newest suggestion of a ticket that was not thrown away."""
    return session.exec(
        select(Suggestion).where(Suggestion.ticket_id == ticket_id).order_by(col(Suggestion.created_at).desc()).limit(1)
    ).first()


def ticket_json(session: Session, ticket: Ticket, vault: TicketVault) -> dict[str, Any]:
    """Give the head of a ticket as `docs/protocol.md` describes it, with the requester's real name."""
    assert ticket.id is not None
    flags = session.exec(select(Message.internal).where(Message.ticket_id == ticket.id)).all()
    contact = vault.contact
    return {
        "id": ticket.id,
        "source": ticket.source,
        "ticket": ticket.external_id,
        "subject": vault.restore(ticket.subject) if ticket.subject else None,
        "brand": ticket.brand,
        "language": ticket.language,
        "channel": ticket.channel,
        "status": ticket.status,
        "group": ticket.group_name,
        "intent": ticket.intent,
        "priority": ticket.priority,
        "version": ticket.version,
        "messages_total": len(flags),
        "internal_notes": sum(flags),
        "requester": contact.name if contact else None,
    }


def suggestion_json(suggestion: Suggestion, by: str | None = None) -> dict[str, Any]:
    """Give a suggestion as `docs/protocol.md` describes it, masked."""
    return {
        "id": suggestion.id,
        "status": suggestion.status,
        "engine": suggestion.engine,
        "model": suggestion.model,
        "drafts": suggestion.drafts,
        "sources": suggestion.sources,
        "abstained": suggestion.abstained,
        "missing": suggestion.missing,
        "policy": suggestion.policy,
        "notices": suggestion.notices,
        "stale_reason": suggestion.stale_reason,
        "error": suggestion.error,
        "by": by,
        "trigger": suggestion.trigger,
        "first_draft_ms": suggestion.first_draft_ms,
        "total_ms": suggestion.total_ms,
        "tokens_in": suggestion.tokens_in,
        "tokens_out": suggestion.tokens_out,
        "cost": suggestion.cost,
        "prompt_version": suggestion.prompt_version,
    }


def restore_json(value: Any, vault: TicketVault) -> Any:
    """Restore every string inside a JSON value, keys excepted."""
    if isinstance(value, str):
        return vault.restore(value) if "<" in value else value
    if isinstance(value, list):
        return [restore_json(item, vault) for item in value]
    if isinstance(value, dict):
        return {key: restore_json(item, vault) for key, item in value.items()}
    return value


class Vaults:
    """Opens ticket vaults for reading and keeps the last few, because live deltas need them ten times a second."""

    def __init__(self, vault: Vault, keep: int = 512) -> None:
        self._vault = vault
        self._keep = keep
        self._opened: dict[int, tuple[int, TicketVault]] = {}

    def open(self, session: Session, ticket: Ticket) -> TicketVault:
        """Give the vault of a ticket as of the ticket's present version."""
        assert ticket.id is not None
        held = self._opened.get(ticket.id)
        if held is not None and held[0] == ticket.version:
            return held[1]
        opened = self._vault.open(session, ticket.id)
        while len(self._opened) >= self._keep:
            self._opened.pop(next(iter(self._opened)), None)
        self._opened[ticket.id] = (ticket.version, opened)
        return opened
