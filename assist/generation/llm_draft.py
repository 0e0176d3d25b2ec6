"""Drafts a reply or an answer with a chat model: prompt in, streamed text through the citation gate, sentences out."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from assist.case import Case, Sentence, Source
from assist.errors import EngineUnavailable
from assist.generation.calls import Deadline, ModelCaller, OnCall
from assist.generation.citations import CitationGate, Piece
from assist.generation.cues import cues_for
from assist.generation.extractive_summary import case_cues
from assist.generation.material import case_text, language_name, newest_text, quote, sources_text, told
from assist.generation.placeholders import placeholders_in, placeholders_of
from assist.generation.prompts import Prompt
from assist.helpdesk import Author


def reply_gate(case: Case, sources: list[Source]) -> CitationGate:
    """Give the gate for a draft: the case's own placeholders pass, its messages may be repeated uncited."""
    told = " ".join(m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal)
    return CitationGate(sources, placeholders_of(case), f"{case.subject or ''} {told}", case_cues(case))


def reply_values(case: Case, sources: list[Source], instruction: str | None) -> dict[str, str]:
    """Give what fills the slots of the prompt for a reply."""
    return {
        "language": language_name(case.language),
        "sources": sources_text(sources) or "(none)",
        "case": case_text(case),
        "newest": newest_text(case),
        "instruction": f"The agent asks: {quote(instruction, 2_000)}\n" if instruction else "",
    }


def reply_with(
    caller: ModelCaller,
    prompt: Prompt,
    gate: CitationGate,
    case: Case,
    instruction: str | None,
    *,
    cancel: threading.Event,
    on_call: OnCall,
    deadline: Deadline,
) -> Iterator[Piece]:
    """Stream a reply through the gate; raises `EngineUnavailable` or `Cancelled`."""
    values = reply_values(case, gate.sources, instruction)
    for text in caller.stream(prompt, values, cancel=cancel, on_call=on_call, deadline=deadline):
        yield from gate.feed(text)
    yield from gate.finish()


def answer_with(
    caller: ModelCaller,
    prompt: Prompt,
    question: str,
    history: list[str],
    sources: list[Source],
    language: str,
    *,
    cancel: threading.Event,
    on_call: OnCall,
) -> list[Sentence]:
    """Give the chatbot's answer: cited sentences only, for nobody checks them; empty when the sources do not answer.

    Raises `EngineUnavailable` when the model answers without citing anything.
    """
    gate = CitationGate(sources, placeholders_in(question), question, cues_for(language, question))
    values = {
        "language": language_name(language),
        "sources": sources_text(sources),
        "history": "\n".join(told(turn, 500) for turn in history[-4:]) or "(none)",
        "question": told(question, 2_000),
    }
    pieces: list[Piece] = []
    for text in caller.stream(prompt, values, cancel=cancel, on_call=on_call):
        pieces += gate.feed(text)
    pieces += gate.finish()
    cited = [piece.sentence for piece in pieces if piece.sentence is not None and piece.sentence.kind == "sourced"]
    if not cited and not gate.abstained:
        raise EngineUnavailable("the model's answer cites no source", where=caller.chat.name)
    return cited
