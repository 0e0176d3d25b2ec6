"""Zammad: a stand-in that answers as its documentation and its source say, on a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from assist.errors import Conflict, HelpdeskUnavailable, InvalidInput, Merged, NotFound
from assist.helpdesk import Author, Status, WriteKind, Writing
from connectors.zammad import ZammadConnector
from connectors.zammad.settings import ZammadSettings
from tests.bad_days import BAD, impatient, reading_bears, writing_is_not_repeated
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk
from tests.unit.test_connector_clients import BY, REPLY, asked, lines, note, reply

STATES = [
    {"name": "open", "state_type": "open"}, {"name": "pending reminder", "state_type": "pending reminder"},
    {"name": "erledigt", "state_type": "closed"}, {"name": "merged", "state_type": "merged"},
    {"name": "removed", "state_type": "removed"},
]  # fmt: skip
USER = {"id": 8, "firstname": "Ann", "lastname": "Lee", "email": "ann.lee@example.com", "phone": "", "mobile": "0151 1",
        "address": ""}  # fmt: skip


def case(number: int, state: str = "erledigt", **more: Any) -> dict[str, Any]:
    return {
        "id": number, "title": "Late parcel", "state": state, "state_id": 9, "group": "Returns", "priority": "3 high",
        "customer_id": 8, "create_article_type": "email", "created_at": "2026-11-25T09:00:00.000Z",
        "close_at": "2026-11-25T10:00:00.000Z", "updated_at": "2026-11-25T10:00:00.000Z", **more,
    }  # fmt: skip


def article(number: int, sender: str, body: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "ticket_id": 81, "sender": sender, "type": "email", "body": body, "content_type": "text/plain",
        "internal": False, "from": "Ann Lee <ann.lee@example.com>", "message_id": f"<{number}@zammad.example>",
        "attachments": [], "created_at": f"2026-11-25T09:{number:02}:00.000Z", **more,
    }  # fmt: skip


ARTICLES = [
    article(3, "Agent", "<p>Tomorrow.</p>", content_type="text/html"),
    article(1, "Customer", "Where is it?\n\nOn Tue, 24 Nov 2026 at 10:00, Acme <help@acme.example> wrote:\n> Hello."),
    article(2, "Agent", "Looking.", type="note", internal=True),
    article(4, "Customer", "", attachments=[{"size": "9", "filename": "ann.png",
                                             "preferences": {"Mime-Type": "image/png"}}]),
    article(5, "Agent", " "),
]  # fmt: skip


class Zammad:
    """The stand-in: tickets by number, one shared draft, and what was written."""

    def __init__(self) -> None:
        self.cases = {81: case(81), 82: case(82, "open"), 90: case(90, "merged"), 91: case(91, "removed")}
        self.articles = ARTICLES
        self.draft: dict[str, Any] | None = None
        self.own_states = STATES

    def answer(self, one: Asked) -> Told:
        assert one.headers["authorization"] == "Token token=secret"
        place = one.path.removeprefix("/api/v1/")
        if one.method == "GET":
            return self._read(place, one.query)
        if place.endswith("/shared_draft"):
            self.draft = {"id": 2, "updated_by_id": 5, **one.json}
            return Told({"shared_draft_id": 2, "assets": {}})
        if place == "ticket_articles":
            return Told({"id": 77, **one.json}, status=201)
        return Told(True, status=201) if place == "tags/add" else Told(case(81))

    def _read(self, place: str, query: dict[str, str]) -> Told:
        if place == "tickets":
            assert query["expand"] == "true"
            size, page = min(100, int(query["per_page"])), int(query["page"])
            rows = [self.cases[number] for number in sorted(self.cases)]
            return Told(rows[(page - 1) * size : page * size])
        if place.startswith("ticket_articles/by_ticket/"):
            return Told(self.articles)
        if place == "ticket_history/90":
            told = [{"object": "Ticket", "type": "created", "o_id": 90},
                    {"object": "Ticket", "type": "merged_into", "o_id": 90, "id_from": 90, "id_to": 81}]  # fmt: skip
            return Told({"history": told, "assets": {}})
        if place.endswith("/shared_draft"):
            held = self.draft
            assets = {"TicketSharedDraftZoom": {"2": held}} if held else None
            return Told({"shared_draft_id": 2 if held else None, "assets": assets})
        known = {"ticket_states": self.own_states, "users/8": USER, "users/me": {"id": 5, "login": "desk"}}
        if place in known:
            return Told(known[place])
        number = place.removeprefix("tickets/")
        found = self.cases.get(int(number)) if number.isdigit() else None
        return Told(found) if found else Told({"error": "Couldn't find Ticket"}, status=404)


@pytest.fixture
def zammad() -> Zammad:
    return Zammad()


@pytest.fixture
def desk(zammad: Zammad) -> Iterator[Helpdesk]:
    with helpdesk(zammad.answer) as running:
        yield running


@pytest.fixture
def made(desk: Helpdesk) -> Iterator[ZammadConnector]:
    secret = SecretStr("secret")
    connector = ZammadConnector(ZammadSettings(url=desk.url, token=secret, webhook_secret=secret, rate=60_000))
    yield connector
    connector.close()


def draft(ticket: str) -> Writing:
    return Writing(WriteKind.DRAFT, ticket, REPLY, by=BY)


def test_ticket_has_all_articles_in_order_with_their_authors(made: ZammadConnector) -> None:
    ticket = made.fetch("81")
    assert lines(ticket) == [
        (Author.CUSTOMER, False, "Where is it?"),
        (Author.AGENT, True, "Looking."),
        (Author.AGENT, False, "Tomorrow."),
        (Author.CUSTOMER, False, "[image/png]"),
    ]
    assert (ticket.status, ticket.group, ticket.priority, ticket.channel) == (
        Status.RESOLVED, "Returns", "high", "email",
    )  # fmt: skip
    assert (ticket.contact.id, ticket.contact.name, ticket.contact.phone) == ("8", "Ann Lee", "0151 1")
    assert "ann.png" not in ticket.model_dump_json()


def test_customer_who_was_deleted_takes_no_ticket_along(made: ZammadConnector, zammad: Zammad) -> None:
    zammad.cases[81]["customer_id"] = 404
    assert made.fetch("81").contact.model_dump(exclude_defaults=True) == {"id": "404"}


def test_message_of_an_event_is_the_one_of_the_history(made: ZammadConnector) -> None:
    body = b'{"ticket": {"id": 81, "state": "open", "article_count": 3, "updated_at": "x"}, "article": %s}'
    event = made.parse(body % json.dumps(ARTICLES[0]).encode(), {})[0]
    assert event.message == made.fetch("81").messages[2]


def test_state_of_ones_own_is_known_by_its_type(made: ZammadConnector, zammad: Zammad, desk: Helpdesk) -> None:
    assert made.fetch("81").status is Status.RESOLVED
    made.fetch("81")
    assert len([one for one in desk.asked if one.path.endswith("ticket_states")]) == 1
    zammad.cases[81]["state"] = "im Lager"
    zammad.own_states = [*STATES, {"name": "im Lager", "state_type": "pending reminder"}]
    assert made.fetch("81").status is Status.PENDING


def test_merged_ticket_leads_to_the_other_and_what_is_gone_is_gone(made: ZammadConnector) -> None:
    with pytest.raises(Merged) as caught:
        made.fetch("90")
    assert caught.value.into == "81"
    for gone in ("91", "404", "search", "../users/me", "８１"):
        with pytest.raises(NotFound):
            made.fetch(gone)


def test_back_fill_goes_on_from_its_cursor_and_leaves_out_what_is_merged(made: ZammadConnector) -> None:
    pages = list(made.backfill(None))
    assert [[one.id for one in page.tickets] for page in pages] == [["81", "82"], []]
    assert [page.cursor for page in pages] == ["1-91", None]
    assert [one.id for page in made.backfill("1-81") for one in page.tickets] == ["82"]


def test_back_fill_loses_no_ticket_when_others_are_deleted_meanwhile(
    made: ZammadConnector, zammad: Zammad, desk: Helpdesk
) -> None:
    zammad.cases = {number: case(number, "open", customer_id=None) for number in range(1, 251)}
    zammad.articles = []
    found: list[str] = []
    for page in made.backfill(None):
        found += [one.id for one in page.tickets]
        if len(found) == 100:
            # Ninety tickets move over the edge of the page that was just read.
            for number in range(1, 91):
                del zammad.cases[number]
    assert found == [str(number) for number in range(1, 251)]


def test_reply_goes_by_mail_to_who_wrote_and_note_stays_inside(made: ZammadConnector, desk: Helpdesk) -> None:
    assert made.write(reply("81", resolve=True)).message_id == "77"
    assert made.write(note("81")).message_id == "77"
    sent, noted = (one.json for one in asked(desk, "POST"))
    assert sent == {
        "ticket_id": 81, "body": REPLY, "content_type": "text/plain", "type": "email", "internal": False,
        "to": "ann.lee@example.com", "subject": "Late parcel", "in_reply_to": "<4@zammad.example>",
    }  # fmt: skip
    assert noted == {
        "ticket_id": 81, "body": "Carrier: two days", "content_type": "text/plain", "type": "note", "internal": True,
    }  # fmt: skip
    assert [(one.path, one.json) for one in asked(desk, "PUT")] == [("/api/v1/tickets/81", {"state": "erledigt"})]


@pytest.mark.parametrize("channel", ["note", "web"])
def test_reply_without_an_address_is_a_public_note(
    made: ZammadConnector, zammad: Zammad, desk: Helpdesk, channel: str
) -> None:
    zammad.cases[81] = case(81, create_article_type=channel, customer_id=None)
    zammad.articles = []
    made.write(reply("81"))
    assert (asked(desk, "POST")[0].json["type"], asked(desk, "POST")[0].json["internal"]) == ("note", False)


def test_messengers_are_answered_in_zammad_itself(made: ZammadConnector, zammad: Zammad, desk: Helpdesk) -> None:
    zammad.articles = [article(1, "Customer", "Hi", type="telegram personal-message")]
    with pytest.raises(InvalidInput, match="telegram"):
        made.write(reply("81"))
    assert asked(desk, "POST") == []
    made.write(draft("81"))
    assert zammad.draft is not None
    assert zammad.draft["new_article"]["type"] == "telegram personal-message"


def test_draft_is_left_for_agents_and_a_colleagues_own_stays(
    made: ZammadConnector, zammad: Zammad, desk: Helpdesk
) -> None:
    assert made.write(draft("81")).message_id is None
    assert asked(desk, "PUT")[0].json == {
        "new_article": {
            "body": "Dear Ann,<br>it comes &lt;tomorrow&gt;.", "content_type": "text/html", "type": "email",
            "internal": False, "to": "ann.lee@example.com", "subject": "Late parcel",
            "in_reply_to": "<4@zammad.example>",
        },
        "ticket_attributes": {},
    }  # fmt: skip
    made.write(draft("81"))
    assert zammad.draft is not None
    zammad.draft["updated_by_id"] = 6
    with pytest.raises(Conflict):
        made.write(draft("81"))
    assert len(asked(desk, "PUT")) == 2


def test_tags_are_added_and_settings_are_tried(made: ZammadConnector, desk: Helpdesk) -> None:
    made.tag("81", ["ai-assisted", "late"])
    assert [one.json for one in asked(desk, "POST")] == [
        {"item": "ai-assisted", "object": "Ticket", "o_id": 81}, {"item": "late", "object": "Ticket", "o_id": 81},
    ]  # fmt: skip
    assert [one.ok for one in made.test()] == [True, True, True]
    desk.answer = lambda _: Told(status=403)
    assert [one.ok for one in made.test()] == [False, False, False]


@pytest.mark.parametrize("bad", BAD)
def test_bad_day_is_borne(bad: str, made: ZammadConnector, desk: Helpdesk) -> None:
    pauses: list[float] = []
    impatient(made.client._http, pauses)
    reading_bears(bad, desk, made, "81", pauses)
    writing_is_not_repeated(bad, desk, made, note("81"))


@pytest.mark.parametrize("data", [{}, 3, "x", {"id": 81}, {"id": {}, "state": []}, [[]], [3]])
def test_answer_of_another_shape_is_a_failure_of_the_helpdesk(data: Any, made: ZammadConnector, desk: Helpdesk) -> None:
    desk.answer = lambda _: Told(data)
    for ask in (lambda: made.fetch("81"), lambda: list(made.backfill(None)), lambda: made.write(draft("81"))):
        with pytest.raises(HelpdeskUnavailable):
            ask()
