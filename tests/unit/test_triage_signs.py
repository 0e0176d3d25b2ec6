"""What triage reads off a text by rules: urgency, language, product."""

from __future__ import annotations

import pytest

from assist.triage.language import language_of_text
from assist.triage.product import names, product
from assist.triage.urgency import urgency

PAGES = [
    ("Care of the Hollow 2 tent", "Air your Hollow 2 after every trip. The Hollow 2 dries in an hour."),
    ("Your Wisp 20 rucksack", "Wash it by hand. Straps of a Wisp 20 can be replaced, and so can the Wisp 20 buckle."),
    ("Returns", "You can return unworn things. Returns are free, and returns of a tent too."),
]


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        ("The stove flared up and my brother was burned", "urgent", "danger"),
        ("Der Akku brennt, es raucht!", "urgent", "danger"),
        ("Someone used my card, I did not make this payment", "high", "fraud"),
        ("Please answer asap, my flight leaves in two hours", "high", "deadline"),
        ("Do you ship to Norway?", "normal", "nothing"),
        ("There is no rush at all", "low", "no_rush"),
        ("Es eilt nicht, keine Eile", "low", "no_rush"),
    ],
)
def test_urgency_follows_what_the_customer_says(text: str, level: str, reason: str) -> None:
    told = urgency(text)
    assert (told[0], told[2]) == (level, reason)


def test_anger_alone_is_no_emergency_but_adds_up() -> None:
    assert urgency("This is rubbish", "angry")[0] == "normal"
    assert urgency("I cannot log in", "angry")[0] == "high"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order? I have not got it yet", "en"),
        ("Wo ist meine Bestellung? Ich habe sie noch nicht bekommen", "de"),
        ("Bonjour, je n'ai pas reçu le colis que vous avez envoyé", "fr"),
        ("Hola, no me ha llegado el paquete y no sé cuándo llega", "es"),
    ],
)
def test_language_is_told_by_small_words(text: str, code: str) -> None:
    told = language_of_text(text)
    assert told is not None
    assert told[0] == code
    assert told[1] > 0.6


def test_language_of_a_code_is_not_told() -> None:
    assert language_of_text("LK-4731155 <PERSON_1>") is None


def test_product_is_a_name_of_the_help_pages() -> None:
    known = names(PAGES, ["Larkfell"])
    assert product("the zip of my hollow 2 is torn, the wisp 20 is fine. Hollow 2!", known) == ("Hollow 2", 2 / 3)
    assert product("where is my parcel", known) is None
    assert "returns" not in known
