"""Finds values that are already known, however they are written: case, accents, spaces, hyphens, phone formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assist.redaction.normalise import Folded, fold
from assist.redaction.spans import Span
from assist.redaction.words import Words

_GAP = r"[\W_]{0,3}"
_DIGIT_GAP = r"[\s\-./()\u00a0]{0,3}"
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_WORD = re.compile(r"[^\W_]+")
# Parts of a name that are nobody's name by themselves.
_TITLES_TEXT = (
    "mr mrs ms miss mx dr prof professor sir madam lady herr frau van von der den del della las los dos das bin "
    "ibn al the and jr sr phd customer guest user unknown anonymous client contact"
)
_TITLES = frozenset(_TITLES_TEXT.split())
_STREETS = [
    ("street", "st"), ("avenue", "ave", "av"), ("road", "rd"), ("drive", "dr"), ("lane", "ln"), ("boulevard", "blvd"),
    ("court", "ct"), ("place", "pl"), ("square", "sq"), ("apartment", "apt"), ("suite", "ste"), ("strasse", "str"),
    ("terrace", "ter"), ("highway", "hwy"), ("parkway", "pkwy"),
]  # fmt: skip
_SHORT = {word: "(?:" + "|".join(group) + r")\.?" for group in _STREETS for word in group}
# "Will you …" at the start of a sentence asks; it does not name.
_ASKS = re.compile(
    r"\s+(?:i|you|u|we|he|she|it|they|this|that|these|those|there|the|a|an|my|your|our|be|not|have|someone|anyone)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Matcher:
    kind: str
    pattern: re.Pattern[str]
    part: bool = False


class KnownValues:
    """Matches a set of `(kind, value)` pairs in texts.

    A person's first name and surname match alone too, from three letters on, unless written in lower case and an
    ordinary word. `learned`: the values were found in the text rather than given by the helpdesk, so parts of names
    that are ordinary words do not match at all.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]], words: Words, *, learned: bool = False) -> None:
        self._words = words
        self._learned = learned
        self._by = "learned" if learned else "known"
        self._matchers = [m for kind, value in dict.fromkeys(pairs) for m in self._compile(kind, value)]

    def find(self, text: str) -> list[Span]:
        """Give the spans of all known values in one text."""
        if not self._matchers:
            return []
        folded = Folded(text)
        spans: list[Span] = []
        parts: list[tuple[int, int]] = []
        for matcher in self._matchers:
            for match in matcher.pattern.finditer(folded.text):
                if match.start() == match.end():
                    continue
                start, end = folded.origin(match.start(), match.end())
                if not matcher.part:
                    spans.append(Span(start, end, matcher.kind, 1.0, self._by))
                elif not self._reads_as_word(text, start, end):
                    parts.append((start, end))
        return spans + [Span(start, end, "PERSON", 1.0, self._by) for start, end in _joined(text, parts)]

    def _compile(self, kind: str, value: str) -> Iterator[_Matcher]:
        folded = fold(value)
        words = _WORD.findall(folded)
        if not words:
            return
        if kind == "PERSON":
            yield from self._person(folded)
        elif kind == "PHONE":
            yield from _phone(folded)
        elif kind in {"ORDER", "CARD", "IBAN"}:
            yield from _code(kind, value)
        elif kind == "ADDRESS":
            yield from _address(folded)
        elif kind == "EMAIL":
            pattern = re.sub(r"(\\?[@.])", r"\\s*\1\\s*", re.escape(folded.replace(" ", "")))
            yield _Matcher(kind, re.compile(_START + pattern + _END))
        elif len(folded) > 2:
            pattern = r"\s+".join(re.escape(piece) for piece in folded.split())
            yield _Matcher(kind, re.compile(r"(?<!\w)" + pattern + r"(?!\w)"))

    def _person(self, folded: str) -> Iterator[_Matcher]:
        names = [name for name in folded.split() if _WORD.search(name)]
        if len(names) > 1:
            words = _WORD.findall(folded)
            yield _Matcher("PERSON", _bounded(_GAP.join(map(re.escape, words)), folded))
        for name in names:
            words = _WORD.findall(name)
            bare = "".join(words)
            if bare in _TITLES or bare.isdigit() or (len(bare) < 3 and not _is_dense(bare) and len(names) > 1):
                continue
            if self._learned and self._words.is_ordinary(bare):
                continue
            yield _Matcher("PERSON", _bounded(_GAP.join(map(re.escape, words)), bare), part=True)

    def _reads_as_word(self, text: str, start: int, end: int) -> bool:
        word = text[start:end]
        if not self._words.is_ordinary(word):
            return False
        return word[0].islower() or (_ASKS.match(text, end) is not None)


def _bounded(pattern: str, folded: str) -> re.Pattern[str]:
    # Chinese, Japanese and Korean put no spaces between words, so there is no edge to ask for.
    return re.compile(pattern if _is_dense(folded) else _START + pattern + _END)


def _is_dense(text: str) -> bool:
    return any("\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7ff" for char in text)


def _joined(text: str, parts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join neighbouring parts of a name, an initial between them included."""
    held: tuple[int, int] | None = None
    for start, end in sorted(parts):
        if held is not None and (
            start <= held[1] or re.fullmatch(r"[ \u00a0]+(?:[^\W\d_]\.? +)?", text[held[1] : start])
        ):
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _phone(folded: str) -> Iterator[_Matcher]:
    """Match the digits in any grouping, with or without country code and trunk zero."""
    digits = "".join(c for c in re.split(r"\s*(?:ext|x)", folded)[0] if c.isdigit())
    core = digits.lstrip("0")
    if len(core) < 5:
        return
    forms = {core}
    if len(core) > 10 and not digits.startswith("0"):
        # Country codes have one to three digits, and no code is the beginning of another.
        forms.add(core[_country_digits(core) :].lstrip("0"))
    for form in forms:
        body = _DIGIT_GAP.join(form)
        yield _Matcher(
            "PHONE",
            re.compile(rf"(?<![^\W_])(?:(?:\+|00)?\d{{1,3}}{_DIGIT_GAP})?(?:\(?0\)?{_DIGIT_GAP})?\(?{body}(?!\d)"),
        )


def _country_digits(digits: str) -> int:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return next((n for n in (1, 2, 3) if int(digits[:n]) in COUNTRY_CODE_TO_REGION_CODE), 0)


def _code(kind: str, value: str) -> Iterator[_Matcher]:
    """Match an order number or the like with or without its hash sign, hyphens and spaces; long digits alone too."""
    letters = "".join(_WORD.findall(fold(value)))
    if len(letters) < 4:
        if len(letters) > 1 or not value.strip().isalnum():
            sign = "#" if letters.isdigit() else "#?"
            yield _Matcher(kind, re.compile(r"(?<!\w)" + sign + r"\s?" + re.escape(letters) + _END))
        return
    yield _Matcher(
        kind, re.compile(r"(?:(?<!\w)#\s?)?" + _START + r"[\s\-_./#]{0,2}".join(map(re.escape, letters)) + _END)
    )
    runs = [run for run in re.findall(r"\d+", letters) if len(run) >= 5 and run != letters]
    for run in runs:
        yield _Matcher(kind, re.compile(r"(?:(?<!\w)#\s?)?(?<![\d.,$€£])" + run + r"(?![\d]|[.,]\d)"))


def _address(folded: str) -> Iterator[_Matcher]:
    """Match the whole address, its street line, and its postcode; a town alone is not personal."""
    words = _WORD.findall(folded)
    yield _Matcher("ADDRESS", _words(words))
    for line in re.split(r"[,\n;]", folded):
        parts = _WORD.findall(line)
        has_digit = any(any(c.isdigit() for c in part) for part in parts)
        if len(parts) > 1 and len(parts) < len(words) and has_digit:
            yield _Matcher("ADDRESS", _words(parts))
    for postcode in re.findall(r"\b(?:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|\d{4} ?[a-z]{2}|\d{5})\b", folded):
        yield _Matcher("ADDRESS", re.compile(_START + re.escape(postcode).replace(r"\ ", " ?") + _END))


def _words(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(_START + r"[\W_]{0,6}".join(_SHORT.get(word, re.escape(word)) for word in words) + _END)
