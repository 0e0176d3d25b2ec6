"""What a comparison gives: measures for the weights, differences for people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from assist.guards.grounding.reading import Token


@dataclass(frozen=True)
class Difference:
    """A word that the evidence does not bear out, by what measure, and what the evidence has in its place, if known.

    `sure`: the evidence says the rest of the sentence, so that this is no matter of wording.
    """

    measure: str
    word: str
    instead: str = ""
    sure: bool = False


@dataclass
class Comparison:
    """What was measured, by name, and where the statement differs."""

    measures: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    differences: list[Difference] = field(default_factory=list)

    def differs(self, measure: str, token: Token, instead: str = "", *, sure: bool = False) -> None:
        """Note a difference at a word."""
        self.measures[measure] += 1
        self.measures["sure"] += sure
        self.differences.append(Difference(measure, token.text, instead, sure))
