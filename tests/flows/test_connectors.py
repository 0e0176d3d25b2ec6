"""From a helpdesk's event to the desk and back: nothing is lost, nothing is done twice, nothing leaves unasked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from assist import services as wiring
from assist.desk.connecting import Inbox, Pollers
from assist.desk.rotation import rotate
from assist.errors import Conflict, Forbidden, HelpdeskUnavailable, InvalidInput, Merged, NotFound
from assist.governance.audit import verify
from assist.governance.policies import statement_of
from assist.governance.policy.reading import DEFAULT
from assist.helpdesk import (
    Ability,
    Connector,
    EventKind,
    Message,
    Page,
    Polled,
    Status,
    Ticket,
    TicketEvent,
    WriteKind,
    Writing,
    Written,
)
from assist.redaction.redactor import Redactor
from assist.retrieval.encoder import Encoder
from assist.services import Services
from assist.settings import Settings
from assist.store.models import (
    AuditEvent,
    ConnectorState,
    InboxEvent,
    Outgoing,
    Record,
    Suggestion,
    User,
    VaultEntry,
    now,
)
from assist.store.models import Message as MessageRow
from assist.store.models import Ticket as TicketRow

SECRET = "a secret key of at least thirty-two characters"


class AcmeDesk(Connector):
    """A small helpdesk in memory: real tickets, and bad days on demand."""

    name = "acme"
    abilities = frozenset(Ability)

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.merged: dict[str, str] = {}
        self.happened: list[TicketEvent] = []
        self.written: list[Writing] = []
        self.fetched: list[str] = []
        self.tagged: list[tuple[str, list[str]]] = []
        self.tag_fails = False
        self.broken: Exception | None = None
        self.breaks_at: int | None = None

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        return

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
        return [TicketEvent.model_validate_json(body)]

    def poll(self, cursor: str | None) -> Polled:
        self._break()
        # The overlap window: the last two are always told again.
        start = max(0, int(cursor) - 2) if cursor is not None else len(self.happened)
        return Polled(self.happened[start:], str(len(self.happened)))

    def backfill(self, cursor: str | None) -> Iterator[Page]:
        held = [self.tickets[key] for key in sorted(self.tickets)]
        for at in range(int(cursor or 0), len(held), 2):
            if self.breaks_at == at:
                raise HelpdeskUnavailable("the line is dead", where="acme")
            yield Page(held[at : at + 2], str(at + 2) if at + 2 < len(held) else None)

    def fetch(self, ticket_id: str) -> Ticket:
        self._break()
        self.fetched.append(ticket_id)
        if ticket_id in self.merged:
            raise Merged("goes on elsewhere", into=self.merged[ticket_id], where="acme")
        if ticket_id not in self.tickets:
            raise NotFound("gone", where="acme")
        return self.tickets[ticket_id]

    def write(self, writing: Writing) -> Written:
        self._break()
        self.written.append(writing)
        return Written(f"written-{len(self.written)}")

    def tag(self, ticket_id: str, tags: Sequence[str]) -> None:
        if self.tag_fails:
            raise HelpdeskUnavailable("no answer", where="acme")
        self.tagged.append((ticket_id, list(tags)))

    def _break(self) -> None:
        if self.broken is not None:
            raise self.broken


@pytest.fixture
def acme() -> AcmeDesk:
    return AcmeDesk()


@pytest.fixture
def services(tmp_path: Path, redactor: Redactor, encoder: Encoder, acme: AcmeDesk) -> Iterator[Services]:
    settings = Settings(home=tmp_path / "home", secret_key=SECRET)  # type: ignore[arg-type]
    made = wiring.build(settings, redactor=redactor, encoder=encoder, connectors={"acme": acme})
    made.index.open()
    yield made
    made.close()


@pytest.fixture
def agent(services: Services) -> User:
    user = services.accounts.add(email="maya@acme.example", name="Maya Kent", password="long enough pw", role="agent")
    services.policies.accept(user, statement_of(services.policies.active))
    return user


def case(id: str = "7", *texts: str, **more: Any) -> Ticket:
    said = texts or ("My jacket is too small, how do I return it? Ann Lee",)
    authors = ["customer", "agent"] * len(said)
    messages = [
        {"id": f"m{n}", "author": author, "text": text}
        for n, (author, text) in enumerate(zip(authors, said, strict=False), 1)
    ]
    contact = {"name": "Ann Lee", "email": "ann.lee@example.com"}
    return Ticket.model_validate({"source": "acme", "id": id, "messages": messages, "contact": contact, **more})


def happened(kind: EventKind, id: str = "7", delivery: str | None = None, **more: Any) -> TicketEvent:
    return TicketEvent.model_validate(
        {"kind": kind, "source": "acme", "ticket_id": id, "delivery_id": delivery, **more}
    )


def said(id: str, text: str, author: str = "customer", **more: Any) -> dict[str, Any]:
    return {"id": id, "author": author, "text": text, **more}


def do(services: Services, *events: TicketEvent) -> None:
    """Accept events and do them, as a worker would."""
    services.inbox.accept("acme", events)
    for ticket in dict.fromkeys(event.ticket_id for event in events):
        services.inbox.run("acme", ticket)


def rows(services: Services, table: type[Any]) -> list[Any]:
    with services.database.reading() as session:
        return list(session.exec(select(table)))


def texts(services: Services) -> list[str]:
    return [row.text for row in sorted(rows(services, MessageRow), key=lambda row: (row.ticket_id, row.position))]


def states(services: Services) -> list[str]:
    return [row.state for row in rows(services, InboxEvent)]


# Accepting


def test_accepted_event_is_stored_and_lies_there_in_no_clear_text(services: Services) -> None:
    event = happened(EventKind.CUSTOMER_REPLY, message=said("m1", "I am Ann Lee, ann.lee@example.com"))
    assert services.inbox.accept("acme", [event]) == 1
    assert states(services) == ["waiting"]
    home = services.settings.home
    assert all(b"ann.lee@example" not in file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_event_that_waits_or_is_parked_follows_the_vaults_key(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case(), case("8")])
    acme.broken = InvalidInput("nonsense", where="acme")
    do(services, happened(EventKind.EDITED, id="8", delivery="d1", partial=True))
    services.inbox.accept("acme", [happened(EventKind.CUSTOMER_REPLY, delivery="d2", message=said("m2", "Any news?"))])
    old = {row.content[:5] for row in rows(services, InboxEvent)}
    rotate(services.database, services.vault)
    assert {row.content[:5] for row in rows(services, InboxEvent)} == {services.vault.ring.newest.prefix} != old
    acme.broken = None
    acme.tickets["8"] = case("8", "My jacket is too large, sorry")
    services.inbox.run("acme", "7")
    assert services.inbox.replay() == 1
    services.inbox.run("acme", "8")
    assert states(services) == ["done", "done"]
    assert "Any news?" in texts(services)


def test_done_event_leaves_nothing_behind_but_its_id(services: Services, acme: AcmeDesk) -> None:
    acme.tickets["7"] = case()
    do(services, happened(EventKind.CREATED, delivery="d1", partial=True))
    row = rows(services, InboxEvent)[0]
    assert (row.state, row.content, row.delivery_id) == ("done", None, "d1")


def test_repeated_delivery_is_done_once(services: Services) -> None:
    whole = case()
    events = [happened(EventKind.CREATED, delivery="d1", ticket=whole)] * 3
    assert services.inbox.accept("acme", events) == 1
    assert services.inbox.accept("acme", events) == 0
    services.inbox.run("acme", "7")
    assert len(texts(services)) == 1


def test_many_threads_accept_the_same_delivery_once(services: Services) -> None:
    event = happened(EventKind.STATUS, delivery="d1", status=Status.OPEN)
    taken: list[int] = []
    threads = [threading.Thread(target=lambda: taken.append(services.inbox.accept("acme", [event]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [0] * 7 + [1]


def test_events_of_a_ticket_are_done_in_their_order_by_many_workers(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case()])
    events = [
        happened(EventKind.CUSTOMER_REPLY, delivery=f"d{n}", message=said(f"x{n}", f"Line {n}")) for n in range(12)
    ]
    services.inbox.accept("acme", events)
    threads = [threading.Thread(target=services.inbox.run, args=("acme", "7")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts(services)[1:] == [f"Line {n}" for n in range(12)]


# Bad days


def impatient(services: Services, *delays: float) -> Inbox:
    """An inbox that gives up soon."""
    return Inbox(
        services.database,
        services.vault,
        services.connectors,
        wiring.Reconciler(services.database, services.intake, services.eraser.without_erased),
        lambda *_, **__: None,
        delays_s=delays,
    )


@pytest.mark.parametrize("error", [HelpdeskUnavailable("down", where="acme"), RuntimeError("ann.lee@example.com")])
def test_failure_is_tried_again_then_parked_and_replayed(services: Services, acme: AcmeDesk, error: Exception) -> None:
    inbox = impatient(services, 0.0, 0.0)
    acme.tickets["7"] = case()
    acme.broken = error
    inbox.accept("acme", [happened(EventKind.CREATED, delivery="d1", partial=True)])
    inbox.run("acme", "7")
    parked = inbox.parked()
    assert [(one.kind, one.attempts) for one in parked] == [("created", 3)]
    assert "ann.lee" not in parked[0].error
    acme.broken = None
    assert inbox.replay("acme") == 1
    inbox.run("acme", "7")
    assert inbox.parked() == []
    assert len(texts(services)) == 1


def test_pause_is_waited_for_and_later_events_of_the_ticket_wait_too(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case(), case("8")])
    acme.broken = HelpdeskUnavailable("slow down", where="acme", retry_after=900)
    do(services, happened(EventKind.EDITED, delivery="d1", partial=True))
    do(services, happened(EventKind.STATUS, delivery="d2", status=Status.PENDING))
    do(services, happened(EventKind.STATUS, "8", delivery="d3", status=Status.PENDING))
    assert states(services) == ["waiting", "waiting", "done"]
    assert rows(services, InboxEvent)[0].due_at > now() + timedelta(seconds=800)


def test_nonsense_is_parked_at_once_and_holds_nothing_up(services: Services) -> None:
    services.intake.store([case()])
    do(
        services,
        happened(EventKind.CUSTOMER_REPLY, delivery="d1", message=said("m2", " ")),
        happened(EventKind.CUSTOMER_REPLY, delivery="d2", message=said("m3", "Hello?")),
    )
    assert states(services) == ["parked", "done"]
    assert services.inbox.parked()[0].error


def test_event_of_a_dead_worker_is_done_by_the_next_sweep(services: Services) -> None:
    services.intake.store([case()])
    services.inbox.accept("acme", [happened(EventKind.STATUS, delivery="d1", status=Status.PENDING)])
    with services.database.session() as session:
        row = session.exec(select(InboxEvent)).one()
        row.state, row.attempts, row.leased_until = "working", 1, now() - timedelta(seconds=1)
        session.add(row)
    services.jobs.start(1)
    services.inbox.sweep()
    deadline = threading.Event()
    for _ in range(200):
        if states(services) == ["done"]:
            break
        deadline.wait(0.05)
    assert states(services) == ["done"]


# What events mean


def test_unknown_ticket_is_fetched_with_its_whole_history(services: Services, acme: AcmeDesk) -> None:
    acme.tickets["7"] = case("7", "Where is my parcel?", "On its way.", "Any news?")
    do(services, happened(EventKind.CUSTOMER_REPLY, delivery="d1", message=said("m3", "Any news?")))
    assert texts(services) == ["Where is my parcel?", "On its way.", "Any news?"]


def test_partial_event_tells_sidebars_message_by_message(
    services: Services, acme: AcmeDesk, listen: Callable[[], list[tuple[str, dict[str, Any]]]]
) -> None:
    services.intake.store([case("7", "Where is it?")])
    acme.tickets["7"] = case("7", "Where is it?", "On its way.", "Thanks!", status="resolved")
    do(services, happened(EventKind.CUSTOMER_REPLY, delivery="d1", partial=True))
    told = [payload["payload"]["what"] for event, payload in listen() if event == "ticket_updated"]
    assert told == ["agent_reply", "customer_reply", "status"]


def test_what_the_helpdesk_no_longer_has_is_not_taken_in(services: Services, acme: AcmeDesk) -> None:
    do(services, happened(EventKind.CREATED, delivery="d1", partial=True))
    assert (states(services), texts(services)) == (["done"], [])


def test_edited_ticket_is_taken_as_it_is_now(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case("7", "Where is it?", "My card is 4111 1111 1111 1111", "Sorry, wrong window")])
    left = [said("m3", "Sorry, wrong window"), said("m1", "Where is it?")]
    acme.tickets["7"] = case("7", group="returns").model_copy(
        update={"messages": [Message.model_validate(one) for one in left]}
    )
    do(services, happened(EventKind.EDITED, delivery="d1", partial=True))
    assert texts(services) == ["Sorry, wrong window", "Where is it?"]
    assert rows(services, TicketRow)[0].group_name == "returns"


def test_reopened_ticket_teaches_nothing_until_it_is_solved_again(services: Services) -> None:
    solved = case("7", "How do I return a jacket?", "Print the label in your account.", status="resolved")
    services.intake.store([solved])
    assert [row.deleted for row in rows(services, Record)] == [False] * len(rows(services, Record))
    do(services, happened(EventKind.REOPENED, delivery="d1"))
    ticket = rows(services, TicketRow)[0]
    assert (ticket.status, ticket.reopened, ticket.resolved_at) == ("open", True, None)
    assert all(row.deleted for row in rows(services, Record))
    do(services, happened(EventKind.STATUS, delivery="d2", status=Status.RESOLVED))
    assert {row.facts["outcome"] for row in rows(services, Record) if not row.deleted} == {"reopened"}


def test_status_that_opens_a_solved_ticket_counts_as_reopening(services: Services) -> None:
    services.intake.store([case("7", "How?", "So.", status="resolved")])
    do(services, happened(EventKind.STATUS, delivery="d1", status=Status.OPEN))
    assert rows(services, TicketRow)[0].reopened


def test_rating_weighs_on_what_is_found(services: Services) -> None:
    services.intake.store([case("7", "How do I return a jacket?", "Print the label.", status="resolved")])
    do(services, happened(EventKind.CSAT, delivery="d1", csat=2))
    assert rows(services, TicketRow)[0].csat == 2
    assert {row.facts["csat"] for row in rows(services, Record)} == {2}


def test_merged_ticket_is_closed_and_the_other_one_is_fetched(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case("7", "Twice, sorry"), case("8", "Where is it?")])
    both = case("8", "Where is it?")
    both.messages.append(Message.model_validate(said("m9", "Twice, sorry")))
    acme.tickets["8"] = both
    do(services, happened(EventKind.MERGED, delivery="d1", into="8"))
    merged = rows(services, TicketRow)[0]
    assert (merged.status, merged.merged_into) == ("resolved", "8")
    assert rows(services, Record) == []
    assert texts(services)[1:] == ["Where is it?", "Twice, sorry"]


def test_merging_that_only_fetching_shows_is_followed_to_its_end(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case("7", "Twice, sorry")])
    acme.merged = {"7": "8", "8": "9"}
    acme.tickets["9"] = case("9", "Where is it?")
    do(services, happened(EventKind.EDITED, delivery="d1", partial=True))
    merged, other = rows(services, TicketRow)
    assert (merged.status, merged.merged_into, other.external_id) == ("resolved", "8", "9")
    # What never was a ticket here, such as a thread of one, leads to its ticket and leaves nothing else.
    acme.merged["thread-1"] = "9"
    acme.tickets["9"].messages.append(Message.model_validate(said("m9", "Any news?")))
    do(services, happened(EventKind.EDITED, "thread-1", delivery="d2", partial=True))
    assert texts(services)[1:] == ["Where is it?", "Any news?"]
    assert [row.external_id for row in rows(services, TicketRow)] == ["7", "9"]


def test_merging_in_a_circle_is_parked(services: Services, acme: AcmeDesk) -> None:
    acme.merged = {"7": "8", "8": "7"}
    do(services, happened(EventKind.EDITED, delivery="d1", partial=True))
    assert states(services) == ["parked"]
    assert len(acme.fetched) < 20


def test_deleted_ticket_is_forgotten_and_stays_away(
    services: Services, acme: AcmeDesk, listen: Callable[[], list[tuple[str, dict[str, Any]]]]
) -> None:
    services.intake.store([case("7", "I am Ann Lee", "Hello Ann Lee", status="resolved")])
    services.index.catch_up()
    assert len(services.index) > 0
    do(services, happened(EventKind.DELETED, delivery="d1"))
    services.index.catch_up()
    assert (texts(services), rows(services, VaultEntry)) == ([], [])
    left = rows(services, TicketRow)[0]
    assert (left.subject, left.status, left.external_id) == (None, "deleted", "7")
    assert len(services.index) == 0
    assert all(row.text == "" for row in rows(services, Record))
    assert listen()[-1][1]["payload"] == {"what": "deleted"}
    assert "ticket.deleted" in [row.action for row in rows(services, AuditEvent)]
    assert verify(services.database)[1] is None
    # What overtook the deletion does not bring it back, nor is anybody asked about it.
    acme.tickets["7"] = case("7", "I am Ann Lee")
    do(services, happened(EventKind.CUSTOMER_REPLY, delivery="d2", message=said("m3", "Late")))
    do(services, happened(EventKind.EDITED, delivery="d3", partial=True))
    assert (texts(services), acme.fetched, services.inbox.parked()) == ([], [], [])
    # Unless the helpdesk says that it has the ticket again.
    do(services, happened(EventKind.REOPENED, delivery="d4", partial=True))
    assert texts(services) == ["I am <PERSON_1>"]


def test_events_that_wait_go_with_their_ticket(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case()])
    acme.broken = InvalidInput("nonsense", where="acme")
    do(services, happened(EventKind.EDITED, delivery="d1", partial=True))
    assert [one.ticket for one in services.inbox.parked()] == ["7"]
    acme.broken = None
    do(services, happened(EventKind.DELETED, delivery="d2"))
    assert services.inbox.parked() == []
    assert [row.content for row in rows(services, InboxEvent)] == [None]


def test_tickets_of_who_was_erased_do_not_come_back(services: Services, acme: AcmeDesk) -> None:
    ann = {"id": "c-4711", "name": "Ann Lee", "email": "ann.lee@example.com"}
    old = case(contact=ann, created_at=now() - timedelta(days=3))
    services.intake.store([old])
    services.eraser.erase("ann.lee@example.com")
    acme.tickets["7"] = old
    do(services, happened(EventKind.EDITED, delivery="d1", partial=True))
    do(services, happened(EventKind.CREATED, delivery="d2", ticket=old.model_dump(mode="json")))
    assert services.backfill.run(acme).taken == 0
    assert (texts(services), services.inbox.parked()) == ([], [])
    # What they write after that is theirs anew.
    later = case("8", "It is me again", contact=ann, created_at=now() + timedelta(seconds=1))
    acme.tickets["8"] = later
    do(services, happened(EventKind.CREATED, id="8", delivery="d3", partial=True))
    assert texts(services) == ["It is me again"]


def test_deletion_that_nobody_signed_is_believed_only_when_the_ticket_is_gone(
    services: Services, acme: AcmeDesk
) -> None:
    services.intake.store([case()])
    acme.tickets["7"] = case()
    do(services, happened(EventKind.DELETED, delivery="d1", partial=True))
    assert len(texts(services)) == 1
    del acme.tickets["7"]
    do(services, happened(EventKind.DELETED, delivery="d2", partial=True))
    assert texts(services) == []


def test_attachments_are_listed_with_type_and_size(services: Services) -> None:
    services.intake.store([case()])
    files = [{"type": "application/pdf", "size": 1234, "name": "ann-lee.pdf"}]
    do(services, happened(EventKind.CUSTOMER_REPLY, delivery="d1", message=said("m2", "See file", attachments=files)))
    held = next(row for row in rows(services, MessageRow) if row.external_id == "m2")
    assert held.extra["attachments"] == [{"type": "application/pdf", "size": 1234}]


# Polling


def test_poller_with_an_overlap_gives_each_event_once(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case()])
    assert services.pollers.once(acme) == 0
    for n in range(5):
        acme.happened.append(happened(EventKind.CUSTOMER_REPLY, delivery=f"d{n}", message=said(f"x{n}", f"Line {n}")))
        assert services.pollers.once(acme) == 1
        assert services.pollers.once(acme) == 0
    services.inbox.run("acme", "7")
    assert texts(services)[1:] == [f"Line {n}" for n in range(5)]


def test_one_process_polls_at_a_time_and_another_takes_over(services: Services, acme: AcmeDesk) -> None:
    other = Pollers(services.database, services.connectors, services.inbox)
    assert services.pollers.once(acme) == 0
    assert other.once(acme) is None
    with services.database.session() as session:
        state = session.get(ConnectorState, "acme")
        assert state is not None
        state.leased_until = now() - timedelta(seconds=1)
    assert other.once(acme) == 0


def test_failed_look_is_noted_and_moves_no_cursor(services: Services, acme: AcmeDesk) -> None:
    services.intake.store([case()])
    services.pollers.once(acme)
    acme.happened.append(happened(EventKind.STATUS, delivery="d1", status=Status.PENDING))
    acme.broken = HelpdeskUnavailable("down", where="acme")
    with pytest.raises(HelpdeskUnavailable):
        services.pollers.once(acme)
    assert "down" in (rows(services, ConnectorState)[0].error or "")
    acme.broken = None
    assert services.pollers.once(acme) == 1
    assert rows(services, ConnectorState)[0].error is None


# Back-fill


def test_back_fill_goes_on_where_it_was_cut_off_and_repeats_change_nothing(services: Services, acme: AcmeDesk) -> None:
    acme.tickets = {str(n): case(str(n), f"Question {n}") for n in range(1, 8)}
    acme.breaks_at = 4
    with pytest.raises(HelpdeskUnavailable):
        services.backfill.run(acme)
    assert len(rows(services, TicketRow)) == 4
    acme.breaks_at = None
    report = services.backfill.run(acme)
    assert (report.resumed, report.created, report.done) == (True, 3, True)
    again = services.backfill.run(acme)
    assert (again.resumed, again.created, again.unchanged) == (False, 0, 7)


# Writing back


@pytest.fixture
def ticket(services: Services) -> TicketRow:
    services.intake.store([case()])
    held: TicketRow = rows(services, TicketRow)[0]
    return held


def test_approved_reply_is_written_once_and_its_echo_changes_nothing(
    services: Services, acme: AcmeDesk, agent: User, ticket: TicketRow
) -> None:
    text = "Dear Ann Lee, print the label."
    token, _ = services.sender.approve(ticket, user=agent, text=text)
    services.sender.send(ticket, user=agent, text=text, approval=token)
    assert [(one.kind, one.text, one.by) for one in acme.written] == [(WriteKind.REPLY, text, "maya@acme.example")]
    with pytest.raises(Conflict):
        services.sender.send(ticket, user=agent, text=text, approval=token)
    echo = said("written-1", text, "agent")
    do(services, happened(EventKind.AGENT_REPLY, delivery="d1", message=echo))
    assert texts(services)[1:] == ["Dear <PERSON_1>, print the label."]
    assert len(acme.written) == 1
    assert [row.state for row in rows(services, Outgoing)] == ["sent"]


@pytest.mark.parametrize("approval", ["", "forged.token"])
def test_reply_without_an_approval_never_reaches_the_helpdesk(
    services: Services, acme: AcmeDesk, agent: User, ticket: TicketRow, approval: str
) -> None:
    with pytest.raises(Forbidden):
        services.sender.send(ticket, user=agent, text="Hello", approval=approval)
    with pytest.raises(Forbidden):
        services.write_back.write(ticket, WriteKind.REPLY, "Hello", user=agent)
    token, _ = services.sender.approve(ticket, user=agent, text="Hello")
    with pytest.raises(Forbidden):
        services.sender.send(ticket, user=agent, text="Hello!", approval=token)
    assert acme.written == []
    assert rows(services, Outgoing) == []


def test_reply_that_failed_is_not_sent_again_by_itself(
    services: Services, acme: AcmeDesk, agent: User, ticket: TicketRow
) -> None:
    acme.broken = HelpdeskUnavailable("no answer", where="acme")
    token, _ = services.sender.approve(ticket, user=agent, text="Hello")
    with pytest.raises(HelpdeskUnavailable):
        services.sender.send(ticket, user=agent, text="Hello", approval=token)
    acme.broken = None
    services.inbox.sweep()
    assert (acme.written, len(texts(services))) == ([], 1)
    assert [row.state for row in rows(services, Outgoing)] == ["failed"]
    with pytest.raises(Conflict):
        services.sender.send(ticket, user=agent, text="Hello", approval=token)


def activate(services: Services, marks: str) -> None:
    services.policies.activate(DEFAULT.read_text("utf-8").replace("marks: tag", f"marks: {marks}"))


@pytest.fixture
def drafted(services: Services, agent: User, ticket: TicketRow) -> str:
    """A suggestion of a model for the ticket."""
    with services.database.session() as session:
        row = Suggestion(
            ticket_id=ticket.id or 0, user_id=agent.id, engine="test", model="m-1", drafts=[{"sentences": []}]
        )
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize(
    ("marks", "abilities", "tags", "notes"),
    [
        ("tag", set(Ability), [("7", ["ai-assisted"])], []),
        ("tag", {Ability.REPLY, Ability.NOTE}, [], ["ai-assisted"]),
        ("tag", {Ability.REPLY}, [], []),
        ("note", set(Ability), [], ["AI-assisted reply: drafted by m-1"]),
        ("none", set(Ability), [], []),
    ],
)
def test_helpdesk_learns_that_ai_took_part(
    services: Services, acme: AcmeDesk, agent: User, ticket: TicketRow, drafted: str,
    marks: str, abilities: set[Ability], tags: list[Any], notes: list[str],
) -> None:  # fmt: skip
    activate(services, marks)
    acme.abilities = frozenset(abilities)
    token, _ = services.sender.approve(ticket, user=agent, text="Hello", suggestion_id=drafted)
    services.sender.send(ticket, user=agent, text="Hello", approval=token or "")
    assert acme.tagged == tags
    written = [one.text for one in acme.written if one.kind is WriteKind.NOTE]
    assert [text[: len(note)] for text, note in zip(written, notes, strict=True)] == notes
    # Our copy has the note once, whoever tells it again.
    for number, one in enumerate(acme.written, start=1):
        kind = EventKind.INTERNAL_NOTE if one.kind is WriteKind.NOTE else EventKind.AGENT_REPLY
        echo = said(f"written-{number}", one.text, "agent", internal=one.kind is WriteKind.NOTE)
        do(services, happened(kind, delivery=f"e{number}", message=echo))
    assert [row.internal for row in rows(services, MessageRow)] == [False, False, *[True] * len(notes)]


def test_mark_that_fails_does_not_look_like_a_failed_reply(
    services: Services, acme: AcmeDesk, agent: User, ticket: TicketRow, drafted: str
) -> None:
    activate(services, "tag")
    acme.tag_fails = True
    token, _ = services.sender.approve(ticket, user=agent, text="Hello", suggestion_id=drafted)
    services.sender.send(ticket, user=agent, text="Hello", approval=token or "")
    assert texts(services)[1:] == ["Hello"]
    assert [row.state for row in rows(services, Outgoing)] == ["sent"]


def test_note_and_draft_need_no_approval_and_the_audit_knows_all(
    services: Services, acme: AcmeDesk, agent: User, ticket: TicketRow
) -> None:
    services.write_back.write(ticket, WriteKind.NOTE, "Carrier: two days", user=agent)
    services.write_back.write(ticket, WriteKind.DRAFT, "Dear Ann Lee", user=agent)
    assert [one.kind for one in acme.written] == [WriteKind.NOTE, WriteKind.DRAFT]
    assert [row.internal for row in rows(services, MessageRow)] == [False, True]
    actions = [row.action for row in rows(services, AuditEvent)]
    assert actions.count("helpdesk.writing") == actions.count("helpdesk.written") == 2


def test_helpdesk_that_takes_no_drafts_says_so(
    services: Services, acme: AcmeDesk, agent: User, ticket: TicketRow
) -> None:
    acme.abilities = frozenset({Ability.NOTE})
    with pytest.raises(InvalidInput, match="takes no draft"):
        services.write_back.write(ticket, WriteKind.DRAFT, "Dear Ann", user=agent)
