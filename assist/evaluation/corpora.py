"""The documents that questions are asked of: whole conversations or articles, as files name them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assist.errors import InvalidInput
from assist.evaluation.data import Data, Row
from assist.evaluation.workspace import workspace
from assist.services import Services
from assist.settings import Settings

# With a limit, a corpus keeps what is relevant and this many others for each question.
OTHERS = 10
_FILES = re.compile(r"[\w*/.-]+\.jsonl")
_EQUALS = re.compile(r"\((\w+)=([^)]+)\)")


def corpus_of(data: Data, file: Path, rows: list[Row]) -> dict[str, Row]:
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


def are_articles(corpus: dict[str, Row]) -> bool:
    """Tell whether all documents are articles, none a conversation."""
    return not any("messages" in row for row in corpus.values())


@contextmanager
def filled(settings: Settings, corpus: dict[str, Row]) -> Iterator[Services]:
    """Give services whose home holds the documents; tasks of one run that ask the same documents share it."""
    tickets = [row for row in corpus.values() if "messages" in row]
    articles = [as_article(row) for row in corpus.values() if "messages" not in row]
    with workspace(settings, tickets=tickets, articles=articles, shared=True) as services:
        yield services


def text_of(row: Row) -> str:
    """Give a document as the plain retrievers read it: the whole conversation, or title and text."""
    parts = (
        [m["text"] for m in row["messages"]] if "messages" in row else [row.get("entity"), row["title"], row["text"]]
    )
    return "\n".join(part for part in parts if part)


def as_article(row: Row) -> dict[str, Any]:
    """Give a document as the product imports articles; the thing it is about stands before its question."""
    title = f"{row['entity']}: {row['title']}" if row.get("entity") and row.get("title") else row.get("title")
    return {"id": row["id"], "title": title or row.get("entity") or row["text"][:80], "text": row["text"]}


def shown(texts: dict[str, str], ids: list[str]) -> str:
    """Give the beginning of each of these documents for the report."""
    return " ".join(f"{id}: {texts.get(id, '')[:240]}" for id in ids)
