"""What a search gives, what it holds back, and why it says it chose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from assist.case import Source, SourceQuery
from assist.errors import EngineUnavailable
from assist.helpdesk import Visibility
from assist.retrieval.encoder import OnnxEncoder, Vectors
from assist.retrieval.index import RecordIndex
from assist.retrieval.lexical import LexicalIndex
from assist.retrieval.retriever import Retriever
from assist.retrieval.vector_index import FaissIndex
from assist.settings import Settings
from assist.store.database import Database
from assist.store.migrations import upgrade
from assist.store.models import Article, Message, Record, Ticket, new_id, now

DAY = timedelta(days=1)


class Shelf:
    """A small helpdesk's memory: each test adds what it needs."""

    def __init__(self, database: Database, folder: Path, encoder: OnnxEncoder) -> None:
        self.database = database
        self.index = RecordIndex(database, encoder, FaissIndex(encoder.dimension), LexicalIndex(), folder / "index")
        self.index.open()
        settings = Settings(home=folder, _env_file=None)  # type: ignore[call-arg]
        self.retriever = Retriever(database, encoder, self.index, settings)

    def ticket(self, asked: str, answer: str, subject: str | None = None, **facts: Any) -> int:
        with self.database.session() as session:
            ticket = Ticket(source="test", external_id=new_id(), subject=subject, status="resolved", **facts)
            session.add(ticket)
            session.flush()
            messages = [
                Message(ticket_id=ticket.id or 0, position=n, external_id=str(n), author=author, text=text)
                for n, (author, text) in enumerate([("customer", asked), ("agent", answer)], 1)
            ]
            session.add_all(messages)
            session.flush()
            self.index.index_ticket(session, ticket, messages)
        self.index.catch_up()
        return ticket.id or 0

    def article(self, title: str, text: str, **facts: Any) -> int:
        with self.database.session() as session:
            article = Article(source="test", external_id=new_id(), title=title, text=text, **facts)
            session.add(article)
            session.flush()
            self.index.index_article(session, article)
        self.index.catch_up()
        return article.id or 0

    def search(self, text: str, **options: Any) -> list[Source]:
        return self.retriever.search(SourceQuery(text=text, **options))


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder()


@pytest.fixture
def shelf(database: Database, tmp_path: Path, encoder: OnnxEncoder) -> Shelf:
    return Shelf(database, tmp_path, encoder)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("stocked")
    database = Database(f"sqlite:///{folder / 'assist.db'}")
    upgrade(database)
    made = Shelf(database, folder, encoder)
    for subject, asked, answer in CASES:
        made.ticket(asked, answer, subject)
    for title, text in ARTICLES:
        made.article(title, text, url=f"https://help.test/{title.split()[0].lower()}")
    made.article(
        "Refunds over 500 euros", "Ask the team lead before you refund more than 500 euros.", visibility="internal"
    )
    yield made
    database.close()


CASES = [
    (
        "Kettle broken",
        "My kettle arrived with a cracked lid.",
        "We post a new kettle today; you need not return this one.",
    ),
    (
        "Cannot log in",
        "The site says my password is wrong.",
        "The reset link on the sign-in page is valid for an hour.",
    ),
    ("Cancel plan", "Please end my monthly coffee plan.", "Your coffee plan ends on the last day of this month."),
    (
        "Charged twice",
        "You took 40 euros from my card twice.",
        "The second payment is a hold that expires in three days.",
    ),
    ("Wrong address", "My order goes to my old flat.", "We changed the delivery address before the van left."),
    ("Descaling", "How do I remove limescale from the machine?", "Run a cycle with 50 ml of vinegar and rinse twice."),
]
ARTICLES = [
    ("Returns", "You may return unused goods within thirty days. We refund the price after the goods have arrived."),
    ("Delivery times", "Parcels arrive within two to four working days. We ship to all countries of the Union."),
    ("Invoices", "Find every invoice as a PDF in your account under Orders."),
]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("the lid of the kettle is cracked", "Kettle broken"),
        ("my kettle makes a loud noise", "Kettle broken"),
        ("forgot my password", "Cannot log in"),
        ("I was billed two times for one order", "Charged twice"),
        ("stop the coffee subscription", "Cancel plan"),
        ("where can I download my invoice?", "Invoices"),
        ("how long does shipping take?", "Delivery times"),
    ],
)
def test_right_source_comes_first_in_the_customers_own_words_and_in_others(
    stocked: Shelf, question: str, title: str
) -> None:
    assert stocked.search(question)[0].title == title


@pytest.mark.parametrize(
    "question",
    [
        "what is the capital of France",
        "write me a poem about autumn",
        "who won the football match last night",
        "tell me the square root of nine",
        "",
        "   ",
    ],
)
def test_question_without_an_answer_finds_nothing(stocked: Shelf, question: str) -> None:
    assert stocked.search(question) == []


def test_no_result_is_under_the_floor(stocked: Shelf) -> None:
    everything = stocked.search("my kettle order", floor=0.0, limit=20)
    assert len(everything) > 5
    for floor in (0.2, 0.5, 0.9):
        kept = stocked.search("my kettle order", floor=floor, limit=20)
        assert [source.record_id for source in kept] == [s.record_id for s in everything if s.score >= floor]


def test_results_are_numbered_sorted_limited_and_between_zero_and_one(stocked: Shelf) -> None:
    sources = stocked.search("my order and my card", floor=0.0, limit=4)
    assert [source.n for source in sources] == [1, 2, 3, 4]
    scores = [source.score for source in sources]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= value <= 1 for s in sources for value in (s.score, s.vector_score, s.lexical_score))


def test_public_audience_gets_neither_tickets_nor_internal_articles(stocked: Shelf) -> None:
    for question in ("refund 500 euros", "kettle cracked lid", "return goods refund price", "password"):
        sources = stocked.search(question, audience="public", floor=0.0, limit=20)
        assert sources
        assert {(source.kind, source.visibility) for source in sources} == {("article", Visibility.PUBLIC)}
        assert all(source.ticket_id is None for source in sources)


def test_staff_get_internal_articles_too(stocked: Shelf) -> None:
    first = stocked.search("refund more than 500 euros")[0]
    assert (first.title, first.visibility) == ("Refunds over 500 euros", Visibility.INTERNAL)


def test_ticket_is_one_source_with_problem_resolution_and_the_why(shelf: Shelf) -> None:
    key = shelf.ticket(
        "My kettle arrived with a cracked lid.",
        "We post a new kettle today.",
        "Kettle broken",
        brand="Brew",
        language="en",
        intent="damaged",
        csat=5,
        resolved_at=now() - 40 * DAY,
    )
    (source,) = shelf.search("cracked kettles")
    assert (source.kind, source.ticket_id, source.title) == ("ticket", key, "Kettle broken")
    assert source.problem == "My kettle arrived with a cracked lid."
    assert source.text == "We post a new kettle today."
    assert (source.brand, source.language, source.intent, source.csat) == ("Brew", "en", "damaged", 5)
    assert (source.age_days, source.outcome, source.replies) == (40, "resolved", 1)
    assert set(source.matched_terms) == {"cracked", "kettles"}
    assert source.vector_score > 0.3
    assert source.lexical_score > 0.3


def test_article_says_where_it_is_and_when_it_was_reviewed(shelf: Shelf) -> None:
    reviewed = now() - 10 * DAY
    key = shelf.article("Returns", "Return goods within thirty days.", url="https://help.test/r", reviewed_at=reviewed)
    (source,) = shelf.search("return goods", audience="public")
    assert (source.article_id, source.url, source.age_days) == (key, "https://help.test/r", 10)
    assert source.reviewed_at is not None
    assert abs(source.reviewed_at - reviewed) < DAY


KETTLE = "The kettle lid is cracked."
OTHERS = [
    "A new lid for your kettle is on its way.",
    "Glue the kettle's lid with the kit we send.",
    "Bring it to a shop.",
]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"brew", "steep", None}),
        ({"brand": "brew"}, {"brew", None}),
        ({"brand": "BREW"}, {"brew", None}),
        ({"brand": "unknown"}, {None}),
    ],
)
def test_brand_filter_keeps_the_brand_and_what_belongs_to_none(
    shelf: Shelf, options: dict[str, str], expected: set[str | None]
) -> None:
    for brand, answer in zip(("brew", "steep", None), OTHERS, strict=True):
        shelf.ticket(KETTLE, answer, brand=brand)
    assert {source.brand for source in shelf.search("kettle lid cracked", floor=0.0, **options)} == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(None, {"en", "de-AT", None}), ("de", {"de-AT", None}), ("en-GB", {"en", None}), ("fr", {None})],
)
def test_language_filter_compares_languages_not_tags(
    shelf: Shelf, wanted: str | None, expected: set[str | None]
) -> None:
    for language, answer in zip(("en", "de-AT", None), OTHERS, strict=True):
        shelf.ticket(KETTLE, answer, language=language)
    found = {source.language for source in shelf.search("kettle lid cracked", floor=0.0, language=wanted)}
    assert found == expected


def test_german_words_are_found_in_their_other_forms(shelf: Shelf) -> None:
    shelf.ticket("Meine Rechnungen fehlen im Konto.", "Die Rechnung liegt jetzt als Datei im Konto.", language="de")
    shelf.ticket("Das Paket kam nicht.", "Es wird morgen zugestellt, bitte geben Sie Bescheid.", language="de")
    (first, *_) = shelf.search("Wo finde ich meine Rechnung?", language="de", floor=0.0)
    assert first.problem == "Meine Rechnungen fehlen im Konto."
    assert first.matched_terms == ["rechnung"]


def test_open_ticket_itself_is_left_out(shelf: Shelf) -> None:
    mine = shelf.ticket(KETTLE, OTHERS[0])
    other = shelf.ticket("The lid of my kettle has a crack.", OTHERS[1])
    assert [source.ticket_id for source in shelf.search(KETTLE, exclude_ticket=mine)] == [other]


def test_same_case_twice_is_shown_once(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.ticket(KETTLE, OTHERS[0])
    other = shelf.ticket("Is there a spare lid for kettles?", "Yes, the lid is in the shop for six euros.")
    found = [source.ticket_id for source in shelf.search("kettle lid", floor=0.0)]
    assert len(found) == 2
    assert other in found


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"reopened": True}),
        ({"csat": 5}, {"csat": 1}),
        ({"resolved_at": now()}, {"resolved_at": now() - 900 * DAY}),
    ],
)
def test_outcome_decides_between_equals(shelf: Shelf, better: dict[str, Any], worse: dict[str, Any]) -> None:
    shelf.ticket(KETTLE, "Please send us a picture of the kettle and its serial number.", **worse)
    good = shelf.ticket(KETTLE, "A replacement lid leaves the warehouse tonight.", **better)
    sources = shelf.search("cracked kettle lid")
    assert [source.ticket_id == good for source in sources] == [True, False]


def test_history_tells_what_a_short_question_is_about(stocked: Shelf) -> None:
    alone = stocked.search("how long does that take?", floor=0.0)
    after = stocked.search("how long does that take?", history=["I want to send unused goods back."], floor=0.0)
    assert after[0].title == "Returns"
    assert alone[0].title != "Returns" or alone[0].score < after[0].score


def test_politeness_does_not_change_what_is_found(stocked: Shelf) -> None:
    asked = "Can I send unused goods back?"
    polite = f"Hello, I hope you can help me with this, please. {asked} Thank you so much in advance, I appreciate it!"
    plain = stocked.search(asked, history=[asked], floor=0.0)
    assert [(s.record_id, s.score) for s in stocked.search(polite, history=[polite], floor=0.0)] == [
        (s.record_id, s.score) for s in plain
    ]


HOTELS = {
    "Mill House": ("Breakfast is served from seven until ten.", "The rooms are quiet at night."),
    "Harbour Inn": ("Breakfast is served from eight until eleven.", "The rooms are noisy, since ships pass."),
    "Old Brewery": ("Breakfast is not offered.", "The rooms are quiet, with thick walls."),
}


@pytest.fixture
def hotels(shelf: Shelf) -> Shelf:
    for name, (breakfast, rooms) in HOTELS.items():
        shelf.article(f"{name}: Breakfast", breakfast)
        shelf.article(f"{name}: Rooms", rooms)
    return shelf


@pytest.mark.parametrize("name", HOTELS)
def test_what_was_named_last_is_what_a_question_is_about(hotels: Shelf, name: str) -> None:
    other = next(other for other in HOTELS if other != name)
    said = [f"I look for a room, maybe at the {other}.", f"We recommend the {name.replace(' ', '')}."]
    for question, kind in (("Are the rooms quiet?", "Rooms"), ("When is breakfast?", "Breakfast")):
        first = hotels.search(question, history=said)[0]
        assert first.title == f"{name}: {kind}"
        assert first.matched_terms[0] == name.lower()
        dialogue = hotels.search(question, history=["I look for a room."], dialogue=said)
        assert dialogue[0].title == first.title


def test_thing_named_in_the_question_goes_before_what_was_named_before(hotels: Shelf) -> None:
    first = hotels.search("Are the rooms quiet at the Old Brewery?", history=["I like the Harbour Inn."])[0]
    assert first.title == "Old Brewery: Rooms"
    assert first.matched_terms[0] != "old brewery"


def test_question_that_leaves_the_subject_finds_nothing_in_its_articles(hotels: Shelf) -> None:
    for question in ("who won the football match last night", "tell me the square root of nine"):
        assert hotels.search(question, history=["Tell me about the Mill House."]) == []


def test_passage_is_found_by_what_its_article_says_around_it(shelf: Shelf) -> None:
    filler = " ".join(f"Sentence {n} tells of ordinary matters that fill the page." for n in range(14))
    for thing in ("espresso grinder", "bread oven"):
        shelf.article(
            f"About the {thing}", f"## First\n{filler} The {thing} hums.\n\n## Cleaning\n{filler} Use a dry cloth."
        )
    first = shelf.search("dry cloth for the espresso grinder", floor=0.0)[0]
    assert first.title == "About the espresso grinder › Cleaning"


def test_hidden_article_is_not_shown_even_before_the_index_has_caught_up(shelf: Shelf) -> None:
    key = shelf.article("Returns", "Return goods within thirty days.")
    with shelf.database.session() as session:
        article = session.get_one(Article, key)
        article.visibility = "internal"
        shelf.index.index_article(session, article)
    assert shelf.search("return goods", audience="public") == []


def test_record_without_a_vector_is_found_by_its_words(shelf: Shelf) -> None:
    key = shelf.ticket(KETTLE, OTHERS[0])
    with shelf.database.session() as session:
        for record in session.exec(select(Record)):
            record.vector, record.generation = None, 1_000
        session.connection().exec_driver_sql("UPDATE counter SET value = 1000 WHERE name = 'record_generation'")
    shelf.index.catch_up()
    (source,) = shelf.search("kettle lid cracked", floor=0.0)
    assert (source.ticket_id, source.vector_score) == (key, 0.0)


class Unreachable(OnnxEncoder):
    """An embedding server that went away."""

    def encode(self, texts: object) -> Vectors:
        raise EngineUnavailable("the embedding server did not answer")


def test_words_alone_answer_when_the_encoder_is_down(stocked: Shelf, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, _env_file=None)  # type: ignore[call-arg]
    retriever = Retriever(stocked.database, Unreachable(), stocked.index, settings)
    assert retriever.search(SourceQuery(text="cracked kettle lid"))[0].title == "Kettle broken"


def test_langchain_gets_the_same_sources_as_documents(stocked: Shelf) -> None:
    documents = stocked.retriever.as_runnable(audience="public").invoke("return unused goods")
    (first, *_) = stocked.search("return unused goods", audience="public")
    assert documents[0].page_content == first.text
    assert documents[0].metadata["title"] == "Returns"
