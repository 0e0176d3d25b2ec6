"""Search: does the right resolved ticket or article come first?"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assist.case import SourceQuery
from assist.errors import InvalidInput
from assist.evaluation.data import Data, Row
from assist.evaluation.ranking import DEPTH, by_meaning, by_words, score
from assist.evaluation.result import Case, Result, result
from assist.evaluation.workspace import names, workspace
from assist.services import Services
from assist.settings import Settings

NAME = "similar"
FOLDER = "similar"
ORDER = 1
# With a limit, a corpus keeps what is relevant and this many others for each question.
OTHERS = 10
_FILES = re.compile(r"[\w*/.-]+\.jsonl")
_EQUALS = re.compile(r"\((\w+)=([^)]+)\)")


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Ask every question of every dataset, without a floor, and hold the ranking against what is relevant."""
    for file in data.datasets(FOLDER):
        rows = data.rows(file)
        corpus = _corpus(data, file, rows)
        tell(f"{file.stem}: importing {len(corpus):,} …")
        tickets = [row for row in corpus.values() if "messages" in row]
        articles = [_as_article(row) for row in corpus.values() if "messages" not in row]
        with workspace(settings, tickets=tickets, articles=articles) as services:
            tell(f"{file.stem}: asking {len(rows):,} …")
            yield _measure(file, rows, corpus, services)


def _measure(file: Path, rows: list[Row], corpus: dict[str, Row], services: Services) -> Result:
    tickets, articles = names(services)
    numbers = {name: number for number, name in tickets.items()}
    rankings: dict[str, list[str]] = {}
    seconds = []
    for row in rows:
        query = SourceQuery(
            text=row["query"],
            history=row.get("history", []),
            exclude_ticket=numbers.get(row["id"]),
            limit=DEPTH,
            floor=0.0,
        )
        began = time.perf_counter()
        found = services.retriever.search(query)
        seconds.append(time.perf_counter() - began)
        ids = [articles[s.article_id] if s.article_id is not None else tickets[s.ticket_id or 0] for s in found]
        rankings[row["id"]] = list(dict.fromkeys(ids))
    relevant = {row["id"]: row["relevant"] for row in rows}
    own = score(rankings, relevant)
    texts = {id: _text(row) for id, row in corpus.items()}
    queries = {row["id"]: row["query"] for row in rows}
    plain = {"bm25": by_words(texts, queries), "encoder": by_meaning(services.encoder, texts, queries)}
    cases = [
        Case(row["id"], first, row["query"], _shown(texts, row["relevant"][:1]), _shown(texts, rankings[row["id"]][:1]))
        for row, first in zip(rows, own["mrr@10"], strict=True)
    ]
    # A question that is itself a ticket of the corpus must not find itself.
    without = {name: {q: [id for id in ids if id != q] for q, ids in found.items()} for name, found in plain.items()}
    return result(
        NAME,
        file.stem,
        own,
        baseline={name: score(found, relevant) for name, found in without.items()},
        seconds=seconds,
        engine=services.encoder.name,
        cases=cases,
    )


def _corpus(data: Data, file: Path, rows: list[Row]) -> dict[str, Row]:
    """Give the documents that the rows' `corpus` names, by id: file patterns, and conditions on a field.

    Raises `InvalidInput` when there are no rows, or no documents to search.
    """
    if not rows:
        raise InvalidInput(f"{file} has no rows", where="eval", hint="Fetch the data anew, or remove the file.")
    told = rows[0]["corpus"]
    every: dict[str, Row] = {}
    for pattern in _FILES.findall(told):
        every |= {row["id"]: row for row in data.corpus(pattern)}
    for name, value in _EQUALS.findall(told):
        every = {id: row for id, row in every.items() if row.get(name) == value}
    if "intent not null" in told:
        every = {id: row for id, row in every.items() if row.get("intent") not in (None, "OTHER")}
    if not every:
        raise InvalidInput(f"{file}: its corpus {told!r} is empty", where="eval", hint="It lies under --data.")
    if data.limit is None:
        return every
    wanted = {id for row in rows for id in row["relevant"]} | {row["id"] for row in rows}
    others = [id for id in every if id not in wanted]
    # A fixed seed: two runs must search the same documents.
    spare = random.Random(data.seed).sample(others, min(OTHERS * data.limit, len(others)))  # noqa: S311
    kept = wanted.union(spare)
    return {id: row for id, row in every.items() if id in kept}


def _text(row: Row) -> str:
    """Give a document as the plain retrievers read it: the whole conversation, or title and text."""
    parts = (
        [m["text"] for m in row["messages"]] if "messages" in row else [row.get("entity"), row["title"], row["text"]]
    )
    return "\n".join(part for part in parts if part)


def _as_article(row: Row) -> dict[str, Any]:
    title = f"{row['entity']}: {row['title']}" if row.get("entity") and row.get("title") else row.get("title")
    return {"id": row["id"], "title": title or row.get("entity") or row["text"][:80], "text": row["text"]}


def _shown(texts: dict[str, str], ids: list[str]) -> str:
    return " ".join(f"{id}: {texts.get(id, '')[:240]}" for id in ids)
