"""A draft must not treat or picture people by sex, origin, religion, age, disability or name: what it says must hold for all.

This reads what is said. Whether drafts differ when nothing but such a word in the case does is measured by pairs
(`assist redteam`, set `bias_pairs`): no sentence alone can show it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure

_GROUP = (
    r"(?:wom[ae]n|men\b|girls?|boys?|lad(?:y|ies)|females?|males?|mothers?|moms?|mums?|housewi(?:fe|ves)|gays?|lesbians?|trans(?:gender)? (?:people|persons?|customers?)"
    r"|old(?:er)? (?:people|customers|persons?|folks?|gentlem[ae]n)|elderly(?: people| customers)?|seniors?|pensioners?|young(?:er)? (?:people|customers|persons?|men|women)|teenagers?|millennials|boomers|kids these days"
    r"|foreigners?|immigrants?|migrants?|refugees?|asians?|africans?|arabs?|turks?|turkish (?:people|customers)|germans?|poles|polish (?:people|customers)|russians?|chinese(?: people| customers)?|indians?|mexicans?|latinos?|romanians?|gyps(?:y|ies)|roma\b|blacks?\b|black (?:people|customers)|whites\b|white people"
    r"|muslims?|jews?|jewish (?:people|customers)|christians?|hindus?|catholics|disabled (?:people|customers)|the disabled|blind (?:people|customers)|deaf (?:people|customers)|(?:poor|rich) people|people (?:from|with) (?:your|that|those) (?:\w+ )?(?:countr(?:y|ies)|names?|accents?|region|background|religion|culture|area))"
)
_YOURS = r"(?:gender|sex|age|race|skin|colou?r|religion|faith|nationality|origin|ethnicity|accent|surname|last name|first name|name|sexual orientation|orientation|disability|background|country of origin|heritage|culture|generation)"
_GRUPPE = (
    r"(?:frauen|männer|mädchen|jungs|damen|mütter|hausfrauen|schwule|lesben|homosexuelle|ältere? (?:menschen|leute|kunden|herr\w*|dame\w*)|alte (?:menschen|leute)|senior(?:en|innen)|rentner\w*|junge (?:leute|menschen|kunden|frauen|männer)|jugendliche|ausländer\w*|migranten|flüchtlinge|türken|araber|russen|polen|rumänen|chinesen|asiaten|afrikaner"
    r"|italiener|deutsche\b|schwarze\b|weiße\b|muslime|moslems|juden|christen|behinderte\b|blinde\b|ossis|menschen (?:aus|mit) (?:ihrem|ihrer|solchen|diesem|dieser) (?:\w+ )?(?:land|ländern|namen|akzent|region|herkunft|religion|kultur|gegend)|leute (?:aus|mit) (?:ihrem|ihrer|solchen|dieser) \w+)"
)
_TRAIT = r"(?:always|never|usually|often|tend to|typically|naturally|generally|just|simply|are (?:all|just|not|less|more|too|known|simply|naturally|usually|often|always|bad|good|emotional|better|worse|slow|unable|lazy|difficult)|can['’]?t|cannot|don['’]?t|do not|struggle|should (?:not|stick|stay|leave|ask)|love to|have no|lack|prefer|need (?:more|extra|a man|special)|get confused|find (?:it|this) (?:hard|difficult))"
_EIGEN = r"(?:immer|nie|meistens|oft|neigen|typischerweise|von natur aus|generell|einfach|sind (?:alle|nun mal|halt|eben|eher|meist|oft|zu|nicht|weniger|besser|schlechter|bekannt)|können (?:das |so etwas |damit )?(?:nicht|kaum|schlecht)|verstehen (?:das |so etwas |davon |es )?(?:oft |meist |einfach |eben )?(?:nicht|nichts|kaum)|haben (?:keine|oft|meist|immer)|tun sich|sollten (?:besser|lieber))"
_BIASED = re.compile(
    rf"\b{_GROUP}(?: like (?:you|yourself)| (?:your|of your) age)?,? (?:\w+ )?{_TRAIT}\b"
    rf"|\b(?:as|being|since you(?:['’]re| are)|because you(?:['’]re| are)|given that you(?:['’]re| are)|for|considering you(?:['’]re| are)) (?:an? |the )?(?:\w+ )?(?:woman|man|girl|lady|female|male|mother|father|foreigner|immigrant|muslim|jew|christian|hindu|senior|pensioner|elderly person|older (?:woman|man|person|customer|gentleman|lady)|young (?:woman|man|person|lady)|teenager|(?:black|white|asian|gay|disabled|blind|deaf|turkish|polish|russian|indian|chinese|african|arab|german|mexican) (?:woman|man|person|customer))\b(?! (?:owned|size|s\b))"
    rf"|\b(?:because of|due to|based on|given|considering|judging (?:by|from)|in view of|on account of|with|for someone (?:of|with)|at|for) your {_YOURS}\b(?! (?:on|in|of birth|and (?:address|order|e-?mail)|as it|appears?|is on|restrictions?|verification|check|group on)\b)(?=[^.!?]{{0,80}}\b(?:we|you|it|this|may|might|will|would|need|must|cannot|can|should|probably|likely|extra|more|less|other|please)\b)"
    rf"|\b(?:people|customers|those|someone|anyone|men|women) (?:of|at|with|from|like) (?:your|that|a certain) (?:{_YOURS}|kind|country|part of the world|neighbou?rhood)\b"
    r"|\b(?:your|her|his|the) husband\b[^.!?]{0,30}\b(?:should|can|could|might|would|will|knows?|decide|handle|explain|set it up|help you)\b|\bask (?:your husband|a man|your grand(?:son|daughter|children)|your (?:son|kids))\b|\b(?:a|any) man in the (?:house|family)\b|\bman of the house\b|\bfor a (?:woman|girl|man your age|lady)\b|\bat your age\b|\b(?:too old|too young) (?:to|for)\b"
    r"|\b(?:your|that) (?:kind of )?(?:name|surname|accent) (?:sounds?|suggests?|tells?|looks?|does not sound|doesn['’]t sound)\b|\bwhere (?:are you|you are) (?:really|originally|actually) from\b|\bgo back to (?:your|where you)\b|\b(?:in|back in|where) your (?:country|culture)\b[^.!?]{0,40}\b(?:may|might|but|however|people|you (?:may|are)|is (?:different|normal|usual)|we|here)\b|\b(?:names|surnames|accents) like yours\b|\bspeak (?:proper|better|real) (?:english|german)\b|\bfor a foreigner\b|\bdespite (?:your|being) (?:a |an )?(?:woman|man|age|accent|foreign\w*|disab\w*|religion|origin)\b|\blike a (?:girl|woman|old lady|little girl)\b|\bcalm down,? (?:dear|sweetie|lady|love|young lady|old man|miss)\b|\b(?:dear|sweetie|honey|young lady|old man|grandpa|grandma|sweetheart|missy),? (?:let me|this is|you need|don['’]t|it['’]s)\b"
    rf"|\b{_GRUPPE}(?: wie (?:sie|ihnen)| in ihrem alter)? (?:\w+ )?{_EIGEN}\b|\b(?:als|für|weil sie) (?:ein\w* )?(?:\w+ )?(?:frau|mann|mutter|ausländer\w*|muslim\w*|jude|jüdin|christ|rentner\w*|senior\w*|ältere[rn]? (?:herr|dame|mensch|frau|mann|kund\w+)|türk\w+|russ\w+|pol(?:e|in|nisch\w*)|behinderte\w*|jugendliche\w*|schwarze\w*)\b"
    r"|\b(?:wegen|aufgrund|angesichts|bei|in) (?:ihre[smr]|ihrem) (?:alters?|geschlechts?|herkunft|hautfarbe|religion|nationalität|namens?|nachnamens?|akzents?|behinderung|kultur|glaubens)\b(?! (?:im|auf dem|in der|steht))|\b(?:leute|menschen|kunden|frauen|männer) (?:in|aus|mit) (?:ihrem|ihrer) (?:alter|land|gegend|herkunft|namen|akzent|kultur|religion|behinderung)\b|\bfragen sie (?:ihren mann|ihre(?:n)? (?:enkel|kinder|sohn)|einen mann)\b|\b(?:in|für) ihre[mnr]? (?:land|kultur)\b[^.!?]{0,40}\b(?:mag|vielleicht|aber|ist das|üblich|normal)\b|\bwoher (?:kommen|stammen) sie (?:wirklich|eigentlich|ursprünglich)\b|\bihr (?:nach)?name klingt\b|\b(?:zu alt|zu jung) (?:für|um)\b|\btrotz (?:ihres alters|ihrer herkunft|ihrer behinderung|ihres akzents)\b|\bjunge dame\b|\bgute frau\b|\bfür eine frau\b|\bfür einen ausländer\b|\bsprechen sie (?:richtig|besser|ordentlich) deutsch\b",
    re.IGNORECASE,
)  # fmt: skip


class _Bias:
    name = "bias"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "“{found}” treats or pictures people by group. Say what holds for everybody.",
        "de": "„{found}“ behandelt Menschen nach Gruppe. Schreiben Sie, was für alle gilt.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the words that tell people apart, unless a cited article says the same ("free for seniors")."""
        if (match := _BIASED.search(sentence.text)) is None:
            return None
        found = " ".join(match.group().split())
        told = (f"{one.title}\n{one.text}" for one in context.granting(sentence) if one.kind == "article")
        return None if any(found.casefold() in " ".join(text.casefold().split()) for text in told) else found


def guard() -> Guard:
    """Give the guard."""
    return _Bias()
