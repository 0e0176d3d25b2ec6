"""The citation gate: whole sentences with sources, whatever the chunks look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.case import Sentence, Source
from assist.generation.citations import CitationGate
from assist.generation.cues import cues_for
from assist.helpdesk import Visibility

SOURCES = [
    Source(n=1, record_id=1, kind="ticket", title="a", text="a", score=1),
    Source(n=2, record_id=2, kind="article", title="b", text="b", score=1),
    Source(n=3, record_id=3, kind="article", title="c", text="c", score=1, visibility=Visibility.PUBLIC),
]
CASE_TEXT = "My tent <ORDER_1> arrived with a broken pole last week."
REPLY = (
    "Hi <PERSON_1>,\n\nI am sorry to hear that. Your tent arrived with a broken pole. "
    "We replace poles within 2 years [1], e.g. after a storm [3]. Send it to <ADDRESS_9> by post.[2] "
    "Refunds take 5 days [7]. Could you send a photo?\n\n"
    "Kind regards"
)


def gate() -> CitationGate:
    return CitationGate(SOURCES, {"<PERSON_1>", "<ORDER_1>"}, CASE_TEXT, cues_for("en"))


def read(text: str, size: int, one: CitationGate | None = None) -> tuple[list[Sentence], str]:
    """Feed text in chunks; gives the sentences, and what the deltas of unfinished sentences showed."""
    through = one or gate()
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    pieces = [piece for chunk in chunks for piece in through.feed(chunk)] + list(through.finish())
    return [p.sentence for p in pieces if p.sentence], "".join(p.append for p in pieces)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_sentences_come_out_with_kind_and_sources(size: int) -> None:
    sentences, _ = read(REPLY, size)
    assert [(s.text, s.kind, s.sources, s.internal) for s in sentences] == [
        ("Hi <PERSON_1>,", "greeting", [], False),
        ("I am sorry to hear that.", "greeting", [], False),
        ("Your tent arrived with a broken pole.", "case", [], False),
        ("We replace poles within 2 years, e.g. after a storm.", "sourced", [1, 3], False),
        ("Send it to by post.", "sourced", [2], True),
        ("Refunds take 5 days.", "unsupported", [], False),
        ("Could you send a photo?", "question", [], False),
        ("Kind regards", "closing", [], False),
    ]
    assert [s.paragraph for s in sentences] == [False, True, False, False, False, False, False, True]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_no_partial_mark_or_placeholder_is_ever_shown(size: int) -> None:
    _, shown = read(REPLY, size)
    assert "[" not in shown
    assert "ADDRESS" not in shown
    assert shown.count("<") == shown.count(">") == shown.count("<PERSON_1>")


def test_foreign_placeholders_are_removed_and_told() -> None:
    one = gate()
    sentences, _ = read("Dear <PERSON_2>, write to <Email_3> or <b>us</b> today.", 4, one)
    assert sentences[0].text == "Dear, write to or us today."
    assert sentences[0].kind == "unsupported"
    assert one.removed == ["<PERSON_2>", "<Email_3>", "<b>", "</b>"]


@pytest.mark.parametrize("size", [1, 4, 100])
def test_no_source_abstains_and_shows_nothing(size: int) -> None:
    one = gate()
    assert read("NO_SOURCE", size, one) == ([], "")
    assert one.abstained


def test_no_source_after_a_cited_sentence_is_dropped() -> None:
    one = gate()
    sentences, _ = read("Poles are replaced [1]. NO_SOURCE", 3, one)
    assert [s.text for s in sentences] == ["Poles are replaced."]
    assert not one.abstained


def test_a_mark_that_never_ends_is_dropped() -> None:
    assert read("It takes 5 days [1", 2)[0][0].text == "It takes 5 days"


@given(st.text(alphabet="ab .!?\n[]<>12_PERSON,", max_size=60), st.integers(1, 9))
def test_chunks_do_not_change_what_is_read(text: str, size: int) -> None:
    assert read(text, size)[0] == read(text, 1000)[0]
