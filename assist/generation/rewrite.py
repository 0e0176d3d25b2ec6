"""Edits a reply by rules: shorter, friendlier, more formal, spelling. Anything else honestly needs a model."""

from __future__ import annotations

import re

from assist.case import Case, Source
from assist.errors import NeedsModel
from assist.generation.cues import Cues, cues_for
from assist.generation.deltas import Rewritten
from assist.generation.sentences import split
from assist.generation.spelling import correct
from assist.generation.words import overlap, stems

# A shorter text keeps at least this part of the sentences that say something.
KEPT = 0.67


def rewrite(text: str, action: str, case: Case, sources: list[Source]) -> Rewritten:
    """Apply one editing tool; raises `NeedsModel` for an instruction, which rules cannot follow."""
    cues = cues_for(case.language, text)
    match action:
        case "shorter":
            changed, notes = _shorter(text, case, sources, cues)
        case "formal" | "friendlier":
            changed, notes = _tone(text, cues.formal if action == "formal" else cues.friendly, cues)
        case "spelling":
            changed, notes = _spelling(text, case, sources, cues)
        case _:
            raise NeedsModel(
                "following an instruction needs a chat model, and none is set",
                where="edit",
                hint="Edit the text by hand, or set ASSIST_CHAT_MODEL.",
            )
    return Rewritten(changed, "extractive", notes or [cues.phrases["note_nothing"]])


def _shorter(text: str, case: Case, sources: list[Source], cues: Cues) -> tuple[str, list[str]]:
    """Drop courtesy first, then what is least about the case; greeting, questions and sign-off stay."""
    paragraphs = [split(paragraph, cues) for paragraph in re.split(r"\n\s*\n", text.strip())]
    flat = [(p, s) for p, sentences in enumerate(paragraphs) for s in sentences]
    courtesy = {(p, s) for p, s in flat if cues.courtesy.match(_bare(s, cues)) and not _frames(s, cues)}
    saying = [(p, s) for p, s in flat if (p, s) not in courtesy and not _frames(s, cues)]
    dropped = set(courtesy)
    if not courtesy and len(saying) > 1:
        about = " ".join([case.subject or "", *(m.text for m in case.messages[-4:]), *(s.text for s in sources[:2])])
        topic = set(stems(about, cues))
        loose = [(p, s) for p, s in saying if not s.endswith("?") and "<" not in s]
        loose.sort(key=lambda item: (overlap(set(stems(item[1], cues)), topic), -flat.index(item)))
        dropped |= set(loose[: max(1, len(saying) - round(KEPT * len(saying)))][: len(saying) - 1])
    kept = [[s for s in sentences if (p, s) not in dropped] for p, sentences in enumerate(paragraphs)]
    changed = "\n\n".join(" ".join(sentences) for sentences in kept if sentences)
    notes = [cues.phrases["note_dropped"].format(what=s) for p, s in flat if (p, s) in dropped]
    return changed, notes


def _bare(sentence: str, cues: Cues) -> str:
    return cues.greeting.sub("", sentence, count=1) or sentence


def _frames(sentence: str, cues: Cues) -> bool:
    """Tell whether a piece is the greeting alone or the sign-off with what stands under it."""
    greeting = cues.greeting.match(sentence)
    alone = greeting is not None and greeting.end() >= len(sentence.strip())
    return alone or any(cues.signoff.match(line) for line in sentence.split("\n"))


def _tone(text: str, rules: tuple[tuple[str, str], ...], cues: Cues) -> tuple[str, list[str]]:
    """Replace tone phrases line by line; what stands in angle brackets or quotation marks of others is not touched."""
    changes: list[str] = []
    lines = []
    for line in text.split("\n"):
        for pattern, replacement in rules:
            after = re.sub(pattern, replacement, line)
            if after != line:
                found = re.search(pattern, line)
                if found and found.group(0).strip():
                    changes.append(f"{found.group(0).strip()} → {found.expand(replacement).strip() or '–'}")
                line = after
        lines.append(re.sub(r"(?<=\S) {2,}", " ", line))
    notes = [cues.phrases["note_tone"].format(what="; ".join(dict.fromkeys(changes)))] if changes else []
    return "\n".join(lines), notes


def _spelling(text: str, case: Case, sources: list[Source], cues: Cues) -> tuple[str, list[str]]:
    names = " ".join(re.findall(r"(?<=[a-zäöüß,;] )[A-ZÄÖÜ]\w+", " ".join(m.text for m in case.messages)))
    own = " ".join(f"{source.title} {source.text}" for source in sources)
    changed, corrected = correct(text, f"{own} {names} {case.brand or ''}", cues)
    return changed, [cues.phrases["note_spelling"].format(what=", ".join(corrected))] if corrected else []
