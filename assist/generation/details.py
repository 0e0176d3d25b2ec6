"""The numbers that an agent looks for first: references, amounts and dates that no line of a summary holds."""

from __future__ import annotations

import re
from itertools import accumulate

from assist.case import Case, CaseLine, CaseMessage, CaseSummary
from assist.helpdesk import Author

_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)(?![a-zä])\.?"
)
# Words with a capital that no product begins with: "Almost 20".
_NO_PRODUCT = (
    rf"{_MONTH}|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|group|option|flight|platform|day|room|about|almost|nearly|"
    rf"around|over|only|just|"
    r"after|before|until|within|every|last|next|the|there|for|with|under|another|these|those|and|but|has|have|was|"
    r"is|are|page|step|gate|seat|row|part|version|any|all|my|from|than|got|took|paid|bought|ordered|these|still|plus"
)
_REFERENCE = (
    r"<(?:ORDER|ORDER_NUMBER|EMAIL|PHONE|ID|IBAN|ADDRESS)_\d+>",
    r"[\w.+-]+@[\w-]+\.\w[\w.]*",
    r"\w+_\w+_\d{2,}",
    r"\d{3}-\d{4,}(?:-\d{6,})?",
    r"(?:(?-i:[A-Z]{1,5}-?\d{3,}[\w-]*|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6,8})|\d{5,}|[a-z]{3,}\d{3,})",
    r"\d+\.\d+\.\d+(?:\.\d+)*",
    # A product: "Pixel 7", "Galaxy S7".
    rf"(?-i:(?!(?i:{_NO_PRODUCT})\b ?)[A-Z][a-z]{{2,}} (?:[A-Z]|(?<=[a-z] )s)?\d{{1,2}}s?)",
)
_AMOUNT = (
    r"(?:[$€£¥]|\b(?:rs\.?|usd|eur|gbp) ?)\d[\d.,]*\d|[$€£¥]\d",
    r"\d[\d.,]* ?(?:€|£|\b(?:eur|usd|gbp|euros?|dollars?|pounds?)\b)",
)
_DATE = (
    r"\d{4}-\d\d-\d\d",
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}",
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)?(?: of)?[ -]?{_MONTH}(?: \d{{4}})?",
    # "17/11", not "1/2" of a thread; "on 1/2" is a day.
    r"(?<![\[(])(?!24/7)(?:(?:1[3-9]|2\d|3[01])/(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])/(?:1[3-9]|2\d|3[01])|"
    r"(?<=\bon )\d{1,2}/\d{1,2})(?![/\])])",
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?",
)
# Times that mean something beside what happens then, so that they weigh in a sentence but are no detail of their own.
_MOMENT = re.compile(
    r"(?<![\w-])(?:\d+(?:\.\d+)?(?: ?(?:-|–|to|bis) ?\d+)? (?:(?:business|working|full) )?(?:minute|hour|day|week|"
    r"month|year)s?|"
    r"\d+ (?:minuten|stunden|tagen?|werktagen?|wochen?|monaten?)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|tomorrow|"
    r"tonight|morgen|"
    r"\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m\b|uhr)|\d{1,2}:\d\d)(?!\w)",
    re.IGNORECASE,
)
_VALUE = re.compile(rf"(?<![\w./#-])#?(?:{'|'.join((*_REFERENCE, *_AMOUNT, *_DATE))})(?![\w-])", re.IGNORECASE)
# No value is without one of these, and most sentences are.
_SIGN = re.compile(r"[\d@<]")
_REFERS = re.compile("|".join(_REFERENCE), re.IGNORECASE)
_LINK = re.compile(r"https?://\S+|@\d+")


def details(case: Case, summary: CaseSummary, most: int) -> list[CaseLine]:
    """Give values that no line holds, up to `most` words: references, the customer's own, said often first."""
    held = " ".join(line.told or line.text for line in summary.lines)
    found = {value: where for value, where in _where(case.messages).items() if value not in held}
    own = {value for value, where in found.items() if any(message.author == Author.CUSTOMER for message in where)}
    best = sorted(
        found,
        key=lambda value: (not _REFERS.match(value), value not in own, -len(found[value]), -found[value][-1].position),
    )
    kept = [
        value
        for value, words in zip(best, accumulate(len(value.split()) for value in best), strict=True)
        if words <= most
    ]
    return [
        CaseLine(
            text=value,
            told=value,
            messages=[message.position for message in where],
            internal=any(message.internal for message in where),
        )
        for value, where in found.items()
        if value in kept
    ]


def values_in(text: str) -> list[str]:
    """Give the values in a text, each once."""
    if not _SIGN.search(text):
        return []
    return list(dict.fromkeys(match[0].strip("#.,") for match in _VALUE.finditer(_LINK.sub(" ", text))))


def moments_in(text: str) -> list[str]:
    """Give the durations, weekdays and times of day in a text."""
    return _MOMENT.findall(text)


def _where(messages: list[CaseMessage]) -> dict[str, list[CaseMessage]]:
    where: dict[str, list[CaseMessage]] = {}
    for message in messages:
        for value in values_in(message.text):
            where.setdefault(value, []).append(message)
    return where
