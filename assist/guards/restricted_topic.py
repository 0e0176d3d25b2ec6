"""A sentence on a subject that the policy restricts, or advice in one: legal, medical, financial, hiring and the like.

The policy's cues are the words of customers who bring a subject up. What a draft says about it sounds different - "you
can sue them", "take two tablets" - so advice is told by expressions of its own, for those subjects that the policy has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure

_ADVICE_TEXT = {
    "legal_advice": (
        r"\byou (?:have|['’]ve got) (?:a|every|the) (?:strong |good |legal )?(?:case|claim|right to (?:sue|claim|withhold))\b|\byou (?:can|could|should|may|might) (?:also )?(?:sue|take (?:them|us|it|him|her) to court|claim damages|press charges|withhold (?:the )?(?:rent|payment))\b"
        r"|\b(?:the|your|this|that) (?:contract|clause|agreement|terms?)\b[^.!?]{0,25}\b(?:is|are) (?:void|invalid|unenforceable|legal|illegal|null)\b|\b(?:it|this|that) is (?:perfectly |completely |not )?(?:legal|illegal|against the law|lawful|unlawful)\b|\bby law\b|\b(?:legally|under (?:the|german|uk|eu|us|consumer) (?:law|civil code|consumer \w+))\b"
        r"|\bsie (?:können|sollten|dürfen) (?:\w+ )?(?:klagen|verklagen|schadensersatz verlangen|die miete mindern|den vertrag anfechten)\b|\bder vertrag ist (?:ungültig|nichtig|unwirksam)\b|\bdas ist (?:rechtlich )?(?:rechtswidrig|illegal|strafbar|nicht erlaubt)\b|\bnach (?:deutschem |geltendem )?recht\b|\brechtlich gesehen\b"
    ),
    "medical": (
        r"\b(?:take|try taking|swallow|use) (?:\w+ )?(?:tablets?|pills?|capsules?|ibuprofen|paracetamol|aspirin|antibiotics|antihistamines?|insulin|painkillers?|\d+ ?mg)\b|\b(?:stop|start|increase|reduce|double) (?:taking )?(?:your|the) (?:medication|medicine|dose|dosage|insulin|tablets|pills)\b|\byou (?:probably |may |might |likely )?(?:have|suffer from) (?:an? )?(?:allergy|infection|concussion|eczema|burn|fracture|migraine|diabetes|asthma)\b"
        r"|\b(?:it|this|that) is (?:safe|harmless|not safe|fine) (?:to (?:take|use) )?(?:for|during|in|while|with) (?:\w+ )?(?:pregnan\w+|breastfeeding|children|babies|diabetics?|asthma|a heart condition)\b|\b(?:will|can|helps? to) (?:cure|heal|treat)\b|\b(?:rash|fever|symptoms?|headache|swelling)\b[^.!?]{0,40}\b(?:go away|is normal|are normal|nothing to worry|harmless)\b"
        r"|\bnehmen sie (?:\w+ )?(?:tabletten?|ibuprofen|paracetamol|aspirin|antibiotika|\d+ ?mg)\b|\b(?:setzen sie|erhöhen sie|verringern sie)\b[^.!?]{0,30}\b(?:medikament\w*|dosis|tabletten)\b|\bin der schwangerschaft (?:unbedenklich|harmlos|sicher)\b|\bsie haben (?:wahrscheinlich |wohl )?(?:eine?n? )?(?:allergie|infektion|gehirnerschütterung|ekzem|migräne)\b|\b(?:heilt|kuriert)\b|\bdas (?:fieber|symptom\w*|ekzem) (?:geht|vergeht|ist harmlos)"
    ),
    "financial_advice": (
        r"\b(?:invest|put your (?:money|savings)|buy|sell) (?:\w+ )?(?:in |into )?(?:\w+ )?(?:shares|stocks?|bonds|bitcoin|crypto\w*|funds?|etfs?|gold)\b|\b(?:is|are) an? (?:good|safe|great|excellent|solid) investment\b|\byou (?:should|could|can) (?:take out|take|refinance)\b[^.!?]{0,20}\b(?:loan|mortgage|credit)\b|\byou can (?:deduct|write off|claim)\b[^.!?]{0,30}\b(?:tax|taxes)\b|\b(?:returns?|yield|profit)s? of \d+ ?%|\btax[- ]deductible\b"
        r"|\b(?:investieren|legen) sie\b[^.!?]{0,40}\b(?:aktien|fonds|bitcoin|krypto\w*|gold|geld|an)\b|\b(?:kaufen|verkaufen) sie (?:\w+ )?(?:aktien|bitcoin|fonds|anleihen)\b|\b(?:gute|sichere|lohnende) (?:geld)?anlage\b|\bvon der steuer absetzen\b|\bnehmen sie (?:\w+ )?(?:kredit|darlehen)\b"
    ),
    "hiring": (
        r"\b(?:we|i) (?:will|would|have decided to|decided not to|cannot|can) (?:not )?(?:(?:hire|employ|interview|reject) you|reject your application|offer you (?:the|a) (?:job|position|role|contract))\b|\byour application (?:was|has been|is|will be) (?:\w+ )?(?:rejected|accepted|successful|unsuccessful|declined|shortlisted)\b|\byou (?:are|['’]re) (?:not |too |over|under)?\s?(?:qualified|the right candidate|a good candidate)\b"
        r"|\bihre bewerbung (?:wurde|ist|wird) (?:\w+ )?(?:abgelehnt|angenommen|erfolgreich)\b|\bwir stellen sie (?:nicht )?ein\b|\bsie sind (?:nicht |zu )?(?:qualifiziert|geeignet)\b"
    ),
    "safety": (
        r"\b(?:ignore|never mind|do not worry about|don['’]t worry about) the (?:smoke|spark\w*|smell|heat|swelling|crack|warning)\b|\b(?:open|pierce|puncture|bend) the (?:battery|cell)\b|\b(?:bypass|remove|disable|bridge|tape over) the (?:fuse|safety \w+|guard|cut-?out|ground(?:ing)?|valve)\b|\b(?:smoke|sparks?|a swollen battery|a gas smell|smell of gas)\b[^.!?]{0,20}\b(?:is|are) (?:normal|fine|harmless)\b|\bkeep using\b[^.!?]{0,40}\b(?:smok|spark|swollen|cracked|hot)\w*"
        r"|\b(?:rauch|funken|gasgeruch|der aufgeblähte akku)\b[^.!?]{0,20}\b(?:ist|sind) (?:normal|harmlos|unbedenklich)\b|\b(?:überbrücken|entfernen|umgehen) sie (?:die|den) (?:sicherung|schutz\w*|ventil)\b|\böffnen sie den akku\b"
    ),
    "self_harm": r"\bnobody would miss you\b|\b(?:you|everyone|they)(?:['’]d| would| are|['’]re) be better off (?:dead|without you)\b|\bend it all\b|\bsie wären (?:lieber|besser) tot\b|\bmachen sie schluss mit (?:dem leben|allem)\b",
    "litigation": r"\b(?:see you|meet) in court\b|\bwe will (?:sue|take legal action|press charges|take you to court)\b|\bour lawyers?\b|\bwir (?:werden|gehen) (?:sie |gegen sie )?(?:verklagen|klagen|vor gericht)\b|\bunser\w* (?:anwalt|anwälte|rechtsabteilung)\b",
    "chargeback": r"\b(?:dispute|reverse|charge back|claw back)\b[^.!?]{0,40}\b(?:bank|card company|card issuer|paypal)\b|\blassen sie\b[^.!?]{0,40}\b(?:zurückbuchen|rückbuchen)\b",
    "minors": r"\b(?:you do not|you don['’]t|no) need (?:your )?(?:parents?|a parent)['’]?s?\b|\bwithout (?:telling )?your parents\b|\bohne (?:wissen|einwilligung|zustimmung) (?:der|ihrer|deiner) eltern\b|\b(?:your|ihre|deine) (?:school|schule)\b[^.!?]{0,20}\b(?:address|adresse|name)\b",
}  # fmt: skip
_ADVICE = {topic: re.compile(expression, re.IGNORECASE) for topic, expression in _ADVICE_TEXT.items()}


class _RestrictedTopic:
    name = "restricted_topic"
    # Marked for agents: what becomes of such a case at all is the policy's to say, before anything is drafted.
    on_failure: OnFailure = "open"
    why: Mapping[str, str] = {
        "en": "This touches a subject that the policy restricts ({found}).",
        "de": "Das berührt ein Thema, das die Richtlinie einschränkt ({found}).",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the sternest topic of the sentence with the words that tell it."""
        if context.house is None:
            return None
        found = dict(context.house.topics_in(sentence.text, context.case.language))
        for topic in context.house.topics:
            if topic in _ADVICE and (match := _ADVICE[topic].search(sentence.text)):
                found.setdefault(topic, match.group())
        return next((f"{topic.replace('_', ' ')}: “{words}”" for topic, words in found.items()), None)


def guard() -> Guard:
    """Give the guard."""
    return _RestrictedTopic()
