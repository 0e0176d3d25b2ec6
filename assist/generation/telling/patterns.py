"""What English sentences look like that retelling turns round: questions, requests, statements, and who is meant."""

from __future__ import annotations

import re

from assist.generation.telling.verbs import IMPERATIVES

NOT_LY = "apply|reply|supply|rely|fly|early|family|only"
ADVERB = (
    rf"(?:no longer|still|just|also|already|never|always|really|only|now|even|both|then|often|not|"
    rf"(?!(?:{NOT_LY})\b)[a-z]{{3,}}ly)"
)
ADVERBS = rf"((?: {ADVERB})*)"
AUX = r"(can|could|will|would|should|shall|may|might|must|is|are|am|was|were|do|does|did|have|has|had)(n't)?"
PRONOUN = r"(i|you|we|they|he|she|it|this|that|there|these|those)"
WH = r"(?:what|when|where|which|who|whom|whose|why|how)"
FINITE = (
    r"(?:\b(?:is|are|was|were|has|have|had|will|would|can|could|should|may|might|must|does|do|did|cannot|takes?|costs?|"
    r"needs?|works?|keeps?|says?|said|shows?|went|got|came|left|goes|gets|seems?|looks?|means?|helps?)\b|n't\b|"
    r"'(?:s|re|ll|ve)\b|"
    r"\w{3,}ed\b)"
)
# Said before what matters: "Yes, but sorry, …"; "No service" and "Great service" begin otherwise.
LEAD = re.compile(
    r"^(?:(?:(?:and|but|so|also|well|ok(?:ay)?|oh|anyway|plus|basically|actually|of course|unfortunately|"
    r"in that case|please note|"
    r"i(?:'m| am) (?:so |very |really )?(?:sorry|afraid)(?: to hear that)?(?:,? but)?)[,.!]*|"
    r"(?:yes|yeah|yep|no|nope|hey|hi|hello|now|then|sure|right|all right|alright|thanks|thank you|great|good|"
    r"i see|sorry|excuse me|please|kindly|"
    r"(?:mr|mrs|ms|dr)\.? [A-Z]\w+|(?-i:[A-Z][a-z]+)(?=, (?:can|could|would|will|do|did|are|is|have|what|when|"
    r"where|why|how|i|i'm|you|please)\b))[,.!]+) +(?:that )?)+(?=\w)",
    re.IGNORECASE,
)
POLITE = re.compile(
    r"^(?:please |pls )?(?:can|could|would|will|may) you (?:please |kindly |also |just |possibly |maybe )*(?!be\b|"
    r"have\b|like\b|want\b|prefer\b|need\b|mind\b)"
    r"([a-z-]+)(?!\w)(.*)$",
    re.IGNORECASE,
)
WHETHER = re.compile(rf"^{AUX} {PRONOUN}(?= |$)(.*)$", re.IGNORECASE)
WONDERED = re.compile(rf"^({WH}(?: [\w-]+){{0,4}}?) {AUX} {PRONOUN}(?= |$)(.*)$", re.IGNORECASE)
WHERE_IS = re.compile(
    r"^(where|what|when|who|how) (is|are|was|were) ((?:my|the|your|our) (?:[\w-]+ ){0,2}(?!\w+(?:ing|ed)\b)[\w-]+)$",
    re.IGNORECASE,
)
ASKED_SUBJECT = re.compile(
    r"^(?:what|who|which \w+) (?:happen(?:s|ed)|went|goes|caus(?:es|ed)|makes|made|comes|came)\b", re.IGNORECASE
)
ORDER = re.compile(
    rf"^(?:please |kindly |just |do )*(don't |do not |never )?({'|'.join(sorted(IMPERATIVES))})(?![\w'-])(?! (?:is|"
    rf"are|was|were|will|has|have)\b)(.*)$",
    re.IGNORECASE,
)
FIRST = re.compile(rf"^(?:i|we)(?:('m|'re|'ve|'ll|'d)|{ADVERBS} ([a-z]+(?:n't)?))(?![\w'])(.*)$", re.IGNORECASE)
NO_SUBJECT = re.compile(rf"^((?:{ADVERB} )*)([a-z]+)(?= )(.*)$", re.IGNORECASE)
ONGOING = frozenset(["waiting", "trying", "having", "getting", "looking", "wondering", "hoping", "calling", "missing"])
DID = frozenset(
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
CLAUSE = re.compile(
    r"^(?:my|our|the|your|it|there|this|that|these|those|they|he|she|you|all|some|no|nothing|nobody|someone|"
    r"every\w*|if|when|"
    rf"once|as|unless|because|a|an|one|two|both|i|we|<[A-Z_]+_\d+>|here|after|before|since|"
    rf"while)(?=[ '])(?=.*{FINITE})",
    re.IGNORECASE,
)
# A word that begins small inside a sentence; another may be a name.
SMALL = re.compile(
    rf"^(?:a|an|the|my|our|your|their|his|her|its|all|some|no|not|nothing|nobody|someone|every\w*|if|once|as|"
    rf"unless|because|one|two|"
    rf"three|both|any\w*|still|just|only|at|in|on|for|by|with|from|to|of|and|or|but|so|after|before|since|until|"
    rf"while|even|please|here|\w+ing|"
    rf"{WH}|{AUX}|{PRONOUN}|{ADVERB})\b(?!'?[A-Z])",
    re.IGNORECASE,
)
VERB_AFTER = re.compile(
    rf"^(?:('re|'ve|'ll|'d)|{ADVERBS} (are|were|have|had|do|don't|did|didn't|can|can't|cannot|could|will|won't|"
    rf"would|should|may|might|"
    r"must|need|want|get|got|see|like|know|think|receive|received|give|called|use|ordered|go|went|tried|mean|said|"
    r"say|feel|look|wish|"
    r"prefer|haven't|aren't|weren't|purchased|bought|placed|paid|choose|enjoy|believe|live|work|plan))(?![\w'])",
    re.IGNORECASE,
)
# What a subject follows.
JOINS = re.compile(
    r"(?:^|\b(?:if|once|when|whenever|that|as|because|what|how|where|whether|before|after|while|unless|until|"
    r"since|so|which|who|why)) $",
    re.IGNORECASE,
)
# "Let you know", "have you check": what follows belongs to another verb.
OBJECT_OF = re.compile(r"\b(?:let|have|make|help|to|for|with|from|see|get) $", re.IGNORECASE)
BEHIND = re.compile(r"\b(are|were|do|did|can|could|will|would|should|may|might|must)(n't)? (you)\b", re.IGNORECASE)
TAG = re.compile(r",? you (?:know|see)$", re.IGNORECASE)
AUX_BEFORE = re.compile(rf"\b{AUX} $", re.IGNORECASE)
MINE = re.compile(
    rf"\b(I|[Mm]y|me)\b(?:('m|'ve|'ll|'d)(?!\w)|{ADVERBS} (?!(?:at|in|on|to|for|with|and|or|but|of|from|if|when|"
    rf"as|so)\b)([a-z]+(?:n't)?)(?![\w']))?"
)
TURNS = (
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
