"""Holds what comes from outside - messages, subjects, names, sources - against the input guards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from assist.case import Flag, Source
from assist.guards.inputs import Finding, Place, Received, Screen, gather, parts
from assist.helpdesk import Author
from assist.store.models import Message

KEPT = 4_096
_NAMELIKE = re.compile(r"[^@:;/\\<>{}\[\]|=\n\d]{1,80}")
# A name goes to the vault; its words must not come back in a finding.
_NAME = {
    "en": "The requester’s name does not look like a name: it reads like an instruction or is far too long.",
    "de": "Der Name der Person sieht nicht wie ein Name aus: Er liest sich wie eine Anweisung oder ist zu lang.",
}  # fmt: skip


def is_name(value: str) -> bool:
    """Tell whether a display name can be one: no address, no markup, no list, of bearable length."""
    return _NAMELIKE.fullmatch(value.strip()) is not None


def message_findings(text: str) -> list[Finding]:
    """Give what the guards find in a masked message, each with the part it stands in."""
    found = _screen().check_message(text)
    if not found:
        return []
    own, *others = parts(text)
    by_own = {one.guard for one in _screen().check([own])}
    by_others = {one.guard: one.place for one in _screen().check(others)}
    return [one if one.guard in by_own else replace(one, place=by_others.get(one.guard, one.place)) for one in found]


def head_findings(subject: str | None, name: str | None) -> list[Finding]:
    """Give what the guards find in a masked subject and in a requester's real name."""
    found = _screen().check([Received(subject, "subject")]) if subject else []
    if name and not is_name(name):
        found.append(Finding("prompt_injection", 1.0, (), "name", _NAME))
    elif name:
        found += [replace(one, words=(), why=_NAME) for one in _screen().check([Received(name, "name")])]
    return found


def as_flags(found: Iterable[Finding]) -> list[Flag]:
    """Give findings as they are stored and shown."""
    return [
        Flag(guard=one.guard, why=dict(one.why or {}), place=None if one.place in {"message", "article"} else one.place)
        for one in found
    ]


def flag_head(messages: Sequence[Message], subject: str | None, name: str | None) -> None:
    """Keep what is found in subject and name with the customer's first message, where people look for it."""
    first = next((message for message in messages if message.author == Author.CUSTOMER), None)
    found = head_findings(subject, name) if first is not None else []
    if first is not None and found:
        told = [flag.model_dump() for flag in as_flags(found)]
        first.extra = {**first.extra, "flags": [*first.extra.get("flags", []), *told]}


def screened(sources: Sequence[Source]) -> tuple[list[Source], frozenset[int]]:
    """Give sources with what the guards find in them, and the numbers of those that somebody may have tampered with."""
    flagged, suspects = [], set()
    for source in sources:
        texts = tuple(text for text in (source.title, source.text, source.problem) if text)
        found = _source_findings(texts)
        if any(one.taints for one in found):
            suspects.add(source.n)
        flagged.append(source.model_copy(update={"flags": as_flags(found)}) if found else source)
    return flagged, frozenset(suspects)


@lru_cache(maxsize=KEPT)
def _source_findings(texts: tuple[str, ...]) -> tuple[Finding, ...]:
    place: Place = "article"
    best: dict[str, Finding] = {}
    for found in _screen().check([Received(text, place) for text in texts]):
        best.setdefault(found.guard, found)
    return tuple(best.values())


@cache
def _screen() -> Screen:
    return gather()
