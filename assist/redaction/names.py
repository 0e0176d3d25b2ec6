"""Finds people's names by what stands around them and by known first names, where a statistical model is unsure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.redaction.normalise import fold
from assist.redaction.spans import Span
from assist.redaction.words import NOTHING, Public, Words

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_NAME = rf"{_WORD}(?: (?:[A-Z]\. ?)?{_WORD}){{0,3}}"
_TOKEN = re.compile(_WORD)
_NEXT = re.compile(rf"[ \u00a0](?:([A-Z])\.[ \u00a0]?)?({_WORD})")
_PARTICLES_TEXT = "van von der den de la del di da dos bin al el ter le du"
_PARTICLES = frozenset(_PARTICLES_TEXT.split())
TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "herr", "frau"])
# After these an agent names the customer: "Thank you for waiting, Daiki."
_COURTESY = re.compile(
    r"(?:^|[.!?*)]\s|@\w+,?\s)\s*(?i:hi(?:ya)?|hello|hey|dear|good (?:morning|afternoon|evening|day)|thanks|thx"
    r"|thank you|you['’]re (?:very )?welcome|welcome(?: back)?|no (?:problem|worries)|sorry|apologies|certainly"
    r"|sure(?: thing)?|of course|great|perfect|understood|absolutely|got it|okay|ok|alright)\b"
    rf"(?:(?i:\s(?:there|again))|[^\n.!?,]{{0,60}},)??,?[ \u00a0]+((?![a-z]){_NAME})(?=\s*(?:[,.!?:;)…\n-]|$))",
    re.MULTILINE,
)
_INTRODUCED = re.compile(
    rf"(?i:\bmy (?:full |first |last |real )?name(?:['’]s| is)|\bnamed|\b(?:full |first |last |sur)?name\s*"
    rf"(?:is|[:=])|\bpassengers?\s*:|"
    rf"\bcustomer\s*:|\brecipient\s*:|\baccount holder\s*:?|\bcardholder\s*:?|\bon behalf of|\bin the name of"
    rf"|\bunder the name)"
    rf"[\s*_:\"“-]{{1,6}}(?:\d\.\s*)?({_NAME})"
)
_SAYS_I = re.compile(rf"(?i:\b(?:i am|i['’]m|this is|it['’]s|here is)) ({_WORD}(?: {_WORD}){{1,2}})")
_SIGNED = re.compile(
    r"(?im:\b(?:regards|wishes|sincerely|faithfully|cheers|best|thanks|thank you|thx|yours|truly|love|gruß"
    r"|grüßen)[,.!]{0,3}[ ]*)"
    rf"(?:\n\s*|[ ]*[-–—~][ ]*)[-–—~]?[ ]*({_NAME})[ .]*(?=\n|\Z)"
)
# "Puerto Rico", "San Carlos": what follows these names a place.
_PLACE_BEFORE = re.compile(r"\b(?:Puerto|San|Santa|Saint|St\.?|Fort|Port|Mount|Lake|Los|Las|El|La) $")
_TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Sir|Herr|Frau)\b\.?[ \u00a0]({_NAME})")


class NameFinder:
    """Names after courtesies, introductions, sign-offs and titles, and first names with what follows them."""

    name = "names"

    def __init__(self, words: Words) -> None:
        self._words = words

    def find(self, text: str, author: str | None, public: Public = NOTHING) -> list[Span]:
        """Give the names of one text; an agent who greets somebody unknown greets a customer, not a brand.

        A `public` word alone is no name; after a courtesy or a title it still is.
        """
        places = [(place, 0.95) for place in self._by_context(text, author)]
        places += self._by_first_name(text, public)
        return [Span(start, end, "PERSON", score, self.name) for (start, end), score in places]

    def _by_context(self, text: str, author: str | None) -> Iterator[tuple[int, int]]:
        for match in _TITLED.finditer(text):
            yield from self._capitalised(text, *match.span(1), any_word=True)
        for match in _INTRODUCED.finditer(text):
            yield from self._capitalised(text, *match.span(1), lower=match.group().lower().startswith("my "))
        for match in _SIGNED.finditer(text):
            yield from self._capitalised(text, *match.span(1))
        for match in _SAYS_I.finditer(text):
            place = next(self._capitalised(text, *match.span(1)), None)
            if place is not None and " " in text[slice(*place)]:
                yield place
        if author == "agent":
            for match in _COURTESY.finditer(text):
                place = next(self._capitalised(text, *match.span(1)), None)
                if place is not None and place[1] == match.end(1):
                    yield place

    def _capitalised(
        self, text: str, start: int, end: int, *, any_word: bool = False, lower: bool = False
    ) -> Iterator[tuple[int, int]]:
        """Give the leading words of a stretch that can be a name: capitalised, and not just ordinary words."""
        first = last = None
        named = False
        for token in _TOKEN.finditer(text, start, end):
            word = token.group()
            stop = token.end()
            if word[-2:] in {"'s", "’s"}:
                word, stop = word[:-2], stop - 2
            if (first is not None and word in _PARTICLES) or (first is None and word.casefold() in TITLES):
                continue
            likely = self._words.may_be_first_name(word) or not self._words.is_word(word)
            written = word[0].isupper() and (likely or any_word or named) and not closes(word)
            if not written and not (lower and word[0].islower() and likely and not self._words.is_ordinary(word)):
                break
            named = named or likely
            first = token.start() if first is None else first
            last = stop
            if stop < token.end():
                break
        if first is not None and last is not None:
            yield first, last

    def _by_first_name(self, text: str, public: Public) -> Iterator[tuple[tuple[int, int], float]]:
        done = 0
        for token in _TOKEN.finditer(text):
            start, end = token.span()
            word = token.group()
            if start < done or not word[0].isupper() or (start and text[start - 1] in "@#_/"):
                continue
            if word[-2:] in {"'s", "’s"}:
                word, end = word[:-2], end - 2
            if len(word) < 3 or word.isupper() or not self._words.is_first_name(word.split("-")[0]):
                continue
            if text[end : end + 1] in {"@", "_"}:
                continue
            if _PLACE_BEFORE.search(text[max(0, start - 8) : start]):
                continue
            full = end if text[end : end + 1] in {"'", "’"} else self._surname(text, end)
            if full is None or (fold(word) in public and not self._tells(text[end:full], public)):
                continue
            done = full
            yield (start, full), 0.8 if full > end else 0.7

    def _tells(self, rest: str, public: Public) -> bool:
        """Tell whether what follows a product's name makes a person of it: "Ember Jones", not "Ember Stoves"."""
        words = _TOKEN.findall(rest)
        return bool(words) and not any(fold(word) in public or self._words.is_word(word) for word in words)

    def _surname(self, text: str, end: int) -> int | None:
        """Give where a full name ends that goes on after a first name; `None`: it is the name of a place or a firm."""
        at = end
        for _ in range(4):
            token = _NEXT.match(text, at)
            if token is None:
                break
            word = token.group(2)
            if word in _PARTICLES:
                at = token.end()
                continue
            if is_place(word):
                return None
            if not word[0].isupper() or closes(word) or (word.isupper() and len(word) > 2):
                break
            at = token.end()
            if word[-2:] in {"'s", "’s"}:
                return at - 2
            end = at
        return end


_CLOSERS_TEXT = (
    "i i'm i’m i've i’ve i'll i’ll i'd i’d it's it’s thank thanks hi hello hey please sorry can could would will "
    "is was are has have and but or the my your our we you he she it they if when what where why how monday "
    "tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december regards sent from order dob date birth birthdate birthday passenger passengers "
    "email phone address zip user bot agent me id kindly team support customer service sir madam all everyone folks "
    "there again not so just here this that for in on at to with no yes ok okay dm pls plz"
)
_CLOSERS = frozenset(_CLOSERS_TEXT.split())


_PLACES_TEXT = (
    "airport county street avenue road lane square park hotel hotels university college school hospital station "
    "bank stadium arena centre center mall market museum island islands bay beach city town village valley river "
    "lake bridge parkway piccadilly superstore terminal hall house festival theatre theater cathedral police "
    "council inc ltd llc plc gmbh corp company group store stores airlines airways railway records daniels"
)
_PLACES = frozenset(_PLACES_TEXT.split())


def closes(word: str) -> bool:
    """Tell whether a word is none of a name: a greeting, a pronoun, a weekday, a label."""
    return word.casefold() in _CLOSERS


def is_place(word: str) -> bool:
    """Tell whether a word shows that the capitalised words before it name a place or a firm."""
    return word.casefold() in _PLACES
