"""Edits a reply with a chat model, and checks that no fact got lost or came in."""

from __future__ import annotations

import re
import threading

from assist.case import Case, Source
from assist.errors import EngineUnavailable
from assist.generation.calls import ModelCaller, OnCall
from assist.generation.deltas import Rewritten
from assist.generation.material import quote, sources_text
from assist.generation.placeholders import placeholders_in, placeholders_of, strip_foreign
from assist.generation.prompts import Prompt

WISHES = {
    "shorter": "Make it clearly shorter: keep every fact and question, leave out courtesy and repetition.",
    "friendlier": "Make it warmer and more personal, without adding facts.",
    "formal": "Make it more formal and polite, without adding facts.",
    "spelling": "Correct spelling, grammar and punctuation only.",
}
# A change of tone or spelling that makes a text this much longer has written another text.
GROWTH = 1.8
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")


def rewrite_with(
    caller: ModelCaller,
    prompt: Prompt,
    text: str,
    action: str,
    instruction: str | None,
    case: Case,
    sources: list[Source],
    *,
    cancel: threading.Event,
    on_call: OnCall,
) -> Rewritten:
    """Give the model's version of a text; raises `EngineUnavailable` when it fails or changes facts."""
    wish = WISHES.get(action) or quote(instruction or "", 2_000)
    values = {"sources": sources_text(sources), "text": quote(text, 12_000), "instruction": wish}
    raw = "".join(caller.stream(prompt, values, cancel=cancel, on_call=on_call))
    own = placeholders_of(case) | placeholders_in(text)
    changed, _ = strip_foreign(re.sub(r"</?data>", "", raw), own)
    changed = re.sub(r"[ \t]*\[\d{1,2}\]", "", changed).strip()
    if not changed:
        raise EngineUnavailable("the model gave no text", where=caller.chat.name)
    allowed = " ".join([text, wish, *(s.text for s in sources), *(m.text for m in case.messages)])
    added = sorted(set(_FIGURES.findall(_plain(changed))) - set(_FIGURES.findall(_plain(allowed))))
    lost = sorted((placeholders_in(text) - placeholders_in(changed)) if action != "instruction" else set())
    gone = set(_FIGURES.findall(_plain(text))) - set(_FIGURES.findall(_plain(changed)))
    keeps = action in {"friendlier", "formal", "spelling"}
    if added or (keeps and (lost or gone or len(changed) > GROWTH * len(text) + 80)):
        raise EngineUnavailable("the model changed facts of the text", where=caller.chat.name)
    return Rewritten(changed, "llm", [f"{name} was left out." for name in lost])


def _plain(text: str) -> str:
    return re.sub(r"<[A-Z_]+_\d+>", "", text)
