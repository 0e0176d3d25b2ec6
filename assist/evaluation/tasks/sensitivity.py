"""Whether how a message is written, or who signs it, changes what is found, how a case is triaged, and its tone.

The newest customer message of real cases is written otherwise; of names, genders and origins two versions are held
against each other. Counted are cases for which a source is shown before the change.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assist.case import Case, Source, SourceQuery, TriageResult
from assist.evaluation.data import Data
from assist.evaluation.held_out import Answered, answered
from assist.evaluation.perturb import COUNTERFACTUALS, PERTURBATIONS, signed, swapped
from assist.evaluation.ranking import by_meaning, by_words
from assist.evaluation.result import Case as Shown
from assist.evaluation.result import Result, result
from assist.evaluation.sampling import held_out, sampled
from assist.evaluation.workspace import names, workspace
from assist.generation.engine import Finished, SummaryReady
from assist.helpdesk import Author
from assist.services import Services
from assist.settings import Settings

NAME = "sensitivity"
FOLDER = "tickets"
ORDER = 7
CASES = 100
FIXED = ("greeting", "closing")


@dataclass(frozen=True)
class Seen:
    """What the product makes of a case: the first source, triage, and the tone of summary and draft."""

    top: tuple[str, int] | None
    nearest: tuple[str, int] | None
    triage: tuple[str | None, ...]
    tone: tuple[str, ...]
    seconds: float


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Write every sampled case in all ways and hold what the product makes of each against the first."""
    for file in data.datasets(FOLDER):
        corpus, asked = sampled(data, file)
        new = [row for row in asked if row["id"] not in {held["id"] for held in corpus}]
        tell(f"{file.stem}: importing {len(corpus) + len(new):,} tickets …")
        with workspace(settings, tickets=corpus, unresolved=new) as services:
            services.triage.train()
            places = held_out(services, {row["id"] for row in asked}, data.seed)
            tell(f"{file.stem}: asking {len(places):,} …")
            kept = [(place, seen) for place in places if (seen := see(services, place.case)).top is not None]
            kept = kept[: CASES if data.limit is None else data.limit]
            if kept:
                tell(f"{file.stem}: {len(kept):,} cases show a source; writing them otherwise …")
                yield _measure(file, services, kept)


def see(services: Services, case: Case) -> Seen:
    """Let the product make a suggestion for a case as it stands."""
    found: list[Source] = []

    def retrieve(query: SourceQuery) -> list[Source]:
        found.extend(services.retriever.search(query))
        return found

    began = time.perf_counter()
    mood, finished = "", None
    for delta in services.ladder.suggest(
        case, previous_summary=None, retrieve=retrieve, cancel=threading.Event(), on_call=lambda _: None
    ):
        if isinstance(delta, SummaryReady):
            mood = delta.summary.mood.label
        elif isinstance(delta, Finished):
            finished = delta
    seconds = time.perf_counter() - began
    drafts = finished.drafts if finished else []
    dress = [s.text for s in drafts[0].sentences if s.kind in FIXED] if drafts else []
    floor = services.settings.score_floor

    return Seen(
        top=next((_name(source) for source in found if source.score >= floor), None),
        nearest=next((_name(source) for source in found), None),
        triage=_triaged(services.triage.of(case)),
        # Whom it greets is the one thing that may differ.
        tone=(mood, *(text for text in dress if not text.startswith(("Hi ", "Hello", "Guten")))),
        seconds=seconds,
    )


def _name(source: Source) -> tuple[str, int]:
    return source.kind, source.ticket_id or source.article_id or 0


def _triaged(told: TriageResult) -> tuple[str | None, ...]:
    return (told.intent.value, told.urgency.value, told.sentiment.value, told.team.value)


def _measure(file: Path, services: Services, kept: Sequence[tuple[Answered, Seen]]) -> Result:
    items: dict[str, list[float]] = defaultdict(list)
    seconds: list[float] = []
    shown: list[Shown] = []
    texts: dict[str, dict[str, list[str]]] = {}
    for number, (place, before) in enumerate(kept):
        newest = _newest(place.case)
        written = {"": [newest]}
        for name, ways in PERTURBATIONS.items():
            written[name] = [way(newest) for way in ways]
            after = [see(services, _with(place.case, text)) for text in written[name]]
            seconds += [one.seconds for one in after]
            _note(items, name, [(before, one) for one in after])
            if before.top != after[0].top:
                shown.append(_shown(services, place, name, written[name][0], before, after[0]))
        for name, pairs in COUNTERFACTUALS.items():
            versions = [_versions(services, place, name, pair) for pair in pairs]
            _note(items, name, [(see(services, one), see(services, other)) for one, other in versions], tone=True)
        texts[str(number)] = written
    return result(
        NAME,
        file.stem,
        items,
        baseline=_baselines(services, [place for place, _ in kept], texts),
        seconds=seconds,
        engine=services.encoder.name,
        cases=shown,
    )


def _note(items: dict[str, list[float]], name: str, pairs: list[tuple[Seen, Seen]], *, tone: bool = False) -> None:
    """Add one case's row for a change: the share of its versions that differ."""

    def share(of: Callable[[Seen], object]) -> float:
        return sum(of(one) != of(other) for one, other in pairs) / len(pairs)

    items[f"changed.{name}"].append(share(lambda seen: seen.top))
    items[f"changed_nearest.{name}"].append(share(lambda seen: seen.nearest))
    items[f"changed_triage.{name}"].append(share(lambda seen: seen.triage))
    if tone:
        items[f"changed_tone.{name}"].append(share(lambda seen: seen.tone))


def _newest(case: Case) -> str:
    told = [message.text for message in case.messages if message.author == Author.CUSTOMER]
    return told[-1]


def _with(case: Case, text: str) -> Case:
    """Give the case with another newest customer message."""
    at = max(n for n, message in enumerate(case.messages) if message.author == Author.CUSTOMER)
    messages = [
        message.model_copy(update={"text": text}) if n == at else message for n, message in enumerate(case.messages)
    ]
    return case.model_copy(update={"messages": messages})


def _versions(services: Services, place: Answered, name: str, pair: tuple[str, str]) -> tuple[Case, Case]:
    """Give the case as two people would have written it, each masked as a new message is."""
    newest = _newest(place.case)
    with services.database.session() as session:
        raw = services.vault.open(session, place.case.ticket_id).restore(newest)
        texts = [signed(raw, pair[0]), signed(swapped(raw) if name == "gender" else raw, pair[1])]
        # Each in a session that is thrown away: one version must not teach the vault for the other.
        session.rollback()
    masked = []
    for text in texts:
        with services.database.session() as session:
            masked.append(services.masker.mask(session, place.case.ticket_id, [text])[0])
            session.rollback()
    return _with(place.case, masked[0]), _with(place.case, masked[1])


def _baselines(
    services: Services, places: Sequence[Answered], texts: Mapping[str, Mapping[str, list[str]]]
) -> dict[str, dict[str, list[float]]]:
    """Give how often the nearest ticket by words alone and by the encoder alone changes, for the same messages."""
    numbers, _ = names(services)
    corpus = {place.external_id: f"{place.asked}\n{place.reply}" for place in answered(services, per_ticket=10_000)}
    queries = {
        f"{case}|{name}|{n}": text
        for case, written in texts.items()
        for name, ways in written.items()
        for n, text in enumerate(ways)
    }
    own = {str(number): numbers[place.case.ticket_id] for number, place in enumerate(places)}
    out: dict[str, dict[str, list[float]]] = {}
    for baseline, ranked in (
        ("bm25", by_words(corpus, queries)),
        ("encoder", by_meaning(services.encoder, corpus, queries)),
    ):
        top = {
            query: next((id for id in found if id != own[query.split("|")[0]]), "") for query, found in ranked.items()
        }
        out[baseline] = {
            f"changed.{name}": [
                sum(top[f"{case}||0"] != top[f"{case}|{name}|{n}"] for n in range(len(ways))) / len(ways)
                for case, ways in ((case, written[name]) for case, written in texts.items())
            ]
            for name in PERTURBATIONS
        }
    return out


def _shown(services: Services, place: Answered, name: str, text: str, before: Seen, after: Seen) -> Shown:
    tickets, _ = names(services)

    def told(seen: Seen) -> str:
        return tickets.get(seen.top[1], "an article") if seen.top else "no source"

    return Shown(f"{place.external_id} {name}", 0.0, f"{_newest(place.case)}\n→ {text}", told(before), told(after))
