"""Finds more of the people a text speaks of: by what they do or are, in lower case, and beside other names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assist.redaction.names import TITLES, closes, is_place
from assist.redaction.normalise import fold
from assist.redaction.spans import Span
from assist.redaction.words import NOTHING, Public, Words, is_english, is_german

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
# Looked at, not taken: one cue may stand in what follows another.
_NAME = rf"(?=({_WORD}\.?(?:[ ]{{1,2}}(?:[^\W\d_]\.?[ ])?{_WORD}){{0,3}}))"
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž]"
# Capitalised words right before what tells: "Asya's kid", "Tomomi lives".
_CAPS = (
    rf"(?<![^\W_])({_CAPITAL}[^\W\d_]+(?:[-'’]{_CAPITAL}[^\W\d_]+)?(?:[ ](?:{_CAPITAL}\.?[ ])?{_CAPITAL}[^\W\d_]+)?)"
)
_PARTICLES = r"(?:(?:van|von|de|der|den|del|della|di|da|dos|du|ten|ter|bin|al|el|la|le)[ ]){0,2}"
_TOKEN = re.compile(_WORD)
_KIN = (
    r"wife|husband|spouse|partner|son|daughter|kid|child|baby|mother|mom|mum|father|dad|parent|brother|sister|sibling"
    r"|grand(?:son|daughter|mother|father|ma|pa)|aunt|uncle|cousin|nephew|niece|fianc[ée]e?|girlfriend|boyfriend|friend"
    r"|neighbou?r|colleague|co-?worker|boss|room-?mate|flat-?mate|landlord|tenant|companion"
)
_ROLES = (
    r"producer|director|singer|actor|actress|author|manager|supervisor|technician|nurse|teacher|president|officer"
    r"|representative|rep|advis[eo]r|lawyer|attorney|accountant|professor|coach|doctor|chef|editor|journalist|agent"
)
# Somebody is called so whatever the word: these ask for no name in a list.
_SURE = re.compile(
    rf"(?i:\b(?:my|his|her|their|our|your)\s+(?:{_KIN})(?:['’]s name(?: is)?|\s+is called|\s+named|,)?)\s+{_NAME}"
    rf"|(?i:\bcalls?\s+(?:me|him|her)|\bname(?:d)?\s+(?:him|her)|\bI go by)\s+{_NAME}"
    rf"|(?i:\b(?:mr|mrs|ms|dr|prof)\.\s){_NAME}"
    rf"|(?i:\bwhat['’]?s your (?:full |last |first )?name\?)\s+{_NAME}"
    rf"|(?i:\b(?:maiden|last|family|sur) ?name is)\s+{_NAME}"
    rf"|^(?i:[ \t>*-]*name)\s*:[ \t]*{_NAME}",
    re.MULTILINE,
)
# Here the word must be no ordinary one; brands say and write things too, so it must not be the company's either.
_LIKELY = re.compile(
    rf"(?i:\b(?:{_ROLES})\s+){_NAME}"
    rf"|(?i:\b(?:user|customer|client|passenger|member|guest|requester|contact)[ ]?:[ ]*){_NAME}"
    rf"|(?i:\b(?:by|starring|featuring|beneficiary|met)\s+){_NAME}"
    rf"|(?i:[,\"”]\s*(?:says|said|explained|replied)\s+){_NAME}"
    rf"|{_CAPS}['’]s (?i:{_KIN}|birthday|passport|birth|house|home|address|phone|e-?mail|parents|family)\b",
    re.MULTILINE,
)
_DOES = re.compile(
    rf"\b(?:says|said|wrote|asked|replied|explains) {_NAME}"
    rf"|^[ \t>?*-]*{_CAPS}:(?=\s*\\?[\"“]|[ ][A-Z])"
    rf"|{_CAPS} (?:told|said|says|wrote|writes|asked|replied|explained|promised|thinks|believes|works|worked)\b",
    re.MULTILINE,
)
# What companies do not do: here an unknown word is somebody.
_LIVES = re.compile(
    rf"{_CAPS} (?:lives|lived|spent|began|grew up|married|had given|was born|is my|is from|smiled|shouted|laughed)\b"
)
_ONE = r"(?-i:[A-ZÀ-Þ])[^\W\d_]+(?:-[^\W\d_]+)?"
_LIST = re.compile(rf"\b{_ONE}(?:(?:,| and| &|, and)[ ]{_ONE})+\b")
_INITIAL = r"(?:[A-Z]\.?[ ])?"
_RIGHT = re.compile(rf"[ ]{{1,2}}(?:[^\W\d_]\.?[ ])?{_PARTICLES}({_WORD})")
_LEFT = re.compile(rf"({_WORD})[ ]{{1,2}}{_INITIAL}$")
_LINE = re.compile(r"[ \t>?|*-]*([^\W\d_][^\d\n:;@,]{2,40}?|)[ \t]*")
_PLACED = re.compile(r"\b(?:to|from|in|at|near|via|into|of|the|this)\s$", re.IGNORECASE)


class PeopleFinder:
    """Names that a cue or a neighbour gives away."""

    name = "people"

    def __init__(self, words: Words) -> None:
        self._words = words

    def find(self, text: str, public: Public = NOTHING) -> list[Span]:
        """Give the names of one text by their cues, and full names in lower case."""
        places = [(place, 0.9) for place in self._cued(text, _SURE, public, sure=True)]
        places += [(place, 0.75) for place in self._cued(text, _LIKELY, public)]
        places += [(place, 0.75) for place in self._cued(text, _LIVES, public)]
        places += [(place, 0.75) for place in self._cued(text, _DOES, public, listed=True)]
        if not is_german(text):
            places += [(place, 0.75) for place in self._lower(text, public)]
            places += [(place, 0.8) for place in self._full(text, public)]
            places += [(place, 0.7) for place in self._foreign(text, public)]
        return [Span(start, end, "PERSON", score, self.name) for (start, end), score in places]

    def grow(self, text: str, found: Sequence[Span], public: Public = NOTHING) -> list[Span]:
        """Give names of which only a half was found."""
        grown = []
        for span in found:
            if span.kind != "PERSON" or span.by == "known":
                continue
            start, end = self._whole(text, span.start, span.end, public)
            if (start, end) != (span.start, span.end):
                grown.append(Span(start, end, "PERSON", span.score, self.name))
        return grown

    def above(self, text: str, found: Sequence[Span], public: Public = NOTHING) -> list[Span]:
        """Give the names on lines of their own over an address, as letters and signatures have them."""
        more = []
        for span in found:
            if span.kind != "ADDRESS" or "\n" not in text[: span.start]:
                continue
            end = text.rfind("\n", 0, span.start)
            for _ in range(5):
                start = text.rfind("\n", 0, max(end, 0)) + 1
                line = _LINE.fullmatch(text, start, end) if start < end else None
                if line is None:
                    break
                if self._reads_as_name(line.group(1), public):
                    more.append(Span(line.start(1), line.end(1), "PERSON", 0.75, self.name))
                end = start - 1
        return more

    def _reads_as_name(self, line: str, public: Public) -> bool:
        words = [word for word in _TOKEN.findall(line) if len(word) > 2]
        if not 1 < len(words) < 5 or any(fold(word) in public or is_place(word) or closes(word) for word in words):
            return False
        first, last = words[0], words[-1]
        known = self._words.may_be_first_name(first) or not self._words.is_word(first)
        return known and (self._words.may_be_family_name(last) or not self._words.is_word(last))

    def again(self, text: str, found: Sequence[Span]) -> list[Span]:
        """Give the places where a part of a full name stands once more."""
        parts = {
            word
            for span in found
            if span.kind == "PERSON" and " " in text[span.start : span.end] and span.score >= 0.75
            for word in _TOKEN.findall(text[span.start : span.end])
            if len(word) > 2 and not self._words.is_ordinary(word)
        }
        if not parts:
            return []
        return [
            Span(token.start(), token.start() + len(word), "PERSON", 0.75, self.name)
            for token in _TOKEN.finditer(text)
            if (word := _bare(token.group())) in parts and not _handled(text, token.start())
        ]

    def _cued(
        self, text: str, pattern: re.Pattern[str], public: Public, *, sure: bool = False, listed: bool = False
    ) -> Iterator[tuple[int, int]]:
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            place = self._read(text, *match.span(group), public, sure=sure)
            if place is None or _handled(text, place[0]):
                continue
            if listed and not self._is_name(_TOKEN.findall(text[slice(*place)])[0]):
                continue
            # What follows the name must follow the whole of it.
            if pattern is not _SURE and match.end() > match.end(group) and place[1] != match.end(group):
                continue
            yield place

    def _read(self, text: str, start: int, end: int, public: Public, *, sure: bool) -> tuple[int, int] | None:
        """Give the leading words that can be a name; in lower case only known names count."""
        first = last = None
        for token in _TOKEN.finditer(text, start, end):
            word = _bare(token.group())
            if (first is not None and len(word) == 1) or (first is None and word.casefold() in TITLES):
                continue
            known = self._words.may_be_first_name(word) or self._words.is_family_name(word)
            capital = word[0].isupper() and not (word.isupper() and len(word) > 1)
            fits = capital and (known or not self._words.is_word(word) or (first is not None and not sure))
            if not capital:
                likely = known or (sure and not self._words.is_word(word) and len(word) > 3)
                fits = word[0].islower() and likely and not self._words.is_ordinary(word) and not text[start].isupper()
            if not fits or closes(word) or is_place(word) or fold(word) in public:
                break
            first = token.start() if first is None else first
            last = token.start() + len(word)
            if len(word) < len(token.group()):
                break
        return None if first is None or last is None else (first, last)

    def _lower(self, text: str, public: Public) -> Iterator[tuple[int, int]]:
        """Give names that somebody wrote in lower case: a first name, with what can be a family name after it."""
        before, plain = 0, text.islower()
        for token in _TOKEN.finditer(text):
            word = _bare(token.group())
            if token.start() < before or len(word) < 4 or not word.islower() or _handled(text, token.start()):
                continue
            if not self._words.may_be_first_name(word) or fold(word) in public:
                continue
            end = token.start() + len(word)
            follows = _RIGHT.match(text, token.end()) if end == token.end() else None
            other = _bare(follows.group(1)) if follows else ""
            if follows and self._follows(word, other, plain=plain) and text[follows.end() :][:1] != ":":
                end = follows.start(1) + len(other)
            elif not self._words.is_frequent_first_name(word) or text[end : end + 1] in {"@", "_", "-"}:
                continue
            before = end
            yield token.start(), end

    def _follows(self, first: str, word: str, *, plain: bool) -> bool:
        if not word.isalpha() or not word.islower():
            return False
        # Where all is in lower case, a doubtful first name counts beside a family name too.
        if plain and (self._words.is_family_name(word) or _is_foreign(word)):
            return True
        return self._words.is_first_name(first) and len(word) > 3 and not self._words.is_word(word)

    def _full(self, text: str, public: Public) -> Iterator[tuple[int, int]]:
        """Give pairs such as "Mark Pinto" and "Darijo Čurin": a possible first name, then a family name."""
        done = 0
        for token in _TOKEN.finditer(text):
            word = token.group()
            if token.start() < done or not _written(word) or _handled(text, token.start()):
                continue
            if closes(word) and not self._words.may_be_first_name(word):
                continue
            follows = _RIGHT.match(text, token.end())
            other = _bare(follows.group(1)) if follows else ""
            if follows is None or not _written(other) or closes(other) or is_place(other) or is_place(word):
                continue
            if fold(word) in public or fold(other) in public or is_placed(text, token.start()):
                continue
            family = self._words.is_family_name(other) or _is_foreign(other)
            if family and (self._words.may_be_first_name(word) or (not self._words.is_word(word) and len(word) > 3)):
                done = follows.start(1) + len(other)
                yield token.start(), done

    def _foreign(self, text: str, public: Public) -> Iterator[tuple[int, int]]:
        """Give capitalised words with letters that English has not, where the text is English."""
        if text.isascii() or not is_english(text):
            return
        plain = text.islower()
        for token in _TOKEN.finditer(text):
            word = _bare(token.group())
            if not _is_foreign(word) or _handled(text, token.start()) or self._words.is_word(word):
                continue
            fits = self._joins(word, public) or (plain and len(word) > 3 and fold(word) not in public)
            if fits and not is_placed(text, token.start()):
                yield token.start(), token.start() + len(word)

    def _is_unusual(self, word: str) -> bool:
        return self._words.is_family_name(word) or not self._words.is_word(word)

    def _whole(self, text: str, start: int, end: int, public: Public) -> tuple[int, int]:
        for _ in range(2):
            before = _LEFT.search(text[max(0, start - 40) : start])
            if before is None or not self._joins(before.group(1), public):
                break
            at = max(0, start - 40) + before.start(1)
            if _handled(text, at) or (at and text[at - 1] in "'’-"):
                break
            start = at
        for _ in range(2):
            after = _RIGHT.match(text, end)
            if after is None or not self._joins(_bare(after.group(1)), public):
                break
            end = after.start(1) + len(_bare(after.group(1)))
        return start, end

    def _joins(self, word: str, public: Public) -> bool:
        return (
            _written(word)
            and not closes(word)
            and not is_place(word)
            and fold(word) not in public
            and (self._words.may_be_first_name(word) or (len(word) > 3 and self._is_unusual(word)))
        )

    def _is_name(self, word: str) -> bool:
        known = self._words.may_be_first_name(word) or self._words.is_family_name(word)
        return known or (_is_foreign(word) and not self._words.is_word(word))

    def lists(self, text: str, found: Sequence[Span], public: Public = NOTHING) -> list[Span]:
        """Give all of a list in which each can be a name, when one is known to be one or is nothing else."""
        more: list[Span] = []
        for match in _LIST.finditer(text):
            words = [word for word in _TOKEN.finditer(text, *match.span()) if word.group() != "and"]
            if len(words) == 2 and "," in match.group():
                # "Sarah, May I ask" is no list.
                continue
            if not all(self._may_stand(word.group(), public) for word in words):
                continue
            named = any(s.kind == "PERSON" and s.start < match.end() and match.start() < s.end for s in found)
            telling = any(self._words.is_family_name(word.group()) or _is_foreign(word.group()) for word in words)
            if named or (telling and not is_placed(text, match.start())):
                more += [Span(word.start(), word.end(), "PERSON", 0.7, self.name) for word in words]
        return more

    def _may_stand(self, word: str, public: Public) -> bool:
        if not _written(word) or closes(word) or is_place(word) or fold(word) in public:
            return False
        known = self._words.may_be_first_name(word) or self._words.may_be_family_name(word)
        return known or not self._words.is_word(word)


def _is_foreign(word: str) -> bool:
    """Tell whether a word has letters that English words have not."""
    plain = word.replace("’", "")
    return not plain.isascii() and plain.isalpha()


def _written(word: str) -> bool:
    return len(word) > 2 and word[0].isupper() and not word.isupper()


def _bare(word: str) -> str:
    return word[:-2] if word[-2:] in {"'s", "’s"} else word


def _handled(text: str, start: int) -> bool:
    """Tell whether a word is the name of an account or part of a link."""
    return start > 0 and text[start - 1] in "@#_/.&"


def is_placed(text: str, start: int) -> bool:
    """Tell whether what stands before says that a place follows."""
    return _PLACED.search(text[max(0, start - 8) : start]) is not None
