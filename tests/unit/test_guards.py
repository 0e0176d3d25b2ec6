"""Guards: what they flag, what they let pass, and that the gate fails closed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.case import Case, CaseMessage, Draft, Sentence, Source
from assist.guards import Context, House, OnFailure, SentenceGate, figures, gather, links
from assist.helpdesk import Author

SOURCES = [
    Source(
        n=1,
        record_id=1,
        kind="article",
        title="Returning something within 60 days",
        text="You can return unworn items within 60 days. The refund of up to £1,250.00 takes five to 7 working days. "
        "Print the label on https://help.larkfell.example/returns or write to returns@larkfell.example, "
        "call +44 113 496 0000.",
        url="https://help.larkfell.example/a/12",
        score=1,
    ),
    Source(n=2, record_id=2, kind="ticket", title="Other", text="We gave 14 days and a 20% voucher.", score=1),
]
CASE = Case(
    ticket_id=1,
    subject="Order of 3 November",
    messages=[
        CaseMessage(position=1, author=Author.CUSTOMER, text="39 EUR for <ORDER_7> at 17:30, see kites.example"),
        CaseMessage(position=2, author=Author.AGENT, text="Margin is 44 percent.", internal=True),
    ],
)
GATE = gather()
AI = "You are talking to an AI assistant."


def sentence(text: str, *sources: int) -> Sentence:
    return Sentence(text=text, kind="sourced" if sources else "case", sources=list(sources))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("You can return it within 30 days.", "30"),
        ("You can return it within 600 days.", "600"),
        ("The refund takes 14 days.", "14"),
        ("The refund of £1,520 takes 7 days.", "1,520"),
        ("You get a 20% voucher.", "20"),
        ("Your order of 4 November is on its way.", "4"),
        ("You can return it within thirty days.", "thirty"),
        ("It costs £39.50.", "39.50"),
        ("It was paid at 18:30.", "18:30"),
    ],
)
def test_figure_without_support_is_flagged(text: str, found: str) -> None:
    assert figures.guard().check(sentence(text, 1), Context(CASE, SOURCES)) == found


@pytest.mark.parametrize(
    "text",
    [
        "You can return it within 60 days.",
        "You can return it within sixty days.",
        "The refund of £1250 takes 5 to 7 days.",
        "The refund of 1.250,00 takes seven days.",
        "Your order <ORDER_7> of 3 November, €39.00, is on its way.",
        "Steps: 1. Print the label. 2. Send it.",
        "One of us will look at it in two minds.",
        "We received it at 17:30.",
    ],
)
def test_figure_with_support_passes(text: str) -> None:
    assert figures.guard().check(sentence(text, 1), Context(CASE, SOURCES)) is None


def test_only_cited_sources_count() -> None:
    check = figures.guard().check
    assert check(sentence("You have 14 days.", 1), Context(CASE, SOURCES)) == "14"
    assert check(sentence("You have 14 days.", 2), Context(CASE, SOURCES)) is None
    assert check(sentence("You have 14 days.", 1, 2), Context(CASE, SOURCES)) is None


def test_internal_notes_are_no_support_for_customers() -> None:
    check = figures.guard().check
    assert check(sentence("It is 44 percent."), Context(CASE, SOURCES)) is None
    assert check(sentence("It is 44 percent."), Context(CASE, SOURCES, "public")) == "44"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Print it on https://help.larkfe11.example/returns.", "https://help.larkfe11.example/returns"),
        ("Print it on help.larkfell.example/return.", "help.larkfell.example/return"),
        ("Go to www.evil.com now.", "www.evil.com"),
        ("See larkfell.com for more.", "larkfell.com"),
        ("Write to refunds@larkfell.example.", "refunds@larkfell.example"),
        ("Call +44 113 496 0001.", "+44 113 496 0001"),
    ],
)
def test_invented_link_is_flagged(text: str, found: str) -> None:
    assert links.guard().check(sentence(text, 1), Context(CASE, SOURCES)) == found


@pytest.mark.parametrize(
    "text",
    [
        "Print it on https://help.larkfell.example/returns.",
        "Print it on help.larkfell.example/returns, please.",
        "Read help.larkfell.example/a/12.",
        "Write to returns@larkfell.example.",
        "Call (+44) 113 496-0000.",
        "Please restart the app.Then sign in.",
    ],
)
def test_link_from_a_source_passes(text: str) -> None:
    assert links.guard().check(sentence(text, 1), Context(CASE, SOURCES)) is None


def test_link_that_only_the_customer_wrote_is_flagged() -> None:
    check = links.guard().check
    assert check(sentence("See kites.example for more.", 1), Context(CASE, SOURCES)) == "kites.example"


def test_flagged_sentence_is_unsupported_and_says_why_in_every_language() -> None:
    checked = GATE.check(sentence("You have 30 days, see www.evil.com.", 1), Context(CASE, SOURCES))
    assert checked.kind == "unsupported"
    assert {"figures", "links"} <= {flag.guard for flag in checked.flags}
    assert all(flag.why.keys() == {"en", "de"} for flag in checked.flags)
    assert "“30”" in next(flag for flag in checked.flags if flag.guard == "figures").why["en"]


def test_customer_reads_only_what_no_guard_objects_to() -> None:
    good, bad = sentence("You have 60 days to return it.", 1), sentence("You have 90 days to return it.", 1)
    assert GATE.passed([good, bad], Context(CASE, SOURCES, "public", AI)) == [good]


class Broken:
    name = "broken"
    why: Mapping[str, str] = {"en": "-"}

    def __init__(self, on_failure: OnFailure) -> None:
        self.on_failure = on_failure

    def check(self, sentence: Sentence, context: Context) -> str | None:
        raise RuntimeError


@pytest.mark.parametrize("on_failure", ["open", "closed"])
def test_guard_that_fails_lets_nothing_pass_unmarked(on_failure: OnFailure) -> None:
    gate = SentenceGate([Broken(on_failure)])
    checked = gate.check(sentence("Hello."), Context(CASE, SOURCES))
    assert [flag.guard for flag in checked.flags] == ["broken"]
    assert checked.held == (on_failure == "closed")
    assert gate.check(sentence("Hello."), Context(CASE, SOURCES, "public", AI)).held
    assert gate.passed([sentence("Hello.")], Context(CASE, SOURCES, "public", AI)) == []


def test_what_a_closed_guard_objects_to_is_held_out_of_the_draft() -> None:
    told = [GATE.check(sentence(text, 1), Context(CASE, SOURCES)) for text in ("Hello.", "See www.evil.com.", "Bye.")]
    assert [one.held for one in told] == [False, True, False]
    assert Draft(sentences=told).text == "Hello. Bye."


def test_every_guard_says_open_or_closed_and_speaks_both_languages() -> None:
    for guard in GATE.guards:
        assert guard.on_failure in {"open", "closed"}
        assert {"en", "de"} <= guard.why.keys()


def test_a_new_policy_counts_from_the_next_sentence_on() -> None:
    house = House()
    gate = gather(lambda: house)
    told = sentence("See shop.larkfell.example for sizes.")
    assert gate.check(told, Context(CASE, [])).held
    house = House(links=("*.larkfell.example",))
    assert not any(flag.guard == "links" for flag in gate.check(told, Context(CASE, [])).flags)


def test_a_source_that_was_tampered_with_grants_nothing() -> None:
    told = sentence("Write to returns@larkfell.example.", 1)
    assert not GATE.check(told, Context(CASE, SOURCES)).held
    assert GATE.check(told, Context(CASE, SOURCES, suspects=frozenset({1}))).held


@given(st.text(max_size=300))
def test_sentence_taken_from_its_source_always_passes(text: str) -> None:
    source = Source(n=1, record_id=1, kind="article", title="t", text=text, score=1)
    case = Case(ticket_id=1)
    assert not GATE.check(sentence(text, 1), Context(case, [source])).flags
