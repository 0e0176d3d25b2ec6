"""Intercom: a stand-in that answers as its OpenAPI description says, on a real socket."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assist.errors import HelpdeskUnavailable, NotFound, NotSignedIn
from assist.helpdesk import Author, EventKind, Status, WriteKind, Writing
from connectors.intercom import IntercomConnector
from connectors.intercom.events import parse, scheme
from connectors.intercom.settings import IntercomSettings
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk, in_turn
from tests.unit.test_connector_clients import BY, REPLY, asked, lines, note, reply

FIXTURES = Path(__file__).parents[2] / "connectors" / "intercom" / "fixtures"
ANN = {"type": "user", "id": "c9", "name": "Ann Lee", "email": "ann.lee@example.com"}
MAYA = {"type": "admin", "id": "7401", "name": "Maya Kent", "email": BY}
BOT = {"type": "bot", "id": "7400", "name": "Fin", "email": "fin@intercom.example"}


def part(number: int, kind: str, body: str | None, author: dict[str, str], **more: Any) -> dict[str, Any]:
    at = 1795597200 + number
    times = {"created_at": at, "updated_at": at, "notified_at": at}
    one = {"type": "conversation_part", "id": str(number), "part_type": kind, "body": body, "author": author}
    return one | times | {"attachments": [], "redacted": False} | more


def files() -> list[dict[str, Any]]:
    address = "https://files.acme.example/ann.png"
    return [{"type": "upload", "name": "ann.png", "url": address, "content_type": "image/png", "filesize": 9}]


PARTS = [
    part(1, "assignment", None, MAYA),
    part(2, "note", "<p>Looking.</p>", MAYA),
    part(3, "comment", "<p>Is it in your letter box?</p>", BOT),
    part(4, "comment", "<p>Tomorrow.</p>", MAYA),
    part(5, "comment", None, ANN, attachments=files()),
    part(6, "comment", "<p><i>This message was deleted</i></p>", ANN, redacted=True),
    part(7, "close", "<p>Glad it came!</p>", MAYA),
    part(8, "attribute_updated_by_admin", "<p>Order</p>", MAYA),
]
CONVERSATION: dict[str, Any] = {
    "type": "conversation", "id": "101", "title": None, "created_at": 1795597200, "updated_at": 1795599000,
    "waiting_since": None, "snoozed_until": None, "open": False, "state": "closed", "read": True, "priority": "high",
    "admin_assignee_id": 7401, "team_assignee_id": 5017, "tags": {"type": "tag.list", "tags": []},
    "conversation_rating": {"rating": 4, "remark": "", "created_at": 1795598900},
    "source": {"type": "email", "id": "3001", "delivered_as": "customer_initiated", "subject": "<p>Late parcel</p>",
               "body": "<p>Where is it?</p><p>On Wed, 25 Nov 2026 at 09:20, Acme &lt;h@acme.example&gt; wrote:</p>"
                       "<blockquote>Hi</blockquote>",
               "author": ANN, "attachments": [], "redacted": False},
    "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "c9", "external_id": "9"}]},
    "statistics": {"type": "conversation_statistics", "count_reopens": 1, "last_close_at": 1795598000},
    "conversation_parts": {"type": "conversation_part.list", "conversation_parts": PARTS, "total_count": 8},
}  # fmt: skip
PERSON = {"type": "contact", "id": "c9", "role": "user", "name": "Ann Lee", "email": "ann.lee@example.com",
          "phone": "+15550100"}  # fmt: skip


def listed(number: int) -> dict[str, Any]:
    return {key: value for key, value in CONVERSATION.items() if key != "conversation_parts"} | {"id": str(number)}


def intercom(one: Asked) -> Told:
    assert one.headers["authorization"] == "Bearer secret"
    assert one.headers["intercom-version"] == "2.16"
    place = one.path.removeprefix("/")
    if place == "conversations/search":
        wanted = {(each["field"], each["operator"]): each["value"] for each in one.json["query"]["value"]}
        if ("updated_at", "<") not in wanted:
            found, after = [103], None
        else:
            second = one.json["pagination"].get("starting_after") == "after-101"
            found, after = ([102], None) if second else ([101], "after-101")
        following = {"next": {"per_page": 50, "starting_after": after}} if after else {}
        return Told({"type": "conversation.list", "total_count": 2, "conversations": [listed(each) for each in found],
                     "pages": {"type": "pages", "page": 1, "per_page": 50, "total_pages": 2, **following}})  # fmt: skip
    if place == "me":
        return Told(MAYA | {"id": "1", "email": "bot@acme.example", "app": {"type": "app", "id_code": "ab12cd34"}})
    if place == "admins":
        return Told({"type": "admin.list", "admins": [MAYA]})
    if place == "teams/5017":
        return Told({"type": "team", "id": "5017", "name": "Returns", "admin_ids": []})
    if place == "contacts/c9":
        return Told(PERSON)
    if place == "tags":
        return Told({"type": "tag", "id": f"tag-{one.json['name']}", "name": one.json["name"]})
    if place.endswith("/tags"):
        return Told({"type": "tag", "id": one.json["id"], "name": "ai-assisted"})
    if place == "conversations/101/reply":
        mine = part(99, one.json["message_type"], one.json["body"], MAYA)
        parts = CONVERSATION["conversation_parts"] | {"conversation_parts": [*PARTS, mine]}
        return Told(CONVERSATION | {"conversation_parts": parts})
    if place in {"conversations/101", "conversations/102", "conversations/103", "conversations/101/parts"}:
        return Told(CONVERSATION | {"id": place.split("/")[1]})
    errors = [{"code": "not_found", "message": "Resource Not Found"}]
    return Told({"type": "error.list", "request_id": "r1", "errors": errors}, status=404)


def connected(url: str) -> IntercomConnector:
    secret = SecretStr("secret")
    settings = IntercomSettings(url=url, app_id="ab12cd34", token=secret, client_secret=secret, rate=600_000)
    return IntercomConnector(settings)


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk(intercom) as running:
        yield running


@pytest.fixture
def ic(desk: Helpdesk) -> Iterator[IntercomConnector]:
    made = connected(desk.url)
    yield made
    made.close()


def test_conversation_has_its_opening_and_what_was_said_in_order(ic: IntercomConnector) -> None:
    ticket = ic.fetch("101")
    assert lines(ticket) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.BOT, False, "Is it in your letter box?"),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "[image/png]"),
        (Author.AGENT, False, "Glad it came!"),
    ]
    assert [one.id for one in ticket.messages] == ["3001", "2", "3", "4", "5", "7"]
    assert (ticket.status, ticket.group, ticket.priority, ticket.csat) == (Status.RESOLVED, "Returns", "high", 4)
    assert (ticket.subject, ticket.channel, ticket.reopened) == ("Late parcel", "email", True)
    assert (ticket.contact.id, ticket.contact.email, ticket.contact.phone) == ("c9", "ann.lee@example.com", "+15550100")
    assert "ann.png" not in ticket.model_dump_json()


def test_contact_that_is_gone_leaves_the_name_that_stands_with_the_words(ic: IntercomConnector, desk: Helpdesk) -> None:
    desk.answer = lambda one: Told(status=404) if one.path.startswith("/contacts/") else intercom(one)
    assert (ic.fetch("101").contact.name, ic.fetch("101").contact.email) == ("Ann Lee", "ann.lee@example.com")


def test_back_fill_goes_on_from_its_cursor_and_brings_what_changed_meanwhile(
    ic: IntercomConnector, desk: Helpdesk
) -> None:
    pages = list(ic.backfill(None))
    assert [[one.id for one in page.tickets] for page in pages] == [["101"], ["102"], ["103"]]
    assert pages[-1].cursor is None
    assert [one.id for page in ic.backfill(pages[0].cursor) for one in page.tickets] == ["102", "103"]
    assert [one.id for page in ic.backfill(pages[1].cursor) for one in page.tickets] == ["103"]
    searches = [one.json["query"]["value"] for one in desk.asked if one.path.endswith("search")]
    # What was changed after the beginning is asked for from the beginning on.
    assert searches[2][0]["value"] < searches[0][1]["value"]


def test_conversation_that_vanishes_during_back_fill_is_left_out(ic: IntercomConnector, desk: Helpdesk) -> None:
    desk.answer = lambda one: Told(status=404) if one.path == "/conversations/102" else intercom(one)
    assert [one.id for page in ic.backfill(None) for one in page.tickets] == ["101", "103"]


def test_words_are_written_in_the_agents_name(ic: IntercomConnector, desk: Helpdesk) -> None:
    assert ic.write(reply("101", resolve=True)).message_id == "99"
    assert ic.write(note("101")).message_id == "99"
    said = [one.json for one in asked(desk, "POST")]
    body = "<p>Dear Ann,<br>it comes &lt;tomorrow&gt;.</p>"
    assert said == [
        {"message_type": "comment", "type": "admin", "admin_id": "7401", "body": body},
        {"message_type": "close", "type": "admin", "admin_id": "7401"},
        {"message_type": "note", "type": "admin", "admin_id": "7401", "body": "<p>Carrier: two days</p>"},
    ]
    ic.write(Writing(WriteKind.NOTE, "101", REPLY, by="nobody@acme.example"))
    assert asked(desk, "POST")[-1].json["admin_id"] == "1"


def test_tags_are_made_and_added(ic: IntercomConnector, desk: Helpdesk) -> None:
    ic.tag("101", ["ai-assisted"])
    assert [(one.path, one.json) for one in asked(desk, "POST")] == [
        ("/tags", {"name": "ai-assisted"}),
        ("/conversations/101/tags", {"id": "tag-ai-assisted", "admin_id": "1"}),
    ]


def test_settings_are_tried_and_a_token_of_another_workspace_is_told(ic: IntercomConnector, desk: Helpdesk) -> None:
    assert [one.ok for one in ic.test()] == [True, True]
    desk.answer = lambda one: Told({"id": "1", "app": {"id_code": "other"}}) if one.path == "/me" else intercom(one)
    assert [one.ok for one in ic.test()] == [False, True]
    desk.answer = lambda _: Told(status=401)
    assert [one.ok for one in ic.test()] == [False, False]
    for gone in ("404", "../me", "search", "１０１"):
        desk.answer = intercom
        with pytest.raises(NotFound):
            ic.fetch(gone)


@pytest.mark.parametrize(
    "bad",
    [
        Told(status=429, headers={"X-RateLimit-Reset": "1"}),
        Told(status=500),
        Told(b"<html>Down for maintenance</html>", headers={"Content-Type": "text/html"}),
        Told({"type": "conversation"}, slow_s=0.5),
    ],
    ids=["429", "500", "HTML", "slow"],
)
def test_bad_answer_is_asked_again_and_then_told(ic: IntercomConnector, desk: Helpdesk, bad: Told) -> None:
    ic.client._http.sleep = lambda _: None
    ic.client._http._client.timeout = 0.2
    desk.answer = in_turn(bad, Told(CONVERSATION), Told(PERSON), Told({"name": "Returns"}))
    assert ic.fetch("101").id == "101"
    desk.asked.clear()
    desk.answer = lambda _: bad
    with pytest.raises(HelpdeskUnavailable):
        ic.fetch("101")
    assert len(desk.asked) == 4


@pytest.mark.parametrize("data", [{}, [], None, {"id": {}}, {"id": "101", "state": "closed", "contacts": [1]}])
def test_answer_of_another_shape_is_a_failure_of_the_helpdesk(
    ic: IntercomConnector, desk: Helpdesk, data: object
) -> None:
    desk.answer = lambda _: Told(data)
    with pytest.raises(HelpdeskUnavailable):
        ic.fetch("101")
    with pytest.raises(HelpdeskUnavailable):
        list(ic.backfill(None))
    assert not any(one.ok for one in ic.test())


# Webhooks


def test_signature_is_hex_of_sha1_over_the_body_alone() -> None:
    body = '{"text": "Wo ist mein Päckchen? 😀"}'.encode()
    headers = scheme("secret").sign(body)
    assert headers == {"x-hub-signature": "sha1=" + hmac.new(b"secret", body, hashlib.sha1).hexdigest()}
    scheme("secret").verify(body, headers)
    in_base64 = "sha1=" + base64.b64encode(hmac.digest(b"secret", body, "sha1")).decode()
    with pytest.raises(NotSignedIn):
        scheme("secret").verify(body, {"x-hub-signature": in_base64})


def test_what_another_workspace_tells_is_ignored(ic: IntercomConnector) -> None:
    told = json.loads((FIXTURES / "agent_reply.json").read_text())
    assert [one.kind for one in ic.parse(json.dumps(told).encode(), {})] == [EventKind.AGENT_REPLY]
    assert ic.parse(json.dumps(told | {"app_id": "other"}).encode(), {}) == []


def test_note_under_the_wrong_topic_never_becomes_a_public_reply() -> None:
    told = json.loads((FIXTURES / "internal_note.json").read_text()) | {"topic": "conversation.admin.replied"}
    (event,) = parse(json.dumps(told).encode(), {})
    assert (event.partial, event.message) == (True, None)
