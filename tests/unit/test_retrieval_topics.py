"""What a conversation is about is known by the names that several articles share."""

from __future__ import annotations

import pytest

from assist.retrieval.topics import About, Topics, topic_of


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Silver Card: Fees abroad", "silver card"),
        ("SILVER CARD", "silver card"),
        ("The Mill House - Parking", "mill house"),
        ("Rosa’s Guest House › Breakfast", "rosas guest house"),
        ("Bed & Bath: Towels", "bed and bath"),
        ("FAQ: Silver Card", None),
        ("Internal: Closing an account", None),
        ("How to: reset a password", None),
        ("What you should know before you close your account for good", None),
        ("A1: Roads", None),
        ("", None),
    ],
)
def test_topic_is_the_name_that_a_title_begins_with(title: str, topic: str | None) -> None:
    assert topic_of(title) == topic


@pytest.fixture
def topics() -> Topics:
    made = Topics()
    unit = 1
    for topic in ("gold card", "gold plus card", "mill house", "silver card"):
        for _ in range(2):
            made.add(topic, unit, article=unit)
            unit += 2
    return made


@pytest.mark.parametrize(
    ("question", "earlier", "about"),
    [
        ("fees of the Gold-Card?", [], About(frozenset({"gold card"}))),
        ("fees of the gold plus card?", [], About(frozenset({"gold plus card"}))),
        ("is it quiet?", ["I want a room at the Millhouse."], About(frozenset({"mill house"}), carried=True)),
        ("fees?", ["My silver card.", "No, the gold card!"], About(frozenset({"gold card"}), carried=True)),
        ("fees?", ["Gold card or silver card?"], About(frozenset({"gold card", "silver card"}), carried=True)),
        ("gold card?", ["My silver card."], About(frozenset({"gold card"}))),
        ("a golden card", ["nothing named"], About()),
        ("", [], About()),
    ],
)
def test_newest_name_counts_and_the_longest(topics: Topics, question: str, earlier: list[str], about: About) -> None:
    assert topics.about(question, earlier) == about


def test_name_of_one_article_alone_is_no_topic(topics: Topics) -> None:
    topics.add("harbour inn", 101, article=50)
    topics.add("harbour inn", 103, article=50)
    assert topics.about("the harbour inn", []) == About()
    topics.add("harbour inn", 105, article=51)
    assert topics.about("the harbour inn", []).topics == {"harbour inn"}
    assert sorted(topics.units({"harbour inn"})) == [101, 103, 105]


def test_topic_goes_with_its_articles(topics: Topics) -> None:
    topics.drop("gold card", 1)
    assert topics.about("gold card", []) == About()
    topics.drop("gold card", 3)
    topics.drop("gold card", 3)
    assert not topics.is_known("gold card")
