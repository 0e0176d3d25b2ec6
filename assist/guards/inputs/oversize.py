"""A text longer than people write by hand: it hides what stands far down, and fills up what an engine may read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assist.guards.inputs._screen import InputGuard, Place, Received

# Characters by where a text stands. What is longer is not read to its end by the other guards.
LIMITS: Mapping[Place, int] = {
    "message": 20_000, "quote": 20_000, "signature": 20_000, "article": 100_000, "subject": 500, "name": 120, "attachment": 255
}  # fmt: skip
# Nobody's words: a run without a space. Links and codes are shorter.
RUN = 5_000
_RUN = re.compile(rf"\S{{{RUN},}}")


class _Oversize:
    name = "oversize"
    taints = True
    why: Mapping[str, str] = {
        "en": "This text is unusually long ({words}). The AI reads only its beginning.",
        "de": "Dieser Text ist ungewöhnlich lang ({words}). Die KI liest nur den Anfang.",
    }

    def check(self, received: Received) -> tuple[float, tuple[str, ...]]:
        """Give how many times over the limit a text is, with its length."""
        share = len(received.text) / LIMITS[received.place]
        if share <= 1 and (run := _RUN.search(received.text)):
            return 1.0, (f"{len(run.group()):,}",)
        return (share, (f"{len(received.text):,}",)) if share > 1 else (0.0, ())


def guard() -> InputGuard:
    """Give the guard."""
    return _Oversize()
