"""Each recogniser by itself: what it finds, and what it must leave alone."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from assist import registry
from assist.errors import ConfigurationError
from assist.redaction import recognizers
from assist.redaction.spans import KINDS

# module, text with what is found in ⟦…⟧, kind
FOUND = [
    ("email", "Write to ⟦ann.lee+shop@mail.example.co.uk⟧, please.", "EMAIL"),
    ("email", "⟦jörg@büro.example⟧", "EMAIL"),
    ("email", "Reach me: ⟦ann (at) example (dot) org⟧ thanks", "EMAIL"),
    ("email", "<⟦bob@internal.example⟧>", "EMAIL"),
    ("phone", "(977) 625-2661", "PHONE"),
    ("phone", "call ⟦+44 20 7946 0958⟧ after six", "PHONE"),
    ("phone", "My number is ⟦07700900123⟧.", "PHONE"),
    ("phone", "⟦1-800-241-4141 ext. 12⟧ rings out", "PHONE"),
    ("phone", "Desk: ⟦+1-903-140-4508x769⟧", "PHONE"),
    ("phone", "Telefon ⟦030 1234567⟧", "PHONE"),
    ("card", "card ⟦4111 1111 1111 1111⟧ was charged", "CARD"),
    ("card", "⟦378282246310005⟧", "CARD"),
    ("iban", "to ⟦GB33 BUKB 2020 1555 5555 55⟧ please", "IBAN"),
    ("iban", "my iban is ⟦de89370400440532013000⟧", "IBAN"),
    ("ip", "from ⟦203.0.113.7⟧ at noon", "IP"),
    ("ip", "⟦2001:db8::8a2e:370:7334⟧", "IP"),
    ("url", "open ⟦https://shop.example/reset?token=ab12cd⟧ now", "URL"),
    ("url", "⟦https://shop.example/u/ann@example.org/orders⟧", "URL"),
    ("url", "see ⟦https://shop.example/i/9fA3kQ27bZx81LmNo4Pq⟧", "URL"),
    ("order", "Order ID: ⟦3348917502⟧", "ORDER"),
    ("order", "my order ⟦LK-4821937⟧ is late", "ORDER"),
    ("order", "**Order ⟦#W2378156⟧**:", "ORDER"),
    ("order", "reservation ID is **⟦ZFA04Y⟧**.", "ORDER"),
    ("order", "The reservation ⟦IFOYYZ⟧ is a basic ticket, MY BOOKING FAILED, my booking PLEASE", "ORDER"),
    ("order", "confirmation code ⟦KZBCKZ⟧", "ORDER"),
    ("order", "invoice no. ⟦88213⟧ and that is all", "ORDER"),
    ("order", "⟦408-1929729-8238743⟧", "ORDER"),
    ("order", "tracking number ⟦1Z4E93510492123736⟧", "ORDER"),
    ("account", "my user ID is ⟦mia_li_3668⟧.", "ID"),
    ("account", "paid with ⟦credit_card_4421486⟧ and ⟦gift_card_1234567⟧", "ID"),
    ("account", "Username: ⟦cminh730⟧", "ID"),
    ("account", "SSN ⟦853-37-1694⟧", "ID"),
    ("account", "membership number ⟦88120033⟧", "ID"),
    ("long_number", "it says ⟦07080039592⟧ again", "ID"),
    ("address", "Ship it to ⟦667 Highland Drive, Suite 3, Denver, CO 80203⟧.", "ADDRESS"),
    ("address", "I live at ⟦12 Elm Street⟧", "ADDRESS"),
    ("address", "Ich wohne in der ⟦Hauptstraße 12a⟧", "ADDRESS"),
    ("address", "⟦P.O. Box 4711⟧", "ADDRESS"),
    ("street", "Please deliver it to ⟦353 Bergsletta 227, Apt. 12, Tromsø⟧ instead.", "ADDRESS"),
    ("street", "Ana Prado\n⟦Rua das Flores 41\nSuite 3\nPorto\nPortugal 40500⟧\n+351 22 000 0000", "ADDRESS"),
    ("street", "i live at ⟦44 rue du moulin 7⟧", "ADDRESS"),
    ("street", "The shop is on ⟦Vestergade 18⟧, next to the bank", "ADDRESS"),
    ("street", "Send it to ⟦PSC 1204, Box 77\nAPO AE 09720⟧", "ADDRESS"),
    ("postcode", "my zip code is ⟦98193⟧.", "ADDRESS"),
    ("postcode", "near ⟦SW1A 1AA⟧", "ADDRESS"),
    ("postcode", "Denver, CO ⟦80203⟧", "ADDRESS"),
    ("secret", "my password is ⟦Hunter2!x⟧ ok?", "SECRET"),
    ("secret", "Mein Kennwort ist ⟦Blume!77⟧, bitte prüfen.", "SECRET"),
    ("api_key", "api_key=⟦8f3a1c9d7e5b2f4a6c8e0d1b⟧", "SECRET"),
    ("api_key", "Authorization: Bearer ⟦8f3a1c9d7e5b2f4a6c8e0d1b3f5a7c9e⟧", "SECRET"),
    ("api_key", "postgres://maria:⟦S3cretPw9⟧@db.example/shop", "SECRET"),
    ("secret", "Password: ⟦letmein⟧", "SECRET"),
    ("secret", "the verification code is ⟦482913⟧.", "SECRET"),
    ("secret", "PIN ⟦4821⟧", "SECRET"),
    ("birthdate", "DOB: ⟦1990-04-05⟧", "BIRTHDATE"),
    ("birthdate", "I was born on ⟦5 April 1990⟧", "BIRTHDATE"),
    ("handle", "⟦@mia_li⟧ Sorry to hear that!", "HANDLE"),
    ("numbered_handle", "thanks ⟦@135060⟧", "HANDLE"),
]

LEFT = [
    ("email", "Follow @AppleSupport at 5 pm"),
    ("phone", "On 2013-03-14 at 12:53, for 10.99"),
    ("phone", "version 61.0.3163.100 of 2015-2017"),
    ("phone", "order number 123-456-78"),
    ("phone", "It costs 1,200,000 or $4500000"),
    ("card", "4111 1111 1111 1112"),
    ("iban", "GB34 BUKB 2020 1555 5555 55"),
    ("ip", "iOS 11.1.2 at 12:30:15"),
    ("url", "https://t.co/m9DPQbkftD and https://help.example/articles/how-to-return-an-item-you-bought"),
    ("order", "I ordered 3 items in 2023, order them within 30 days"),
    ("order", "My order of 5000 pieces; flight HAT069; error CE-33992-6; update KB4056892"),
    ("order", "the ticket costs 120.50"),
    ("order", "reservation details and confirmation please"),
    ("account", "My username is already verified"),
    ("account", "a user since 2019 with 500 points on the account"),
    ("long_number", "Item ID: 7453605304, $1234567890, 123456789.50"),
    ("address", "5 Stars! 2 days on the way. Gate 12 Terminal 5"),
    ("street", "On May 19, 2024 rows 19, 20 and 21 of flight 4597, gate 12, were free 1 way"),
    ("street", "Call 281 233 3250, David. I moved to 3 other plans and return 2 items to you"),
    ("postcode", "I paid 98193 yen for 2 items in June"),
    ("secret", "my password is not working and the pin code was wrong"),
    ("secret", "How do I reset my password?"),
    ("api_key", "Where do I find the API key, and is the token valid?"),
    ("api_key", "see https://carrier.example/track/8f3a1c9d7e5b2f4a"),
    ("birthdate", "It was delivered on 5 April 2020"),
    ("handle", "Hello @AppleSupport"),
    ("numbered_handle", "@A1 at 12"),
]


def found(module: str, text: str) -> list[tuple[str, str]]:
    recognizer = importlib.import_module(f"assist.redaction.recognizers.{module}").recognizer()
    return [(text[span.start : span.end], span.kind) for span in recognizer.find(text)]


@pytest.mark.parametrize(("module", "marked", "kind"), FOUND)
def test_personal_data_is_found(module: str, marked: str, kind: str) -> None:
    parts = marked.replace("⟧", "⟦").split("⟦")
    expected = parts[1::2] or [marked]
    assert sorted(set(found(module, "".join(parts)))) == sorted((value, kind) for value in expected)


@pytest.mark.parametrize(("module", "text"), LEFT)
def test_other_text_is_left_alone(module: str, text: str) -> None:
    assert found(module, text) == []


def test_every_recognizer_has_rows_here_and_a_kind_of_ours() -> None:
    modules = {module.__name__.rsplit(".", 1)[-1] for module in registry.discover(recognizers)}
    assert modules == {module for module, *_ in FOUND} == {module for module, *_ in LEFT}
    assert {kind for *_, kind in FOUND} <= KINDS


def test_a_plug_in_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name, value = "plate", "plates.plate"

        def load(self) -> ModuleType:
            return ModuleType("plates.plate")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry()] if group == "assist.recognizers" else [])
    assert registry.discover(recognizers)[-1].__name__ == "plates.plate"


def test_a_broken_plug_in_stops_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name, value = "plate", "plates.plate"

        def load(self) -> ModuleType:
            raise ImportError("no plates")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry()])
    with pytest.raises(ConfigurationError, match="plate"):
        registry.discover(recognizers)
