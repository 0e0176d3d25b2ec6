"""Approvals against reading speed: counted from the draft's first showing to the last approval of its text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from assist.desk.care import CHARACTERS_A_MINUTE, LEAST
from assist.desk.stats import Filter, Statistics
from assist.store.database import Database
from assist.store.models import Approval, Feedback, Suggestion, Ticket, User, now

LENGTH = 600
READING_S = 60 * LENGTH / CHARACTERS_A_MINUTE


@pytest.fixture
def desk(database: Database) -> Database:
    with database.session() as session:
        for number, (name, group) in enumerate((("Zoe", "returns"), ("Adam", "billing")), start=1):
            session.add(User(email=f"{number}@example.com", name=name, password_hash=""))
            session.add(Ticket(source="s", external_id=str(number), group_name=group))
    return database


def approve(database: Database, user: int, *seconds: float, shown_by: int | None = None, length: int = LENGTH) -> None:
    """Show a draft and approve it after so many seconds, several times for several numbers."""
    began = now() - timedelta(hours=1)
    with database.session() as session:
        suggestion = Suggestion(ticket_id=user, user_id=user, status="done", created_at=began)
        session.add(suggestion)
        session.flush()
        for late in (0, 5):
            session.add(
                Feedback(
                    suggestion_id=suggestion.id,
                    ticket_id=user,
                    user_id=shown_by or user,
                    signal="shown",
                    created_at=began + timedelta(seconds=late),
                )
            )
        for after in seconds:
            at = began + timedelta(seconds=after)
            session.add(
                Approval(
                    ticket_id=user, user_id=user, suggestion_id=suggestion.id, text_hash="x", characters=length,
                    created_at=at, expires_at=at,
                )
            )  # fmt: skip


def care(database: Database, **wanted: Any) -> dict[str, Any]:
    measured: dict[str, Any] = Statistics(database).overview(Filter(**wanted))["care"]
    return measured


def test_share_is_of_approvals_quicker_than_reading(desk: Database) -> None:
    for _ in range(6):
        approve(desk, 1, READING_S - 1)
    for _ in range(6):
        approve(desk, 1, READING_S + 1)
    total = care(desk)["total"]
    assert (total["approvals"], total["quick"]) == (12, 0.5)
    assert total["pace"] == pytest.approx(60 * LENGTH / (READING_S - 1), rel=0.2)


def test_few_approvals_show_no_figure(desk: Database) -> None:
    for _ in range(LEAST - 1):
        approve(desk, 1, 1)
    assert care(desk)["total"] == {"approvals": LEAST - 1, "quick": None, "pace": None}
    approve(desk, 1, 1)
    assert care(desk)["total"]["quick"] == 1.0


def test_last_approval_of_a_draft_counts(desk: Database) -> None:
    for _ in range(LEAST):
        approve(desk, 1, 1, READING_S * 3)
    assert care(desk)["total"] == {"approvals": LEAST, "quick": 0.0, "pace": pytest.approx(CHARACTERS_A_MINUTE / 3)}


def test_draft_that_was_never_shown_to_them_is_not_counted(desk: Database) -> None:
    for _ in range(LEAST):
        approve(desk, 1, 1, shown_by=2)
    assert care(desk)["total"]["approvals"] == 0


def test_teams_and_agents_stand_by_name_not_by_figure(desk: Database) -> None:
    for _ in range(LEAST):
        approve(desk, 1, 1)
        approve(desk, 2, READING_S * 2)
    told = care(desk)
    assert [(row["key"], row["quick"]) for row in told["by_team"]] == [("billing", 0.0), ("returns", 1.0)]
    assert [(row["key"], row["quick"]) for row in told["by_agent"]] == [("Adam", 0.0), ("Zoe", 1.0)]
    assert [row["key"] for row in care(desk, team="billing")["by_team"]] == ["billing"]
