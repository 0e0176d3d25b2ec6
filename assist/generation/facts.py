"""Which facts a case needs, has, was asked for and was refused."""

from __future__ import annotations

from assist.case import Case
from assist.generation.cues import Cues, Fact
from assist.generation.placeholders import PLACEHOLDER
from assist.helpdesk import Author


def gives(text: str, fact: Fact) -> bool:
    """Tell whether a text holds this fact: a placeholder of its kind, or its own pattern."""
    kinds = {match.group(1) for match in PLACEHOLDER.finditer(text)}
    return bool(kinds & set(fact.kinds)) or bool(fact.given_by and fact.given_by.search(text))


def asked_in(sentence: str, cues: Cues) -> list[Fact]:
    """Give the facts an agent's sentence asks for."""
    return [fact for fact in cues.facts if fact.asked_by.search(sentence)]


def has(case: Case, fact: Fact) -> bool:
    """Tell whether the case holds this fact: among its contact's values, or in what was written in public."""
    told = [m.text for m in case.messages if not m.internal and m.author in {Author.CUSTOMER, Author.AGENT}]
    known = any(case.contact.get(kind) for kind in fact.kinds)
    return known or any(gives(text, fact) for text in [*told, case.subject or ""])


def missing_facts(case: Case, request: str, cues: Cues) -> list[Fact]:
    """Give the facts that the request needs, that nobody has, and that the customer did not say they lack."""
    texts = [m.text for m in case.messages if not m.internal and m.author == Author.CUSTOMER]
    refused = " ".join(text for text in texts if cues.refusal.search(text))
    return [
        fact
        for fact in cues.facts
        if fact.needed_by is not None
        and fact.needed_by.search(request)
        and not has(case, fact)
        and not (refused and fact.asked_by.search(refused))
    ]
