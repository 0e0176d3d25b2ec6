"""How well a text is supported by others: a logistic sum of what the comparison measured."""

from __future__ import annotations

import json
import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assist.guards.grounding.comparison import compare
from assist.guards.grounding.differences import Difference
from assist.guards.grounding.evidence import Evidence
from assist.guards.grounding.reading import reader

# Fitted by `python -m assist.evaluation.fit_groundedness`, which says how; the classes weigh the same: .5 parts them.
WEIGHTS = Path(__file__).parent / "weights.json"
SUPPORTED = 0.5
# A sentence that the evidence has, but turned around, is not supported however much else it shares; such sentences are
# too few in the data to fit a weight.
TURNED = frozenset({"contrary", "lost", "swapped"})
TURNED_LEAVES = 0.4
KEPT = 64
_WORD = re.compile(r"\w+")
_indexed: OrderedDict[tuple[str, ...], Evidence] = OrderedDict()


@dataclass(frozen=True)
class Verdict:
    """How well a text is supported, 0 to 1, and where it differs from its evidence."""

    score: float
    differences: Sequence[Difference] = ()


def support(text: str, evidence: str | Sequence[str]) -> float:
    """Give how well an English text of one sentence or more is supported by the evidence, 0 to 1."""
    return judge(text, evidence).score


def judge(text: str, evidence: str | Sequence[str]) -> Verdict:
    """Give how well a text is supported, and what differs; what stands in the evidence word by word is supported."""
    texts = (evidence,) if isinstance(evidence, str) else tuple(evidence)
    words = _plain(text)
    if words.strip() and any(words in _plain(one) for one in texts):
        return Verdict(1.0)
    compared = compare(reader().read(text), indexed(texts))
    found = score(compared.measures)
    turned = any(one.sure and one.measure in TURNED for one in compared.differences)
    return Verdict(found * TURNED_LEAVES if turned else found, compared.differences)


def score(measures: Mapping[str, float]) -> float:
    """Give the probability that the weights make of measures."""
    total = sum(weight * measures.get(name, 0.0) for name, weight in weights().items())
    return 1 / (1 + math.exp(-total - intercept()))


def indexed(texts: tuple[str, ...]) -> Evidence:
    """Give texts read and indexed; the last `KEPT` are kept, so that a suggestion's sources are read once."""
    if (known := _indexed.get(texts)) is None:
        known = _indexed[texts] = Evidence([reader().read(text) for text in texts])
        if len(_indexed) > KEPT:
            _indexed.popitem(last=False)
    return known


@cache
def weights() -> dict[str, float]:
    """Give the weight of each measure."""
    told: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return told


@cache
def intercept() -> float:
    """Give what is added to the weighted sum."""
    return float(json.loads(WEIGHTS.read_text(encoding="utf-8"))["intercept"])


def _plain(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
