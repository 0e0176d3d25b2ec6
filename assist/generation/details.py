"""The numbers that an agent looks for first: references, addresses, amounts and dates that no line of a summary holds."""

from __future__ import annotations

import re

from assist.case import Case, CaseLine, CaseSummary
from assist.helpdesk import Author

MOST = 5
_MONTH = r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]*\.?"
_REFERENCE = (
    r"<(?:ORDER|ORDER_NUMBER|EMAIL|PHONE|ID|IBAN|ADDRESS)_\d+>",
    r"[\w.+-]+@[\w-]+\.\w[\w.]*",
    r"\w+_\w+_\d{2,}",
    r"\d{3}-\d{6,}-\d{6,}",
    r"(?:(?-i:[A-Z]{1,5}-?\d{3,}[\w-]*|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6,8})|\d{5,}|[a-z]{3,}\d{3,})",
    r"\d+\.\d+\.\d+(?:\.\d+)*",
)
_AMOUNT = (
    r"(?:[$€£¥]|\b(?:rs\.?|usd|eur|gbp) ?)\d[\d.,]*\d|[$€£¥]\d",
    r"\d[\d.,]* ?(?:€|£|\b(?:eur|usd|gbp|euros?|dollars?|pounds?)\b)",
)
_DATE = (
    r"\d{4}-\d\d-\d\d",
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}",
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)?(?: of)? ?{_MONTH}(?: \d{{4}})?",
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?",
)
_VALUE = re.compile(rf"(?<![\w./#-])#?(?:{'|'.join((*_REFERENCE, *_AMOUNT, *_DATE))})(?![\w-])", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+|@\d+")


def details(case: Case, summary: CaseSummary, most: int = MOST) -> list[CaseLine]:
    """Give up to `most` values that no line holds: the customer's own before others, said often before said once."""
    held = " ".join(line.text for line in summary.lines)
    where: dict[str, list[int]] = {}
    own: set[str] = set()
    internal: set[str] = set()
    for message in case.messages:
        for match in _VALUE.finditer(_LINK.sub(" ", message.text)):
            value = match[0].strip("#.,")
            if message.position not in where.setdefault(value, []):
                where[value].append(message.position)
            own |= {value} if message.author == Author.CUSTOMER else set()
            internal |= {value} if message.internal else set()
    free = [value for value in where if value not in held]
    best = sorted(free, key=lambda value: (value not in own, -len(where[value]), -where[value][-1]))[:most]
    return [
        CaseLine(text=value, told=value, messages=where[value], internal=value in internal)
        for value in free
        if value in best
    ]
