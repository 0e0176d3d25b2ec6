"""The redactor as a whole: known values, names, and what stays readable."""

from __future__ import annotations

import pytest

from assist.helpdesk import Contact
from assist.redaction.redactor import Redactor
from assist.redaction.spans import Span, resolve

CONTACT = Contact(
    name="Anna-María O'Brien Will",
    email="Anna.OBrien@Example.com",
    phone="+44 20 7946 0958",
    address="667 Highland Drive, Seattle, WA 98193",
    orders=["#W2378156", "LK-4821937"],
)


def found(redactor: Redactor, text: str, contact: Contact | None = None, author: str | None = None) -> list[str]:
    known = [contact.known_values()] if contact else None
    return [text[s.start : s.end] for s in redactor.find([text], known, authors=[author])[0]]


@pytest.mark.parametrize(
    "written",
    [
        "Anna-María O'Brien Will",
        "ANNA MARIA OBRIEN WILL",
        "anna-maria o’brien will",
        "AnnaMaria O'Brien",
        "anna.obrien@example.com",
        "ANNA.OBRIEN@EXAMPLE.COM",
        "020 7946 0958",
        "+44(0)2079460958",
        "0044 20-7946-0958",
        "667 highland dr., seattle WA 98193",
        "667 Highland Drive",
        "98193",
        "W2378156",
        "w-237 8156",
        "lk4821937",
        "4821937",
    ],
)
def test_known_values_are_found_however_they_are_written(redactor: Redactor, written: str) -> None:
    text = f"so {written} it is"
    spans = redactor.find([text], [CONTACT.known_values()])[0]
    assert "".join(c for s in spans for c in text[s.start : s.end] if c.isalnum()) == "".join(
        c for c in written if c.isalnum()
    )


def test_a_possessive_keeps_its_ending(redactor: Redactor) -> None:
    assert found(redactor, "it is O'Brien's parcel", CONTACT) == ["O'Brien"]


@pytest.mark.parametrize("text", ["will you help me", "Will you help me?", "it will arrive"])
def test_an_ordinary_word_is_not_taken_for_the_contacts_name(redactor: Redactor, text: str) -> None:
    assert found(redactor, text, CONTACT) == []


def test_a_name_in_a_script_without_spaces_is_found(redactor: Redactor) -> None:
    assert found(redactor, "私は山田太郎です", Contact(name="山田太郎")) == ["山田太郎"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hi, I'm Daiki Mori and my toaster broke", ["Daiki Mori"]),
        ("my name is olga krylova", ["olga krylova"]),
        ("- **Passengers:** Aarav Ahmed, Raj Brown", ["Aarav Ahmed", "Raj Brown"]),
        ("Please ask Mrs. Baker.", ["Baker"]),
        ("Best regards,\nThandiwe Nkosi", ["Thandiwe Nkosi"]),
        ("I spoke to Sofia's colleague", ["Sofia"]),
    ],
)
def test_names_are_found_without_being_known(redactor: Redactor, text: str, names: list[str]) -> None:
    assert found(redactor, text) == names


def test_an_agent_greets_a_customer_but_a_customer_may_greet_a_brand(redactor: Redactor) -> None:
    assert found(redactor, "Hi Thamin, we are on it.", author="agent") == ["Thamin"]
    assert found(redactor, "Hi Zalando, where is my parcel?", author="customer") == []


def test_brands_keep_their_handles_and_customers_do_not(redactor: Redactor) -> None:
    assert found(redactor, "@mia_li See @AppleSupport for more", author="agent") == ["@mia_li"]
    assert found(redactor, "@AppleSupport my phone is broken", author="customer") == []


@pytest.mark.parametrize(
    "text",
    [
        "The Galaxy S9 from Samsung cost $499.99 on Tuesday, 12 March 2024.",
        "I flew from Atlanta to Los Angeles with Delta on May 20th at 06:00 AM.",
        "Your refund of 1,200.50 EUR arrives within 5-7 business days.",
        "Open Settings > Billing > Gift Card, then press Size M.",
        "Amazon Prime Video works, Netflix does not. Windows 10 and iOS 11.1.2.",
    ],
)
def test_dates_amounts_products_brands_and_places_stay(redactor: Redactor, text: str) -> None:
    assert found(redactor, text) == []


def test_a_value_inside_a_longer_one_is_masked_with_it(redactor: Redactor) -> None:
    text = "https://x.example/?email=anna.obrien@example.com"
    assert found(redactor, text, CONTACT) == [text]


def test_the_rest_of_a_value_that_lost_an_overlap_is_masked_too() -> None:
    spans = [Span(0, 6, "ADDRESS", 0.8, "address"), Span(4, 9, "PERSON", 1.0, "known")]
    assert [(s.start, s.end, s.kind) for s in resolve("12 Elm Ann", spans)] == [(0, 6, "ADDRESS"), (6, 9, "PERSON")]


def test_texts_in_a_batch_keep_their_order(redactor: Redactor) -> None:
    texts = [f"{'x ' * (i % 7)}mail a{i}@example.org" for i in range(80)]
    assert [[t[s.start : s.end] for s in spans] for t, spans in zip(texts, redactor.find(texts), strict=True)] == [
        [f"a{i}@example.org"] for i in range(80)
    ]


def test_a_text_longer_than_one_pass_is_read_to_its_end(redactor: Redactor) -> None:
    text = "All is well here. " * 3000 + "I spoke to Bill Gates yesterday."
    assert found(redactor, text) == ["Bill Gates"]


def test_the_model_forgets_the_words_it_read(redactor: Redactor) -> None:
    redactor.find(["warm"])
    strings = redactor._parts().model._nlp.vocab.strings
    before = len(strings)
    redactor.find([f"Zq{i}x wrote Vw{i}y" for i in range(200)])
    assert len(strings) == before


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe die Jacke bestellt. Sie ist mir leider zu eng, das Etikett habe ich noch.",
        "Guten Tag, Ihre Sendung ist im Juni nicht angekommen und ich habe eine Rückfrage.",
        "Die Fleecejacke Merrin und die Isomatte Bothy sind von mir nicht bestellt.",
    ],
)
def test_german_nouns_and_pronouns_are_no_names(redactor: Redactor, text: str) -> None:
    assert redactor.find([text]) == [[]]


def test_german_names_are_found_by_title_sign_off_and_first_name(redactor: Redactor) -> None:
    text = "Hallo Frau Kessler, Jürgen Maier nimmt das Paket an, ich nicht.\n\nMit freundlichen Grüßen\nUte Brandt"
    found = [text[span.start : span.end] for span in redactor.find([text])[0]]
    assert found == ["Kessler", "Jürgen Maier", "Ute Brandt"]


def test_product_of_the_help_pages_is_no_person_unless_context_says_so(redactor: Redactor) -> None:
    texts = [
        "We bought an Ember stove from you.",
        "Thanks,\nEmber",
        "Dear Mrs Ember, it is sent.",
        "Ember Jones called.",
    ]
    public = frozenset({"ember", "stove"})
    found = [
        [text[span.start : span.end] for span in spans]
        for text, spans in zip(texts, redactor.find(texts, public=public), strict=True)
    ]
    assert found == [[], ["Ember"], ["Ember"], ["Ember Jones"]]
    assert redactor.find(texts[:1]) != [[]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I wrote to Zelda Fitzgerald on Monday", ["Zelda Fitzgerald"]),
        ("Zelda Fitzgerald told me to wait", ["Zelda Fitzgerald"]),
        ("Please ask Tovrika Hernandez about it", ["Tovrika Hernandez"]),
        ("my wife Ulvora paid for it", ["Ulvora"]),
        ("It goes to my neighbour, mr. hollins", ["hollins"]),
        ("Everyone calls me Brimka", ["Brimka"]),
        ("we spoke to priya ravinder and michael", ["priya ravinder", "michael"]),
        ("Passengers are Norbert, Ulvora and Denise", ["Norbert", "Ulvora", "Denise"]),
        ("It is Ann-Kristin Vogelsang's card, and Vogelsang will call", ["Ann-Kristin Vogelsang", "Vogelsang"]),
        ("Mark Pinto ordered it, not Čedomir", ["Mark Pinto", "Čedomir"]),
        ("Ulvora Brenkamp\nFlat 3\n12 Mill Lane\nLeeds", ["Ulvora Brenkamp"]),
    ],
)
def test_names_are_told_by_what_stands_beside_them(redactor: Redactor, text: str, names: list[str]) -> None:
    people = [text[s.start : s.end] for s in redactor.find([text])[0] if s.kind == "PERSON"]
    assert people == names


@pytest.mark.parametrize(
    "text",
    [
        "We’ve been waiting and it isn’t here. Don’t tell me Bluetooth can’t work.",
        "I flew from Glasgow to Puerto Rico and San Carlos.",
        "the hulk buster figure, the red bluetooth speaker and the manual tilt blind",
        "May I ask when April's bill comes?",
        "Order Black and White film, Salt and Pepper, or Milk and Honey.",
        "will you mark it as lost? theres no hope you'll find it",
    ],
)
def test_words_products_and_places_are_no_names(redactor: Redactor, text: str) -> None:
    assert [text[s.start : s.end] for s in redactor.find([text])[0] if s.kind == "PERSON"] == []
