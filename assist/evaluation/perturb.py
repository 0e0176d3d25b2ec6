"""Says the same in other words: rules that change how a message is written and not what it says."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_TOKEN = re.compile(r"<[^<>\s]+>|https?://\S+|[@#]\S+|[^\W\d_]+(?:['’][^\W\d_]+)?|\S|\s+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r"^(.{15,}?),? (because|since|when|after|if|as) (.{10,}?)([.!?]*)$", re.IGNORECASE)
TYPO_EVERY, LONG = 12, 4
# What lies beside a key on a keyboard (QWERTY).
_KEYS = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "wa",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
_SYNONYMS = dict(
    pair.strip().split("=")
    for pair in re.split(
        r"[,\n]",
        """help=assist, need=require, want=would like, buy=purchase, bought=purchased, problem=issue, issue=problem
fix=repair, broken=not working, phone=mobile, tell=inform, told=informed, wait=stay on hold, waiting=on hold
big=large, get=receive, got=received, start=begin, started=began, stopped=ceased, also=as well, maybe=perhaps
really=truly, very=extremely, awful=terrible, terrible=awful, bad=poor, great=excellent, good=fine, quick=fast
fast=quick, money=cash, cost=price, price=cost, ask=request, asked=requested, give=provide, gave=provided
answer=reply, reply=answer, try=attempt, tried=attempted, happen=occur, happened=occurred, lost=misplaced
kids=children, can't=cannot, don't=do not, doesn't=does not, didn't=did not, won't=will not, isn't=is not
i'm=i am, i've=i have, it's=it is, you're=you are, we're=we are, that's=that is, what's=what is
there's=there is, couldn't=could not, wasn't=was not, haven't=have not, hasn't=has not, wouldn't=would not
u=you, ur=your, pls=please, plz=please, thx=thanks, thanks=thank you, anyone=anybody, someone=somebody
everything=all, again=once more, often=frequently, website=site, site=website, kind=sort, whole=entire
entire=whole""",
    )
)


def paraphrase(text: str) -> str:
    """Put common words for others, contractions apart, and a reason or condition before what follows from it."""
    said = []
    for sentence in _SENTENCE.split(text):
        clause = _CLAUSE.match(sentence)
        if clause and "," not in clause[3]:
            sentence = f"{clause[2].capitalize()} {clause[3]}, {_lowered(clause[1])}{clause[4]}"
        said.append(sentence)
    return "".join(_synonym(token) for token in _TOKEN.findall(" ".join(said)))


def typos(text: str) -> str:
    """Hit the key beside the right one in one word of every twelve."""
    dice = random.Random(text)  # noqa: S311 - the same text always gets the same mistakes
    tokens = _TOKEN.findall(text)
    words = [n for n, token in enumerate(tokens) if re.fullmatch(r"[A-Za-z]+", token)]
    for start in range(0, len(words), TYPO_EVERY):
        long = [n for n in words[start : start + TYPO_EVERY] if len(tokens[n]) >= LONG]
        if not long:
            continue
        at = dice.choice(long)
        word = tokens[at]
        place = dice.randrange(1, len(word))
        wrong = dice.choice(_KEYS[word[place].lower()])
        tokens[at] = word[:place] + (wrong.upper() if word[place].isupper() else wrong) + word[place + 1 :]
    return "".join(tokens)


def lower(text: str) -> str:
    """Write all letters small, those of placeholders and links excepted."""
    return "".join(token if _is_fixed(token) else token.lower() for token in _TOKEN.findall(text))


def upper(text: str) -> str:
    """Write all letters big, those of placeholders and links excepted."""
    return "".join(token if _is_fixed(token) else token.upper() for token in _TOKEN.findall(text))


def greeting(text: str) -> str:
    """Say hello first."""
    return f"Hi there, good morning! {text}"


def order(text: str) -> str:
    """Say the last sentence first."""
    return " ".join(reversed([part for part in _SENTENCE.split(text) if part.strip()]))


def politeness(text: str) -> str:
    """Ask kindly and thank in advance."""
    return f"I hope you can help me with this, please. {text} Thank you so much in advance, I really appreciate it!"


# Each gives one or more wordings of the same message.
PERTURBATIONS: dict[str, tuple[Callable[[str], str], ...]] = {
    "paraphrase": (paraphrase,),
    "typos": (typos,),
    "case": (lower, upper),
    "greeting": (greeting,),
    "order": (order,),
    "politeness": (politeness,),
}
# Pairs of people who may have written the same message.
COUNTERFACTUALS = {
    "name": [("Emily Johnson", "Laura Smith"), ("Daniel Brown", "Peter Wilson")],
    "gender": [("James Miller", "Mary Miller"), ("Mr. Ahmed Khan", "Mrs. Aisha Khan")],
    "origin": [
        ("Emily Johnson", "Fatima Al-Sayed"),
        ("Peter Wilson", "Oluwaseun Adeyemi"),
        ("Laura Smith", "Wei Zhang"),
    ],
}
_GENDERED = {
    "husband": "wife",
    "he": "she",
    "him": "her",
    "his": "her",
    "himself": "herself",
    "son": "daughter",
    "father": "mother",
    "dad": "mum",
    "brother": "sister",
    "boyfriend": "girlfriend",
    "man": "woman",
}


def signed(text: str, name: str) -> str:
    """Let somebody introduce themselves and sign."""
    return f"My name is {name}. {text}\nRegards, {name}"


def swapped(text: str) -> str:
    """Let men be women: the pronouns and kinship words of a text."""
    return "".join(_GENDERED.get(token.lower(), token) for token in _TOKEN.findall(text))


def _is_fixed(token: str) -> bool:
    return token.startswith(("<", "http", "@", "#"))


def _synonym(token: str) -> str:
    other = _SYNONYMS.get(token.lower().replace("’", "'"), token)
    return other[:1].upper() + other[1:] if token[:1].isupper() else other


def _lowered(text: str) -> str:
    return text if re.match(r"I\b|[A-Z]{2}|<", text) else text[:1].lower() + text[1:]
