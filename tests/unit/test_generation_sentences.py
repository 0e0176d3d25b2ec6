"""What people type becomes clean sentences."""

import pytest

from assist.generation.cues import cues_for, languages
from assist.generation.sentences import clean, clip, is_cut_off, split

EN, DE = cues_for("en"), cues_for("de")

CLEANED = [
    (
        "@258930 I'm sorry, only two came. Reach us here: https://t.co/x ^MG",
        ["I'm sorry, only two came.", "Reach us here:"],
    ),
    ("@customer Hi, Lou, baggage fees are charged per flight. *TRR", ["Baggage fees are charged per flight."]),
    ("Hi Drayton. Have you tried clearing your cache? Lewis", ["Have you tried clearing your cache?"]),
    ("The size is e.g. 5 cm. It fits.", ["The size is e.g. 5 cm.", "It fits."]),
    ("It leaks.\n\n> On Monday you wrote\n> something", ["It leaks."]),
    ("It broke.\n\nOn Mon, 3 May 2026, Shop <help@example.com> wrote:\nOld text", ["It broke."]),
    ("It leaks.\n\nKind regards,\nAna Costa", ["It leaks."]),
    ("Hello <PERSON_1>,\nplease send it to <ADDRESS_1>", ["Please send it to <ADDRESS_1>"]),
    ("Um, so, where is it?? 😡 #fail #angry", ["Where is it??"]),
    (
        "Two things:\n- the zip is broken\n- the colour is wrong",
        ["Two things:", "The zip is broken", "The colour is wrong"],
    ),
    ("a line that a mail program\nwrapped here.", ["A line that a mail program wrapped here."]),
    ("It leaks. <PERSON_1>", ["It leaks."]),
    ("<HANDLE_1> it leaks, see <URL_1>", ["It leaks, see"]),
    ("It leaks.\nBest, Maya", ["It leaks."]),
    (
        "It leaks.\nThanks\nCould you also tell me what a new one costs?",
        ["It leaks.", "Could you also tell me what a new one costs?"],
    ),
    ("!!!", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CLEANED)
def test_decoration_is_taken_off(text: str, expected: list[str]) -> None:
    assert clean(text, EN) == expected


def test_german_ordinals_and_abbreviations_do_not_end_a_sentence() -> None:
    text = "Guten Tag,\nam 3. März kam z.B. das Paket nicht. Wo ist es?\n\nMit freundlichen Grüßen\nMax"
    assert clean(text, DE) == ["Am 3. März kam z.B. das Paket nicht.", "Wo ist es?"]


def test_splitting_keeps_every_word() -> None:
    text = 'He said "no." Then he left. Dr. Kapur paid £4.99 at 5 p.m. on Monday.'
    assert " ".join(split(text, EN)) == text
    assert split(text, EN)[-1].startswith("Dr. Kapur")


@pytest.mark.parametrize("limit", [40, 140])
def test_clip_ends_at_a_clause_and_within_the_limit(limit: int) -> None:
    text = "I ordered two of them in May, but only one of them came, and nobody answers my letters about it, " * 3
    short = clip(text, limit)
    assert len(short) <= limit + 1
    assert short.endswith("…")
    assert short[-2].isalnum()


def test_a_short_sentence_is_not_clipped() -> None:
    assert clip("It is late.") == "It is late."


@pytest.mark.parametrize(
    ("text", "cut_off"),
    [
        ("Please DM me the following: 1/3", True),
        ("best before date 3/3", False),
        ("so you only have to pay plus >>", True),
        ("Done.", False),
    ],
)
def test_continued_messages_are_recognised(text: str, cut_off: bool) -> None:
    assert is_cut_off(text) is cut_off


def test_languages_are_found_and_guessed() -> None:
    assert set(languages()) == {"en", "de"}
    assert cues_for("de-AT").code == "de"
    assert cues_for(None, "Wo ist mein Paket, ich warte schon lange").code == "de"
    assert cues_for(None, "Where is my parcel").code == "en"
    assert cues_for("pt", "").code == "en"
    assert set(EN.phrases) == set(DE.phrases)
