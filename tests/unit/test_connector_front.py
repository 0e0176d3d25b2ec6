"""Front: a stand-in that answers as its OpenAPI description says, on a real socket."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from assist.errors import HelpdeskUnavailable, InvalidInput, NotFound, NotSignedIn
from assist.helpdesk import Author, EventKind, Status, WriteKind, Writing
from connectors.front import FrontConnector
from connectors.front.events import scheme
from connectors.front.settings import FrontSettings
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk, in_turn
from tests.unit.test_connector_clients import BY, REPLY, asked, lines, note, reply

# Front's own addresses lead to the company's server, which is not the one that is asked.
API = "https://acme.api.frontapp.com"
AT = 1795597200.25
MAYA: dict[str, Any] = {
    "_links": {"self": f"{API}/teammates/tea_1"}, "id": "tea_1", "email": BY, "username": "maya", "first_name": "Maya",
    "last_name": "Kent", "license_type": "full", "is_admin": False, "is_available": True, "is_blocked": False,
    "type": "user", "custom_fields": {},
}  # fmt: skip
ANN = {"_links": {"related": {"contact": f"{API}/contacts/crd_9"}}, "name": "Ann Lee", "handle": "ann.lee@example.com"}
HELP = {"_links": {"related": {"contact": None}}, "name": None, "handle": "help@acme.example"}


def message(number: int, inbound: bool, text: str, **more: Any) -> dict[str, Any]:
    who = [ANN | {"role": "from" if inbound else "to"}, HELP | {"role": "to" if inbound else "from"}]
    return {
        "_links": {"self": f"{API}/messages/msg_{number}", "related": {"conversation": f"{API}/conversations/cnv_1"}},
        "id": f"msg_{number}", "message_uid": f"uid{number}", "type": "email", "is_inbound": inbound,
        "draft_mode": None, "version": "1-1", "created_at": AT + number, "subject": "Late parcel", "blurb": text[:20],
        "recipients": who, "body": f"<p>{text}</p>", "text": text, "attachments": [], "metadata": {},
        **({} if inbound else {"author": MAYA}), **more,
    }  # fmt: skip


FILE = {"id": "fil_1", "filename": "ann.png", "url": f"{API}/download/fil_1", "content_type": "image/png", "size": 9,
        "metadata": {"is_inline": False}}  # fmt: skip
MESSAGES = [
    message(1, True, "Where is it?\n\nOn Wed, 25 Nov 2026 at 09:20, Acme <help@acme.example> wrote:\n> Hi"),
    message(3, False, "Tomorrow."),
    message(4, True, "", attachments=[FILE]),
    message(5, False, "Half a sent", draft_mode="shared"),
    message(6, False, "How did we do?", author=MAYA | {"id": "tea_2", "type": "csat"}),
]
COMMENT: dict[str, Any] = {
    "_links": {"self": f"{API}/comments/com_2", "related": {"conversation": f"{API}/conversations/cnv_1"}},
    "id": "com_2", "author": MAYA, "body": "Looking.", "posted_at": AT + 2, "attachments": [], "is_pinned": False,
}  # fmt: skip
CONVERSATION: dict[str, Any] = {
    "_links": {"self": f"{API}/conversations/cnv_1", "related": {"messages": f"{API}/conversations/cnv_1/messages"}},
    "id": "cnv_1", "type": "conversation", "subject": "Late parcel", "status": "archived", "ticket_ids": [],
    "assignee": MAYA, "recipient": ANN | {"role": "from"}, "tags": [], "links": [], "custom_fields": {},
    "created_at": AT, "updated_at": AT + 900, "is_private": False, "scheduled_reminders": [], "metadata": {},
}  # fmt: skip
EVENT: dict[str, Any] = {
    "_links": {"self": f"{API}/events/evt_1"}, "id": "evt_1", "type": "archive", "emitted_at": AT + 100,
    "source": {"_meta": {"type": "teammate"}, "data": MAYA}, "conversation": CONVERSATION,
}  # fmt: skip
DISCUSSION = CONVERSATION | {"id": "cnv_7", "type": "discussion"}


def told_list(found: list[Any], following: str | None = None) -> Told:
    return Told({"_pagination": {"next": following}, "_links": {"self": f"{API}/x"}, "_results": found})


def inbox(number: int, name: str) -> dict[str, Any]:
    return {"_links": {"self": f"{API}/inboxes/inb_{number}"}, "id": f"inb_{number}", "name": name, "is_private": False,
            "is_public": True, "custom_fields": {}}  # fmt: skip


def channel(number: int, address: str, *, valid: bool = True) -> dict[str, Any]:
    return {"_links": {"self": f"{API}/channels/cha_{number}"}, "id": f"cha_{number}", "name": address, "type": "smtp",
            "address": address, "send_as": address, "settings": {}, "is_private": False, "is_valid": valid}  # fmt: skip


def label(number: int, name: str) -> dict[str, Any]:
    return {"_links": {"self": f"{API}/tags/tag_{number}"}, "id": f"tag_{number}", "name": name, "description": None,
            "highlight": None, "is_private": False, "is_visible_in_conversation_lists": False}  # fmt: skip


def front(one: Asked) -> Told:
    assert one.headers["authorization"] == "Bearer secret"
    token = one.query.get("page_token")
    following = f"{API}{one.path}?limit=100&page_token=t2"
    place = one.path.removeprefix("/")
    if one.method == "POST":
        if place == "conversations/cnv_1/messages":
            return Told({"status": "accepted", "message_uid": "uid99"}, status=202)
        if place == "conversations/cnv_1/drafts":
            return Told(message(98, False, REPLY, draft_mode="shared"))
        if place == "conversations/cnv_1/comments":
            return Told(COMMENT | {"id": "com_97"}, status=201)
        if place == "tags":
            return Told(label(3, one.json["name"]), status=201)
        return Told(status=204)
    if place == "conversations":
        return told_list([CONVERSATION, DISCUSSION] if not token else [CONVERSATION | {"id": "cnv_2"}],
                         None if token else following)  # fmt: skip
    if place in {"conversations/cnv_1/messages", "conversations/cnv_2/messages"}:
        return told_list(MESSAGES[:2] if not token else MESSAGES[2:], None if token else following)
    if place in {"conversations/cnv_1/comments", "conversations/cnv_2/comments"}:
        return told_list([COMMENT])
    if place in {"conversations/cnv_1/inboxes", "conversations/cnv_2/inboxes"}:
        return told_list([inbox(5, "Returns")])
    if place == "inboxes/inb_5/channels":
        found = [channel(1, "old@acme.example", valid=False), channel(2, "shop@acme.example")]
        return told_list([*found, channel(3, "help@acme.example")])
    if place == "events":
        gone = {"target": {"_meta": {"type": "deleted_conversation_ids"}, "data": ["cnv_9"]}}
        found = [EVENT] if not token else [EVENT | {"id": "evt_2", "type": "conversations_merged", **gone}]
        return told_list(found, None if token else following)
    if place == f"teammates/alt:email:{BY}":
        return Told(MAYA)
    if place == "tags":
        return told_list([label(1, "vip")] if not token else [label(2, "late")], None if token else following)
    if place == "me":
        return Told({"_links": {"self": f"{API}/me"}, "id": "cmp_acme", "name": "Acme"})
    known = {"conversations/cnv_1": CONVERSATION, "conversations/cnv_7": DISCUSSION,
             "conversations/cnv_8": CONVERSATION | {"id": "cnv_8", "status": "deleted"}}  # fmt: skip
    return Told(known[place]) if place in known else Told({"_error": {"status": 404}}, status=404)


def connected(url: str) -> FrontConnector:
    secret = SecretStr("secret")
    return FrontConnector(FrontSettings(url=url, token=secret, signing_key=secret, rate=600_000))


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk(front) as running:
        yield running


@pytest.fixture
def fr(desk: Helpdesk) -> Iterator[FrontConnector]:
    made = connected(desk.url)
    yield made
    made.close()


def test_conversation_has_all_message_pages_and_comments_in_order(fr: FrontConnector) -> None:
    ticket = fr.fetch("cnv_1")
    assert lines(ticket) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "[image/png]"),
        (Author.BOT, False, "How did we do?"),
    ]
    assert [one.name for one in ticket.messages[:3]] == ["Ann Lee", "Maya Kent", "Maya Kent"]
    assert (ticket.status, ticket.group, ticket.channel) == (Status.RESOLVED, "Returns", "email")
    assert (ticket.contact.name, ticket.contact.email, ticket.contact.phone) == ("Ann Lee", "ann.lee@example.com", None)
    assert "ann.png" not in ticket.model_dump_json()


def test_bin_and_talk_among_colleagues_are_no_tickets(fr: FrontConnector) -> None:
    for gone in ("cnv_7", "cnv_8", "cnv_404", "../me"):
        with pytest.raises(NotFound):
            fr.fetch(gone)


def test_snoozed_conversation_waits_and_a_number_is_a_phone(fr: FrontConnector, desk: Helpdesk) -> None:
    snoozed = {"scheduled_reminders": [{"_links": {}, "scheduled_at": AT + 86400}]}
    phone = {"recipient": ANN | {"handle": "+1 555-0100-22", "role": "from"}}
    desk.answer = lambda one: Told(CONVERSATION | snoozed | phone) if one.path == "/conversations/cnv_1" else front(one)
    ticket = fr.fetch("cnv_1")
    assert (ticket.status, ticket.contact.phone) == (Status.PENDING, "+1 555-0100-22")
    desk.answer = lambda one: (
        Told(CONVERSATION | {"status_category": "waiting"}) if one.path == "/conversations/cnv_1" else front(one)
    )
    assert fr.fetch("cnv_1").status is Status.PENDING


def test_back_fill_goes_on_from_its_cursor_and_never_asks_another_server(fr: FrontConnector) -> None:
    pages = list(fr.backfill(None))
    assert [[one.id for one in page.tickets] for page in pages] == [["cnv_1"], ["cnv_2"]]
    assert [page.cursor for page in pages] == ["t2", None]
    assert [one.id for page in fr.backfill("t2") for one in page.tickets] == ["cnv_2"]


def test_conversation_that_vanishes_during_back_fill_is_left_out(fr: FrontConnector, desk: Helpdesk) -> None:
    desk.answer = lambda one: Told(status=404) if one.path == "/conversations/cnv_1/messages" else front(one)
    assert [one.id for page in fr.backfill(None) for one in page.tickets] == ["cnv_2"]


def test_poll_tells_merges_and_gives_the_same_events_with_the_same_ids(fr: FrontConnector, desk: Helpdesk) -> None:
    first = fr.poll(None)
    assert first.events == []
    polled = fr.poll(first.cursor)
    assert [(one.kind, one.ticket_id, one.into) for one in polled.events] == [
        (EventKind.STATUS, "cnv_1", None), (EventKind.MERGED, "cnv_9", "cnv_1"),
    ]  # fmt: skip
    assert [one.delivery_id for one in fr.poll(polled.cursor).events] == [one.delivery_id for one in polled.events]
    looks = [one.query for one in desk.asked if one.path == "/events"]
    assert all(float(one["q[after]"]) < float(first.cursor) - 100 and int(one["limit"]) <= 15 for one in looks[:2])


def test_event_that_came_by_webhook_and_by_poll_has_one_id(fr: FrontConnector) -> None:
    body = b'{"type": "conversation_archived", "payload": {"id": "evt_1", "conversation": {"id": "cnv_1"}}}'
    (hooked,) = fr.parse(body, {})
    assert hooked.delivery_id == fr.poll("1795597200").events[0].delivery_id
    assert hooked.status is Status.RESOLVED


def test_draft_comment_and_reply_are_written_in_the_agents_name(fr: FrontConnector, desk: Helpdesk) -> None:
    html = "Dear Ann,<br>it comes &lt;tomorrow&gt;."
    assert fr.write(Writing(WriteKind.DRAFT, "cnv_1", REPLY, by=BY)).message_id == "msg_98"
    assert fr.write(note("cnv_1")).message_id == "com_97"
    assert fr.write(reply("cnv_1")).message_id is None
    fr.write(reply("cnv_1", resolve=True))
    sent = [(one.path.rsplit("/", 1)[1], one.json) for one in asked(desk, "POST")]
    assert sent == [
        # The channel that the customer wrote to, though the inbox has another one first.
        ("drafts", {"author_id": "tea_1", "body": html, "mode": "shared", "channel_id": "cha_3"}),
        ("comments", {"author_id": "tea_1", "body": "Carrier: two days"}),
        ("messages", {"author_id": "tea_1", "body": html, "options": {"archive": False}}),
        ("messages", {"author_id": "tea_1", "body": html, "options": {"archive": True}}),
    ]
    fr.write(Writing(WriteKind.NOTE, "cnv_1", REPLY, by="nobody@acme.example"))
    assert asked(desk, "POST")[-1].json == {"body": REPLY}


def test_draft_without_a_channel_is_told_and_nothing_is_written(fr: FrontConnector, desk: Helpdesk) -> None:
    desk.answer = lambda one: told_list([]) if one.path.endswith("/channels") else front(one)
    with pytest.raises(InvalidInput):
        fr.write(Writing(WriteKind.DRAFT, "cnv_1", REPLY, by=BY))
    assert asked(desk, "POST") == []


def test_tags_are_found_or_made_and_added(fr: FrontConnector, desk: Helpdesk) -> None:
    fr.tag("cnv_1", ["late", "ai-assisted"])
    assert [(one.path, one.json) for one in asked(desk, "POST")] == [
        ("/tags", {"name": "ai-assisted"}),
        ("/conversations/cnv_1/tags", {"tag_ids": ["tag_2", "tag_3"]}),
    ]


def test_settings_are_tried(fr: FrontConnector, desk: Helpdesk) -> None:
    assert [one.ok for one in fr.test()] == [True, True, True]
    desk.answer = lambda _: Told(status=401)
    assert [one.ok for one in fr.test()] == [False, False, False]


@pytest.mark.parametrize(
    "bad",
    [
        Told(status=429, headers={"Retry-After": "1"}),
        Told(status=500),
        Told(b"<html>Down for maintenance</html>", headers={"Content-Type": "text/html"}),
        Told(CONVERSATION, slow_s=0.5),
    ],
    ids=["429", "500", "HTML", "slow"],
)
def test_bad_answer_is_asked_again_and_then_told(fr: FrontConnector, desk: Helpdesk, bad: Told) -> None:
    fr.client._http.sleep = lambda _: None
    fr.client._http._client.timeout = 0.2
    empty = told_list([])
    desk.answer = in_turn(bad, Told(CONVERSATION), empty, empty, empty)
    assert fr.fetch("cnv_1").id == "cnv_1"
    desk.asked.clear()
    desk.answer = lambda _: bad
    with pytest.raises(HelpdeskUnavailable):
        fr.fetch("cnv_1")
    assert len(desk.asked) == 4


@pytest.mark.parametrize("data", [{}, [], None, {"id": {}}, {"_results": 3}, {"_results": [3], "_pagination": []}])
def test_answer_of_another_shape_is_a_failure_of_the_helpdesk(fr: FrontConnector, desk: Helpdesk, data: object) -> None:
    desk.answer = lambda _: Told(data)
    with pytest.raises(HelpdeskUnavailable):
        fr.fetch("cnv_1")
    with pytest.raises(HelpdeskUnavailable):
        list(fr.backfill(None))
    with pytest.raises(HelpdeskUnavailable):
        fr.poll("1795597200")


# Webhooks


def test_signature_is_base64_over_time_colon_body() -> None:
    body = '{"text": "Wo ist mein Päckchen? 😀"}'.encode()
    headers = scheme("secret").sign(body)
    stamp = headers["x-front-request-timestamp"]
    assert len(stamp) == 13
    right = base64.b64encode(hmac.digest(b"secret", f"{stamp}:".encode() + body, hashlib.sha256)).decode()
    assert headers["x-front-signature"] == right
    # A rule's webhook is signed otherwise, by another secret; it is not taken for an application's.
    rule = {"x-front-signature": base64.b64encode(hmac.digest(b"secret", body, "sha1")).decode()}
    with pytest.raises(NotSignedIn):
        scheme("secret").verify(body, rule)
    with pytest.raises(NotSignedIn):
        scheme("secret").verify(body, rule | {"x-front-request-timestamp": stamp})


def test_challenge_is_said_back(fr: FrontConnector) -> None:
    assert fr.handshake(b'{"type": "sync", "authorization": {"id": "cmp_acme"}}', {"x-front-challenge": "abc"}) == "abc"
    assert fr.handshake(b"{}", {}) is None
    assert fr.parse(b'{"type": "sync", "authorization": {"id": "cmp_acme"}}', {}) == []
