"""Retells English in the third person: "I need my order number" by the customer is "Customer needs their order number".

Rules over the first words, no parser. "They" takes the verb form that "I", "we" and "you" take, but for "am" and "was",
so the rest of a sentence can stay. What the rules do not know for sure is quoted after the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assist.generation.telling.patterns import (
    ADVERBS,
    ASKED_SUBJECT,
    AUX_BEFORE,
    BEHIND,
    CLAUSE,
    DID,
    FIRST,
    JOINS,
    LEAD,
    MINE,
    NO_SUBJECT,
    OBJECT_OF,
    ONGOING,
    ORDER,
    POLITE,
    SMALL,
    TAG,
    TURNS,
    VERB_AFTER,
    WH,
    WHERE_IS,
    WHETHER,
    WONDERED,
)
from assist.generation.telling.verbs import past, third


@dataclass
class _Voice:
    """Who speaks to whom; `you` is empty where the reader is meant, and `named` once the sentence has named `you`."""

    me: str
    you: str
    named: bool = False

    def to(self, verb: str) -> str:
        """Name the speaker, the verb, and whom it is said to."""
        self.named = bool(self.you)
        return f"{self.me} {verb} {self.you}" if self.you else f"{self.me} {verb}"

    def turn(self, text: str) -> str:
        """Turn the pronouns round: the speaker is "they", the other a name once and then "they".

        Where the other has been named before, "they" could be either, so the speaker is named again.
        """
        if self.named:
            text = MINE.sub(lambda match: self._mine(match, text[: match.start()]), text)
        for old, new in TURNS:
            text = old.sub(new, text)
        if not self.you:
            return text
        text = TAG.sub("", text)
        text = BEHIND.sub(lambda m: self._behind(m[1], m[2] or "", m[3]), text)
        out, at = "", 0
        for match in re.finditer(r"\b(you|your|yours|yourself)\b", text, re.IGNORECASE):
            if match.start() < at:
                continue
            form, end = self._other(match[0].lower(), text[: match.start()], text[match.end() :])
            out += text[at : match.start()] + form
            at = match.end() + end
        return out + text[at:]

    def _mine(self, match: re.Match[str], before: str) -> str:
        """Name the speaker again: "that I need my key" gives "that Customer needs Customer's key"."""
        form, short, adverbs, verb = (group or "" for group in match.groups())
        rest = match[0][len(form) :]
        if form != "I":
            return self.me + ("'s" if form.lower() == "my" else "") + rest
        if AUX_BEFORE.search(before):
            return self.me + rest
        full = {"'ll": " will", "'d": " would"}.get(short) or (f" {third(short or verb)}" if short or verb else "")
        return self.me + adverbs + full

    def _behind(self, aux: str, negation: str, form: str) -> str:  # noqa: ARG002
        """Turn "are you" round, where the verb stands before its subject."""
        if self.named:
            return f"{aux}{negation} they"
        self.named = True
        return f"{third(aux + negation)} {self.you}"

    def _other(self, form: str, before: str, rest: str) -> tuple[str, int]:
        """Give what stands for a form of "you", and how much of the rest it takes with it."""
        verb = VERB_AFTER.match(rest) if form == "you" and not OBJECT_OF.search(before) else None
        if form == "yourself":
            return "themselves", 0
        if self.named:
            subject = verb or JOINS.search(before)
            return {"your": "their", "yours": "theirs"}.get(form, "they" if subject else "them"), 0
        self.named = True
        if form in {"your", "yours"}:
            return f"{self.you}'s", 0
        if verb is None:
            other = re.match(rf"{ADVERBS} ([a-z]+)(?![\w'])", rest) if JOINS.search(before) else None
            return (f"{self.you}{other[1]} {third(other[2])}", other.end()) if other else (self.you, 0)
        short = {"'ll": " will", "'d": " would"}.get(verb[1] or "")
        return self.you + (short or f"{verb[2] or ''} {third(verb[1] or verb[3])}"), verb.end()


def tell(sentence: str, me: str, you: str, *, complains: bool = False, names_both: bool = False) -> str:
    """Retell a sentence that `me` said to `you`; `you` is empty where the reader is meant.

    `complains`: the sentence tells what is wrong. `names_both`: say to whom, as among people of the same part.
    """
    voice = _Voice(me, you)
    bare = _plain(sentence)
    question = bare.endswith("?")
    bare = bare.rstrip(".!?…, ")
    bare = bare if re.match(r"no (?:\w+ )?(?:one|body|way|longer|more)\b", bare, re.IGNORECASE) else LEAD.sub("", bare)
    told = _asked(bare, voice) if question or POLITE.match(bare) else _ordered(bare, voice)
    if question and told is None:
        return f"{me} asks: {_small(voice.turn(bare))}?"
    if told is None:
        told = _did(bare, voice)
    if told is None and CLAUSE.match(bare):
        verb = f"{me} complains that" if complains else f"{voice.to('tells')} that" if names_both else f"{me} says"
        told = f"{verb} {_small(voice.turn(bare))}"
    return (told or f"{me}: {_large(voice.turn(bare))}") + ("…" if sentence.endswith("…") else ".")


def _plain(sentence: str) -> str:
    out = sentence.replace("’", "'").strip()
    out = re.sub(r"\b(I|i) ?(?='[mvld])", "I", out)
    out = re.sub(r"\bI'd (?=been\b|better\b|\w+ed\b)", "I had ", out)
    out = re.sub(rf"\b({WH}|that|there|here|it)'s\b(?! (?:been|got)\b)", r"\1 is", out, flags=re.IGNORECASE)
    out = re.sub(r"\b(wo|ca)n't\b", lambda m: {"wo": "will not", "ca": "cannot"}[m[1].lower()], out)
    return re.sub(r"\b(can|could|would|will|do) u\b", r"\1 you", out, flags=re.IGNORECASE)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if SMALL.match(text) else text


def _large(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith(("their ", "they ", "them ")) else text


def _asked(bare: str, voice: _Voice) -> str | None:
    """Tell a question by "asks whether …" or "asks when …", where the subject is a pronoun or a short noun."""
    if match := POLITE.match(bare):
        return None if match[1].lower().endswith("ing") else _asks_to(match[1], match[2], voice)
    if match := WHETHER.match(bare):
        asks = voice.to("asks")
        clause = _straight(match[1], match[2], match[3], match[4], voice)
        return clause and f"{asks} whether {clause}"
    if match := WONDERED.match(bare):
        asks = voice.to("asks")
        clause = _straight(match[2], match[3], match[4], match[5], voice)
        return clause and f"{asks} {_small(voice.turn(match[1]))} {clause}"
    if match := WHERE_IS.match(bare):
        return f"{voice.to('asks')} {match[1].lower()} {_small(voice.turn(match[3]))} {match[2]}"
    if ASKED_SUBJECT.match(bare):
        return f"{voice.to('asks')} {_small(voice.turn(bare))}"
    return None


def _straight(aux: str, negation: str | None, pronoun: str, rest: str, voice: _Voice) -> str | None:
    """Put a question's subject before its verb: "can I switch" gives "they can switch"."""
    aux, low, rest = aux.lower(), pronoun.lower(), voice.turn(rest)
    subject = "they" if low in {"i", "we"} or (low == "you" and voice.you) else low
    plural = subject in {"they", "you", "these", "those"}
    if aux in {"do", "does", "did"} and not negation:
        match = re.match(rf"^{ADVERBS} ([a-z]+)\b(.*)$", rest, re.IGNORECASE)
        if match is None:
            return None
        verb = past(match[2]) if aux == "did" else match[2] if plural else third(match[2])
        return f"{subject}{match[1]} {verb}{match[3]}"
    if subject == "they" and low != "they":
        aux = {"am": "are", "was": "were"}.get(aux, aux)
    return f"{subject} {aux}{' not' if negation else ''}{rest}"


def _ordered(bare: str, voice: _Voice) -> str | None:
    if match := re.match(r"let(?:'s| us) (?!know\b)(.*)$", bare, re.IGNORECASE):
        return f"{voice.me} suggests to {voice.turn(match[1])}"
    if match := ORDER.match(bare):
        return _asks_to(match[2], match[3], voice, negated=bool(match[1]))
    return None


def _asks_to(verb: str, rest: str, voice: _Voice, *, negated: bool = False) -> str:
    verb = verb.upper() if verb.lower() in {"dm", "pm"} else verb.lower()
    asks = voice.to("asks") + ("" if voice.you else " you")
    return f"{asks} {'not ' if negated else ''}to {verb}{voice.turn(rest)}"


def _did(bare: str, voice: _Voice) -> str | None:
    """Begin with the speaker's name where the sentence begins with "I", "we", or leaves them out."""
    if match := FIRST.match(bare):
        short, adverbs, verb, rest = match.groups()
        if verb and verb.lower() in {"and", "or", "with", "all"}:
            return None
        form = {"'ll": "will", "'d": "would"}.get((short or "").lower()) or third((short or verb).lower())
        return f"{voice.me}{(adverbs or '').lower()} {form}{voice.turn(rest)}"
    match = NO_SUBJECT.match(bare)
    if match and match[2].lower() in ONGOING:
        return f"{voice.me} is {match[1].lower()}{match[2].lower()}{voice.turn(match[3])}"
    if match and match[2].lower() in DID:
        return f"{voice.me} {match[1].lower()}{match[2].lower()}{voice.turn(match[3])}"
    return None
