"""Customers are told that they talk to an AI: no answer without that text, and none that denies it.

A draft for an agent goes out under that agent's name, so there only the denial counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure

# What a disclosure says at least, in some words: that this is a machine.
_SAYS_AI = re.compile(
    r"\b(?:ai|ki|artificial intelligence|künstlich\w* intelligenz|chat ?bot|bot|virtual assistant|automated|automatisch\w*|automatisiert\w*"
    r"|machine|maschine\w*|computer|digital\w* assistent\w*|sprachmodell|language model)\b",
    re.IGNORECASE,
)  # fmt: skip
_DENIED = re.compile(
    r"\b(?:not|no|never|kein\w*|nicht)\b[^.!?,;]{0,25}\b(?:an? )?(?:ai|bot|chat ?bot|machine|robot|computer|automated|ki|maschine|roboter|computerprogramm|sprachmodell|language model)\b",
    re.IGNORECASE,
)  # fmt: skip
_HUMAN = re.compile(
    r"\b(?:i am|i['’]m|you are (?:talking|speaking|chatting) (?:to|with)|you['’]re (?:talking|speaking|chatting) (?:to|with)|this is)\b[^.!?,;]{0,30}\b(?:real person|human(?: being| agent)?|real human|living person|person of flesh|actual person|man|woman|employee|member of (?:the|our) (?:support )?(?:team|staff)|human colleague)\b"
    r"|\bas (?:a|one) (?:human|person|man|woman|mother|father|parent)\b|\bspeaking (?:as|from) (?:a|my own|personal) (?:human|experience|person)\w*"
    r"|\bmy (?:name is (?!(?:the )?(?:ai|bot|assistant))|colleagues and i\b|wife\b|husband\b|kids\b|children\b|desk\b|shift\b|lunch\b|boss\b|own experience\b)|\bi (?:work|have worked|['’]ve worked) (?:here|for|in|at)\b"
    r"|\bich bin (?:ein |eine |hier )?(?:\w+ )?(?:mensch|echte\w* person|mitarbeiter\w*|frau|mann|kollege|kollegin|angestellte\w*)\b|\bsie (?:sprechen|schreiben|chatten) (?:hier )?mit (?:einem|einer) (?:echten |richtigen )?(?:mensch\w*|person|mitarbeiter\w*)\b"
    r"|\bals (?:mensch|mutter|vater|mitarbeiter\w*|frau|mann)\b|\bich arbeite (?:hier|seit|bei|im)\b|\bmein name ist\b|\bmein\w* (?:frau|mann|kinder|chef|schicht|feierabend|schreibtisch|kollegen und ich)\b",
    re.IGNORECASE,
)  # fmt: skip


class _Disclosure:
    name = "disclosure"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "The customer is not told that an AI answers ({found}).",
        "de": "Der Kunde erfährt nicht, dass eine KI antwortet ({found}).",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give what denies or lacks the disclosure."""
        if context.audience != "public":
            # An agent may say who they are; that no AI was at work is not true of any draft.
            denied = _DENIED.search(sentence.text)
            return f"“{denied.group()}”" if denied else None
        if not _SAYS_AI.search(context.disclosure) or _DENIED.search(context.disclosure):
            return "–"
        denied = _DENIED.search(sentence.text) or _HUMAN.search(sentence.text)
        return f"“{denied.group()}”" if denied else None


def guard() -> Guard:
    """Give the guard."""
    return _Disclosure()
