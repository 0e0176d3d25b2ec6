"""Accounts and rights."""

from __future__ import annotations

import pytest

from assist.desk.accounts import Accounts, may_see
from assist.errors import Conflict, InvalidInput, NotSignedIn
from assist.store.database import Database
from assist.store.models import Ticket, User

GOOD = "a long enough password"


def test_password_opens_the_account_and_is_not_stored(database: Database) -> None:
    accounts = Accounts(database)
    user = accounts.add(email="Ann@Example.com", name="Ann", password=GOOD, role="agent")
    assert GOOD not in user.password_hash
    assert user.password_hash.startswith("$argon2id$")
    assert accounts.authenticate("ann@example.COM ", GOOD).id == user.id


@pytest.mark.parametrize(("email", "password"), [("ann@example.com", "wrong"), ("nobody@example.com", GOOD)])
def test_wrong_credentials_do_not_say_which_part_is_wrong(database: Database, email: str, password: str) -> None:
    accounts = Accounts(database)
    accounts.add(email="ann@example.com", name="Ann", password=GOOD, role="agent")
    with pytest.raises(NotSignedIn, match="e-mail or password is wrong"):
        accounts.authenticate(email, password)


def test_inactive_account_is_closed(database: Database) -> None:
    accounts = Accounts(database)
    user = accounts.add(email="ann@example.com", name="Ann", password=GOOD, role="agent")
    with database.session() as session:
        session.get_one(User, user.id).active = False
    with pytest.raises(NotSignedIn):
        accounts.authenticate("ann@example.com", GOOD)
    assert user.id is not None
    assert accounts.get(user.id) is None


@pytest.mark.parametrize(("field", "value"), [("email", "no address"), ("role", "king"), ("password", "short")])
def test_bad_account_is_refused(database: Database, field: str, value: str) -> None:
    fields = {"email": "a@example.com", "name": "A", "password": GOOD, "role": "agent"} | {field: value}
    with pytest.raises(InvalidInput):
        Accounts(database).add(**fields)  # type: ignore[arg-type]


def test_address_is_taken_once(database: Database) -> None:
    accounts = Accounts(database)
    accounts.add(email="ann@example.com", name="Ann", password=GOOD, role="agent")
    with pytest.raises(Conflict):
        accounts.add(email="ANN@example.com", name="Ann", password=GOOD, role="agent")


@pytest.mark.parametrize(
    ("role", "groups", "ticket_group", "status", "allowed"),
    [
        ("agent", [], "billing", "open", True),
        ("agent", ["billing"], "billing", "open", True),
        ("agent", ["returns"], "billing", "open", False),
        ("agent", ["returns"], None, "open", True),
        ("lead", ["returns"], "billing", "open", True),
        ("admin", [], "billing", "resolved", True),
        ("admin", [], None, "bot", False),
    ],
)
def test_who_may_see_a_ticket(
    role: str, groups: list[str], ticket_group: str | None, status: str, allowed: bool
) -> None:
    user = User(email="a", name="A", password_hash="", role=role, groups=groups)
    assert may_see(user, Ticket(source="s", external_id="1", group_name=ticket_group, status=status)) is allowed
