"""Grounding: what differs from the sources is named, what is said in other words passes."""

from __future__ import annotations

import hashlib
import re

import pytest

from assist.case import Case, CaseMessage, Sentence, Source
from assist.guards import Context
from assist.guards.grounding import SUPPORTED, guard, support
from assist.guards.grounding.lexicon import FILE, lexicon
from assist.helpdesk import Author

TEXT = (
    "Refunds usually take five working days. You may return unworn items within 60 days of delivery, Tuesday to "
    "Saturday. We do not refund gift cards. The warehouse sends the label to the customer by email. Opened tents "
    "cannot be returned. Premium members get free shipping."
)
SOURCES = [Source(n=1, record_id=1, kind="article", title="Returns", text=TEXT, score=1)]
CASE = Case(
    ticket_id=1,
    language="en",
    messages=[CaseMessage(position=1, author=Author.CUSTOMER, text="Where is the refund for my blue tent?")],
)


def check(text: str, case: Case = CASE) -> str | None:
    return guard().check(Sentence(text=text, kind="sourced", sources=[1]), Context(case, SOURCES))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Refunds always take five working days.", "“always” (≠ “usually”)"),
        ("You must return unworn items within 60 days of delivery.", "“must” (≠ “may”)"),
        ("You may return unworn items within 90 days of delivery.", "“90”"),
        ("We refund gift cards.", "“refund” (≠ “not refund”)"),
        ("Opened tents can be returned.", "“returned” (≠ “not returned”)"),
        ("The customer sends the label to the warehouse by email.", "“customer” (≠ “warehouse”)"),
        ("Only premium members get free shipping.", "“Only”"),
        ("Premium members get free shipping to Norway.", "“Norway”"),
    ],
)
def test_what_differs_from_the_source_is_named(text: str, found: str) -> None:
    assert check(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Refunds usually take five working days.",
        "Refunds normally take 5 working days.",
        "You can return unworn items within 60 days of delivery.",
        "Gift cards cannot be refunded.",
        "The warehouse emails the label to the customer.",
        "A refund usually takes five working days, <PERSON_1>.",
    ],
)
def test_other_words_for_the_same_pass(text: str) -> None:
    assert check(text) is None


def test_other_languages_are_left_alone() -> None:
    german = CASE.model_copy(update={"language": "de"})
    assert check("Erstattungen dauern immer dreißig Tage und sind nicht kostenlos.", german) is None


def test_a_copy_is_wholly_supported() -> None:
    assert support("We do not refund gift cards!", TEXT) == 1


def test_a_turned_sentence_is_less_supported_than_a_reworded_one() -> None:
    turned, reworded = (
        support("Refunds always take five working days.", TEXT),
        support("Refunds normally take 5 working days.", TEXT),
    )
    assert turned < SUPPORTED < reworded


def test_the_lexicon_is_the_one_its_provenance_names() -> None:
    told = re.search(r"words.txt.gz \| (\w{64})", (FILE.parent / "PROVENANCE.md").read_text(encoding="utf-8"))
    assert told is not None
    assert told[1] == hashlib.sha256(FILE.read_bytes()).hexdigest()


def test_words_are_related() -> None:
    words = lexicon()
    assert "famous" in words.synonyms("renowned")
    assert "italian" in words.siblings("french")
    assert "unpopular" in words.opposites("popular")
    assert words.rarity("clinic") < words.rarity("qwertz") == 1
