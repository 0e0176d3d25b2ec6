"""The right to be forgotten and the right of access: erases a contact everywhere, or gives all that is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session, col, delete, select

from assist.desk.cases import messages_of, restore_json
from assist.desk.intake import began
from assist.desk.persons import (
    ID,
    OWN,
    Found,
    Mention,
    by_ticket,
    contact_of,
    find,
    kinds_of,
    marks_of,
    there,
    values_of,
)
from assist.desk.purging import purge_details, purge_tickets
from assist.errors import Conflict, NotFound
from assist.governance import audit
from assist.governance.erasures import Erasure, Erasures
from assist.helpdesk import Ticket as RawTicket
from assist.redaction.normalise import canonical
from assist.redaction.vault import Vault
from assist.retrieval.index import RecordIndex
from assist.store.database import Database
from assist.store.models import (
    AuditEvent,
    Feedback,
    SentText,
    Suggestion,
    Summary,
    Ticket,
    Triage,
    VaultEntry,
    now,
)
from assist.store.models import Counter as StoredCounter

APPLIED = "erasures"
log = structlog.get_logger(__name__)


@dataclass
class Erased:
    """What went: whole tickets, values in others' tickets, rows by table; `shredded`: nothing is left in the files."""

    tickets: int = 0
    mentions: int = 0
    gone: dict[str, int] = field(default_factory=dict)
    shredded: bool = True


class Eraser:
    """Finds, exports and erases contacts. `relearn` is called when tickets went that triage learned from."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        index: RecordIndex,
        erasures: Erasures,
        relearn: Callable[[], Any],
    ) -> None:
        self._database = database
        self._vault = vault
        self._index = index
        self._erasures = erasures
        self._relearn = relearn

    def find(self, value: str) -> Found:
        """Give where a contact is; raises `NotFound` when nowhere."""
        with self._database.reading() as session:
            found = find(session, self._vault, value)
        if not found.tickets and not found.mentions:
            raise NotFound(
                "nothing is kept of this contact",
                where="contact",
                hint="Try another of their addresses or numbers; spelling does not matter.",
            )
        return found

    def erase(self, value: str, *, everyone: bool = False, actor: str = "cli") -> Erased:
        """Erase a contact: their tickets whole, their values in others' tickets, and every copy made of either.

        Raises `Conflict` when the value (a name, mostly) is of several people, unless `everyone` of them is meant.
        """
        found = self.find(value)
        if found.people > 1 and not everyone:
            raise Conflict(
                f"{found.people} different contacts are found by this",
                where="erase",
                hint="Give an address or a phone number, or say --everyone.",
            )
        # First on the list: killed after this, the next start ends what was begun.
        self._erasures.add(_listed(value, found))
        erased = self._purge(list(found.tickets), found.mentions, actor=actor)
        self._note_applied()
        return erased

    def again(self, *, actor: str = "system", shred: bool = True) -> Erased:
        """Erase everybody on the list once more, as far as they were there before: after a backup was put back.

        `shred`: clean the database's files even when nothing was found.
        """
        listed = {(one.kind, one.mark): one for one in self._erasures.read()}
        if not listed:
            return Erased()
        tickets, mentions = self._listed_again(listed)
        if tickets or mentions:
            erased = self._purge(tickets, mentions, actor=actor)
        else:
            erased = Erased(shredded=self._database.shred(whole=True) if shred else True)
        self._note_applied()
        return erased

    def catch_up(self) -> None:
        """Do `again` if this database has not seen the whole list: it was put back. Called at every start."""
        with self._database.reading() as session:
            seen = session.get(StoredCounter, APPLIED)
        if (seen.value if seen is not None else 0) < len(self._erasures.read()):
            log.warning("erasures are applied again: the database is older than the list")
            self.again()

    def without_erased(self, tickets: Sequence[RawTicket]) -> list[RawTicket]:
        """Leave out tickets of erased contacts from before they were erased, however often a helpdesk gives them."""
        listed = {(one.kind, one.mark): one for one in self._erasures.read()}
        if not listed:
            return list(tickets)
        return [one for one in tickets if not self._is_listed(listed, marks_of(one.contact, one.source), began(one))]

    def export(self, value: str, *, everyone: bool = False, actor: str = "cli") -> dict[str, Any]:
        """Give all that is kept of a contact, with real values; raises as `erase` does."""
        found = self.find(value)
        if found.people > 1 and not everyone:
            raise Conflict(
                f"{found.people} different contacts are found by this",
                where="export",
                hint="Give an address or a phone number, or say --everyone.",
            )
        with self._database.session() as session:
            told = {
                "exported_at": now().isoformat(),
                "tickets": [self._ticket(session, id) for id in found.tickets],
                "mentioned_in_tickets_of_others": [asdict(one) for one in found.mentions],
            }
            marks = [one.mark for one in self._marks(_listed(value, found))]
            audit.note(session, "contact.exported", actor=actor, tickets=len(found.tickets), contact=marks)
        return told

    def _purge(self, tickets: list[int], mentions: list[Mention], *, actor: str) -> Erased:
        with self._database.session() as session:
            purged = [session.get_one(Ticket, id) for id in tickets]
            proof = [f"{ticket.source}/{ticket.external_id}/{ticket.content_hash}" for ticket in purged]
            gone = purge_tickets(session, self._index, purged, identity=True)
            for one in mentions:
                mine = (col(VaultEntry.ticket_id) == one.ticket_id, col(VaultEntry.placeholder) == one.placeholder)
                session.exec(delete(VaultEntry).where(*mine))
                # Whoever holds the opened vault in memory must read it again.
                session.get_one(Ticket, one.ticket_id).version += 1
            rows = purge_details(session, tickets)
            audit.note(
                session,
                "contact.erased",
                actor=actor,
                tickets=len(tickets),
                mentions=len(mentions),
                gone=dict(gone),
                proof=audit.hash_of("\n".join(proof)),
                rows=rows,
            )
        self._index.catch_up()
        if gone["record"] or tickets:
            self._relearn()
        self._index.save()
        return Erased(len(tickets), len(mentions), dict(gone), self._database.shred(whole=True))

    def _listed_again(self, listed: dict[tuple[str, str], Erasure]) -> tuple[list[int], list[Mention]]:
        tickets: list[int] = []
        mentions: list[Mention] = []
        with self._database.reading() as session:
            for ticket_id, rows in by_ticket(session):
                ticket = session.get(Ticket, ticket_id)
                if ticket is None:
                    continue
                contact = contact_of(self._vault, rows)
                own = marks_of(contact, ticket.source) if contact is not None else []
                if self._is_listed(listed, own, ticket.created_at):
                    tickets.append(ticket_id)
                    continue
                mentions += [
                    Mention(ticket_id, row.placeholder)
                    for row, kind, value in values_of(self._vault, rows)
                    if self._is_listed(listed, _in_text(kind, value, ticket.source), ticket.created_at)
                ]
        return tickets, mentions

    def _is_listed(
        self, listed: dict[tuple[str, str], Erasure], pairs: list[tuple[str, str]], began_at: datetime
    ) -> bool:
        marks = ((kind, self._erasures.mark(kind, canonical(kind, value))) for kind, value in pairs)
        found = (listed.get(mark) for mark in marks)
        return any(one is not None and began_at <= one.at for one in found)

    def _marks(self, values: list[tuple[str, str]]) -> list[Erasure]:
        return [Erasure(now(), kind, self._erasures.mark(kind, value)) for kind, value in values]

    def _note_applied(self) -> None:
        with self._database.session() as session:
            counter = session.get(StoredCounter, APPLIED) or StoredCounter(name=APPLIED)
            counter.value = len(self._erasures.read())
            session.add(counter)

    def _ticket(self, session: Session, id: int) -> dict[str, Any]:
        ticket = session.get_one(Ticket, id)
        vault = self._vault.open(session, id)
        summary, triage = session.get(Summary, id), session.get(Triage, id)
        suggestions = session.exec(select(Suggestion).where(Suggestion.ticket_id == id)).all()
        sent = session.exec(select(SentText).where(SentText.ticket_id == id)).all()
        feedback = session.exec(select(Feedback).where(Feedback.ticket_id == id)).all()
        rows = session.exec(select(AuditEvent).where(AuditEvent.ticket_id == id).order_by(col(AuditEvent.seq))).all()
        head = ticket.model_dump(mode="json", exclude={"content_hash", "seq", "version"})
        contact = vault.contact
        return {
            "ticket": restore_json(head, vault),
            "contact": contact.model_dump(mode="json") if contact else None,
            "masked_values": vault.values(),
            "messages": [
                restore_json(message.model_dump(mode="json", exclude={"id", "ticket_id"}), vault)
                for message in messages_of(session, id)
            ],
            "summary": restore_json(summary.content, vault) if summary else None,
            "triage": restore_json(triage.content, vault) if triage else None,
            # Sources are about other people, masked and for staff.
            "drafts": [
                restore_json(one.model_dump(mode="json", exclude={"sources", "user_id"}), vault) for one in suggestions
            ],
            "feedback": [one.model_dump(mode="json", exclude={"user_id"}) for one in feedback],
            "sent_to_models": [one.model_dump(mode="json", exclude={"id", "ticket_id"}) for one in sent],
            "audit": [row.model_dump(mode="json", include={"seq", "at", "action", "detail"}) for row in rows],
        }


def _in_text(kind: str, value: str, source: str) -> list[tuple[str, str]]:
    """Give what a value in a text may be listed as; the id of a contact stands there as the helpdesk has it."""
    return [(kind, value), *([(kind, there(value, source))] if kind == ID else [])]


def _listed(value: str, found: Found) -> list[tuple[str, str]]:
    """Give what goes on the list: what was asked for, and what else is the contact's alone."""
    asked = [(kind, canonical(kind, value)) for kind in kinds_of(value)]
    own = [
        (kind, canonical(kind, held))
        for id, contact in found.tickets.items()
        for kind, held in marks_of(contact, found.sources[id])
        if kind in OWN
    ]
    return list(dict.fromkeys([*asked, *own]))
