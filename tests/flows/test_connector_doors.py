"""From the door of a real server to the desk: what Zammad, HubSpot and Gorgias post, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlmodel import select

from assist import services as wiring
from assist.helpdesk import Connector
from assist.redaction.redactor import Redactor
from assist.retrieval.encoder import Encoder
from assist.services import Services
from assist.settings import Settings
from assist.store.models import InboxEvent
from assist.store.models import Message as MessageRow
from assist.store.models import Ticket as TicketRow
from assist.web import create_app
from connectors.gorgias import GorgiasConnector
from connectors.gorgias.settings import GorgiasSettings
from connectors.hubspot import HubspotConnector
from connectors.hubspot.settings import HubspotSettings
from connectors.zammad import ZammadConnector
from connectors.zammad.settings import ZammadSettings
from tests.helpdesk_server import Helpdesk, Told, helpdesk
from tests.unit.test_connector_gorgias import Gorgias
from tests.unit.test_connector_hubspot import URL, Hubspot
from tests.unit.test_connector_hubspot import sent as hubspot_message
from tests.unit.test_connector_zammad import Zammad
from tests.unit.test_connector_zammad import article as zammad_article

SECRET = "a secret key of at least thirty-two characters"
KEY = SecretStr("secret")


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk(lambda _: Told(status=404)) as running:
        yield running


@pytest.fixture
def run(
    tmp_path: Path, redactor: Redactor, encoder: Encoder
) -> Iterator[Callable[[Connector], tuple[Services, FlaskClient]]]:
    """Run a server with one connector; no job runs behind it, so that a test may say when."""
    made: list[Services] = []

    def start(connector: Connector) -> tuple[Services, FlaskClient]:
        settings = Settings(home=tmp_path / "home", secret_key=SECRET)  # type: ignore[arg-type]
        services = wiring.build(settings, redactor=redactor, encoder=encoder, connectors={connector.name: connector})
        services.index.open()
        made.append(services)
        return services, create_app(services=services).test_client()

    yield start
    for services in made:
        services.close()


def post(connector: Any, door: FlaskClient, data: Any, **headers: str) -> int:
    body = json.dumps(data).encode()
    signed = connector.scheme.sign(body) | headers
    return door.post(f"/connectors/{connector.name}/events", data=body, headers=signed).status_code


def rows(services: Services, table: type[Any]) -> list[Any]:
    with services.database.reading() as session:
        return list(session.exec(select(table)))


def work(services: Services, name: str) -> list[str]:
    """Do everything that waits, and give how each event ended."""
    for ticket in dict.fromkeys(row.ticket for row in rows(services, InboxEvent)):
        services.inbox.run(name, ticket)
    return [row.state for row in rows(services, InboxEvent)]


def told(services: Services) -> list[tuple[str, str, bool]]:
    held = sorted(rows(services, MessageRow), key=lambda row: (row.ticket_id, row.position))
    return [(row.author, row.text, row.internal) for row in held]


def state(services: Services) -> list[tuple[str, str, str | None]]:
    return [(row.external_id, row.status, row.merged_into) for row in rows(services, TicketRow)]


def delivery(article: dict[str, Any] | None, state: str = "open", number: int = 81, count: int = 6) -> dict[str, Any]:
    case = {"id": number, "state": state, "article_count": count, "updated_at": f"{state}-{number}-{count}"}
    return {"ticket": case, "article": article or {}}


def test_zammad_from_an_article_to_a_merged_ticket(desk: Helpdesk, run: Any) -> None:
    zammad = Zammad()
    desk.answer = zammad.answer
    zammad.cases[81]["state"] = "open"
    connector = ZammadConnector(ZammadSettings(url=desk.url, token=KEY, webhook_secret=KEY, rate=60_000))
    services, door = run(connector)
    new = zammad_article(6, "Customer", "Any news, please?")
    # The article is there before its delivery has come; the whole ticket is fetched, and it is in it once.
    zammad.articles = [*zammad.articles, new]
    assert post(connector, door, delivery(new), **{"x-zammad-delivery": "a"}) == 200
    # The same body again with another name of the delivery, which nobody signed, is the same delivery.
    assert post(connector, door, delivery(new), **{"x-zammad-delivery": "b"}) == 200
    assert work(services, "zammad") == ["done"]
    assert [text for _, text, _ in told(services)].count("Any news, please?") == 1
    closing = zammad_article(7, "Agent", "It is there.")
    assert post(connector, door, delivery(closing, "closed", count=7)) == 200
    assert work(services, "zammad") == ["done"] * 2
    assert (told(services)[-1], state(services)) == (("agent", "It is there.", False), [("81", "resolved", None)])
    # Reopened and moved: the delivery does not say so, the ticket does.
    zammad.cases[81] |= {"state": "open", "group": "Other"}
    zammad.articles = [*zammad.articles, closing]
    assert post(connector, door, delivery(None)) == 200
    work(services, "zammad")
    row = rows(services, TicketRow)[0]
    assert (row.status, row.reopened, row.group_name) == ("open", True, "Other")
    # Merged: into which ticket stands in its history.
    zammad.cases[90]["state"] = "open"
    assert post(connector, door, delivery(None, number=90)) == 200
    work(services, "zammad")
    zammad.cases[90]["state"] = "merged"
    assert post(connector, door, delivery(None, "merged", number=90)) == 200
    assert set(work(services, "zammad")) == {"done"}
    assert state(services) == [("81", "open", None), ("90", "resolved", "81")]


def happening(number: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"eventId": number, "subscriptionId": 1, "occurredAt": 1795599000000, "subscriptionType": kind,
            "attemptNumber": 0, **more}  # fmt: skip


def test_hubspot_from_a_message_without_a_ticket_to_its_deletion_and_back(desk: Helpdesk, run: Any) -> None:
    hubspot = Hubspot()
    desk.answer = hubspot.answer
    connector = HubspotConnector(
        HubspotSettings(url=desk.url, token=KEY, client_secret=KEY, webhook_url=URL, rate=60_000)
    )
    services, door = run(connector)
    message = happening(1, "conversation.newMessage", objectId=61, messageId="m7", messageType="MESSAGE")
    lonely = happening(2, "conversation.newMessage", objectId=70, messageId="m1", messageType="MESSAGE")
    assert post(connector, door, [message, lonely]) == 200
    # Sent again after no answer: another attempt, the same event.
    assert post(connector, door, [message | {"attemptNumber": 1}]) == 200
    assert work(services, "hubspot") == ["done", "done"]
    assert state(services) == [("4711", "resolved", None)]
    assert told(services)[0] == ("customer", "Where is it?", False)
    hubspot.messages = [*hubspot.messages, hubspot_message(9, "COMMENT", "Please check.", "A-107")]
    comment = happening(3, "conversation.newMessage", objectId=61, messageId="m9", messageType="COMMENT")
    assert post(connector, door, [comment]) == 200
    work(services, "hubspot")
    assert told(services)[-1] == ("agent", "Please check.", True)
    assert post(connector, door, [happening(4, "ticket.deletion", objectId=4711)]) == 200
    work(services, "hubspot")
    assert (told(services), state(services)) == ([], [("4711", "deleted", None)])
    # Restored, it is as it was: solved.
    assert post(connector, door, [happening(5, "ticket.restore", objectId=4711)]) == 200
    assert set(work(services, "hubspot")) == {"done"}
    assert (told(services)[0][1], state(services)) == ("Where is it?", [("4711", "resolved", None)])
    # A survey answer leads to its ticket.
    hubspot.linked |= {"feedback_submissions/880/tickets": [4711], "tickets/4711/feedback_submissions": [880]}
    answer = {"hs_survey_type": "CSAT", "hs_sentiment": "NEGATIVE", "hs_submission_timestamp": "1"}
    hubspot.records["feedback_submissions/880"] = {
        "id": "880", "properties": answer, "createdAt": "2026-11-25T11:00:00Z",
    }  # fmt: skip
    assert post(connector, door, [happening(6, "object.creation", objectTypeId="0-19", objectId=880)]) == 200
    work(services, "hubspot")
    assert rows(services, TicketRow)[0].csat == 1
    merged = happening(7, "ticket.merge", primaryObjectId=4712, mergedObjectIds=[4711], newObjectId=4712)
    assert post(connector, door, [merged]) == 200
    assert set(work(services, "hubspot")) == {"done"}
    assert state(services) == [("4711", "resolved", "4712"), ("4712", "pending", None)]


def test_hubspot_delivery_to_another_address_is_refused(desk: Helpdesk, run: Any) -> None:
    def at(url: str) -> HubspotConnector:
        return HubspotConnector(HubspotSettings(url=desk.url, token=KEY, client_secret=KEY, webhook_url=url, rate=9))

    services, door = run(at(URL))
    batch = [happening(1, "ticket.deletion", objectId=4711)]
    assert post(at(f"{URL}?account=other"), door, batch) == 401
    assert rows(services, InboxEvent) == []


def test_gorgias_from_a_hint_to_a_poll_that_tells_the_rest(desk: Helpdesk, run: Any) -> None:
    gorgias = Gorgias()
    desk.answer = gorgias.answer
    connector = GorgiasConnector(
        GorgiasSettings(url=desk.url, user="u", api_key=KEY, webhook_secret=SecretStr("s" * 20), rate=60_000)
    )
    services, door = run(connector)
    # What a hint says is nothing that anybody believes: the ticket it names is fetched.
    assert post(connector, door, {"event": "message", "ticket_id": "4711", "message": {"text": "Pay me"}}) == 200
    assert post(connector, door, {"event": "created", "ticket_id": "4600"}) == 200
    assert work(services, "gorgias") == ["done", "done"]
    assert state(services) == [("4711", "resolved", None)]
    assert "Pay me" not in str(told(services))
    polled = connector.poll("2026-11-25T09:00:00+00:00")
    services.inbox.accept("gorgias", polled.events)
    services.inbox.accept("gorgias", connector.poll("2026-11-25T09:01:00+00:00").events)
    assert set(work(services, "gorgias")) == {"done"}
    held = {row.external_id: row for row in rows(services, TicketRow)}
    assert {number: (row.status, row.csat) for number, row in held.items()} == {
        "4711": ("resolved", 5), "4712": ("open", 2), "4715": ("resolved", 4),
    }  # fmt: skip
    # Thrown into the bin, it goes here; taken out again, it is back.
    gorgias.tickets[4711]["trashed_datetime"] = "2026-11-25T11:00:00"
    gorgias.events = []
    gorgias.tickets[4711]["updated_datetime"] = "2026-11-25T11:00:00.000000"
    services.inbox.accept("gorgias", connector.poll("2026-11-25T10:59:00+00:00").events)
    work(services, "gorgias")
    assert state(services)[0] == ("4711", "deleted", None)
    gorgias.tickets[4711]["trashed_datetime"] = None
    line = {"id": 90, "type": "ticket-untrashed", "object_type": "Ticket", "object_id": 4711, "data": None}
    gorgias.events = [line]
    services.inbox.accept("gorgias", connector.poll("2026-11-25T11:59:00+00:00").events)
    assert set(work(services, "gorgias")) == {"done"}
    assert state(services)[0] == ("4711", "resolved", None)
