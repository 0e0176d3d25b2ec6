"""Reduces texts and values to what stays the same when somebody writes them differently."""

from __future__ import annotations

import re

from assist.outgoing.fold import Folded, fold

__all__ = ["Folded", "canonical", "fold"]

_APART = re.compile(r"[\W_]+")
# Kinds whose letters' case and punctuation carry meaning.
_EXACT = {"SECRET", "URL", "LITERAL"}


def canonical(kind: str, value: str) -> str:
    """Give the form in which two spellings of the same value are equal; never empty for a non-empty value."""
    if kind in _EXACT:
        return value
    folded = fold(value)
    if kind == "PHONE":
        # National and international forms differ in what comes first: compare the last ten digits.
        digits = "".join(c for c in folded if c.isdigit())
        reduced = digits.lstrip("0")[-10:]
    elif kind in {"PERSON", "ADDRESS", "BIRTHDATE"}:
        reduced = _APART.sub(" ", folded).strip()
    elif kind in {"EMAIL", "IP"}:
        reduced = "".join(folded.split())
    elif kind == "ID":
        # `mia_li_3668` and `mia_li3668` are two accounts.
        reduced = "".join(folded.split()).strip("#")
    else:
        reduced = _APART.sub("", folded)
    return reduced or value
