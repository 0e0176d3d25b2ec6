"""Triage from resolved tickets to what a sidebar is told."""

from __future__ import annotations

import pytest
from sqlmodel import select

from assist.desk.cases import load_case
from assist.errors import InvalidInput
from assist.helpdesk import EventKind, Message, Ticket, TicketEvent
from assist.services import Services
from assist.store.models import StreamEvent, Triage, TriageModel, User
from assist.store.models import Ticket as TicketRow
from tests.flows.conftest import ticket

THINGS = ["jacket", "tent", "kettle", "lamp", "backpack", "rope", "map", "stove"]
SAID = {
    ("refund", "returns"): ["When do I get my money back for the {}?", "I want a refund for my {} please."],
    ("delivery", "orders"): ["Where is my {}? It has not come.", "The courier lost my {} on the way."],
}


def history() -> list[Ticket]:
    return [
        ticket(
            f"R-{intent}-{at}-{thing}",
            line.format(thing),
            "I have looked into it and it is done.",
            status="resolved",
            intent=intent,
            group=team,
        )
        for (intent, team), lines in SAID.items()
        for at, line in enumerate(lines)
        for thing in THINGS
    ]


@pytest.fixture
def taught(services: Services) -> Services:
    services.intake.store(history())
    services.triage.train()
    return services


def arrive(services: Services, id: str, text: str, email: str | None = None) -> int:
    whole = ticket(id, text, contact={"name": "Ada Lund", "email": email} if email else {})
    event = TicketEvent(kind=EventKind.CREATED, source="test", ticket_id=id, ticket=whole)
    return services.intake.receive(event)


def kept(services: Services, ticket_id: int) -> Triage:
    services.triage.run(ticket_id)
    with services.database.reading() as session:
        row = session.get(Triage, ticket_id)
    assert row is not None
    return row


def test_without_labels_triage_says_that_nothing_is_learned(services: Services) -> None:
    services.intake.store([ticket("T-1", "Where is my parcel?")])
    assert services.triage.train() == {}
    with services.database.reading() as session:
        row = session.exec(select(TicketRow)).one()
        case = load_case(session, row, services.vault.open(session, row.id or 0))
    told = services.triage.of(case)
    assert (told.intent.value, told.intent.because) == (None, "untrained")
    assert told.language.value == "en"


def test_intent_and_team_are_learned_from_resolved_tickets(taught: Services) -> None:
    content = kept(taught, arrive(taught, "T-1", "I would like my money back for the rope, when does it come?")).content
    assert content["intent"]["value"] == "refund"
    assert content["team"]["value"] == "returns"
    assert 0.5 < content["intent"]["confidence"] <= 1


def test_case_unlike_any_label_is_other(taught: Services) -> None:
    asked = "Does the museum open on the bank holiday, and may dogs come along to the garden concert?"
    content = kept(taught, arrive(taught, "T-1", asked)).content
    assert content["intent"]["value"] == "other"
    assert content["intent"]["because"] == "unsure"


def test_event_queues_triage_and_sidebars_are_told_once(taught: Services) -> None:
    before = taught.jobs.pending()
    ticket_id = arrive(taught, "T-1", "The courier lost my stove.")
    assert taught.jobs.pending() == before + 1
    kept(taught, ticket_id)
    kept(taught, ticket_id)
    with taught.database.reading() as session:
        told = session.exec(select(StreamEvent).where(StreamEvent.event == "triage_ready")).all()
    assert [event.payload["triage"]["intent"]["value"] for event in told] == ["delivery"]


def test_newer_message_and_newer_training_make_triage_stale(taught: Services) -> None:
    ticket_id = arrive(taught, "T-1", "The courier lost my stove.")
    assert taught.triage.refresh() == 1
    assert taught.triage.refresh() == 0
    more = Message(author="customer", text="This is the third time I ask, I am furious!!")
    taught.intake.receive(
        TicketEvent(kind=EventKind.CUSTOMER_REPLY, source="test", ticket_id="T-1", message=more),
    )
    assert taught.triage.refresh() == 1
    assert kept(taught, ticket_id).content["urgency"]["value"] == "high"
    taught.triage.train()
    assert taught.triage.refresh() == 1


def test_same_contact_writing_again_is_a_duplicate(taught: Services) -> None:
    said = "My stove has not arrived although the courier says that it was delivered last week."
    first = arrive(taught, "T-1", said, "ada@example.com")
    kept(taught, first)
    again = said.replace("My stove", "Hello, the stove I ordered")
    assert kept(taught, arrive(taught, "T-2", again, "ada@example.com")).content["duplicate"]["value"] == "T-1"
    other = kept(taught, arrive(taught, "T-3", again, "bo@example.com")).content["duplicate"]
    assert other["because"] in {"single", "same_words"}
    assert kept(taught, first).content["duplicate"]["value"] is None


def test_correction_is_kept_told_and_learned_from(taught: Services, agent: User) -> None:
    ticket_id = arrive(taught, "T-1", "I want my money back for the rope.")
    kept(taught, ticket_id)
    taught.triage.correct(ticket_id, "delivery", user=agent)
    assert kept(taught, ticket_id).corrected_intent == "delivery"
    with pytest.raises(InvalidInput):
        taught.triage.correct(ticket_id, "no such label", user=agent)
    before = taught.triage.training.facts()["intent"]["rows"]
    taught.intake.receive(
        TicketEvent(kind=EventKind.STATUS, source="test", ticket_id="T-1", status="resolved"),
    )
    after = taught.triage.train()["intent"]["rows"]
    assert after["delivery"] == before["delivery"] + 1


def test_a_deleted_ticket_is_unlearned_at_the_next_look(taught: Services) -> None:
    rows = taught.triage.training.facts()["intent"]["rows"]
    assert not taught.triage.training.due()
    arrive(taught, "T-1", "Where is my rope?")
    taught.intake.receive(TicketEvent(kind=EventKind.DELETED, source="test", ticket_id="T-1"))
    assert not taught.triage.training.due(), "it has taught nothing"
    lesson = next(one.id for one in history())
    taught.intake.receive(TicketEvent(kind=EventKind.DELETED, source="test", ticket_id=lesson))
    assert taught.triage.training.due()
    taught.triage.train_if_due()
    assert sum(taught.triage.training.facts()["intent"]["rows"].values()) == sum(rows.values()) - 1
    assert not taught.triage.training.due()


def test_training_is_due_at_first_and_not_again_at_once(services: Services) -> None:
    assert not services.triage.training.due()
    services.intake.store(history())
    assert services.triage.training.due()
    services.triage.train_if_due()
    assert not services.triage.training.due()


def test_damaged_model_is_left_aside(taught: Services) -> None:
    with taught.database.session() as session:
        row = session.get(TriageModel, "intent")
        assert row is not None
        row.content, row.version = row.content[:-9] + b"123456789", row.version + 1
        session.add(row)
    taught.triage.training._looked = -1e9
    assert taught.triage.training.classifier("intent") is None
    assert taught.triage.training.classifier("team") is not None
