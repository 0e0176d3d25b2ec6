"""Insults, slurs, threats, contempt and swearing in a draft, in English and German.

Words that customers use themselves ("the damn zip") are no offence where a reply quotes them, and many words offend only
when they are aimed at somebody ("a stupid mistake of ours", "you are stupid"); so most expressions need an aim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure

_QUOTED = re.compile(r"[\"“„«»][^\"“”„«»]{1,80}[\"”“«»]")
_YOU = r"(?:you|u|ya|y['’]all|you people|customers? like you|people like you|your kind(?! \w))"
_INSULT = (
    r"(?:idiots?|morons?|imbeciles?|dumb(?:ass|o)?|stupid|dimwits?|fools?|foolish|losers?|liars?|cheats?|scammers?|crooks?|clowns?|pathetic|worthless|useless|disgusting|lazy|ignorant|insane|crazy|nuts|ridiculous|hysterical|paranoid"
    r"|incompetent|illiterate|brainless|clueless|hopeless|pigs?|trash|garbage|scum|jerks?|whiners?|crybab(?:y|ies)|brats?|nobod(?:y|ies)|jokes?|delusional|greedy|slow|thick|dense|a waste of (?:time|space|air))"
)
# Bad in any reply, whoever it is about.
_ALWAYS = (
    r"\b(?:mother)?fuck\w*|\bbull ?shit\b|\bshit(?:ty|head|hole)?\b|\bass ?holes?\b|\barse(?:hole)?\b|\bbitch(?:es|y)?\b|\bbastards?\b|\bdick ?heads?\b|\bwankers?\b|\bcunts?\b|\bwhores?\b|\bsluts?\b|\bretard(?:s|ed)?\b|\bpiss(?:ed)? off\b|\bson of a bitch\b"
    r"|\bn[i1]gg(?:er|a)s?\b|\bfagg?ots?\b|\bspastics?\b|\bkikes?\b|\bchinks?\b(?! in)|\bpaki\b|\btrann(?:y|ies)\b"
    r"|\bscheiß\w*|\bscheiss\w*|\bscheiße\b|\bfick\w*|\barsch\w*|\bwichser\w*|\bhurensohn\w*|\bhure\b|\bfotze\w*|\bmissgeburt\w*|\bverpiss\w*|\bspast(?:i|en)?\b|\bkanak\w*|\bneger\w*|\bschwuchtel\w*|\bmiststück\w*|\bdrecks\w+"
)
_AIMED = (
    rf"\b{_YOU}\b(?:['’]re| are| must be| were| (?:really |clearly |obviously )?(?:seem|sound|look|act|behave)(?: like)?)(?: all)?(?: (?:such|so|just|really|clearly|obviously|nothing but|simply|a bit|too|being|completely|an?|some kind of|some|the))* (?:\w+ )?{_INSULT}\b(?! (?:question|issue|mistake|delivery|parcel|situation|problem)\b)"
    r"|\byou (?:\w+ )?(?:idiots?|morons?|fools?|losers?|liars?|clowns?|imbeciles?|jerks?|scum|pigs?|brats?)\b|\bwhat (?:an?|kind of) (?:\w+ )?(?:idiot|moron|fool|loser|imbecile|joke of a (?:customer|person))\b"
    r"|\b(?:only|even) (?:an?|the) (?:\w+ )?(?:idiot|moron|fool|child|toddler|imbecile)\w*\b[^.!?]{0,25}\b(?:would|could|can|knows?|understands?|manages?)\b|\b(?:are|r) (?:you|u) (?:really |that |so |completely |always this |just )*(?:stupid|dumb|blind|deaf|crazy|slow|illiterate|thick|dense|insane)\b"
    r"|\bhow (?:stupid|dumb|thick|dense|slow) (?:are|can|do) (?:you|one|a person|someone)\b|\b(?:your|that) (?:\w+ )?(?:stupidity|incompetence|ignorance|laziness|whining|moaning|nonsense|drivel|hysterics)\b|\buse your brain\b|\bgrow up\b|\bget a life\b|\bget (?:it )?(?:a grip|over it|over yourself)\b|\bshut (?:up|your|it)\b|\bgo to hell\b|\bget lost\b|\bdrop dead\b|\bkill yourself\b|\bscrew (?:you|off)\b"
    r"|\b(?:stop|quit|enough of) (?:\w+ )?(?:whining|moaning|crying|bothering us|wasting (?:our|my|everyone['’]s) time|your (?:whining|moaning|nonsense))\b|\b(?:nobody|no one) (?:cares|here cares|likes you|wants you|asked you)\b|\bwe (?:really )?(?:don['’]t|do not|couldn['’]t|could not) care (?:less|about (?:you|your))|\b(?:cry|whine|moan) (?:about it|all you (?:want|like)|more|me a river)\b"
    r"|\b(?:we|i|people)(?:['’]re| are|['’]m| am)? (?:hate|despise|can['’]t stand|loathe|sick of|tired of|fed up with) (?:you|customers like you|people like you|your kind)\b|\bpeople like you\b|\byour kind (?:always|never|is|are|should|of people)\b|\byou (?:people|lot) (?:always|never|are|can)\b|\bserves you right\b|\byou (?:only )?have (?:only )?yourself to blame\b|\bthat['’]s what you get\b"
    r"|\byou should be ashamed\b|\bshame on you\b|\bnot the (?:sharpest|brightest)\b|\bif you (?:had|could) (?:a |any |even )?(?:brain|brains|read|a shred)\b|\blearn to read\b|\bread(?:ing)? (?:is|was) (?:too )?(?:hard|difficult) for you\b|\btoo (?:stupid|dumb|ignorant|lazy) to\b|\bdamn (?:you|fool|idiot|customer)\b"
)
_THREAT = (
    r"\b(?:we|i)(?:['’]ll| will| are going to|['’]re going to| can) (?:make (?:you|sure you)(?: \w+)? (?:pay|regret|suffer|sorry)|come (?:for|after|to) (?:you|your (?:house|home|family))|find (?:you|out where you live)|hurt|destroy you|ruin (?:you|your)|get you for (?:this|that)|teach you a lesson|blacklist you|hunt you)"
    r"|\byou(?:['’]ll| will) (?:regret|be sorry|pay for (?:this|that)|suffer)\b|\b(?:we|i) know where you live\b|\bwatch your (?:back|step|mouth|tone)\b|\bor else\b(?=\s*[.!]|$)|\bbe careful what you (?:say|write)\b|\bconsider this (?:a|your (?:last|final)) (?:threat|warning)\b"
)
_GERMAN = (
    r"\b(?:sie|du|ihr) (?:sind|bist|seid)(?: doch| ja| wohl| einfach| echt| wirklich| offenbar| offensichtlich| nur| so| zu| ein\w*| der| die| nichts als| völlig| total| komplett)* ?(?:\w+ )?(?:idiot\w*|dumm\w*|dämlich\w*|blöd\w*|doof\w*|bescheuert\w*|lügner\w*|betrüger\w*|versager\w*|unfähig\w*|lächerlich\w*|erbärmlich\w*|faul\w*|hysterisch\w*|verrückt\w*|wertlos\w*|nutzlos\w*|peinlich\w*|krank im kopf|nervensäge\w*|abschaum|trottel\w*|depp\w*|blind|taub|begriffsstutzig\w*|armselig\w*|ignorant\w*|jammerlappen)\b"
    r"|\b(?:sie|du|ihr) (?:\w+er |\w+e )?(?:idiot|trottel|depp|lügner|versager|vollpfosten|dummkopf|penner|spinner|schwachkopf)\w*\b|\bhalt(?:en sie|et)? (?:endlich |einfach |bloß )?(?:die|den|ihren|deine?) (?:klappe|mund|fresse|maul|schnauze)\b|\b(?:hau|hauen sie) ab\b|\bgeh(?:en sie)? zum teufel\b|\bscher(?:en sie)? (?:dich|sich)\b|\b(?:zu|so) (?:dumm|blöd|dämlich|faul|doof)(?:, um|, dass| zum| um)\b"
    r"|\b(?:niemand(?:en)?|keinen|kein mensch) (?:interessiert|schert|kümmert)\b|\binteressiert (?:uns|mich|hier) (?:nicht|niemanden|keinen)\b|\bist (?:uns|mir) (?:völlig |total |doch )?(?:egal|wurst|schnuppe)\b|\b(?:leute|kunden|menschen) wie (?:sie|dich|euch|ihnen)\b|\bselbst (?:dran )?schuld\b|\bsie sollten sich schämen\b|\bschäm(?:en sie)? (?:dich|sich)\b|\blern(?:en sie)? (?:erst mal |erstmal |endlich )?lesen\b"
    r"|\bhör(?:en sie)? (?:endlich )?auf zu (?:jammern|heulen|nerven|nörgeln)\b|\b(?:ihr|dein|ihre|deine) (?:\w+ )?(?:gejammer|geheule|genörgel|dummheit|unfähigkeit|blödsinn|gelaber|faulheit)\b|\b(?:wir|ich) (?:wissen|weiß), wo (?:sie|du) wohn\w+\b|\bdas werden sie (?:noch )?bereuen\b|\bsie werden (?:das|es) (?:noch )?bereuen\b|\b(?:wir|ich) (?:machen|mache|werden|werde) (?:sie|dich|ihnen)[^.!?]{0,25}(?:fertig|kaputt|das leben schwer|ruinieren|finden)\b"
    r"|\bpassen sie (?:bloß |besser |lieber )?auf, was sie\b|\bnur ein (?:idiot|trottel|depp)\b|\bjedes kind (?:kann|weiß|versteht|begreift)\b|\bgehirn (?:einschalten|benutzen)\b|\bschalten sie (?:mal )?ihr (?:ge)?hirn ein\b"
)
_RUDE = re.compile("|".join((_ALWAYS, _AIMED, _THREAT, _GERMAN)), re.IGNORECASE)
_OBSCURED = str.maketrans({"0": "o", "1": "i", "3": "e", "$": "s", "@": "a", "*": "u"})
_HIDDEN = re.compile(r"\b(?=\w*[a-z])(?=\S*[0-9$@*])[\w$@*]{4,}", re.IGNORECASE)
_ALWAYS_ONLY = re.compile(_ALWAYS, re.IGNORECASE)


class _Toxicity:
    name = "toxicity"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "“{found}” may offend or threaten the reader.",
        "de": "„{found}“ kann beleidigen oder bedrohen.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:  # noqa: ARG002
        """Give the words that offend."""
        text = _QUOTED.sub(" … ", sentence.text)
        if match := _RUDE.search(text):
            return " ".join(match.group().split())
        for match in _HIDDEN.finditer(text):
            # "f*ck" and "sh1t" say what they say.
            if _ALWAYS_ONLY.search(match.group().translate(_OBSCURED)):
                return match.group()
        return None


def guard() -> Guard:
    """Give the guard."""
    return _Toxicity()
