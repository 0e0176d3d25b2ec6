"""Finds texts by their words: stemmed BM25 over tantivy, in memory, with the reasons for each hit."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import tantivy
from tantivy import Filter, Occur, Query, Tokenizer

from assist.retrieval.words import STOP_WORDS, WORD, bare

STEMMERS = {"en": "english", "de": "german"}
# A title is short and chosen with care, so a word in it tells more. Problem and answer of a ticket stand in one field:
# kept apart, a question that mixes both found the right ticket less often (.79 instead of .83 first hits).
# What stands around a passage in its article says what it belongs to: without it, a passage that says the rest in other
# words was missed (.26 instead of .32 first hits for cases that ask several things).
FIELDS = {"title": 1.3, "body": 1.0, "around": 0.5}
OWN = ("title", "body")
ANY = "-"
MAX_TERMS = 32
K1 = 1.2
Term = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One thing that can be found: a ticket with all its texts, or a passage of an article."""

    key: int
    title: str
    body: str
    brand: str | None = None
    language: str | None = None
    public: bool = False
    around: str = ""


class Scoped(Protocol):
    """Anything that belongs to a brand, a language and an audience."""

    @property
    def brand(self) -> str | None:
        """The folded brand, or None for all."""

    @property
    def language(self) -> str | None:
        """The primary language, or None when it is not known."""

    @property
    def public(self) -> bool:
        """Whether customers may see it."""


@dataclass(frozen=True)
class Scope:
    """What may be found: `None` means any; an entry without a brand or language fits every one."""

    brand: str | None = None
    language: str | None = None
    public_only: bool = False

    def allows(self, thing: Scoped) -> bool:
        """Tell whether this may be found."""
        return (
            (self.brand is None or thing.brand is None or thing.brand == self.brand)
            and (self.language is None or thing.language is None or thing.language == self.language)
            and (thing.public or not self.public_only)
        )


@dataclass(frozen=True)
class Question:
    """A query's terms, `(language, stem) -> (weight, idf)`, and the word of the question behind each."""

    terms: dict[Term, tuple[float, float]]
    words: dict[Term, str]
    scope: Scope

    @property
    def best(self) -> float:
        """The score of an ideal match, by which scores of different questions become comparable."""
        sums: dict[str, float] = {}
        for (language, _), (weight, idf) in self.terms.items():
            sums[language] = sums.get(language, 0.0) + (K1 + 1) * weight * idf
        return max(sums.values(), default=0.0)

    @property
    def size(self) -> float:
        """The number of words that may tell something, each counted by its weight."""
        sums: dict[str, float] = {}
        for (language, _), (weight, _) in self.terms.items():
            sums[language] = sums.get(language, 0.0) + weight
        return max(sums.values(), default=0.0)


class LexicalIndex:
    """A BM25 index of entries. Safe to search from many threads while one changes it.

    Each language has its own stemmer and its own fields; an entry of no or another language goes with English.
    """

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        # Signed on purpose: in an unsigned field tantivy's binding looks for a signed term and deletes nothing.
        builder.add_integer_field("key", indexed=True, fast=True)
        for name in ("brand", "language", "public"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        for language in STEMMERS:
            for name in FIELDS:
                builder.add_text_field(f"{name}_{language}", tokenizer_name=language, index_option="freq")
        self._schema = builder.build()
        self._analyzers = {language: _analyzer(language) for language in STEMMERS}
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._index = tantivy.Index(self._schema)
        for language, analyzer in self._analyzers.items():
            self._index.register_tokenizer(language, analyzer)
        # The smallest heap tantivy takes is 15 MB a thread; more threads only make more segments to search.
        self._writer = self._index.writer(heap_size=48_000_000, num_threads=1)
        self._languages = {"en"}
        self._keys: set[int] = set()

    def __len__(self) -> int:
        return len(self._keys)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._start()

    def apply(self, entries: Iterable[Entry], removed: Iterable[int] = ()) -> None:
        """Add or replace entries and remove others; searches see all of it or nothing."""
        with self._lock:
            for key in removed:
                self._delete(key)
            for entry in entries:
                self._delete(entry.key)
                self._writer.add_document(self._document(entry))
                self._keys.add(entry.key)
            self._writer.commit()
            self._index.reload()

    def _delete(self, key: int) -> None:
        # A deletion is looked up in every segment, which for a first filling would be most of the work.
        if key in self._keys:
            self._keys.remove(key)
            self._writer.delete_documents_by_term("key", key)

    def _document(self, entry: Entry) -> tantivy.Document:
        document = tantivy.Document()
        document.add_integer("key", entry.key)
        document.add_text("brand", entry.brand or ANY)
        document.add_text("language", entry.language or ANY)
        document.add_text("public", "yes" if entry.public else "no")
        language = _field_of(entry.language)
        self._languages.add(language)
        for name in FIELDS:
            if text := bare(getattr(entry, name)):
                document.add_text(f"{name}_{language}", text)
        return document

    def ask(self, parts: Sequence[tuple[str, float]], scope: Scope) -> Question:
        """Prepare a question from weighted texts, e.g. `[(question, 1.0), (earlier turns, 0.4)]`.

        Only the rarest terms are kept, since common ones cost time and decide nothing.
        """
        first = _field_of(scope.language)
        others = STEMMERS if scope.language is None else ("en",)
        languages = [first, *(other for other in others if other != first and other in self._languages)]
        weights: dict[Term, float] = {}
        words: dict[Term, str] = {}
        for text, weight in parts:
            for match in WORD.finditer(bare(text)):
                # What says nothing in the question's own language must not match another language's word.
                if not self._analyzers[first].analyze(match[0]):
                    continue
                for language in languages:
                    for stem in self._analyzers[language].analyze(match[0]):
                        weights[language, stem] = max(weights.get((language, stem), 0.0), weight)
                        words.setdefault((language, stem), match[0].lower())
        searcher = self._index.searcher()
        total = max(int(searcher.num_docs), 1)
        terms: dict[Term, tuple[float, float]] = {}
        for (language, stem), weight in weights.items():
            seen = max(searcher.doc_freq(f"{name}_{language}", stem) for name in OWN)
            # What no entry in this language holds cannot match, but it does make a match less complete.
            if seen or language == first:
                terms[language, stem] = (weight, math.log(1 + (total - seen + 0.5) / (seen + 0.5)))
        kept = sorted(terms, key=lambda term: -terms[term][0] * terms[term][1])[:MAX_TERMS]
        return Question({term: terms[term] for term in kept}, words, scope)

    def frequency(self, word: str, language: str | None, *, as_is: bool = False) -> int:
        """Give how many entries have a word in any of its forms; a word that says nothing is in all.

        `as_is`: 0 for a form of another word.
        """
        field = _field_of(language)
        stems = self._analyzers[field].analyze(word)
        if as_is and stems != [word]:
            return 0
        searcher = self._index.searcher()
        seen = (max(searcher.doc_freq(f"{name}_{field}", stem) for name in OWN) for stem in stems)
        return min(seen, default=int(searcher.num_docs))

    def search(self, question: Question, k: int) -> list[tuple[int, float]]:
        """Give the `k` best `(key, BM25 score)`, best first."""
        return self._run(self._within(question), k)

    def scores(self, question: Question, keys: Sequence[int]) -> dict[int, float]:
        """Give the scores of these keys; one that shares no word with the question is left out."""
        if not keys:
            return {}
        chosen = Query.const_score_query(Query.term_set_query(self._schema, "key", list(keys)), 0.0)
        words = self._words(question)
        return dict(self._run(Query.boolean_query([(Occur.Must, chosen), (Occur.Must, words)]), len(keys)))

    def matched(self, question: Question, text: str) -> list[str]:
        """Give the question's own words that `text` shares with it, the most telling first."""
        text = bare(text)
        stems = {language: set(self._analyzers[language].analyze(text)) for language in STEMMERS}
        found = [term for term in question.terms if term[1] in stems[term[0]]]
        found.sort(key=lambda term: -question.terms[term][0] * question.terms[term][1])
        return list(dict.fromkeys(question.words[term] for term in found))

    def _run(self, query: Query, k: int) -> list[tuple[int, float]]:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit=k, count=False).hits
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        return [(int(key or 0), float(score)) for key, (score, _) in zip(keys, hits, strict=True)]

    def _words(self, question: Question) -> Query:
        wanted = []
        for (language, stem), (weight, _) in question.terms.items():
            for name, boost in FIELDS.items():
                term = Query.term_query(self._schema, f"{name}_{language}", stem, index_option="freq")
                wanted.append((Occur.Should, Query.boost_query(term, weight * boost)))
        return Query.boolean_query(wanted) if wanted else Query.empty_query()

    def _within(self, question: Question) -> Query:
        scope = question.scope
        limits: list[tuple[str, list[str]]] = []
        if scope.brand is not None:
            limits.append(("brand", [scope.brand, ANY]))
        if scope.language is not None:
            limits.append(("language", [scope.language, ANY]))
        if scope.public_only:
            limits.append(("public", ["yes"]))
        parts = [(Occur.Must, self._words(question))]
        for name, values in limits:
            allowed = Query.term_set_query(self._schema, name, values)
            parts.append((Occur.Must, Query.const_score_query(allowed, 0.0)))
        return Query.boolean_query(parts) if limits else parts[0][1]


def _field_of(language: str | None) -> str:
    return language if language in STEMMERS else "en"


def _analyzer(language: str) -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(40))
        .filter(Filter.lowercase())
        .filter(Filter.custom_stopword(STOP_WORDS[language]))
        .filter(Filter.stemmer(STEMMERS[language]))
        .filter(Filter.ascii_fold())
        .build()
    )
