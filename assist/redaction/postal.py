"""Reads a postal address from its first word or number on: street, number, unit, town, country, code, over lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\d+[^\W_]*(?:[/-]\d*[^\W_]*)*|[^\W\d_][^\W_]*(?:['’.-][^\W_]+)*\.?|\n[ \t>?|*-]*|[^\w\s]", re.UNICODE
)
_UNIT_TEXT = "apt apartment suite ste unit flat room rm box p.o psc floor fl no # wohnung top lgh"
_UNITS = frozenset(_UNIT_TEXT.split())
# Whole words that say "street" in the languages of Europe; many others end in one of `ENDINGS`.
_TYPES_TEXT = (
    "street st str avenue ave av road rd drive dr lane ln boulevard blvd court ct place pl square sq terrace ter "
    "close highway hwy parkway pkwy crescent cres mews grove gardens gdns quay circle cir trail trl loop alley "
    "row plaza pike way hill green park summit rue chemin quai route impasse allée place calle carrer avenida "
    "avda paseo camino camiño rúa rua travessa estrada largo praça via viale vicolo piazza corso ulica ul strada "
    "aleja utca u út útja tér tere köz sor ulice náměstí třída tee põik tn puiestee straße strasse weg gasse "
    "platz allee vej gade allé plads vei vegen gata gatan vägen torv straat laan plein bulevar bulevardi φόρος "
    "λεωφόρος οδός"
)
TYPES = frozenset(_TYPES_TEXT.split())
_STRONG = frozenset(["street", "road", "avenue", "drive", "lane", "boulevard", "rd", "ave", "blvd"])
_ENDINGS_TEXT = (
    "straße strasse strass straat stræde strede gasse weg allee platz ufer damm vej gade gata gatan gaten vägen veien "
    "vegen vegur vei katu laan plein kade gracht dreef steenweg braut stígur utca allén plads torv bakken straeti"
)
ENDINGS = tuple(_ENDINGS_TEXT.split())
_JOINTS_TEXT = (
    "de la las los le les del della delle dei dalla di da do das dos du d des van von der den the of og y e en an am "
    "im zu auf bei sur sous aux au op ten het"
)
_JOINTS = frozenset(_JOINTS_TEXT.split())
_STOPS_TEXT = (
    "i i'm it it's its my the a an this that these we you he she they please thanks thank hi hello and or but for from "
    "in on at to with after before when if is are was were be can could will would do does did how what where who not "
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday january february march april "
    "may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec am pm "
    "est pst gmt utc usd eur gbp days day hours hour minutes mins years year miles times items people percent phone "
    "tel fax email mobile office order item your our their there here hence also so because than then as by back oh"
)
_STOPS = frozenset(_STOPS_TEXT.split())
_ABBREVIATIONS_TEXT = (
    "st str av ave rd dr ln blvd ct pl sq ter hwy pkwy cres gdns cir trl ul u avda c n s e w d br sv ny gl j"
)
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split()) | _UNITS
_CODE = re.compile(r" \d{4,6}\b")
# "62." is a house number in some countries; what follows tells it from the end of a sentence.
_GOES_ON = re.compile(r"\s*\n|\s(?:suite|apt|ste|unit|st)\b", re.IGNORECASE)
_COUNTRY = re.compile(r"\n[ \t>?|*-]*[^\W\d_][^\d\n:@]{2,40} \d{4,6}(?=\n|$)")
_LONGEST, _LINES, _NUMBERS = 160, 4, 5


@dataclass
class Address:
    """How far an address reaches and what it is made of."""

    end: int
    numbers: int = 0
    words: int = 0
    has_type: bool = False
    has_unit: bool = False
    has_code: bool = False
    lines: int = 0
    parts: int = 1

    @property
    def certain(self) -> bool:
        """Tell whether it is an address even where no word before it says so."""
        return self.numbers > 0 and (self.has_type or (self.has_unit and self.numbers > 1))


def is_type(word: str) -> bool:
    """Tell whether a word says "street", by itself or by its ending."""
    bare = word.casefold().rstrip(".")
    return bare in TYPES or any(bare.endswith(ending) and len(bare) > len(ending) + 2 for ending in ENDINGS)


def read(text: str, at: int, *, lower: bool = False) -> Address:
    """Read from `at` while the words are an address's; `lower`: the text has no capitals to go by."""
    found = Address(at)
    words = 0
    last = ""
    pending: list[str] = []
    for token in _TOKEN.finditer(text, at, min(len(text), at + _LONGEST)):
        word = token.group()
        after = text[token.end() : token.end() + 8]
        if word[0] == "\n":
            if found.lines >= _LINES or not _is_postal(text, token.end(), lower=lower) or found.has_code:
                break
            found.lines += text[token.end() : token.end() + 1] != "\n"
            words = 0
        elif word[0].isdigit():
            if found.numbers >= _NUMBERS or not _is_number(text, token.start(), token.end()):
                break
            found.has_code = found.lines > 0 and words > 0 and len(word) > 2 and last not in _UNITS
            found.numbers += 1
            words, found.end = 0, token.end()
            pending.clear()
        elif word[0].isalpha():
            bare = word.casefold().rstrip(".")
            # "ca 90210": a state's letters before a code belong to it in any case.
            state = len(word) < 4 and bare not in _STOPS and _CODE.match(after) is not None
            if words > 5 or not (state or _belongs(word, bare, pending, lower=lower)):
                break
            short = len(bare) < 6 and not words and found.numbers > 0 and after[:1] == " " and after[1:2].isupper()
            if word.endswith(".") and bare not in _ABBREVIATIONS and not short:
                words += 1
                found.end = token.end() - 1
                found.has_type = found.has_type or is_type(word)
                break
            if bare in _JOINTS and not word[0].isupper():
                pending.append(word)
                continue
            words, last = words + 1, bare
            found.words += len(bare) > 2 and bare not in _UNITS
            # "1 way" and "gate agents" are no streets; "12 elm street" is one, and so is "Hauptstraße".
            strong = word[0].isupper() or lower or bare in _STRONG
            found.has_type = found.has_type or (is_type(word) and strong and (words > 1 or bare not in TYPES))
            found.has_unit = found.has_unit or bare in _UNITS
            found.end = token.end()
            pending.clear()
        elif word in ",":
            found.parts += 1
            words = 0
        elif word not in "/#()" and not (word == "." and text[token.start() - 1].isdigit() and _GOES_ON.match(after)):
            break
    return found


def _belongs(word: str, bare: str, pending: list[str], *, lower: bool) -> bool:
    if bare in _STOPS and not (bare in _JOINTS and not pending):
        return False
    return word[0].isupper() or not word[0].islower() or bare in _JOINTS or bare in _UNITS or is_type(word) or lower


def _is_number(text: str, start: int, end: int) -> bool:
    """Tell a house number or code from an amount, a time or a phone number."""
    return end - start <= 8 and not re.match(r"[%$€£°:]|[.,]\d|\s?(?:am|pm|%|usd|eur|gbp)\b", text[end : end + 6], re.I)


def _is_postal(text: str, at: int, *, lower: bool) -> bool:
    """Tell whether the line at `at` can go on an address: a unit, a town, a country, a code."""
    line = re.split(r"\n|[.?!](?:\s|$)", text[at : at + 80], maxsplit=1)[0].strip(" ,;")
    words = line.split()
    if not words:
        # A blank line may stand before the country and its code.
        return _COUNTRY.match(text, at) is not None
    if re.search(r"[@=]|https?", line) or ":" in " ".join(words[:3]):
        return False
    if words[0][0].isdigit():
        return bool(re.fullmatch(r"\d{3,6}(?:[ -][\dA-Z]{2,4})?", line)) or (len(words) > 1 and words[1][0].isalpha())
    first = words[0]
    return (
        not first[0].islower()
        or lower
        or first.casefold().rstrip(".") in _UNITS
        or _CODE.match(line[len(first) :]) is not None
    )
