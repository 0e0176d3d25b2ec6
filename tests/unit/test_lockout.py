"""Guessing gets slower and slower; nobody is kept out of their own account for good."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from assist.desk.accounts import Accounts
from assist.desk.lockout import FREE, LONGEST_WAIT, Lockouts, wait_after
from assist.errors import NotSignedIn, TooManyRequests
from assist.store.database import Database
from assist.store.models import AuditEvent, Lockout, User

EMAIL, GOOD = "ann@example.com", "a long enough password"


@pytest.fixture
def accounts(database: Database) -> Accounts:
    made = Accounts(database)
    made.add(email=EMAIL, name="Ann", password=GOOD, role="agent")
    return made


def guess(accounts: Accounts, times: int, email: str = EMAIL, device: str | None = None) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            accounts.authenticate(email, "wrong", device=device)


def pass_time(database: Database, span: timedelta) -> None:
    with database.session() as session:
        for row in session.exec(select(Lockout)):
            row.until = row.until - span if row.until else None
            row.updated_at -= span


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(failures) for failures in range(1, 200)]
    assert waits[: FREE - 1] == [None] * (FREE - 1)
    assert [wait.total_seconds() for wait in waits[FREE - 1 : FREE + 5] if wait] == [30, 60, 120, 240, 480, 900]
    assert max(wait for wait in waits if wait) == LONGEST_WAIT


def test_account_waits_after_five_failures_even_for_the_right_password(accounts: Accounts, database: Database) -> None:
    guess(accounts, FREE)
    with pytest.raises(TooManyRequests, match="wait"):
        accounts.authenticate(EMAIL, GOOD)
    pass_time(database, timedelta(seconds=31))
    assert accounts.authenticate(EMAIL, GOOD).email == EMAIL
    with database.reading() as session:
        assert session.exec(select(Lockout)).all() == []


def test_wait_outlives_a_restart(accounts: Accounts, database: Database, tmp_path: Path) -> None:
    guess(accounts, FREE)
    again = Database(f"sqlite:///{tmp_path / 'assist.db'}")
    with pytest.raises(TooManyRequests):
        Accounts(again).authenticate(EMAIL, GOOD)
    again.close()


def test_attempts_while_it_waits_do_not_make_it_longer(accounts: Accounts, database: Database) -> None:
    guess(accounts, FREE)
    for _ in range(50):
        with pytest.raises(TooManyRequests):
            accounts.authenticate(EMAIL, "wrong")
    pass_time(database, timedelta(seconds=31))
    assert accounts.authenticate(EMAIL, GOOD)


def test_owner_on_a_known_device_is_not_kept_out_by_others(accounts: Accounts) -> None:
    guess(accounts, FREE)
    assert accounts.authenticate(EMAIL, GOOD, device="their own browser")
    guess(accounts, FREE, device="their own browser")
    with pytest.raises(TooManyRequests):
        accounts.authenticate(EMAIL, GOOD, device="their own browser")


def test_unknown_address_waits_alike(accounts: Accounts) -> None:
    guess(accounts, FREE, email="nobody@example.com")
    with pytest.raises(TooManyRequests):
        accounts.authenticate("nobody@example.com", GOOD)


def test_many_attempts_at_once_gain_nothing(accounts: Accounts, database: Database) -> None:
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            Lockouts(database).attempt(EMAIL)
            outcomes.append("looked at")
        except TooManyRequests:
            outcomes.append("waits")

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("looked at") == FREE


def test_day_old_failures_are_forgotten(accounts: Accounts, database: Database) -> None:
    guess(accounts, FREE)
    pass_time(database, timedelta(hours=25))
    guess(accounts, FREE - 1)
    assert accounts.authenticate(EMAIL, GOOD)
    guess(accounts, 1)
    pass_time(database, timedelta(hours=25))
    accounts.forget_failures()
    with database.reading() as session:
        assert session.exec(select(Lockout)).all() == []


def test_table_and_audit_tell_no_address(accounts: Accounts, database: Database) -> None:
    guess(accounts, FREE)
    with database.reading() as session:
        told = [row.model_dump_json() for row in session.exec(select(Lockout))]
        rows = session.exec(select(AuditEvent).where(AuditEvent.action == "user.locked")).all()
    assert len(rows) == 1
    assert rows[0].detail == {"user": 1, "seconds": 30}
    assert all("ann" not in one and "example" not in one for one in told)


def test_new_password_by_an_admin_ends_the_wait(accounts: Accounts) -> None:
    guess(accounts, FREE)
    accounts.set_password(EMAIL, "another good password")
    assert accounts.authenticate(EMAIL, "another good password")


def test_password_change_needs_the_old_one_and_ends_other_sessions(accounts: Accounts, database: Database) -> None:
    from assist.errors import Forbidden

    user = accounts.find(EMAIL)
    assert user.id is not None
    with pytest.raises(Forbidden):
        accounts.change_password(user.id, old="wrong", new="another good password")
    changed = accounts.change_password(user.id, old=GOOD, new="another good password")
    assert changed.session_version > user.session_version
    with pytest.raises(NotSignedIn):
        accounts.authenticate(EMAIL, GOOD)


def test_change_of_rights_ends_the_sessions(accounts: Accounts, database: Database) -> None:
    before = accounts.find(EMAIL).session_version
    assert accounts.change(EMAIL, role="lead").session_version == before + 1
    accounts.change(EMAIL, active=False)
    with database.reading() as session:
        actions = [row.action for row in session.exec(select(AuditEvent).order_by(AuditEvent.seq))]  # type: ignore[arg-type]
        assert session.get_one(User, 1).active is False
    assert actions == ["user.added", "user.changed", "user.revoked", "user.changed", "user.revoked"]
