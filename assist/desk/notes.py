"""Tells which sentences of a draft rest on an internal note of the case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assist.case import Case, Sentence, Source

# Share of a sentence's telling words that a note must hold.
SAYS = 0.6
LEAST_WORDS = 3
_WORD = re.compile(r"<[A-Z_]+_\d+>|[^\W_]{4,}")


def with_internal(sentence: Sentence, case: Case, sources: Sequence[Source]) -> Sentence:
    """Give the sentence, marked internal where a note for colleagues says it and nothing open to customers does."""
    own = _words(sentence.text)
    notes = [_words(message.text) for message in case.messages if message.internal]
    if sentence.internal or len(own) < LEAST_WORDS or not notes:
        return sentence
    told = max(len(own & words) for words in notes) / len(own)
    if told < SAYS:
        return sentence
    open_to_all = [_words(message.text) for message in case.messages if not message.internal]
    open_to_all += [_words(source.text) for source in sources if source.n in sentence.sources]
    elsewhere = max((len(own & words) for words in open_to_all), default=0) / len(own)
    return sentence if elsewhere >= told else sentence.model_copy(update={"internal": True})


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}
