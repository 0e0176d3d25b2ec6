"""A suggestion from the opening of a ticket to what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from assist.case import Draft, Sentence
from assist.desk.stats import Filter
from assist.errors import Forbidden, InvalidInput, NeedsModel, NotFound
from assist.generation.engine import Finished, SentencesReady
from assist.helpdesk import Article, Author, EventKind, Message, TicketEvent
from assist.services import Services
from assist.store.models import Message as StoredMessage
from assist.store.models import Suggestion, Ticket, User
from tests.flows.conftest import ticket as make_ticket

Listen = Callable[[], list[tuple[str, dict[str, Any]]]]


def row(services: Services, id: str = "T-9") -> Ticket:
    with services.database.reading() as session:
        return session.exec(select(Ticket).where(Ticket.external_id == id)).one()


def suggest(services: Services, agent: User, id: str = "T-9") -> Suggestion:
    found = row(services, id)
    assert found.id is not None
    suggestion_id, _ = services.suggester.start(found.id, user=agent, trigger="open")
    services.suggester.run(suggestion_id)
    with services.database.reading() as session:
        return session.get_one(Suggestion, suggestion_id)


def note(text: str, kind: EventKind = EventKind.CUSTOMER_REPLY, author: Author = Author.CUSTOMER) -> TicketEvent:
    return TicketEvent(
        kind=kind,
        source="test",
        ticket_id="T-9",
        message=Message(author=author, text=text, internal=kind is EventKind.INTERNAL_NOTE),
    )


def test_draft_cites_its_sources_and_names_the_customer(filled: Services, agent: User) -> None:
    made = suggest(filled, agent)
    assert made.status == "done"
    assert not made.abstained
    sentences = Draft.model_validate(made.drafts[0]).sentences
    known = {source["n"] for source in made.sources}
    sourced = [sentence for sentence in sentences if sentence.kind == "sourced"]
    assert sourced
    assert all(sentence.sources and set(sentence.sources) <= known for sentence in sourced)
    assert any("60 days" in sentence.text for sentence in sourced)
    opened = filled.view.open(row(filled))
    shown = " ".join(sentence["text"] for sentence in opened["suggestion"]["drafts"][0]["sentences"])
    assert "Maria" in shown
    assert "<PERSON" not in shown


def test_nothing_personal_is_stored_or_told_in_clear(filled: Services, agent: User, listen: Listen) -> None:
    suggest(filled, agent)
    told = json.dumps(listen(), ensure_ascii=False)
    files = b"".join(
        file.read_bytes() for file in filled.settings.home.rglob("*") if file.is_file() and file.name != "vault.key"
    )
    for value in ("Maria", "Lindqvist", "maria.lindqvist@example.com", "LK-4821937"):
        assert value not in told
        assert value.encode() not in files


def test_events_are_numbered_without_gaps_and_can_be_asked_for_again(
    filled: Services, agent: User, listen: Listen
) -> None:
    suggest(filled, agent)
    told = [message for _, message in listen() if "seq" in message]
    assert [message["seq"] for message in told] == list(range(1, len(told) + 1))
    assert told[0]["event"] == "suggestion_started"
    assert told[-1]["event"] == "suggestion_done"
    middle = len(told) // 2
    replay = filled.view.open(row(filled), last_seq=middle)["replay"]
    assert [payload["seq"] for _, payload in replay] == list(range(middle + 1, len(told) + 1))
    assert filled.view.open(row(filled), last_seq=999)["replay"] is None


def test_question_that_no_source_covers_is_not_answered(filled: Services, agent: User) -> None:
    filled.intake.store(
        [make_ticket("T-10", "Do you sponsor the chess club of my nephew in Reykjavik with trophies?", subject="Chess")]
    )
    made = suggest(filled, agent, "T-10")
    assert made.abstained
    assert made.missing
    assert not any(
        sentence.kind == "sourced" for draft in made.drafts for sentence in Draft.model_validate(draft).sentences
    )


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (note("Wait, I found the tag torn off."), "customer_reply"),
        (note("VIP customer", EventKind.INTERNAL_NOTE, Author.AGENT), "internal_note"),
        (note("I will look into it.", EventKind.AGENT_REPLY, Author.AGENT), "agent_reply"),
    ],
)
def test_draft_goes_stale_with_the_reason(
    filled: Services, agent: User, listen: Listen, event: TicketEvent, reason: str
) -> None:
    made = suggest(filled, agent)
    filled.intake.receive(event, by="Jonas Berg")
    with filled.database.reading() as session:
        stale = session.get_one(Suggestion, made.id)
    assert (stale.status, stale.stale_reason) == ("stale", reason)
    names = [name for name, _ in listen()]
    assert names[-2:] == ["ticket_updated", "suggestion_stale"]


def test_same_delivery_twice_adds_one_message(filled: Services) -> None:
    event = note("Hello again").model_copy(update={"delivery_id": "d-1"})
    filled.intake.receive(event)
    filled.intake.receive(event)
    assert len(filled.view.conversation(row(filled))["messages"]) == 2


def test_resolved_ticket_is_found_by_the_next_one(filled: Services, agent: User) -> None:
    filled.intake.store(
        [
            make_ticket(
                "T-11",
                "My Beacon tracker will not pair with the phone over Bluetooth.",
                "Hold the power button for ten seconds until the light turns blue, then pair it again in the app.",
                status="resolved",
                subject="Beacon pairing",
            ),
            make_ticket("T-12", "How do I pair my Beacon tracker? Bluetooth does not find it.", subject="Beacon"),
        ]
    )
    filled.index.catch_up()
    made = suggest(filled, agent, "T-12")
    assert made.sources[0]["title"] == "Beacon pairing"


def test_approved_reply_is_sent_once_and_compared_with_the_draft(filled: Services, agent: User) -> None:
    made = suggest(filled, agent)
    found = row(filled)
    assert found.id is not None
    assert agent.id is not None
    for signal in ("shown", "inserted"):
        filled.feedback.record(
            id=f"{signal}-0001", suggestion_id=made.id, ticket_id=found.id, user_id=agent.id, signal=signal
        )
    text = filled.view.restore(found.id, {"text": Draft.model_validate(made.drafts[0]).text})["text"]
    edited = text + " Have a lovely day."
    with pytest.raises(Forbidden):
        filled.sender.send(found, user=agent, text=text, approval="made.up")
    token, _ = filled.sender.approve(found, user=agent, text=edited, suggestion_id=made.id)
    with pytest.raises(Forbidden):
        filled.sender.send(found, user=agent, text=text, approval=token)
    filled.sender.send(found, user=agent, text=edited, approval=token, resolve=True)
    shown = filled.view.conversation(row(filled))
    assert shown["messages"][-1]["text"] == edited
    assert shown["ticket"]["status"] == "resolved"
    figures = filled.statistics.overview(Filter())
    totals = figures["totals"]
    assert (totals["shown"], totals["inserted"], totals["sent"], totals["sent_as_is"]) == (1, 1, 1, 0)
    assert totals["acceptance"] == 1.0
    assert 0 < totals["edit_ratio_median"] < 0.5
    assert figures["by_agent"][0]["key"] == "Maya Kent"
    assert figures["by_intent"][0]["key"] == "return_exchange"


def test_signals_are_stored_once_and_checked(filled: Services, agent: User) -> None:
    made = suggest(filled, agent)
    assert agent.id is not None
    common = {"suggestion_id": made.id, "ticket_id": made.ticket_id, "user_id": agent.id}
    for _ in range(2):
        filled.feedback.record(id="rejected-1", signal="rejected", reason="tone", **common)  # type: ignore[arg-type]
    assert filled.statistics.overview(Filter())["reasons"] == [{"reason": "tone", "count": 1}]
    with pytest.raises(InvalidInput, match="not a signal"):
        filled.feedback.record(id="sent-00001", signal="sent", **common)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="needs a reason"):
        filled.feedback.record(id="rejected-2", signal="rejected", **common)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        filled.feedback.record(id="shown-0001", signal="shown", **(common | {"ticket_id": 1}))  # type: ignore[arg-type]


def test_editing_keeps_real_values_and_says_what_it_changed(filled: Services, agent: User) -> None:
    text = "Hi Maria, you can recieve your refund for LK-4821937 within 5 working days."
    result = filled.editor.apply(row(filled), action="spelling", text=text)
    assert result["text"] == text.replace("recieve", "receive")
    assert ["-", "recieve"] in [[mark, words.strip()] for mark, words in result["diff"]]
    with pytest.raises(NeedsModel):
        filled.editor.apply(row(filled), action="instruction", text=text, instruction="Refuse politely")
    with pytest.raises(InvalidInput):
        filled.editor.apply(row(filled), action="explode", text=text)


def test_newer_suggestion_ends_the_one_before(filled: Services, agent: User) -> None:
    found = row(filled)
    assert found.id is not None
    first, _ = filled.suggester.start(found.id, user=agent, trigger="agent")
    second, _ = filled.suggester.start(found.id, user=agent, trigger="agent")
    filled.suggester.run(first)
    filled.suggester.run(second)
    with filled.database.reading() as session:
        assert session.get_one(Suggestion, first).status == "stopped"
        assert session.get_one(Suggestion, second).status == "done"


def test_two_sidebars_that_open_together_share_one_suggestion(filled: Services, agent: User) -> None:
    found = row(filled)
    assert found.id is not None
    first = filled.suggester.start(found.id, user=agent, trigger="open")
    assert filled.suggester.start(found.id, user=agent, trigger="open") == (first[0], False)


def test_event_that_brings_its_ticket_loses_no_message(filled: Services) -> None:
    new = make_ticket("T-20", "Where is my parcel?")
    reply = Message(id="m-2", author=Author.CUSTOMER, text="It should have been here on Monday.")
    event = TicketEvent(kind=EventKind.CUSTOMER_REPLY, source="test", ticket_id="T-20", ticket=new, message=reply)
    filled.intake.receive(event)
    shown = filled.view.conversation(row(filled, "T-20"))["messages"]
    assert [message["text"] for message in shown] == ["Where is my parcel?", "It should have been here on Monday."]
    filled.intake.receive(event)
    assert len(filled.view.conversation(row(filled, "T-20"))["messages"]) == 2
    held = make_ticket("T-21", "Hello?")
    filled.intake.receive(
        TicketEvent(kind=EventKind.CREATED, source="test", ticket_id="T-21", ticket=held, message=held.messages[0])
    )
    assert len(filled.view.conversation(row(filled, "T-21"))["messages"]) == 1


def test_products_of_public_articles_are_not_masked_as_people(services: Services) -> None:
    text = "Ember keeps you warm. The Ember burns gas. Ask Corrie about it."
    notes = "Hannah leads the team. Call Hannah for help."
    services.articles.store(
        [
            Article(source="test", id="A-1", title="Using the stove", text=text),
            Article(source="test", id="A-2", title="Who to ask", text=notes, visibility="internal"),
        ]
    )
    services.intake.store(
        [make_ticket("T-22", "Ember broke on our trip. I wrote to Hannah Fitzgerald and to Corrie Smith.")]
    )
    with services.database.reading() as session:
        found = session.exec(select(StoredMessage).join(Ticket).where(Ticket.external_id == "T-22")).one()
    assert found.text.startswith("Ember broke on our trip.")
    assert "Hannah" not in found.text
    assert "Corrie" not in found.text


def test_invented_figure_is_flagged_in_the_draft_with_its_reason(
    filled: Services, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = filled.ladder.suggest

    def inventive(*given: Any, **more: Any) -> Iterator[Any]:
        for delta in honest(*given, **more):
            if isinstance(delta, SentencesReady):
                yield replace(delta, sentences=[invented(one) for one in delta.sentences])
            elif isinstance(delta, Finished):
                drafts = [d.model_copy(update={"sentences": [invented(s) for s in d.sentences]}) for d in delta.drafts]
                yield replace(delta, drafts=drafts)
            else:
                yield delta

    monkeypatch.setattr(filled.ladder, "suggest", inventive)
    made = suggest(filled, agent)
    told = [s for s in Draft.model_validate(made.drafts[0]).sentences if "93" in s.text]
    assert told
    assert all(sentence.kind == "unsupported" for sentence in told)
    assert all("93" in flag.why["en"] and flag.why["de"] for sentence in told for flag in sentence.flags)


def invented(sentence: Sentence) -> Sentence:
    """The sentence as a careless model writes it."""
    return sentence.model_copy(update={"text": sentence.text.replace("60 days", "93 days")})
