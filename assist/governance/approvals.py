"""The human gate: no text reaches a customer unless a named agent approved exactly that text.

An approval is bound to an agent, a ticket and the HMAC of the text; it can be used once, within ten minutes. Of a
restricted subject it opens nothing until a second person has agreed to the same text.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from assist.errors import Conflict, Forbidden, NotFound
from assist.governance.audit import by_user, note
from assist.helpdesk import Approved
from assist.store.models import Approval, now

LIFETIME = timedelta(minutes=10)
# How long a second person may take, and the first one after them: they may have gone on to other tickets.
WAITING = timedelta(hours=24)
AFTER_SECOND = timedelta(hours=1)


class Approvals:
    """Issues, seconds and consumes approvals; `secret` is the server's signing key."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"assist.approvals\0" + secret.encode()).digest()

    def text_hash(self, text: str) -> str:
        """Give the keyed hash of a text; line ends are made alike, nothing else is."""
        return self._mac("text", _plain(text))

    def issue(
        self, session: Session, *, user_id: int, ticket_id: int, text: str, suggestion_id: str | None = None
    ) -> tuple[str, Approval]:
        """Store an approval of `text` and give the token that proves it."""
        approval = self._store(session, user_id, ticket_id, text, suggestion_id, LIFETIME)
        _note(session, "approval.issued", approval)
        return self._token(approval), approval

    def ask(
        self, session: Session, *, user_id: int, ticket_id: int, text: str, needs: str, suggestion_id: str | None = None
    ) -> tuple[str | None, Approval]:
        """Store an approval that waits for a second person, or give the one that waits for this very text already.

        The token is `None` until the second person has agreed.
        """
        held = session.exec(
            _open(select(Approval))
            .where(Approval.user_id == user_id, Approval.ticket_id == ticket_id, Approval.needs == needs)
            .where(Approval.text_hash == self.text_hash(text))
            .where(col(Approval.decided_at).is_(None) | col(Approval.second_user_id).is_not(None))
        ).first()
        if held is None:
            held = self._store(session, user_id, ticket_id, text, suggestion_id, WAITING, needs)
            _note(session, "approval.asked", held, needs=needs)
        return (self._token(held) if held.second_user_id is not None else None), held

    def decide(self, session: Session, approval: Approval, *, user_id: int, text_hash: str, agree: bool) -> None:
        """Record what the second person says to a text; the caller knows that they may say it.

        Raises `Forbidden` when they are the first person too or saw another text, `Conflict` when it was decided.
        """
        if approval.user_id == user_id:
            raise Forbidden("nobody is their own second person", where="approval", hint="Ask a colleague.")
        if not hmac.compare_digest(approval.text_hash, text_hash):
            raise Forbidden("the text is not the one you were shown", where="approval", hint="Read it again.")
        values: dict[str, Any] = {"decided_at": now(), "sealed": None}
        if agree:
            values |= {"second_user_id": user_id, "expires_at": now() + AFTER_SECOND}
        if not _claim(session, approval, col(Approval.decided_at).is_(None), **values):
            raise Conflict("this was decided already, or nobody waits for it any more", where="approval")
        session.refresh(approval)
        _note(session, "approval.seconded" if agree else "approval.refused", approval, actor=user_id)

    def waiting(self, session: Session, ticket_id: int | None = None) -> Sequence[Approval]:
        """Give the approvals that wait for a second person, oldest first: of one ticket, or all."""
        query = _open(select(Approval)).where(col(Approval.needs).is_not(None), col(Approval.decided_at).is_(None))
        if ticket_id is not None:
            query = query.where(Approval.ticket_id == ticket_id)
        found: Sequence[Approval] = session.exec(query.order_by(col(Approval.created_at))).all()
        return found

    def one_waiting(self, session: Session, identifier: str) -> Approval:
        """Give one of them; raises `NotFound`."""
        approval = session.get(Approval, identifier)
        if approval is None or approval.needs is None or approval.decided_at or approval.expires_at <= now():
            raise NotFound("nobody waits for this approval", where="approval")
        return approval

    def forget_texts(self, session: Session) -> None:
        """Take the texts away that nobody decided about in time."""
        late = update(Approval).where(col(Approval.sealed).is_not(None), col(Approval.expires_at) <= now())
        session.execute(late.values(sealed=None))

    def consume(
        self, session: Session, token: str, *, ticket_id: int, text: str, user_id: int, needs: str | None = None
    ) -> Approved:
        """Use an approval up and give the reply that may now be written.

        `needs`: what the policy of this moment restricts the text by. Raises `Forbidden` when the token is forged, of
        another agent or ticket, for another text, or lacks its second person, and `Conflict` when it was used before
        or is too old. The use is undone if the caller's transaction is.
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
        restricted = approval.needs or needs
        if restricted and approval.second_user_id in {None, approval.user_id}:
            raise Forbidden(
                f"a second person must agree first ({restricted})", where="approval", hint="Ask for the approval again."
            )
        if not _claim(session, approval, used_at=now()):
            raise Conflict(
                "this approval was used already or is too old", where="approval", hint="Approve the text again."
            )
        _note(session, "approval.used", approval)
        return Approved(
            id=approval.id,
            ticket_id=ticket_id,
            user_id=user_id,
            second_user_id=approval.second_user_id,
            suggestion_id=approval.suggestion_id,
            text=text,
        )

    def _store(
        self,
        session: Session,
        user_id: int,
        ticket_id: int,
        text: str,
        suggestion_id: str | None,
        lifetime: timedelta,
        needs: str | None = None,
    ) -> Approval:
        approval = Approval(
            ticket_id=ticket_id,
            user_id=user_id,
            suggestion_id=suggestion_id,
            text_hash=self.text_hash(text),
            characters=len(_plain(text)),
            needs=needs,
            expires_at=now() + lifetime,
        )
        session.add(approval)
        session.flush()
        return approval

    def _token(self, approval: Approval) -> str:
        return f"{approval.id}.{self._seal(approval)}"

    def _seal(self, approval: Approval) -> str:
        return self._mac("token", f"{approval.id}|{approval.user_id}|{approval.ticket_id}|{approval.text_hash}")

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _open(query: Any) -> Any:
    return query.where(col(Approval.used_at).is_(None), col(Approval.expires_at) > now())


def _claim(session: Session, approval: Approval, *also: Any, **values: datetime | int | None) -> bool:
    """Change an unused, living approval; of two at once one wins."""
    statement = update(Approval).where(col(Approval.id) == approval.id, col(Approval.used_at).is_(None))
    statement = statement.where(col(Approval.expires_at) > now(), *also).values(**values)
    return cast(CursorResult[Any], session.execute(statement)).rowcount == 1


def _note(session: Session, action: str, approval: Approval, *, actor: int | None = None, **more: Any) -> None:
    note(
        session,
        action,
        actor=by_user(actor or approval.user_id),
        ticket_id=approval.ticket_id,
        approval=approval.id,
        suggestion=approval.suggestion_id,
        text=approval.text_hash,
        **more,
    )
