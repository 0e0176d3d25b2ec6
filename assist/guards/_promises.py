"""What a reply may commit the company to: the words for each thing, and the ways to promise, in English and German."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WE = r"(?:we|i|our (?:team|company|warehouse|colleagues?)|<brand>)"
_AUX = r"(?:will|shall|are going to|am going to|can promise to|promise to|guarantee to|would be happy to|are happy to|am happy to|have decided to|hereby|['’]ll)"
_WIR = r"(?:wir|ich|unser (?:team|lager|haus))"
# Somebody of ours does it, will do it, or the reader gets it.
OFFERED = re.compile(
    rf"\b{_WE}\b(?:['’](?:ll|re|m|ve|d)\b)?|\b(?:you|your (?:account|card|order|money|deposit|subscription|fee|parcel|package|delivery|item|refund|replacement|shipment))\b[^.!?]{{0,40}}"
    r"\b(?:will|shall|get|gets|receive|receives|have|are entitled|['’]ll|is being|are being|has been|have been)\b|"
    r"\b(?:all |every |our )?customers? (?:will )?(?:gets?|receives?)\b|\balle kunden (?:erhalten|bekommen)\b|"
    r"\b(?:has|have|had|will|is|are|was|were|gets?)\b[^.!?]{0,25}\b(?:been|be|being)\b|\bhere is\b|\bhave (?:a|this)\b|\benjoy\b|"
    rf"\b{_WIR}\b|\b(?:sie|du|ihnen|dir|ihr konto)\b[^.!?]{{0,60}}\b(?:erhalten|erhältst|bekommen|bekommst|wird|werden|haben|zurück)\b|"
    r"\b(?:erhalten|bekommen|haben) sie\b|\b(?:wird|werden|wurde|wurden|worden)\b",
    re.IGNORECASE,
)
# What is asked, wished, refused or only possible is no promise.
_OPEN = (
    r"\b(?:if|whether|unless|in case|once|as soon as|could|might|may|cannot|can['’]?t|can ?not|won['’]?t|will not|not able|unable|"
    r"don['’]?t|doesn['’]?t|do not|does not|isn['’]?t|aren['’]?t|is not|are not|no longer|not|never|how (?:to|do|long|much)|"
    r"request(?:ed|s)? (?:a|the|your)|you (?:asked|requested|wanted|would like|mentioned|wrote|want)|let me know|please (?:confirm|tell|send|let))\b|"
    r"\b(?:ob|falls|wenn|sofern|sobald|könnte|könnten|vielleicht|eventuell|leider|nicht|kein|keine|keinen|keiner|nie|"
    r"sie (?:möchten|wünschen|baten|schrieben|fragten)|bitte (?:teilen|senden|bestätigen|schicken))\b"
)
OPEN = re.compile(_OPEN, re.IGNORECASE)
# It is said to have happened already.
DONE = re.compile(
    rf"\b{_WE}(?:['’]ve| have| just)\b|\b(?:has|have) (?:already |just |now )?been\b|\bwas (?:already |just )?(?:refunded|credited|waived|issued)\b|"
    rf"\b{_WIR} haben?\b|\bhaben? (?:wir|ich)\b|\b(?:wurde|wurden|ist|sind)\b[^.!?]{{0,60}}\b(?:worden|erstattet|gutgeschrieben|erlassen|überwiesen|storniert)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Promise:
    """One kind of commitment: `words` name the thing; `strong` expressions promise by themselves."""

    kind: str
    words: re.Pattern[str]
    strong: re.Pattern[str] | None = None


def _any(*expressions: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in expressions), re.IGNORECASE)


KINDS = (
    Promise(
        "refund",
        _any(
            r"\brefund(?:s|ed|ing)?\b", r"\breimburse(?:d|ment|s)?\b", r"\bmoney back\b",
            r"\b\d[\d.,]* ?(?:euros?|pounds?|dollars?|eur|gbp|usd|€|£|\$)(?!\w)[^.!?]{0,20}\b(?:back|zurück)\b|[€£$] ?\d[\d.,]*[^.!?]{0,20}\b(?:back|zurück)\b", r"\b(?:pay|send|return|transfer)\w* (?:you )?(?:back )?(?:the |your )(?:full |whole |entire )?(?:amount|money|price|cost)\b",
            r"\bcharge(?:s)? (?:reversed|back)\b|\brevers(?:e|ed|ing) the charge", r"\b(?:rück|zurück)?erstatt\w*", r"\bgeld zurück\b", r"\bzurück(?:zahl|überweis|buch)\w*",
        ),
    ),
    Promise(
        "credit",
        _any(
            r"\b(?:store |account |travel |service |goodwill )?credit(?:s|ed|ing)?\b(?! ?card)", r"\bvoucher\w*", r"\bgift ?card\b", r"\bcompensat\w*", r"\bgoodwill\b", r"\bbonus\b",
            r"\b(?:extra|free|bonus) (?:points|miles|months?|weeks?)\b", r"\bgutschein\w*", r"\bgutschrift\w*|\bgutschreib\w*|\bgutgeschrieben", r"\bentschädig\w*", r"\bkulanz\w*", r"\bschreib\w*\b[^.!?]{0,40}\bgut\b",
        ),
    ),
    Promise(
        "discount",
        _any(
            r"\bdiscount\w*", r"\b\d+ ?(?:%|percent|prozent)(?: off| discount| rabatt| nachlass)", r"\bcoupon\b|\bpromo(?:tion)?(?:al)? code\b", r"\bprice match\w*|\bmatch(?:ing)? (?:the|their|that) price", r"\b(?:waiv(?:e|ed|ing)|drop(?:ped)?|cancel(?:led|ed)?) (?:the |your |this |that |all |any )?(?:\w+ )?(?:fee|fees|charge|charges|cost|costs)\b",
            r"\b(?:free of charge|for free|at no (?:extra |additional )?(?:cost|charge)|complimentary|on the house)\b", r"\brabatt\w*", r"\bnachlass\w*|\bpreisnachl\w*", r"\b(?:kostenlos|kostenfrei|gratis|umsonst)\w*", r"\bgebühr\w*\b[^.!?]{0,30}\b(?:erlass|entfällt|entfallen|verzicht)\w*|\berlass\w*\b[^.!?]{0,40}\bgebühr\w*",
        ),
    ),
    Promise(
        "replacement",
        _any(r"\breplacement\b|\breplac(?:e|ing) (?:it|your|the)\b|\bnew one\b|\bbrand[- ]new\b", r"\bersatz(?:gerät|lieferung|artikel|ware)?\b|\bersetz(?:en|t)\b|\bneues gerät\b|\baustausch\w*"),
    ),
    Promise(
        "deadline",
        # The time itself is looked for, and must stand where the grant stands.
        _any(
            r"\bwithin (?:the )?(?:next )?(?:an?|one|two|three|four|five|six|seven|ten|twelve|few|couple of|\d+)(?:[- ](?:to )?\d+)? ?(?:working |business )?(?:minutes?|hours?|days?|weeks?|months?)\b", r"\bin the next (?:\w+ )?(?:minutes?|hours?|days?)\b",
            r"\b(?:by|before|until|no later than) (?:the end of (?:the )?(?:day|week|month|today)|today|tonight|tomorrow|noon|midnight|(?:this |next )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|month)|eod|cob)\b",
            r"\b(?:today|tonight|tomorrow|first thing (?:tomorrow|on monday)|right away|immediately|straight away)\b", r"\bnext[- ]day\b|\bsame[- ]day\b|\bovernight\b", r"\bon (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
            r"\b(?:innerhalb|binnen) (?:von )?(?:\w+ )?\d*\w* ?(?:minuten|stunden|tagen|werktagen|arbeitstagen|wochen|monaten|stunde|woche)\b", r"\b(?:bis|spätestens|noch) (?:zum |zur |am )?(?:heute|morgen|übermorgen|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|ende der woche|wochenende|monatsende|diese woche|nächste woche)\b",
            r"\b(?:heute|morgen|übermorgen|umgehend|sofort|unverzüglich)\b", r"\bam (?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b",
        ),
    ),
    Promise(
        "legal promise",
        _any(
            r"\b(?:guarantee[ds]?|warrant(?:y|ies)|liable|liability|legally|lawsuit|damages|legal (?:right|claim|costs?|fees?)|responsib(?:le|ility)|at fault|our fault|negligen\w+|binding)\b",
            r"\b(?:garanti\w*|gewährleist\w*|haft(?:en|ung|et|bar)\w*|rechtlich\w*|rechtsanspruch\w*|schadens?ersatz\w*|verantwort\w*|unsere schuld|verschuld\w*|verbindlich\w*|zusicher\w*|sichern wir\w*|zugesichert)\b",
        ),
        _any(
            r"\b(?:we|i)(?:['’]ll| will| hereby| can)? (?:personally )?(?:guarantee|warrant|assure you legally)\b", r"\b(?:we|i)(?:['’]re| are|['’]m| am)(?: fully| solely| legally| entirely)? (?:liable|at fault|to blame|responsible for (?:the|any|all|your) (?:damage|loss|injur|cost))", r"\b(?:accept|take|assume|admit)\w*(?: full| all| any| the| legal)* (?:liability|responsibility|fault|blame)\b",
            r"\bcover (?:all |any |your |the )+(?:\w+ )?(?:damages?|losses|legal|medical|costs|expenses|bills?)\b", r"\byou (?:are|['’]re)(?: legally| fully)? entitled to\b", r"\b(?:legally|contractually) binding\b", r"\bthis (?:message |e-?mail |letter )?(?:is|serves as|constitutes) (?:a |an )?(?:binding|legal|written|official)\b", r"\b(?:is|are|it['’]s) (?:our|the company['’]s|entirely our) (?:fault|negligence)\b|\bour negligence\b",
            r"\b(?:wir|ich) (?:garantier\w*|haft\w*|übernehm\w*[^.!?]{0,40}(?:haftung|verantwortung|kosten|schuld)|sicher\w* (?:ihnen |dir )?(?:rechtsverbindlich |verbindlich )?zu)\b", r"\b(?:garantier\w*|haft\w*) wir\b", r"\b(?:haben|besteht)\b[^.!?]{0,30}\b(?:rechtsanspruch|anspruch auf)\b", r"\b(?:rechts)?verbindlich\w*\b[^.!?]{0,30}\b(?:zu|zusage|zugesagt)\b", r"\b(?:ist|war) (?:allein |ganz |eindeutig )?unsere (?:schuld|verantwortung)\b", r"\bübernehmen wir\b[^.!?]{0,40}\b(?:haftung|verantwortung|kosten|schäden)\b",
        ),
    ),
)  # fmt: skip
