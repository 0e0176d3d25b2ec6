"""What triage reads of a case."""

from __future__ import annotations

import pytest

from assist.desk.opening import opening
from assist.retrieval.courtesy import without_courtesy

SAID = "My parcel with the blue jacket has not arrived. Where is it?"


@pytest.mark.parametrize(
    "written",
    [
        f"Hi there, good morning! {SAID}",
        f"Hello <PERSON_1>,\n{SAID}",
        f"I hope you can help me with this, please. {SAID} Thank you so much in advance, I really appreciate it!",
        f"{SAID}\nKind regards\n<PERSON_1>",
        f"Guten Tag. {SAID} Vielen Dank im Voraus!",
    ],
)
def test_courtesy_does_not_change_what_is_read(written: str) -> None:
    assert opening(None, [written]).removesuffix(" person") == opening(None, [SAID])


@pytest.mark.parametrize(
    "telling",
    [
        "Please help me get in.",
        "Thanks for the refund.",
        "Thank you very much!",
        "Please cancel it.",
        "I can't log in.",
    ],
)
def test_sentence_that_tells_something_stays(telling: str) -> None:
    assert telling in without_courtesy(f"{SAID} {telling}")


def test_message_of_courtesy_alone_is_read_as_it_is() -> None:
    assert opening(None, ["Hello, good morning!"]) == "Hello, good morning!"


def test_slip_of_the_keyboard_is_read_as_the_word_that_was_meant() -> None:
    assert opening(None, [SAID.replace("parcel", "parcrl")]) == opening(None, [SAID])


def test_words_of_another_language_are_left_alone() -> None:
    said = "Ich habe die Jacke nicht bekommen und warte seit Tagen auf das Pakett."
    assert opening(None, [said]) == said


def test_words_of_the_trade_are_left_alone() -> None:
    said = "No wifi on the rebooking desk for 20 mins, my avios are lost and the hoodie too."
    assert opening(None, [said]) == said
