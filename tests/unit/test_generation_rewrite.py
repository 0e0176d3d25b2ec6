"""Editing by rules, and the word-level difference that shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.case import Case, CaseMessage, Source
from assist.errors import NeedsModel
from assist.generation.diff import word_diff
from assist.generation.placeholders import placeholders_in
from assist.generation.rewrite import rewrite
from assist.helpdesk import Author

CASE = Case(
    ticket_id=1,
    language="en",
    messages=[CaseMessage(position=1, author=Author.CUSTOMER, text="Where is my refund for the tent by Larkfel?")],
)
SOURCE = Source(
    n=1, record_id=1, kind="article", title="Raincast shell", text="The Raincast shell is waterprooof.", score=1
)
TEXT = (
    "Hi <PERSON_1>,\n\nThank you for your message. Refunds take 3 to 5 working days. The money "
    "goes to the card you paid "
    "with. Our shop has a new colour.\n\nIs <ORDER_1> the right order?\n\nPlease let me know if "
    "anything is unclear.\n\nKind regards"
)


def test_shorter_drops_courtesy_first_then_what_is_least_about_the_case() -> None:
    once = rewrite(TEXT, "shorter", CASE, [])
    assert "Thank you for your message" not in once.text
    assert "unclear" not in once.text
    assert "Refunds take 3 to 5 working days." in once.text
    assert len(once.notes) == 2
    twice = rewrite(once.text, "shorter", CASE, [])
    assert "new colour" not in twice.text
    assert "Refunds take 3 to 5 working days." in twice.text
    for kept in ("Hi <PERSON_1>,", "Is <ORDER_1> the right order?", "Kind regards"):
        assert kept in twice.text


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        (
            "formal",
            "Hi <PERSON_1>,\n\nI'm sorry, we can't do that!\n\nCheers",
            "Dear <PERSON_1>,\n\nI apologise, we cannot do that.\n\nKind regards",
        ),
        (
            "friendlier",
            "Dear <PERSON_1>,\n\nWe are checking. It is late.\n\nKind regards",
            "Hi <PERSON_1>,\n\nWe're checking. It's late.\n\nAll the best",
        ),
    ],
)
def test_tone_phrases_are_replaced(action: str, before: str, after: str) -> None:
    result = rewrite(before, action, CASE, [])
    assert result.text == after
    assert result.engine == "extractive"
    assert result.notes[0].startswith("Changed tone phrases")


def test_german_tone_phrases_are_replaced() -> None:
    german = CASE.model_copy(update={"language": "de"})
    assert rewrite("Hallo <PERSON_1>,\n\nDanke!\n\nViele Grüße", "formal", german, []).text == (
        "Guten Tag <PERSON_1>,\n\nVielen Dank.\n\nMit freundlichen Grüßen"
    )


def test_spelling_is_corrected_and_names_are_left_alone() -> None:
    text = "We recieved the tent of <PERSON_1> from Larkfel, it is waterprooof: https://exampel.com/a LK-4410 Raincast."
    result = rewrite(text, "spelling", CASE, [SOURCE])
    assert result.text == text.replace("We recieved", "We received")
    assert result.notes == ["Corrected: recieved → received"]


def test_german_spelling_is_corrected() -> None:
    german = CASE.model_copy(update={"language": "de"})
    assert rewrite("Das ist leider nciht möglich.", "spelling", german, []).text == "Das ist leider nicht möglich."


def test_nothing_to_change_is_said() -> None:
    result = rewrite("Refunds take five days.", "spelling", CASE, [])
    assert (result.text, result.notes) == ("Refunds take five days.", ["Nothing to change was found."])


def test_an_instruction_needs_a_model() -> None:
    with pytest.raises(NeedsModel):
        rewrite(TEXT, "instruction", CASE, [])


@pytest.mark.parametrize("action", ["shorter", "formal", "friendlier", "spelling"])
def test_placeholders_and_figures_survive_every_tool(action: str) -> None:
    result = rewrite(TEXT, action, CASE, [])
    assert placeholders_in(result.text) == placeholders_in(TEXT)
    assert "3 to 5" in result.text


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_difference_rebuilds_both_texts(old: str, new: str) -> None:
    parts = word_diff(old, new)
    assert "".join(text for mark, text in parts if mark in "=+") == new
    assert "".join(text for mark, text in parts if mark in "=-") == old


def test_a_difference_is_by_words() -> None:
    assert word_diff("We cannot do <ORDER_1>.", "We can do <ORDER_1>.") == [
        ["=", "We "],
        ["-", "cannot"],
        ["+", "can"],
        ["=", " do <ORDER_1>."],
    ]
