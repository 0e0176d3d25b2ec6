"""Why a model is not asked, in the words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from assist.errors import EngineUnavailable

Reason = Literal[
    "budget_day", "budget_team", "budget_ticket", "off_all", "off_team", "off_engine", "not_allowed", "unavailable"
]
WHY: Mapping[Reason, Mapping[str, str]] = {
    "budget_day": {
        "en": "Today's budget for the model is used up, so the draft comes from rules and sources.",
        "de": "Das Tagesbudget für das Modell ist aufgebraucht; der Entwurf kommt aus Regeln und Quellen.",
    },
    "budget_team": {
        "en": "This team's budget for the model is used up for today, so the draft comes from rules and sources.",
        "de": "Das heutige Modell-Budget dieses Teams ist aufgebraucht; der Entwurf kommt aus Regeln und Quellen.",
    },
    "budget_ticket": {
        "en": "The budget of this ticket for the model is used up, so the draft comes from rules and sources.",
        "de": "Das Budget dieses Tickets für das Modell ist aufgebraucht; der Entwurf kommt aus Regeln und Quellen.",
    },
    "off_all": {
        "en": "The assistant is switched off. Reason given: {reason}",
        "de": "Der Assistent ist abgeschaltet. Genannter Grund: {reason}",
    },
    "off_team": {
        "en": "The assistant is switched off for this team. Reason given: {reason}",
        "de": "Der Assistent ist für dieses Team abgeschaltet. Genannter Grund: {reason}",
    },
    "off_engine": {
        "en": "The engine {name} is switched off. Reason given: {reason}",
        "de": "Die Engine {name} ist abgeschaltet. Genannter Grund: {reason}",
    },
    "not_allowed": {
        "en": "The policy does not allow the model {name}, so the draft comes from rules and sources.",
        "de": "Die Richtlinie erlaubt das Modell {name} nicht; der Entwurf kommt aus Regeln und Quellen.",
    },
    "unavailable": {
        "en": "The model does not answer at the moment, so the draft comes from rules and sources.",
        "de": "Das Modell antwortet gerade nicht; der Entwurf kommt aus Regeln und Quellen.",
    },
}


def why(reason: Reason, told: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the sentence in each language, filled with what is told."""
    return {language: text.format(**(told or {})) for language, text in WHY[reason].items()}


class NotPermitted(EngineUnavailable):
    """An engine may not be asked: a budget is used up, it is switched off, or the policy does not allow it."""

    def __init__(self, reason: Reason, told: Mapping[str, str] | None = None) -> None:
        self.reason = reason
        self.why = why(reason, told)
        super().__init__(self.why["en"], where="policy", hint="An admin sees and changes this at /admin.")
