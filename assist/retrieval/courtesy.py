"""Takes courtesy out of texts: how politely somebody asks is no topic."""

from __future__ import annotations

import re

from assist.retrieval.words import bare

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# A sentence of nothing but these, at least one of the first kind, says that somebody is polite. Thanks are not of that
# kind: what a customer is grateful for is what their message is about.
_POLITE = """hi hello hey dear greetings morning afternoon evening please regards sincerely hope advance
hallo guten liebe lieber geehrte geehrter bitte grüße grüßen gruß hoffe voraus"""
_SMALL = """a all an and any anyone appreciate appreciated are as assist at be best can cheers could day everyone for
forward from good grateful guys have hearing help helping i i'd i'm if in is it kind kindly look looking madam many may
me much my of on our out really sir so some somebody someone support team thank thanks that the there this thx time to
today us very we well will wishes with would you your yours
abend alle an auch damen dank danke dankbar das dafür dass dem den der die du einen es euch für hat haben helfen herren
herzlich herzlichen ich ihnen ihr ihre im kann können könnt leute mal mir mit mein meine morgen nachmittag schon schönen
sehr sie tag um und uns unterstützung viele vielen wäre wünsche zusammen"""
_IS_POLITE = frozenset(_POLITE.split())
_SAYS_NOTHING = _IS_POLITE.union(_SMALL.split())


def without_courtesy(text: str) -> str:
    """Give the text without sentences that are courtesy alone; all of it where nothing else would be left."""
    parts = [part for part in _SENTENCE.split(text) if part.strip()]
    kept = [part for part in parts if not _is_courtesy(part)]
    return "\n".join(kept) if kept else text


def _is_courtesy(sentence: str) -> bool:
    words = [word.lower().replace("’", "'") for word in _WORD.findall(bare(sentence))]
    return not _IS_POLITE.isdisjoint(words) and _SAYS_NOTHING.issuperset(words)
