"""Turns what people type into clean sentences: no greeting, signature, quoted mail, handle, link or thread counter."""

from __future__ import annotations

import re

from assist.generation.cues import Cues
from assist.generation.placeholders import PLACEHOLDER

LINE = 140
SHOUTED = 0.85
_WORD = re.compile(r"<[A-Z_]+_\d+>|[\w'’-]+")
# What stays as it is: placeholders, codes with digits, and "I".
_KEPT = re.compile(r"[<\d]|^I$")
_URL = re.compile(r"(?:https?://|www\.)[^\s?!]*(?:\?[^\s?!]+)?|<(?:LINK|URL)(?:_\d+)?>", re.IGNORECASE)
_HANDLES = re.compile(r"^(?:\s*\.?(?:@\w+|<HANDLE_\d+>)[:,]?)+\s*")
_LAST_HANDLES = re.compile(r"(?<=[.!?…])(?:\s+@\w+)+\s*$")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u2190-\u21ff]+|(?<!\\w)[:;=8]['-]?[()DPp/|\\]]+(?!\\w)|(?<=\\s)<3"
)
_COUNTER = re.compile(r"^\s*[(\[]?\d{1,2}/\d{1,2}[)\]]?(?=\s)|[\s(\[]+\d{1,2}/\d{1,2}[)\]]?\s*$")
_MARKERS = re.compile(r"^\s*>>\s*|\s*(?:>>|&gt;&gt;)\s*$")
# Initials or a first name that teams put at the end of short messages: "^MG", "*TLT", "- Emma", "-Floi".
_INITIALS = re.compile(
    r"\s*(?:\^\s?\w{1,15}|\*[A-Z]{2,4}|/[A-Z]{2}|(?<=[\s.!?:)])[-–—~]\s?(?:[A-Z][a-z]{1,11}|[A-Z]{2,3}|<PERSON_\d+>))[.!]?\s*$"
)
_LONE_NAME = re.compile(r"(?<=[.!?] )(?:[A-Z][a-z]{2,10}|<PERSON_\d+>)\.?$")
_PERSON = re.compile(r"<PERSON_\d+>")
_HASHTAGS = re.compile(r"(?:\s*#[A-Za-z]\w+)+\s*$")
BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_END = re.compile(r"([.!?…]+[\"'”»)\]]*)(\s+)(?=[\"'“„«(\[<]*[^\s])")
_JOINED = re.compile(r"(?<=[a-zäöüß)\]][.!?])(?=[A-ZÄÖÜ][a-zäöü])")
_CLAUSE = re.compile(r"[,;:–—]\s|\s[-–—]\s| (?:because|but|and|so|which|weil|aber|und|denn|dass) ")

_PHRASE = re.compile(r" (?=(?:with|for|from|at|in|on|by|until|within|mit|für|von|bei|im|am|bis|nach) )")


def split(text: str, cues: Cues) -> list[str]:
    """Split running text into sentences; abbreviations, numbers and initials do not end one."""
    out: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if _ends_sentence(text, match, cues):
            out.append(text[start : match.end(1)].strip())
            start = match.end()
    out.append(text[start:].strip())
    return [sentence for sentence in out if sentence]


def clean(text: str, cues: Cues) -> list[str]:
    """Give the message's own sentences, each without decoration; courtesy that is left is for the caller to judge."""
    lines = _own_lines(text.replace("\r\n", "\n").replace("\u00a0", " "), cues)
    sentences: list[str] = []
    for position, paragraph in enumerate(_paragraphs(lines)):
        body = _undecorate(paragraph)
        if position == 0:
            bare = cues.greeting.sub("", body, count=1)
            body = bare if bare == body else re.sub(r"^<PERSON_\d+>[,.!]* (?=[A-Z])", "", bare)
        for sentence in split(_JOINED.sub(" ", body), cues):
            bare = cues.filler.sub("", cues.greeting.sub("", sentence, count=1))
            bare = re.sub(r"^\(?\d{1,2}[.)]\s+", "", bare.strip(" ,;-–—*"))
            says = re.search(r"[^\W_]", _PERSON.sub("", bare))
            if says and not cues.signoff.match(bare):
                sentences.append(quieten(capitalise(bare)))
    return sentences


def capitalise(text: str) -> str:
    """Begin with a capital, unless the first word has one inside, as "iOS" has."""
    return text if re.match(r"[a-z]+[A-Z]", text) else text[:1].upper() + text[1:]


def quieten(text: str) -> str:
    """Give a sentence in capitals in ordinary letters: a summary tells what was said, not how loud."""
    shouted = PLACEHOLDER.sub("", text)
    words, capitals = re.findall(r"[^\W\d_]{2,}", shouted), sum(char.isupper() for char in shouted)
    letters = sum(char.isalpha() for char in shouted)
    if len(words) < 3 or letters < 8 or capitals < SHOUTED * letters:
        return text
    quiet = _WORD.sub(lambda word: word[0] if _KEPT.search(word[0]) else word[0].lower(), text)
    quiet = re.sub(r"\bi(?=['’])", "I", quiet)
    return quiet[:1].upper() + quiet[1:]


def own_text(text: str, cues: Cues) -> str:
    """Give what somebody wrote themselves and means: no quoted mail, no sign-off, no line of mark-up."""
    lines = _own_lines(text.replace("\r\n", "\n"), cues)
    return "\n".join(line for line in lines if not cues.signoff.match(line) and not line.lstrip().startswith("###"))


def is_cut_off(text: str) -> bool:
    """Tell whether a message was continued in the next: a thread counter, `>>`, or an end without a full stop."""
    bare = _INITIALS.sub("", _URL.sub("", text)).rstrip()
    counter = re.search(r"\b(\d{1,2})/(\d{1,2})\)?$", bare)
    if counter is not None:
        return counter.group(1) != counter.group(2)
    return bare.endswith(">>") or (len(bare) > 60 and bool(re.search(r"(?:\.\.\.|…|,|[a-zäöüß])$", bare)))


def clip(text: str, limit: int = LINE) -> str:
    """Shorten a sentence to about `limit` characters, at a clause where there is one, else at a word."""
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= limit:
        return text
    cuts = [match.start() for match in _CLAUSE.finditer(text, limit // 2, limit)]
    cut = cuts[-1] if cuts else text.rfind(" ", 0, limit)
    return text[: cut if cut > 0 else limit].rstrip(" ,;:-–—") + "…"


def curtail(text: str, limit: int) -> str:
    """Shorten a sentence to `limit` characters, before the last clause or preposition that has no room."""
    if len(text) <= limit:
        return text
    cuts = [match.start() for found in (_CLAUSE, _PHRASE) for match in found.finditer(text, limit // 2, limit)]
    cut = max(cuts, default=text.rfind(" ", 0, limit))
    return text[:cut].rstrip(" ,;:-–—") + "…"


def _ends_sentence(text: str, match: re.Match[str], cues: Cues) -> bool:
    if not match.group(1).startswith("."):
        return True
    following = text[match.end() :].lstrip("\"'“„«([")[:1]
    word = re.search(r"[\w.]+$", text[: match.start()])
    last = word.group(0).lower() if word else ""
    if re.search(r"(?:^|[.:;,!?] )\(?\d{1,2}$", text[: match.start()]):
        # "I have two questions: 1. Can I …": the number of an item, not the end of a sentence.
        return False
    if last == "no" and not re.match(r"\s*\d", text[match.end(1) :]):
        # "No. 5" goes on, "It does not, no." does not.
        return True
    if last in cues.abbreviations or (len(last) == 1 and last.isalpha() and last != "i"):
        return False
    if match.group(1).startswith("..") or "\n" in match.group(2):
        return following.isupper() or not following.isalpha()
    # "am 3. März" and "ca. 5": a number or a small letter follows an ordinal or an abbreviation.
    return not (last.isdigit() and len(last) <= 2 and cues.code == "de")


def _own_lines(text: str, cues: Cues) -> list[str]:
    lines: list[str] = []
    every = text.split("\n")
    for number, line in enumerate(every):
        if cues.quoted_from.match(line) or line.strip() in {"--", "-- ", "—"}:
            break
        if cues.signoff.match(line) and any(kept.strip() for kept in lines) and _is_signature(every[number + 1 :]):
            break
        if not line.lstrip().startswith((">", "|")) or line.lstrip().startswith(">>"):
            lines.append(line)
    return lines


def _is_signature(lines: list[str]) -> bool:
    """Tell a name and address from somebody who says thanks and goes on."""
    told = [line.strip() for line in lines if line.strip()]
    return len(told) <= 8 and all(len(line) <= 70 and not line.endswith(("?", "!")) for line in told[:3])


def _paragraphs(lines: list[str]) -> list[str]:
    """Join lines that a mail program wrapped; a bullet, an empty line or a finished sentence starts anew."""
    out: list[str] = []
    fresh = True
    for line in lines:
        bullet = BULLET.match(line)
        bare = BULLET.sub("", line).strip()
        if not bare:
            fresh = True
            continue
        wraps = out and not fresh and not bullet and not re.search(r"[.!?:…,]$", out[-1]) and bare[:1].islower()
        if wraps or (out and not fresh and not bullet and out[-1].endswith(",")):
            out[-1] += " " + bare
        else:
            out.append(bare)
        fresh = False
    return out


def _undecorate(text: str) -> str:
    text = re.sub(
        r"(\b(?:here|hier)):(?=\s|$)",
        r"\1",
        _URL.sub("", text.replace("**", "").replace("&amp;", "&").replace("&gt;", ">").replace("&lt;", "<")),
        flags=re.I,
    )
    text = _LAST_HANDLES.sub("", _HANDLES.sub("", text))
    for _ in range(2):
        text = _MARKERS.sub("", _COUNTER.sub("", text))
        text = _INITIALS.sub("", text)
    text = _HASHTAGS.sub("", text)
    text = _EMOJI.sub(" ", text)
    text = re.sub(r"(?<!\w)@\d+\b", "", text)
    text = re.sub(r"(?<![\w.])@(\w+)", r"\1", text)
    text = re.sub(r"(?<!\w)#(?=[A-Za-z]{3,}\b)", "", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _LONE_NAME.sub("", text)
    return re.sub(r" +([,.;!?])(?!\w)", r"\1", text).strip()
