"""Signed deliveries of Intercom, Front and Help Scout, at the real door and into the desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from assist import services as wiring
from assist.errors import HelpdeskRefused
from assist.helpdesk import Connector
from assist.redaction.redactor import Redactor
from assist.retrieval.encoder import Encoder
from assist.services import Services
from assist.settings import Settings
from assist.store.models import InboxEvent
from assist.store.models import Message as MessageRow
from assist.store.models import Ticket as TicketRow
from assist.web import create_app
from connectors.helpscout import HelpScoutConnector
from connectors.helpscout.settings import HelpScoutSettings
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk
from tests.unit import test_connector_front as front
from tests.unit import test_connector_helpscout as helpscout
from tests.unit import test_connector_intercom as intercom

FIXTURES = Path(__file__).parents[2] / "connectors"
ANSWERS = {"intercom": intercom.intercom, "front": front.front, "helpscout": helpscout.helpscout}


def connected(name: str, url: str) -> Connector:
    if name == "intercom":
        return intercom.connected(url)
    if name == "front":
        return front.connected(url)
    secret: Any = "secret"
    return HelpScoutConnector(
        HelpScoutSettings(url=url, app_id="an-app", app_secret=secret, webhook_secret=secret, rate=600_000)
    )


class House:
    """One desk, one helpdesk, and the door between them."""

    def __init__(self, name: str, services: Services, desk: Helpdesk, connector: Any) -> None:
        self.name, self.services, self.desk, self.connector = name, services, desk, connector
        self.door: FlaskClient = create_app(services=services).test_client()

    def tell(self, body: bytes, **headers: str) -> int:
        """Deliver as the helpdesk does, and do what was accepted as a worker would; gives the status of the answer."""
        signed = self.connector.scheme.sign(body) | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.door.post(f"/connectors/{self.name}/events", data=body, headers=signed)
        with self.services.database.reading() as session:
            waiting = [row.ticket for row in session.exec(select(InboxEvent)) if row.state == "waiting"]
        for ticket in dict.fromkeys(waiting):
            self.services.inbox.run(self.name, ticket)
        return answer.status_code

    def told(self, number: str, *fields: str) -> tuple[Any, ...]:
        """Give what the desk holds of a ticket."""
        with self.services.database.reading() as session:
            row = session.exec(select(TicketRow).where(TicketRow.external_id == number)).one()
            return tuple(getattr(row, name) for name in fields)

    def texts(self) -> list[str]:
        with self.services.database.reading() as session:
            return [row.text for row in session.exec(select(MessageRow).order_by(MessageRow.position))]  # type: ignore[arg-type]


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path, redactor: Redactor, encoder: Encoder) -> Iterator[House]:
    name: str = request.param
    settings = Settings(home=tmp_path / "home", secret_key="a secret key of at least thirty-two characters")  # type: ignore[arg-type]
    with helpdesk(ANSWERS[name]) as desk:
        connector = connected(name, desk.url)
        services = wiring.build(settings, redactor=redactor, encoder=encoder, connectors={name: connector})
        services.index.open()
        yield House(name, services, desk, connector)
        services.close()


def only(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("house", [name], indirect=True)


@only("intercom")
def test_intercom_conversation_is_fetched_followed_and_deleted(house: House) -> None:
    def told(topic: str, number: int, **item: Any) -> bytes:
        item = {"type": "conversation", "id": "101", "state": "open", **item}
        data = {"type": "notification_event_data", "item": item}
        return json.dumps({"id": f"notif_{number}", "topic": topic, "app_id": "ab12cd34", "data": data}).encode()

    assert house.tell(told("conversation.user.created", 1)) == 200
    assert "Where is it?" in house.texts()
    assert house.told("101", "status", "csat") == ("resolved", 4)
    parts = [intercom.part(50, "open", "<p>Still nothing, Ann Lee</p>", intercom.ANN)]
    body = told("conversation.user.replied", 2, conversation_parts={"conversation_parts": parts})
    assert house.tell(body) == house.tell(body) == 200
    assert house.texts().count("Still nothing, <PERSON_1>") == 1
    assert house.told("101", "status", "reopened") == ("open", True)
    assert house.tell(told("conversation.rating.added", 3, conversation_rating={"rating": 2})) == 200
    assert house.told("101", "csat") == (2,)
    assert house.tell(told("conversation.deleted", 4)) == 200
    assert house.texts() == []


@only("front")
def test_front_address_is_tried_and_a_merge_closes_the_other(house: House) -> None:
    sync = b'{"type": "sync", "authorization": {"id": "cmp_acme"}}'
    signed = house.connector.scheme.sign(sync) | {"x-front-challenge": "say this"}
    answer = house.door.post("/connectors/front/events", data=sync, headers=signed)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "say this", "text/plain")
    unsigned = house.door.post("/connectors/front/events", data=sync, headers={"x-front-challenge": "say this"})
    assert unsigned.status_code == 401

    def told(kind: str, number: int, conversation: dict[str, Any], data: Any = None) -> bytes:
        payload = {"id": f"evt_{number}", "type": kind, "conversation": conversation, "target": {"data": data}}
        return json.dumps({"type": kind, "payload": payload}).encode()

    two = front.CONVERSATION | {"id": "cnv_2"}
    house.desk.answer = lambda one: Told(two) if one.path == "/conversations/cnv_2" else front.front(one)
    for number, one in enumerate((front.CONVERSATION, two)):
        assert house.tell(told("inbound_received", 10 + number, one, front.message(1, True, "Where is it?"))) == 200
    assert house.tell(told("conversation_reopened", 12, two)) == 200
    assert house.told("cnv_2", "status") == ("open",)
    assert house.tell(told("conversations_merged", 13, front.CONVERSATION, ["cnv_2"])) == 200
    assert house.told("cnv_2", "status", "merged_into") == ("resolved", "cnv_1")
    assert house.tell(told("conversation_deleted", 14, front.CONVERSATION)) == 200
    assert house.told("cnv_1", "status") == ("deleted",)
    # Out of the bin again.
    assert house.tell(told("conversation_restored", 15, front.CONVERSATION)) == 200
    assert "Tomorrow." in house.texts()


@only("helpscout")
def test_helpscout_deletion_is_believed_only_when_the_conversation_is_gone(house: House) -> None:
    body = (FIXTURES / "helpscout" / "fixtures" / "created.json").read_bytes()
    assert house.tell(body, x_helpscout_event="convo.created") == 200
    assert "It comes tomorrow." in house.texts()
    # Signed long ago, told again under a name that nobody signed.
    asked = len(house.desk.asked)
    assert house.tell(body, x_helpscout_event="convo.deleted") == 200
    assert len(house.desk.asked) == asked
    assert house.tell(b'{"id": 4711 }', x_helpscout_event="convo.deleted") == 200
    assert house.told("4711", "status") == ("resolved",)
    answer = house.desk.answer

    def gone(one: Asked) -> Told:
        return Told(status=404) if one.path == "/v2/conversations/4711" else answer(one)

    house.desk.answer = gone
    with pytest.raises(HelpdeskRefused):
        # Merged away is not deleted.
        house.connector.fetch("4712")
    assert house.tell(b'{"id":4711}', x_helpscout_event="convo.deleted") == 200
    assert house.told("4711", "status") == ("deleted",)
    assert house.texts() == []
