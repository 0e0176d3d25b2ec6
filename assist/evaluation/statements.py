"""Rows of the groundedness data: a context, a response, and whether the context supports it."""

from __future__ import annotations

from collections.abc import Sequence

from assist.evaluation.data import Data, Row

FOLDER = "groundedness"
CONTEXTS = f"{FOLDER}/contexts.jsonl"


def with_contexts(data: Data, rows: Sequence[Row]) -> list[Row]:
    """Give rows with the context that `context_id` names filled in."""
    shared = {row["context_id"]: row["context"] for row in data.corpus(CONTEXTS)}
    return [row if "context" in row else {**row, "context": shared[row["context_id"]]} for row in rows]
