"""What left this process for a ticket, as it left: kept for whoever wants to see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from assist.case import Source
from assist.desk.cases import load_case
from assist.generation.engine import Ladder
from assist.outgoing import Sent, handling
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import SentText, Suggestion, Ticket


def keep_sent(session: Session, ticket_id: int, sent: Sequence[Sent], suggestion_id: str | None = None) -> None:
    """Store what left on behalf of a ticket; retention purges it with the other traces."""
    session.add_all(
        SentText(
            ticket_id=ticket_id,
            suggestion_id=suggestion_id,
            kind=one.to.kind,
            task=one.task,
            name=one.to.name,
            vendor=one.to.vendor,
            texts=[list(pair) for pair in one.texts],
        )
        for one in sent
    )


class Leaving:
    """Answers what left for a suggestion, or what would."""

    def __init__(self, database: Database, vault: Vault, ladder: Ladder) -> None:
        self._database = database
        self._vault = vault
        self._ladder = ladder

    def of(self, ticket: Ticket, suggestion: Suggestion | None) -> dict[str, Any]:
        """Give `{calls, would}`: what was sent, masked, to whom; and what a model would be sent now.

        `calls` is empty when nothing left, or when retention has purged it. `would` is null where a model was asked.
        """
        assert ticket.id is not None
        with self._database.reading() as session:
            rows = _sent(session, suggestion) if suggestion is not None else []
            case = load_case(session, ticket, self._vault.open(session, ticket.id))
        would = None
        if not any(row.kind == "chat" for row in rows):
            sources = [Source.model_validate(row) for row in (suggestion.sources if suggestion else [])]
            instruction = suggestion.instruction if suggestion else None
            with handling(ticket.id):
                would = _json(self._ladder.preview(case, sources, instruction))
        return {"calls": [_stored(row) for row in rows], "would": would}


def _sent(session: Session, suggestion: Suggestion) -> list[SentText]:
    wanted = (SentText.suggestion_id == suggestion.id, SentText.ticket_id == suggestion.ticket_id)
    return list(session.exec(select(SentText).where(*wanted).order_by(col(SentText.id))))


def _stored(row: SentText) -> dict[str, Any]:
    texts = [{"role": role, "text": text} for role, text in row.texts]
    told = {"kind": row.kind, "task": row.task, "name": row.name, "vendor": row.vendor, "texts": texts}
    return {**told, "at": row.created_at.isoformat()}


def _json(sent: Sent) -> dict[str, Any]:
    texts = [{"role": role, "text": text} for role, text in sent.texts]
    return {"kind": sent.to.kind, "task": sent.task, "name": sent.to.name, "vendor": sent.to.vendor, "texts": texts}
