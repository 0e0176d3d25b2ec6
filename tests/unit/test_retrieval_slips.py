"""Slips of the keyboard in a question."""

from __future__ import annotations

import pytest

from assist.retrieval.slips import mended

HAVE = {
    "my": 100,
    "parcel": 40,
    "has": 100,
    "not": 100,
    "arrived": 30,
    "work": 50,
    "drover": 4,
    "sons": 1,
    "decline": 9,
    "where": 90,
}


def have(word: str, *, as_is: bool = False) -> int:
    return HAVE.get(word.lower(), 0)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("my parcrl has not arrved", "my parcel has not arrived"),
        ("MY PARCRL HAS NOT ARRIVED", "MY parcel HAS NOT ARRIVED"),
        ("does it wirk", "does it work"),
        ("my drovr", "my drover"),
        # A name, a word of another trade, a code, a placeholder, a short word that hardly any text has.
        ("Parcrl", "Parcrl"),
        ("my wifi", "my wifi"),
        ("parcel-x99 parcrl1", "parcel-x99 parcrl1"),
        ("<PARCRL_1> parcel", "<PARCRL_1> parcel"),
        ("my sonos", "my sonos"),
        # A good word that no text has.
        ("does it wark when I recline", "does it work when I recline"),
        ("mein pakett ist nicht angekommen", "mein pakett ist nicht angekommen"),
    ],
)
def test_a_slip_is_read_as_the_word_that_texts_have(written: str, meant: str) -> None:
    assert mended(written, have, 100) == meant
