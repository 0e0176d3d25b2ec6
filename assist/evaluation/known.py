"""Contact values that the helpdesk knows, written in other ways: each must be masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from assist.evaluation.data import Row
from assist.evaluation.personal import Label, Masked, covered, labels
from assist.helpdesk import Contact
from assist.redaction.masker import Masker, MaskItem

# At most so many values of a dataset, spread over it.
VALUES = 300
BATCH = 256


def _apart(kind: str, value: str) -> str:
    """Write spaces doubly, and numbers without what groups them."""
    if kind in {"PHONE_NUMBER", "ORDER_ID"}:
        return re.sub(r"[\s()./-]+", "", value)
    return re.sub(r"\s+", "  ", value)


def _plain(_: str, value: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", value) if not unicodedata.combining(char))


VARIANTS: Mapping[str, Callable[[str, str], str]] = {
    "WRITTEN": lambda _, value: value,
    "UPPER": lambda _, value: value.upper(),
    "LOWER": lambda _, value: value.lower(),
    "SPACING": _apart,
    "DIACRITICS": _plain,
}


def known_values(masker: Masker, rows: Sequence[Row]) -> dict[str, list[float]]:
    """Mask each value with a contact record that holds it, in each way of writing; gives 1 where it was covered."""
    values = [
        (row, label, contact)
        for row in rows
        for label in labels(row)
        if (contact := _contact(label.type, row["text"][label.start : label.end])) is not None
    ]
    values = values[:: max(1, len(values) // VALUES)]
    found: dict[str, list[float]] = {}
    for name, write in VARIANTS.items():
        texts = [_written(row["text"], label, write) for row, label, _ in values]
        for start in range(0, len(values), BATCH):
            part = slice(start, start + BATCH)
            items = [
                MaskItem([text], contact) for (text, _), (*_, contact) in zip(texts[part], values[part], strict=True)
            ]
            for (text, place), (spans,) in zip(texts[part], masker.find(items), strict=True):
                masked = [Masked(span.start, span.end, span.kind) for span in spans]
                found.setdefault(f"recall_any.KNOWN_{name}", []).append(float(covered(text, place, masked)))
    return found


def _contact(type: str, value: str) -> Contact | None:
    """Give the record a helpdesk would have of a value; a lone first or family name is no contact's name."""
    if type == "PERSON":
        return Contact(name=value) if len(value.split()) > 1 else None
    if type == "EMAIL_ADDRESS":
        return Contact(email=value)
    if type == "PHONE_NUMBER":
        return Contact(phone=value)
    if type in {"ADDRESS", "STREET_ADDRESS"}:
        return Contact(address=value) if len(value.split()) > 2 and any(c.isdigit() for c in value) else None
    return Contact(orders=[value]) if type == "ORDER_ID" else None


def _written(text: str, label: Label, write: Callable[[str, str], str]) -> tuple[str, Label]:
    value = write(label.type, text[label.start : label.end])
    return (
        text[: label.start] + value + text[label.end :],
        Label(label.start, label.start + len(value), label.type),
    )
