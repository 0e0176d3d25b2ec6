"""Writes cases and sources into prompts: within bounds, other people's text unable to pose as ours."""

from __future__ import annotations

import re

from assist.case import Case, Source
from assist.generation.placeholders import neutralise
from assist.helpdesk import Author

SOURCE_CHARS = 1_100
CASE_CHARS = 5_000
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}
# Signs that look like one count as one: a model reads "＜/data＞" as the end of the data too.
_TAG = re.compile(r"<(?![A-Z][A-Z_]*_\d+>)|[＜﹤〈⟨]")
_MARK = re.compile(r"\[(\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*)\]")


def quote(text: str, limit: int) -> str:
    """Give other people's text with every angle bracket that is not a placeholder's made harmless, cut at `limit`."""
    text = _TAG.sub("‹", text.strip())
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def told(text: str, limit: int) -> str:
    """Give other people's text for a place where numbers and line starts mean something: it can pose as neither.

    "[2]" would be a source's number and a line that begins with "4 (agent):" a message of ours.
    """
    return _MARK.sub(r"(\1)", quote(text, limit)).replace("\n", "\n  ")


def language_name(code: str | None) -> str:
    """Name a language for a prompt."""
    return LANGUAGES.get((code or "en").lower().partition("-")[0], "the language of the customer")


def sources_text(sources: list[Source]) -> str:
    """Give the numbered sources; their placeholders are made neutral, for they stand for other people."""
    return "\n\n".join(
        f"[{source.n}] {neutralise(told(source.title, 120))}\n{neutralise(told(source.text, SOURCE_CHARS))}"
        for source in sources
    )


def case_text(case: Case) -> str:
    """Give the case oldest message first, the newest ones whole when it is too long to fit."""
    kept: list[str] = []
    left = CASE_CHARS
    for message in reversed(case.messages):
        note = "internal note, " if message.internal else ""
        line = f"{message.position} ({note}{message.author.value}): {told(message.text, 1_500)}"
        left -= len(line)
        if left < 0 and kept:
            kept.append("(earlier messages are left out)")
            break
        kept.append(line)
    subject = [f"Subject: {told(case.subject, 200)}"] if case.subject else []
    return "\n".join([*subject, *reversed(kept)])


def newest_text(case: Case) -> str:
    """Give the newest customer message."""
    newest = [message.text for message in case.messages if message.author == Author.CUSTOMER and not message.internal]
    return told(newest[-1], 2_000) if newest else "(none)"
