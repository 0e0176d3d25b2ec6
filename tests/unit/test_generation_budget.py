"""Summaries keep to their length: what goes, what stays, what comes back, and how sentences are shortened."""

import pytest

from assist.case import Case, CaseMessage
from assist.generation.cues import cues_for
from assist.generation.details import values_in
from assist.generation.extractive_summary import summarise
from assist.generation.sentences import curtail
from assist.generation.shorter import shorter
from assist.helpdesk import Author

EN = cues_for("en")
LONG = (
    ("customer", "My dishwasher leaks since Tuesday. It stands in the kitchen of a rented flat on the third floor."),
    ("agent", "I am sorry. Could you please tell me your order number?"),
    ("customer", "Of course, it is DW-55210. The water runs under the cupboard and the wood is getting soft already."),
    ("agent", "Thank you. I have found your order. I have booked a technician for 8 May between 9 and 11."),
    ("customer", "That is good. I am at work that day, but my neighbour has the key and will open the door for him."),
    ("agent", "All right. Because the warranty ended in March we cannot repair it for free."),
    ("customer", "I see. I bought the longer warranty with it, you can look that up, I paid $49 for it back then."),
    ("agent", "You are right. I have noted the longer warranty on the order, so the repair costs you nothing."),
    ("customer", "Perfect. The machine is quite heavy, he should bring somebody who can help him to move it."),
    ("agent", "I will tell him. The technician will call you half an hour before he comes."),
    ("customer", "Thanks. What do I do about the wood that got soft? Somebody will have to pay for that as well."),
)


def case(*turns: tuple[str, str]) -> Case:
    """Make a case."""
    messages = [CaseMessage(position=n, author=Author(who), text=text) for n, (who, text) in enumerate(turns, 1)]
    return Case(ticket_id=1, language="en", messages=messages)


@pytest.mark.parametrize("upto", range(10, len(LONG) + 1))
def test_a_long_case_is_told_in_less_than_a_quarter_of_its_words(upto: int) -> None:
    written = sum(len(text.split()) for _, text in LONG[:upto])
    assert 0.15 * written < len(summarise(case(*LONG[:upto])).text.split()) < 0.25 * written


def test_outcomes_come_before_what_had_to_be_done_on_the_way() -> None:
    told = summarise(case(*LONG)).text
    assert "technician for 8 May" in told
    assert "found" not in told


def test_a_reference_is_told_though_no_line_holds_it() -> None:
    assert "DW-55210" in summarise(case(*LONG)).text


def test_no_line_of_a_summary_is_told_twice() -> None:
    again = "We have no information on that update."
    turns = [turn for n in range(5) for turn in (("customer", f"Is there news on update {n}?"), ("agent", again))]
    assert summarise(case(*turns)).text.count("no information") == 1


def test_a_refusal_is_an_outcome() -> None:
    summary = summarise(
        case(("customer", "I want to return the boots."), ("agent", "We cannot accept the return after 90 days."))
    )
    assert [line.text for line in summary.done] == ["We cannot accept the return after 90 days."]


def test_what_others_will_do_is_a_promise() -> None:
    turns = (("customer", "My sofa came broken."), ("agent", "The carrier will call you to agree on a day."))
    assert [line.text for line in summarise(case(*turns)).promised] == ["The carrier will call you to agree on a day."]


@pytest.mark.parametrize(
    ("answer", "open_"),
    [
        ("I will check at home and get back to you.", True),
        ("It is AB-123456.", False),
        ("I sent it by e-mail.", False),
        ("The shoes are too small.", True),
    ],
)
def test_what_was_asked_stays_open_until_it_is_given(answer: str, open_: bool) -> None:
    asked = "Could you please tell me your order number?"
    turns = (("customer", "I want to return my shoes."), ("agent", asked), ("customer", answer))
    assert (asked in [line.text for line in summarise(case(*turns)).open]) is open_


def test_an_agent_who_finds_the_number_asks_for_it_no_more() -> None:
    turns = (
        ("customer", "I want to return my shoes."),
        ("agent", "Could you please tell me your order number?"),
        ("customer", "I don't have it with me."),
        ("agent", "I have found your order AB-123456."),
    )
    assert not summarise(case(*turns)).open


def test_a_machine_that_talks_of_itself_tells_nothing() -> None:
    turns = (("customer", "I want to return my hat."), ("system", "Searching the pages ..."))
    assert not summarise(case(*turns)).done


@pytest.mark.parametrize(
    ("sentence", "short"),
    [
        ("I have moved the date to 30 June, so there is no hurry.", "I have moved the date to 30 June."),
        ("As I said, the parcel never came to me.", "The parcel never came to me."),
        ("The mixer (the large red one) stopped working today.", "The mixer stopped working today."),
        *[
            (kept, kept)
            for kept in (
                "I have a promo code and I want to know when it expires.",
                "Please send two chairs, because 4 guests come on 28 March.",
            )
        ],
    ],
)
def test_only_what_nobody_misses_is_cut(sentence: str, short: str) -> None:
    assert shorter(sentence, EN) == short


def test_a_long_line_is_cut_before_a_clause_or_a_preposition() -> None:
    cut = curtail(
        "The chairs #W1 and #W2, which you sent back, have been cancelled for good with the reason given.", 80
    )
    assert cut == "The chairs #W1 and #W2, which you sent back, have been cancelled for good…"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("I waited almost 20 minutes. Almost 20 others too.", []),
        ("There were 2 separate orders.", []),
        ("It came on 17/11 and 14-Oct. [2/3]", ["17/11", "14-Oct"]),
        ("On Wednesday 14 January my Pixel 7 broke.", ["14 January", "Pixel 7"]),
    ],
)
def test_values_are_numbers_that_mean_something_alone(text: str, values: list[str]) -> None:
    assert values_in(text) == values
