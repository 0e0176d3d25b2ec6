"""How alike two texts are: by meaning, by the pieces of their words, and by words and pairs of words, in one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

Floats = NDArray[np.float32]
# Widths of the hashed spaces. Hashing keeps no list of words, so that a stored model holds no text of any ticket.
PIECES, WORDS = 2**17, 2**16
# Weights of the three parts, and how fast likeness by meaning falls with distance: cross-validated on sets of 14 to 150
# labels and 325 to 15,000 texts; the optimum is flat.
MEANING_WIDTH, PIECES_WEIGHT, WORDS_WEIGHT = 1.5, 0.4, 0.4
BLOCK = 1_000


@dataclass(frozen=True)
class Read:
    """Texts as likeness sees them: unit vectors of their meaning, and sparse unit rows of their wording."""

    meaning: Floats
    wording: sp.csr_matrix

    def __len__(self) -> int:
        """Give the number of texts."""
        return len(self.meaning)

    @cached_property
    def columns(self) -> sp.csr_matrix:
        """Give the wording by pieces and words: who uses each."""
        return self.wording.T.tocsr()


class Likeness:
    """A kernel over texts; `rarity` weighs the hashed pieces and words, `(PIECES + WORDS,) float32`."""

    def __init__(self, rarity: Floats) -> None:
        self.rarity = rarity

    @classmethod
    def over(cls, texts: Sequence[str]) -> Likeness:
        """Give the likeness whose rarity is counted over these texts (smoothed inverse document frequency)."""
        counted = np.asarray((_counts(texts) > 0).sum(axis=0)).ravel()
        return cls((np.log((1 + len(texts)) / (1 + counted)) + 1).astype(np.float32))

    def read(self, texts: Sequence[str], meaning: Floats) -> Read:
        """Give texts with their vectors as `of` compares them."""
        counts = _counts(texts)
        counts.data = (1 + np.log(counts.data)) * self.rarity[counts.indices]
        pieces, words = counts[:, :PIECES], counts[:, PIECES:]
        wording = sp.hstack([_unit(pieces, PIECES_WEIGHT), _unit(words, WORDS_WEIGHT)]).tocsr().astype(np.float32)
        return Read(np.asarray(meaning, dtype=np.float32), wording)

    def of(self, some: Read, others: Read) -> Floats:
        """Give the likeness of every text to every other, `(len(some), len(others)) float32`, 1.8 for the same text."""
        out: Floats = np.exp(2 * MEANING_WIDTH * (some.meaning @ others.meaning.T - 1)).astype(np.float32)
        for start in range(0, len(some), BLOCK):
            out[start : start + BLOCK] += (some.wording[start : start + BLOCK] @ others.columns).toarray()
        return out


_PIECES = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 5), n_features=PIECES, alternate_sign=False, norm=None, dtype=np.float32
)
_WORDS = HashingVectorizer(ngram_range=(1, 2), n_features=WORDS, alternate_sign=False, norm=None, dtype=np.float32)


def _counts(texts: Sequence[str]) -> sp.csr_matrix:
    return sp.hstack([_PIECES.transform(texts), _WORDS.transform(texts)]).tocsr()


def _unit(rows: sp.csr_matrix, weight: float) -> sp.csr_matrix:
    """Scale rows so that a row's likeness to itself is `weight`; an empty row stays empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.diags(np.sqrt(weight) / np.maximum(lengths, 1e-9)) @ rows
