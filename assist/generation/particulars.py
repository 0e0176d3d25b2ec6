"""Tells sentences that hold for everybody from those that belong to the case they were written in."""

from __future__ import annotations

import re

from assist.case import Source
from assist.generation.cues import Cues
from assist.generation.placeholders import LOOKALIKE

_IDS = re.compile(r"(?<![\w-])(?:#\s?\w*\d\w*|[A-Z]{1,5}-?\d{3,}[\w-]*|\d{6,}|\d{4}[ -]\d{3,})(?![\w-])")
_CONTACT = re.compile(r"\S+@\S+\.\w+|\+?\d[\d ()/-]{8,}\d")
_MONEY = re.compile(r"[$€£¥]\s?\d|\d[\d.,]*\s?(?:€|£|\$|EUR|USD|GBP|euros?|dollars?|pounds?)(?!\w)", re.IGNORECASE)
# What masking for good leaves in a text that belongs to no ticket.
_MASKED = re.compile(r"\((?:person|email|phone|address|order|card|iban|id|url|ip|secret|birthdate|handle)\)")
_PLAIN_NAME = re.compile(
    r"(?:^|[,;] )(?!\w+ly,|Otherwise|However|Then|Once|Yes|No|Afterwards)[A-Z][a-zäöüß]+, |, [A-Z][a-zäöüß]+[.!,]$"
)


def belongs_to_other_case(sentence: str, source: Source, cues: Cues) -> bool:
    """Tell whether a source's sentence must not be said to another customer.

    Placeholders, ids and contact data never carry over. From a resolved ticket, neither do past actions ("I have
    refunded you"), promises, amounts, dates, questions, and what that customer had said; what stays reads like a rule
    or an instruction.
    """
    if LOOKALIKE.search(sentence) or _MASKED.search(sentence) or cues.for_staff.search(sentence):
        return True
    if source.kind == "article":
        # An article's support address or hotline is meant for everybody.
        return bool(sentence.endswith("?"))
    return not cues.general.search(sentence) or bool(
        _IDS.search(sentence)
        or _CONTACT.search(sentence)
        or sentence.endswith("?")
        or _MONEY.search(sentence)
        or _PLAIN_NAME.search(sentence)
        or cues.moment.search(sentence)
        or cues.past_action.search(sentence)
        or cues.commitment.search(sentence)
        or cues.to_that_customer.search(sentence)
        or cues.asking.search(sentence)
        or cues.courtesy.match(sentence)
    )
