"""A refund, credit, discount, replacement, deadline or legal promise is made only where a source grants it.

What grants: a cited article that says so, or what the company already told this customer. What another customer got in a
resolved ticket grants nothing, however alike the cases are, and neither does what the customer asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure
from assist.guards._promises import DONE, KINDS, OFFERED, OPEN, Promise

_CLAUSE = re.compile(r"(?<=[.!?;\n])\s+|\s+(?:but|aber|sondern|however|jedoch)\s+|,\s+(?:and|und|so)\s+", re.IGNORECASE)
_GENERAL = re.compile(
    r"\b(?:takes?|usually|normally|depends?|dauert|dauern|erfolgt|erfolgen|üblicherweise)\b", re.IGNORECASE
)
_PARTIES = re.compile(r"\b(?:we|i|you|wir|ich|sie|ihnen|du)\b", re.IGNORECASE)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_CODE = re.compile(r"<[A-Z]+_\d+>")


class _Commitments:
    name = "commitments"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "“{found}” commits the company, and no cited article or earlier reply grants it.",
        "de": "„{found}“ ist eine Zusage, die weder ein zitierter Artikel noch eine frühere Antwort deckt.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the words of the first commitment that nothing grants."""
        for promise, clause, words in _promised(_CODE.sub("it", sentence.text)):
            if not _granted(promise, clause, words, sentence, context):
                return " ".join(words.split())
        return None


def _promised(text: str) -> Iterator[tuple[Promise, str, str]]:
    """Yield the kind, the clause and the words of everything that a text promises."""
    if text.rstrip().endswith("?"):
        return
    for clause in _CLAUSE.split(text):
        for promise in KINDS:
            if promise.strong is not None:
                # "We cannot guarantee" and "we are not liable" promise nothing.
                if (match := promise.strong.search(clause)) and not OPEN.search(clause[: match.end()]):
                    yield promise, clause, match.group()
                continue
            for match in promise.words.finditer(clause):
                before = clause[: match.start()]
                if promise.kind != "deadline" and _GENERAL.search(clause) and not _PARTIES.search(clause):
                    # "A refund takes 5 days after your parcel has been scanned" says how things go, to nobody in particular.
                    break
                if OFFERED.search(clause) and not OPEN.search(before) and _ours(promise, clause):
                    yield promise, clause, match.group()
                    break


def _ours(promise: Promise, clause: str) -> bool:
    """Tell whether a deadline binds us; "please reply by Friday" binds nobody of ours."""
    if promise.kind != "deadline":
        return True
    return bool(_DUTY.search(clause))


_DUTY = re.compile(
    r"\b(?:we|i|our \w+)(?:['’]ll| will| shall| are going to| promise| guarantee)\b|\byou(?:['’]ll| will| shall)\b[^.!?]{0,30}\b(?:receive|get|have|hear)\b"
    r"|\b(?:will|shall) (?:be |arrive|reach|ship|come|have|get)\b|\b(?:arrives|ships|is delivered|gets there)\b"
    r"|\b(?:wird|werden|erhalten sie|bekommen sie|melden wir|melde ich|liefern wir|kommt|trifft)\b|\bsie (?:erhalten|bekommen|hören)\b|\bwir (?:melden|liefern|versenden|bearbeiten|antworten|schicken|senden|erledigen|prüfen)\b|\bich (?:melde|schicke|sende|kümmere)\b",
    re.IGNORECASE,
)  # fmt: skip


def _granted(promise: Promise, clause: str, words: str, sentence: Sentence, context: Context) -> bool:
    told = [context.said_text]
    if DONE.search(clause) and promise.kind not in {"deadline", "legal promise"}:
        # That something was done stands in the case or nowhere; no article knows it.
        return _grants(promise, words, clause, told)
    articles = [one for one in context.granting(sentence) if one.kind == "article"]
    told += [f"{one.title}.\n{one.text}" for one in articles]
    return _grants(promise, words, clause, told)


def _grants(promise: Promise, words: str, clause: str, texts: list[str]) -> bool:
    """Tell whether a text speaks of the same thing without refusing it, with the figures of the promise."""
    figures = set(_FIGURE.findall(clause))
    for text in texts:
        if not figures <= set(_FIGURE.findall(text)):
            continue
        for line in re.split(r"(?<=[.!?])\s+|\n", text):
            if promise.kind == "deadline":
                match = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", line, re.IGNORECASE)
            else:
                match = (promise.strong or promise.words).search(line)
            if match and not _REFUSED.search(line):
                return True
    return False


_REFUSED = re.compile(
    r"\b(?:cannot|can['’]?t|not|no|never|non|without|neither|excluded?|except|nicht|kein\w*|nie|ohne|ausgeschlossen|ausgenommen)\b"
    r"|non-refundable",
    re.IGNORECASE,
)


def guard() -> Guard:
    """Give the guard."""
    return _Commitments()
