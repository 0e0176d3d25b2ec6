"""Articles for customers: does the chatbot's search find the right one, and nothing where there is no answer?"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assist.case import Source, SourceQuery
from assist.evaluation.corpora import are_articles, corpus_of, filled, shown, text_of
from assist.evaluation.data import Data, Row
from assist.evaluation.ranking import PASSAGES, by_meaning, by_words, documents, score
from assist.evaluation.result import Case, Result, result
from assist.evaluation.workspace import names
from assist.services import Services
from assist.settings import Settings

NAME = "articles"
FOLDER = "similar"
ORDER = 2
# Questions of other domains, to see whether the floor holds.
FOREIGN = 200


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Ask as the chatbot asks, of every dataset whose documents are articles."""
    asked = {file: data.rows(file) for file in data.datasets(FOLDER)}
    for file, rows in asked.items():
        corpus = corpus_of(data, file, rows)
        if not are_articles(corpus):
            continue
        foreign = _foreign(data, asked, rows)
        tell(f"{file.stem}: importing {len(corpus):,} …")
        with filled(settings, corpus) as services:
            tell(f"{file.stem}: asking {len(rows):,}, and {len(foreign)} of other domains …")
            yield _measure(file, rows, foreign, corpus, services)


def _foreign(data: Data, asked: dict[Path, list[Row]], rows: list[Row]) -> list[str]:
    """Give questions of the datasets that ask other documents, as many of each."""
    others = [found for found in asked.values() if found and found[0]["corpus"] != rows[0]["corpus"]]
    # A fixed seed: two runs must ask the same.
    dice = random.Random(data.seed)  # noqa: S311
    return [row["query"] for found in others for row in dice.sample(found, min(FOREIGN // len(others), len(found)))]


def _measure(file: Path, rows: list[Row], foreign: list[str], corpus: dict[str, Row], services: Services) -> Result:
    known = names(services)
    floor = services.settings.score_floor
    seconds: list[float] = []

    def ask(text: str, history: Sequence[str] = ()) -> list[Source]:
        query = SourceQuery(text=text, history=list(history), audience="public", limit=PASSAGES, floor=0.0)
        began = time.perf_counter()
        found = services.retriever.search(query)
        seconds.append(time.perf_counter() - began)
        return found

    found = {row["id"]: ask(row["query"], row.get("history", [])) for row in rows}
    rankings = {id: documents(sources, *known) for id, sources in found.items()}
    relevant = {row["id"]: row["relevant"] for row in rows}
    own = score(rankings, relevant)
    own["answered"] = [float(_passes(found[row["id"]], floor)) for row in rows]
    if foreign:
        own["abstained"] = [float(not _passes(ask(text), floor)) for text in foreign]
    before = [row["history"] for row in rows if row.get("history")]
    if foreign and before:
        # A question that leaves the subject in the middle of a conversation.
        own["abstained.in_dialogue"] = [
            float(not _passes(ask(text, before[at % len(before)]), floor)) for at, text in enumerate(foreign)
        ]
    texts = {id: text_of(row) for id, row in corpus.items()}
    queries = {row["id"]: row["query"] for row in rows}
    plain = {"bm25": by_words(texts, queries), "encoder": by_meaning(services.encoder, texts, queries)}
    cases = [
        Case(row["id"], first, row["query"], shown(texts, row["relevant"][:1]), shown(texts, rankings[row["id"]][:1]))
        for row, first in zip(rows, own["mrr@10"], strict=True)
    ]
    return result(
        NAME,
        file.stem,
        own,
        baseline={name: score(ranked, relevant) for name, ranked in plain.items()},
        n=len(rows),
        seconds=seconds,
        engine=services.encoder.name,
        cases=cases,
    )


def _passes(sources: list[Source], floor: float) -> bool:
    """Tell whether anything would be shown: what is over the floor stands first."""
    return bool(sources) and sources[0].score >= floor
