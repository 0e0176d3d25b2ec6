"""How much of what a colleague really did a draft does too: the same steps, and the same things spoken of."""

from __future__ import annotations

import re
from dataclasses import dataclass

import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS

_STEMMER = Stemmer.Stemmer("english")
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]*?(?:_\d+)?>")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_DRESS = re.compile(
    r"(?<!\w)@\w+|^\s*(?:hi|hey|hello|dear)(?: there)?\b[ ,!]*|(?:kind|best|warm)? ?regards\b.*$", re.I | re.M
)
# Words that stand in nearly every reply and tell nothing about it.
_EMPTY = frozenset(
    ["re", "ve", "ll", "im", "let", "please", "hi", "hello", "hey", "amp", "just", "like", "get", "dear"]
)
_ASKS = re.compile(
    r"\?|\b(?:please|pls|kindly|can you|could you|would you|need|require|may (?:i|we) have|let (?:us|me) know|provide|"
    r"send|share|give|dm|pm|confirm|tell)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def _cue(*words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.I)


# What somebody may be asked for, in a sentence that asks.
WANTED = {
    "reference": _cue(
        r"(?:order|booking|confirmation|reference|reservation|case|claim|invoice|tracking|ticket|baggage|bag|tag)"
        r"(?: (?:number|no|id|ref\w*|code|tag))+s?",
        r"record locators?",
        r"pnr",
        r"locator",
        r"(?:order|reservation) ids?",
        r"reference",
    ),
    "identity": _cue(
        r"(?:user|profile|membership|account|frequent flyer|customer) ?(?:ids?|numbers?|names?|details|info\w*)",
        r"usernames?",
        r"e-?mail(?: address)?",
        r"(?:phone|mobile|contact|telephone) numbers?",
        r"(?:post|zip) ?codes?",
        r"(?:full|first|last|your) names?",
        r"date of birth",
        r"(?:your|delivery|full|home) address",
    ),
    "device": _cue(
        r"versions?", r"models?", r"devices?", r"browsers?", r"ios", r"operating system", r"os", r"software", r"console"
    ),
    "picture": _cue(r"photos?", r"pictures?", r"pics?", r"screen ?shots?", r"images?", r"receipt"),
    "journey": _cue(r"flight (?:number|no|#|info\w*|details)", r"which (?:flight|train|station|store|route)", r"flt"),
    "details": _cue(
        r"(?:more|additional|further|full|some) (?:details?|info\w*)",
        r"details",
        r"what (?:happened|is happening|seems|exactly|issue|problem)",
        r"elaborate",
        r"explain",
        r"when did",
        r"how long",
        r"which",
        r"what(?:'s| is| are)",
        r"tell us more",
    ),
    "consent": _cue(r"confirm", r"proceed", r"would you like", r"would you prefer", r"(?:yes or no|\(yes)", r"correct"),
}
# Steps that a sentence takes, whoever it is said to.
STEPS = {
    "apologise": _cue(r"sorry", r"apolog\w+", r"regret"),
    "thank": _cue(r"thanks?", r"thank ?you", r"appreciate", r"ty"),
    "please": _cue(
        r"(?:great|glad|good|happy|lovely|wonderful|awesome) to (?:hear|see|know)", r"enjoy", r"congrat\w*", r"welcome"
    ),
    "to private message": _cue(r"dms?", r"pms?", r"direct messages?", r"private messages?", r"inbox", r"follow us"),
    "to a page": re.compile(
        r"https?://|\b(?:link|website|web ?page|webpage|form|online|click|visit|here:)(?!\w)", re.I
    ),
    "to the phone": _cue(r"call", r"give us a (?:call|ring)", r"phone us", r"ring", r"hotline", r"by phone"),
    "to mail": _cue(r"e-?mail us", r"send (?:us )?an e-?mail", r"write to"),
    "to somebody there": _cue(
        r"(?:an|our|the|any) (?:agents?|crew|staff|gate agent|team member|counter|store|manager|conductor|guard)"
    ),
    "promise": _cue(
        r"(?:we|i|they)(?:['’]ll| will| shall)", r"going to", r"you(?:['’]ll| will) (?:receive|hear|get|be|have)"
    ),
    "look into": _cue(
        r"look(?:ing)? into",
        r"investigat\w+",
        r"check(?:ing)?",
        r"take a (?:closer )?look",
        r"dig into",
        r"look(?:ing)? (?:at|up)",
    ),
    "pass on": _cue(
        r"(?:pass|share|forward|escalat|rais|report)\w*",
        r"transfer\w*",
        r"feedback",
        r"(?:in|the) (?:right|relevant) team",
    ),
    "advise": _cue(
        r"try",
        r"restart\w*",
        r"re-?install\w*",
        r"reset\w*",
        r"reboot\w*",
        r"clear(?:ing)?",
        r"update",
        r"unplug",
        r"log(?:ging)? (?:out|in|back)",
        r"sign(?:ing)? (?:out|in)",
        r"make sure",
        r"recommend",
        r"suggest",
        r"advise",
    ),
    "refuse": _cue(
        r"unable",
        r"cannot",
        r"can['’]?t",
        r"can not",
        r"not able",
        r"unfortunately",
        r"won['’]t",
        r"not (?:allowed|possible|eligible)",
    ),
    "offer help": _cue(r"help", r"assist\w*"),
    "refund": _cue(r"refund\w*", r"money back", r"reimburse\w*"),
    "cancel": _cue(r"cancel\w*"),
    "exchange": _cue(r"exchang\w+", r"replac\w+", r"return(?:ed|ing|s)? (?:it|the|your|them|item)"),
    "book": _cue(r"(?:re-?)?book(?:ed|ing)?", r"reserv\w+", r"schedul\w+"),
    "compensate": _cue(r"compensat\w+", r"vouchers?", r"credit\w*", r"certificates?", r"goodwill", r"gift card"),
    "change": _cue(r"chang\w+", r"modif\w+", r"upgrad\w+"),
    "wait": _cue(r"patien\w+", r"delay\w*", r"as soon as", r"shortly", r"soon", r"hours?", r"bear with"),
}


@dataclass(frozen=True)
class Done:
    """What a reply does: its steps, and the stems of what it speaks of."""

    steps: frozenset[str]
    facts: frozenset[str]


def read(reply: str) -> Done:
    """Give what a masked reply does; greeting, handles, sign-off and placeholders say nothing."""
    steps: set[str] = set()
    for sentence in _SENTENCE.split(_PLACEHOLDER.sub(" ", reply)):
        steps |= {name for name, cue in STEPS.items() if cue.search(sentence)}
        if _ASKS.search(sentence):
            steps |= {f"ask for {name}" for name, cue in WANTED.items() if cue.search(sentence)}
    bare = _LINK.sub(" ", _PLACEHOLDER.sub(" ", _DRESS.sub(" ", reply))).lower().replace("’", "'")
    words = [word for word in _WORD.findall(bare) if word not in STOPWORDS_EN_PLUS and word not in _EMPTY]
    return Done(frozenset(steps), frozenset(_STEMMER.stemWords(words)))


def f1(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Give the harmonic mean of precision and recall of a set; nothing against nothing is agreement."""
    if not ours and not theirs:
        return 1.0
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def likeness(draft: str, reply: str) -> tuple[float, float]:
    """Give the F1 of the steps and of the facts, each 0-1; an empty draft has neither."""
    if not draft.strip():
        return 0.0, 0.0
    ours, theirs = read(draft), read(reply)
    return f1(ours.steps, theirs.steps), f1(ours.facts, theirs.facts)
