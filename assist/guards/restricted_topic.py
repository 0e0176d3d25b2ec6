"""A sentence that touches a subject which the policy restricts - legal, medical, financial advice and the like."""

from __future__ import annotations

from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure


class _RestrictedTopic:
    name = "restricted_topic"
    # Marked for agents: what becomes of such a case at all is the policy's to say, before anything is drafted.
    on_failure: OnFailure = "open"
    why: Mapping[str, str] = {
        "en": "This touches a subject that the policy restricts ({found}).",
        "de": "Das berührt ein Thema, das die Richtlinie einschränkt ({found}).",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the sternest topic of the sentence with the words that tell it."""
        if context.house is None:
            return None
        found = context.house.topics_in(sentence.text, context.case.language)
        return next((f"{name.replace('_', ' ')}: “{words}”" for name, words in found.items()), None)


def guard() -> Guard:
    """Give the guard."""
    return _RestrictedTopic()
