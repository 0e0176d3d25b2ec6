"""How alike two texts are, in one number: by meaning, by the pieces of their words, by words and pairs of words, and by
what an encoder sees of them on the way to their meaning."""

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
# Likeness by what the encoder's inner layers see helps where many examples tell like labels apart and blurs where there
# are few (docs/decisions/0006); each classifier chooses whether it counts.
INNER_WIDTH, INNER_WEIGHT = 1.5, 1.0
# What all texts have in common. It lets each label have a level of its own, however strong the ridge.
COMMON = 1.0
BLOCK = 1_000


@dataclass(frozen=True)
class Read:
    """Texts as likeness sees them: unit vectors of their meaning, sparse rows of their wording, and unit vectors of
    what the encoder's inner layers see, `(n, 0)` where that does not count."""

    meaning: Floats
    wording: sp.csr_matrix
    inner: Floats

    def __len__(self) -> int:
        """Give the number of texts."""
        return len(self.meaning)

    @cached_property
    def columns(self) -> sp.csr_matrix:
        """Give the wording by pieces and words: who uses each."""
        return self.wording.T.tocsr()


class Likeness:
    """A kernel over texts; `rarity` weighs the hashed pieces and words, `(PIECES + WORDS,) float32`, and `middle` is
    what inner layers see of texts at large, empty where what they see does not count."""

    def __init__(self, rarity: Floats, middle: Floats) -> None:
        self.rarity = rarity
        self.middle = middle

    @classmethod
    def over(cls, texts: Sequence[str], inner: Floats) -> Likeness:
        """Give the likeness whose rarity (smoothed inverse document frequency) and middle are those of these texts."""
        counted = np.asarray((_counts(texts) > 0).sum(axis=0)).ravel()
        return cls((np.log((1 + len(texts)) / (1 + counted)) + 1).astype(np.float32), inner.mean(axis=0))

    def shallow(self) -> Likeness:
        """Give the same likeness without what inner layers see."""
        return Likeness(self.rarity, self.middle[:0])

    def read(self, texts: Sequence[str], meaning: Floats, inner: Floats) -> Read:
        """Give texts with their vectors, and what inner layers see of them, as `of` compares them."""
        counts = _counts(texts)
        counts.data = (1 + np.log(counts.data)) * self.rarity[counts.indices]
        pieces, words = counts[:, :PIECES], counts[:, PIECES:]
        wording = sp.hstack([_unit(pieces, PIECES_WEIGHT), _unit(words, WORDS_WEIGHT)]).tocsr().astype(np.float32)
        seen = inner[:, : len(self.middle)] - self.middle
        halves = [unit(half) for half in np.array_split(seen, 2, axis=1)]
        return Read(np.asarray(meaning, dtype=np.float32), wording, np.hstack(halves) / np.float32(np.sqrt(2)))

    def of(self, some: Read, others: Read) -> Floats:
        """Give the likeness of every text to every other, `(len(some), len(others)) float32`."""
        out = _near(some.meaning, others.meaning, MEANING_WIDTH)
        if len(self.middle):
            out += INNER_WEIGHT * _near(some.inner, others.inner, INNER_WIDTH)
        for start in range(0, len(some), BLOCK):
            out[start : start + BLOCK] += (some.wording[start : start + BLOCK] @ others.columns).toarray()
        out += COMMON
        return out


def _near(some: Floats, others: Floats, width: float) -> Floats:
    """Give the likeness of unit vectors: 1 for the same, falling with their distance."""
    out: Floats = some @ others.T
    # In place: of 10,000 texts each copy takes 400 MB.
    out -= 1
    out *= np.float32(2 * width)
    return np.exp(out, out=out)


_PIECES = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 5), n_features=PIECES, alternate_sign=False, norm=None, dtype=np.float32
)
_WORDS = HashingVectorizer(ngram_range=(1, 2), n_features=WORDS, alternate_sign=False, norm=None, dtype=np.float32)


def _counts(texts: Sequence[str]) -> sp.csr_matrix:
    return sp.hstack([_PIECES.transform(texts), _WORDS.transform(texts)]).tocsr()


def unit(rows: Floats) -> Floats:
    """Scale rows to length 1; a row of zeros stays as it is."""
    out: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return out


def _unit(rows: sp.csr_matrix, weight: float) -> sp.csr_matrix:
    """Scale rows so that a row's likeness to itself is `weight`; an empty row stays empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.diags(np.sqrt(weight) / np.maximum(lengths, 1e-9)) @ rows
