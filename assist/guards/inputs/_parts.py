"""Tells a message from what it quotes and from its signature, so that a finding names the place it stands in."""

from __future__ import annotations

import re

from assist.guards.inputs._screen import Received

_QUOTE_BEGINS = re.compile(
    r"^(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht)\b.*|_{10,}\s*$"
    r"|(?:on|am)\b.{4,120}\b(?:wrote|schrieb)\b.{0,80}:\s*$|(?:from|von):\s.+$(?=\n(?:sent|date|gesendet|datum|to|an):))",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINES = re.compile(r"(?:^[ \t]*>.*(?:\n|\Z))+", re.MULTILINE)
_SIGNATURE = re.compile(r"^--[ \t]*$", re.MULTILINE)


def parts(text: str) -> list[Received]:
    """Give the message without its quotes and signature, then those."""
    quotes: list[str] = []
    if begins := _QUOTE_BEGINS.search(text):
        quotes.append(text[begins.start() :])
        text = text[: begins.start()]
    quotes += [match.group() for match in _QUOTED_LINES.finditer(text)]
    text = _QUOTED_LINES.sub("", text)
    signature = ""
    if mark := _SIGNATURE.search(text):
        text, signature = text[: mark.start()], text[mark.end() :]
    rest = [Received(quote, "quote") for quote in quotes] + (
        [Received(signature, "signature")] if signature.strip() else []
    )
    return [Received(text), *rest]
