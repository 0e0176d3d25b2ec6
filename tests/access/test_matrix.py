"""Role × route × socket event × ticket inside and outside the group, enumerated from the application itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
import socketio

from assist.governance.policies import statement_of
from assist.web.delivery import SIDEBAR
from tests.access.conftest import House
from tests.access.rules import ROLES, ROUTES, SOCKET, Rule

RANK = {role: number for number, role in enumerate(ROLES)}


def routes(house: House) -> set[str]:
    rules = house.app.url_map.iter_rules()
    return {f"{method} {rule.rule}" for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def events(house: House) -> set[str]:
    handlers = house.app.socketio.server.namespace_handlers
    return {
        f"{name} {one.removeprefix('on_')}" for name, held in handlers.items() for one in dir(held)
        if one.startswith("on_")
    }  # fmt: skip


def test_every_route_and_no_other_has_a_rule(house: House) -> None:
    assert routes(house) == set(ROUTES), "add the rule of a new route to tests/access/rules.py"


def test_every_socket_event_and_no_other_has_a_rule(house: House) -> None:
    listened = {f"{name} {event}" for name, held in house.app.socketio.server.handlers.items() for event in held}
    assert events(house) | listened == set(SOCKET), "add the rule of a new event to tests/access/rules.py"


def allowed(rule: Rule, role: str, place: str) -> bool:
    if rule.who == "proof" or RANK[role] < RANK[rule.who]:
        return False
    return not rule.ticket or place == "in" or role in {"lead", "admin"}


def filled(house: House, rule: Rule, role: str, place: str) -> dict[str, str]:
    """Give what a right request needs: an approval of one's own, one that waits for somebody."""
    ticket, sender = house.tickets[place], house.services.sender
    held = {"source": "test", "ticket": f"T-{place}", "suggestion": house.suggestions[place], "fresh": uuid4().hex}
    held["statement"] = statement_of(house.services.policies.active)
    wanted = f"{rule.at} {rule.json} {rule.form}"
    if "{waiting}" in wanted:
        text = f"About the chargeback. {uuid4().hex}"
        _, approval = sender.approve(ticket, user=house.person("colleague"), text=text)
        held |= {"waiting": approval.id, "hash": approval.text_hash}
    if "{approval}" in wanted:
        user = house.person("colleague" if role == "nobody" else role)
        held["approval"] = sender.approve(ticket, user=user, text="Good day")[0] or ""
    return held


def fill(given: Any, held: dict[str, str]) -> Any:
    if isinstance(given, str) and "{" in given:
        return given.format(**held)
    return {key: fill(value, held) for key, value in given.items()} if hasattr(given, "items") else given


@pytest.mark.parametrize("name", ROUTES)
def test_route_lets_in_who_may_and_nobody_else(house: House, name: str) -> None:
    rule = ROUTES[name]
    method, pattern = name.split(" ", 1)
    for place in ("in", "out") if rule.ticket else ("in",):
        for role in ROLES:
            held = filled(house, rule, role, place)
            path = (rule.at or pattern).format(**held)
            answer = house.ask(method, path, role, json=fill(rule.json, held), data=fill(rule.form, held))
            sent_to = answer.headers.get("location", "")
            told = f"{role}, ticket {place}: {answer.status_code} {sent_to} {answer.text[:200]}"
            if allowed(rule, role, place):
                assert answer.status_code in rule.gives or (not rule.gives and answer.status_code < 400), told
                # `/` and the sign-in itself send people on; a page that is let in never sends them back there.
                if rule.who != "nobody" and not name.endswith("everywhere"):
                    assert "/login" not in sent_to, told
            elif rule.ticket and role == "agent" and place == "out":
                assert answer.status_code == 404, told
            else:
                refused = answer.status_code in {401, 403}
                assert refused or "/login" in sent_to, told


@contextmanager
def socket(house: House, role: str, namespace: str = SIDEBAR) -> Iterator[socketio.Client]:
    client = socketio.Client(reconnection=False)
    auth = {"token": house.token(role)} if role != "nobody" and namespace == SIDEBAR else None
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in house.cookie(role).items())}
    client.connect(house.url, auth=auth, headers=headers, namespaces=[namespace], transports=["websocket"])
    try:
        yield client
    finally:
        client.disconnect()


@pytest.mark.parametrize("namespace", sorted({name.split()[0] for name in SOCKET}))
def test_socket_lets_in_who_is_signed_in(house: House, namespace: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError), socket(house, "nobody", namespace):
        pass
    for role in ROLES[1:]:
        with socket(house, role, namespace) as client:
            assert client.connected


EVENTS = sorted(name for name in SOCKET if not name.endswith("connect"))


@pytest.mark.parametrize("place", ["in", "out"])
@pytest.mark.parametrize("role", ROLES[1:])
def test_socket_event_answers_who_may_and_nobody_else(house: House, role: str, place: str) -> None:
    with socket(house, role) as client:
        for name in EVENTS:
            rule = SOCKET[name]
            event = name.split()[1]
            held = filled(house, rule, role, place)
            with suppress(KeyError):
                client.call("ticket_open", fill(SOCKET["/sidebar ticket_open"].json, held), SIDEBAR, timeout=20)
            answer = client.call(event, fill(rule.json, held), SIDEBAR, timeout=30)
            told = f"{event}: {answer}"
            if allowed(rule, role, place):
                assert answer["ok"], told
            elif rule.ticket and role == "agent" and place == "out":
                assert answer["error"]["code"] == "not_found", told
            else:
                assert answer["error"]["code"] == "forbidden", told


def test_ticket_that_moves_to_another_group_is_gone_for_its_open_sidebar(house: House) -> None:
    from assist.store.models import Ticket

    with socket(house, "agent") as client:
        held = filled(house, SOCKET["/sidebar ticket_open"], "agent", "in")
        opened = client.call("ticket_open", fill(SOCKET["/sidebar ticket_open"].json, held), SIDEBAR, timeout=20)
        assert opened["ok"]
        with house.services.database.session() as session:
            session.get_one(Ticket, house.tickets["in"].id).group_name = "billing"
        try:
            answer = client.call("edit", {"action": "spelling", "text": "x"}, SIDEBAR, timeout=20)
            assert answer["error"]["code"] == "not_found"
        finally:
            with house.services.database.session() as session:
                session.get_one(Ticket, house.tickets["in"].id).group_name = "returns"
