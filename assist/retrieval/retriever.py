"""Finds sources for a case: by meaning and by words, filtered, fused, with the why beside every one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
import structlog
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field
from sqlmodel import col

from assist.case import Source, SourceQuery
from assist.errors import EngineUnavailable
from assist.helpdesk import Visibility
from assist.outgoing import inside
from assist.retrieval.catalogue import Unit, ticket_key
from assist.retrieval.courtesy import without_courtesy
from assist.retrieval.encoder import Encoder, Vectors, unit
from assist.retrieval.index import RecordIndex
from assist.retrieval.lexical import Question, Scope
from assist.retrieval.ranking import Outcome, cosine, for_everybody, relevance, with_outcome
from assist.retrieval.turns import with_turns
from assist.retrieval.who import whoever
from assist.retrieval.words import fold, language_of, plain
from assist.settings import Settings
from assist.store.database import Database
from assist.store.models import Article, Record, now

CANDIDATES = 50
# Earlier turns say what the question is about, but the question decides.
HISTORY_WORDS = 0.4
HISTORY_MEANING = 0.3
HISTORY_CHARS = 2_000
# A case asks several things at once at most times; each more costs one short text to encode.
ASPECTS = 2
# Two sources this alike say the same; the lower one only takes room.
SAME = 0.95
MATCHED_TERMS = 8
# Rows read for every source wanted: some will say the same as a better one, or fall below the floor by their outcome.
SPARE = 3
COLUMNS = (
    col(Record.id),
    col(Record.kind),
    col(Record.ticket_id),
    col(Record.article_id),
    col(Record.title),
    col(Record.text),
    col(Record.brand),
    col(Record.language),
    col(Record.visibility),
    col(Record.facts),
    col(Record.vector),
    col(Record.created_at),
    col(Article.url),
    col(Article.reviewed_at),
)
Row = sa.Row[Any]
log = structlog.get_logger(__name__)


@dataclass
class Candidate:
    """A unit with what is known about it for one question."""

    unit: Unit
    share: float
    cosine: float
    known: bool
    relevance: float = 0.0
    score: float = 0.0
    rows: dict[str, Row] = field(default_factory=dict)
    vectors: dict[str, Vectors] = field(default_factory=dict)

    @property
    def main(self) -> Row | None:
        """The record whose text is quoted: the resolution, or the passage."""
        return self.rows.get("resolution") or self.rows.get("article")


class Retriever:
    """Searches tickets and articles. Safe to share between threads."""

    def __init__(self, database: Database, encoder: Encoder, index: RecordIndex, settings: Settings) -> None:
        self._database = database
        self._encoder = encoder
        self._index = index
        self._settings = settings
        # Meaning and words are looked up side by side: both are native code that lets other threads run.
        self._beside = ThreadPoolExecutor(max_workers=os.cpu_count() or 2, thread_name_prefix="meaning")

    def search(self, query: SourceQuery) -> list[Source]:
        """Give at most `query.limit` sources above the floor, best first, numbered from 1; none is an honest answer.

        More follow them where `query.tickets` asks for more tickets.
        When the embedding server does not answer, words alone decide.
        """
        if not query.text.strip():
            return []
        scope = Scope(fold(query.brand), language_of(query.language), query.audience == "public")
        topics = self._index.carried(query.text, query.dialogue or query.history)
        query = self._to_the_point(query, scope)
        meaning = self._beside.submit(inside(self._near), query, topics, scope)
        question = self._index.ask(_weighted(query, topics), scope)
        words = dict(self._index.worded(question, CANDIDATES + 1))
        vectors, near = meaning.result()
        excluded = ticket_key(query.exclude_ticket) if query.exclude_ticket is not None else None
        units = [found for found in dict.fromkeys([*words, *near]) if found.key != excluded]
        candidates = self._weigh(units, words, question, topics, vectors, alone=not query.history)
        floor = query.floor if query.floor is not None else self._settings.score_floor
        ordered = sorted(candidates, key=lambda candidate: -candidate.relevance)
        ordered = [candidate for candidate in ordered if candidate.relevance >= floor]
        tickets = [candidate for candidate in ordered if not candidate.unit.is_passage][: SPARE * query.tickets]
        likely = list({c.unit.key: c for c in [*ordered[: SPARE * query.limit], *tickets]}.values())
        self._read(likely, scope)
        kept = [candidate for candidate in likely if candidate.main is not None and candidate.score >= floor]
        kept = _distinct(sorted(kept, key=lambda candidate: -candidate.score), query.limit, query.tickets)
        sources = [self._source(n, candidate, question, topics) for n, candidate in enumerate(kept, 1)]
        with self._database.reading() as session:
            return with_turns(session, sources)

    def as_runnable(self, **options: Any) -> BaseRetriever:
        """Give a LangChain retriever; `options` are fields of `SourceQuery`, such as `audience="public"`."""
        return SourceRetriever(retriever=self, options=options)

    def _to_the_point(self, query: SourceQuery, scope: Scope) -> SourceQuery:
        """Give the query without courtesy, slips and who asks, and without a history that says nothing else.

        How politely and carefully somebody writes, and who it is, must not change what is found.
        """
        said = [query.text, "\n".join(query.history), *query.aspects]
        text, history, *aspects = (self._index.mended(whoever(without_courtesy(part)), scope).strip() for part in said)
        behind = [history] if history and history != text else []
        return query.model_copy(update={"text": text, "aspects": aspects, "history": behind})

    def _encode(self, query: SourceQuery, topics: frozenset[str]) -> list[Vectors]:
        """Give the vector of the question, moved towards its history, and one of each aspect; none: no encoder."""
        history = "" if topics else "\n".join(query.history)[-HISTORY_CHARS:]
        behind = [plain(history)] if history else []
        aspects = [aspect for text in query.aspects[:ASPECTS] if (aspect := plain(text))]
        try:
            vectors = self._encoder.encode([plain(query.text), *behind, *aspects])
        except EngineUnavailable as error:
            log.warning("searching by words alone", reason=str(error))
            return []
        question: Vectors = vectors[0]
        if behind:
            question = unit((1 - HISTORY_MEANING) * vectors[:1] + HISTORY_MEANING * vectors[1:2])[0]
        return [question, *vectors[1 + len(behind) :]]

    def _near(self, query: SourceQuery, topics: frozenset[str], scope: Scope) -> tuple[list[Vectors], list[Unit]]:
        vectors = self._encode(query, topics)
        found = [self._index.near(vector, 2 * CANDIDATES, scope)[: CANDIDATES + 1] for vector in vectors]
        found += [self._index.near_about(vector, CANDIDATES, topics, scope) for vector in vectors[:1]]
        return vectors, [near for some in found for near in some]

    def _weigh(
        self,
        units: Sequence[Unit],
        words: dict[Unit, float],
        question: Question,
        topics: frozenset[str],
        vectors: Sequence[Vectors],
        *,
        alone: bool,
    ) -> list[Candidate]:
        scores = {found.key: score for found, score in words.items()}
        scores |= self._index.word_scores(question, [found.key for found in units if found.key not in scores])
        cosines: dict[int, float] = {}
        for vector in vectors:
            for key, value in self._index.cosines(vector, units).items():
                cosines[key] = max(value, cosines.get(key, -1.0))
        best = question.best or 1.0
        candidates = []
        for found in units:
            share = scores.get(found.key, 0.0) / best
            records = [cosines[key] for key in found.records if key in cosines]
            candidates.append(Candidate(found, share, cosine(records, share), known=bool(records)))
        relevances = relevance(
            np.array([candidate.cosine for candidate in candidates]),
            np.array([candidate.share for candidate in candidates]),
            question.size,
            np.array(self._index.bearing(units, topics)),
            alone=alone,
        )
        for candidate, value in zip(candidates, relevances.tolist(), strict=True):
            candidate.relevance = candidate.score = for_everybody(value) if candidate.unit.is_passage else value
        return candidates

    def _read(self, candidates: Sequence[Candidate], scope: Scope) -> None:
        """Read the rows of these candidates in one query, and let a ticket's outcome move its score."""
        owner = {key: candidate for candidate in candidates for key in candidate.unit.records}
        statement = (
            sa.select(*COLUMNS)
            .outerjoin(Article, col(Article.id) == col(Record.article_id))
            .where(col(Record.id).in_(list(owner)), col(Record.deleted).is_(False))
        )
        with self._database.reading() as session:
            rows: Iterable[Row] = session.connection().execute(statement)
            for row in rows:
                # The database is the truth: what was hidden a moment ago must not appear from an older index.
                if scope.public_only and (row.kind, row.visibility) != ("article", Visibility.PUBLIC):
                    continue
                candidate = owner[row.id]
                candidate.rows[row.kind] = row
                if row.vector is not None:
                    candidate.vectors[row.kind] = np.frombuffer(row.vector, dtype="<f4")
                if row.kind == "resolution":
                    reopened = row.facts.get("outcome") == "reopened"
                    outcome = Outcome(reopened, row.facts.get("csat"), _age_days(row.created_at))
                    candidate.score = with_outcome(candidate.relevance, outcome)

    def _source(self, n: int, candidate: Candidate, question: Question, topics: frozenset[str]) -> Source:
        row = candidate.main
        assert row is not None
        problem = candidate.rows.get("problem")
        is_ticket = row.kind == "resolution"
        carried = [topic for topic in topics if topic == candidate.unit.topic]
        told = "\n".join(part for part in (row.title, problem.text if problem else "", row.text) if part)
        return Source(
            n=n,
            record_id=row.id,
            kind="ticket" if is_ticket else "article",
            ticket_id=row.ticket_id,
            article_id=row.article_id,
            title=row.title,
            text=row.text,
            problem=problem.text if problem else None,
            score=round(candidate.score, 4),
            vector_score=round(min(max(candidate.cosine, 0.0), 1.0), 4) if candidate.known else 0.0,
            lexical_score=round(min(candidate.share, 1.0), 4),
            matched_terms=[*carried, *self._index.matched(question, told)][:MATCHED_TERMS],
            visibility=Visibility(row.visibility),
            brand=row.brand,
            language=row.language,
            intent=row.facts.get("intent"),
            age_days=_age_days(row.created_at),
            reviewed_at=row.reviewed_at,
            url=row.url,
            outcome=row.facts.get("outcome"),
            replies=row.facts.get("replies"),
            csat=row.facts.get("csat"),
        )


class SourceRetriever(BaseRetriever):
    """Shows a retriever to LangChain: a document's text is the source's, its metadata the whole source as JSON."""

    retriever: Any
    options: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, **_kwargs: Any) -> list[Document]:
        sources: list[Source] = self.retriever.search(SourceQuery(text=query, **self.options))
        return [
            Document(id=str(source.record_id), page_content=source.text, metadata=source.model_dump(mode="json"))
            for source in sources
        ]


def _weighted(query: SourceQuery, topics: frozenset[str]) -> list[tuple[str, float]]:
    # What was carried over says what the question is about; the words of the history would only blur it.
    history = "" if topics else "\n".join(query.history)[-HISTORY_CHARS:]
    return [(query.text, 1.0), (history, HISTORY_WORDS)] if history else [(query.text, 1.0)]


def _distinct(ordered: Sequence[Candidate], limit: int, tickets: int) -> list[Candidate]:
    """Leave out what is said twice, and what comes after the limit unless it is a ticket that is still wanted."""
    kept: list[Candidate] = []
    for candidate in ordered:
        wanted = not candidate.unit.is_passage and sum(not one.unit.is_passage for one in kept) < tickets
        if (len(kept) < limit or wanted) and not any(_alike(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _alike(one: Candidate, other: Candidate) -> bool:
    if one.rows.keys() != other.rows.keys():
        return False
    for kind, row in one.rows.items():
        mine, theirs = one.vectors.get(kind), other.vectors.get(kind)
        same_text = row.text == other.rows[kind].text
        if not same_text and (mine is None or theirs is None or float(mine @ theirs) < SAME):
            return False
    return True


def _age_days(at: datetime) -> int:
    return max((now() - at).days, 0)
