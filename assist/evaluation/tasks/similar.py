"""Search: does the right resolved ticket or article come first?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from assist.case import SourceQuery
from assist.evaluation.corpora import corpus_of, filled, shown, text_of
from assist.evaluation.data import Data, Row
from assist.evaluation.ranking import DEPTH, PASSAGES, by_meaning, by_words, documents, score
from assist.evaluation.result import Case, Result, result
from assist.evaluation.workspace import names
from assist.services import Services
from assist.settings import Settings

NAME = "similar"
FOLDER = "similar"
ORDER = 1


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Ask every question of every dataset, without a floor, and hold the ranking against what is relevant."""
    for file in data.datasets(FOLDER):
        rows = data.rows(file)
        corpus = corpus_of(data, file, rows)
        tell(f"{file.stem}: importing {len(corpus):,} …")
        with filled(settings, corpus) as services:
            tell(f"{file.stem}: asking {len(rows):,} …")
            yield _measure(file, rows, corpus, services)


def _measure(file: Path, rows: list[Row], corpus: dict[str, Row], services: Services) -> Result:
    known = names(services)
    numbers = {name: number for number, name in known[0].items()}
    rankings: dict[str, list[str]] = {}
    seconds = []
    for row in rows:
        query = SourceQuery(
            text=row["query"],
            history=row.get("history", []),
            exclude_ticket=numbers.get(row["id"]),
            limit=PASSAGES,
            floor=0.0,
        )
        began = time.perf_counter()
        found = services.retriever.search(query)
        seconds.append(time.perf_counter() - began)
        rankings[row["id"]] = documents(found, *known)
    relevant = {row["id"]: row["relevant"] for row in rows}
    own = score(rankings, relevant)
    texts = {id: text_of(row) for id, row in corpus.items()}
    queries = {row["id"]: row["query"] for row in rows}
    plain = {"bm25": by_words(texts, queries), "encoder": by_meaning(services.encoder, texts, queries)}
    cases = [
        Case(row["id"], first, row["query"], shown(texts, row["relevant"][:1]), shown(texts, rankings[row["id"]][:1]))
        for row, first in zip(rows, own["mrr@10"], strict=True)
    ]
    # A question that is itself a ticket of the corpus must not find itself.
    without = {
        name: {q: [id for id in ids if id != q][:DEPTH] for q, ids in found.items()} for name, found in plain.items()
    }
    return result(
        NAME,
        file.stem,
        own,
        baseline={name: score(found, relevant) for name, found in without.items()},
        seconds=seconds,
        engine=services.encoder.name,
        cases=cases,
    )
