"""Measures of ranked lists, by ir-measures, and the plain retrievers that the product is held against."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import bm25s
import ir_measures
import numpy as np
import Stemmer
from ir_measures import RR, R, Success, nDCG

from assist.case import Source
from assist.retrieval.encoder import Encoder
from assist.retrieval.words import plain

# It tells of every index it builds, at whatever level was asked for.
logging.getLogger("bm25s").setLevel(logging.WARNING)
MEASURES = {"hit@1": Success @ 1, "hit@5": Success @ 5, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10, "recall@10": R @ 10}
DEPTH = 10
# Several passages of one article count as one document.
PASSAGES = 2 * DEPTH


def score(rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    """Give each measure query by query, in the order of `relevant`; a query without an answer scores 0."""
    qrels = {query: dict.fromkeys(ids, 1) for query, ids in relevant.items()}
    run = {query: {id: 1.0 / rank for rank, id in enumerate(rankings.get(query, []), 1)} for query in relevant}
    values = {(m.query_id, m.measure): float(m.value) for m in ir_measures.iter_calc(MEASURES.values(), qrels, run)}
    return {name: [values.get((query, measure), 0.0) for query in relevant] for name, measure in MEASURES.items()}


def documents(sources: Sequence[Source], tickets: Mapping[int, str], articles: Mapping[int, str]) -> list[str]:
    """Give the imported ids of the best `DEPTH` documents among sources, by those of the database."""
    ids = [articles[s.article_id] if s.article_id is not None else tickets[s.ticket_id or 0] for s in sources]
    return list(dict.fromkeys(ids))[:DEPTH]


def by_words(documents: Mapping[str, str], queries: Mapping[str, str], depth: int = DEPTH + 1) -> dict[str, list[str]]:
    """Rank documents by stemmed BM25 (Lucene's variant, k1 1.5, b .75)."""
    stemmer, ids = Stemmer.Stemmer("english"), list(documents)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(documents.values()), stemmer=stemmer, show_progress=False), show_progress=False)
    asked = bm25s.tokenize(list(queries.values()), stemmer=stemmer, show_progress=False)
    found, _ = index.retrieve(asked, k=min(depth, len(ids)), show_progress=False)
    return {query: [ids[at] for at in row] for query, row in zip(queries, found, strict=True)}


def by_meaning(encoder: Encoder, documents: Mapping[str, str], queries: Mapping[str, str]) -> dict[str, list[str]]:
    """Rank documents by the cosine of the product's encoder, one vector a text."""
    ids = list(documents)
    held = encoder.encode([plain(text) for text in documents.values()])
    asked = encoder.encode([plain(text) for text in queries.values()])
    nearest = np.argsort(-(asked @ held.T), axis=1, kind="stable")[:, : DEPTH + 1]
    return {query: [ids[at] for at in row] for query, row in zip(queries, nearest, strict=True)}
