"""A restricted reply needs two people, by HTTP and by socket; whatever way is tried, nothing leaves without it."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col, select

from assist.desk.connecting import WriteBack
from assist.desk.send import Sender
from assist.errors import Conflict, Forbidden, HelpdeskUnavailable, NotFound
from assist.helpdesk import Ability, Approved, Author, Connector, EventKind, TicketEvent, Writing, Written
from assist.helpdesk import Message as RawMessage
from assist.store.models import Approval, AuditEvent, Message, Ticket
from assist.web.delivery import SIDEBAR
from tests.access.conftest import House
from tests.access.test_matrix import socket

TICKET = {"source": "test", "ticket": "T-in"}


@pytest.fixture
def text() -> str:
    return f"We looked at the chargeback. {uuid4().hex}"


def sent(house: House) -> list[str]:
    with house.services.database.reading() as session:
        rows = session.exec(
            select(Message).where(Message.ticket_id == house.tickets["in"].id, Message.author == "agent")
        )
        return [row.text for row in rows if not row.internal]


def approve(house: House, role: str, text: str, ticket: str = "T-in") -> Any:
    return house.ask("POST", "/api/approvals", role, json={"source": "test", "ticket": ticket, "text": text})


def reply(house: House, role: str, text: str, approval: str) -> Any:
    return house.ask("POST", "/api/replies", role, json={**TICKET, "text": text, "approval": approval})


def decide(house: House, role: str, waiting: dict[str, Any], decision: str = "agree") -> Any:
    body = {"text_hash": waiting["text_hash"], "decision": decision}
    return house.ask("POST", f"/api/approvals/{waiting['id']}/decision", role, json=body)


def waiting(house: House, role: str, text: str) -> dict[str, Any]:
    rows = house.ask("GET", "/api/approvals", role).json()["approvals"]
    found: dict[str, Any] = next(row for row in rows if row["text"] == text)
    return found


def test_ordinary_reply_leaves_with_one_approval_once(house: House) -> None:
    text = f"Your parcel is on its way. {uuid4().hex}"
    answer = approve(house, "agent", text)
    assert answer.status_code == 201
    token = answer.json()["approval"]
    assert reply(house, "colleague", text, token).status_code == 403
    assert reply(house, "agent", text + "!", token).status_code == 403
    assert reply(house, "agent", text, token).status_code == 201
    assert reply(house, "agent", text, token).status_code == 409
    assert [one for one in sent(house) if text[-32:] in one] == [text]


def test_restricted_reply_leaves_after_a_second_person_agreed(house: House, text: str) -> None:
    answer = approve(house, "agent", text)
    assert (answer.status_code, answer.json()["approval"], answer.json()["needs"]) == (202, None, "chargeback")
    row = waiting(house, "lead", text)
    assert (row["by"], row["may_decide"], row["mine"]) == ("Agent Test", True, False)
    assert waiting(house, "agent", text)["may_decide"] is False
    assert [
        one for one in house.ask("GET", "/api/approvals", "colleague").json()["approvals"] if one["text"] == text
    ] == []
    assert decide(house, "agent", row).status_code == 403
    assert decide(house, "colleague", row).status_code == 403
    assert decide(house, "lead", {**row, "text_hash": "0" * 64}).status_code == 403
    assert approve(house, "agent", text).json()["approval"] is None
    assert decide(house, "lead", row).status_code == 200
    assert decide(house, "admin", row).status_code == 404
    token = approve(house, "agent", text).json()["approval"]
    assert reply(house, "lead", text, token).status_code == 403
    assert reply(house, "agent", text, token).status_code == 201
    assert sum(text[-32:] in one for one in sent(house)) == 1


def test_lead_needs_a_second_person_too(house: House, text: str) -> None:
    assert approve(house, "lead", text).status_code == 202
    row = waiting(house, "lead", text)
    assert (row["mine"], row["may_decide"]) == (True, False)
    assert decide(house, "lead", row).status_code == 403
    assert decide(house, "admin", row).status_code == 200


def test_refused_reply_does_not_leave(house: House, text: str) -> None:
    approve(house, "agent", text)
    row = waiting(house, "lead", text)
    assert decide(house, "lead", row, "refuse").status_code == 200
    again = approve(house, "agent", text).json()
    assert again["approval"] is None
    assert waiting(house, "lead", text)["id"] != row["id"]


def test_text_for_the_second_person_is_sealed_and_goes_when_decided(house: House, text: str) -> None:
    approve(house, "agent", text)
    row = waiting(house, "lead", text)

    def stored() -> bytes | None:
        with house.services.database.reading() as session:
            return session.get_one(Approval, row["id"]).sealed

    sealed = stored()
    assert sealed is not None
    assert b"chargeback" not in sealed
    decide(house, "lead", row)
    assert stored() is None


def test_decisions_are_in_the_audit_without_a_word_of_the_text(house: House, text: str) -> None:
    approve(house, "agent", text)
    row = waiting(house, "lead", text)
    decide(house, "lead", row)
    with house.services.database.reading() as session:
        rows = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq).desc()).limit(2)).all()
    assert [(one.action, one.actor) for one in rows] == [
        ("approval.seconded", f"user:{house.people['lead'].id}"),
        ("approval.asked", f"user:{house.people['agent'].id}"),
    ]
    assert all("the chargeback. " not in one.model_dump_json() for one in rows)


@pytest.fixture
def sidebars(house: House) -> Iterator[tuple[Any, Any]]:
    with socket(house, "agent") as agent, socket(house, "lead") as lead:
        for client in (agent, lead):
            client.heard = queue.Queue()
            client.on("*", lambda event, payload, held=client: held.heard.put((event, payload)), namespace=SIDEBAR)
            assert client.call("ticket_open", {**TICKET, "suggest": False}, SIDEBAR, timeout=20)["ok"]
        yield agent, lead


def heard(client: Any, event: str) -> dict[str, Any]:
    while True:
        name, payload = client.heard.get(timeout=20)
        if name == event:
            found: dict[str, Any] = payload
            return found


def test_two_sidebars_agree_on_a_restricted_reply(house: House, sidebars: tuple[Any, Any], text: str) -> None:
    agent, lead = sidebars
    asked = agent.call("approve", {**TICKET, "text": text}, SIDEBAR, timeout=20)
    assert (asked["waiting"], asked["approval"], asked["needs"]) == (True, None, "chargeback")
    told = heard(lead, "approval_asked")
    assert (told["by"], "text" in told) == ("Agent Test", False)
    rows = lead.call("approvals", {}, SIDEBAR, timeout=20)["approvals"]
    row = next(one for one in rows if one["id"] == told["approval_id"])
    assert row["text"] == text
    wrong = lead.call("decide", {"approval_id": row["id"], "text_hash": "0", "decision": "agree"}, SIDEBAR, timeout=20)
    assert wrong["error"]["code"] == "forbidden"
    body = {"approval_id": row["id"], "text_hash": row["text_hash"], "decision": "agree"}
    assert agent.call("decide", body, SIDEBAR, timeout=20)["error"]["code"] == "forbidden"
    assert lead.call("decide", body, SIDEBAR, timeout=20)["ok"]
    decided = heard(agent, "approval_decided")
    assert (decided["agreed"], decided["for"]) == (True, house.people["agent"].id)
    assert agent.call("approve", {**TICKET, "text": text}, SIDEBAR, timeout=20)["approval"]


class Helpdesk(Connector):
    """Somebody else's helpdesk, as a connector reaches it."""

    name = "test"
    abilities = frozenset({Ability.REPLY})

    def __init__(self) -> None:
        self.got: list[tuple[str, Approved]] = []
        self.away = False

    def write(self, writing: Writing) -> Written:
        if self.away:
            raise HelpdeskUnavailable("the helpdesk does not answer", where="helpdesk")
        assert writing.approval is not None
        self.got.append((writing.ticket_id, writing.approval))
        return Written(f"hd-{len(self.got)}-{uuid4().hex[:6]}")


def door(house: House, helpdesk: Helpdesk) -> Sender:
    services = house.services
    write_back = WriteBack(services.database, services.approvals, services.intake, {"test": helpdesk})
    return Sender(
        services.database, services.approvals, services.intake, services.stream, services.vault, services.policies,
        write_back, require_approver=services.restrictions.require_approver,
        needs_second=services.restrictions.needs_second, may_second=services.restrictions.may_second,
    )  # fmt: skip


def test_connector_writes_what_was_approved_and_nothing_else(house: House, text: str) -> None:
    helpdesk, ticket, agent = Helpdesk(), house.tickets["in"], house.person("agent")
    sender = door(house, helpdesk)
    plain = f"It comes tomorrow. {uuid4().hex}"
    token, _ = sender.approve(ticket, user=agent, text=plain)
    assert token is not None
    for wrong in ("", "forged", token + "0", token[:-1]):
        with pytest.raises(Forbidden):
            sender.send(ticket, user=agent, text=plain, approval=wrong)
    with pytest.raises(Forbidden):
        sender.send(ticket, user=agent, text=text, approval=token)
    assert helpdesk.got == []
    sender.send(ticket, user=agent, text=plain, approval=token)
    (number, reply_), *rest = helpdesk.got
    assert (number, reply_.text, reply_.user_id, rest) == ("T-in", plain, agent.id, [])


def test_helpdesk_that_fails_has_used_the_approval_up_and_nothing_is_told_as_sent(house: House) -> None:
    helpdesk, ticket, agent = Helpdesk(), house.tickets["in"], house.person("agent")
    sender, text = door(house, helpdesk), f"It comes on Friday. {uuid4().hex}"
    token, _ = sender.approve(ticket, user=agent, text=text)
    assert token is not None
    helpdesk.away = True
    with pytest.raises(HelpdeskUnavailable):
        sender.send(ticket, user=agent, text=text, approval=token)
    helpdesk.away = False
    with pytest.raises(Conflict):
        sender.send(ticket, user=agent, text=text, approval=token)
    assert (helpdesk.got, [one for one in sent(house) if text[-32:] in one]) == ([], [])


def test_our_own_pages_cannot_write_a_reply_past_the_door(house: House) -> None:
    event = TicketEvent(
        kind=EventKind.AGENT_REPLY,
        source="test",
        ticket_id="T-in",
        message=RawMessage(author=Author.AGENT, text="Hello", name="Agent Test"),
    )
    with pytest.raises(Forbidden, match="needs an approval"):
        house.services.intake.receive(event, user_id=house.people["agent"].id, by="Agent Test")
    customer = event.model_copy(update={"message": RawMessage(author=Author.CUSTOMER, text="Hello")})
    with pytest.raises(Forbidden):
        house.services.intake.receive(customer, user_id=house.people["agent"].id)


def test_ticket_out_of_the_group_cannot_be_replied_to_with_an_old_approval(house: House) -> None:
    ticket, agent = house.tickets["in"], house.person("agent")
    text = f"Good day. {uuid4().hex}"
    token, _ = house.services.sender.approve(ticket, user=agent, text=text)
    with house.services.database.session() as session:
        session.get_one(Ticket, ticket.id).group_name = "billing"
    try:
        with pytest.raises(NotFound):
            house.services.sender.send(ticket, user=agent, text=text, approval=token or "")
    finally:
        with house.services.database.session() as session:
            session.get_one(Ticket, ticket.id).group_name = "returns"
