"""Reply drafts against what the colleague really did, on real conversations cut off before an answer.

Each conversation is asked before its first answer and before one later answer. A draft counts as the agent sees it:
where the engine abstains, its first questions count, and no draft counts nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from assist.case import Draft, Source
from assist.evaluation.checks import is_told, leaks, planted, says_something, without_planted
from assist.evaluation.data import Data, Row
from assist.evaluation.held_out import Answered, answered, suggest
from assist.evaluation.ranking import by_words
from assist.evaluation.result import Case as Shown
from assist.evaluation.result import Result, result
from assist.evaluation.sampling import EVERY, OTHERS, held_out, without_twins
from assist.evaluation.trades import of_trade, trades
from assist.evaluation.usefulness import likeness
from assist.evaluation.workspace import names, workspace
from assist.generation.placeholders import placeholders_in, placeholders_of
from assist.retrieval.words import plain
from assist.services import Services
from assist.settings import Settings

NAME = "reply"
FOLDER = "tickets"
ORDER = 5
ARTICLES, FOREIGN = 100, 150
WHOLE_CHARS = 1_500


@dataclass(frozen=True)
class Outcome:
    """What the engine made of one place where a colleague answered."""

    asked: Answered
    sources: list[Source]
    draft: Draft | None
    abstained: bool
    seconds: float

    @property
    def text(self) -> str:
        """What the agent reads, masked; empty without a draft."""
        return self.draft.text if self.draft else ""


@dataclass(frozen=True)
class Part:
    """What came of one set of tickets: outcomes, and what the plain means reply.

    `restored`: the drafts as the agent reads them. `leaked`: how many values of others each holds.
    """

    outcomes: list[Outcome]
    restored: list[str]
    leaked: list[int]
    replies: dict[str, list[str]]


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Ask for a draft at every sampled place, and again with another trade's tickets alone."""
    files = data.datasets(FOLDER)
    carriers = trades(files)
    asked_at: dict[Path, list[Answered]] = {}
    found: list[tuple[Path, Callable[[list[float]], Result]]] = []
    for file in files:
        parts: list[Part] = []
        for corpus, asked in without_twins(data, file):
            spared = {row["id"] for row in asked}
            new = [row for row in asked if row["id"] not in {held["id"] for held in corpus}]
            articles = _near_articles(data, asked)
            tell(f"{file.stem}: importing {len(corpus) + len(new):,} tickets and {len(articles):,} articles …")
            with workspace(settings, tickets=planted(corpus, spared), articles=articles, unresolved=new) as services:
                places = held_out(services, spared, data.seed)
                tell(f"{file.stem}: asking {len(places):,} …")
                parts.append(_part(services, [ask(services, place) for place in places]))
                engine = services.ladder.first_model
        asked_at[file] = [one.asked for part in parts for one in part.outcomes]
        found.append((file, partial(_measure, file, parts, engine)))
    abstained: dict[Path, list[float]] = defaultdict(list)
    for carrier in (True, False):
        foreign = of_trade(files, carriers, not carrier, FOREIGN if data.limit is None else OTHERS * data.limit)
        tell(f"asking again, with {len(foreign):,} tickets of another trade …")
        with workspace(settings, tickets=foreign) as elsewhere:
            for file, places in asked_at.items():
                alike = [place for place in places if foreign and carriers[place.external_id] is carrier]
                abstained[file] += [float(ask(elsewhere, _unbranded(place)).abstained) for place in alike]
    for file, measure in found:
        yield measure(abstained[file])


def ask(services: Services, place: Answered) -> Outcome:
    """Let the product's ladder draft at a place, with the product's retriever."""
    made = suggest(services, place.case)
    draft = made.finished.drafts[0] if made.finished.drafts else None
    return Outcome(place, made.sources, draft, made.finished.abstained, made.seconds)


def _measure(
    file: Path,
    parts: list[Part],
    engine: str,
    abstained: list[float],
) -> Result:
    outcomes = [one for part in parts for one in part.outcomes]
    restored = [text for part in parts for text in part.restored]
    plain_replies = {name: [text for part in parts for text in part.replies[name]] for name in parts[0].replies}
    told = [likeness(one.text, one.asked.reply) for one in outcomes]
    both = [(action + facts) / 2 for action, facts in told]
    plain = {
        name: [likeness(t, o.asked.reply) for t, o in zip(texts, outcomes, strict=True)]
        for name, texts in plain_replies.items()
    }
    useful = {name: [(action + facts) / 2 for action, facts in values] for name, values in plain.items()}
    drafted = [n for n, one in enumerate(outcomes) if not one.abstained]
    items = {
        "supported": _supported(outcomes),
        "abstained": abstained,
        "usefulness": both,
        "usefulness.action": [action for action, _ in told],
        "usefulness.facts": [facts for _, facts in told],
        "usefulness.drafted": [both[n] for n in drafted],
        "usefulness_gain": [ours - theirs for ours, theirs in zip(both, useful["nearest"], strict=True)],
        "usefulness_gain.drafted": [both[n] - useful["nearest"][n] for n in drafted],
        "usefulness_gain.bm25": [ours - theirs for ours, theirs in zip(both, useful["bm25"], strict=True)],
        "usefulness_gain.majority": [ours - theirs for ours, theirs in zip(both, useful["majority"], strict=True)],
        "drafted": [float(not one.abstained) for one in outcomes],
        "placeholders": [
            float(bool(placeholders_in(one.text) - placeholders_of(one.asked.case) or placeholders_in(text)))
            for one, text in zip(outcomes, restored, strict=True)
        ],
        "leaked": [float(count) for part in parts for count in part.leaked],
    }
    baseline = {
        name: {
            "usefulness": useful[name],
            "usefulness.action": [action for action, _ in values],
            "usefulness.facts": [facts for _, facts in values],
            "usefulness.drafted": [useful[name][n] for n in drafted],
        }
        for name, values in plain.items()
    }
    shown = [
        Shown(f"{o.asked.external_id}:{o.asked.position}", value, o.asked.asked[-800:], o.asked.reply, o.text)
        for o, value in zip(outcomes, both, strict=True)
    ]
    return result(
        NAME,
        file.stem,
        {name: values for name, values in items.items() if values},
        baseline=baseline,
        seconds=[one.seconds for one in outcomes],
        engine=engine,
        cases=shown,
    )


def _supported(outcomes: list[Outcome]) -> list[float]:
    """Give for each draft the share of its sentences with a claim whose words stand in a source that they cite."""
    shares = []
    for one in outcomes:
        if one.draft is None or one.abstained:
            continue
        texts = {source.n: [source.text, *(turn.said for turn in source.turns)] for source in one.sources}
        claims = [s for s in one.draft.sentences if s.sources or says_something(s.text, one.asked.asked)]
        if claims:
            found = [is_told(s.text, [text for n in s.sources for text in texts.get(n, [])]) for s in claims]
            shares.append(sum(found) / len(claims))
    return shares


def _unbranded(place: Answered) -> Answered:
    """Leave the brand out, so that it is not the brand's filter that finds nothing."""
    return replace(place, case=place.case.model_copy(update={"brand": None, "ticket_id": 0}))


def _baselines(services: Services, places: list[Answered]) -> dict[str, list[str]]:
    """Give the reply to the most similar place of another ticket, by meaning and by words, and the most usual reply."""
    every = [replace(one, reply=without_planted(one.reply)) for one in answered(services, per_ticket=EVERY)]
    held = {f"{one.external_id}:{one.position}": one for one in every}
    texts = {key: one.asked[-WHOLE_CHARS:] for key, one in held.items()}
    queries = {f"{one.external_id}:{one.position}": one.asked[-WHOLE_CHARS:] for one in places}
    vectors = services.encoder.encode([plain(text) for text in texts.values()])
    asked = services.encoder.encode([plain(text) for text in queries.values()])
    keys = list(held)
    meant = {q: [keys[at] for at in np.argsort(-row)[:50]] for q, row in zip(queries, asked @ vectors.T, strict=True)}
    worded = by_words(texts, queries, depth=50)
    replies = services.encoder.encode([plain(one.reply) for one in every])
    usual = every[int(np.argmax((replies @ replies.T).sum(axis=1)))].reply

    def first(ranked: dict[str, list[str]], place: Answered) -> str:
        found = ranked[f"{place.external_id}:{place.position}"]
        return next((held[key].reply for key in found if held[key].external_id != place.external_id), "")

    return {
        "nearest": [first(meant, place) for place in places],
        "bm25": [first(worded, place) for place in places],
        "majority": [usual for _ in places],
    }


def _part(services: Services, outcomes: list[Outcome]) -> Part:
    """Hold drafts, as the agent reads them, against every ticket's masked values in the clear."""
    tickets, _ = names(services)
    with services.database.reading() as session:
        values = {
            name: frozenset(services.vault.open(session, number).values().values()) for number, name in tickets.items()
        }
        restored = [services.vault.open(session, one.asked.case.ticket_id).restore(one.text) for one in outcomes]
    leaked = [
        len(leaks(text, one.asked.asked, values, one.asked.external_id))
        for one, text in zip(outcomes, restored, strict=True)
    ]
    return Part(outcomes, restored, leaked, _baselines(services, [one.asked for one in outcomes]))


def _near_articles(data: Data, asked: Sequence[Row]) -> list[Row]:
    """Give the articles that the asked tickets' first messages have most words in common with."""
    articles = {row["id"]: row for row in data.corpus("articles/articles.jsonl")}
    if not articles or any(row.get("brand") for row in asked):
        return []
    first = {row["id"]: str(row["messages"][0]["text"]) for row in asked}
    ranked = by_words({id: f"{row['title']}\n{row['text']}" for id, row in articles.items()}, first)
    wanted = [found[rank] for rank in range(10) for found in ranked.values() if rank < len(found)]
    most = ARTICLES if data.limit is None else OTHERS * data.limit
    return [articles[id] for id in list(dict.fromkeys(wanted))[:most]]
