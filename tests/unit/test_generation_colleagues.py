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
