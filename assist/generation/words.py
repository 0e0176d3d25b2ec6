"""Light word matching: content stems, how rare they are, and how much two texts share."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from assist.generation.cues import Cues

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_UMLAUTS = str.maketrans("äöü", "aou")


def words(text: str) -> list[str]:
    """Give the lower-case words of a text; placeholders give none."""
    return [word.lower().replace("’", "'") for word in WORD.findall(re.sub(r"<[A-Z_]+_\d+>", " ", text))]


def stem(word: str, cues: Cues) -> str:
    """Cut one inflectional ending, keeping four letters at least; German umlauts fold so that plurals meet."""
    return _cut(word, cues.suffixes)


@lru_cache(maxsize=50_000)
def _cut(word: str, suffixes: tuple[str, ...]) -> str:
    folded = word.replace("ß", "ss").translate(_UMLAUTS)
    for suffix in suffixes:
        if folded.endswith(suffix) and len(folded) - len(suffix) >= 4:
            root = folded[: -len(suffix)]
            # "shipped" and "shipping" must meet "ship".
            return root[:-1] if len(root) > 4 and root[-1] == root[-2] and root[-1] in "bdgklmnprt" else root
    return folded


def stems(text: str, cues: Cues) -> list[str]:
    """Give the stems of a text's content words, in order, with repetitions."""
    return [stem(word, cues) for word in words(text) if len(word) > 1 and word not in cues.stopwords]


def rarity(texts: Iterable[set[str]]) -> dict[str, float]:
    """Give each stem's inverse document frequency over sets of stems: `ln(1 + n / df)`."""
    documents = list(texts)
    counts = Counter(word for document in documents for word in document)
    return {word: math.log(1 + len(documents) / count) for word, count in counts.items()}


def overlap(a: set[str], b: set[str]) -> float:
    """Give the shared part of the smaller set, 0-1."""
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def similarity(a: set[str], b: set[str]) -> float:
    """Give the Jaccard similarity of two sets, 0-1."""
    return len(a & b) / len(a | b) if a or b else 0.0
