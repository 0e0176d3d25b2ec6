"""What of a ticket or an article becomes a record's text."""

from __future__ import annotations

import pytest

from assist.retrieval.records import repeats, spoken
from assist.retrieval.texts import MAX_PROBLEM, MAX_RESOLUTION, of_article, of_ticket
from assist.retrieval.words import bare, language_of, plain
from assist.store.models import Article, Message, Ticket


def drafts(*told: tuple[str, str], subject: str | None = "Broken kettle") -> list[str]:
    messages = [
        Message(
            ticket_id=1,
            position=n,
            external_id=str(n),
            author=author.removesuffix("*"),
            internal=author.endswith("*"),
            text=text,
        )
        for n, (author, text) in enumerate(told, 1)
    ]
    return [draft.text for draft in of_ticket(Ticket(source="t", external_id="1", subject=subject), messages)]


ASKED = ("customer", "My kettle arrived with a cracked lid.")
ANSWER = ("agent", "We post a new lid today and it is free.")


def test_ticket_gives_what_was_asked_and_what_solved_it() -> None:
    assert drafts(ASKED, ANSWER) == [ASKED[1], ANSWER[1]]


@pytest.mark.parametrize(
    "courtesy",
    [
        "Hi <PERSON_1>,",
        "Hello there!",
        "Thanks for reaching out to us.",
        "We are so sorry to hear that.",
        "I’m sorry about the trouble.",
        "Please send us a DM with your order number.",
        "Can you DM us your details?",
        "Is there anything else I can do for you?",
        "Have a great day!",
        "Kind regards, <PERSON_2>",
        "Guten Tag <PERSON_1>,",
        "Mit freundlichen Grüßen",
    ],
)
def test_courtesy_and_moving_elsewhere_are_no_solution(courtesy: str) -> None:
    assert drafts(ASKED, ("agent", courtesy), ANSWER) == [ASKED[1], ANSWER[1]]
    assert drafts(ASKED, ("agent", f"{courtesy}\n{ANSWER[1]}")) == [ASKED[1], ANSWER[1]]


def test_mere_courtesy_is_better_than_nothing() -> None:
    assert drafts(ASKED, ("agent", "Please send us a DM."))[1] == "Please send us a DM."


def test_internal_notes_never_become_a_record() -> None:
    assert drafts(ASKED, ("agent*", "The customer is difficult, give in at once."), ANSWER) == [ASKED[1], ANSWER[1]]


@pytest.mark.parametrize(
    "told", [[], [ASKED], [ASKED, ("agent*", "An internal note about this.")], [("system", "Closed")]]
)
def test_ticket_without_a_public_answer_has_no_records(told: list[tuple[str, str]]) -> None:
    assert drafts(*told) == []


def test_later_messages_of_the_customer_add_what_they_tell() -> None:
    later = "The serial number is 4711 and the lid is blue."
    assert drafts(ASKED, ANSWER, ("customer", "Thank you!"), ("customer", later))[0] == f"{ASKED[1]}\n{later}"


def test_long_conversation_is_cut_to_its_beginning_and_its_solution() -> None:
    asked, answered = drafts(
        ("customer", "Why? " * 900),
        *(("agent", f"Try step number {n} of the manual, please. " * 12) for n in range(9)),
        ("agent", "At last: hold both buttons for ten seconds."),
    )
    assert len(asked) <= MAX_PROBLEM + 1
    assert len(answered) <= MAX_RESOLUTION + 1
    assert answered.endswith("hold both buttons for ten seconds.")


def test_title_is_the_subject_or_the_beginning_of_the_question() -> None:
    ticket = Ticket(source="t", external_id="1")
    messages = [
        Message(ticket_id=1, position=n, external_id=str(n), author=author, text=text)
        for n, (author, text) in enumerate([("customer", "long question " * 20), ANSWER])
    ]
    first, second = of_ticket(ticket, messages)
    assert first.title == second.title
    assert first.title.endswith("…")
    assert repeats(first.title, first.text)


def test_request_to_write_elsewhere_stays_findable() -> None:
    ticket = Ticket(source="t", external_id="1", subject="x")
    messages = [
        Message(ticket_id=1, position=n, external_id=str(n), author=author, text=text)
        for n, (author, text) in enumerate([ASKED, ("agent", f"{ANSWER[1]} Please DM us your order number.")])
    ]
    assert of_ticket(ticket, messages)[1].aside == "Please DM us your order number."


def passages(text: str, title: str = "Returns") -> list[tuple[str, str]]:
    return [
        (draft.title, draft.text) for draft in of_article(Article(source="t", external_id="1", title=title, text=text))
    ]


def test_short_sections_share_a_passage_with_their_headings() -> None:
    assert passages("Intro.\n\n## Time\nThirty days.\n\n## Cost\nFree.") == [
        ("Returns", "Intro.\nTime\nThirty days.\nCost\nFree.")
    ]


def test_long_sections_stand_alone_under_their_heading() -> None:
    words = "Send it back in its box. " * 20
    found = passages(f"## Time\n{words}\n## Cost\n{words}")
    assert [title for title, _ in found] == ["Returns › Time", "Returns › Cost"]


def test_passages_hold_at_most_a_fifth_more_than_150_words_and_all_of_the_text() -> None:
    text = "\n\n".join(f"Paragraph {n}. " + "It says something useful here. " * (n % 40) for n in range(60))
    found = passages(text)
    assert max(len(body.split()) for _, body in found) <= 180
    assert " ".join(body for _, body in found).split() == text.split()


def test_one_endless_sentence_is_cut() -> None:
    assert [len(body.split()) for _, body in passages("word " * 400)] == [150, 150, 100]


@pytest.mark.parametrize("text", ["", "   \n\n", "# Returns"])
def test_empty_article_has_no_passages(text: str) -> None:
    assert passages(text) == []


def test_encoder_reads_kinds_instead_of_placeholders_and_no_links() -> None:
    assert plain("Hi <PERSON_1>, see https://x.test/a @shop <ORDER_NUMBER_2>!") == "Hi person , see order number !"
    assert bare("<PERSON_1> waits").split() == ["waits"]
    assert spoken("Kettle", "It leaks.") == "Kettle. It leaks."
    assert spoken("It lea…", "It leaks.") == "It leaks."


@pytest.mark.parametrize(
    ("tag", "language"), [("de-AT", "de"), ("EN_us", "en"), ("fr", "fr"), ("", None), (None, None)]
)
def test_language_is_the_first_part_of_a_tag(tag: str | None, language: str | None) -> None:
    assert language_of(tag) == language
