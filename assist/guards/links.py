"""A link, mail address or phone number in a draft must stand in a source it cites or in the case: none is invented."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard

_WEB = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]\"'”“]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>()\[\]\"'”“]+", re.IGNORECASE
)
_DOMAIN = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|co|de|uk|eu|fr|at|ch|info|app|dev|shop)\b", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Seven digits and more, as in "+44 113 496 0000"; shorter ones are amounts and dates, which `figures` knows.
_PHONE = re.compile(r"(?<![\w-])\+?\(?\d(?:[\s()./-]{0,2}\d){6,}(?![\w-])")


class _Links:
    name = "links"
    why: Mapping[str, str] = {
        "en": "“{found}” is not in the sources of this sentence. Do not send it unless you know that it is right.",
        "de": "„{found}“ steht in keiner Quelle dieses Satzes. Nur senden, wenn Sie wissen, dass es stimmt.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the first link or number to reach somebody that nothing behind the sentence has."""
        evidence = context.evidence(sentence)
        known, digits = _plain(evidence), {_digits(found) for found in _PHONE.findall(evidence)}
        for pattern in (_WEB, _MAIL, _DOMAIN):
            for found in pattern.findall(sentence.text):
                bare = found.rstrip(".,;:!?…")
                # "example.com/help" must not pass because "example.com/helpdesk" is known.
                if not re.search(rf"(?<![\w.-]){re.escape(_plain(bare))}(?![\w-])", known):
                    return str(bare)
        for found in _PHONE.findall(sentence.text):
            if _digits(found) not in digits:
                return str(found)
        return None


def _plain(text: str) -> str:
    return re.sub(r"https?://|www\.", "", text.casefold())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def guard() -> Guard:
    """Give the guard."""
    return _Links()
