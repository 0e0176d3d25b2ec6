"""A customer's talk with the chatbot: public articles only, honest, and handed off whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from assist.case import Sentence
from assist.desk.accounts import may_see
from assist.errors import Conflict, InvalidInput, NotSignedIn
from assist.generation.engine import Answer
from assist.services import Services
from assist.store.models import Ticket, User


def ask(services: Services, session: dict[str, Any], id: str, text: str) -> dict[str, Any]:
    events = list(
        services.chatbot.answer(session_id=session["session"], token=session["token"], message_id=id, text=text)
    )
    assert events[0][0] == "disclosure"
    assert events[-1][0] == "done"
    return events[-1][1]


def test_answer_comes_from_a_public_article_with_its_link(filled: Services) -> None:
    session = filled.chatbot.begin(name="Ann Lee")
    done = ask(filled, session, "m-001", "How many days do I have to return unworn items?")
    assert done["answered"]
    assert "60 days" in done["answer"]
    assert {source["url"] for source in done["sources"]} == {"https://help.example/returns"}
    assert done["disclosure"] == filled.policies.active.disclosure["chatbot"]["en"]


@pytest.mark.parametrize(
    "question",
    ["What goodwill vouchers may agents grant without asking a team lead?", "Who won the world cup in 1974?"],
)
def test_what_no_public_article_covers_is_not_answered(filled: Services, question: str) -> None:
    done = ask(filled, filled.chatbot.begin(), "m-001", question)
    assert not done["answered"]
    assert done["sources"] == []
    assert done["handoff_offered"]
    assert "ten pounds" not in done["answer"]


def test_retry_gives_the_same_answer_and_stores_nothing_twice(filled: Services, agent: User) -> None:
    session = filled.chatbot.begin()
    first = ask(filled, session, "m-001", "How do I return unworn items?")
    assert ask(filled, session, "m-001", "How do I return unworn items?") == first
    ref = filled.chatbot.hand_off(session_id=session["session"], token=session["token"])["ticket"]
    found = filled.view.ticket(source="chatbot", external_id=ref, user=agent)
    assert len(filled.view.conversation(found)["messages"]) == 3


def test_hand_off_opens_a_ticket_with_the_transcript(filled: Services, agent: User) -> None:
    session = filled.chatbot.begin(name="Ann Lee", email="ann.lee@example.com")
    with filled.database.reading() as opened:
        hidden = opened.exec(select(Ticket).where(Ticket.source == "chatbot")).one()
    assert not may_see(agent, hidden)
    ask(filled, session, "m-001", "My name is Ann Lee. Who repairs a torn tent pole made of bamboo?")
    given = filled.chatbot.hand_off(session_id=session["session"], token=session["token"], reason="wants a person")
    again = filled.chatbot.hand_off(session_id=session["session"], token=session["token"])
    assert again["ticket"] == given["ticket"]
    found = filled.view.ticket(source="chatbot", external_id=given["ticket"], user=agent)
    shown = filled.view.conversation(found)
    assert [message["author"] for message in shown["messages"]] == ["customer", "bot", "system"]
    assert "Ann Lee" in shown["messages"][0]["text"]
    assert shown["ticket"]["requester"] == "Ann Lee"
    assert "Ann Lee" not in (found.subject or "")
    with pytest.raises(Conflict):
        ask(filled, session, "m-002", "Are you still there?")


def test_wrong_token_and_bad_text_are_refused(filled: Services) -> None:
    session = filled.chatbot.begin()
    with pytest.raises(NotSignedIn):
        ask(filled, session | {"token": "wrong"}, "m-001", "Hello")
    with pytest.raises(NotSignedIn):
        ask(filled, session | {"session": "wrong"}, "m-001", "Hello")
    for text in ("", "   ", "x" * 5_000):
        with pytest.raises(InvalidInput):
            ask(filled, session, "m-001", text)


def test_what_a_guard_objects_to_never_reaches_a_customer(filled: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = filled.ladder.answer

    def inventive(**given: Any) -> Answer:
        found = honest(**given)
        greeting = Sentence(text="Hello!", kind="greeting")
        wrong = [s.model_copy(update={"text": s.text.replace("60 days", "93 days")}) for s in found.sentences]
        return replace(found, sentences=[greeting, *wrong])

    monkeypatch.setattr(filled.ladder, "answer", inventive)
    done = ask(filled, filled.chatbot.begin(), "m-001", "Within how many days can I return unworn items?")
    assert "93" not in done["answer"]
    assert not done["answered"] or any(sentence["kind"] == "sourced" for sentence in done["sentences"])


def test_courtesy_alone_is_no_answer_once_a_guard_took_the_rest(
    filled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = filled.ladder.answer

    def inventive(**given: Any) -> Answer:
        greeting = Sentence(text="Hello!", kind="greeting")
        claim = Sentence(text="You have 93 days for it.", kind="sourced", sources=[1])
        return replace(honest(**given), sentences=[greeting, claim], abstained=False)

    monkeypatch.setattr(filled.ladder, "answer", inventive)
    done = ask(filled, filled.chatbot.begin(), "m-001", "How many days do I have to return unworn items?")
    assert not done["answered"]
    assert done["handoff_offered"]
    assert "93" not in done["answer"]
    assert done["sources"] == []
