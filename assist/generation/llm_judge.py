"""Asks a chat model how well a text is supported by evidence."""

from __future__ import annotations

import threading
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from assist.errors import EngineUnavailable
from assist.generation.calls import Deadline, ModelCaller, OnCall
from assist.generation.material import quote
from assist.generation.prompts import Prompt

TOP = 10
# Characters of evidence and text that are sent at most.
EVIDENCE, TEXT = 24_000, 4_000


class JudgeJson(BaseModel):
    """The shape a model is made to answer in: it names the difference before it scores."""

    difference: Annotated[str, StringConstraints(max_length=200)]
    score: int = Field(ge=0, le=TOP)


def schema() -> dict[str, object]:
    """Give the JSON schema that is sent with the call."""
    return {"title": "judge", **JudgeJson.model_json_schema(), "additionalProperties": False}


def judge_with(
    caller: ModelCaller,
    prompt: Prompt,
    text: str,
    evidence: str,
    *,
    cancel: threading.Event,
    on_call: OnCall,
    deadline: Deadline | None = None,
) -> float:
    """Give the model's verdict, 0 to 1; raises `EngineUnavailable` when it fails or answers in another shape."""
    values = {"evidence": quote(evidence, EVIDENCE), "text": quote(text, TEXT)}
    raw = caller.structured(prompt, values, schema(), cancel=cancel, on_call=on_call, deadline=deadline)
    try:
        return JudgeJson.model_validate(raw).score / TOP
    except ValidationError as error:
        raise EngineUnavailable("the model's verdict has another shape", where=caller.chat.name) from error
