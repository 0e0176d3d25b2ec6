"""Sessions, tokens and open sockets end when somebody is signed out, closed, or moved."""

from __future__ import annotations

import threading
import time

import httpx
import pytest
from click.testing import CliRunner

from assist.cli import main
from assist.store.models import Ticket
from assist.web.delivery import SIDEBAR
from tests.access.conftest import PASSWORD, SECRET, House
from tests.access.test_matrix import socket

WITHIN_S = 2.0


@pytest.fixture
def command(house: House, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line on the same database, as a process of its own would have it."""
    monkeypatch.setenv("ASSIST_HOME", str(house.services.settings.home))
    monkeypatch.setenv("ASSIST_SECRET_KEY", SECRET)
    return CliRunner()


def run(runner: CliRunner, *arguments: str, given: str | None = None) -> str:
    done = runner.invoke(main, list(arguments), input=given)
    assert done.exit_code == 0, done.output
    return done.output


def status(house: House, cookies: dict[str, str], bearer: str = "") -> int:
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    return httpx.get(f"{house.url}/api/approvals", cookies=cookies, headers=headers).status_code


def test_revocation_ends_cookie_token_and_open_socket_within_two_seconds(house: House, command: CliRunner) -> None:
    cookies, bearer, others = house.cookie("agent"), house.token("agent"), house.cookie("lead")
    assert (status(house, cookies), status(house, {}, bearer)) == (200, 200)
    gone, stays = threading.Event(), threading.Event()
    with socket(house, "agent") as client, socket(house, "lead") as other:
        client.call("ticket_open", {"source": "test", "ticket": "T-in", "suggest": False}, SIDEBAR, timeout=20)
        client.on("disconnect", lambda *_: gone.set(), namespace=SIDEBAR)
        other.on("disconnect", lambda *_: stays.set(), namespace=SIDEBAR)
        run(command, "user", "revoke", "agent@example.com")
        began = time.monotonic()
        assert (status(house, cookies), status(house, {}, bearer)) == (401, 401)
        assert gone.wait(WITHIN_S), "the socket stayed open"
        assert time.monotonic() - began < WITHIN_S
        assert not stays.is_set()
    assert status(house, others) == 200


def test_signing_out_everywhere_ends_every_session(house: House) -> None:
    first, second = house.cookie("agent"), house.token("agent")
    assert house.ask("POST", "/account/sign-out-everywhere", "agent").status_code == 302
    assert (status(house, first), status(house, {}, second)) == (401, 401)


def test_closed_account_and_changed_rights_end_the_session(house: House, command: CliRunner) -> None:
    cookies = house.cookie("colleague")
    run(command, "user", "change", "colleague@example.com", "--role", "lead")
    assert status(house, cookies) == 401
    cookies = house.cookie("colleague")
    run(command, "user", "change", "colleague@example.com", "--role", "agent", "--close")
    assert status(house, cookies) == 401
    assert "closed" in run(command, "user", "list")
    answer = house.ask("POST", "/api/token", "nobody", json={"email": "colleague@example.com", "password": PASSWORD})
    assert answer.status_code == 401
    run(command, "user", "change", "colleague@example.com", "--open")
    assert status(house, house.cookie("colleague")) == 200


def test_socket_ends_when_its_ticket_moves_to_another_group(house: House) -> None:
    gone = threading.Event()
    ticket = house.tickets["in"]
    with socket(house, "agent") as client:
        client.on("disconnect", lambda *_: gone.set(), namespace=SIDEBAR)
        client.call("ticket_open", {"source": "test", "ticket": "T-in", "suggest": False}, SIDEBAR, timeout=20)
        with house.services.database.session() as session:
            session.get_one(Ticket, ticket.id).group_name = "billing"
        try:
            assert gone.wait(WITHIN_S + 1)
        finally:
            with house.services.database.session() as session:
                session.get_one(Ticket, ticket.id).group_name = "returns"


def test_password_change_keeps_this_session_and_ends_the_others(house: House) -> None:
    with httpx.Client(base_url=house.url, timeout=30) as one, httpx.Client(base_url=house.url, timeout=30) as two:
        for client in (one, two):
            form = {"email": "admin@example.com", "password": PASSWORD}
            assert client.post("/login", data=form).status_code == 302
        wrong = one.post("/account/password", data={"old": "not it", "new": "a new long password"})
        assert (wrong.status_code, "present password is wrong" in wrong.text) == (403, True)
        done = one.post("/account/password", data={"old": PASSWORD, "new": "a new long password"})
        assert done.headers["location"] == "/account?done=password"
        assert one.get("/account").status_code == 200
        assert two.get("/account").headers["location"].startswith("/login")
        assert one.post("/account/password", data={"old": "a new long password", "new": PASSWORD}).status_code == 302


def test_wrong_passwords_lock_the_sign_in_and_the_known_browser_stays_free(house: House) -> None:
    right = {"email": "lead@example.com", "password": PASSWORD}
    with (
        httpx.Client(base_url=house.url, timeout=30) as known,
        httpx.Client(base_url=house.url, timeout=30) as stranger,
    ):
        assert known.post("/login", data=right).status_code == 302
        statuses = [stranger.post("/login", data={**right, "password": "x"}).status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]
        assert stranger.post("/login", data=right).status_code == 429
        assert known.post("/login", data=right).status_code == 302
        # A cookie made up, or of another address, is no known device.
        stranger.cookies.set("assist-device", "a.b.c")
        assert stranger.post("/login", data=right).status_code == 429


@pytest.mark.parametrize("claims", [{"aud": "assist-device"}, {"exp": 0}, {"sv": 0}, {"sub": "999"}, {"sub": "x"}])
def test_token_of_another_kind_or_time_opens_nothing(house: House, claims: dict[str, object]) -> None:
    from joserfc import jwt

    from assist.web.auth import AUDIENCE, _key

    user = house.person("admin")
    moment = int(time.time())
    right = {"sub": str(user.id), "aud": AUDIENCE, "exp": moment + 600, "at": moment, "sv": user.session_version}
    key = _key(house.services.settings)
    assert status(house, {}, jwt.encode({"alg": "HS256"}, right, key)) == 200
    assert status(house, {}, jwt.encode({"alg": "HS256"}, {**right, **claims}, key)) == 401
    head, body, _ = jwt.encode({"alg": "HS256"}, right, key).split(".")
    assert status(house, {}, f"{head}.{body}.") == 401
