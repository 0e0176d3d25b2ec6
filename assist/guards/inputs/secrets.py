"""A password, key or token in a text. It is masked on its way in; this tells the agent, so that it gets changed.

What is stored has `<SECRET_1>` in its place; a text that was not masked is searched by the masker's own recognisers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from assist.guards.inputs._screen import InputGuard, Received
from assist.redaction.recognizers import api_key, secret
from assist.redaction.spans import Recognizer

LONGEST = 100_000
_MASKED = re.compile(r"<SECRET_\d+>|\(secret\)")


class _Secrets:
    name = "secrets"
    taints = False
    why: Mapping[str, str] = {
        "en": "A password, key or token stands here ({words}). The AI does not see it; ask for it to be changed and never repeat it.",
        "de": "Hier steht ein Passwort, Schlüssel oder Token ({words}). Die KI sieht es nicht; es sollte geändert und nie wiederholt werden.",
    }  # fmt: skip

    def check(self, received: Received) -> tuple[float, tuple[str, ...]]:
        """Flag a masked secret or one in clear; the words never hold it."""
        if found := _MASKED.search(received.text):
            return 1.0, (found.group(),)
        text = received.text[:LONGEST]
        spans = [span for recognizer in _recognizers() for span in recognizer.find(text)]
        return (1.0, (f"{spans[0].end - spans[0].start} × •",)) if spans else (0.0, ())


@cache
def _recognizers() -> list[Recognizer]:
    return [secret.recognizer(), api_key.recognizer()]


def guard() -> InputGuard:
    """Give the guard."""
    return _Secrets()
