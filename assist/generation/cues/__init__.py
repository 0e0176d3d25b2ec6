"""What the rules know about a language: cue words, phrases and the facts a request needs, one module a language.

A module `cues/<code>.py` that defines `CUES` is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Fact:
    """A fact that some requests need: `ask` is the question for it.

    `needed_by` matches requests that cannot be answered without it; `kinds` are placeholder kinds that show that it is
    there, `given_by` another sign of it; `asked_by` matches an agent's question for it.
    """

    name: str
    needed_by: re.Pattern[str] | None
    kinds: tuple[str, ...]
    given_by: re.Pattern[str] | None
    asked_by: re.Pattern[str]
    ask: str


@dataclass(frozen=True)
class Cues:
    """One language's cues. Patterns are searched in a cleaned sentence and ignore case unless they say otherwise."""

    code: str
    stopwords: frozenset[str]
    suffixes: tuple[str, ...]
    abbreviations: frozenset[str]
    greeting: re.Pattern[str]
    signoff: re.Pattern[str]
    quoted_from: re.Pattern[str]
    filler: re.Pattern[str]
    request: re.Pattern[str]
    wish: re.Pattern[str]
    problem: re.Pattern[str]
    question: re.Pattern[str]
    weak: re.Pattern[str]
    done: re.Pattern[str]
    advice: re.Pattern[str]
    promise: re.Pattern[str]
    not_promise: re.Pattern[str]
    asking: re.Pattern[str]
    holding: re.Pattern[str]
    refusal: re.Pattern[str]
    # The customer says that what was asked is on its way.
    gave: re.Pattern[str]
    # The customer will give what was asked, but later.
    defers: re.Pattern[str]
    # What has to be done on the way and tells nobody anything: identities checked, records found.
    routine: re.Pattern[str]
    # What stands before what matters, and where a clause begins that a sentence can do without.
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    courtesy: re.Pattern[str]
    solved: re.Pattern[str]
    thanks: re.Pattern[str]
    anaphora: re.Pattern[str]
    # Politeness that says nothing of how somebody feels: thanks in advance.
    formula: re.Pattern[str]
    moods: dict[str, re.Pattern[str]]
    past_action: re.Pattern[str]
    commitment: re.Pattern[str]
    to_that_customer: re.Pattern[str]
    for_staff: re.Pattern[str]
    noted: re.Pattern[str]
    hand_over: re.Pattern[str]
    general: re.Pattern[str]
    moment: re.Pattern[str]
    # What a reply does, by name; and offers that bind nobody, such as to look into something.
    steps: dict[str, re.Pattern[str]]
    # Steps that a reply takes once.
    once: frozenset[str]
    offer: re.Pattern[str]
    facts: tuple[Fact, ...]
    phrases: dict[str, str]
    formal: tuple[tuple[str, str], ...]
    friendly: tuple[tuple[str, str], ...]


def pattern(*alternatives: str, exact: bool = False) -> re.Pattern[str]:
    """Compile alternatives into one pattern between word boundaries; `exact` keeps case."""
    return re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + r")(?!\w)", 0 if exact else re.IGNORECASE)


@cache
def languages() -> dict[str, Cues]:
    """Give the cues of every language that has a module here, by code."""
    found = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.CUES.code: module.CUES for module in found}


def cues_for(language: str | None, text: str = "") -> Cues:
    """Give the cues for a language code such as `de-AT`; unknown: the language whose small words `text` uses most."""
    known = languages()
    code = (language or "").lower().partition("-")[0]
    if code in known:
        return known[code]
    words = re.findall(r"[a-zäöüß]+", text.lower())
    return max(known.values(), key=lambda cues: (sum(word in cues.stopwords for word in words), cues.code == "en"))
