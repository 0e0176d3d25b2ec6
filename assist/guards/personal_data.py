"""Personal data in a draft must be this customer's own: what they wrote or were told, or the company's public contacts.

A code such as `<PERSON_3>` stands for a value of the case; one that stands only in internal notes, or nowhere in the
case, is somebody else's. A value in clear may come from an article; one out of a resolved ticket is another customer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure
from assist.redaction.spans import Recognizer
from assist.registry import discover

_CODE = re.compile(r"</?[A-Z][A-Z_]*_\d+>")
# Links and addresses of the net are the guard `links`' to judge.
_OTHERS = frozenset({"url", "ip", "handle"})
_LONG_NUMBER = re.compile(r"(?<![\w.,])\d{7,}(?![\w%])")
_MAY_HOLD = re.compile(r"\d|@")


class _PersonalData:
    name = "personal_data"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "“{found}” is not known to be this customer’s own. It may be another person’s.",
        "de": "„{found}“ gehört nicht erkennbar zu diesem Kunden. Es könnten Daten einer anderen Person sein.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the first code or value that is not this customer's."""
        codes = _CODE.findall(sentence.text)
        if codes:
            own = {code for codes in context.case.contact.values() for code in codes}
            own |= set(_CODE.findall(context.shown_text))
            if foreign := next((code for code in codes if code not in own), None):
                return str(foreign)
        text = _CODE.sub(" ", sentence.text)
        if not _MAY_HOLD.search(text):
            return None
        known: str | None = None
        for found in _values(text):
            if known is None:
                articles = [one for one in context.granting(sentence) if one.kind == "article"]
                told = (part for one in articles for part in (one.title, one.text, one.url) if part)
                known = _plain("\n".join([context.shown_text, *told]))
            if _plain(found) not in known:
                return found
        return None


def _values(text: str) -> Iterator[str]:
    for recognizer in _recognizers():
        for span in recognizer.find(text):
            yield text[span.start : span.end]
    yield from _LONG_NUMBER.findall(text)


@cache
def _recognizers() -> list[Recognizer]:
    every = [module.recognizer() for module in discover(import_module("assist.redaction.recognizers"))]
    return [one for one in every if one.name not in _OTHERS]


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def guard() -> Guard:
    """Give the guard."""
    return _PersonalData()
