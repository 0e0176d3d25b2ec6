"""What a conversation is about is known by the names that several articles share."""

from __future__ import annotations

import pytest

from assist.retrieval.topics import Topics, topic_of


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
    ("earlier", "carried"),
    [
        (["Fees of the Gold-Card?"], {"gold card"}),
        (["Fees of the gold plus card?"], {"gold plus card"}),
        (["I want a room at the Millhouse.", "For two people.", "When?"], {"mill house"}),
        (["My silver card.", "No, the gold card!"], {"gold card"}),
        (["Gold card or silver card?"], {"gold card", "silver card"}),
        (["a golden card"], set()),
        ([], set()),
    ],
)
def test_newest_name_counts_and_the_longest(topics: Topics, earlier: list[str], carried: set[str]) -> None:
    assert topics.carried("what does it cost?", earlier) == carried


def test_question_that_names_something_needs_nothing_carried_over(topics: Topics) -> None:
    assert topics.carried("what does the gold card cost?", ["My silver card."]) == set()


def test_name_of_one_article_alone_is_no_topic(topics: Topics) -> None:
    topics.add("harbour inn", 101, article=50)
    topics.add("harbour inn", 103, article=50)
    assert topics.carried("", ["the harbour inn"]) == set()
    topics.add("harbour inn", 105, article=51)
    assert topics.carried("", ["the harbour inn"]) == {"harbour inn"}
    assert sorted(topics.units({"harbour inn"})) == [101, 103, 105]


def test_topic_goes_with_its_articles(topics: Topics) -> None:
    topics.drop("gold card", 1)
    assert topics.carried("", ["gold card"]) == set()
    topics.drop("gold card", 3)
    topics.drop("gold card", 3)
    assert not topics.is_known("gold card")
