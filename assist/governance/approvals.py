"""The human gate: no text reaches a customer unless a named agent approved exactly that text.

An approval is bound to an agent, a ticket and the HMAC of the text; it can be used once, within ten minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col

from assist.errors import Conflict, Forbidden
from assist.governance.audit import by_user, note
from assist.store.models import Approval, now

LIFETIME = timedelta(minutes=10)


class Approvals:
    """Issues and consumes approvals; `secret` is the server's signing key."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"assist.approvals\0" + secret.encode()).digest()

    def text_hash(self, text: str) -> str:
        """Give the keyed hash of a text; line ends are made alike, nothing else is."""
        return self._mac("text", text.replace("\r\n", "\n"))

    def issue(
        self, session: Session, *, user_id: int, ticket_id: int, text: str, suggestion_id: str | None = None
    ) -> tuple[str, Approval]:
        """Store an approval of `text` and give the token that proves it."""
        approval = Approval(
            ticket_id=ticket_id,
            user_id=user_id,
            suggestion_id=suggestion_id,
            text_hash=self.text_hash(text),
            expires_at=now() + LIFETIME,
        )
        session.add(approval)
        session.flush()
        _note(session, "approval.issued", approval)
        return f"{approval.id}.{self._seal(approval)}", approval

    def consume(self, session: Session, token: str, *, ticket_id: int, text: str, user_id: int) -> Approval:
        """Use an approval up and give it back.

        Raises `Forbidden` when the token is forged, of another agent or ticket, or for another text, and `Conflict`
        when it was used before or is too old. The use is undone if the caller's transaction is.
        """
        identifier, _, seal = token.partition(".")
        approval = session.get(Approval, identifier)
        if approval is None or not hmac.compare_digest(seal, self._seal(approval)):
            raise Forbidden("this approval is not valid", where="approval", hint="Approve the text again.")
        if approval.ticket_id != ticket_id or approval.user_id != user_id:
            raise Forbidden("this approval is for another ticket or agent", where="approval")
        if not hmac.compare_digest(approval.text_hash, self.text_hash(text)):
            raise Forbidden(
                "the text is not the one that was approved", where="approval", hint="Approve the changed text."
            )
        claimed = cast(
            CursorResult[Any],
            session.execute(
                update(Approval)
                .where(col(Approval.id) == approval.id, col(Approval.used_at).is_(None))
                .where(col(Approval.expires_at) > now())
                .values(used_at=now())
            ),
        )
        if claimed.rowcount != 1:
            raise Conflict(
                "this approval was used already or is too old", where="approval", hint="Approve the text again."
            )
        _note(session, "approval.used", approval)
        return approval

    def _seal(self, approval: Approval) -> str:
        return self._mac("token", f"{approval.id}|{approval.user_id}|{approval.ticket_id}|{approval.text_hash}")

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _note(session: Session, action: str, approval: Approval) -> None:
    note(
        session,
        action,
        actor=by_user(approval.user_id),
        ticket_id=approval.ticket_id,
        approval=approval.id,
        suggestion=approval.suggestion_id,
        text=approval.text_hash,
    )
