"""Tells how soon a case wants an answer, by what the customer says: danger, money at risk, a date, being stuck."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class _Sign:
    reason: str
    points: float
    pattern: re.Pattern[str]


def _sign(reason: str, points: float, *alternatives: str) -> _Sign:
    return _Sign(reason, points, re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + r")(?!\w)", re.IGNORECASE))


# The strongest first: the reason that is shown is the first that is found.
_SIGNS = (
    _sign(
        "danger",
        3.0,
        r"caught fire|on fire|burst into flames?|flared? up|flames?|smok(?:e|ing) (?:came|coming|from|out)|explod\w+|"
        r"electric shock|gas leak|smell of gas|carbon monoxide|(?:was|got|is|been|were) (?:hurt|injured|burn(?:ed|t))|"
        r"hospital|ambulance|allergic reaction|chok(?:ed|ing)|dangerous|unsafe|suicid\w+",
        r"brennt|in flammen|stichflamme|rauch(?:t|entwicklung)?|explodier\w+|stromschlag|gasgeruch|verletzt|verbrannt|"
        r"krankenhaus|notarzt|gefährlich|lebensgefahr",
    ),
    _sign(
        "fraud",
        2.5,
        r"fraud\w*|scam(?:med)?|hacked|stolen|unauthori[sz]ed|identity theft|did(?: not|n['’]t) (?:make|authori[sz]e) "
        r"(?:this|that|the|these) \w+|someone (?:is|has|was|got|tried|used|else)\b.{0,30}\b(?:account|card|password)",
        r"betrug|betrüger\w*|gehackt|gestohlen|geklaut|unbefugt\w*|nicht autorisiert|missbrauch\w*",
    ),
    _sign(
        "legal",
        2.0,
        r"lawyers?|solicitors?|attorney|legal action|small claims|ombudsman|trading standards|charge ?back|"
        r"final notice|sue you",
        r"anw[aä]lt\w*|rechtliche schritte|mahnbescheid|verbraucherzentrale|letzte (?:mahnung|frist)|klage",
    ),
    _sign(
        "deadline",
        1.5,
        r"urgent(?:ly)?|asap|as soon as possible|immediately|right now|right away|straight away|emergency|"
        r"(?:by|before|until|for) (?:today|tonight|tomorrow)|(?:leav(?:e|ing)|fly(?:ing)?|flight|travel(?:l?ing)?|"
        r"depart\w*|trip|wedding|due|need (?:it|them|this)) "
        r".{0,25}?(?:today|tonight|tomorrow|in (?:an?|one|two|three|\d) hours?)",
        r"dringend\w*|eilig|sofort|umgehend|schnellstmöglich|so schnell wie möglich|notfall|bis (?:heute|morgen)|"
        r"(?:heute|morgen) (?:noch|früh|abend)",
    ),
    _sign(
        "stuck",
        1.0,
        r"locked out|can(?:not|['’]?t) (?:log ?in|sign ?in|get in(?:to)?|access|pay|use|work|check ?in|board)|"
        r"stranded|stuck (?:at|in|on)|no (?:internet|heating|power|water|signal|service)|"
        r"(?:is|are|went|completely) down|"
        r"missed (?:my|our|the) (?:flight|connection|train)",
        r"ausgesperrt|gesperrt|komme nicht (?:rein|ins?|hinein)|kann (?:mich )?nicht (?:anmelden|einloggen|bezahlen)|"
        r"kein (?:internet|strom|wasser|empfang)|gestrandet",
    ),
    _sign(
        "again",
        1.0,
        r"(?:third|fourth|fifth|3rd|4th|5th|\d+th) time|again and again|"
        r"(?:still|yet) no (?:answer|reply|response|refund)|"
        r"no(?:body|-one| one) (?:has |ever )?(?:answer\w*|repl\w+|respon\w+|call\w*)|for (?:weeks|months)|"
        r"(?:two|three|four|several|\d+) (?:e-?mails?|calls?|times) (?:now|already|and)",
        r"zum (?:dritten|vierten|fünften|x-ten) mal|immer noch (?:keine|nicht)|seit (?:wochen|monaten)|"
        r"niemand (?:antwortet|meldet|reagiert)",
    ),
)
_PAST = re.compile(
    r"no (?:rush|hurry)|not urgent|whenever (?:you|suits)|(?:keine? |nicht )(?:eile|eilig|dringend)", re.IGNORECASE
)
_MOODS = {"angry": 1.0, "impatient": 0.75, "worried": 0.5}
LEVELS = ((3.0, "urgent"), (1.5, "high"))


def urgency(text: str, mood: str = "calm") -> tuple[str, float, str]:
    """Give a level (urgent, high, normal, low), how clear it is (0-1) and the reason's name.

    `text` is what the customer wrote, `mood` how they sound. Low is only what the customer calls so.
    """
    told = _PAST.sub(" ", text)
    found = [sign for sign in _SIGNS if sign.pattern.search(told)]
    points = sum(sign.points for sign in found) + _MOODS.get(mood, 0.0)
    if not found and told != text:
        return "low", 0.7, "no_rush"
    reason = found[0].reason if found else ("mood" if points else "nothing")
    for least, level in LEVELS:
        if points >= least:
            return level, min(0.5 + 0.15 * (points - least + 1), 0.95), reason
    return "normal", 1.0 - 0.5 * points / LEVELS[-1][0], reason
