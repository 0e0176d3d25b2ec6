"""Personal values that this process has had in its hands, found again in any text however they are written there.

A value is reduced to its letters and digits, without case and diacritics, and so is the text: spacing, hyphens, dots
and accents do not matter. Values stay in memory, the newest `MOST` of them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from assist.outgoing.fold import Folded, fold

MOST = 100_000
# Shorter ones are found in too many places where they mean nothing.
LEAST, LEAST_PART, LEAST_DIGITS = 4, 3, 6
GAP = 3
_TOKEN = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<![^\W_])\d(?:[\s\-./()\u00a0]{0,3}\d){6,18}(?!\d)")
_DENSE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff]")
_UNTOLD = frozenset({"LITERAL", "URL", "IP"})
_TITLES_TEXT = (
    "mr mrs ms miss mx dr prof sir madam lady herr frau van von der den del della las los dos das bin ibn the and "
    "customer guest user unknown anonymous client contact support"
)
_TITLES = frozenset(_TITLES_TEXT.split())


@dataclass(frozen=True)
class Place:
    """Where a value stands in a text, and of what kind it is."""

    start: int
    end: int
    kind: str


@dataclass
class _Forms:
    """Reduced values by their first letters, so that a text is read once however many there are."""

    kinds: dict[str, str] = field(default_factory=dict)
    heads: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, form: str, kind: str) -> None:
        if form in self.kinds:
            return
        self.kinds[form] = kind
        head = form[:LEAST]
        self.heads[head] = tuple(sorted((*self.heads.get(head, ()), form), key=len, reverse=True))

    def drop(self, count: int) -> None:
        """Forget the oldest."""
        for form in list(self.kinds)[:count]:
            del self.kinds[form]
            head = form[:LEAST]
            left = tuple(other for other in self.heads[head] if other != form)
            if left:
                self.heads[head] = left
            else:
                del self.heads[head]


class Seen:
    """The values; safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._sure, self._likely = _Forms(), _Forms()
        self._phones: dict[str, tuple[str, ...]] = {}
        self._dense: dict[str, str] = {}
        self._parts: dict[str, set[int]] = {}

    def __len__(self) -> int:
        """Give how many reduced forms are held."""
        return len(self._sure.kinds) + len(self._likely.kinds)

    def note(self, kind: str, value: str, *, owner: int, sure: bool = True) -> None:
        """Remember a value of ticket `owner`. `sure`: a helpdesk or a checksum says so, not a guess about a name."""
        if kind in _UNTOLD:
            return
        with self._lock:
            self._note(kind, value, owner, sure)
            for forms in (self._sure, self._likely):
                if len(forms.kinds) > self._most:
                    forms.drop(self._most // 10)
            while len(self._parts) > self._most:
                del self._parts[next(iter(self._parts))]
            while len(self._phones) > self._most:
                del self._phones[next(iter(self._phones))]
            while len(self._dense) > self._most // 10:
                del self._dense[next(iter(self._dense))]

    def find(self, text: str, *, owner: int | None = None, likely: bool = False) -> list[Place]:
        """Give the places of values, in order, without overlaps.

        Parts of a name count where they are of ticket `owner`; `likely` ones are guesses, good enough for a log.
        """
        folded = Folded(text)
        found: list[tuple[int, int, str]] = []
        with self._lock:
            if self._sure.kinds or self._parts or (likely and self._likely.kinds):
                found += self._worded(folded.text, owner, likely)
            if self._phones:
                found += self._numbers(folded.text)
            for value, kind in self._dense.items():
                at = folded.text.find(value)
                while at >= 0:
                    found.append((at, at + len(value), kind))
                    at = folded.text.find(value, at + len(value))
        return [Place(*folded.origin(start, end), kind) for start, end, kind in _apart(found)]

    def _note(self, kind: str, value: str, owner: int, sure: bool) -> None:
        folded = fold(value)
        words = _TOKEN.findall(folded)
        joined = "".join(words)
        if _DENSE.search(folded):
            if len(joined) > 1:
                self._dense[folded.strip()] = kind
            return
        forms = self._sure if sure else self._likely
        if kind == "PHONE":
            self._phone(joined)
        elif kind == "PERSON":
            if sure:
                for word in words:
                    if len(word) >= LEAST_PART and word not in _TITLES and not word.isdigit():
                        self._parts.setdefault(word, set()).add(owner)
            if len(words) > 1 and len(joined) >= LEAST:
                forms.add(joined, kind)
        elif kind in {"ORDER", "ID"}:
            if sum(c.isdigit() for c in joined) >= 3 and len(joined) >= LEAST_DIGITS:
                forms.add(joined, kind)
            for run in re.findall(r"\d+", joined):
                if len(run) >= LEAST_DIGITS:
                    forms.add(run, kind)
        elif len(joined) >= LEAST_DIGITS or (kind == "EMAIL" and len(joined) >= LEAST):
            forms.add(joined, kind)

    def _phone(self, joined: str) -> None:
        digits = "".join(c for c in re.split(r"ext|x", joined)[0] if c.isdigit()).lstrip("0")
        if len(digits) >= LEAST_DIGITS + 1:
            # The last nine digits are the same with and without country code and trunk zero.
            core = digits[-9:]
            tail = core[-LEAST_DIGITS:]
            if core not in self._phones.get(tail, ()):
                self._phones[tail] = (*self._phones.get(tail, ()), core)

    def _worded(self, text: str, owner: int | None, likely: bool) -> Iterator[tuple[int, int, str]]:
        tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
        joined = "".join(text[start:end] for start, end in tokens)
        begins: list[int] = []
        at = 0
        for start, end in tokens:
            begins.append(at)
            at += end - start
        ends = {begin + end - start: n for n, (begin, (start, end)) in enumerate(zip(begins, tokens, strict=True))}
        tables = (self._sure, self._likely) if likely else (self._sure,)
        for n, begin in enumerate(begins):
            head = joined[begin : begin + LEAST]
            for forms in tables:
                for form in forms.heads.get(head, ()):
                    last = ends.get(begin + len(form))
                    if last is not None and joined.startswith(form, begin) and _near(tokens, n, last):
                        yield tokens[n][0], tokens[last][1], forms.kinds[form]
                        break
            start, end = tokens[n]
            owners = self._parts.get(text[start:end])
            if owners is not None and owner in owners:
                yield start, end, "PERSON"

    def _numbers(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _NUMBER.finditer(text):
            digits = "".join(c for c in match.group() if c.isdigit())
            for core in self._phones.get(digits[-LEAST_DIGITS:], ()):
                if digits.endswith(core):
                    yield match.start(), match.end(), "PHONE"
                    break


def _near(tokens: list[tuple[int, int]], first: int, last: int) -> bool:
    return all(tokens[n + 1][0] - tokens[n][1] <= GAP for n in range(first, last))


def _apart(found: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    upto = -1
    for start, end, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= upto:
            yield start, end, kind
            upto = end


# A log, an error or a model's prompt does not know whose words it holds, so this is the process's and not a ticket's.
SEEN = Seen()
