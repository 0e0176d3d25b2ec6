"""Cues of prompt injection in English: what kind of thing each is, how much it weighs, and its expression.

Of one kind the heaviest counts, kinds add up, and a text is flagged from 1 on. What customers do say ("ignore my last
message", "I forgot my password") weighs nothing; what only an AI is told weighs 1 by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

_RULES = (
    r"(?:instruction|directive|rule|prompt|guideline|command|order|restriction|constraint|programming|training|polic(?:y|ie)"
    r"|safeguard|safety (?:rule|filter|protocol)|context|question|told you|been told)s?"
)
_DROP = (
    r"(?:ignore|disregard|forget|override|bypass|discard|neglect|skip|erase|dismiss|pay no attention to|do(?: not|n['’]t)"
    r" (?:follow|obey)|stop following|set aside|abandon)"
)
_ASK = (
    r"(?:what(?:['’]s| is| are| was| were| would)|tell (?:me|us)|give (?:me|us)|share|reveal|show|print|confirm|repeat"
    r"|disclose|provide|send|display|output|leak|encode|translate|spell|say|write (?:a|an|down)|list|dump|know|need|hand"
    r"|read out|recite|type out|guess|describe)"
)
_HIDDEN_THING = (
    r"(?:(?:secret|system|admin|hidden|initial|original|internal|master|root|private|confidential|full|exact|own|entire)[ ]?"
    r"(?:key|password|passcode|prompt|instructions?|message|credentials?|token|phrase|word|code|rules?|guidelines)"
    r"|passwords?|passcode|passphrase|credentials|api[ -]?keys?|system prompt|prompt|(?:entire )?database|source code|configuration)"
)
_DATUM = (
    r"(?:birth ?(?:date|day|year|month|place)|date of birth|e-?mail(?: address)?|phone(?: number)?|home address|address|location"
    r"|(?:current )?city(?: of residence)?|residence|initials|(?:full |last |first )?name|age|salary|ssn|social security"
    r"|bank (?:account|details)|credit card|account (?:number|balance)|balance|password|medical \w+|favou?rite \w+|orders?)"
)


@dataclass(frozen=True)
class Cue:
    """An expression, what kind of cue it is, and how much it weighs."""

    kind: str
    weight: float
    expression: str


CUES = (
    # Orders to drop the rules.
    Cue("override", 1.0, rf"\b{_DROP}\b(?:\s+\S+){{0,3}}?\s+(?:previous|prior|above|earlier|preceding|foregoing|initial|original|existing|your|system(?:['’]s)?|safety|developer(?:['’]s)?)\b(?:\s+\S+){{0,2}}?\s*{_RULES}\b"),
    Cue("override", 1.0, rf"\b{_DROP}\b(?:\s+about)?\s+(?:all(?: of)?|any|every|those|these|the|such)\s+(?:\w+\s+)?(?:rules|instructions|directives|guidelines|restrictions|prompts?)\b"),
    Cue("override", 1.0, rf"\b{_DROP}\b\s+(?:everything|all|anything|what)\b.{{0,30}}\b(?:above|before|previously|told|said|so far|you (?:know|were|have))\b"),
    Cue("override", 1.0, rf"\b{_DROP}\b\s+(?:the |this |that |all )?(?:above|\w+|\w+ \w+) and (?:instead )?(?:state|say|output|print|answer|respond|reply|write|return|give|report|claim)\b"),
    Cue("override", 1.0, r"\b(?:ignore|disregard|forget|skip)\b (?:the |this |that |their |my )?(?:question|customer|request|user|article|text|rest)s? and (?:instead )?(?:tell|send|ask|write|promise|offer|direct|lead|say|give)\b"),
    Cue("audience", 0.5, r"\btell (?:every|all|each|any|the|your) (?:customers?|users?|people|visitors?|readers?)(?: \w+)? (?:to|that)\b"),
    Cue("ai", 0.6, r"(?:^|[.!?\n]\s*)(?:note to )?(?:the )?(?:ai|ki|llm|chatbot|ai[- ]assistant|ki-assistent)\s*[:,]"),
    Cue("override", 0.7, r"^\W*(?:please )?(?:forget|never mind|scratch) (?:about )?(?:that|it|all that)\b[,.]"),
    Cue("override", 1.0, r"^\W*(?:please )?(?:forget|ignore|never mind|scratch) (?:about )?(?:that|it|all (?:of )?(?:that|this))\b[,.;]? (?:and )?(?:can|could|would|will|please|tell|give|write|what|who|how|instead)\b"),
    Cue("override", 1.0, r"\b(?:regardless|irrespective|instead) of (?:the |all |any |your )?(?:previous|prior|earlier|above) (?:tasks?|instructions?|questions?|rules?|conversation|context)\b"),
    Cue("override", 0.7, r"\bnew (?:instructions?|rules?|directives?|task|system prompt)\s*:|\b(?:end|start|begin) of (?:the )?(?:system )?(?:prompt|instructions)\b"),
    Cue("override", 1.0, r"(?:^|\n)\W*(?:system|developer)\s*:.{1,200}?\b(?:assistant|user|ai)\s*:"),
    Cue("override", 0.8, r"(?:^|\n)\W*(?:system|assistant|developer)\s*:|<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|###\s*(?:system|instruction)"),
    # Dictating what the answer is.
    Cue("dictated", 0.6, r"\b(?:state|say|claim|output|print|answer|respond|reply|report|admit)\b(?: with| that| to)?[^.\n]{0,40}[\"'“‘][^\"'”’\n]{1,80}[\"'”’]"),
    Cue("dictated", 0.6, r"\bthe (?:output|answer|result|total|sum|capital|conclusion)\b[^.\n]{0,30}(?:\b(?:is|as|could be|should be|might be|to be)\b[^.\n]{0,12}[\"'“‘\d]|\bis:)"),
    Cue("dictated", 0.5, r"\b(?:admit|state|say|confess)\b[^.\n]{0,20}\busing (?:an? )?(?:llm|ai|chatgpt|gpt)\b"),
    Cue("dictated", 0.6, r"\b(?:you must|you should|you have to|you will|make sure (?:you|to))\b[^.\n]{0,40}\b(?:recommend|approve|rate|include|mention|say|respond|reply|answer|begin|end|append|add)\b[^.\n]{0,60}\b(?:response|answer|reply|summary|output|draft)\b"),
    # Secrets of the assistant or of the system.
    Cue("secret", 1.0, rf"\b{_ASK}\b[^.?!\n]{{0,60}}\byour\s+(?:\w+\s+)?{_HIDDEN_THING}\b"),
    Cue("secret", 1.0, r"\byour\s+(?:\w+\s+)?(?:secret key|password|system prompt|hidden instructions|initial instructions)\b[^.!\n]{0,60}(?:\?|\bwith me\b|\bto me\b)"),
    Cue("secret", 1.0, r"\b(?:what(?:['’]s| is| was)|tell me|give me|confirm|reveal|share|know|recall|need)\b[^.?!\n]{0,40}\bthe (?:secret |admin |system )?(?:password|passcode|secret key|system prompt|secret)\b(?!\s*(?:for|to|of|on) (?:the |this |my |our )?(?:wi-?fi|pdf|file|invoice|network|portal|hotspot|attachment|document|link|voucher|page))(?!\s*(?:reset|link|field|page|box|rules|policy|requirement))"),
    Cue("secret", 1.0, r"\b(?:haiku|poem|acrostic|story|song|riddle|rhyme|letter)\b[^.?!\n]{0,40}\bthe (?:secret |system )?(?:password|key|secret|passcode|passphrase)\b|\b(?:write|spell|type|say|give|put) (?:out )?the (?:secret |system )?(?:password|passphrase|passcode|secret key)\b"),
    Cue("secret", 1.0, r"\"\s*(?:the )?password\s*\?|\b(?:share|shared) (?:their|your|the) passwords?\b"),
    # What the desk knows of somebody else.
    Cue("others", 1.0, rf"\b{_ASK}\b[^.?!\n]{{0,50}}\b(?:the |this |another |other |any |every |all )(?:user|customer|client|person|account holder)s?['’]?s?['’]?\s+(?:\w+\s+)?{_DATUM}\b"),
    Cue("others", 1.0, r"\bwhere\b[^.?!\n]{0,20}\b(?:does |do |is )(?:the user|another customer|(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?)|<PERSON_\d+>)\s+(?:now |currently )?(?:lives?|living|located|resides?)\b"),
    Cue("others", 1.0, r"\b(?:tell me|give me|what is|what['’]s|know|show me|reveal|share|using|encode|translate)\b[^.?!\n]{0,30}(?:(?-i:\b[A-Z][a-z]+(?: [A-Z][a-z]+)?)|<PERSON_\d+>)['’]s\s+(?:\w+\s+)?" + _DATUM + r"\b"),
    Cue("others", 1.0, r"\b(?:print|dump|list|show|export|give me|send me)\b[^.?!\n]{0,30}\b(?:your|the|entire|whole|all)\s+(?:customer |user |client )?(?:database|customers|users|records|table|accounts|conversations|tickets)\b"),
    # Modes, roles and authority that only an AI is told of.
    Cue("mode", 1.0, r"(?<!can't )(?<!can’t )(?<!cannot )\bdo anything now\b(?=.{0,200}\b(?:ai|rules|model|restrictions)\b)|\b(?:god mode|override mode|unrestricted mode|jailbreak mode|dan mode|sudo mode)\b|\bas DAN\b|\bknown as DAN\b"),
    Cue("mode", 1.0, r"[<\[{(/\\]\s*(?:system|god|admin|developer|debug|root|override)[ _-]?(?:mode|override|prompt|message)"),
    Cue("mode", 0.6, r"\b(?:system|developer|debug|maintenance|admin(?:istrator)?|root|audit|verification|diagnostic|training|test) mode\b"),
    Cue("mode", 0.6, r"\b(?:security|system) (?:audit|check|test)\b[^.\n]{0,40}\b(?:you|your|need)\b|\brunning a ['\"]?(?:security|system|test)"),
    Cue("role", 0.5, r"\b(?:you are (?:now|an? (?:ai|language model|assistant|chatbot|unrestricted|evil))|from now on,? you|act (?:as|like)|pretend (?:to be|you are|that you)|role-?play as|you will (?:play|act)|behave (?:as|like) an?|immerse yourself|you['’]re an ai)\b"),
    Cue("authority", 0.6, r"\bI(?:['’]m| am) (?:actually )?(?:your|the|a|an) (?:system )?(?:developer|creator|admin(?:istrator)?|programmer|god|president|owner|police officer|ceo|bank (?:manager|accountant)|engineer|supervisor|officer|doctor|lawyer|security \w+)\b|\bI am god\b"),
    Cue("authority", 0.6, r"\bas (?:your|the|an?) (?:creator|developer|admin(?:istrator)?|owner|authority|renowned \w+|expert|programmer|police officer|president|navigator|professor|leading \w+)\b"),
    Cue("pressure", 0.5, r"\byou (?:must|have to|are (?:required|obliged|ordered) to|will) (?:answer|obey|comply|tell|reveal|share|do (?:as|what)|follow)\b|\b(?:crucial|important|vital|essential|imperative|necessary) (?:for you to|that you) (?:share|tell|reveal|answer|provide|give|disclose)"),
    Cue("ai", 0.5, r"\bas an? (?:ai|artificial intelligence|language model|llm|large language model|chatbot)\b|\b(?:you,? the|dear|attention|note to(?: the)?|hey|hi|hello) (?:ai|assistant|chatbot|language model|llm|bot)\b|\b(?:ai|llm|language model)s? (?:reading|processing|summari[sz]ing|that reads?)\b|(?<![A-Za-z])(?:chatgpt|smartgpt|gpt-\d|llms?)(?![A-Za-z])"),
    Cue("bribe", 0.6, r"\bi(?:['’]ll| will| can) (?:give|pay|donate|tip|send|offer)\b[^.\n]{0,20}[$€£]?\d+[^.\n]{0,40}\bif you\b"),
    Cue("unbound", 0.5, r"\b(?:no|without(?: any)?|free (?:of|from)) (?:\w+ )?(?:restrictions|rules|limits|limitations|filters?|filtering|censorship|constraints|guidelines)\b|\b(?:unfiltered|uncensored)\b"),
    # Frames that make a forbidden question look harmless.
    Cue("frame", 0.7, r"\b(?:imagine|suppose|let['’]s (?:assume|pretend|imagine)|assume)\b[^.\n]{0,12}\b(?:we|we['’]re|you|you['’]re|i['’]m|a world|that)\b"),
    Cue("frame", 0.5, r"\blet['’]s (?:say|(?:assume|state|pretend|imagine|claim) (?:that )?the)\b|\bhypothetical(?:ly)?\b|\bif i were to ask\b|\bin (?:this|an?|that)(?: \w+)? (?:world|universe|reality|dimension|scenario)\b|\bfor educational purposes\b"),
    # Ways to smuggle the answer out or the question in.
    Cue("smuggled", 0.6, r"\b(?:in|as|into|using|to|with) (?:base ?64|rot ?13|hex(?:adecimal)?|morse(?: code)?|binary|leet ?speak|pig latin|a caesar cipher|ascii codes?)\b"),
    Cue("smuggled", 0.6, r"\b(?:in reverse(?: order)?|reversed|backwards|each (?:digit|letter|character) (?:separated|followed)|separated by (?:a |an )?(?:dot|dash|space|comma)s?|first letters? of each)\b"),
    Cue("decode", 1.0, r"\b(?:decode|decipher|decrypt|de-?obfuscate)\b[^.\n]{0,50}\b(?:and|then|:)\s*(?:tell|follow|do|execute|answer|print|run|it|say|obey)"),
    Cue("decode", 0.6, r"\b(?:decode|decipher|decrypt)\b[^.\n]{0,30}\b(?:this|the|following)\b"),
    Cue("pieces", 1.0, r"\b(?:interlace|interleave|concatenat\w+|join|combine|glue)\b[^\n]{0,60}\b(?:parts?|strings?|pieces|fragments)\b|\bpart ?(?:1|one|a)\b.{1,120}\bpart ?(?:2|two|b)\b|\b\w = \w \+ \w \+ \w\b"),
    Cue("aside", 1.0, r"\b(?:speaking of|parlando di|hablando de|en parlant de|falando (?:em|de|sobre)|apropos|wo wir (?:gerade )?von)\b[^,.?!\n]{2,40},(?:(?!\b(?:i|my|me|mine|we|our|us|mi|mio|mia|mon|ma|mein\w*|meu|minha)\b)[^.!\n]){5,160}\?"),
    Cue("form", 0.6, r"\b(?:in the form of|as|write|compose|make)\s+(?:a|an)\s+(?:\w+ )?(?:poem|haiku|limerick|acrostic|rap|song|sonnet|rhyme)\b"),
    Cue("form", 0.5, r"\b(?:what (?:are|is) your (?:thoughts|opinion|view)s?|opinionated)\b"),
    Cue("task", 0.4, r"\b(?:given|based on|of|from|using|summari[sz]e|read) (?:this|the following) (?:code|paper|table|(?:wikipedia )?article|text|resume|cv|document|passage|story|script)\b[^\n]{0,3}:"),
    # Orders to tools, and mischief to be written.
    Cue("tool", 1.0, r"\b(?:send|forward|e-?mail|post|upload|copy|transmit|bcc)\b[^.\n]{0,40}\b(?:conversation|chat (?:log|history)|transcript|customer (?:data|list|records)|database|credentials|api keys?|all (?:e-?mails|messages|tickets|data)|system prompt)\b[^.\n]{0,30}\bto\b"),
    Cue("tool", 0.7, r"\b(?:execute|invoke|call|run|trigger)\b[^.\n]{0,20}\b(?:the |this )?(?:function|tool|sql|query|api|shell|command line|payload|script below|code below)\b"),
    Cue("tool", 1.0, r"\b(?:change|set|replace|switch)\b[^.\n]{0,20}\b(?:recipient|reply-to|citations?|policy|your (?:tone|language|persona|rules))\b[^.\n]{0,20}\bto\b"),
    Cue("tool", 1.0, r"\b(?:write|draft|compose|create)\b[^.\n]{0,20}\b(?:phishing|scam|malware|ransomware|spear-?phishing)\b"),
    Cue("tool", 1.0, r"\b(?:skip|bypass|without)\b[^.\n]{0,20}\b(?:human|agent['’]?s?|manual|second) (?:approval|review|confirmation)\b|\b(?:auto-?approve|approve (?:it|this|the refund) automatically)\b"),
)  # fmt: skip
