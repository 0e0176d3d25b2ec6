"""Case summaries against people's: ROUGE with the best of several references, and the facts they must hold."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from statistics import mean

from rouge_score.rouge_scorer import RougeScorer

from assist.case import Case, CaseMessage
from assist.evaluation.data import Data, Row
from assist.evaluation.result import Case as Shown
from assist.evaluation.result import Result, result
from assist.evaluation.summary_facts import ANNOTATED, annotated, measures, stability
from assist.generation.engine import Ladder
from assist.generation.extractive_summary import case_cues
from assist.generation.prompts import Prompts
from assist.generation.telling import name_of
from assist.helpdesk import Author
from assist.settings import Settings

NAME = "summary"
FOLDER = "summaries"
ORDER = 4
MEASURES = {"rouge1": "rouge1", "rouge2": "rouge2", "rougeL": "rougeLsum"}
_SPEAKER = re.compile(r"^(#Person\d#):\s*", re.MULTILINE)
_APOSTROPHE = re.compile(r"(?<=\w) ?['’] ?(s|t|m|re|ve|ll|d)\b", re.IGNORECASE)
_OFFERS = re.compile(
    r"\b(?:(?:can|may|could) (?:i|we) (?:help|be of|do for|assist|take your order)|what can (?:i|we) do)\b",
    re.IGNORECASE,
)


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Summarise every conversation with the engine that is set, then the cases with annotated facts."""
    ladder = Ladder(settings, Prompts.load())
    scorer = RougeScorer(list(MEASURES.values()), use_stemmer=True)
    try:
        for file in data.datasets(FOLDER):
            rows = data.rows(file)
            tell(f"{file.stem}: {len(rows):,} conversations …")
            items: dict[str, dict[str, list[float]]] = {}
            seconds, shown = [], []
            for number, row in enumerate(rows, start=1):
                case = _case(number, row)
                began = time.perf_counter()
                summary = ladder.summarise(case, None)
                seconds.append(time.perf_counter() - began)
                for name, text in {"": summary.text, **plain(case)}.items():
                    for measure, value in _rouge(scorer, text, row["references"]).items():
                        items.setdefault(name, {}).setdefault(measure, []).append(value)
                whole = "\n".join(f"{m.author}: {m.text}" for m in case.messages)
                shown.append(Shown(row["id"], items[""]["rouge1"][-1], whole, row["references"][0], summary.text))
            own = items.pop("")
            yield result(NAME, file.stem, own, baseline=items, seconds=seconds, engine=ladder.first_model, cases=shown)
        if ANNOTATED.exists():
            yield _facts(data, ladder, tell)
    finally:
        ladder.close()


def plain(case: Case) -> dict[str, str]:
    """Give what needs no engine; once as it stands, once with who says it, as people's summaries and ours tell."""
    first = next((m for m in case.messages if m.author == Author.CUSTOMER), None)
    last = next((m for m in reversed(case.messages) if m.author == Author.AGENT), None)
    ends = [message for message in (first, last) if message is not None]
    cues = case_cues(case)
    return {
        "lead-3": "\n".join(m.text for m in case.messages[:3]),
        "first customer + last agent": "\n".join(m.text for m in ends),
        "lead-3, with speakers": "\n".join(f"{name_of(m, case, cues)}: {m.text}" for m in case.messages[:3]),
        "first customer + last agent, with speakers": "\n".join(f"{name_of(m, case, cues)}: {m.text}" for m in ends),
    }


def _facts(data: Data, ladder: Ladder, tell: Callable[[str], None]) -> Result:
    cases = list(annotated(data))[: data.limit]
    tell(f"facts: {len(cases):,} annotated cases …")
    items: dict[str, list[float]] = {}
    others: dict[str, dict[str, list[float]]] = {}
    seconds, shown = [], []
    for one in cases:
        began = time.perf_counter()
        summary = ladder.summarise(one.case, None)
        seconds.append(time.perf_counter() - began)
        measured = measures(summary.text, one)
        measured["stable"] = [stability(one.case, ladder.summarise)]
        for name, values in measured.items():
            items.setdefault(name, []).extend(values)
        for baseline, text in plain(one.case).items():
            for name, values in measures(text, one).items():
                others.setdefault(baseline, {}).setdefault(name, []).extend(values)
        whole = "\n".join(f"{m.author}: {m.text}" for m in one.case.messages)
        wanted = "; ".join(f"{fact.kind}: {fact.words.pattern}" for fact in one.facts)
        shown.append(Shown(one.id, mean(measured["fact_coverage"]), whole, wanted, summary.text))
    return result(
        NAME,
        "facts",
        items,
        n=len(cases),
        baseline=others,
        seconds=seconds,
        engine=ladder.first_model,
        cases=shown,
    )


def _rouge(scorer: RougeScorer, text: str, references: list[str]) -> dict[str, float]:
    scores: list[Mapping[str, float]] = []
    for reference in references:
        found = scorer.score(reference, text)
        scores.append({name: 100 * found[kind].fmeasure for name, kind in MEASURES.items()})
    return {name: max(score[name] for score in scores) for name in MEASURES}


def _case(number: int, row: Row) -> Case:
    messages, speakers = (row["messages"], {}) if row.get("messages") else _spoken(row["dialogue"])
    return Case(
        ticket_id=number,
        language="en",
        messages=[
            CaseMessage(position=position, author=Author(message["author"]), text=message["text"])
            for position, message in enumerate(messages, start=1)
        ],
        speakers=speakers,
    )


def _spoken(dialogue: str) -> tuple[list[Row], dict[Author, str]]:
    """Turn a dialogue into messages, with the speakers' names: who offers to help is the agent, else who speaks second.

    The source writes "I ' m" for "I'm".
    """
    dialogue = _APOSTROPHE.sub(lambda match: "'" + match[1].lower(), dialogue)
    parts = _SPEAKER.split(dialogue)[1:]
    turns = list(zip(parts[::2], parts[1::2], strict=True))
    agent = next((who for who, text in turns if _OFFERS.search(text)), "#Person2#")
    customer = next((who for who, _ in turns if who != agent), "#Person1#")
    messages = [{"author": "agent" if who == agent else "customer", "text": text.strip()} for who, text in turns]
    return messages, {Author.CUSTOMER: customer, Author.AGENT: agent}
