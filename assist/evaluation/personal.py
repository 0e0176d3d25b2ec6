"""Holds masked stretches of text against labelled ones, and knows which types of one side mean which of the other.

A labelled value counts as found when `COVERED` of its letters and digits are masked, whatever the type (`recall_any`)
or by its own type (`recall_type`). Titles are no part of a name: "Dr. Lee" is found when "Lee" is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COVERED = 0.9
_TITLE = re.compile(r"\s*(?:mr|mrs|ms|miss|mx|dr|prof|sir)\b\.?\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Personal:
    """What a type of the labels is called by the product and by Presidio."""

    ours: frozenset[str]
    presidio: frozenset[str]


def _as(ours: str, presidio: str = "") -> Personal:
    return Personal(frozenset(ours.split()), frozenset(presidio.split()))


# Types of the labels that are personal data here. Others - organisations, towns, countries, dates that are no birth
# date, nationalities, job titles, ages, public links - are reported by type and count in nothing else.
TYPES: Mapping[str, Personal] = {
    "PERSON": _as("PERSON", "PERSON"),
    "EMAIL_ADDRESS": _as("EMAIL", "EMAIL_ADDRESS"),
    "PHONE_NUMBER": _as("PHONE", "PHONE_NUMBER"),
    "CREDIT_CARD": _as("CARD", "CREDIT_CARD"),
    "IBAN_CODE": _as("IBAN", "IBAN_CODE"),
    "IP_ADDRESS": _as("IP", "IP_ADDRESS"),
    "US_SSN": _as("ID", "US_SSN"),
    "US_DRIVER_LICENSE": _as("ID", "US_DRIVER_LICENSE"),
    "ADDRESS": _as("ADDRESS", "LOCATION"),
    "STREET_ADDRESS": _as("ADDRESS", "LOCATION"),
    "ZIP_CODE": _as("ADDRESS", "LOCATION"),
    "DATE_OF_BIRTH": _as("BIRTHDATE", "DATE_TIME"),
    "ORDER_ID": _as("ORDER"),
    "BOOKING_ID": _as("ORDER"),
    "USER_ID": _as("ID"),
    "PAYMENT_ID": _as("ID"),
}
# Precision is counted on names, e-mail, phone, card, order, user, payment and booking ids.
COUNTED = ("PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "ORDER_ID", "BOOKING_ID", "USER_ID", "PAYMENT_ID")


@dataclass(frozen=True)
class Masked:
    """A masked stretch and its type, in the words of whoever masked it."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Label:
    """A labelled value of a row."""

    start: int
    end: int
    type: str


def labels(row: Mapping[str, Any]) -> list[Label]:
    """Give a row's labelled values, titles cut off names; a title alone is left out."""
    found = []
    for span in row["spans"]:
        start, end = span["start"], span["end"]
        if span["type"] == "PERSON" and (title := _TITLE.match(row["text"], start, end)):
            start = title.end()
        if start < end:
            found.append(Label(start, end, span["type"]))
    return found


def covered(text: str, label: Label, masked: Iterable[Masked]) -> bool:
    """Tell whether nearly all of a labelled value is masked."""
    told = [at for at in range(label.start, label.end) if text[at].isalnum()]
    hidden = sum(any(one.start <= at < one.end for one in masked) for at in told)
    return hidden >= COVERED * len(told)


@dataclass(frozen=True)
class Vocabulary:
    """What the labels of a whole dataset can tell: which types it labels, and the words of each type's values."""

    types: frozenset[str]
    words: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Vocabulary:
        """Read the labels of all rows."""
        words: dict[str, set[str]] = {}
        for row in rows:
            for label in labels(row):
                told = _WORD.findall(row["text"][label.start : label.end].casefold())
                words.setdefault(label.type, set()).update(told)
        return cls(frozenset(words), {name: frozenset(found) for name, found in words.items()})

    def judge(
        self, text: str, one: Masked, marked: Sequence[Label], kinds: Mapping[str, frozenset[str]]
    ) -> tuple[bool, bool] | None:
        """Tell whether a masked stretch is right, and whether the labels can be trusted about it.

        `None`: its type is not counted, or this dataset labels no such type, so that nothing can be said. The labels
        are not trusted where each word of the stretch is a word of a labelled value of the same type elsewhere: silver
        labels know one customer a conversation, and leave another passenger's name unlabelled.
        """
        types = [name for name in COUNTED if name in self.types and one.kind in kinds[name]]
        if not types:
            return None
        right = any(one.start < label.end and label.start < one.end for label in marked)
        told = _WORD.findall(text[one.start : one.end].casefold())
        known = any(set(told) <= self.words[name] for name in types)
        return right, right or not known
