"""Takes out of texts who somebody is: name, age, gender and origin must change neither what is found nor how a case is
sorted. What a text asks for stays: women's boots are a product, and a student's discount is a question."""

from __future__ import annotations

import re

_NAME = r"(?:<PERSON_\d+>|[A-ZÄÖÜ][\w'’-]+)(?: (?:<PERSON_\d+>|[A-ZÄÖÜ][\w'’-]+)){0,3}"
_TITLE = re.compile(rf"(?i:\b(?:mrs?|ms|miss|sir|madam|herrn?|frau)\b)\.? (?={_NAME})")
_INTRODUCED = re.compile(rf"(?i:\b(?:my name is|mein name ist|ich heiße))\s+{_NAME}[.,!]?")
_SIGNED = re.compile(
    rf"(?i:\b(?:(?:kind|best|warm) )?(?:regards|sincerely|cheers|thanks|gruß|grüße|grüßen)),?\s+{_NAME}[.!]?\s*$"
)
_PERSON = (
    r"(?:wo)?man|(?:gentle|gentlewo)man|lady|girl|boy|guy|mother|father|mum|mom|dad|grandmother|grandfather|gran|widow(?:er)?|"
    r"muslim|christian|jew|hindu|sikh|buddhist|catholic|immigrant|migrant|refugee|foreigner|"
    r"frau|mann|dame|mutter|vater|oma|opa|witwer?|muslima?|christ(?:in)?|jüdin|jude|ausländer(?:in)?|flüchtling"
)
_SELF = re.compile(
    rf"\b(?:as|being|i am|i['’]m|als|ich bin)\s+(?:an?\s+|eine?\s+)?(?:[\w-]+\s+){{0,2}}(?:{_PERSON})\b"
    r"(?:\s+(?:from|aus)\s+\w+)?,?",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:(?:and|und)\s+)?(?:i am\s+|i['’]m\s+|ich bin\s+)?\d{1,3}(?:\s+years?\s+old|-year-old|\s+jahre\s+alt)\b|"
    r"\baged\s+\d{1,3}\b",
    re.IGNORECASE,
)
_NEUTRAL = {
    word: neutral
    for neutral, words in {
        "they": "he she",
        "their": "him his her hers",
        "themselves": "himself herself",
        "spouse": "husband wife",
        "partner": "boyfriend girlfriend",
        "child": "son daughter",
        "parent": "father mother dad mum mom daddy mummy",
        "sibling": "brother sister",
        "grandparent": "grandfather grandmother grandpa grandma granny",
        "grandchild": "grandson granddaughter",
        "person": "man woman gentleman lady",
        "Kind": "sohn tochter",
        "Elternteil": "vater mutter",
        "Geschwister": "bruder schwester",
    }.items()
    for word in words.split()
}
_WORD = re.compile(r"(?<![\w<])[^\W\d_]+(?!['’]s|[\w>])")


def whoever(text: str) -> str:
    """Give the text as anybody would have written it; as it is where nothing else would be left."""
    told = _SIGNED.sub("", _INTRODUCED.sub("", _TITLE.sub("", text)))
    told = _AGE.sub("", _SELF.sub("", told))
    told = _WORD.sub(lambda word: _NEUTRAL.get(word[0].lower(), word[0]), told)
    return told.strip() if re.search(r"[^\W_]", told) else text
