"""Cleans texts on their way out: values seen before, and what its form alone gives away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from assist.outgoing.seen import SEEN, Place

MAX_LABEL = 80
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_CARD = re.compile(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
_PHONE = re.compile(
    r"(?<![\w.])(?:\+|00)[1-9]\d?(?:[ \-./()]{0,2}\d){7,12}(?!\w)"
    r"|(?<![\w.:-])\(?0\d{2,4}\)?[ \-/]\d{3,4}[ \-]?\d{2,5}(?![\w:])"
)
_SECRET = re.compile(
    r"(?i:\bbearer\s+)[\w.~+/-]{12,}=*|\b(?:sk|pk|rk|ghp|gho|xox[abp])[-_][\w-]{10,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"
)
# What follows "password:" in a help article is advice; in a log it is a password.
_NAMED_SECRET = re.compile(
    r"(?i:(?:password|passwd|secret|token|api[_-]?key)[\"']?\s*[=:]\s*[\"']?)(?![<(])[^\s\"',;&]{4,}"
)
FREE_MAIL = re.compile(
    r"@(?:[\w-]+\.)?(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|icloud|me|mac|aol|gmx|web|proton"
    r"|protonmail|mail|yandex|t-online|qq|163)\.[a-z.]{2,6}$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[\w./<>:{}%+ -]*")
Check = Callable[[str], bool]


def _always(_: str) -> bool:
    return True


def _luhn(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and (sum(digits[-1::-2]) + doubled) % 10 == 0


def _iban(text: str) -> bool:
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _private(text: str) -> bool:
    return FREE_MAIL.search(text) is not None


# What a company publishes about itself must reach a model, so only what is certainly a person's goes from its texts.
CERTAIN: tuple[tuple[str, re.Pattern[str], Check], ...] = (
    ("SECRET", _SECRET, _always),
    ("EMAIL", _EMAIL, _private),
    ("CARD", _CARD, _luhn),
)
EVERY: tuple[tuple[str, re.Pattern[str], Check], ...] = (
    ("SECRET", _SECRET, _always),
    ("SECRET", _NAMED_SECRET, _always),
    ("EMAIL", _EMAIL, _always),
    ("CARD", _CARD, _luhn),
    ("IBAN", _IBAN, _iban),
    ("PHONE", _PHONE, _always),
)


def scrubbed(text: str) -> str:
    """Give a text for a log, an error or an export: `(person)`, `(email)` … stand where personal values were."""
    return replaced(text, [*SEEN.find(text, likely=True), *by_form(text, EVERY)])


def scrubbed_json(value: Any) -> Any:
    """Clean every string inside a JSON value, keys excepted."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, list | tuple):
        return [scrubbed_json(item) for item in value]
    if isinstance(value, dict):
        return {key: scrubbed_json(item) for key, item in value.items()}
    return value


def label(value: object) -> str:
    """Give a value for a metric's label; one that is long, odd or personal becomes `other`."""
    text = str(value)
    if len(text) > MAX_LABEL or not _LABEL.fullmatch(text) or scrubbed(text) != text:
        return "other"
    return text


def by_form(text: str, patterns: Iterable[tuple[str, re.Pattern[str], Check]]) -> list[Place]:
    """Give the places of what its form alone gives away."""
    return [
        Place(match.start(), match.end(), kind)
        for kind, pattern, check in patterns
        for match in pattern.finditer(text)
        if check(match.group())
    ]


def replaced(text: str, places: Iterable[Place]) -> str:
    """Put a word for its kind in the place of every value."""
    out: list[str] = []
    at = 0
    for place in sorted(places, key=lambda one: (one.start, -one.end)):
        if place.start < at:
            # The rest of one that overlaps goes with it.
            at = max(at, place.end)
            continue
        out += (text[at : place.start], f"({place.kind.lower()})")
        at = place.end
    out.append(text[at:])
    return "".join(out)
