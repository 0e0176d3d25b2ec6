"""An approval lets one exact text of one agent for one ticket pass, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assist.errors import Conflict, Forbidden
from assist.governance.approvals import Approvals
from assist.store.database import Database
from assist.store.models import Approval, Ticket, User, now

TEXT = "You will have your refund on Friday."


@pytest.fixture
def approvals(database: Database) -> Approvals:
    with database.session() as session:
        for number in (1, 2):
            session.add(Ticket(source="s", external_id=str(number)))
            session.add(User(email=f"{number}@example.com", name="A", password_hash=""))
    return Approvals("a secret key of at least thirty-two characters")


def issue(approvals: Approvals, database: Database) -> str:
    with database.session() as session:
        return approvals.issue(session, user_id=1, ticket_id=1, text=TEXT)[0]


def test_approved_text_passes_once(approvals: Approvals, database: Database) -> None:
    token = issue(approvals, database)
    with database.session() as session:
        approvals.consume(session, token, ticket_id=1, text=TEXT, user_id=1)
    with pytest.raises(Conflict), database.session() as session:
        approvals.consume(session, token, ticket_id=1, text=TEXT, user_id=1)


@pytest.mark.parametrize(
    ("ticket_id", "user_id", "text"),
    [(2, 1, TEXT), (1, 2, TEXT), (1, 1, TEXT + " "), (1, 1, TEXT.replace("Friday", "Monday")), (1, 1, "")],
)
def test_anything_else_is_refused(
    approvals: Approvals, database: Database, ticket_id: int, user_id: int, text: str
) -> None:
    token = issue(approvals, database)
    with pytest.raises(Forbidden), database.session() as session:
        approvals.consume(session, token, ticket_id=ticket_id, text=text, user_id=user_id)


@pytest.mark.parametrize("forged", ["", ".", "abc.def", "{id}.", "{id}.0000", "{id}"])
def test_forged_token_is_refused(approvals: Approvals, database: Database, forged: str) -> None:
    token = issue(approvals, database)
    with pytest.raises(Forbidden), database.session() as session:
        approvals.consume(session, forged.replace("{id}", token.partition(".")[0]), ticket_id=1, text=TEXT, user_id=1)


def test_old_approval_is_refused(approvals: Approvals, database: Database) -> None:
    token = issue(approvals, database)
    with database.session() as session:
        session.get_one(Approval, token.partition(".")[0]).expires_at = now() - timedelta(seconds=1)
    with pytest.raises(Conflict), database.session() as session:
        approvals.consume(session, token, ticket_id=1, text=TEXT, user_id=1)


def test_use_is_undone_with_the_transaction_that_failed(approvals: Approvals, database: Database) -> None:
    token = issue(approvals, database)
    with pytest.raises(RuntimeError), database.session() as session:
        approvals.consume(session, token, ticket_id=1, text=TEXT, user_id=1)
        raise RuntimeError
    with database.session() as session:
        approvals.consume(session, token, ticket_id=1, text=TEXT, user_id=1)


def test_line_ends_of_windows_are_the_same_text(approvals: Approvals, database: Database) -> None:
    with database.session() as session:
        token, _ = approvals.issue(session, user_id=1, ticket_id=1, text="a\nb")
        approvals.consume(session, token, ticket_id=1, text="a\r\nb", user_id=1)
