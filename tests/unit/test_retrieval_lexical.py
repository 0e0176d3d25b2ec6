"""Search by words: stems, weights, filters, changes, and the reasons for a hit."""

from __future__ import annotations

import pytest

from assist.retrieval.lexical import Entry, LexicalIndex, Scope

ENTRIES = [
    Entry(2, "Late parcel", "My parcels have not been delivered yet. The courier was here yesterday.", "brew", "en"),
    Entry(4, "", "The kettle leaks on <ADDRESS_1>, see https://pics.test/kettle @shop", "brew", "en"),
    Entry(6, "Rechnung", "Die Rechnungen fehlen in meinem Konto.", None, "de"),
    Entry(7, "Delivery", "We deliver on weekdays.", None, "en", public=True),
    Entry(9, "Livraison", "Le colis arrive demain.", "steep", "fr", public=True),
]


@pytest.fixture
def index() -> LexicalIndex:
    made = LexicalIndex()
    made.apply(ENTRIES)
    return made


def keys(index: LexicalIndex, text: str, **scope: object) -> list[int]:
    return [key for key, _ in index.search(index.ask([(text, 1.0)], Scope(**scope)), 10)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("parcel", [2]),
        ("delivering", [7, 2]),
        ("leaking kettles", [4]),
        ("rechnung", [6]),
        ("Konten", []),
        ("colis", [9]),
        ("the and of", []),
        ("", []),
        ("address", []),
        ("pics", []),
        ("shop", []),
    ],
)
def test_words_are_found_by_their_stems_and_noise_is_not_found(
    index: LexicalIndex, text: str, expected: list[int]
) -> None:
    assert keys(index, text) == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"brand": "brew"}, {2, 7}),
        ({"brand": "steep"}, {7}),
        ({"language": "en"}, {2, 7}),
        ({"language": "de"}, set()),
        ({"public_only": True}, {7}),
        ({"brand": "brew", "public_only": True}, {7}),
    ],
)
def test_scope_leaves_out_what_does_not_belong(
    index: LexicalIndex, scope: dict[str, object], expected: set[int]
) -> None:
    assert set(keys(index, "delivering", **scope)) == expected


def test_title_weighs_more_than_body() -> None:
    index = LexicalIndex()
    index.apply([Entry(2, "parcel", "invoice kettle lamp"), Entry(4, "invoice", "parcel kettle lamp")])
    assert keys(index, "invoice") == [4, 2]


def test_history_weighs_less_than_the_question(index: LexicalIndex) -> None:
    question = index.ask([("kettle", 1.0), ("parcel", 0.3)], Scope())
    assert [key for key, _ in index.search(question, 5)] == [4, 2]


def test_replaced_and_removed_entries_are_gone_at_once(index: LexicalIndex) -> None:
    index.apply([Entry(2, "", "A lamp flickers.")], removed=[4, 999])
    assert keys(index, "parcel") == []
    assert keys(index, "kettle") == []
    assert keys(index, "lamp") == [2]
    assert len(index) == 4


def test_of_an_entry_given_twice_the_last_one_stays(index: LexicalIndex) -> None:
    index.apply([Entry(11, "", "first apple"), Entry(11, "", "second pear")])
    assert (keys(index, "apple"), keys(index, "pear")) == ([], [11])


def test_cleared_index_finds_nothing_and_can_be_filled_again(index: LexicalIndex) -> None:
    index.clear()
    assert (len(index), keys(index, "parcel")) == (0, [])
    index.apply(ENTRIES[:1])
    assert keys(index, "parcel") == [2]


def test_scores_of_given_keys_agree_with_the_search(index: LexicalIndex) -> None:
    question = index.ask([("late delivery of my parcels", 1.0)], Scope())
    found = dict(index.search(question, 10))
    assert index.scores(question, [2, 4, 7]) == pytest.approx(found)
    assert index.scores(question, []) == {}


def test_ideal_match_scores_about_the_best(index: LexicalIndex) -> None:
    question = index.ask([("kettle leaks", 1.0)], Scope())
    (_, score), *_ = index.search(question, 1)
    assert 0.3 < score / question.best <= 1.2


def test_matched_terms_are_the_questions_own_words_most_telling_first(index: LexicalIndex) -> None:
    question = index.ask([("Are the Parcels delivered by courier? The delivery is late", 1.0)], Scope())
    matched = index.matched(question, ENTRIES[0].body)
    assert set(matched) == {"parcels", "delivered", "courier"}
    assert matched[-1] == "delivered"


def test_very_long_question_keeps_its_rarest_words(index: LexicalIndex) -> None:
    index.apply([Entry(20 + 2 * n, "", f"word{n} delivery") for n in range(300)])
    question = index.ask(
        [(" ".join(["delivery", "kettle", *(f"other{n} thing{n}" for n in range(200))]), 1.0)], Scope()
    )
    assert len(question.terms) <= 32
