"""Makes readable what a text hides from people's eyes: invisible letters, look-alikes, markup, codes."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_TAGS = range(0xE0020, 0xE007F)
# Cyrillic and Greek letters that look like Latin ones.
_ALIKE = str.maketrans("аеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορν", "aeopcyxijsdhqwABEZHIKMNOPTYXaopv")
_MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[\u0370-\u04ff\u0500-\u052f])\w+\b")
_SPACED = re.compile(r"(?<!\w)(?:\w[ ._*-]){4,}\w(?!\w)")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_HIDDEN_STYLE = re.compile(
    r"<(\w+)[^>]*(?:display:\s*none|font-size:\s*0|visibility:\s*hidden|color:\s*(?:white|#fff))[^>]*>(.*?)</\1>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"\b(?:alt|title|aria-label|content)\s*=\s*[\"']([^\"']{12,})[\"']", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s+[\w-]+\s*=[^<>]*|\s*/)?>")
_BASE64 = re.compile(r"(?<![\w/+=])[A-Za-z0-9+/]{16,}={0,2}(?![\w/+])")
_BINARY = re.compile(r"(?<![01])(?:[01]{8}[ ]?){6,}(?![01])")
_HEX = re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2}[ :]?){10,}(?!\w)")
_MORSE = re.compile(r"(?<![.\-\w])(?:[.-]{1,5}[ ]{1,2}(?:/[ ])?){4,}[.-]{1,5}(?![.\-\w])")
_PRINTABLE = re.compile(r"[\x20-\x7e\s]{8,}")


@dataclass(frozen=True)
class Readable:
    """A text as a person would read it, what markup hides in it, and what stood in it as a code."""

    text: str
    hidden: tuple[str, ...]
    decoded: tuple[str, ...]


def has_morse(text: str) -> bool:
    """Tell whether a text holds Morse code, rather than a line of dots and dashes."""
    return any(len(set(match.group().split())) > 3 for match in _MORSE.finditer(text))


def readable(raw: str) -> Readable:
    """Give the plain text and what was hidden in it."""
    text = unicodedata.normalize("NFKC", html.unescape(raw))
    hidden = []
    if tags := "".join(chr(ord(char) - 0xE0000) for char in text if ord(char) in _TAGS):
        hidden.append(tags)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf" and not 0xFE00 <= ord(char) <= 0xFE0F)
    text = _MIXED.sub(lambda match: match.group().translate(_ALIKE), text)
    text = _SPACED.sub(lambda match: re.sub(r"[ ._*-]", "", match.group()), text)
    for pattern, group in ((_COMMENT, 1), (_HIDDEN_STYLE, 2), (_ATTRIBUTE, 1)):
        hidden += [match.group(group) for match in pattern.finditer(text)]
    plain = _TAG.sub(" ", _COMMENT.sub(" ", text))
    return Readable(plain, tuple(hidden), tuple(_decoded(text)))


def turned(text: str) -> str:
    """Give a text with its letters turned by 13 places, as in ROT13."""
    return codecs.encode(text, "rot13")


def _decoded(text: str) -> Iterator[str]:
    for match in _BASE64.finditer(text):
        found = match.group()
        try:
            plain = base64.b64decode(found + "=" * (-len(found) % 4), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        if _PRINTABLE.fullmatch(plain):
            yield plain
    for pattern, base in ((_HEX, 16), (_BINARY, 2)):
        for match in pattern.finditer(text):
            digits = re.sub(r"\s|:", "", match.group())
            size = 2 if base == 16 else 8
            try:
                codes = bytes(int(digits[at : at + size], base) for at in range(0, len(digits), size))
                plain = codes.decode("utf-8")
            except ValueError:
                continue
            if _PRINTABLE.fullmatch(plain):
                yield plain
