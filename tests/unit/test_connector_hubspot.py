"""HubSpot: a stand-in that answers as its documentation says, on a real socket; and its signature, by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from assist.errors import HelpdeskUnavailable, InvalidInput, Merged, NotFound, NotSignedIn
from assist.helpdesk import Author, Status, Ticket
from connectors.hubspot import HubspotConnector
from connectors.hubspot.events import scheme, signed_address
from connectors.hubspot.settings import HubspotSettings
from tests.bad_days import BAD, impatient, reading_bears, writing_is_not_repeated
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk
from tests.unit.test_connector_clients import BY, REPLY, asked, lines, note, reply

URL = "https://assist.example/connectors/hubspot/events"
PIPELINES = [
    {"id": "0", "label": "Support", "stages": [
        {"id": "1", "label": "New", "metadata": {"ticketState": "OPEN"}},
        {"id": "2", "label": "Waiting on contact", "metadata": {"ticketState": "OPEN"}},
        {"id": "4", "label": "Closed", "metadata": {"ticketState": "CLOSED"}},
    ]},
]  # fmt: skip


def linked(*numbers: int, after: str | None = None) -> dict[str, Any]:
    paging = {"paging": {"next": {"after": after, "link": "https://api.hubapi.com/…"}}} if after else {}
    return {"results": [{"id": str(one), "type": "ticket_to_other"} for one in numbers], **paging}


def record(number: int, at: str = "2026-11-25T09:00:00.000Z", **properties: str | None) -> dict[str, Any]:
    return {"id": str(number), "properties": properties, "createdAt": at, "updatedAt": at, "archived": False}


def ticket(number: int, stage: str = "4", **more: Any) -> dict[str, Any]:
    held = {
        "subject": "Late parcel", "content": "Where is it?", "hs_pipeline": "0", "hs_pipeline_stage": stage,
        "hs_ticket_priority": "HIGH", "source_type": "EMAIL", "createdate": "2026-11-25T09:00:00.000Z",
        "closed_date": "2026-11-25T10:00:00.000Z" if stage == "4" else "",
    }  # fmt: skip
    return {**record(number, **held), "associations": {"contacts": linked(201)}, **more}


def sent(number: int, kind: str, text: str | None, sender: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"m{number}", "type": kind, "conversationsThreadId": "61", "text": text, "createdBy": sender,
        "createdAt": f"2026-11-25T09:{number:02}:00Z", "senders": [{"actorId": sender}], "recipients": [],
        "channelId": "1002", "channelAccountId": "424", "subject": "Re: Late parcel", "attachments": [],
        "truncationStatus": "NOT_TRUNCATED", "archived": False, **more,
    }  # fmt: skip


ANN = {"actorId": "V-201", "name": "Ann Lee",
       "deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": "ann.lee@example.com"}}  # fmt: skip
MESSAGES = [
    sent(3, "MESSAGE", "Tomorrow.", "A-107", direction="OUTGOING"),
    sent(1, "MESSAGE", "Where is it?\n\nOn Tue, 24 Nov 2026 at 10:00, Acme <help@acme.example> wrote:\n> Hello.",
         "V-201", direction="INCOMING", senders=[ANN]),
    sent(2, "COMMENT", "Looking.", "A-107", senders=None),
    sent(4, "MESSAGE", None, "V-201", direction="INCOMING", senders=[ANN],
         attachments=[{"type": "FILE", "fileUsageType": "IMAGE", "name": "ann.png"}, {"type": "QUICK_REPLIES"}]),
    sent(5, "THREAD_STATUS_CHANGE", None, "S-hubspot"),
    sent(6, "MESSAGE", None, "B-1", direction="OUTGOING", richText="<p>I am a <b>bot</b></p>"),
    sent(7, "MESSAGE", "It is a long st", "V-201", direction="INCOMING", senders=[ANN], truncationStatus="TRUNCATED"),
]  # fmt: skip


class Hubspot:
    """The stand-in: tickets by number, one thread, what hangs on them, and who may see surveys."""

    def __init__(self) -> None:
        self.tickets = {4711: ticket(4711), 4712: ticket(4712, "2")}
        self.threads = {"4711": ["60", "61"]}
        self.messages = MESSAGES
        self.records: dict[str, dict[str, Any]] = {}
        self.linked: dict[str, list[int]] = {}
        self.surveys = True
        self.owner = "4711"
        self.listed_with_tickets = True

    def answer(self, one: Asked) -> Told:
        assert one.headers["authorization"] == "Bearer secret"
        parts = one.path.strip("/").split("/")
        if one.method == "GET":
            return self._read(one.path.strip("/"), parts, one.query)
        if parts[-2:] == ["batch", "read"]:
            wanted = [entry if isinstance(entry, str) else entry["id"] for entry in one.json["inputs"]]
            assert len(wanted) <= 100
            if parts[-3] == "actors":
                return Told({"results": [{"id": "A-107", "name": "Maya Kent", "type": "AGENT"}]})
            found = [self.records[f"{parts[-3]}/{key}"] for key in wanted if f"{parts[-3]}/{key}" in self.records]
            return Told({"status": "COMPLETE", "results": found})
        if parts[-1] == "messages":
            return Told({**sent(77, one.json["type"], one.json["text"], "A-107"), "id": "77"}, status=201)
        return Told(record(88), status=201) if parts[-1] == "notes" else Told(self.tickets[int(parts[-1])])

    def _read(self, place: str, parts: list[str], query: dict[str, str]) -> Told:
        if place == "crm/v3/objects/tickets":
            return self._page([self.tickets[key] for key in sorted(self.tickets)], query, size=1)
        if parts[:4] == ["crm", "v3", "objects", "tickets"]:
            found = self.tickets.get(4712 if parts[4] == "4700" else int(parts[4]))
            return Told(found) if found else Told({"status": "error"}, status=404)
        if parts[:2] == ["crm", "v4"]:
            if "feedback_submissions" in parts and not self.surveys:
                return Told({"category": "MISSING_SCOPES"}, status=403)
            kind = "/".join((parts[3], parts[4], parts[-1]))
            return self._page([{"toObjectId": key} for key in self.linked.get(kind, [])], query, size=2)
        if place == "conversations/v3/conversations/threads":
            ids = self.threads.get(query.get("associatedTicketId", "4711"), [])
            # The thread that was written in last comes first.
            rows = [{"id": key, "latestMessageTimestamp": f"2026-11-25T09:{key[1]}0:00Z"} for key in reversed(ids)]
            if self.listed_with_tickets and query.get("association") == "TICKET":
                rows = [row | {"threadAssociations": {"associatedTicketId": self.owner}} for row in rows]
            return self._page(rows, query, size=1)
        if parts[-1] == "original-content":
            return Told({"text": "It is a long story.", "richText": None})
        if parts[-1] == "messages":
            return self._page(self.messages if parts[-2] == "61" else [], query, size=3)
        known: dict[str, Any] = {
            "crm/v3/pipelines/tickets": {"results": PIPELINES},
            "crm/v3/objects/contacts/201": record(
                201, firstname="Ann", lastname="Lee", email="ann.lee@example.com", phone="", mobilephone="0151 1"
            ),
            # It gives whom it likes; whose address it is must be looked at.
            "crm/v3/owners": {"results": [{"id": "9", "userId": 107, "email": BY.upper()}]},
            "account-info/v3/details": {"portalId": 62515},
            "conversations/v3/conversations/threads/61": {
                "id": "61",
                "threadAssociations": {"associatedTicketId": "4711"},
            },
            "conversations/v3/conversations/threads/70": {"id": "70"},
        }
        return Told(known[place]) if place in known else Told({"status": "error"}, status=404)

    def _page(self, found: list[Any], query: dict[str, str], size: int) -> Told:
        start = int(query.get("after", "0"))
        after = start + size
        paging = {"paging": {"next": {"after": str(after), "link": "…"}}} if after < len(found) else {}
        return Told({"results": found[start:after], **paging})


@pytest.fixture
def hubspot() -> Hubspot:
    return Hubspot()


@pytest.fixture
def desk(hubspot: Hubspot) -> Iterator[Helpdesk]:
    with helpdesk(hubspot.answer) as running:
        yield running


@pytest.fixture
def made(desk: Helpdesk) -> Iterator[HubspotConnector]:
    secret = SecretStr("secret")
    connector = HubspotConnector(
        HubspotSettings(url=desk.url, token=secret, client_secret=secret, webhook_url=URL, rate=60_000)
    )
    yield connector
    connector.close()


def test_signature_covers_method_address_body_and_time() -> None:
    body, at = '[{"eventId": "ü"}]'.encode(), 1_795_599_000.0
    headers = scheme("secret", URL).sign(body, at=at)
    signed = f"POST{URL}".encode() + body + b"1795599000000"
    right = base64.b64encode(hmac.digest(b"secret", signed, hashlib.sha256)).decode()
    assert headers == {"x-hubspot-signature-v3": right, "x-hubspot-request-timestamp": "1795599000000"}


@pytest.mark.parametrize(
    "signed",
    [
        b"GET" + URL.encode() + b"[]%s",
        b"POST" + URL.encode() + b"/[]%s",
        b"POST" + URL.replace("https", "http").encode() + b"[]%s",
        b"POST" + URL.encode() + b"%s[]",
        b"POST" + URL.encode() + b"[]",
        b"[]%s",
    ],
)
def test_signature_of_another_request_is_refused(signed: bytes) -> None:
    stamp = str(int(time.time() * 1000))
    over = signed % stamp.encode() if b"%s" in signed else signed
    given = base64.b64encode(hmac.digest(b"secret", over, hashlib.sha256)).decode()
    with pytest.raises(NotSignedIn, match="does not match"):
        scheme("secret", URL).verify(b"[]", {"x-hubspot-signature-v3": given, "x-hubspot-request-timestamp": stamp})


def test_address_is_decoded_as_hubspot_does_and_no_further() -> None:
    given = "https://x.example/a%3ab%2F?q=%40%21%24%27%28%29%2A%2C%3B%20%26%25&z=%253A"
    assert signed_address(given) == "https://x.example/a:b/?q=@!$'()*,;%20%26%25&z=%253A"


def test_ticket_has_all_pages_of_its_threads_and_its_notes(made: HubspotConnector, hubspot: Hubspot) -> None:
    hubspot.tickets[4711]["associations"]["notes"] = linked(1, after="2")
    hubspot.linked["tickets/4711/notes"] = [1, 2, 3]
    for number in (1, 2, 3):
        hubspot.records[f"notes/{number}"] = record(
            number, "2026-11-25T11:00:00Z", hs_note_body=f"<p>Called {number}</p>", hs_timestamp="2026-11-25T09:10:00Z"
        )
    found = made.fetch("4711")
    assert lines(found) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "[image/*]"),
        (Author.BOT, False, "I am a bot"),
        (Author.CUSTOMER, False, "It is a long story."),
        (Author.AGENT, True, "Called 1"),
        (Author.AGENT, True, "Called 2"),
        (Author.AGENT, True, "Called 3"),
    ]
    assert [one.name for one in found.messages[:3]] == ["Ann Lee", "Maya Kent", "Maya Kent"]
    assert (found.status, found.group, found.priority, found.channel) == (Status.RESOLVED, "Support", "high", "email")
    assert (found.contact.id, found.contact.name, found.contact.phone) == ("201", "Ann Lee", "0151 1")
    assert "ann.png" not in found.model_dump_json()


def test_conversation_of_another_ticket_is_never_mixed_in(made: HubspotConnector, hubspot: Hubspot) -> None:
    hubspot.threads = {"4711": ["61"]}
    hubspot.listed_with_tickets = False
    assert len(made.fetch("4711").messages) == 6
    hubspot.threads["4712"] = ["61"]
    with pytest.raises(HelpdeskUnavailable, match="another ticket"):
        made.fetch("4712")
    hubspot.listed_with_tickets = True
    with pytest.raises(HelpdeskUnavailable, match="another ticket"):
        made.fetch("4712")


def test_ticket_without_a_conversation_has_its_mails_or_its_description(
    made: HubspotConnector, hubspot: Hubspot
) -> None:
    assert lines(made.fetch("4712")) == [(Author.CUSTOMER, False, "Where is it?")]
    hubspot.tickets[4712]["associations"]["emails"] = linked(5, 6)
    mail = {"hs_email_direction": "INCOMING_EMAIL", "hs_email_text": "Hello?", "hs_timestamp": "2026-11-25T09:05:00Z"}
    answer = {"hs_email_direction": "EMAIL", "hs_email_html": "<p>Hi!</p>", "hs_timestamp": "2026-11-25T09:06:00Z"}
    hubspot.records |= {"emails/5": record(5, **mail), "emails/6": record(6, **answer)}
    assert lines(made.fetch("4712")) == [(Author.CUSTOMER, False, "Hello?"), (Author.AGENT, False, "Hi!")]


def test_state_of_a_stage_is_asked_for_once_and_again_for_a_new_one(
    made: HubspotConnector, hubspot: Hubspot, desk: Helpdesk
) -> None:
    assert (made.fetch("4711").status, made.fetch("4712").status) == (Status.RESOLVED, Status.PENDING)
    assert len([one for one in desk.asked if one.path.endswith("pipelines/tickets")]) == 1
    hubspot.tickets[4711] = ticket(4711, "99")
    assert made.fetch("4711").status is Status.OPEN


def test_rating_is_the_newest_of_a_survey_about_satisfaction(made: HubspotConnector, hubspot: Hubspot) -> None:
    hubspot.linked["tickets/4711/feedback_submissions"] = [1, 2, 3]
    answers = [("CSAT", "NEGATIVE", "3"), ("NPS", "NEUTRAL", "9"), ("CSAT", "Positive", "2")]
    for number, (kind, sentiment, at) in enumerate(answers, 1):
        hubspot.records[f"feedback_submissions/{number}"] = record(
            number, hs_survey_type=kind, hs_sentiment=sentiment, hs_submission_timestamp=at
        )
    assert made.fetch("4711").csat == 1
    hubspot.surveys = False
    assert made.fetch("4711").csat is None


@pytest.mark.parametrize(("asked_for", "into"), [("4700", "4712"), ("thread-61", "4711"), ("feedback-880", "4712")])
def test_what_goes_on_in_another_ticket_leads_there(
    asked_for: str, into: str, made: HubspotConnector, hubspot: Hubspot
) -> None:
    hubspot.linked["feedback_submissions/880/tickets"] = [4712]
    with pytest.raises(Merged) as caught:
        made.fetch(asked_for)
    assert caught.value.into == into


@pytest.mark.parametrize(
    "gone", ["404", "thread-70", "thread-404", "thread-x", "feedback-1", "feedback-", "../x", "４"]
)
def test_what_is_no_ticket_is_not_found(gone: str, made: HubspotConnector) -> None:
    with pytest.raises(NotFound) as caught:
        made.fetch(gone)
    assert not isinstance(caught.value, Merged)


def test_back_fill_goes_on_from_its_cursor(made: HubspotConnector) -> None:
    pages = list(made.backfill(None))
    assert [[one.id for one in page.tickets] for page in pages] == [["4711"], ["4712"]]
    assert [page.cursor for page in pages] == ["1", None]
    assert [one.id for page in made.backfill("1") for one in page.tickets] == ["4712"]


def posted(desk: Helpdesk) -> list[Asked]:
    return [one for one in asked(desk, "POST") if not one.path.endswith("/read")]


def test_reply_goes_in_the_channel_of_the_last_message_in_the_agents_name(
    made: HubspotConnector, desk: Helpdesk
) -> None:
    assert made.write(reply("4711", resolve=True)).message_id == "77"
    assert posted(desk)[0].path == "/conversations/v3/conversations/threads/61/messages"
    assert posted(desk)[0].json == {
        "type": "MESSAGE", "text": REPLY, "richText": "Dear Ann,<br>it comes &lt;tomorrow&gt;.",
        "senderActorId": "A-107", "channelId": "1002", "channelAccountId": "424", "subject": "Re: Late parcel",
        "recipients": [{
            "actorId": "V-201", "name": "Ann Lee", "recipientField": "TO",
            "deliveryIdentifiers": [{"type": "HS_EMAIL_ADDRESS", "value": "ann.lee@example.com"}],
        }],
    }  # fmt: skip
    assert [one.json for one in asked(desk, "PATCH")] == [{"properties": {"hs_pipeline_stage": "4"}}]


def test_reply_that_nobody_could_get_or_send_is_refused(
    made: HubspotConnector, hubspot: Hubspot, desk: Helpdesk
) -> None:
    with pytest.raises(InvalidInput, match="no conversation"):
        made.write(reply("4712"))
    with pytest.raises(InvalidInput, match="no user"):
        made.write(replace(reply("4711"), by="stranger@acme.example"))
    hubspot.messages = [MESSAGES[0], MESSAGES[2]]
    with pytest.raises(InvalidInput, match="nobody"):
        made.write(reply("4711"))
    assert posted(desk) == []


def test_note_is_a_comment_in_the_conversation_or_a_note_of_the_ticket(made: HubspotConnector, desk: Helpdesk) -> None:
    assert made.write(note("4711")).message_id == "77"
    assert made.write(note("4712")).message_id == "note-88"
    comment, noted = posted(desk)
    assert (comment.path, comment.json["type"]) == ("/conversations/v3/conversations/threads/61/messages", "COMMENT")
    assert noted.path == "/crm/v3/objects/notes"
    assert noted.json["properties"]["hs_note_body"] == "Carrier: two days"
    assert noted.json["associations"] == [
        {"to": {"id": "4712"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 228}]}
    ]


def test_no_ten_seconds_hold_more_requests_than_an_app_has(desk: Helpdesk) -> None:
    for rate, most in ((None, 100), (1000, 190)):
        given = {"rate": rate} if rate else {}
        key = SecretStr("secret")
        connector = HubspotConnector(
            HubspotSettings(url=desk.url, token=key, client_secret=key, webhook_url=URL, **given)  # type: ignore[arg-type]
        )
        bucket = connector.client._http.bucket
        assert bucket is not None
        assert bucket._most + 10 * bucket._per_second <= most
        connector.close()


def test_settings_are_tried(made: HubspotConnector, desk: Helpdesk) -> None:
    assert [(one.ok, one.detail) for one in made.test()] == [
        (True, "account 62515"), (True, "3 stages of tickets; the first ticket is 4711"), (True, "threads can be seen"),
    ]  # fmt: skip
    desk.answer = lambda _: Told(status=401)
    assert [one.ok for one in made.test()] == [False, False, False]


@pytest.mark.parametrize("bad", BAD)
def test_bad_day_is_borne(bad: str, made: HubspotConnector, desk: Helpdesk) -> None:
    pauses: list[float] = []
    impatient(made.client._http, pauses)
    reading_bears(bad, desk, made, "4711", pauses)
    desk.asked.clear()
    writing_is_not_repeated(bad, desk, made, note("4711"))


@pytest.mark.parametrize("data", [{}, [], 3, "x", {"id": "4711"}, {"id": {}}, {"results": 3}, {"results": [3]}, [[]]])
def test_answer_of_another_shape_is_a_failure_of_the_helpdesk(
    data: Any, made: HubspotConnector, desk: Helpdesk
) -> None:
    desk.answer = lambda _: Told(data)
    asks: list[Any] = [
        lambda: made.fetch("4711"),
        lambda: made.fetch("feedback-1"),
        lambda: list(made.backfill(None)),
        lambda: made.write(note("4711")),
    ]
    for ask in asks:
        with pytest.raises(HelpdeskUnavailable):
            ask()


def test_one_odd_answer_deep_in_a_ticket_is_a_failure_of_the_helpdesk(
    made: HubspotConnector, hubspot: Hubspot, desk: Helpdesk
) -> None:
    right = made.fetch("4711")
    places = list(dict.fromkeys(one.path for one in desk.asked))
    for place in places:
        for data in ([], {}, {"results": [{}]}, {"results": [3]}, {"results": None, "paging": []}):
            desk.answer = lambda one, place=place, data=data: Told(data) if one.path == place else hubspot.answer(one)  # type: ignore[misc]
            made.client._pipelines = {}
            made.client._names = {}
            try:
                found: Ticket | None = made.fetch("4711")
            except (HelpdeskUnavailable, NotFound):
                found = None
            assert found is None or found.id == right.id
