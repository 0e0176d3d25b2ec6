"""Tells sentences that hold for everybody from those that belong to the case they were written in."""

from __future__ import annotations

import re

from assist.case import Source
from assist.generation.cues import Cues
from assist.generation.placeholders import LOOKALIKE

_IDS = re.compile(r"(?<![\w-])(?:#\s?\w*\d\w*|[A-Z]{1,5}-?\d{3,}[\w-]*|\d{6,}|\d{4}[ -]\d{3,}|[A-Z]{6})(?![\w-])")
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


_DIGIT = re.compile(r"\d")
# "Sorry to hear that, Ann." and "<PERSON_1>, please …": whom it is said to.
_CALLED = re.compile(r",? (?:<PERSON_\d+>|(?<=, )[A-Z][a-zäöüß]+)(?=[.!?]*$)|^<PERSON_\d+>[,!.]? +")
_NAMED = re.compile(r"(?<![.!?:] )(?<!^)\b[A-ZÄÖÜ][\w'’-]+")
_LINKS_ON = re.compile(
    r"\b(?:here|below|following|link)\W*$|:\W*$|\bhere\W? ?[:>]|: to\b|\b(?:this|the) link\b", re.IGNORECASE
)


def without_name(sentence: str) -> str:
    """Give a sentence without the name of whom it is said to, at its begin or end."""
    bare = _CALLED.sub("", sentence)
    return bare[:1].upper() + bare[1:]


def holds_for_anybody(sentence: str, known: str, cues: Cues) -> bool:
    """Tell whether a colleague's sentence may be said in another case: it asks, excuses, advises or offers to look.

    No figures, no names but those in `known` (the case and other replies), nothing that was done or found or promised
    to the other customer, nothing that points to a link.
    """
    if LOOKALIKE.search(sentence) or _MASKED.search(sentence) or _DIGIT.search(sentence) or _CONTACT.search(sentence):
        return False
    if cues.for_staff.search(sentence) or cues.moment.search(sentence) or _LINKS_ON.search(sentence):
        return False
    if _PLAIN_NAME.search(sentence) or any(
        name not in known for name in _NAMED.findall(sentence) if name not in {"I", "I'm", "I'd", "I'll"}
    ):
        return False
    asks = bool(cues.asking.search(sentence)) or sentence.endswith("?")
    if not asks and cues.past_action.search(sentence):
        return False
    if cues.commitment.search(sentence) and not cues.offer.search(sentence) and not asks:
        return False
    says = asks or cues.courtesy.match(sentence) or cues.advice.search(sentence) or cues.offer.search(sentence)
    return bool(says or cues.general.search(sentence))
