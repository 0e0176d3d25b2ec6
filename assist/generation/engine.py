"""The ladder of engines: a chat model where one is set, the rules beneath it, and the bare sources at the bottom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import structlog

from assist.case import Case, CaseSummary, Source, SourceQuery
from assist.errors import EngineUnavailable, NeedsModel
from assist.generation.calls import ModelCaller, OnCall
from assist.generation.chains import with_rules_beneath
from assist.generation.deltas import (
    RULES_VERSION,
    Answer,
    CallRecord,
    Delta,
    Engine,
    EngineStarted,
    Finished,
    Rewritten,
    SentencesReady,
    SourcesReady,
    SummaryReady,
    TextDelta,
)
from assist.generation.extractive_answer import answer as answer_by_rules
from assist.generation.extractive_summary import summarise as summarise_by_rules
from assist.generation.lines import Cancelled
from assist.generation.llm_draft import answer_with, reply_values
from assist.generation.llm_judge import judge_with
from assist.generation.llm_rewrite import rewrite_with
from assist.generation.llm_summary import summarise_with
from assist.generation.models import ChatModel, connect_chat_model
from assist.generation.prompts import Prompts
from assist.generation.rewrite import rewrite as rewrite_by_rules
from assist.generation.suggestion import Suggestion
from assist.governance.permits import Engine as Permitted
from assist.governance.permits import Permits, Purpose
from assist.governance.reasons import NotPermitted, why
from assist.outgoing import Destination, Sent, release
from assist.settings import Settings

__all__ = [
    "RULES_VERSION",
    "Answer",
    "CallRecord",
    "Delta",
    "EngineStarted",
    "Finished",
    "Ladder",
    "Rewritten",
    "SentencesReady",
    "SourcesReady",
    "SummaryReady",
    "TextDelta",
]
Retrieve = Callable[[SourceQuery], list[Source]]
RULES = Permitted("extractive", "extractive", "extractive")
log = structlog.get_logger(__name__)


class Ladder:
    """Makes suggestions, edits, answers and summaries with the best engine that works right now.

    `chat` overrides the model of the settings; `clock` is the circuit's; without `permits` every engine may be asked.
    """

    def __init__(
        self,
        settings: Settings,
        prompts: Prompts,
        *,
        chat: ChatModel | None = None,
        clock: Callable[[], float] = time.monotonic,
        permits: Permits | None = None,
    ) -> None:
        model = chat or connect_chat_model(settings)
        self._permits = permits
        self._settings = settings
        self._prompts = prompts
        self._caller = ModelCaller(model, settings, clock, permits) if model is not None else None

    @property
    def first_engine(self) -> Engine:
        """Name the engine that would speak first now; an open circuit passes the model over."""
        return "llm" if self._caller is not None and self._caller.circuit.closed else "extractive"

    @property
    def first_model(self) -> str:
        """Name the model of `first_engine`."""
        return self._caller.chat.name if self._caller is not None and self.first_engine == "llm" else "extractive"

    def suggest(
        self,
        case: Case,
        *,
        previous_summary: CaseSummary | None,
        retrieve: Retrieve,
        instruction: str | None = None,
        cancel: threading.Event,
        on_call: OnCall,
        purpose: Purpose | None = None,
        draft: bool = True,
    ) -> Iterator[Delta]:
        """Yield a suggestion piece by piece, `Finished` last; it just ends, without `Finished`, once `cancel` is set.

        What the cache knows comes first. Raises `NeedsModel` for an instruction when no model is set, and what
        `retrieve` raises. `purpose`: for whom, where the case does not tell it all. Without `draft`
        summary and sources are all there is, and no model is asked.
        """
        if instruction and draft and self._caller is None:
            raise NeedsModel(
                "following an instruction needs a chat model, and none is set",
                where="suggest",
                hint="Leave the instruction out, or set ASSIST_CHAT_MODEL.",
            )
        purpose = purpose or _purpose_of(case)
        caller, instead = self._caller_for(purpose) if draft else (None, {})
        work = Suggestion(
            case,
            caller,
            self._prompts,
            self._settings,
            instruction=instruction,
            cancel=cancel,
            on_call=on_call,
            instead=instead,
            rules_off=lambda: self._refusal(RULES, purpose),
            draft=draft,
        )
        return work.run(previous_summary, retrieve)

    def preview(self, case: Case, sources: list[Source], instruction: str | None) -> Sent:
        """Give what a model would be sent for a reply, through the same door; nothing is sent."""
        prompt = self._prompts["reply"]
        to = self._caller.chat.destination if self._caller is not None else Destination("chat", "")
        texts = prompt.messages(**reply_values(case, sources, instruction))
        return Sent(to, prompt.task, tuple(release(texts, to=to, task=prompt.task)))

    def summarise(
        self,
        case: Case,
        previous: CaseSummary | None,
        *,
        cancel: threading.Event | None = None,
        on_call: OnCall | None = None,
    ) -> CaseSummary:
        """Give the summary of a case, from the model where it manages, else from the rules."""
        rules = summarise_by_rules(case, previous)
        if self._caller is None or not case.messages:
            return rules
        caller = self._caller.working_for(_purpose_of(case))
        prompt = self._prompts["summary"]
        step = with_rules_beneath(
            lambda known: summarise_with(
                caller, prompt, known, rules, cancel=cancel or threading.Event(), on_call=on_call or _ignore
            ),
            lambda _: rules,
            (EngineUnavailable,),
        )
        return step.invoke(case)

    def rewrite(
        self,
        text: str,
        *,
        action: str,
        instruction: str | None,
        case: Case,
        sources: list[Source],
        cancel: threading.Event,
        on_call: OnCall | None = None,
    ) -> Rewritten:
        """Change a text: `shorter`, `friendlier`, `formal`, `spelling` or `instruction`.

        Raises `NeedsModel` for an instruction without a model, `EngineUnavailable` when the model it needs fails or no
        engine may be asked.
        """
        purpose = _purpose_of(case)
        if self._caller is not None:
            try:
                return rewrite_with(
                    self._caller.working_for(purpose),
                    self._prompts["rewrite"],
                    text,
                    action,
                    instruction,
                    case,
                    sources,
                    cancel=cancel,
                    on_call=on_call or _ignore,
                )
            except Cancelled:
                return Rewritten(text, "llm")
            except EngineUnavailable as error:
                if action == "instruction":
                    raise
                log.info("rules take over an edit", reason=error.message)
        self._require(RULES, purpose)
        return rewrite_by_rules(text, action, case, sources)

    def answer(
        self,
        *,
        question: str,
        history: list[str],
        sources: list[Source],
        language: str,
        cancel: threading.Event | None = None,
        purpose: Purpose | None = None,
        by_rules: bool = False,
    ) -> Answer:
        """Answer a customer's question from numbered public sources, or abstain; `calls` is for the ledger.

        `by_rules`: no model is asked. Raises `NotPermitted` when no engine may be asked.
        """
        sources = [source.model_copy(update={"n": n}) for n, source in enumerate(sources, 1)]
        calls: list[CallRecord] = []
        began = time.perf_counter()
        sentences, abstained = answer_by_rules(question, history, sources, language)
        small_talk = bool(sentences) and sentences[0].kind == "greeting"
        if self._caller is not None and sources and not small_talk and not by_rules:
            try:
                told = answer_with(
                    self._caller.working_for(purpose or Purpose()),
                    self._prompts["chatbot"],
                    question,
                    history,
                    sources,
                    language,
                    cancel=cancel or threading.Event(),
                    on_call=calls.append,
                )
                return Answer(told, not told, "llm", self._caller.chat.name, calls)
            except Cancelled:
                return Answer([], True, "llm", self._caller.chat.name, calls)
            except EngineUnavailable as error:
                log.info("rules take over an answer", reason=error.message)
        self._require(RULES, purpose or Purpose())
        ms = (time.perf_counter() - began) * 1000
        calls.append(CallRecord("chatbot", "extractive", "extractive", "ok", ms=ms))
        return Answer(sentences, abstained, "extractive", "extractive", calls)

    def judge(self, text: str, evidence: str, *, on_call: OnCall | None = None) -> float:
        """Give the model's verdict on how well a text is supported by evidence, 0 to 1.

        Raises `NeedsModel` when no model is set, `EngineUnavailable` when it fails.
        """
        if self._caller is None:
            raise NeedsModel("a verdict needs a chat model, and none is set", where="judge")
        prompt = self._prompts["judge"]
        return judge_with(self._caller, prompt, text, evidence, cancel=threading.Event(), on_call=on_call or _ignore)

    def _caller_for(self, purpose: Purpose) -> tuple[ModelCaller | None, dict[str, str]]:
        """Give the model's caller if it may be asked now, else why it is not."""
        if self._caller is None:
            return None, {}
        if self.first_engine != "llm":
            return None, why("unavailable")
        caller = self._caller.working_for(purpose)
        refused = caller.refusal()
        return (None, refused.why) if refused is not None else (caller, {})

    def _refusal(self, engine: Permitted, purpose: Purpose) -> NotPermitted | None:
        return self._permits.refusal(engine, purpose) if self._permits is not None else None

    def _require(self, engine: Permitted, purpose: Purpose) -> None:
        if (refused := self._refusal(engine, purpose)) is not None:
            raise refused

    def close(self) -> None:
        """Stop a local model's server; safe to call twice."""
        if self._caller is not None:
            self._caller.chat.close()


def _purpose_of(case: Case) -> Purpose:
    return Purpose(case.ticket_id, case.team)


def _ignore(call: CallRecord) -> None:
    """Drop a record that nobody asked for."""
