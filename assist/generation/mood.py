"""Hears how a customer sounds: cue words, capitals, repeated marks, and how often they had to write."""

from __future__ import annotations

import re
from typing import Literal

from assist.case import CaseMessage, Mood
from assist.generation.cues import Cues
from assist.generation.sentences import own_text

Label = Literal["calm", "friendly", "worried", "impatient", "angry"]
_LETTERS = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")
_NOT_SAID = re.compile(r"<[A-Z_]+_\d+>|\S*(?:@|://|#)\S*")
# Who writes this part of it in capitals has the key stuck, or the habit: capitals among small letters are meant, these
# only sharpen a complaint.
HABIT = 0.85
_SMILES = re.compile("[\U0001f600-\U0001f60a\U0001f970\U0001f64f\u2764\U0001f44d\U0001f389]")
_SCOWLS = re.compile("[\U0001f620-\U0001f624\U0001f92c\U0001f621\U0001f644\U0001f44e]|:-?\\(")
_NEGATED = re.compile(r"\b(?:not|no|never|isn't|aren't|don't|doesn't|nicht|kein\w*)\s+(?:\w+\s+)?$", re.IGNORECASE)


def hear(text: str, cues: Cues) -> Label | None:
    """Give the mood of one message, or None when nothing in it tells."""
    text = cues.formula.sub("", own_text(text, cues))
    points: dict[Label, float] = {"angry": 0, "impatient": 0, "worried": 0, "friendly": 0}
    for label in points:
        for match in cues.moods[label].finditer(text):
            if not _NEGATED.search(text[: match.start()]):
                points[label] += 1
    if points["friendly"] and cues.thanks.search(text) and not points["angry"]:
        points["friendly"] += 0.5
    shouted = _shouted(text, complains=bool(points["angry"] or points["impatient"]))
    points["angry"] += 0.6 * min(shouted, 3) * (shouted > 1) + 0.5 * len(_SCOWLS.findall(text))
    if re.search(r"[!?]{2,}|! !", text):
        points["impatient" if not points["angry"] else "angry"] += 0.0 if points["friendly"] else 0.6
    points["friendly"] += 0.7 * min(len(_SMILES.findall(text)), 2)
    if points["angry"] and points["friendly"]:
        # "Great, lost again. Thanks a lot": thanks beside anger is sarcasm more often than praise.
        points["friendly"] -= points["angry"]
    best = max(points, key=lambda label: points[label])
    return best if points[best] >= (1 if best != "angry" else 0.9) else None


def _shouted(text: str, *, complains: bool) -> int:
    words = _LETTERS.findall(_NOT_SAID.sub(" ", text))
    loud = [word for word in words if word.isupper()]
    return sum(len(word) > 3 for word in loud) if complains or len(loud) < HABIT * len(words) else 0


def follow(mood: Mood, message: CaseMessage, *, answered: bool, glad: bool, cues: Cues) -> Mood:
    """Take one more customer message into account; `answered`: an agent has written since the customer's last.

    `glad`: kind words are meant; where something is wrong and nobody has answered yet, they are sarcasm.
    A message that tells nothing leaves a bad mood as it is, and a friendly one calm.
    """
    heard = hear(message.text, cues)
    heard = None if heard == "friendly" and not glad else heard
    contacts = mood.contacts + 1 if answered and mood.messages else mood.contacts
    if heard is None:
        heard = "calm" if mood.label == "friendly" else mood.label
    elif heard == "impatient" and mood.label == "angry":
        heard = "angry"
    if not mood.messages:
        return Mood(label=heard, was=None, messages=[message.position], contacts=contacts)
    if heard == mood.label:
        kept = [*mood.messages, message.position][-5:] if hear(message.text, cues) == heard else mood.messages
        return Mood(label=heard, was=mood.was, messages=kept, contacts=contacts)
    return Mood(label=heard, was=mood.label, messages=[message.position], contacts=contacts)
