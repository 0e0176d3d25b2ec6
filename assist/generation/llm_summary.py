"""Summarises a case with a chat model as JSON, and keeps only lines that the messages bear out."""

from __future__ import annotations

import threading
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from assist.case import Case, CaseLine, CaseMessage, CaseSummary
from assist.errors import EngineUnavailable
from assist.generation.calls import Deadline, ModelCaller, OnCall
from assist.generation.cues import Cues
from assist.generation.extractive_summary import case_cues
from assist.generation.material import case_text, language_name
from assist.generation.placeholders import placeholders_of, strip_foreign
from assist.generation.prompts import Prompt
from assist.generation.sentences import clip
from assist.generation.words import stems
from assist.helpdesk import Author

# Share of a line's content words that its messages must hold.
BORNE_OUT = 0.5
_Line = Annotated[str, StringConstraints(max_length=160)]
_Lines = Annotated[list[_Line], Field(max_length=4)]


class SummaryJson(BaseModel):
    """The shape a model is made to answer in."""

    request: _Line
    done: _Lines
    promised: _Lines
    open: _Lines
    mood: Literal["calm", "friendly", "worried", "impatient", "angry"]
    next_step: _Line


def schema() -> dict[str, object]:
    """Give the JSON schema that is sent with the call."""
    return {"title": "summary", **SummaryJson.model_json_schema(), "additionalProperties": False}


def summarise_with(
    caller: ModelCaller,
    prompt: Prompt,
    case: Case,
    rules: CaseSummary,
    *,
    cancel: threading.Event,
    on_call: OnCall,
    deadline: Deadline | None = None,
) -> CaseSummary:
    """Give the model's summary of a case; `rules` is what the rules made of it.

    Raises `EngineUnavailable` when the model fails, answers in another shape, or says nothing that is borne out.
    """
    values = {"language": language_name(case.language), "case": case_text(case)}
    raw = caller.structured(prompt, values, schema(), cancel=cancel, on_call=on_call, deadline=deadline)
    try:
        told = SummaryJson.model_validate(raw)
    except ValidationError as error:
        raise EngineUnavailable("the model's summary has another shape", where=caller.chat.name) from error
    cues = case_cues(case)
    customers = [m for m in case.messages if m.author == Author.CUSTOMER]
    others = [m for m in case.messages if m.author != Author.CUSTOMER]
    request = _borne_out(told.request, customers, case, cues)
    if request is None:
        raise EngineUnavailable("the model's summary is not about this case", where=caller.chat.name)
    by = {"done": others, "promised": [m for m in others if not m.internal], "open": case.messages}
    lines = {name: _lines(getattr(told, name), messages, case, cues) for name, messages in by.items()}
    mood = rules.mood if told.mood == rules.mood.label else rules.mood.model_copy(update={"label": told.mood})
    step = _borne_out(told.next_step, case.messages, case, cues) or rules.next_step
    return CaseSummary(request=request, mood=mood, next_step=step, upto=rules.upto, engine="llm", **lines)


def _lines(texts: list[str], messages: list[CaseMessage], case: Case, cues: Cues) -> list[CaseLine]:
    found = [line for text in texts if (line := _borne_out(text, messages, case, cues))]
    return list({line.text: line for line in found}.values())


def _borne_out(text: str, messages: list[CaseMessage], case: Case, cues: Cues) -> CaseLine | None:
    """Find the messages that hold a line's words; a line without any, or with a foreign placeholder, is dropped."""
    text, foreign = strip_foreign(text.strip(), placeholders_of(case))
    words = set(stems(text, cues))
    if foreign or not words:
        return None
    shares = {m.position: len(words & set(stems(m.text, cues))) / len(words) for m in messages}
    best = max(shares.values(), default=0.0)
    if best < BORNE_OUT:
        return None
    positions = [position for position, share in shares.items() if share >= max(BORNE_OUT, best - 0.1)][:3]
    internal = any(m.internal for m in case.messages if m.position in positions)
    return CaseLine(text=clip(text), messages=positions, internal=internal)
