"""One suggestion on its way down the ladder: summary and sources first, then the draft."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import structlog

from assist.case import Case, CaseSummary, Draft, Sentence, Source, SourceQuery
from assist.errors import EngineUnavailable
from assist.generation.calls import Deadline, ModelCaller, OnCall
from assist.generation.chains import suggestion_chain
from assist.generation.colleagues import VOTERS, Advice, advise
from assist.generation.deltas import (
    CallRecord,
    Delta,
    EngineStarted,
    Finished,
    SentencesReady,
    SourcesReady,
    SummaryReady,
    TextDelta,
)
from assist.generation.extractive_draft import Drafted, draft, open_questions, question_of, subject_of
from assist.generation.extractive_summary import case_cues, summarise
from assist.generation.lines import Cancelled
from assist.generation.llm_draft import reply_gate, reply_with
from assist.generation.llm_summary import summarise_with
from assist.generation.passages import Candidate
from assist.generation.prompts import Prompts
from assist.governance.reasons import NotPermitted, why
from assist.helpdesk import Author
from assist.settings import Settings

HISTORY = 3
# What was spoken of longer ago is no longer what the newest question is about.
DIALOGUE = 12
# A case of fewer messages has nothing that a model could sum up better than the rules.
WORTH_SUMMING_UP = 3
# Below this many seconds left, a model's summary is not begun.
LEAST_LEFT_S = 1.0
log = structlog.get_logger(__name__)


class Suggestion:
    """The work of one suggestion; `run` may be called once."""

    def __init__(
        self,
        case: Case,
        caller: ModelCaller | None,
        prompts: Prompts,
        settings: Settings,
        *,
        instruction: str | None,
        cancel: threading.Event,
        on_call: OnCall,
        instead: dict[str, str] | None = None,
        rules_off: Callable[[], NotPermitted | None] = lambda: None,
        draft: bool = True,
    ) -> None:
        """`instead`: why the model is not asked, although there is one; `rules_off` tells why the rules are not."""
        self._case = case
        self._caller = caller
        self._prompts = prompts
        self._settings = settings
        self._instruction = instruction
        self._cancel = cancel
        self._on_call = on_call
        self._calls: list[CallRecord] = []
        self._deadline = Deadline(settings.chat_deadline_s)
        self._finished: Finished | None = None
        self._instead = instead or {}
        self._rules_off = rules_off
        self._wanted = draft
        # What colleagues do in such a case, for the rules to quote.
        self._advice = Advice()

    def run(self, previous: CaseSummary | None, retrieve: Callable[[SourceQuery], list[Source]]) -> Iterator[Delta]:
        """Yield the deltas in the order in which they are known."""
        if previous is not None:
            yield SummaryReady(previous)
        chain = suggestion_chain(
            self._summarise, lambda case, summary: self._find(case, summary, retrieve), self._draft
        )
        summary: CaseSummary | None = None
        try:
            for chunk in chain.stream({"case": self._case, "previous": previous}):
                if "summary" in chunk:
                    summary = chunk["summary"]
                    if summary != previous:
                        yield SummaryReady(summary)
                if "sources" in chunk:
                    yield SourcesReady(chunk["sources"])
                if "draft" in chunk:
                    yield chunk["draft"]
            if summary is not None and self._finished is not None:
                yield from self._better_summary(summary, self._finished)
                yield self._sum_up(self._finished)
        except Cancelled:
            return
        finally:
            # Here and not where they are made: the chain's steps run in threads of LangChain's.
            for call in self._calls:
                self._on_call(call)

    def _summarise(self, case: Case, previous: CaseSummary | None) -> CaseSummary:
        last = case.messages[-1].position if case.messages else 0
        if previous is not None and previous.upto == last:
            return previous
        began = time.perf_counter()
        summary = summarise(case, previous)
        self._calls.append(_by_rules("summary", began))
        return summary

    def _find(self, case: Case, summary: CaseSummary, retrieve: Callable[[SourceQuery], list[Source]]) -> list[Source]:
        told = [m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal]
        question, subject = question_of(case, summary), subject_of(case)
        text = question if subject.lower() in question.lower() else f"{subject}. {question}"
        if not text.strip():
            return []
        query = SourceQuery(
            text=text,
            aspects=[subject, *open_questions(case, summary)] if subject else open_questions(case, summary)[1:],
            history=told[-HISTORY:],
            dialogue=[subject, *(m.text for m in case.messages if not m.internal)][-DIALOGUE:],
            brand=case.brand,
            language=case.language,
            exclude_ticket=case.ticket_id,
            limit=self._settings.sources,
            # A model writes its own sentences; only the rules ask what colleagues said.
            tickets=0 if self._caller else VOTERS,
            floor=0.0,
        )
        near = retrieve(query)
        sources = [s for s in near if s.score >= self._settings.score_floor][: self._settings.sources]
        if self._caller is None:
            self._advice = advise(case, near, case_cues(case))
        # What is quoted must be there to be read, though it may not answer by itself.
        known = {source.record_id for source in sources}
        quoted = {one.source.record_id: one.source for one in [*self._advice.sentences, *self._advice.opening]}
        others = [source for id, source in quoted.items() if id not in known]
        numbered = self._number([*sources, *others])
        if others:
            said = self._cited(case, summary, numbered)
            numbered = self._number([source for source in numbered if source.record_id in known or source.n in said])
        return numbered

    def _number(self, sources: list[Source]) -> list[Source]:
        """Number the sources from 1, also where colleagues' sentences name them."""
        numbered = [source.model_copy(update={"n": n}) for n, source in enumerate(sources, 1)]
        by_record = {source.record_id: source for source in numbered}
        self._advice = replace(
            self._advice,
            sentences=[_from(one, by_record) for one in self._advice.sentences],
            opening=[_from(one, by_record) for one in self._advice.opening],
        )
        return numbered

    def _cited(self, case: Case, summary: CaseSummary, sources: list[Source]) -> set[int]:
        """Give the numbers that the drafts by rules would name; a fault in the rules shows when they draft."""
        with suppress(Exception):
            drafts = self._rules(case, summary, sources).drafts
            return {n for one in drafts for sentence in one.sentences for n in sentence.sources}
        return set()

    def _rules(self, case: Case, summary: CaseSummary, sources: list[Source]) -> Drafted:
        answering = [source for source in sources if source.score >= self._settings.score_floor]
        return draft(case, summary, answering, self._advice)

    def _draft(self, case: Case, summary: CaseSummary, sources: list[Source]) -> Iterator[Delta]:
        """Go down the ladder. Without a source and a wish there is nothing to say, so no model is asked."""
        if not self._wanted:
            self._finished = Finished("sources", "sources", [], True, [])
            return
        if self._caller is not None and (sources or self._instruction):
            try:
                yield from self._draft_by_model(self._caller, case, summary, sources)
                return
            except EngineUnavailable as error:
                log.info("rules take over a draft", ticket=case.ticket_id, reason=error.message)
                self._instead = error.why if isinstance(error, NotPermitted) else why("unavailable")
        # Asked now and not before the model was: the switch may have cut its call.
        if (off := self._rules_off()) is not None:
            yield EngineStarted("sources", "sources", off.why)
            self._finished = Finished("sources", "sources", [], not sources, [])
            return
        if self._cancel.is_set():
            raise Cancelled
        try:
            yield from self._draft_by_rules(case, summary, sources)
        except Exception as error:
            # A fault in the rules must not take the sources away from the agent.
            log.exception("rules failed on a case", ticket=case.ticket_id, error=type(error).__name__)
            yield EngineStarted("sources", "sources", self._instead)
            self._finished = Finished("sources", "sources", [], not sources, [])

    def _draft_by_model(
        self, caller: ModelCaller, case: Case, summary: CaseSummary, sources: list[Source]
    ) -> Iterator[Delta]:
        prompt, gate = self._prompts["reply"], reply_gate(case, sources)
        yield EngineStarted("llm", caller.chat.name)
        told: list[Sentence] = []
        for piece in reply_with(
            caller,
            prompt,
            gate,
            case,
            self._instruction,
            cancel=self._cancel,
            on_call=self._calls.append,
            deadline=self._deadline,
        ):
            if piece.sentence is not None:
                told.append(piece.sentence)
                yield SentencesReady(0, [piece.sentence])
            elif piece.append:
                yield TextDelta(0, piece.append)
        if not told and not gate.abstained:
            raise EngineUnavailable("the model gave no text", where=caller.chat.name)
        rules = draft(case, summary, sources if self._rules_off() is None else [])
        others = [] if rules.abstained else rules.drafts[:2]
        drafts = [] if gate.abstained else [Draft(sentences=told), *_relabel(others)]
        missing = draft(case, summary, []).missing if gate.abstained else rules.missing
        self._finished = Finished(
            "llm", caller.chat.name, drafts, gate.abstained, missing, prompt_version=prompt.version
        )

    def _draft_by_rules(self, case: Case, summary: CaseSummary, sources: list[Source]) -> Iterator[Delta]:
        began = time.perf_counter()
        drafted = self._rules(case, summary, sources)
        self._calls.append(_by_rules("reply", began))
        yield EngineStarted("extractive", "extractive", self._instead)
        for index, one in enumerate(drafted.drafts):
            yield SentencesReady(index, one.sentences)
        self._finished = Finished("extractive", "extractive", drafted.drafts, drafted.abstained, drafted.missing)

    def _better_summary(self, rules: CaseSummary, finished: Finished) -> Iterator[Delta]:
        """Let a model that has just proved itself sum the case up, with the time that is left; the draft is out."""
        caller = self._caller
        stale = rules.engine != "llm" and len(self._case.messages) >= WORTH_SUMMING_UP
        if caller is None or finished.engine != "llm" or not stale or self._deadline.left < LEAST_LEFT_S:
            return
        try:
            yield SummaryReady(
                summarise_with(
                    caller,
                    self._prompts["summary"],
                    self._case,
                    rules,
                    cancel=self._cancel,
                    on_call=self._calls.append,
                    deadline=self._deadline,
                )
            )
        except EngineUnavailable as error:
            log.info("rules keep the summary", ticket=self._case.ticket_id, reason=error.message)

    def _sum_up(self, finished: Finished) -> Finished:
        return Finished(
            finished.engine,
            finished.model,
            finished.drafts,
            finished.abstained,
            finished.missing,
            sum(call.tokens_in for call in self._calls),
            sum(call.tokens_out for call in self._calls),
            sum(call.cost for call in self._calls),
            finished.prompt_version,
        )


def _from(one: Candidate, sources: dict[int, Source]) -> Candidate:
    return replace(one, source=sources.get(one.source.record_id, one.source))


def _by_rules(task: str, began: float) -> CallRecord:
    return CallRecord(task, "extractive", "extractive", "ok", ms=(time.perf_counter() - began) * 1000)


def _relabel(drafts: list[Draft]) -> list[Draft]:
    return [draft.model_copy(update={"label": draft.label or "from sources"}) for draft in drafts]
