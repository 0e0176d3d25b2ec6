"""Hosted helpdesks: small stand-ins that answer as the vendors document it, on a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from assist.errors import HelpdeskRefused, HelpdeskUnavailable, NotFound
from assist.helpdesk import Approved, Author, EventKind, Status, Ticket, WriteKind, Writing
from connectors.chatwoot import ChatwootConnector
from connectors.chatwoot.settings import ChatwootSettings
from connectors.freshdesk import FreshdeskConnector
from connectors.freshdesk.settings import FreshdeskSettings
from connectors.zendesk import ZendeskConnector
from connectors.zendesk.settings import ZendeskSettings
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk

BY = "maya@acme.example"
REPLY = "Dear Ann,\nit comes <tomorrow>."
PROOF = Approved(id="a", ticket_id=1, user_id=1, text=REPLY)


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk(lambda _: Told(status=404)) as running:
        yield running


def reply(ticket: str, *, resolve: bool = False) -> Writing:
    return Writing(WriteKind.REPLY, ticket, REPLY, by=BY, approval=PROOF, resolve=resolve)


def note(ticket: str) -> Writing:
    return Writing(WriteKind.NOTE, ticket, "Carrier: two days", by=BY)


def lines(ticket: Ticket) -> list[tuple[Author, bool, str]]:
    return [(one.author, one.internal, one.text) for one in ticket.messages]


def asked(desk: Helpdesk, method: str) -> list[Asked]:
    return [one for one in desk.asked if one.method == method]


# Zendesk


PEOPLE = [
    {"id": 200, "name": "Ann Lee", "email": "ann.lee@example.com", "phone": None, "role": "end-user"},
    {"id": 100, "name": "Maya Kent", "email": BY, "role": "agent"},
]
ZD_TICKET = {
    "id": 4711, "subject": "Late parcel", "status": "solved", "priority": "high", "requester_id": 200, "group_id": 5,
    "brand_id": 7, "satisfaction_rating": {"score": "good"}, "via": {"channel": "email"},
    "created_at": "2026-11-25T09:00:00Z", "updated_at": "2026-11-25T10:00:00Z",
}  # fmt: skip
AROUND = {"users": PEOPLE[:1], "groups": [{"id": 5, "name": "Returns"}], "brands": [{"id": 7, "name": "Acme"}]}


def zd_comment(number: int, author: int, text: str, *, public: bool = True, **more: Any) -> dict[str, Any]:
    at = f"2026-11-25T09:{number:02}:00Z"
    return {"id": number, "author_id": author, "plain_body": text, "public": public, "created_at": at, **more}


def zendesk(one: Asked) -> Told:
    pages = [
        [zd_comment(1, 200, "Where is it?"), zd_comment(2, 100, "Looking.", public=False)],
        [
            zd_comment(3, 100, "Tomorrow."),
            zd_comment(4, 200, "", attachments=[{"content_type": "image/png", "size": 9, "file_name": "ann.png"}]),
        ],
    ]
    place = one.path.removeprefix("/api/v2/")
    if place.endswith("/comments"):
        page = int(one.query.get("page[after]", "0"))
        meta = {"has_more": page == 0, "after_cursor": "1"}
        return Told({"comments": pages[page], "users": PEOPLE, "meta": meta})
    if place == "incremental/tickets/cursor":
        first = "cursor" not in one.query
        tickets = [ZD_TICKET] if first else [ZD_TICKET | {"id": 4712}, ZD_TICKET | {"id": 4713, "status": "deleted"}]
        return Told({"tickets": tickets, "after_cursor": "c1", "end_of_stream": not first, **AROUND})
    if place == "users/search":
        return Told({"users": PEOPLE if "maya" in one.query["query"] else []})
    if place == "users/me":
        return Told({"user": PEOPLE[1]})
    if place == "tickets/count":
        return Told({"count": {"value": 2}})
    if place == "tickets/9":
        return Told({"ticket": ZD_TICKET | {"id": 9, "status": "deleted"}})
    if place == "tickets/4711/tags":
        return Told({"tags": ["vip", *one.json["tags"]]})
    if place == "tickets/4711" and one.method == "PUT":
        return Told({"ticket": {}, "audit": {"events": [{"id": 1, "type": "Change"}, {"id": 55, "type": "Comment"}]}})
    return Told({"ticket": ZD_TICKET, **AROUND}) if place == "tickets/4711" else Told(status=404)


@pytest.fixture
def zd(desk: Helpdesk) -> Iterator[ZendeskConnector]:
    desk.answer = zendesk
    secret = SecretStr("secret")
    settings = ZendeskSettings(url=desk.url, user="bot@acme.example", token=secret, signing_secret=secret, rate=60_000)
    made = ZendeskConnector(settings)
    # The vendor's limit of exports is a minute's matter.
    made.client._exports._per_second = 1000
    yield made
    made.close()


def test_zendesk_ticket_has_all_comment_pages_with_their_authors(zd: ZendeskConnector) -> None:
    ticket = zd.fetch("4711")
    assert lines(ticket) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "[image/png]"),
    ]
    assert (ticket.status, ticket.group, ticket.brand, ticket.csat) == (Status.RESOLVED, "Returns", "Acme", 5)
    assert (ticket.contact.id, ticket.contact.email) == ("200", "ann.lee@example.com")
    assert "ann.png" not in ticket.model_dump_json()


def test_zendesk_back_fill_goes_on_from_its_cursor(zd: ZendeskConnector) -> None:
    pages = list(zd.backfill(None))
    assert [[one.id for one in page.tickets] for page in pages] == [["4711"], ["4712"]]
    assert [page.cursor for page in pages] == ["c1", None]
    assert [one.id for page in zd.backfill("c1") for one in page.tickets] == ["4712"]


def test_zendesk_comment_stands_in_the_agents_name(zd: ZendeskConnector, desk: Helpdesk) -> None:
    assert zd.write(reply("4711", resolve=True)).message_id == "55"
    assert zd.write(note("4711")).message_id == "55"
    first, second = (one.json["ticket"] for one in asked(desk, "PUT"))
    assert first == {"comment": {"body": REPLY, "public": True, "author_id": "100"}, "status": "solved"}
    assert second == {"comment": {"body": "Carrier: two days", "public": False, "author_id": "100"}}


def test_zendesk_tags_are_added(zd: ZendeskConnector, desk: Helpdesk) -> None:
    zd.tag("4711", ["ai-assisted"])
    assert [(one.method, one.path, one.json) for one in desk.asked] == [
        ("PUT", "/api/v2/tickets/4711/tags", {"tags": ["ai-assisted"]})
    ]


def test_zendesk_deleted_ticket_is_gone_and_settings_are_tried(zd: ZendeskConnector, desk: Helpdesk) -> None:
    for gone in ("9", "404", "../users/me"):
        with pytest.raises(NotFound):
            zd.fetch(gone)
    assert [one.ok for one in zd.test()] == [True, True]
    desk.answer = lambda _: Told(status=401)
    assert [one.ok for one in zd.test()] == [False, False]


# Chatwoot


def cw_message(number: int, kind: int, text: str | None, **more: Any) -> dict[str, Any]:
    return {"id": number, "content": text, "message_type": kind, "private": False, "created_at": 1795597200 + number,
            "content_type": "text", "content_attributes": {}, **more}  # fmt: skip


CW_MESSAGES = [
    cw_message(1, 0, "Where is it?", sender={"name": "Ann Lee", "type": "contact"}),
    cw_message(2, 2, "Maya self-assigned this"),
    cw_message(3, 1, "Looking.", private=True, sender={"name": "Maya", "type": "user"}),
    cw_message(4, 1, "Tomorrow.", sender={"name": "Maya", "type": "user"}),
    cw_message(5, 0, None, attachments=[{"file_type": "audio", "file_size": 99}]),
    cw_message(6, 3, "Rate us", content_type="input_csat",
               content_attributes={"submitted_values": {"csat_survey_response": {"rating": 4}}}),
    cw_message(7, 1, "Taken back", content_attributes={"deleted": True}),
]  # fmt: skip
CW_CONVERSATION = {
    "id": 52, "status": "resolved", "priority": "urgent", "created_at": 1795597200, "last_activity_at": 1795599000,
    "meta": {"sender": {"id": 9, "name": "Ann Lee", "email": "ann.lee@example.com", "phone_number": "+15550100"},
             "team": {"id": 2, "name": "returns"}, "channel": "Channel::WebWidget"},
}  # fmt: skip


def chatwoot(one: Asked) -> Told:
    assert one.headers["api_access_token"] == "secret"
    place = one.path.removeprefix("/api/v1/accounts/3/")
    if place == "conversations":
        assert (one.query["status"], one.query["sort_by"]) == ("all", "created_at_asc")
        page = int(one.query["page"])
        return Told({"data": {"payload": [CW_CONVERSATION | {"id": 51 + page}] if page < 3 else []}})
    if place.endswith("/messages") and one.method == "GET":
        before = int(one.query.get("before", "100"))
        return Told({"payload": [message for message in CW_MESSAGES if message["id"] < before][-3:]})
    if place.endswith("/messages"):
        return Told({"id": 77})
    if place == "conversations/52/labels":
        return Told({"payload": ["vip"]})
    if place.endswith("/toggle_status"):
        return Told({"payload": {"success": True}})
    if place == "conversations/meta":
        return Told({"meta": {"all_count": 2}})
    if place == "inboxes":
        return Told({"payload": [{}]})
    return Told(CW_CONVERSATION) if place == "conversations/52" else Told(status=404)


@pytest.fixture
def cw(desk: Helpdesk) -> Iterator[ChatwootConnector]:
    desk.answer = chatwoot
    secret = SecretStr("secret")
    made = ChatwootConnector(
        ChatwootSettings(url=desk.url, account=3, token=secret, webhook_secret=secret, rate=60_000)
    )
    yield made
    made.close()


def test_chatwoot_conversation_is_read_back_to_its_first_message(cw: ChatwootConnector) -> None:
    ticket = cw.fetch("52")
    assert lines(ticket) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "[audio/*]"),
    ]
    assert (ticket.status, ticket.group, ticket.csat, ticket.channel) == (Status.RESOLVED, "returns", 4, "webwidget")
    assert (ticket.contact.id, ticket.contact.phone) == ("9", "+15550100")


def test_chatwoot_labels_are_added_to_those_that_are_there(cw: ChatwootConnector, desk: Helpdesk) -> None:
    cw.tag("52", ["ai-assisted", "vip"])
    assert [one.json for one in asked(desk, "POST")] == [{"labels": ["vip", "ai-assisted"]}]


def test_chatwoot_back_fill_and_writing(cw: ChatwootConnector, desk: Helpdesk) -> None:
    assert [one.id for page in cw.backfill(None) for one in page.tickets] == ["52", "53"]
    assert [one.id for page in cw.backfill("2") for one in page.tickets] == ["53"]
    assert cw.write(reply("52", resolve=True)).message_id == "77"
    assert cw.write(note("52")).message_id == "77"
    sent = [one.json for one in asked(desk, "POST")]
    assert sent == [
        {"content": REPLY, "message_type": "outgoing", "private": False},
        {"status": "resolved"},
        {"content": "Carrier: two days", "message_type": "outgoing", "private": True},
    ]
    assert [one.ok for one in cw.test()] == [True, True]
    with pytest.raises(NotFound):
        cw.fetch("99")


# Freshdesk


FD_TICKET = {
    "id": 7, "subject": "Late parcel", "status": 4, "priority": 3, "source": 1, "group_id": 5, "spam": False,
    "tags": ["vip"],
    "description": "<div>Where is it?</div>", "description_text": "Where is it?",
    "requester": {"id": 9, "name": "Ann Lee", "email": "ann.lee@example.com"},
    "stats": {"resolved_at": "2026-11-25T10:00:00Z"},
    "attachments": [{"content_type": "application/pdf", "size": 5, "name": "ann.pdf"}],
    "created_at": "2026-11-25T09:00:00Z", "updated_at": "2026-11-25T10:00:00Z",
}  # fmt: skip
FD_TURNS = [
    {"id": 1, "body": "<p>Tomorrow.</p>", "body_text": "Tomorrow.", "incoming": False, "private": False, "user_id": 4,
     "created_at": "2026-11-25T09:20:00Z"},
    {"id": 2, "body": "<p>Looking.</p>", "incoming": False, "private": True, "user_id": 4,
     "created_at": "2026-11-25T09:10:00Z"},
    {"id": 3, "body_text": "Thanks!\n\nOn Wed, 25 Nov 2026 at 09:20, Acme <help@acme.example> wrote:\n> Tomorrow.",
     "incoming": True, "private": False, "user_id": 9, "created_at": "2026-11-25T09:30:00Z"},
]  # fmt: skip


def freshdesk(one: Asked) -> Told:
    place = one.path.removeprefix("/api/v2/")
    here = f"http://{one.headers['host']}{one.path}"
    if place == "tickets/7/conversations":
        page = int(one.query.get("page", "1"))
        link = {"Link": f'<{here}?page=2&per_page=100>; rel="next"'} if page == 1 else {}
        return Told(FD_TURNS[:2] if page == 1 else FD_TURNS[2:], headers=link)
    if place == "tickets":
        if one.query.get("filter") == "deleted":
            return Told([{"id": 8, "updated_at": "2026-11-25T10:05:00Z"}])
        return Told([{"id": 7, "updated_at": "2026-11-25T10:00:00Z"}, {"id": 8, "updated_at": "2026-11-25T10:01:00Z"}])
    if place == "surveys/satisfaction_ratings":
        return Told([{"id": 1, "ticket_id": 7, "ratings": {"default_question": 103}}])
    if place == "groups/5":
        return Told({"id": 5, "name": "Returns"})
    if place == "agents/4":
        return Told({"contact": {"name": "Maya Kent"}})
    if place == "agents/me":
        return Told({"type": "support_agent"})
    if place in {"tickets/7/reply", "tickets/7/notes"}:
        return Told({"id": 99}, status=201)
    if place == "tickets/8":
        return Told(FD_TICKET | {"id": 8, "deleted": True})
    return Told(FD_TICKET) if place == "tickets/7" else Told(status=404)


@pytest.fixture
def fd(desk: Helpdesk) -> Iterator[FreshdeskConnector]:
    desk.answer = freshdesk
    made = FreshdeskConnector(
        FreshdeskSettings(url=desk.url, api_key=SecretStr("key"), webhook_secret=SecretStr("s" * 20), rate=60_000)
    )
    yield made
    made.close()


def test_freshdesk_ticket_has_its_opening_and_all_conversation_pages_in_order(fd: FreshdeskConnector) -> None:
    ticket = fd.fetch("7")
    assert lines(ticket) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "Thanks!"),
    ]
    assert ticket.contact.id == "9"
    assert [one.name for one in ticket.messages] == ["Ann Lee", "Maya Kent", "Maya Kent", None]
    assert (ticket.status, ticket.group, ticket.priority, ticket.channel) == (
        Status.RESOLVED, "Returns", "high", "email",
    )  # fmt: skip
    assert [(one.type, one.size) for one in ticket.messages[0].attachments] == [("application/pdf", 5)]
    for gone in ("8", "404", "x", "７"):
        with pytest.raises(NotFound):
            fd.fetch(gone)


def test_freshdesk_poll_tells_changes_deletions_and_ratings(fd: FreshdeskConnector, desk: Helpdesk) -> None:
    first = fd.poll(None)
    assert first.events == []
    polled = fd.poll(first.cursor)
    assert [(one.kind, one.ticket_id) for one in polled.events] == [
        (EventKind.EDITED, "7"), (EventKind.EDITED, "8"), (EventKind.DELETED, "8"), (EventKind.CSAT, "7"),
    ]  # fmt: skip
    assert polled.events[-1].csat == 5
    # The window overlaps; the same changes have the same ids, so they count once.
    again = fd.poll(polled.cursor)
    assert [one.delivery_id for one in again.events] == [one.delivery_id for one in polled.events]
    assert all(one.query["updated_since"] < polled.cursor for one in desk.asked if "updated_since" in one.query)


def test_freshdesk_without_surveys_is_polled_all_the_same(fd: FreshdeskConnector, desk: Helpdesk) -> None:
    desk.answer = lambda one: Told(status=403) if "surveys" in one.path else freshdesk(one)
    assert [one.kind for one in fd.poll("2026-11-25T09:00:00+00:00").events][-1] is EventKind.DELETED


def test_freshdesk_back_fill_passes_the_end_of_the_list(
    fd: FreshdeskConnector, desk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.freshdesk.client.PAGE", 10)

    def at(number: int) -> str:
        # More than a page changed in the same second.
        return "2026-11-25T09:00:00Z" if number < 15 else f"2026-11-25T10:00:{number:02}Z"

    def answer(one: Asked) -> Told:
        if one.path != "/api/v2/tickets":
            number = one.path.rsplit("/", 1)[-1]
            return Told([]) if "conversations" in one.path else Told(FD_TICKET | {"id": number, "group_id": None})
        after = [number for number in range(33) if at(number) >= one.query["updated_since"]]
        page = int(one.query["page"])
        return Told([{"id": number, "updated_at": at(number)} for number in after[(page - 1) * 10 : page * 10]])

    desk.answer = answer
    pages = list(fd.backfill(None))
    assert {one.id for page in pages for one in page.tickets} == {str(number) for number in range(33)}
    assert pages[-1].cursor is None
    assert (
        max(int(one.query["page"]) for one in desk.asked if "page" in one.query and "updated_since" in one.query) == 2
    )
    middle = pages[1].cursor
    rest = {one.id for page in fd.backfill(middle) for one in page.tickets}
    assert rest | {one.id for page in pages[:2] for one in page.tickets} == {str(number) for number in range(33)}


def test_freshdesk_tags_are_added_to_those_that_are_there(fd: FreshdeskConnector, desk: Helpdesk) -> None:
    fd.tag("7", ["ai-assisted", "vip"])
    assert [one.json for one in asked(desk, "PUT")] == [{"tags": ["vip", "ai-assisted"]}]


def test_freshdesk_writing_escapes_what_is_no_html(fd: FreshdeskConnector, desk: Helpdesk) -> None:
    assert fd.write(reply("7", resolve=True)).message_id == "99"
    assert fd.write(note("7")).message_id == "99"
    first, second = asked(desk, "POST")
    assert (first.path, first.json) == ("/api/v2/tickets/7/reply", {"body": "Dear Ann,<br>it comes &lt;tomorrow&gt;."})
    assert (second.path, second.json) == ("/api/v2/tickets/7/notes", {"body": "Carrier: two days", "private": True})
    assert asked(desk, "PUT")[0].json == {"status": 4}
    assert [one.ok for one in fd.test()] == [True, True]


# All of them


@pytest.mark.parametrize("name", ["zd", "cw", "fd"])
def test_answer_of_another_shape_is_a_failure_of_the_helpdesk(
    name: str, request: pytest.FixtureRequest, desk: Helpdesk
) -> None:
    connector = request.getfixturevalue(name)
    for data in ({"ticket": {}}, {"id": {}}, [], {"ticket": [], "id": None}):
        desk.answer = lambda _, data=data: Told(data)  # type: ignore[misc]
        with pytest.raises((HelpdeskUnavailable, NotFound, HelpdeskRefused)):
            connector.fetch("7")
