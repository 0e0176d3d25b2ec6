"""Postal addresses of any country: what follows "address:" or "live at", blocks with a unit, streets by their name."""

import re
from collections.abc import Iterator

from assist.redaction import postal
from assist.redaction.spans import Recognizer, Span

_CUE = re.compile(
    r"(?:\baddress(?:es)?\b(?:['’]?s?\s+(?:is|are|at|with|to|now|will be))?[^\w\n]*(?:to the same)?"
    r"|\b(?:lives?|lived|living|resides?|staying|located|based|situated|offices? (?:is|are)|station is)\s+(?:at|in|on)"
    r"|\b(?:send|sent|ship|shipped|mail|mailed|post|posted|deliver|delivered|forward|return|returned|taxi|ride|drive"
    r"|bring|come|move|moved|moving|relocated?)\b(?:\s+\w+){0,4}?\s+to"
    r"|\b(?:meet|pick|picked|drops?|dropped)\b(?:\s+\w+){0,3}?\s+at|\b(?:it['’]?s|that['’]?s) (?:in|at))[\s:*]*(?=\S)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,$€£#/:-])(?<!\d )\d{1,5}[A-Za-z]?(?=,?[ \t\n])")
# The street's own word: "Hauptstraße 12", "Vesterbrogade 7", "Rue de la Paix 5", "Kossuth utca 3".
_ENDING = "|".join(postal.ENDINGS)
_NAMED = re.compile(
    rf"(?<![^\W_])(?:[^\W\d_]{{3,}}(?:{_ENDING})|(?:(ul\.|rue|calle|rúa)|via|viale|vicolo|piazza|corso|chemin|quai|c/|carrer|avenida"
    r"|avda\.?|paseo|camino|camiño|rua|travessa|estrada|largo|praça|ulica|strada|aleja)"
    r"(?:[ ]+[^\W\d_][\w'’.-]*){1,5}"
    r"|[^\W\d_]{3,}(?:[ ][^\W\d_]+)?[ ](?:utca|út|útja|tér|tere|köz|u\.|ulice|náměstí|třída|põik|tn|puiestee|vei|vej"
    r"|allé|plads))[ ](?=\d{1,5}\b)"
    # "on Hoge Weg 32 St.": the number stands inside the name.
    r"|(?<![^\W_])(?-i:(?:[A-ZÀ-Þ][\w'’-]*[ ]){1,4})(?=\d{1,5}\.?[ ](?:st|street|str)\b)",
    re.IGNORECASE,
)
_NAMED_NEXT = re.compile(r"(?:\d\S*[ ]){1,2}[^\W\d_]")
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.? $", re.IGNORECASE)
_CORNER = re.compile(
    r"\b(?i:the )?(?i:corner of) (?:(?:\d+|[A-ZÀ-Þ][\w'’.-]*|de|la|du|des|van) ){1,6}(?i:and) "
    r"(?:(?:\d+|[A-ZÀ-Þ][\w'’-]*)(?: |\b)){1,4}"
)
_MILITARY = re.compile(
    r"\b(?:(?:PSC|CMR|Unit)\s\d{1,5},?\s?Box\s\d{1,5}|US(?:S|NS|NV|CGC)\s[^\W\d_]+)\s*\n?\s*(?:[AFD]PO\s)(?:A[AEP])\s\d{5}"
    r"(?:-\d{4})?",
    re.IGNORECASE,
)


class _Streets:
    name = "street"
    authors: frozenset[str] | None = None

    def find(self, text: str) -> list[Span]:
        """Give the addresses of one text."""
        if not any(char.isdigit() for char in text):
            return []
        lower = text.islower()
        return [Span(start, end, "ADDRESS", 0.75, self.name) for start, end in _places(text, lower=lower)]


def _places(text: str, *, lower: bool) -> Iterator[tuple[int, int]]:
    for pattern in (_MILITARY, _CORNER):
        for match in pattern.finditer(text):
            yield match.span()
    cues = {match.end() for match in _CUE.finditer(text)}
    named = {match.start() for match in _NAMED.finditer(text) if lower or match.group()[0].isupper() or match.group(1)}
    numbers = {match.start() for match in _NUMBER.finditer(text) if not _MONTH.search(text[: match.start()][-12:])}
    done = 0
    for at in sorted(cues | named | numbers):
        if at < done:
            continue
        found = postal.read(text, at, lower=lower)
        if not found.numbers or not found.words:
            continue
        goes_on = found.parts > 1 or found.lines > 0
        if (
            found.certain
            or at in named
            or (at in cues and (found.numbers > 1 or goes_on))
            or (
                at in numbers
                and found.numbers > 1
                and _NAMED_NEXT.match(text, at)
                and (goes_on or _is_whole_line(text, at, found.end))
            )
        ):
            done = found.end
            yield at, found.end


def _is_whole_line(text: str, start: int, end: int) -> bool:
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return not before.strip(" >?|*-") and text[end : end + 1] in {"", "\n", "."} and "\n" in text


def recognizer() -> Recognizer:
    """Find `Hauptstraße 12`, `353 Buerlia 227, Apt. 391` over lines, `PSC 1234, Box 5678 / APO AE 09123`."""
    return _Streets()
