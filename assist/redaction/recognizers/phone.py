"""Phone numbers, checked against Google's numbering plans where the country is known."""

import re

import phonenumbers

from assist.redaction.spans import Recognizer, Span

_CANDIDATE = re.compile(
    r"(?<![\w.#/@=&$€£-])(?<!\d,)(?:\+|00)?\(?\d"
    r"(?:[\d()]|[ \u00a0./‑–-]{1,2}(?=[\d(])){5,22}\d(?!(?!x\d)\w|[.,:/-]\d|%)"
    r"(?:\s?(?:x|ext\.?|extension)\s?\d{1,6}\b)?",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|cellphone|number|call|text|ring|reach|dial|whatsapp|sms|landline|fax|contact"
    r"|answering at|handy|telefon|mobil)\b[^\n]{0,40}$",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"\b(?:order|tracking|invoice|booking|reservation|case|ticket|account|card|reference|ref|serial|policy|imei)\b"
    r"[^\n]{0,25}$",
    re.IGNORECASE,
)
_LABEL_AFTER = re.compile(r"[\s(-]{0,3}(?:office|fax|mobile|cell|home|work)\b", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)?\d\d")
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,4}\.\d{1,4}")
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d")
# The North American way of grouping is a phone number wherever it stands.
_GROUPED = re.compile(r"(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}")
_REGIONS = ("US", "GB", "DE", "FR", "IN", "AU")


class PhoneRecognizer:
    """Takes a candidate when it is international, grouped like a number, or follows a word such as "call"."""

    name = "phone"
    authors: frozenset[str] | None = None

    def find(self, text: str) -> list[Span]:
        """Give the phone numbers of one text."""
        spans = []
        for match in _CANDIDATE.finditer(text):
            around = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 12]
            score = _judge(match.group(), *around)
            if score:
                end = match.end() - (match.group()[-1] in "( ")
                spans.append(Span(match.start(), end, "PHONE", score, self.name))
        return spans


def _judge(found: str, before: str, after: str) -> float:
    """Give how sure this is a phone number, 0 for not at all."""
    number = re.split(r"(?i)\s?(?:x|ext)", found)[0].strip()
    digits = re.sub(r"\D", "", number)
    if _VERSION.fullmatch(number) or number.count("(") > 1 or ("/" in number and number[0] not in "+0"):
        return 0.0
    if not 7 <= len(digits) <= 15 or _DATE.fullmatch(number) or _YEARS.fullmatch(number):
        return 0.0
    if number.startswith(("+", "00")):
        return 0.9 if _is_possible("+" + digits.lstrip("0"), None) else 0.0
    if _GROUPED.fullmatch(number):
        return 0.9
    if _OTHER_NUMBER.search(before):
        return 0.0
    if _CONTEXT.search(before) or _LABEL_AFTER.match(after):
        return 0.8
    separated = number != digits
    return 0.6 if separated and len(digits) >= 9 and any(_is_valid(number, region) for region in _REGIONS) else 0.0


def _is_possible(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _is_valid(number: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def recognizer() -> Recognizer:
    """Find phone numbers of any country."""
    return PhoneRecognizer()
