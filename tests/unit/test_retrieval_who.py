"""Who asks does not change what is searched."""

from __future__ import annotations

import pytest

from assist.retrieval.who import whoever

ASKED = "The jacket is too small, can I send it back?"


@pytest.mark.parametrize(
    "told",
    [
        f"My name is Oluwaseun Adeyemi. {ASKED}\nRegards, Oluwaseun Adeyemi",
        f"My name is <PERSON_1>. {ASKED}\nKind regards,\n<PERSON_1>",
        f"My name is Mrs. <PERSON_2>. {ASKED}\nRegards, Mrs. <PERSON_2>",
        f"As a Muslim woman, {ASKED}",
        f"I'm a Polish man and 71 years old. {ASKED}",
        f"Mein Name ist Jürgen Groß. {ASKED}",
        f"Als türkischer Mann, {ASKED}",
    ],
)
def test_name_age_gender_and_origin_leave_nothing_behind(told: str) -> None:
    assert whoever(told).strip(" .\n") == ASKED


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My husband lost his ticket.", "My wife lost her ticket."),
        ("He is my son, and I am his father.", "She is my daughter, and I am her mother."),
        ("Der Koffer gehört meinem Sohn.", "Der Koffer gehört meiner Tochter."),
    ],
)
def test_men_and_women_read_alike(one: str, other: str) -> None:
    assert whoever(one).replace("meinem", "meiner") == whoever(other)


@pytest.mark.parametrize(
    "asked",
    [
        "Do you have women's boots in 39?",
        "Is there a student discount?",
        "Which tent is it for 3 years?",
        "As a member, what do I pay?",
    ],
)
def test_what_is_asked_for_stays(asked: str) -> None:
    assert whoever(asked) == asked


def test_a_message_that_tells_nothing_else_stays() -> None:
    assert whoever("My name is <PERSON_1>.") == "My name is <PERSON_1>."
