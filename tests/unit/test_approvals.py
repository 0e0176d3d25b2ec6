"""An approval lets one exact text of one agent for one ticket pass, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assist.errors import Conflict, Forbidden, NotFound
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


RESTRICTED = "You should ask a lawyer."


def ask(approvals: Approvals, database: Database, text: str = RESTRICTED) -> tuple[str | None, Approval]:
    with database.session() as session:
        return approvals.ask(session, user_id=1, ticket_id=1, text=text, needs="legal")


def decide(approvals: Approvals, database: Database, approval: Approval, user_id: int = 2, **more: object) -> None:
    given = {"text_hash": approval.text_hash, "agree": True} | more
    with database.session() as session:
        waiting = approvals.one_waiting(session, approval.id)
        approvals.decide(session, waiting, user_id=user_id, **given)  # type: ignore[arg-type]


def test_restricted_text_gives_a_token_only_after_a_second_person(approvals: Approvals, database: Database) -> None:
    token, approval = ask(approvals, database)
    assert token is None
    assert ask(approvals, database)[1].id == approval.id
    decide(approvals, database, approval)
    token, again = ask(approvals, database)
    assert again.id == approval.id
    assert token is not None
    with database.session() as session:
        reply = approvals.consume(session, token, ticket_id=1, text=RESTRICTED, user_id=1)
    assert (reply.user_id, reply.second_user_id, reply.text) == (1, 2, RESTRICTED)
    with pytest.raises(Conflict), database.session() as session:
        approvals.consume(session, token, ticket_id=1, text=RESTRICTED, user_id=1)


def test_waiting_approval_opens_nothing_even_with_its_seal(approvals: Approvals, database: Database) -> None:
    _, approval = ask(approvals, database)
    with database.session() as session, pytest.raises(Forbidden, match="second person"):
        approvals.consume(session, approvals._token(approval), ticket_id=1, text=RESTRICTED, user_id=1)


def test_nobody_is_their_own_second_person(approvals: Approvals, database: Database) -> None:
    _, approval = ask(approvals, database)
    with pytest.raises(Forbidden, match="own second person"):
        decide(approvals, database, approval, user_id=1)
    # Nor by a hand in the database.
    with database.session() as session:
        session.get_one(Approval, approval.id).second_user_id = 1
    with database.session() as session, pytest.raises(Forbidden, match="second person"):
        approvals.consume(session, approvals._token(approval), ticket_id=1, text=RESTRICTED, user_id=1)


def test_second_person_agrees_to_the_text_they_saw(approvals: Approvals, database: Database) -> None:
    _, approval = ask(approvals, database)
    _, other = ask(approvals, database, "You should sue them, said the lawyer.")
    for wrong in (other.text_hash, "", "0" * 64):
        with pytest.raises(Forbidden, match="not the one you were shown"):
            decide(approvals, database, approval, text_hash=wrong)


def test_refused_text_must_be_asked_for_anew(approvals: Approvals, database: Database) -> None:
    _, approval = ask(approvals, database)
    decide(approvals, database, approval, agree=False)
    token, again = ask(approvals, database)
    assert (token, again.id == approval.id) == (None, False)
    with pytest.raises(NotFound):
        decide(approvals, database, approval)


def test_policy_that_tightened_after_the_approval_holds(approvals: Approvals, database: Database) -> None:
    token = issue(approvals, database)
    with database.session() as session, pytest.raises(Forbidden, match="second person"):
        approvals.consume(session, token, ticket_id=1, text=TEXT, user_id=1, needs="legal")


def test_nobody_can_decide_too_late_and_the_text_goes(approvals: Approvals, database: Database) -> None:
    _, approval = ask(approvals, database)
    with database.session() as session:
        held = session.get_one(Approval, approval.id)
        held.sealed, held.expires_at = b"sealed", now() - timedelta(seconds=1)
    with pytest.raises(NotFound):
        decide(approvals, database, approval)
    with database.session() as session:
        approvals.forget_texts(session)
    with database.reading() as session:
        assert session.get_one(Approval, approval.id).sealed is None
