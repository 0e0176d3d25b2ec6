"""The telling words of a sentence in English or German, cut to what their forms have in common."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,:]\d+)*")
_CODE = re.compile(r"<[A-Z_]+_\d+>")
_OUR_S = re.compile(r"['’].*$")
# Longest first; a stem keeps four letters.
_ENDINGS = (
    "ungen", "ation", "ingly", "lich", "iert", "ung", "ing", "edly", "tion", "ies", "ten", "ern", "est", "ed", "en",
    "er", "es", "et", "em", "te", "ly", "e", "s", "n", "t", "d", "y",
)  # fmt: skip
_SMALL_TEXT = (
    "a an the and or but if then so as of to in on at by for from with without into onto over under about after before "
    "is are was were be been being am do does did done have has had having can could may might must shall should will "
    "would not no nor yes this that these those there here it its i me my we us our you your yours he him his she her "
    "they them their who whom whose which what when where why how all any each every some such than too very just also "
    "only own same more most other another both either neither up down out off again once now still yet i'm i've i'd "
    "we've we're we'll you'll you're you've it's that's don't can't won't isn't please let get got go "
    "der die das den dem des ein eine einen einem einer eines und oder aber wenn dann so als von zu zum zur in im ins "
    "an am auf aus bei beim für mit ohne nach vor über unter um durch gegen bis ist sind war waren sein wird werden "
    "wurde wurden hat haben hatte kann können konnte könnte mag muss müssen soll sollte sollten darf durfte dürfen will wollen wollte musste mussten konnten nicht "
    "kein keine keinen ja nein dies diese dieser dieses diesen es ich mich mir mein meine wir uns unser unsere unseren "
    "sie ihr ihre ihren ihnen ihrem du dich dir dein deine er ihn ihm man wer wen wem was wann wo warum wie alle alles "
    "jede jeder jedes auch nur sehr noch schon mehr hier da dort bitte sich selbst damit dass daß"
)
SMALL = frozenset(_SMALL_TEXT.split())


def stem(word: str) -> str:
    """Give a word without its ending: "returned", "returns" and "returning" become one."""
    word = word.casefold()
    # Twice: "customers" and "customer" lose a different number of endings.
    for _ in range(2):
        word = next((word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= 4), word)
    return word


def stems(text: str) -> list[str]:
    """Give the stems of the words that say something, in order; placeholders say nothing."""
    words = (_OUR_S.sub("", word.casefold()) for word in _WORD.findall(_CODE.sub(" ", text)))
    return [stem(word) for word in words if word not in SMALL and (len(word) > 2 or word.isdigit())]
