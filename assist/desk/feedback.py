"""What agents did with drafts: signals as they happen, and how the text really sent differs from the draft."""

from __future__ import annotations

import re
from typing import Any

from rapidfuzz.distance import Levenshtein
from sqlmodel import Session, col, select

from assist.case import Draft
from assist.errors import InvalidInput, NotFound
from assist.redaction.masker import Masker
from assist.store.database import Database
from assist.store.models import Feedback, Suggestion

# `sent` is missing on purpose: only a reply that was really sent records it.
CLIENT_SIGNALS = ("shown", "opened", "inserted", "copied", "edited", "rejected", "rated", "source_opened")
REASONS = ("wrong", "unsupported", "incomplete", "tone", "language", "too_long", "not_needed", "other")
USED = ("inserted", "copied", "edited")
# Above this share of changed words the reply was written afresh, not edited from the draft.
REWRITTEN = 0.8

_QUOTE = re.compile(r"^\s*>.*$|^\s*On .{5,80} wrote:\s*$|^-{3,} ?Original Message ?-{3,}.*", re.MULTILINE | re.DOTALL)
_SIGNATURE = re.compile(r"^-- ?\n.*", re.MULTILINE | re.DOTALL)


class FeedbackRecorder:
    """Stores signals once each and compares what was sent."""

    def __init__(self, database: Database, masker: Masker) -> None:
        self._database = database
        self._masker = masker

    def record(
        self,
        *,
        id: str,
        suggestion_id: str,
        ticket_id: int,
        user_id: int,
        signal: str,
        reason: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Store one signal; the same `id` again changes nothing.

        Raises `InvalidInput` for an unknown signal or reason and `NotFound` for a suggestion of another ticket.
        """
        if signal not in CLIENT_SIGNALS:
            raise InvalidInput(f"{signal!r} is not a signal", where="feedback", hint=", ".join(CLIENT_SIGNALS))
        if signal == "rejected" and reason not in REASONS:
            raise InvalidInput("a rejection needs a reason", where="feedback", hint=", ".join(REASONS))
        if not re.fullmatch(r"[0-9A-Za-z-]{8,64}", id):
            raise InvalidInput("the id must be 8 to 64 letters, digits or hyphens", where="feedback")
        numbers = {
            key: value
            for key, value in (detail or {}).items()
            if key in {"n", "index", "rating", "ms", "edit_ratio"} and isinstance(value, int | float)
        }
        with self._database.session() as session:
            if session.get(Feedback, id) is not None:
                return
            suggestion = session.get(Suggestion, suggestion_id)
            if suggestion is None or suggestion.ticket_id != ticket_id:
                raise NotFound("there is no such suggestion on this ticket", where="feedback")
            session.add(
                Feedback(
                    id=id,
                    suggestion_id=suggestion_id,
                    ticket_id=ticket_id,
                    user_id=user_id,
                    signal=signal,
                    reason=reason,
                    detail=numbers,
                )
            )

    def compare_sent(
        self, session: Session, *, ticket_id: int, masked_text: str, user_id: int | None, suggestion_id: str | None
    ) -> Feedback | None:
        """Record what became of the draft now that a reply was sent; gives the signal, or `None` without a draft.

        The reply is compared with the draft the agent used: the one named, else the newest that somebody inserted,
        copied or edited. Without use nothing is recorded: a reply that owes nothing to a draft says nothing of it.
        """
        suggestion = session.get(Suggestion, suggestion_id) if suggestion_id else _used(session, ticket_id)
        if suggestion is None or suggestion.ticket_id != ticket_id or not suggestion.drafts:
            return None
        already = session.exec(
            select(Feedback).where(Feedback.suggestion_id == suggestion.id, Feedback.signal == "sent")
        ).first()
        if already is not None:
            return None
        ratio = min(edit_ratio(Draft.model_validate(draft).text, masked_text) for draft in suggestion.drafts)
        feedback = Feedback(
            suggestion_id=suggestion.id,
            ticket_id=ticket_id,
            user_id=user_id,
            signal="sent",
            edit_ratio=ratio,
            detail={"as_is": ratio == 0.0, "rewritten": ratio > REWRITTEN},
        )
        session.add(feedback)
        return feedback


def _used(session: Session, ticket_id: int) -> Suggestion | None:
    return session.exec(
        select(Suggestion)
        .join(Feedback, col(Feedback.suggestion_id) == Suggestion.id)
        .where(Suggestion.ticket_id == ticket_id, col(Feedback.signal).in_(USED))
        .order_by(col(Feedback.created_at).desc())
        .limit(1)
    ).first()


def own_words(text: str) -> str:
    """Drop quoted mail and a signature after `-- `, so that only what the agent wrote is compared."""
    return _SIGNATURE.sub("", _QUOTE.sub("", text)).strip()


def edit_ratio(draft: str, sent: str) -> float:
    """Give the share of words changed, 0 (sent as is) to 1: Levenshtein over words by the longer text's length."""
    return float(Levenshtein.normalized_distance(draft.split(), own_words(sent).split()))
