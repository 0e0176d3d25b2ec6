"""Help Scout: a stand-in that answers as its pages say, on a real socket."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from assist.errors import HelpdeskRefused, HelpdeskUnavailable, NotFound
from assist.helpdesk import Author, EventKind, Status, WriteKind, Writing
from connectors.helpscout import HelpScoutConnector
from connectors.helpscout.events import parse, scheme
from connectors.helpscout.settings import HelpScoutSettings
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk, in_turn
from tests.unit.test_connector_clients import BY, REPLY, asked, lines, note, reply

FIXTURES = Path(__file__).parents[2] / "connectors" / "helpscout" / "fixtures"
ANN = {"id": 29418, "type": "customer", "first": "Ann", "last": "Lee", "email": "ann.lee@example.com"}
MAYA = {"id": 256, "type": "user", "first": "Maya", "last": "Kent", "email": BY}
MACHINE = {"id": 9, "type": "system_user", "first": "AI", "last": "Answers", "email": ""}
MERGED = {"type": "merged", "text": "merged", "associatedEntities": {"originalConversation": 4712}}


def thread(number: int, kind: str, body: str, by: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": number, "type": kind, "status": "active", "state": "published", "body": body, "createdBy": by,
            "action": {"type": "default", "associatedEntities": {}}, "createdAt": f"2026-11-25T09:{number:02}:00Z",
            "_embedded": {"attachments": []}, **more}  # fmt: skip


FILES = {"attachments": [{"id": 1, "filename": "ann.png", "mimeType": "image/png", "size": 9, "state": "valid"}]}
QUOTING = (
    "Where is it?<br><br>On Wed, 25 Nov 2026 at 09:20, Acme &lt;h@acme.example&gt; wrote:<blockquote>Hi</blockquote>"
)
# Newest first, as Help Scout lists them.
THREADS = [
    thread(9, "lineitem", "", MAYA, action=MERGED),
    thread(8, "message", "Half a sent", MAYA, state="draft"),
    thread(7, "phone", "She rang: it is the blue one.", MAYA),
    thread(6, "customer", "", ANN, _embedded=FILES),
    thread(5, "message", "It comes <b>tomorrow</b>.", MAYA, rating={"customerId": 29418, "rating": "great"}),
    thread(3, "message", "Is it in your letter box?", MACHINE),
    thread(2, "note", "Looking.", MAYA),
    thread(1, "customer", QUOTING, ANN),
]
CONVERSATION: dict[str, Any] = {
    "id": 4711, "number": 349, "threads": 8, "type": "email", "folderId": 493, "status": "closed", "state": "published",
    "subject": "Late parcel", "mailboxId": 85, "createdBy": ANN, "createdAt": "2026-11-25T09:01:00Z", "closedBy": 256,
    "closedAt": "2026-11-25T09:30:00Z", "userUpdatedAt": "2026-11-25T09:30:00Z", "tags": [{"id": 1, "tag": "vip"}],
    "primaryCustomer": ANN, "customFields": [], "_embedded": {"threads": []},
}  # fmt: skip


def page(name: str, items: list[Any], number: int = 1, total: int = 1) -> Told:
    # An empty list is left out.
    held = {"_embedded": {name: items}} if items else {}
    counts = {"size": 25, "totalElements": len(items), "totalPages": total, "number": number}
    return Told({**held, "page": counts, "_links": {}})


def helpscout(one: Asked) -> Told:
    place = one.path.removeprefix("/")
    if place == "v2/oauth2/token":
        grant = parse_qs(one.body.decode())
        assert (grant["grant_type"], grant["client_id"]) == (["client_credentials"], ["an-app"])
        return Told({"token_type": "bearer", "access_token": "token", "expires_in": 172800})
    assert one.headers["authorization"] == "Bearer token"
    number = int(one.query.get("page", "1"))
    if place == "v2/conversations":
        assert one.query["status"] == "all"
        if "modifiedSince" in one.query:
            assert (one.query["embed"], one.query["sortField"]) == ("threads", "modifiedAt")
            return page("conversations", [CONVERSATION | {"_embedded": {"threads": THREADS}}])
        spam = CONVERSATION | {"id": 4713, "status": "spam"}
        found = [CONVERSATION, spam] if number == 1 else [CONVERSATION | {"id": 4714}]
        return page("conversations", found, number, 2)
    if place in {"v3/conversations/4711/threads", "v3/conversations/4714/threads"}:
        return page("threads", THREADS[:4] if number == 1 else THREADS[4:], number, 2)
    if place == "v2/mailboxes/85":
        return Told({"id": 85, "name": "Returns"})
    if place == "v2/users":
        return page("users", [{"id": 256, "email": BY}] if one.query["email"] == BY else [])
    if place == "v2/users/me":
        return Told({"id": 1, "role": "owner"})
    if place in {"v2/conversations/4711/reply", "v2/conversations/4711/notes"}:
        return Told(status=201, headers={"Resource-ID": "99"})
    if place == "v2/conversations/4711/tags":
        return Told(status=204)
    known = {"v2/conversations/4711": CONVERSATION, "v2/conversations/4713": CONVERSATION | {"status": "spam"},
             "v2/conversations/4715": CONVERSATION | {"state": "deleted"}}  # fmt: skip
    if place == "v2/conversations/4712":
        return Told(status=301, headers={"Location": "/v2/conversations/4711"})
    return Told(known[place]) if place in known else Told({"message": "Not found"}, status=404)


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk(helpscout) as running:
        yield running


@pytest.fixture
def hs(desk: Helpdesk) -> Iterator[HelpScoutConnector]:
    secret = SecretStr("secret")
    made = HelpScoutConnector(
        HelpScoutSettings(url=desk.url, app_id="an-app", app_secret=secret, webhook_secret=secret, rate=600_000)
    )
    yield made
    made.close()


def written(desk: Helpdesk) -> list[Asked]:
    return [one for one in asked(desk, "POST") if not one.path.endswith("token")]


def test_conversation_has_all_thread_pages_in_order(hs: HelpScoutConnector) -> None:
    ticket = hs.fetch("4711")
    assert lines(ticket) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.BOT, False, "Is it in your letter box?"),
        (Author.AGENT, False, "It comes tomorrow."),
        (Author.CUSTOMER, False, "[image/png]"),
        (Author.AGENT, True, "She rang: it is the blue one."),
    ]
    assert (ticket.status, ticket.group, ticket.channel, ticket.csat) == (Status.RESOLVED, "Returns", "email", 5)
    assert (ticket.contact.id, ticket.contact.name, ticket.contact.email) == (
        "29418", "Ann Lee", "ann.lee@example.com",
    )  # fmt: skip
    assert "ann.png" not in ticket.model_dump_json()


def test_spam_and_what_is_deleted_or_merged_away_is_no_ticket(hs: HelpScoutConnector) -> None:
    for gone in ("4713", "4715", "404", "../users/me", "４７１１"):
        with pytest.raises(NotFound):
            hs.fetch(gone)
    with pytest.raises(HelpdeskRefused):
        hs.fetch("4712")


def test_account_without_the_newer_list_of_threads_does_not_look_deleted(
    hs: HelpScoutConnector, desk: Helpdesk
) -> None:
    def older(one: Asked) -> Told:
        if one.path.startswith("/v3/"):
            return Told(status=404)
        return page("threads", THREADS) if one.path == "/v2/conversations/4711/threads" else helpscout(one)

    desk.answer = older
    assert len(hs.fetch("4711").messages) == 6


def test_back_fill_goes_on_from_its_cursor(hs: HelpScoutConnector) -> None:
    pages = list(hs.backfill(None))
    assert [[one.id for one in page.tickets] for page in pages] == [["4711"], ["4714"]]
    assert [page.cursor for page in pages] == ["2", None]
    assert [one.id for page in hs.backfill("2") for one in page.tickets] == ["4714"]


def test_conversation_that_vanishes_during_back_fill_is_left_out(hs: HelpScoutConnector, desk: Helpdesk) -> None:
    desk.answer = lambda one: Told(status=404) if "4711/threads" in one.path else helpscout(one)
    assert [one.id for page in hs.backfill(None) for one in page.tickets] == ["4714"]


def test_poll_tells_merges_and_ratings_once(hs: HelpScoutConnector, desk: Helpdesk) -> None:
    first = hs.poll(None)
    assert first.events == []
    polled = hs.poll(first.cursor)
    assert [(one.kind, one.ticket_id, one.into, one.csat) for one in polled.events] == [
        (EventKind.MERGED, "4712", "4711", None), (EventKind.CSAT, "4711", None, 5),
    ]  # fmt: skip
    assert [one.delivery_id for one in hs.poll(polled.cursor).events] == [one.delivery_id for one in polled.events]
    assert all(one.query["modifiedSince"] < first.cursor for one in desk.asked if "modifiedSince" in one.query)
    # The webhook of the same rating has the same id.
    rated = json.loads((FIXTURES / "csat.json").read_text()) | {"threadId": 5}
    assert parse(json.dumps(rated).encode(), {})[0].delivery_id == polled.events[1].delivery_id


def test_draft_note_and_reply_are_written_in_the_agents_name(hs: HelpScoutConnector, desk: Helpdesk) -> None:
    html = "Dear Ann,<br>it comes &lt;tomorrow&gt;."
    assert hs.write(Writing(WriteKind.DRAFT, "4711", REPLY, by=BY)).message_id == "99"
    assert hs.write(note("4711")).message_id == "99"
    assert hs.write(reply("4711")).message_id == "99"
    hs.write(reply("4711", resolve=True))
    sent = [(one.path.rsplit("/", 1)[1], one.json) for one in written(desk)]
    customer = {"id": 29418}
    assert sent == [
        ("reply", {"text": html, "user": 256, "customer": customer, "draft": True}),
        ("notes", {"text": "Carrier: two days", "user": 256, "status": "closed"}),
        ("reply", {"text": html, "user": 256, "customer": customer}),
        ("reply", {"text": html, "user": 256, "customer": customer, "status": "closed"}),
    ]
    hs.write(Writing(WriteKind.NOTE, "4711", REPLY, by="nobody@acme.example"))
    assert "user" not in written(desk)[-1].json


def test_write_counts_as_two_requests(hs: HelpScoutConnector) -> None:
    taken: list[int] = []
    bucket = hs.client._bucket
    bucket.take = lambda: taken.append(1)  # type: ignore[method-assign]
    hs.client._http.get("v2/users/me")
    assert len(taken) == 1
    hs.client._write("POST", "v2/conversations/4711/notes", {"text": "x"})
    assert len(taken) == 3


def test_tags_are_added_to_those_that_are_there(hs: HelpScoutConnector, desk: Helpdesk) -> None:
    hs.tag("4711", ["ai-assisted", "vip"])
    assert [one.json for one in asked(desk, "PUT")] == [{"tags": ["vip", "ai-assisted"]}]


def test_settings_are_tried(hs: HelpScoutConnector, desk: Helpdesk) -> None:
    assert [one.ok for one in hs.test()] == [True, True]
    desk.answer = lambda one: Told({"error": "invalid_client"}, status=401)
    assert [one.ok for one in hs.test()] == [False, False]


@pytest.mark.parametrize(
    "bad",
    [
        Told(status=429, headers={"X-RateLimit-Retry-After": "1"}),
        Told(status=500),
        Told(b"<html>Down for maintenance</html>", headers={"Content-Type": "text/html"}),
        Told(CONVERSATION, slow_s=0.5),
    ],
    ids=["429", "500", "HTML", "slow"],
)
def test_bad_answer_is_asked_again_and_then_told(hs: HelpScoutConnector, desk: Helpdesk, bad: Told) -> None:
    hs.test()
    hs.client._http.sleep = lambda _: None
    hs.client._http._client.timeout = 0.2
    desk.answer = in_turn(bad, Told(CONVERSATION), page("threads", []), Told({"name": "Returns"}))
    assert hs.fetch("4711").id == "4711"
    desk.asked.clear()
    desk.answer = lambda _: bad
    with pytest.raises(HelpdeskUnavailable):
        hs.fetch("4711")
    assert len(desk.asked) == 4


@pytest.mark.parametrize("data", [{}, [], None, {"id": {}}, {"page": 3}, {"page": {"totalPages": 1}, "_embedded": []}])
def test_answer_of_another_shape_is_a_failure_of_the_helpdesk(
    hs: HelpScoutConnector, desk: Helpdesk, data: object
) -> None:
    hs.test()
    desk.answer = lambda _: Told(data)
    with pytest.raises(HelpdeskUnavailable):
        hs.fetch("4711")
    with pytest.raises(HelpdeskUnavailable):
        list(hs.backfill(None))
    with pytest.raises(HelpdeskUnavailable):
        hs.poll("2026-11-25T09:00:00+00:00")


# Webhooks


def test_signature_is_base64_of_sha1_over_the_body_alone() -> None:
    body = '{"text": "Wo ist mein Päckchen? 😀"}'.encode()
    right = base64.b64encode(hmac.digest(b"secret", body, hashlib.sha1)).decode()
    assert scheme("secret").sign(body) == {"x-helpscout-signature": right}
    # The example of Help Scout's own library.
    assert scheme("asdfasdf").sign(b'{"id":123}') == {"x-helpscout-signature": "7S2+kN8bZsrdAEADJ+yYfWWsf/4="}


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def test_name_beside_the_body_says_no_more_than_a_hint() -> None:
    (event,) = parse(fixture("closed"), {"x-helpscout-event": "convo.status"})
    assert (event.kind, event.partial, event.status) == (EventKind.STATUS, True, None)
    # Nobody signed the name: a deletion that is none, with the body of a conversation, deletes nothing.
    (event,) = parse(fixture("customer_reply"), {"x-helpscout-event": "convo.deleted"})
    assert (event.kind, event.partial) == (EventKind.CUSTOMER_REPLY, True)
    # Even one that looks right is fetched first.
    (event,) = parse(fixture("deleted"), {"x-helpscout-event": "convo.deleted"})
    assert (event.kind, event.partial) == (EventKind.DELETED, True)
    for name in ("customer.deleted", "tag.deleted", "convo.tags", "helpscout.test"):
        assert parse(fixture("deleted"), {"x-helpscout-event": name}) == []


def test_same_body_under_another_name_is_the_same_delivery() -> None:
    ids = {
        parse(fixture("agent_reply"), {"x-helpscout-event": name})[-1].delivery_id
        for name in ("convo.agent.reply.created", "convo.status", "convo.note.created", "")
    }
    assert len(ids) == 1
    assert parse(fixture("internal_note"), {})[-1].delivery_id not in ids


@pytest.mark.parametrize(("word", "stars"), [("Great", 5), ("Okay", 3), ("Bad", 1), ("not good", 1), ("?", None)])
def test_ratings_are_numbers(word: str, stars: int | None) -> None:
    rated = json.loads(fixture("csat")) | {"rating": word}
    assert [one.csat for one in parse(json.dumps(rated).encode(), {})] == ([stars] if stars else [])
