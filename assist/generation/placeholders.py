"""Placeholders of masked values, such as `<PERSON_1>`: which belong to a case, and which must never be shown."""

from __future__ import annotations

import re

from assist.case import Case

PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)_(\d+)>")
# What a model makes of a placeholder when it copies badly: any short tag-like thing.
LOOKALIKE = re.compile(r"</?[A-Za-z][A-Za-z0-9_ -]{0,40}>")


def placeholders_in(text: str) -> set[str]:
    """Give every placeholder that occurs in a text."""
    return {match.group(0) for match in PLACEHOLDER.finditer(text)}


def placeholders_of(case: Case) -> set[str]:
    """Give every placeholder that is this case's own: in its messages, its subject, or its contact's values."""
    own = {name for names in case.contact.values() for name in names}
    own |= placeholders_in(case.subject or "")
    for message in case.messages:
        own |= placeholders_in(message.text)
    return own


def neutralise(text: str) -> str:
    """Replace placeholders by a word for their kind, for a text of another case.

    `<PERSON_1>` of a source is another person than `<PERSON_1>` of the case, though they read the same.
    """
    return PLACEHOLDER.sub(lambda match: f"({match.group(1).lower().replace('_', ' ')})", text)


def strip_foreign(text: str, own: set[str]) -> tuple[str, list[str]]:
    """Remove placeholders, and tags that look like one, that are not in `own`; gives the text and what was removed."""
    removed: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match.group(0) in own:
            return match.group(0)
        removed.append(match.group(0))
        return ""

    stripped = LOOKALIKE.sub(keep, text)
    if removed:
        stripped = re.sub(r" +([,.;:!?])", r"\1", re.sub(r" {2,}", " ", stripped))
    return stripped, removed
