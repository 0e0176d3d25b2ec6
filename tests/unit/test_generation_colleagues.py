"""What colleagues' replies to similar cases give a draft."""

from __future__ import annotations

from assist.case import Case, CaseMessage, Source, Turn
from assist.generation.colleagues import advise, steps_of
from assist.generation.cues import cues_for
from assist.generation.extractive_draft import draft
from assist.generation.extractive_summary import summarise
from assist.helpdesk import Author, Visibility

CUES = cues_for("en", "")
ASKED = "My parcel has not arrived yet, the tracking has not moved for a week. Where is my parcel?"
CASE = Case(
    ticket_id=9, language="en", messages=[CaseMessage(position=1, author=Author.CUSTOMER, text=ASKED)], channel="email"
)
REPLIES = [
    "I am sorry about the wait for your parcel. Could you please send me your order number?",
    "Sorry about the parcel. Could you please send me your order number? The tracking moves once the van is unloaded.",
    "I am sorry about the wait for the parcel. Can you send me your order number? Your neighbour Bob Hill has it.",
]


def ticket(n: int, said: str, asked: str = ASKED) -> Source:
    return Source(
        n=n, record_id=n, kind="ticket", ticket_id=n, title="Parcel", text=said, problem=asked, score=0.8,
        vector_score=0.9, turns=[Turn(asked=asked, said=said)],
    )  # fmt: skip


def article(n: int, text: str) -> Source:
    return Source(
        n=n, record_id=n, kind="article", article_id=n, title="Where is my parcel?", text=text, score=0.9,
        visibility=Visibility.PUBLIC,
    )  # fmt: skip


NEAR = [ticket(n, said) for n, said in enumerate(REPLIES, 1)]


def test_what_most_colleagues_ask_is_asked_and_cited() -> None:
    told = advise(CASE, NEAR, CUES).sentences
    asks = [one for one in told if "order number" in one.text]
    assert len(asks) == 1
    assert asks[0].source in NEAR


def test_what_is_particular_to_another_case_is_left_out() -> None:
    said = " ".join(one.text for one in advise(CASE, NEAR, CUES).sentences)
    assert "Bob" not in said
    assert "neighbour" not in said


def test_cases_of_another_kind_give_no_advice() -> None:
    other = "How do I wash a down jacket, and at which temperature?"
    far = [
        ticket(n, "Wash it at 30 degrees.", asked=other).model_copy(update={"vector_score": 0.2}) for n in range(1, 4)
    ]
    assert not advise(CASE, far, CUES).sentences


def test_where_an_article_answers_only_courtesy_and_questions_stand_around_it() -> None:
    answer = article(9, "Tracking may not move for a week while a parcel waits for customs. It arrives after that.")
    made = draft(CASE, summarise(CASE), [answer, *NEAR], advise(CASE, NEAR, CUES))
    for sentence in made.drafts[0].sentences:
        cited = [source for source in [answer, *NEAR] if source.n in sentence.sources]
        if any(source.kind == "ticket" for source in cited):
            assert CUES.courtesy.match(sentence.text) or "ask" in steps_of(sentence.text, CUES), sentence.text
    assert any(9 in sentence.sources for sentence in made.drafts[0].sentences)


def test_how_conversations_are_opened_is_known_where_no_such_case_is() -> None:
    other = "How do I wash a down jacket, and at which temperature?"
    opening = "I can help you with that. Could you please give me your email address, so that I find your account?"
    far = [ticket(n, opening, asked=other).model_copy(update={"vector_score": 0.2}) for n in range(1, 6)]
    advice = advise(CASE, far, CUES)
    made = draft(CASE, summarise(CASE), [], advice)
    assert not advice.sentences
    assert made.abstained
    assert "email address" in made.drafts[0].text
    assert "order number" not in made.drafts[0].text
    assert all(s.sources for s in made.drafts[0].sentences if "email address" in s.text)


def test_colleagues_are_asked_where_the_conversation_stands() -> None:
    asks = "Sorry about the parcel. Could you please send me your order number?"
    then = "Could you please tell me whether a neighbour may have taken the parcel?"
    thanks = "You are welcome. Is there anything else that I can do for you?"
    turns = [
        Turn(asked=ASKED, said=asks),
        Turn(asked="My order number is <ORDER_1>.", said=then),
        Turn(asked="Found it, thank you.", said=thanks),
    ]
    near = [ticket(n, asks).model_copy(update={"turns": turns}) for n in range(1, 5)]
    case = CASE.model_copy(
        update={
            "messages": [
                *CASE.messages,
                CaseMessage(position=2, author=Author.AGENT, text=asks),
                CaseMessage(position=3, author=Author.CUSTOMER, text="The order number is <ORDER_1>."),
            ]
        }
    )
    said = " ".join(one.text for one in advise(case, near, CUES).sentences)
    assert "neighbour" in said
    assert "anything else" not in said


def test_a_manual_for_staff_is_not_quoted_to_customers() -> None:
    manual = (
        "Where is my parcel: a parcel that has not arrived is traced. Find out whether the tracking has moved. "
        "Tell them that it takes a week. The parcel must be traced before a refund."
    )
    made = draft(CASE, summarise(CASE), [article(1, manual)])
    assert made.abstained
