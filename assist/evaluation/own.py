"""How good search and drafts are on the tickets the team has resolved, each ticket held out while it is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import LCSseq

from assist.errors import InvalidInput
from assist.evaluation.held_out import Answered, answered, suggest
from assist.evaluation.result import Case, Result, result
from assist.generation.engine import Finished

if TYPE_CHECKING:
    from assist.case import Source
    from assist.services import Services

NAME = "own"
CLAIMS = ("sourced", "case", "unsupported")


@dataclass(frozen=True)
class _Outcome:
    held_out: Answered
    sources: list[Source]
    finished: Finished
    seconds: float


def evaluate(
    services: Services, *, sample: int = 200, seed: int = 0, progress: Callable[[int, int], None] = lambda *_: None
) -> Result:
    """Ask for a suggestion as of the first answer of up to `sample` resolved tickets, chosen by `seed`.

    A ticket's own resolution is never among its sources. Raises `InvalidInput` when no ticket is resolved.
    """
    held_out = list(answered(services))
    if not held_out:
        raise InvalidInput(
            "there is no resolved ticket with an answer to measure on",
            where="eval",
            hint="`assist import tickets … --status resolved` brings some; `--demo` uses the demo's.",
        )
    # A fixed seed: two runs ask the same, so that a change can be told from chance.
    random.Random(seed).shuffle(held_out)  # noqa: S311
    outcomes = []
    for number, one in enumerate(held_out[:sample], start=1):
        outcomes.append(_ask(services, one))
        progress(number, min(sample, len(held_out)))
    return result(
        NAME,
        NAME,
        _columns(outcomes),
        seconds=[outcome.seconds for outcome in outcomes],
        engine=services.ladder.first_model,
        cases=[_case(outcome) for outcome in outcomes],
    )


def _ask(services: Services, one: Answered) -> _Outcome:
    made = suggest(services, one.case)
    return _Outcome(one, made.sources, made.finished, made.seconds)


def _columns(outcomes: Sequence[_Outcome]) -> dict[str, list[float]]:
    labelled = [outcome for outcome in outcomes if outcome.held_out.intent and _tickets(outcome)]
    written = [outcome for outcome in outcomes if outcome.finished.drafts and not outcome.finished.abstained]
    columns: dict[str, list[float]] = {
        "a draft was written": [float(not outcome.finished.abstained) for outcome in outcomes],
        "first source has the ticket's intent": [float(_same_intent(one, 1)) for one in labelled],
        "one of five sources has the ticket's intent": [float(_same_intent(one, 5)) for one in labelled],
        "statements with a source": [_sourced(outcome) for outcome in written],
        "words in common with the colleague's answer": [_likeness(outcome) for outcome in written],
    }
    return {name: values for name, values in columns.items() if values}


def _case(outcome: _Outcome) -> Case:
    draft = outcome.finished.drafts[0].text if outcome.finished.drafts else ""
    asked = "\n".join(message.text for message in outcome.held_out.case.messages)
    likeness = _likeness(outcome) if draft else 0.0
    return Case(outcome.held_out.external_id, likeness, asked, outcome.held_out.reply, draft)


def _tickets(outcome: _Outcome) -> list[Source]:
    return [source for source in outcome.sources if source.kind == "ticket"]


def _same_intent(outcome: _Outcome, first: int) -> bool:
    return any(source.intent == outcome.held_out.intent for source in _tickets(outcome)[:first])


def _sourced(outcome: _Outcome) -> float:
    claims = [sentence for sentence in outcome.finished.drafts[0].sentences if sentence.kind in CLAIMS]
    return sum(sentence.kind != "unsupported" for sentence in claims) / len(claims) if claims else 1.0


def _likeness(outcome: _Outcome) -> float:
    """Longest common subsequence of words, as a share of the longer text (ROUGE-L's idea, without its stemming)."""
    draft = outcome.finished.drafts[0].text.casefold().split()
    return float(LCSseq.normalized_similarity(draft, outcome.held_out.reply.casefold().split()))
