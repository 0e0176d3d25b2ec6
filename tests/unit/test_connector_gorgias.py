"""Gorgias: a stand-in that answers as its documentation says, on a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from assist.errors import ConfigurationError, HelpdeskRefused, HelpdeskUnavailable, InvalidInput, Merged, NotFound
from assist.helpdesk import Author, EventKind, Status
from connectors.gorgias import GorgiasConnector
from connectors.gorgias.settings import GorgiasSettings
from tests.bad_days import BAD, impatient, reading_bears, writing_is_not_repeated
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk
from tests.unit.test_connector_clients import BY, REPLY, asked, lines, note, reply

ANN = {"id": 201, "name": "Ann Lee", "firstname": "Ann", "lastname": "Lee", "email": "ann.lee@example.com"}
MAYA = {"id": 107, "name": "Maya Kent", "email": BY}


def ticket(number: int, at: str = "2026-11-25T10:00:00.123456", **more: Any) -> dict[str, Any]:
    return {
        "id": number, "uri": f"/api/tickets/{number}/", "subject": "Late parcel", "status": "closed", "spam": False,
        "channel": "email", "via": "email", "language": "en", "customer": ANN, "assignee_user": MAYA,
        "assignee_team": {"id": 3, "name": "Returns"}, "tags": [{"id": 1, "name": "vip"}], "priority": "high",
        "created_datetime": "2026-11-25T09:00:00.123456", "updated_datetime": at,
        "closed_datetime": "2026-11-25T10:00:00.123456", "snooze_datetime": None, "trashed_datetime": None, **more,
    }  # fmt: skip


def sent(number: int, text: str | None, *, agent: bool, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "ticket_id": 4711, "public": True, "from_agent": agent, "channel": "email", "via": "email",
        "sender": MAYA if agent else ANN, "rule_id": None, "subject": "Late parcel", "body_text": text,
        "body_html": None, "stripped_text": None, "attachments": [], "integration_id": 5,
        "source": {"type": "email", "from": {"address": "ann.lee@example.com"},
                   "to": [{"address": "help@acme.example", "name": "Acme"}]},
        "created_datetime": f"2026-11-25T09:{number:02}:00.123456", "failed_datetime": None, **more,
    }  # fmt: skip


MESSAGES = [
    sent(1, "Where is it?\n\nOn Tue, 24 Nov 2026 at 10:00, Acme <help@acme.example> wrote:\n> Hello.", agent=False),
    sent(2, "Looking.", agent=True, channel="internal-note", public=False, source=None),
    sent(3, "We have got your message.", agent=True, rule_id=9),
    sent(4, None, agent=True, body_html="<p>Tomorrow.</p>"),
    sent(5, "Never left", agent=True, failed_datetime="2026-11-25T09:05:01.000000"),
    sent(6, "Taken back", agent=True, deleted_datetime="2026-11-25T09:06:01.000000"),
    sent(7, "Thanks!\n-- \nAnn\n> quoted", agent=False, stripped_text="Thanks!",
         attachments=[{"content_type": "image/png", "name": "ann.png", "size": 9, "url": "https://…"}]),
]  # fmt: skip


def logged(number: int, kind: str, object_type: str = "Ticket", object_id: int = 4711, **data: Any) -> dict[str, Any]:
    return {
        "id": number, "type": kind, "object_type": object_type, "object_id": object_id, "data": data or None,
        "context": "c", "user_id": 1, "created_datetime": f"2026-11-25T09:{number:02}:00.123456",
    }  # fmt: skip


class Gorgias:
    """The stand-in: tickets by number, the log, the surveys, and pages of two."""

    def __init__(self) -> None:
        self.tickets = {
            4711: ticket(4711),
            4712: ticket(4712, "2026-11-25T09:50:00.000000", status="open"),
            4713: ticket(4713, "2026-11-25T09:40:00.000000", spam=True),
            4714: ticket(4714, "2026-11-25T09:30:00.000000", trashed_datetime="2026-11-25T09:30:00.000000"),
            4715: ticket(4715, "2026-11-01T09:30:00.000000"),
        }
        self.messages = MESSAGES
        self.events = [
            logged(1, "ticket-tags-added", tags_added=[1]),
            logged(2, "ticket-merged", object_id=4700),
            logged(3, "ticket-reopened"),
            logged(4, "ticket-deleted", object_id=4600),
            logged(5, "satisfaction-survey-responded", score=5),
            logged(6, "satisfaction-survey-responded", "SatisfactionSurvey", 50, ticket_id=4712, score=2),
            logged(7, "satisfaction-survey-responded", "SatisfactionSurvey", 51),
            logged(8, "satisfaction-survey-responded", "SatisfactionSurvey", 404),
            logged(9, "user-logged-in", "User", 1),
        ]
        self.surveys = [{"id": 50, "ticket_id": 4712, "score": 2}, {"id": 51, "ticket_id": 4715, "score": 4},
                        {"id": 52, "ticket_id": 4711, "score": None}]  # fmt: skip
        self.rates = True

    def answer(self, one: Asked) -> Told:
        assert one.headers["authorization"].startswith("Basic ")
        place, query = one.path.removeprefix("/api/"), one.query
        if one.method == "POST" and place.endswith("/messages"):
            return Told({"id": 77, **one.json}, status=201)
        if one.method != "GET":
            return Told(None, status=201) if place.endswith("/tags") else Told(ticket(4711), status=202)
        if place == "tickets":
            field, way = query["order_by"].split(":")
            found = sorted(self.tickets.values(), key=lambda row: (row[field], row["id"]), reverse=way == "desc")
            return self._page(found, query)
        if place == "messages":
            return self._page(self.messages if query["ticket_id"] == "4711" else [], query)
        if place == "events":
            return self._page(self.events, query)
        if place == "satisfaction-surveys":
            return self._page(self.surveys, query) if self.rates else Told({"error": {}}, status=403)
        if place == "users":
            return self._page([MAYA] if query["email"] == BY else [], query)
        if place.startswith("satisfaction-surveys/"):
            found = [row for row in self.surveys if str(row["id"]) == place.split("/")[1]]
            return Told(found[0]) if found else Told(status=404)
        if place == "tickets/4700":
            return Told(None, status=301, headers={"Location": f"http://{one.headers['host']}/api/tickets/4711/"})
        if place == "tickets/4701":
            return Told(None, status=301, headers={"Location": "https://login.gorgias.example/"})
        number = place.removeprefix("tickets/")
        known = self.tickets.get(int(number)) if number.isdigit() else None
        return Told({"domain": "acme"}) if place == "account" else Told(known) if known else Told(status=404)

    def _page(self, found: list[Any], query: dict[str, str]) -> Told:
        assert 1 <= int(query["limit"]) <= 100
        start = int(query.get("cursor", "c0")[1:])
        after = start + 2
        cursor = f"c{after}" if after < len(found) else None
        return Told({"data": found[start:after], "meta": {"prev_cursor": None, "next_cursor": cursor}})


@pytest.fixture
def gorgias() -> Gorgias:
    return Gorgias()


@pytest.fixture
def desk(gorgias: Gorgias) -> Iterator[Helpdesk]:
    with helpdesk(gorgias.answer) as running:
        yield running


@pytest.fixture
def made(desk: Helpdesk) -> Iterator[GorgiasConnector]:
    settings = GorgiasSettings(
        url=desk.url,
        user="desk@acme.example",
        api_key=SecretStr("key"),
        webhook_secret=SecretStr("s" * 20),
        rate=60_000,
    )
    connector = GorgiasConnector(settings)
    yield connector
    connector.close()


def test_secret_that_can_be_guessed_refuses_to_start(desk: Helpdesk) -> None:
    key = SecretStr("key")
    with pytest.raises(ConfigurationError):
        GorgiasConnector(GorgiasSettings(url=desk.url, user="u", api_key=key, webhook_secret=SecretStr("s" * 19)))


def test_ticket_has_all_message_pages_with_their_authors(made: GorgiasConnector) -> None:
    found = made.fetch("4711")
    assert lines(found) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.BOT, False, "We have got your message."),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "Thanks!"),
    ]
    assert [one.name for one in found.messages[:2]] == ["Ann Lee", "Maya Kent"]
    assert [(one.type, one.size) for one in found.messages[-1].attachments] == [("image/png", 9)]
    assert (found.status, found.group, found.priority, found.channel) == (Status.RESOLVED, "Returns", "high", "email")
    assert (found.contact.id, found.contact.email, found.language) == ("201", "ann.lee@example.com", "en")
    assert found.created_at is not None
    assert found.created_at.tzinfo is not None
    assert "ann.png" not in found.model_dump_json()


def test_message_of_another_ticket_is_never_mixed_in(made: GorgiasConnector, gorgias: Gorgias) -> None:
    gorgias.messages = [*MESSAGES, sent(8, "Of somebody else", agent=False, ticket_id=4712)]
    with pytest.raises(HelpdeskUnavailable, match="another ticket"):
        made.fetch("4711")


def test_snoozed_ticket_is_pending_and_a_rating_in_the_ticket_is_read(made: GorgiasConnector, gorgias: Gorgias) -> None:
    gorgias.tickets[4711] |= {"snooze_datetime": "2026-11-26T09:00:00", "satisfaction_survey": {"score": 3}}
    found = made.fetch("4711")
    assert (found.status, found.csat, found.resolved_at) == (Status.PENDING, 3, None)


def test_merged_ticket_leads_to_the_other_and_what_is_gone_is_gone(made: GorgiasConnector) -> None:
    with pytest.raises(Merged) as caught:
        made.fetch("4700")
    assert caught.value.into == "4711"
    with pytest.raises(HelpdeskRefused):
        made.fetch("4701")
    for gone in ("4713", "4714", "404", "../account", "４"):
        with pytest.raises(NotFound):
            made.fetch(gone)


def test_poll_tells_changes_deletions_mergers_and_ratings_once(made: GorgiasConnector, desk: Helpdesk) -> None:
    assert made.poll(None).events == []
    polled = made.poll("2026-11-25T09:00:00+00:00")
    assert [(one.kind, one.ticket_id, one.csat) for one in polled.events] == [
        (EventKind.DELETED, "4714", None), (EventKind.EDITED, "4713", None), (EventKind.EDITED, "4712", None),
        (EventKind.EDITED, "4711", None), (EventKind.MERGED, "4700", None), (EventKind.REOPENED, "4711", None),
        (EventKind.DELETED, "4600", None), (EventKind.CSAT, "4711", 5), (EventKind.CSAT, "4712", 2),
        (EventKind.CSAT, "4715", 4),
    ]  # fmt: skip
    assert all(one.partial for one in polled.events if one.kind is not EventKind.CSAT)
    assert len({one.delivery_id for one in polled.events}) == len(polled.events)
    again = made.poll("2026-11-25T09:01:00+00:00")
    assert [one.delivery_id for one in again.events] == [one.delivery_id for one in polled.events]
    begun = [one.query["created_datetime[gte]"] for one in desk.asked if "created_datetime[gte]" in one.query]
    assert datetime.fromisoformat(begun[0]) == datetime.fromisoformat("2026-11-25T08:58:00+00:00")


def test_poll_reads_no_further_than_it_must(made: GorgiasConnector, desk: Helpdesk) -> None:
    made.poll("2026-11-25T10:30:00+00:00")
    assert len([one for one in desk.asked if one.path == "/api/tickets"]) == 1


def test_back_fill_goes_on_from_its_cursor_with_ratings(made: GorgiasConnector, gorgias: Gorgias) -> None:
    pages = list(made.backfill(None))
    assert [[(one.id, one.csat) for one in page.tickets] for page in pages] == [
        [("4711", None), ("4712", 2)], [], [("4715", 4)],
    ]  # fmt: skip
    assert [page.cursor for page in pages] == ["c2", "c4", None]
    gorgias.rates = False
    assert [(one.id, one.csat) for page in made.backfill("c4") for one in page.tickets] == [("4715", None)]


def test_reply_goes_back_the_way_the_customers_mail_came(made: GorgiasConnector, desk: Helpdesk) -> None:
    assert made.write(reply("4711", resolve=True)).message_id == "77"
    assert asked(desk, "POST")[0].json == {
        "via": "api", "from_agent": True, "public": True, "channel": "email", "sender": {"id": 107},
        "receiver": {"id": 201}, "subject": "Late parcel", "integration_id": 5, "body_text": REPLY,
        "body_html": "Dear Ann,<br>it comes &lt;tomorrow&gt;.",
        "source": {
            "type": "email", "from": {"address": "help@acme.example", "name": "Acme"},
            "to": [{"address": "ann.lee@example.com", "name": "Ann Lee"}],
        },
    }  # fmt: skip
    assert [(one.path, one.json) for one in asked(desk, "PUT")] == [("/api/tickets/4711", {"status": "closed"})]


def test_note_stays_inside_and_a_stranger_writes_in_the_keys_name(made: GorgiasConnector, desk: Helpdesk) -> None:
    made.write(note("4711"))
    made.write(replace(note("4711"), by="stranger@acme.example"))
    mine, strangers = (one.json for one in asked(desk, "POST"))
    assert (mine["channel"], mine["public"], mine["sender"]) == ("internal-note", False, {"id": 107})
    assert strangers["sender"] == {"email": "desk@acme.example"}


@pytest.mark.parametrize(
    "last",
    [
        sent(8, "Hi", agent=False, channel="chat", source={"type": "chat", "to": [{"address": "x"}]}),
        sent(8, "Hi", agent=False, source=None),
        sent(8, "Hi", agent=False, source={"type": "email", "to": [{"name": "nobody"}]}),
        sent(8, "Hi", agent=False, sender={"id": 201, "name": "Ann Lee", "email": None}),
        None,
    ],
)
def test_reply_that_would_not_arrive_is_refused(
    last: dict[str, Any] | None, made: GorgiasConnector, gorgias: Gorgias, desk: Helpdesk
) -> None:
    gorgias.messages = [*MESSAGES, last] if last else []
    with pytest.raises(InvalidInput):
        made.write(reply("4711"))
    assert asked(desk, "POST") == []


def test_no_twenty_seconds_hold_more_requests_than_a_key_has(desk: Helpdesk) -> None:
    secret = SecretStr("s" * 20)
    connector = GorgiasConnector(GorgiasSettings(url=desk.url, user="u", api_key=secret, webhook_secret=secret))
    bucket = connector.client._http.bucket
    assert bucket is not None
    assert bucket._most + 20 * bucket._per_second <= 40
    connector.close()


def test_tags_are_added_and_settings_are_tried(made: GorgiasConnector, desk: Helpdesk) -> None:
    made.tag("4711", ["ai-assisted"])
    assert [(one.path, one.json) for one in asked(desk, "POST")] == [
        ("/api/tickets/4711/tags", {"names": ["ai-assisted"]})
    ]
    assert [one.ok for one in made.test()] == [True, True, True]
    desk.answer = lambda _: Told(status=401)
    assert [one.ok for one in made.test()] == [False, False, False]


@pytest.mark.parametrize("bad", BAD)
def test_bad_day_is_borne(bad: str, made: GorgiasConnector, desk: Helpdesk) -> None:
    pauses: list[float] = []
    impatient(made.client._http, pauses)
    reading_bears(bad, desk, made, "4711", pauses)
    writing_is_not_repeated(bad, desk, made, note("4711"))


@pytest.mark.parametrize(
    "data", [{}, [], 3, "x", {"id": 4711}, {"id": {}, "data": 3}, {"data": [3]}, {"data": [{}], "meta": []}, [[]]]
)
def test_answer_of_another_shape_is_a_failure_of_the_helpdesk(
    data: Any, made: GorgiasConnector, desk: Helpdesk
) -> None:
    desk.answer = lambda _: Told(data)
    asks: list[Any] = [
        lambda: made.fetch("4711"),
        lambda: list(made.backfill(None)),
        lambda: made.poll("2026-11-25T09:00:00+00:00"),
        lambda: made.write(reply("4711")),
    ]
    for ask in asks:
        with pytest.raises(HelpdeskUnavailable):
            ask()
