"""Finds a person in the vault: by address, phone number, name, order or the helpdesk's id, however it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, select

from assist.errors import InvalidInput
from assist.helpdesk import Contact
from assist.redaction.normalise import canonical
from assist.redaction.spans import PLACEHOLDER
from assist.redaction.vault import CONTACT, Vault
from assist.store.models import Ticket, VaultEntry

ID = "ID"
# What belongs to one person alone; a name does not.
OWN = ("EMAIL", "PHONE", ID)
LEAST = 3
BATCH = 1_000


@dataclass(frozen=True)
class Mention:
    """A value in another's ticket: the placeholder that stands for it there."""

    ticket_id: int
    placeholder: str


@dataclass
class Found:
    """Where a person is: tickets that are theirs, with the contact of each, and tickets of others that mention them."""

    tickets: dict[int, Contact] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    # The helpdesk of every ticket: a contact's id is one in its own helpdesk only.
    sources: dict[int, str] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """Count the different contacts among the tickets, by address, else by id, phone number or name."""
        return len({_who(contact, self.sources[id]) for id, contact in self.tickets.items()})


def kinds_of(value: str) -> list[str]:
    """Give what a value may be, by its form; raises `InvalidInput` for one that says too little."""
    value = value.strip()
    if len(value) < LEAST:
        raise InvalidInput(f"{LEAST} characters at least name a contact", where="contact")
    if "@" in value:
        return ["EMAIL"]
    if sum(c.isdigit() for c in value) >= 6 and not any(c.isalpha() for c in value):
        return ["PHONE", "ORDER", ID, "CARD"]
    if any(c.isdigit() for c in value):
        return ["ORDER", ID, "HANDLE", "PHONE"]
    return ["PERSON", ID, "HANDLE"]


def marks_of(contact: Contact, source: str) -> list[tuple[str, str]]:
    """Give the `(kind, value)` pairs that tell who a contact of a helpdesk is."""
    return [*contact.known_values(), *([(ID, there(contact.id, source))] if contact.id else [])]


def there(id: str, source: str) -> str:
    """Give a helpdesk's id so that it is nobody's in another: `zendesk:12`."""
    return f"{source}:{id}"


def find(session: Session, vault: Vault, value: str) -> Found:
    """Look a value up on every ticket: contacts by their record, mentions by the vault's fingerprints.

    What else belongs to the contact alone (addresses, numbers, id) is looked up too: they may write from several.
    An id may be asked for as its helpdesk has it, which finds everybody with that id, or as `zendesk:4711`.
    """
    wanted = {(kind, value.strip()) for kind in kinds_of(value)}
    contacts = {id: contact for id, rows in by_ticket(session) if (contact := contact_of(vault, rows)) is not None}
    found = Found(sources={id or 0: source for id, source in session.exec(select(Ticket.id, Ticket.source))})
    asked = {canonical(ID, one) for kind, one in wanted if kind == ID}
    more = wanted
    while more:
        told = {(kind, canonical(kind, one)) for kind, one in more}
        new = {
            id: contact
            for id, contact in contacts.items()
            if id not in found.tickets
            and (
                told & {(kind, canonical(kind, own)) for kind, own in marks_of(contact, found.sources[id])}
                or (contact.id and canonical(ID, contact.id) in asked)
            )
        }
        found.tickets |= new
        more = {
            pair for id, contact in new.items() for pair in marks_of(contact, found.sources[id]) if pair[0] in OWN
        } - wanted
        wanted |= more
    for ticket_id, rows in by_ticket(session):
        if ticket_id not in found.tickets:
            here = f"{found.sources[ticket_id]}:"
            called = wanted | {(kind, one.removeprefix(here)) for kind, one in wanted if kind == ID}
            marks = {mark for kind, one in called for mark in vault.fingerprints(ticket_id, kind, one)}
            named = [row for row in rows if row.fingerprint in marks]
            if named:
                named += _also_called(vault, rows, contacts.get(ticket_id), found)
            found.mentions += [Mention(ticket_id, row.placeholder) for row in {row.id: row for row in named}.values()]
    return found


def _also_called(vault: Vault, rows: list[VaultEntry], own: Contact | None, found: Found) -> Iterator[VaultEntry]:
    """Yield the names, whole or in part, of a person whose address or number a ticket of another holds."""
    theirs = [set(canonical("PERSON", contact.name or "").split()) for contact in found.tickets.values()]
    held = set(canonical("PERSON", own.name or "").split()) if own is not None else set()
    for row, kind, value in values_of(vault, rows):
        words = set(canonical("PERSON", value).split())
        if kind == "PERSON" and words and not words & held and any(words <= name for name in theirs):
            yield row


def by_ticket(session: Session) -> Iterator[tuple[int, list[VaultEntry]]]:
    """Yield the vault's entries ticket by ticket, a page of them in memory at most."""
    for ticket_id, rows in groupby(_pages(session), key=lambda row: row.ticket_id):
        yield ticket_id, list(rows)


def contact_of(vault: Vault, rows: Iterable[VaultEntry]) -> Contact | None:
    """Give the contact's record among a ticket's entries."""
    record = next((row for row in rows if row.placeholder == CONTACT), None)
    return _contact(vault, record) if record is not None else None


def values_of(vault: Vault, rows: Iterable[VaultEntry]) -> Iterator[tuple[VaultEntry, str, str]]:
    """Yield `(entry, kind, value)` for the masked values among a ticket's entries."""
    for row in rows:
        if match := PLACEHOLDER.fullmatch(row.placeholder):
            yield row, match.group(1), vault.decrypt(row.ticket_id, row.placeholder, row.ciphertext)


def _contact(vault: Vault, row: VaultEntry) -> Contact:
    return Contact.model_validate_json(vault.decrypt(row.ticket_id, row.placeholder, row.ciphertext))


def _pages(session: Session) -> Iterator[VaultEntry]:
    last: tuple[Any, Any] = (-1, -1)
    while True:
        after = (col(VaultEntry.ticket_id) > last[0]) | (
            (col(VaultEntry.ticket_id) == last[0]) & (col(VaultEntry.id) > last[1])
        )
        query = select(VaultEntry).where(after).order_by(col(VaultEntry.ticket_id), col(VaultEntry.id)).limit(BATCH)
        page = session.exec(query).all()
        session.expunge_all()
        yield from page
        if len(page) < BATCH:
            return
        last = (page[-1].ticket_id, page[-1].id)


def _who(contact: Contact, source: str) -> tuple[str, str]:
    own_id = there(contact.id, source) if contact.id else None
    for kind, value in (("EMAIL", contact.email), (ID, own_id), ("PHONE", contact.phone)):
        if value:
            return kind, canonical(kind, value)
    return "PERSON", canonical("PERSON", contact.name or "")
