"""Turns a model's streamed text into cited sentences, and lets nothing half-read or foreign through.

A partial mark (`[1`) or placeholder (`<PERS`) is held back until it is whole. Marks become the sentence's sources;
numbers that name no source are dropped; placeholders that are not the case's own are removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from assist.case import Sentence, Source
from assist.generation.cues import Cues
from assist.generation.placeholders import strip_foreign
from assist.generation.sentences import split
from assist.generation.words import stems
from assist.helpdesk import Visibility

NO_SOURCE = "NO_SOURCE"
_MARK = re.compile(r"[ \t]*\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]")
_HELD = re.compile(r"[ \t]*(?:\[[\d\s,;]{0,12}|<[/\w -]{0,41})$|[ \t]+$")
_BREAK = re.compile(r"[.!?…][\"'”»)]*(?:[ \t]*\[[\d\s,;]+\])*(?:[ \t]+(?=[^\s\[])|\n+(?=\s*[^\s\[]))|\n+(?=\s*[^\s\[])")
# What a sentence that only repeats the case may leave unsaid there: a third of its words.
CASE_SHARE = 0.66

Kind = Literal["greeting", "sourced", "case", "question", "closing", "unsupported"]


@dataclass(frozen=True)
class Piece:
    """What the gate lets through: text of the sentence under way, or that sentence when it is whole."""

    append: str = ""
    sentence: Sentence | None = None


@dataclass
class CitationGate:
    """Reads chunks with `feed`, then `finish`; `abstained` tells that the model said that no source answers."""

    sources: list[Source]
    own: set[str]
    case_text: str
    cues: Cues
    abstained: bool = False
    removed: list[str] = field(default_factory=list)
    _buffer: str = ""
    _shown: str = ""
    _count: int = 0
    _paragraph: bool = False
    _answered: bool = False

    def feed(self, chunk: str) -> Iterator[Piece]:
        """Take the next chunk; yields what can be shown now."""
        self._buffer += chunk.replace("\r", "")
        if not self._count and NO_SOURCE.startswith(self._buffer.strip()[: len(NO_SOURCE)]):
            # It may still become the word for "no source answers this".
            return
        while (end := self._boundary()) is not None:
            whole, self._buffer = self._buffer[:end], self._buffer[end:]
            yield from self._close(whole)
        shown = self._clean(_HELD.sub("", self._buffer), [])
        if shown.startswith(self._shown) and len(shown) > len(self._shown):
            append, self._shown = shown[len(self._shown) :], shown
            yield Piece(append=append)

    def finish(self) -> Iterator[Piece]:
        """Take the end of the text; yields the last sentence."""
        whole, self._buffer = self._buffer, ""
        # A mark or placeholder that never ended is nothing.
        yield from self._close(re.sub(r"[ \t]*(?:\[[\d\s,;]*|<[/\w]*)$", "", whole))

    def _boundary(self) -> int | None:
        for match in _BREAK.finditer(self._buffer):
            if "\n" in match.group(0) or self._separates(match):
                return match.end()
        return None

    def _separates(self, match: re.Match[str]) -> bool:
        """Ask the splitter, which knows abbreviations and ordinals, with the marks taken out of the way."""
        head = _MARK.sub("", self._buffer[: match.end()]).strip()
        return len(split(f"{head} {self._buffer[match.end() : match.end() + 1]}", self.cues)) > 1

    def _close(self, whole: str) -> Iterator[Piece]:
        self._shown = ""
        if NO_SOURCE in whole:
            self.abstained = self.abstained or not self._answered
            whole = whole.replace(NO_SOURCE, "")
        numbers = [int(n) for mark in _MARK.findall(whole) for n in re.findall(r"\d+", mark)]
        foreign: list[str] = []
        text = self._clean(whole, foreign).strip()
        paragraph, self._paragraph = self._paragraph, whole.rstrip(" \t").endswith("\n")
        if not re.search(r"\w", text):
            return
        self._count += 1
        self.removed += foreign
        known = {source.n: source for source in self.sources}
        cited = sorted({n for n in numbers if n in known})
        kind = self._kind(text, cited, bool(foreign))
        self._answered = self._answered or kind == "sourced"
        internal = any(known[n].visibility == Visibility.INTERNAL and known[n].kind == "article" for n in cited)
        yield Piece(sentence=Sentence(text=text, kind=kind, sources=cited, internal=internal, paragraph=paragraph))

    def _clean(self, text: str, removed: list[str]) -> str:
        cleaned, foreign = strip_foreign(_MARK.sub("", text), self.own)
        removed += foreign
        return re.sub(r"[ \t]{2,}", " ", cleaned).lstrip()

    def _kind(self, text: str, cited: list[int], foreign: bool) -> Kind:
        words = set(stems(text, self.cues))
        greets = self.cues.greeting.match(text)
        if greets and len(text) - greets.end() < 3:
            return "greeting"
        if cited:
            return "sourced"
        if self.cues.signoff.match(text) or not words:
            return "closing" if self._count > 1 else "greeting"
        if self.cues.courtesy.match(text) and len(text) < 140 and not re.search(r"\d", text):
            return "closing" if self._answered else "greeting"
        if text.endswith("?") and not foreign:
            return "question"
        told = set(stems(self.case_text, self.cues))
        figures = set(re.findall(r"\d+", text))
        repeats = len(words & told) / len(words) >= CASE_SHARE and figures <= set(re.findall(r"\d+", self.case_text))
        return "case" if repeats and not foreign and not self.cues.promise.search(text) else "unsupported"
