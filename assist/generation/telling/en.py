"""Retells English in the third person: "I need my order number" by the customer is "Customer needs their order number".

Rules over the first words, no parser. "They" takes the verb form that "I", "we" and "you" take, but for "am" and "was",
so the rest of a sentence can stay. What the rules do not know for sure is quoted after the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assist.generation.telling.verbs import IMPERATIVES, past, third

_NOT_LY = "apply|reply|supply|rely|fly|early|family|only"
_ADVERB = (
    rf"(?:no longer|still|just|also|already|never|always|really|only|now|even|both|then|often|not|"
    rf"(?!(?:{_NOT_LY})\b)[a-z]{{3,}}ly)"
)
_ADVERBS = rf"((?: {_ADVERB})*)"
_AUX = r"(can|could|will|would|should|shall|may|might|must|is|are|am|was|were|do|does|did|have|has|had)(n't)?"
_PRONOUN = r"(i|you|we|they|he|she|it|this|that|there|these|those)"
_WH = r"(?:what|when|where|which|who|whom|whose|why|how)"
_FINITE = (
    r"(?:\b(?:is|are|was|were|has|have|had|will|would|can|could|should|may|might|must|does|do|did|cannot|takes?|costs?|"
    r"needs?|works?|keeps?|says?|said|shows?|went|got|came|left|goes|gets|seems?|looks?|means?|helps?)\b|n't\b|"
    r"'(?:s|re|ll|ve)\b|"
    r"\w{3,}ed\b)"
)
# Said before what matters: "Yes, but sorry, …"; "No service" and "Great service" begin otherwise.
_LEAD = re.compile(
    r"^(?:(?:(?:and|but|so|also|well|ok(?:ay)?|oh|anyway|plus|basically|actually|of course|unfortunately|"
    r"in that case|please note|"
    r"i(?:'m| am) (?:so |very |really )?(?:sorry|afraid)(?: to hear that)?(?:,? but)?)[,.!]*|"
    r"(?:yes|yeah|yep|no|nope|hey|hi|hello|now|then|sure|right|all right|alright|thanks|thank you|great|good|"
    r"i see|sorry|excuse me|please|kindly|"
    r"(?:mr|mrs|ms|dr)\.? [A-Z]\w+|(?-i:[A-Z][a-z]+)(?=, (?:can|could|would|will|do|did|are|is|have|what|when|"
    r"where|why|how|i|i'm|you|please)\b))[,.!]+) +(?:that )?)+(?=\w)",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:please |pls )?(?:can|could|would|will|may) you (?:please |kindly |also |just |possibly |maybe )*(?!be\b|"
    r"have\b|like\b|want\b|prefer\b|need\b|mind\b)"
    r"([a-z-]+)(?!\w)(.*)$",
    re.IGNORECASE,
)
_WHETHER = re.compile(rf"^{_AUX} {_PRONOUN}(?= |$)(.*)$", re.IGNORECASE)
_WONDERED = re.compile(rf"^({_WH}(?: [\w-]+){{0,4}}?) {_AUX} {_PRONOUN}(?= |$)(.*)$", re.IGNORECASE)
_WHERE_IS = re.compile(
    r"^(where|what|when|who|how) (is|are|was|were) ((?:my|the|your|our) (?:[\w-]+ ){0,2}(?!\w+(?:ing|ed)\b)[\w-]+)$",
    re.IGNORECASE,
)
_ASKED_SUBJECT = re.compile(
    r"^(?:what|who|which \w+) (?:happen(?:s|ed)|went|goes|caus(?:es|ed)|makes|made|comes|came)\b", re.IGNORECASE
)
_ORDER = re.compile(
    rf"^(?:please |kindly |just |do )*(don't |do not |never )?({'|'.join(sorted(IMPERATIVES))})(?![\w'-])(?! (?:is|"
    rf"are|was|were|will|has|have)\b)(.*)$",
    re.IGNORECASE,
)
_FIRST = re.compile(rf"^(?:i|we)(?:('m|'re|'ve|'ll|'d)|{_ADVERBS} ([a-z]+(?:n't)?))(?![\w'])(.*)$", re.IGNORECASE)
_NO_SUBJECT = re.compile(rf"^((?:{_ADVERB} )*)([a-z]+)(?= )(.*)$", re.IGNORECASE)
_ONGOING = frozenset(["waiting", "trying", "having", "getting", "looking", "wondering", "hoping", "calling", "missing"])
_DID = frozenset(
    [
        "got",
        "went",
        "sent",
        "bought",
        "paid",
        "found",
        "lost",
        "tried",
        "called",
        "ordered",
        "received",
        "asked",
        "contacted",
        "waited",
        "booked",
        "returned",
        "purchased",
        "checked",
        "signed",
        "changed",
        "spoke",
        "told",
        "noticed",
        "cancelled",
        "canceled",
        "requested",
        "updated",
        "reset",
        "restarted",
    ]
)
_CLAUSE = re.compile(
    r"^(?:my|our|the|your|it|there|this|that|these|those|they|he|she|you|all|some|no|nothing|nobody|someone|"
    r"every\w*|if|when|"
    rf"once|as|unless|because|a|an|one|two|both|i|we|<[A-Z_]+_\d+>|here|after|before|since|"
    rf"while)(?=[ '])(?=.*{_FINITE})",
    re.IGNORECASE,
)
# A word that begins small inside a sentence; another may be a name.
_SMALL = re.compile(
    rf"^(?:a|an|the|my|our|your|their|his|her|its|all|some|no|not|nothing|nobody|someone|every\w*|if|once|as|"
    rf"unless|because|one|two|"
    rf"three|both|any\w*|still|just|only|at|in|on|for|by|with|from|to|of|and|or|but|so|after|before|since|until|"
    rf"while|even|please|here|\w+ing|"
    rf"{_WH}|{_AUX}|{_PRONOUN}|{_ADVERB})\b(?!'?[A-Z])",
    re.IGNORECASE,
)
_VERB_AFTER = re.compile(
    rf"^(?:('re|'ve|'ll|'d)|{_ADVERBS} (are|were|have|had|do|don't|did|didn't|can|can't|cannot|could|will|won't|"
    rf"would|should|may|might|"
    r"must|need|want|get|got|see|like|know|think|receive|received|give|called|use|ordered|go|went|tried|mean|said|"
    r"say|feel|look|wish|"
    r"prefer|haven't|aren't|weren't|purchased|bought|placed|paid|choose|enjoy|believe|live|work|plan))(?![\w'])",
    re.IGNORECASE,
)
# What a subject follows.
_JOINS = re.compile(
    r"(?:^|\b(?:if|once|when|whenever|that|as|because|what|how|where|whether|before|after|while|unless|until|"
    r"since|so|which|who|why)) $",
    re.IGNORECASE,
)
# "Let you know", "have you check": what follows belongs to another verb.
_OBJECT_OF = re.compile(r"\b(?:let|have|make|help|to|for|with|from|see|get) $", re.IGNORECASE)
_BEHIND = re.compile(r"\b(are|were|do|did|can|could|will|would|should|may|might|must)(n't)? (you)\b", re.IGNORECASE)
_TAG = re.compile(r",? you (?:know|see)$", re.IGNORECASE)
_AUX_BEFORE = re.compile(rf"\b{_AUX} $", re.IGNORECASE)
_MINE = re.compile(
    rf"\b(I|[Mm]y|me)\b(?:('m|'ve|'ll|'d)(?!\w)|{_ADVERBS} (?!(?:at|in|on|to|for|with|and|or|but|of|from|if|when|"
    rf"as|so)\b)([a-z]+(?:n't)?)(?![\w']))?"
)
_TURNS = (
    (re.compile(r"\b[Ii](?: am\b|'m\b| m\b)|\b[Ww]e're\b"), "they are"),
    (re.compile(r"\b[Ii] was\b"), "they were"),
    (re.compile(r"\b[Aa]m I\b"), "are they"),
    (re.compile(r"\b[Ww]as I\b"), "were they"),
    (re.compile(r"\b(?:I|i(?= )|[Ww]e)\b"), "they"),
    (re.compile(r"\b(?:[Mm]y|[Oo]ur)\b"), "their"),
    (re.compile(r"\b(?:[Mm]e|us|Us)\b"), "them"),
    (re.compile(r"\b(?:mine|ours)\b"), "theirs"),
    (re.compile(r"\b(?:[Mm]yself|ourselves)\b"), "themselves"),
)


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
            text = _MINE.sub(lambda match: self._mine(match, text[: match.start()]), text)
        for old, new in _TURNS:
            text = old.sub(new, text)
        if not self.you:
            return text
        text = _TAG.sub("", text)
        text = _BEHIND.sub(lambda m: self._behind(m[1], m[2] or "", m[3]), text)
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
        if _AUX_BEFORE.search(before):
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
        verb = _VERB_AFTER.match(rest) if form == "you" and not _OBJECT_OF.search(before) else None
        if form == "yourself":
            return "themselves", 0
        if self.named:
            subject = verb or _JOINS.search(before)
            return {"your": "their", "yours": "theirs"}.get(form, "they" if subject else "them"), 0
        self.named = True
        if form in {"your", "yours"}:
            return f"{self.you}'s", 0
        if verb is None:
            other = re.match(rf"{_ADVERBS} ([a-z]+)(?![\w'])", rest) if _JOINS.search(before) else None
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
    bare = bare if re.match(r"no (?:\w+ )?(?:one|body|way|longer|more)\b", bare, re.IGNORECASE) else _LEAD.sub("", bare)
    told = _asked(bare, voice) if question or _POLITE.match(bare) else _ordered(bare, voice)
    if question and told is None:
        return f"{me} asks: {_small(voice.turn(bare))}?"
    if told is None:
        told = _did(bare, voice)
    if told is None and _CLAUSE.match(bare):
        verb = f"{me} complains that" if complains else f"{voice.to('tells')} that" if names_both else f"{me} says"
        told = f"{verb} {_small(voice.turn(bare))}"
    return (told or f"{me}: {_large(voice.turn(bare))}") + ("…" if sentence.endswith("…") else ".")


def _plain(sentence: str) -> str:
    out = sentence.replace("’", "'").strip()
    out = re.sub(r"\b(I|i) ?(?='[mvld])", "I", out)
    out = re.sub(r"\bI'd (?=been\b|better\b|\w+ed\b)", "I had ", out)
    out = re.sub(rf"\b({_WH}|that|there|here|it)'s\b(?! (?:been|got)\b)", r"\1 is", out, flags=re.IGNORECASE)
    out = re.sub(r"\b(wo|ca)n't\b", lambda m: {"wo": "will not", "ca": "cannot"}[m[1].lower()], out)
    return re.sub(r"\b(can|could|would|will|do) u\b", r"\1 you", out, flags=re.IGNORECASE)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if _SMALL.match(text) else text


def _large(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith(("their ", "they ", "them ")) else text


def _asked(bare: str, voice: _Voice) -> str | None:
    """Tell a question by "asks whether …" or "asks when …", where the subject is a pronoun or a short noun."""
    if match := _POLITE.match(bare):
        return None if match[1].lower().endswith("ing") else _asks_to(match[1], match[2], voice)
    if match := _WHETHER.match(bare):
        asks = voice.to("asks")
        clause = _straight(match[1], match[2], match[3], match[4], voice)
        return clause and f"{asks} whether {clause}"
    if match := _WONDERED.match(bare):
        asks = voice.to("asks")
        clause = _straight(match[2], match[3], match[4], match[5], voice)
        return clause and f"{asks} {_small(voice.turn(match[1]))} {clause}"
    if match := _WHERE_IS.match(bare):
        return f"{voice.to('asks')} {match[1].lower()} {_small(voice.turn(match[3]))} {match[2]}"
    if _ASKED_SUBJECT.match(bare):
        return f"{voice.to('asks')} {_small(voice.turn(bare))}"
    return None


def _straight(aux: str, negation: str | None, pronoun: str, rest: str, voice: _Voice) -> str | None:
    """Put a question's subject before its verb: "can I switch" gives "they can switch"."""
    aux, low, rest = aux.lower(), pronoun.lower(), voice.turn(rest)
    subject = "they" if low in {"i", "we"} or (low == "you" and voice.you) else low
    plural = subject in {"they", "you", "these", "those"}
    if aux in {"do", "does", "did"} and not negation:
        match = re.match(rf"^{_ADVERBS} ([a-z]+)\b(.*)$", rest, re.IGNORECASE)
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
    if match := _ORDER.match(bare):
        return _asks_to(match[2], match[3], voice, negated=bool(match[1]))
    return None


def _asks_to(verb: str, rest: str, voice: _Voice, *, negated: bool = False) -> str:
    verb = verb.upper() if verb.lower() in {"dm", "pm"} else verb.lower()
    asks = voice.to("asks") + ("" if voice.you else " you")
    return f"{asks} {'not ' if negated else ''}to {verb}{voice.turn(rest)}"


def _did(bare: str, voice: _Voice) -> str | None:
    """Begin with the speaker's name where the sentence begins with "I", "we", or leaves them out."""
    if match := _FIRST.match(bare):
        short, adverbs, verb, rest = match.groups()
        if verb and verb.lower() in {"and", "or", "with", "all"}:
            return None
        form = {"'ll": "will", "'d": "would"}.get((short or "").lower()) or third((short or verb).lower())
        return f"{voice.me}{(adverbs or '').lower()} {form}{voice.turn(rest)}"
    match = _NO_SUBJECT.match(bare)
    if match and match[2].lower() in _ONGOING:
        return f"{voice.me} is {match[1].lower()}{match[2].lower()}{voice.turn(match[3])}"
    if match and match[2].lower() in _DID:
        return f"{voice.me} {match[1].lower()}{match[2].lower()}{voice.turn(match[3])}"
    return None
