"""Writes engine calls into the ledger."""

from __future__ import annotations

from sqlmodel import Session

from assist.generation.engine import CallRecord
from assist.store.models import ModelCall


def enter(
    session: Session,
    call: CallRecord,
    *,
    ticket_id: int | None = None,
    team: str | None = None,
    suggestion_id: str | None = None,
) -> None:
    """Enter a call that is not in the ledger yet; a model's is, from before it was made."""
    if not call.entered:
        session.add(ModelCall(suggestion_id=suggestion_id, ticket_id=ticket_id, team=team, **call.ledger()))
