"""English verb forms that retelling needs: which are past, and the third person of the others."""

from __future__ import annotations

import re

# Forms that stay as they are after a name: modals, and pasts that do not end in "ed".
_UNCHANGED = frozenset([
    "can", "could", "will", "would", "shall", "should", "may", "might", "must", "'ll", "'d", "can't", "cannot",
    "won't", "couldn't", "wouldn't", "shouldn't", "mustn't", "didn't", "hadn't", "had", "did", "was", "wasn't", "got",
    "went", "said", "told", "sent", "bought", "paid", "made", "took", "gave", "found", "thought", "saw", "came",
    "knew", "lost", "kept", "left", "met", "ran", "spoke", "wrote", "woke", "broke", "chose", "drove", "ate", "fell",
    "felt", "flew", "forgot", "heard", "held", "hung", "led", "lent", "meant", "rang", "sat", "slept", "sold",
    "spent", "stood", "stuck", "taught", "threw", "understood", "won", "wore", "began", "became", "brought", "built",
    "caught", "dealt", "drank", "fought", "froze", "grew", "hid", "rode", "sang", "shook", "shot", "slid", "swore",
    "tore", "withdrew", "put", "set", "cut", "hit", "let", "read", "quit", "hurt", "shut", "used",
])  # fmt: skip
_IRREGULAR = {
    "am": "is", "are": "is", "were": "was", "have": "has", "do": "does", "go": "goes", "don't": "doesn't",
    "haven't": "hasn't", "aren't": "isn't", "weren't": "wasn't", "'m": "is", "'re": "is", "'ve": "has",
    "ain't": "isn't",
}  # fmt: skip
_NO_PAST = frozenset(
    ["need", "feed", "speed", "proceed", "succeed", "exceed", "bleed", "breed", "seed", "weed", "embed"]
)
_PASTS = {
    "get": "got", "go": "went", "say": "said", "tell": "told", "send": "sent", "buy": "bought", "pay": "paid",
    "make": "made", "take": "took", "give": "gave", "find": "found", "think": "thought", "see": "saw", "come": "came",
    "know": "knew", "lose": "lost", "keep": "kept", "leave": "left", "meet": "met", "run": "ran", "speak": "spoke",
    "write": "wrote", "break": "broke", "choose": "chose", "drive": "drove", "eat": "ate", "fall": "fell",
    "feel": "felt", "fly": "flew", "forget": "forgot", "hear": "heard", "hold": "held", "mean": "meant", "sit": "sat",
    "sleep": "slept", "sell": "sold", "spend": "spent", "stand": "stood", "understand": "understood", "win": "won",
    "begin": "began", "become": "became", "bring": "brought", "build": "built", "catch": "caught", "have": "had",
    "do": "did", "put": "put", "set": "set", "cut": "cut", "hit": "hit", "let": "let", "read": "read", "grow": "grew",
}  # fmt: skip


def is_past(verb: str) -> bool:
    """Tell whether a form needs no ending after a name: a past or a modal."""
    low = verb.lower()
    return low in _UNCHANGED or (low.endswith("ed") and len(low) > 3 and low not in _NO_PAST)


def third(verb: str) -> str:
    """Give the form after a name: "need" gives "needs", "am" gives "is", "went" stays."""
    low = verb.lower()
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if is_past(low):
        return verb
    if re.search(r"[^aeiou]y$", low):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(?:s|x|z|ch|sh|o)$", low) else "s")


def past(verb: str) -> str:
    """Give the past of a base form: "receive" gives "received"."""
    low = verb.lower()
    if low in _PASTS:
        return _PASTS[low]
    if low.endswith("e"):
        return verb + "d"
    if re.search(r"[^aeiou]y$", low):
        return verb[:-1] + "ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgkmnprt]", low):
        return verb + verb[-1] + "ed"
    return verb + "ed"


# What people ask others to do; a sentence that begins with one of these is a request, not a statement.
IMPERATIVES = frozenset([
    "dm", "pm", "send", "share", "call", "contact", "check", "try", "visit", "reach", "let", "give", "provide",
    "follow", "click", "use", "keep", "take", "go", "see", "make", "confirm", "tell", "refer", "ensure", "allow",
    "write", "email", "e-mail", "message", "fill", "submit", "log", "sign", "restart", "reset", "return", "wait",
    "cancel", "refund", "fix", "help", "advise", "get", "update", "uninstall", "reinstall", "install", "drop",
    "speak", "ask", "come", "turn", "open", "select", "choose", "bring", "stay", "look", "put", "stop", "remove",
    "add", "change", "enter", "note", "explain", "show", "read", "pick", "hold", "leave", "respond", "reply", "join",
    "press", "delete", "clear", "switch", "ring", "report", "complete", "review", "remember", "forward", "quote",
    "include", "attach", "sit", "pay", "have", "be",
])  # fmt: skip
