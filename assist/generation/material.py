"""Writes cases and sources into prompts: within bounds, other people's text unable to pose as ours."""

from __future__ import annotations

import re

from assist.case import Case, Source
from assist.generation.placeholders import neutralise
from assist.helpdesk import Author

SOURCE_CHARS = 1_100
CASE_CHARS = 5_000
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}
_TAG = re.compile(r"<(?![A-Z][A-Z_]*_\d+>)")


def quote(text: str, limit: int) -> str:
    """Give other people's text with every angle bracket that is not a placeholder's made harmless, cut at `limit`."""
    text = _TAG.sub("‹", text.strip())
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def language_name(code: str | None) -> str:
    """Name a language for a prompt."""
    return LANGUAGES.get((code or "en").lower().partition("-")[0], "the language of the customer")


def sources_text(sources: list[Source]) -> str:
    """Give the numbered sources; their placeholders are made neutral, for they stand for other people."""
    return "\n\n".join(
        f"[{source.n}] {neutralise(quote(source.title, 120))}\n{neutralise(quote(source.text, SOURCE_CHARS))}"
        for source in sources
    )


def case_text(case: Case) -> str:
    """Give the case oldest message first, the newest ones whole when it is too long to fit."""
    kept: list[str] = []
    left = CASE_CHARS
    for message in reversed(case.messages):
        note = "internal note, " if message.internal else ""
        line = f"{message.position} ({note}{message.author.value}): {quote(message.text, 1_500)}"
        left -= len(line)
        if left < 0 and kept:
            kept.append("(earlier messages are left out)")
            break
        kept.append(line)
    subject = [f"Subject: {quote(case.subject, 200)}"] if case.subject else []
    return "\n".join([*subject, *reversed(kept)])


def newest_text(case: Case) -> str:
    """Give the newest customer message."""
    told = [message.text for message in case.messages if message.author == Author.CUSTOMER and not message.internal]
    return quote(told[-1], 2_000) if told else "(none)"
