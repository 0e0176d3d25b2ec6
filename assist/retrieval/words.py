"""Prepares texts for search: placeholders, links and handles say nothing about what a case is about."""

from __future__ import annotations

import re

PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*?)(?:_\d+)?>")
LINK = re.compile(r"https?://\S+|www\.\S+")
HANDLE = re.compile(r"(?<!\w)@\w+")
SPACE = re.compile(r"\s+")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

# Words that carry no topic, in questions and in answers alike. Tantivy's own English list has 33 words.
_ENGLISH = (
    "a about after again all also am an and any are aren as at be because been before being but by can could did "
    "didn do does doesn doing don for from get give go got had has hasn have haven having he hello help her here "
    "hey hi him his how i if in into is isn it its just know let like ll m make may me might more my need no not "
    "now of off ok okay on one only or our out over please re really s said same say see she should shouldn so "
    "some still such t tell than thank thanks that the their them then there these they thing this those through "
    "to too up us ve very want was wasn we were what when where which while who why will with won would yes you "
    "your yours d hasnt dont cant im ive"
)
_GERMAN = (
    "aber alle allem allen aller alles als also am an auch auf aus bei bin bis bitte da damit dann das dass dein "
    "dem den der des dich die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer "
    "eines er es etwas euch euer für gegen hab habe haben hallo hat hatte ich ihm ihn ihr ihre ihrem ihren ihrer "
    "im in ist ja jetzt kann kein keine können man mein meine meinem meinen meiner mich mir mit muss nach nicht "
    "noch nun nur ob oder schon sehr sein seine sich sie sind so über um und uns unser unsere unter vielen vom von "
    "vor war was weil wenn werden wie wieder will wir wird wo zu zum zur danke dank"
)
STOP_WORDS = {"en": _ENGLISH.split(), "de": _GERMAN.split()}


def plain(text: str) -> str:
    """Give the text as an encoder should read it: a placeholder becomes its kind's word, links and handles go."""
    text = LINK.sub(" ", HANDLE.sub(" ", text))
    text = PLACEHOLDER.sub(lambda match: f" {match[1].replace('_', ' ').lower()} ", text)
    return SPACE.sub(" ", text).strip()


def bare(text: str) -> str:
    """Give the text as a word index should read it: placeholders, links and handles go."""
    return PLACEHOLDER.sub(" ", LINK.sub(" ", HANDLE.sub(" ", text)))


def language_of(tag: str | None) -> str | None:
    """Give the primary language of a tag: `de-AT` and `de` are the same language."""
    return re.split(r"[-_]", tag.strip().lower())[0] or None if tag else None


def fold(brand: str | None) -> str | None:
    """Give a brand as it is compared: case does not matter, and an empty one is none."""
    return (brand or "").strip().casefold() or None
