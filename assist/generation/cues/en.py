"""English cues."""

# ruff: noqa: E501 - word lists read better unbroken

from __future__ import annotations

import re

from assist.generation.cues import Cues, Fact, pattern

_I_WE = r"(?:i|we)"
_HAVE = r"(?:(?:i|we)(?:'ve| have)|has been|have been)(?: now| already| just| successfully| also)?"
_DID = (
    r"(?:refunded|sent|resent|replaced|cancell?ed|updated|changed|logged|passed|forwarded|escalated|processed|issued|"
    r"raised|reported|checked|located|found|shipped|dispatched|added|removed|reset|credited|arranged|booked|rebooked|"
    r"opened|closed|asked|requested|applied|confirmed|notified|contacted|received|approved|extended|waived|ordered|"
    r"transferred|unlocked|activated|fixed|corrected|reserved|submitted|initiated|scheduled|completed|authenticated|"
    r"verified|modified|returned|looked into|spoken|set up|blocked|merged|reopened|restored)"
)

CUES = Cues(
    code="en",
    stopwords=frozenset(
        [
            "a",
            "about",
            "above",
            "after",
            "again",
            "all",
            "also",
            "am",
            "an",
            "and",
            "any",
            "are",
            "as",
            "at",
            "be",
            "because",
            "been",
            "before",
            "being",
            "but",
            "by",
            "can",
            "could",
            "did",
            "do",
            "does",
            "doing",
            "done",
            "down",
            "during",
            "each",
            "few",
            "for",
            "from",
            "further",
            "get",
            "got",
            "had",
            "has",
            "have",
            "having",
            "he",
            "hello",
            "her",
            "here",
            "hers",
            "hi",
            "him",
            "his",
            "how",
            "i",
            "if",
            "in",
            "into",
            "is",
            "it",
            "its",
            "it's",
            "just",
            "let",
            "me",
            "more",
            "most",
            "my",
            "myself",
            "no",
            "nor",
            "not",
            "now",
            "of",
            "off",
            "on",
            "once",
            "only",
            "or",
            "other",
            "our",
            "ours",
            "out",
            "over",
            "own",
            "please",
            "same",
            "she",
            "should",
            "so",
            "some",
            "still",
            "such",
            "than",
            "thank",
            "thanks",
            "that",
            "that's",
            "the",
            "their",
            "them",
            "then",
            "there",
            "these",
            "they",
            "this",
            "those",
            "through",
            "to",
            "too",
            "under",
            "until",
            "up",
            "us",
            "very",
            "was",
            "we",
            "were",
            "what",
            "when",
            "where",
            "which",
            "while",
            "who",
            "whom",
            "why",
            "will",
            "with",
            "would",
            "you",
            "your",
            "yours",
            "yes",
            "i'm",
            "i've",
            "i'd",
            "don't",
            "can't",
            "didn't",
            "doesn't",
            "won't",
            "isn't",
            "dear",
            "regards",
            "know",
            "like",
            "want",
            "need",
            "one",
            "two",
            "via",
            "per",
            "may",
            "might",
            "much",
            "many",
            "really",
        ]
    ),
    suffixes=("ments", "ment", "ings", "ing", "ation", "ies", "ied", "ers", "er", "ed", "es", "ly", "s", "e", "y"),
    abbreviations=frozenset(
        [
            "e.g",
            "i.e",
            "etc",
            "mr",
            "mrs",
            "ms",
            "dr",
            "no",
            "nr",
            "st",
            "vs",
            "approx",
            "inc",
            "ltd",
            "a.m",
            "p.m",
            "u.s",
            "u.k",
            "ref",
            "tel",
        ]
    ),
    greeting=re.compile(
        r"^(?:(?:hi|hello|hey|dear|hiya|greetings|(?:good )?(?:morning|afternoon|evening|day))\b"
        r"(?: there| all| team| guys| again)?(?:[ ,]+(?!we\b|i\b)(?:(?:mr|mrs|ms|miss|dr)\.? )?(?:<[A-Z_]+_\d+>|[A-Z][\w'-]+)(?= ?[.,!:\n-]|$)"
        r"(?: [A-Z][\w'-]+)?)?)[\s,.!:;-]*",
        re.IGNORECASE,
    ),
    signoff=re.compile(
        r"^\s*(?:(?:kind|best|warm|many thanks and)? ?regards|best(?: wishes)?|sincerely|yours (?:sincerely|faithfully|"
        r"truly)|cheers|many thanks|thanks(?: again| in advance)?|thank you(?: very much| in advance)?|sent from my .*|"
        r"get outlook for .*)(?:, ?(?:<PERSON_\d+>|[\w-]+)(?: [\w-]+)?)?[\s,.!]*$",
        re.IGNORECASE,
    ),
    quoted_from=re.compile(
        r"^\s*(?:on .{5,120} wrote:|-{2,} ?(?:original|forwarded) message ?-{0,}|from: .*|_{8,})\s*$", re.IGNORECASE
    ),
    filler=re.compile(
        r"^(?:(?:so|well|um+|uh+|oh|ok(?:ay)?|anyway|actually|also|yes|yeah|yep|no|sure|please|and|but|btw|fyi|hmm+|wow|"
        r"ugh|great|alrighty|got it|certainly|of course|absolutely|no problem(?: at all)?|no worries)[,!.…]+ +)+",
        re.IGNORECASE,
    ),
    request=pattern(
        r"(?:can|could|would|will) (?:you|i|we|someone|anyone)",
        r"i(?:'d| would) (?:like|love|rather)",
        r"(?:i|we) (?:want|need|wanna|am trying|was trying|was hoping|have a question)",
        r"i'm (?:trying|looking|hoping)",
        r"how (?:do|can|to|long|much|many)",
        r"(?:is|are) there (?:any|a|an)?",
        r"please",
        r"help",
        r"where (?:is|are|do|can)",
        r"what (?:is|are|do|can|happened)",
        r"why",
        r"when (?:will|is|do|can)",
        r"(?:refund|cancel|return|exchange|replace)(?:s|ing|ment|al)?",
    ),
    # What somebody wants done, in so many words.
    wish=pattern(
        r"please (?!find|see|note|read|help|advise|tell|let|explain|look|do|you|feel|be|don['’]t)[a-z]+",
        r"(?:can|could|would|will) (?:you|someone|somebody) (?:please )?(?!help|believe|imagine|see|look|advise|tell|explain)[a-z]+",
        r"(?:i|we)(?: would|['’]d)? (?:really |just )?(?:want|need|like|love|require|demand) (?:to (?!know|say|complain)|my|the|a|it|both|him)",
        r"how (?:do|can|should) (?:i|we)",
        r"(?:can|may|could) i",
    ),
    problem=pattern(
        r"(?:not|never|cannot|(?:is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should|ai)n['’]?t)",
        r"no (?:reply|answer|response|sign|luck|longer|one)",
        r"(?:still|but|and) (?:nothing|no)",
        r"nothing (?:happens|works|comes|came)",
        r"(?:sits|sitting|hangs|stays) at",
        r"tried to",
        r"(?:broken|damaged|faulty|defective|wrong|missing|late|lost|delayed|stuck|error|failed|fails|failing|crash\w*|"
        r"charged|stolen|locked|expired|cancelled|problem|issue|trouble|useless|terrible|horrible|double|twice|slow|"
        r"unable|refus\w+|stopped|disappeared|leak\w*|empty|torn)",
    ),
    question=re.compile(
        r"\?\s*$|\bmy question is\b|^(?:can|could|do|does|did|is|are|will|would|should|has|have) ?(?:i|you|we|it|the|there|this|my)\b"
        r".*[^.!]$|^(?:how|why|where) ?(?:do|can|to|is|are|long|much|many)\b.*[^.!]$"
        # People who type in a hurry end a question with a full stop; the order of its words gives it away.
        r"|^(?:(?:and|so|but|now) )?(?:how|what|when|where|why|who|which) (?:do|does|did|can|could|is|are|will|would|should|am) "
        r"(?:i|you|we|it|my|the|your|they|this|that|there)\b|^(?:can|could|do|does|will|would|should|may) (?:i|we|it|they) \w+ \w+",
        re.IGNORECASE,
    ),
    weak=re.compile(
        r"^(?:can|could|would|will) (?:you|someone|anybody) (?:please )?(?:be able to )?(?:help|assist)\b.{0,40}$|^(?:pls|plz|please) (?:help|fix|solve|sort|advise)\b.{0,24}$|"
        r"^i think (?:it|that|they) (?:was|is|were|are)\b.*$|^(?:any (?:ideas?|help|thoughts|chance)|please (?:help|advise|read)|help|hello|can you help(?: me)?(?: with (?:that|"
        r"this|it))?|can you assist(?: me)?|what (?:do|should) i do(?: now)?|are you able to assist|why|really|thoughts|"
        r"is that (?:ok|alright)|i need some help|could you help me)\b.{0,24}$|^(?:(?:i|we)(?:'ve| have|’ve)?|before\b.{0,40}\bi have)"
        r"(?: got)? (?:(?:a|an|some|one|two|three|four|several|few|quick|couple|more|other|of) )+(?:questions?|queries|things)\b.*$",
        re.IGNORECASE,
    ),
    done=pattern(
        rf"{_HAVE} (?:been |fully |already )?{_DID}",
        rf"(?:i|we)(?: just| also)? {_DID}",
        rf"(?:was|were|is|are) (?:now |already |successfully )?{_DID}",
        r"successfully",
        r"(?:i|we)(?:'ve| have) (?:made|given|put|written|taken|told|found|let)",
    ),
    advice=pattern(
        r"(?:please|kindly) (?:visit|call|contact|go|use|try|check|restart|reinstall|send|return|follow|click|open|log|"
        r"reset|update|reach|see|fill|make sure|ask|allow)",
        r"(?:you can|you may|you could|you(?:'ll| will) need to|you need to|you should|have you tried|try (?:to|un|re|\w+ing))",
    ),
    promise=pattern(
        r"(?:i|we)(?:'ll| will| shall)",
        r"(?:i|we)(?:'m| am|'re| are) going to",
        r"(?:you|it|this|they|refund|replacement|money|payment|parcel|order|item|package)(?:'ll| will) (?:be|get|receive|"
        r"arrive|go|have)",
        r"(?:get|come|be|coming|getting) (?:right )?back to you",
        r"keep you (?:posted|updated|informed)",
        r"(?:and|but|then) will (?:write|call|ring|e-?mail|contact|update|let|get|come|send|answer|reply)",
        r"you(?:['’]ll| will) hear from (?:me|us)",
        # Somebody else will act, or what is at stake will move.
        r"(?:they|he|she|(?:the|our|my|your|an?|both|all|this)(?: [\w'’-]+){1,4}?|(?:mr|mrs|ms|dr)\.? \w+|<PERSON_\d+>)(?:['’]ll| will) (?:call|ring|contact|e-?mail|"
        r"write|visit|come|reach|send|give|bring|take|let|check|review|look|arrive|deliver|replace|repair|refund|be (?:with you|in touch|back|there))",
        r"will (?:now |also |then |all |both )?be (?:refunded|credited|sent|resent|shipped|delivered|replaced|processed|issued|reviewed|updated|called|contacted|dispatched|"
        r"reimbursed|returned|repaired|paid|available)",
    ),
    not_promise=pattern(
        r"(?:(?:i|we)(?:'ll| will)|you'll|will|shall) (?:need|require|be (?:happy|glad|able|unable|here|more than happy)|have to|never|not|look forward|wait|see|work with|proceed|"
        r"ask you|happily|assume)",
        r"won't",
        r"(?:no|any) promises?",
        r"be right (?:with|back)",
        r"(?:one|a) moment",
        r"hold on",
        r"if you(?:'d like| would like| want| prefer)?",
        r"let (?:us|me) know",
        r"once you (?:confirm|provide|send|have)",
        r"(?:before|so|then|and) (?:i|we) (?:can|could)",
        r"in order (?:for|to)",
        r"(?:feel free|don't hesitate)",
        r"you will need",
    ),
    asking=pattern(
        r"(?:can|could|would|will) you (?:please |kindly |also )?(?:provide|tell|send|share|confirm|give|let|dm|pm|message|"
        r"check|clarify|describe|advise|verify|specify|email|reply|attach|explain)",
        r"please (?:provide|tell|send|share|confirm|give|let (?:us|me) know|dm|pm|reply with|attach|specify|verify)",
        r"(?:i|we)(?:'ll| will| would|'d)? (?:still )?need (?:your|the|a|some|to know|you to)",
        r"(?:may|can|could) (?:i|we) (?:have|get|ask|please have)",
        r"^(?:what|which|when|where|have you|did you|do you|are you|is (?:the|this|it|that)|was (?:the|this|it))",
        r"(?:dm|pm) (?:us|me|your|the|over)",
        r"(?:in|via|by|over|through) (?:a |an? )?(?:dm|pm|direct message|private message)s?",
        r"(?:request|kindly|urge) (?:you to )?(?:share|send|provide|give|fill|drop)",
        r"^(?:please |kindly )?(?:send|message|tell|give|drop|follow|shoot) (?:us|me)\b",
        r"follow (?:us|me|back)\b.{0,20}(?:dm|direct message)",
        r"let (?:us|me) know (?:what|which|when|where|the|your|if|how)",
    ),
    holding=pattern(
        r"(?:one|a) moment",
        r"(?:please )?hold on",
        r"bear with (?:me|us)",
        r"let me (?:check|look|see|retrieve|find|take)",
        r"(?:i|we)(?:'ll| will|'m| am|'re| are) (?:look|check|be right|be with)(?:ing)?",
        r"let's (?:check|start|look|see|proceed|move|take|get)",
        r"to (?:get started|begin|start)",
        r"i(?:'ll| will| can)? (?:look (?:it|that|this)? ?up|retrieve|check)",
        r"(?:sorry|apolog\w+|thank\w*) (?:to hear|for|about)",
    ),
    refusal=pattern(
        r"(?:do not|don['’]t|did not|didn['’]t) (?:\w+ )?(?:have|know|remember|keep)",
        r"(?:can['’]?t|cannot) (?:\w+ )?(?:remember|find|recall|provide)",
        r"(?:not sure|no idea|not (?:completely )?certain|threw (?:it|them) away|(?:i|we) won['’]t be)",
    ),
    gave=pattern(
        r"(?:sent|done|dm['’]?e?d|attached|uploaded|filled|shared|provided|added|submitted|e-?mailed|did|already|here)",
    ),
    defers=pattern(
        r"(?:i|we)(?:['’]ll| will| can| need to| have to|['’]m going to) (?:\w+ ){0,2}(?:check|gather|find|look|get back|ask|"
        r"(?:send|do|give) (?:it|that|them|you \w+) (?:later|when|once|tonight|tomorrow))",
        r"(?:can['’]?t|cannot|can not) (?:give|send|provide|share|do|tell) (?:you )?(?:that|it|this|those|these)",
        r"(?:until|till|when|once|as soon as) i(?:['’]m| am| get)(?: \w+){0,2} (?:home|back|there)",
    ),
    routine=pattern(
        r"(?:authenticat|verif|identif|validat)\w*",
        r"(?:i|we)(?:['’]ve| have)?(?: now| just| already)? (?:found|located|pulled up|received|got|retrieved|looked up|see|seen) (?:your|the|it|that|this|them|all|both)",
        r"(?:account|profile|order|details?|purchase|search\w*) .{0,60}(?:pulled up|entered|in progress|selected)",
        r"search(?:ing)?",
    ),
    lead=re.compile(
        r"^(?:to (?:proceed|get started|begin|continue|assist|help|do (?:this|that|so))\b[^,]{0,60}, |as (?:i|we|you) (?:said|mentioned|wrote|know)\b[^,]{0,20}, |"
        r"good news[,!:] |as (?:a|an) (?:result|exception|reminder), |in (?:this|that|your) case, |at (?:this|the) (?:time|moment), )",
        re.IGNORECASE,
    ),
    tail=re.compile(
        r"(?:,|;| [-–—]) (?=(?:so|because|which|who|as|since|although|though|while|whereas|but|and then|and (?:i|we|it|they|he|she|you))\b)|"
        r" (?=and (?:i|we|he|she|they|it) )|, (?=(?:it|this|that) )|"
        r" (?=(?:because|although|even though|so that|in case|in order)\b)|, (?=[a-z]+ing\b)",
        re.IGNORECASE,
    ),
    courtesy=re.compile(
        r"^(?:(?:and )?(?:that|this)(?:['’]s| is| will be)(?: all| it| everything)\b.{0,30}|safe travels.*|(?:my|our) pleasure.*|happy \w+[.!]?|(?:let['’]s |please |yes,? )?(?:proceed|go ahead)\b.{0,60}|(?:we|i)(?:['’]ll| will) be in touch\b.{0,30}|(?:we |i )?understand (?:wanting|how you|you want)\b.*|(?:we|i)(?:['’]re|['’]m| are| am) (?:always )?here (?:if|for)\b.*|"
        r"(?:we|i)(?:['’]re| are)? always (?:working|want|strive)\b.*|.*\b(?:is|are) important to us\b.*|reach out again.*|(?:i['’]m |we['’]re )?glad (?:we|i|you|to|that)\b.*|"
        r"(?:that|everything) (?:all )?(?:looks|sounds) (?:good|great|perfect|right|fine)\b.{0,30}|"
        r"(?:yes,? )?(?:please )?(?:proceed|go ahead)(?: with (?:that|this|it|the \w+))?[.!]?|excuse me\b.{0,12}|(?:hello,? )?(?:how |what )?(?:can|may|could) (?:i|we) (?:help|assist|do for)(?: you)?.{0,12}|"
        r"(?:hello,? )?how are you.{0,30}|(?:nice|pleased|glad|good) to (?:meet|see) you.*|"
        r"(?:we |i |i'm |i am |we're |we are |my |our )?(?:sincere |sincerely |really |very |so |terribly |deeply )*"
        r"(?:apolog\w+|sorry)\b.*|thank(?:s| you)\b.*|(?:you're|you are) (?:very )?welcome\b.*|have a (?:great|nice|good|lovely)"
        r".*|(?:please )?(?:feel free|do not hesitate|don't hesitate)\b.*|.*\b(?:do not|don['’]t) hesitate\b.*|if (?:you|there).{0,40}(?:any (?:more|other|further)|"
        r"anything else|questions|further).*|(?:please )?(?:just )?let (?:us|me) know (?:if|how).*|(?:i |we )?(?:hope|trust) (?:this|that|you|to)\b.*|"
        r"(?:i|we) (?:completely |fully |totally |can )?(?:understand|appreciate|see)\b.{0,80}(?:frustrat|concern|inconven|upset|"
        r"disappoint|feel|patien|urgency).*|(?:is there )?anything else.*|(?:i'm|i am|i'd be|i will be|we're|we are|happy|glad)"
        r" ?(?:happy|glad|always here|here|delighted)? ?to (?:help|assist|hear).*|(?:great|good|wonderful|awesome|perfect|sure|"
        r"no problem|no worries|of course|certainly|congrat\w+|enjoy|cheers|understood|noted)\b.{0,40}|i can (?:certainly |definitely )?(?:help|assist)"
        r"\b.*|(?:please )?keep (?:us|me) posted.*|(?:best|kind|warm) ?(?:regards|wishes)?[.,!]?|all the best.*|take care.*|"
        r"(?:we )?look forward to.*|(?:that|this|it) (?:sounds|looks|must be|must feel)\b.{0,60})$",
        re.IGNORECASE,
    ),
    solved=pattern(
        r"(?:is|it['’]?s|are|was|works?|working|all) (?:\w+ )?(?:now|again|fine now|sorted|solved|fixed|resolved)",
        r"(?:came|arrived|turned up|worked) (?:after all|today|now|again|this (?:morning|afternoon|evening))",
        r"(?:figured|sorted|worked) (?:it |this |that |all )*out",
        r"got it (?:all )?(?:working|sorted|fixed|figured out|resolved|to work)",
        r"(?:received|got|been given|acknowledg\w+) (?:\w+ ){0,4}refund(?:ed)?",
    ),
    thanks=pattern(
        r"thank(?:s| you| u)",
        r"thx",
        r"ty",
        r"cheers",
        r"appreciate (?:it|that|your|the)",
        r"sorted",
        r"(?:that|it) worked",
    ),
    anaphora=re.compile(
        r"^(?:this|that|it|these|those|they|he|she|then|otherwise|however|but|so|and|also|therefore|if so|if not|instead|"
        r"afterwards|after that|both|(?:if|when|once|after) (?:this|that|these|those|they|all (?:two|three|four)|both)|(?:\w+ ){1,3}(?:then|also|instead|afterwards|as well|too|either))\b",
        re.IGNORECASE,
    ),
    formula=re.compile(
        r"\b(?:(?:many|kind) )?thank(?:s|ing)?(?: you)?\b[^.!?\n]{0,60}\bin advance\b|"
        r"\bi(?:['’]d| would)?(?: really| truly| very much)? appreciate (?:it|(?:any|your) (?:help|time|assistance|support))\b[^.!?\n]*[.!?]*|"
        r"\bi hope (?:that )?(?:you|somebody|someone) can help\b[^.!?\n]*[.!?]*",
        re.IGNORECASE,
    ),
    moods={
        "angry": pattern(
            r"(?:angry|furious|outrag\w+|disgust\w+|ridiculous|unacceptable|pathetic|joke|useless|worst|scam|fraud|robbed|"
            r"cheated|liars?|lying|incompeten\w+|appalling|disgrace\w*|rubbish|garbage|crap|hell|wtf|bleep|kidding|hate\w*|"
            r"terrible|horrible|awful|lawyer|sue|shame|stupid|sh[*i]t\w*|f[*u][*c]k\w*|damn|bullsh\w*|sucks?|never again|fed up|"
            r"rip[- ]?off|insane|screw\w*|livid|idiots?|oh,? (?:how )?(?:lovely|great|nice|wonderful|brilliant)|like a mug|"
            r"had it with|(?:broken|two|three|more) promises|chargeback|solicitor|county court|small claims|trading standards|ombudsman|"
            r"legal action|idle threats?|final (?:notice|warning)|not ok(?:ay)?)"
        ),
        "impatient": pattern(
            r"(?:still (?:waiting|no|not|haven['’]t|nothing)|any (?:update|news|progress)|again|once more|on hold|asap|urgent(?:ly)?|immediately|"
            r"how (?:much )?long(?:er)?|(?:second|third|fourth|2nd|3rd|4th|\d+) time|(?:for|after|over) (?:\d+|two|three|four|several|"
            r"many) (?:hours?|days?|weeks?|months?)|weeks|(?:no|never) (?:reply|answer|response|heard)|hurry|waiting|ignored|"
            r"frustrat\w+|annoy\w+|disappoint\w+|not impressed|come on|already (?:told|said|sent|called|tried|asked)|at least|"
            r"unhappy|upset|made to wait|which is it|been and gone|(?:had|heard|have) nothing|i (?:also )?require (?:that|your|an? (?:full|written|immediate|explanation|answer|apology))|nobody (?:rang|knocked|replied|answered|called|"
            r"came)|round the houses|only a few hours)"
        ),
        "worried": pattern(
            r"(?:worr\w+|afraid|concern\w*|anxious|nervous|scared|hacked|stolen|security|panic\w*|stress\w*|not sure (?:if|whether)|"
            r"desperate\w*|please help|unsafe|suspicious|terrif\w+)"
        ),
        "friendly": pattern(
            r"(?:thank(?:s| you)(?!,? but)|thx|love|great|awesome|amazing|wonderful|perfect|brilliant|(?<!would )(?<!['’]d )appreciate\w*|lovely|kind of you|"
            r"excellent|helpful|cheers|fantastic|happy|shout ?out|lol|haha)"
        ),
    },
    past_action=pattern(
        rf"{_HAVE}",
        rf"(?:i|we)(?: just| also| can)? (?:{_DID}|see|saw|looked|noticed|spoke|tried|took|made|gave|had|told|wrote|put|was|were)",
        rf"(?:was|were|has|had|have) (?:now |already |successfully |since )?(?:been )?{_DID}",
        r"(?:is|are) (?:now|already|due)",
        r"(?<!if )(?<!when )(?:it|we|they|he|she|there|nothing|nobody|which|that|what) (?:was|were|did|had|went|came|left|got)",
        r"your (?:\w+ ){0,3}(?:is|was|has|had|shows?|appears?|seems?)",
    ),
    commitment=pattern(
        r"(?:i|we)(?:'ll| will| shall|'m going| am going|'re going| are going)",
        r"(?:i|we) (?:promise|guarantee|assure|can offer|am|are|'m|'re) ?(?:you|to)?",
        r"i(?:'m|'d| am| would)",
        r"you(?:'ll| will) (?:receive|get|have|see|be|hear)",
        r"(?:the|your) (?:\w+ ){1,2}(?:will|should|is going to) (?:be|go|come|arrive|reach|appear|follow)",
        r"(?:get|come) back to you",
        r"keep you (?:posted|updated|informed)",
        r"let me",
    ),
    to_that_customer=pattern(
        r"you (?:said|mentioned|told|wrote|asked|sent|described|have (?:sent|told|ordered|bought|tried)|attached|reported)",
        r"(?:^|[,;] |(?:and|because|since|that|as|but) )you (?:bought|ordered|paid|received|were|had)",
        r"(?:we|i) (?:can|could)",
        r"(?:can|could|may|shall|do|did) (?:we|i)",
        r"(?:my|me)",
        r"you['’]ve",
        r"you['’]re",
        r"as (?:discussed|agreed|promised|mentioned|an exception|a (?:one-off|goodwill|gesture))",
        r"in your case",
        r"goodwill",
        r"(?:your|the) (?:son|daughter|husband|wife|mother|father|sister|brother|friend|neighbou?r|gift|birthday|wedding)",
        r"this (?:time|once|occasion|week|month)",
        r"i",
        r"(?:these|those|such)",
        r"(?:either|both) (?:way|of)",
        r"that(?:['’]s| is) (?:all|what|why|how|the)",
        r"the (?:\w+ ){0,2}ones?",
        r"against your",
        r"yours",
        r"here(?:['’]s| is| are)",
        r"the answer",
        r"(?:we|they) (?:get|got|see|find|found|know|think)",
        r"(?:card|paypal|express|order) now",
        r"(?:ending|ends) (?:in |with )?\d+",
        r"it (?:was|is|has) (?:placed|picked|cancelled|packed|sent|due)",
        r"(?:colleague|warehouse team|courier|carrier) (?:has|have|told|says?|said|found|confirmed)",
        r"sorry",
    ),
    for_staff=pattern(
        r"(?:agents?|staff|colleagues|team leads?|second line|2nd line) (?:must|should|may|can|needs?|will|are|never|do)",
        r"(?:tell|ask|inform|offer|remind|advise|transfer|do not tell|never tell) (?:the )?customers?",
        # At the start: "call your bank and tell them" is for customers.
        r"^(?:(?:first|then|next|finally|and),? )?(?:tell|ask|inform|offer|remind|advise|thank|assure|help|let|give|transfer) "
        r"(?:them|him|her|the person)",
        r"^(?:(?:first|then|next|finally|and),? )?(?:find out (?:how|what|whether|if|when|which)|look (?:them|it) up|pull up)",
        r"if they(?:['’]re| are| live| want| wish| say| ask| have)",
        r"(?:the|a|each) (?:\w+ )?(?:customer|caller|user|requester)|(?:customer|user) (?:confirmation|identity|profile)",
        r"(?:sub)?flow|membership level|their (?:order|account|subscription|identity|membership) (?:can|is|level|status)",
        r"customer's",
        r"(?:before|after) (?:taking|performing|making) (?:the|this|any) (?:action|change|call)",
        r"(?:authenticate|verify) (?:your|the user's|the customer's) identity (?:first|before)",
        r"(?:internal(?:ly)?|escalate to|macro|crm|back office|zendesk|ticket queue|tag the ticket)",
    ),
    noted=pattern(
        r"(?:asked|told|promised|passed|found|checked|agreed|called|opened|offered|waiting|shows?|confirmed|refund\w*|"
        r"sent|went|due|on hold|covered|faulty|escalated|explained|approved|declined)",
    ),
    hand_over=pattern(
        r"(?:send|tell|give|e-?mail|message|write to|contact|write) us",
        r"(?:please )?(?:send|provide|include|quote|give) (?:your|the|an|a) (?:\w+ )?(?:order|invoice|return|account|serial|name|photo)",
    ),
    general=pattern(
        r"(?:if|when|whenever|once|as soon as|unless|until|before|after) (?:you|your|a|an|the|it|we|they|there|this)",
        r"you (?:can|may|could|need|do not need|don't need|cannot|can't|must|should)",
        r"(?:usually|normally|always|generally|never|only|at most|at least|up to|within|between|for free|free of charge)",
        r"(?:takes?|lasts?|costs?|counts?|applies|apply|works?|includes?|requires?|needs?|means|covers?|ends?|starts?|expires?)",
        r"(?:can|cannot|can't|must|may) (?:be|only|not)",
        r"(?:every|each|all|any)",
        r"after \d+ \w+",
        r"^an? \w+ \w+",
        r"\w+ > \w+",
        r"^(?:please )?(?:open|tap|click|press|go|choose|select|enter|sign|log|turn|hold|check|use|update|remove|delete|install|"
        r"reinstall|restart|reset|send|return|keep|put|wait|make|try|write|call|visit|follow|scan|charge|pair|switch|allow|clear|"
        r"contact|uninstall|unplug|plug|cancel|print|pack|attach|don't|do not)",
    ),
    moment=pattern(
        r"(?:today|tomorrow|yesterday|tonight|this (?:morning|afternoon|evening|week)|next (?:week|monday|tuesday|wednesday|"
        r"thursday|friday|saturday|sunday)|last (?:week|month|night|monday|tuesday|wednesday|thursday|friday|saturday|sunday))",
        r"(?:on|by|until|since) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)",
        r"\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*(?: \d{4})?",
        r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?",
        r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}",
        r"(?:at|around) \d{1,2}(?::\d\d)? ?(?:am|pm)?",
        r"(?:at the moment|at present|currently|right now|just now|for now|so far|meanwhile|next time)",
    ),
    steps={
        "sorry": pattern(r"sorry", r"apolog\w+", r"regret"),
        "thanks": pattern(r"thanks?", r"thank you", r"appreciate"),
        "glad": pattern(
            r"(?:great|glad|good|happy|lovely|wonderful|awesome) to (?:hear|see|know)",
            r"enjoy",
            r"congrat\w*",
            r"welcome",
        ),
        "message": pattern(r"dms?", r"pms?", r"(?:direct|private) messages?", r"inbox"),
        "page": pattern(r"link", r"website", r"web ?page", r"form", r"online", r"click", r"visit"),
        "call": pattern(r"call", r"ring", r"hotline", r"by phone", r"phone us"),
        "mail": pattern(r"e-?mail us", r"write to"),
        "somebody there": pattern(
            r"(?:an|our|the|any) (?:agents?|crew|staff|team member|counter|store|manager|conductor|guard)"
        ),
        "look": pattern(
            r"look(?:ing)? (?:into|at|up)", r"investigat\w+", r"check(?:ing)?", r"take a (?:closer |further )?look"
        ),
        "pass on": pattern(r"(?:pass|share|forward|escalat|rais|report|transfer)\w*", r"feedback"),
        "advice": pattern(
            r"try",
            r"(?:restart|reinstall|re-install|reset|reboot|unplug)\w*",
            r"clear(?:ing)?",
            r"update",
            r"(?:log|sign)(?:ging|ing)? (?:out|in|back)",
            r"make sure",
            r"recommend",
            r"suggest",
            r"advise",
        ),
        "promise": pattern(
            r"(?:we|i|they)(?:['’]ll| will| shall)", r"going to", r"you(?:['’]ll| will) (?:receive|hear|get|be|have)"
        ),
        "refuse": pattern(r"unable", r"cannot", r"can['’]?t", r"can not", r"not able", r"unfortunately", r"won['’]t"),
        "help": pattern(r"help", r"assist\w*"),
        "refund": pattern(r"refund\w*", r"money back", r"reimburs\w*"),
        "cancel": pattern(r"cancel\w*"),
        "exchange": pattern(r"exchang\w+", r"replac\w+"),
        "book": pattern(r"(?:re-?)?book(?:ed|ing)?", r"reserv\w+", r"schedul\w+"),
        "compensate": pattern(r"compensat\w+", r"vouchers?", r"credit\w*", r"goodwill"),
        "change": pattern(r"chang\w+", r"modif\w+", r"upgrad\w+"),
        "wait": pattern(r"patien\w+", r"as soon as", r"shortly", r"bear with"),
        "confirm": pattern(r"confirm", r"proceed", r"would you (?:like|prefer)"),
    },
    once=frozenset(["sorry", "thanks", "glad", "message"]),
    offer=pattern(
        r"(?:look(?:ing)? into|take a (?:closer |further )?look|check|help|assist|get this|get it|see what|do (?:our|my) best|work with you|dig|investigate)",
    ),
    facts=(
        Fact(
            "order number",
            pattern(
                r"(?:my|an|the|this) (?:\w+ ){0,2}(?:orders?|parcels?|packages?|delivery|deliveries|shipment|invoice|refund)",
                r"(?:return|exchange|replace|cancel|refund)(?:ing|ed)? (?:it|them|this|these|both|an? (?!\w+ (?:call|account))|one of|"
                r"(?:the|my|some) (?!(?:\w+ )?(?:money|favou?r|call|ticket|flight|account|plan|subscription|membership|bags? fees?)))",
                r"(?:parcel|package|delivery|order) (?:\w+ ){0,3}(?:late|lost|missing|arriv\w+|damaged|broken|not)",
                r"where(?:'s| is) my",
                r"(?:arrived|delivered|received) (?:\w+ ){0,3}(?:damaged|broken|cracked|wrong|faulty)",
            ),
            ("ORDER", "ORDER_NUMBER"),
            re.compile(r"(?<![\w<])#?(?:[A-Z]{1,4}-?\d{4,}|\d{6,})\b"),
            pattern(
                r"(?:order|booking|reference|confirmation|purchase|invoice|tracking) ?(?:number|no|id|ref\w*|code|#)s?"
            ),
            "Could you please send me your order number?",
        ),
        Fact(
            "e-mail address of the account",
            pattern(r"(?:log ?in|sign ?in|password|log ?on|my account|locked out|two[- ]factor|verification code)"),
            ("EMAIL", "EMAIL_ADDRESS"),
            re.compile(r"\S+@\S+\.\w+"),
            pattern(r"e-?mail(?: address)?"),
            "Which e-mail address is your account registered with?",
        ),
        Fact(
            "a photo of the damage",
            pattern(r"(?:damaged|cracked|broken|torn|scratched|dented|smashed|shattered)"),
            (),
            pattern(r"(?:attach\w*|photos?|pictures?|pics?|images?|screenshots?|pic\.twitter)"),
            pattern(r"(?:photos?|pictures?|images?|screenshots?)"),
            "Could you please send a photo of the damage?",
        ),
        Fact(
            "device and version",
            pattern(
                r"(?:the|your|my) (?:\w+ )?(?:app|website|site|page)s? (?:\w+ ){0,4}(?:crash\w*|freez\w*|not|error|stuck|slow|"
                r"won['’]t|doesn['’]t|can['’]t)",
                r"app (?:keeps )?crash\w*",
            ),
            (),
            pattern(
                r"(?:iphone|ipad|android|ios|windows|mac(?:os|book)?|chrome|firefox|safari|edge|linux|pixel|samsung|galaxy)"
            ),
            pattern(r"(?:versions?|device|browser|model|operating system|phone)"),
            "Which device and which version of the app or browser are you using?",
        ),
        Fact(
            "phone number",
            None,
            ("PHONE", "PHONE_NUMBER"),
            re.compile(r"\+?\d[\d ()-]{7,}\d"),
            pattern(r"(?:phone|mobile|telephone|contact) number"),
            "Which phone number can we reach you on?",
        ),
        Fact(
            "address",
            None,
            ("ADDRESS", "LOCATION"),
            pattern(r"\d{5}", r"[A-Z]{1,2}\d{1,2} ?\d[A-Z]{2}"),
            pattern(r"(?:(?:delivery|postal|home|full|shipping|billing) )?address(?! is)", r"(?:zip|post) ?code"),
            "Could you please confirm the delivery address?",
        ),
        Fact(
            "flight number",
            pattern(r"(?:my|the|our) (?:\w+ )?flight (?:\w+ ){0,3}(?:delay\w*|cancel\w*|late|miss\w*)"),
            (),
            re.compile(r"\b(?:[A-Z]{2} ?\d{2,4}|(?:flight|flt) ?#? ?\d{2,4})\b", re.IGNORECASE),
            pattern(r"flight (?:number|no|#|info\w*|details)"),
            "Could you please tell me your flight number and date?",
        ),
    ),
    phrases={
        "hello": "Hi {name},",
        "hello_nobody": "Hello,",
        "thanks_subject": "Thank you for your message about “{subject}”.",
        "thanks": "Thank you for your message.",
        "sorry": "I am sorry for the trouble this has caused you.",
        "sorry_again": "I am sorry that you had to contact us more than once.",
        "ask_more": "Could you please give us some more details, so that we can look into it?",
        "offer": "Please let me know if anything is unclear.",
        "regards": "Kind regards",
        "chat_greeting": "Hello! What can I look up for you?",
        "chat_thanks": "You are welcome. Is there anything else I can look up for you?",
        "speaker_customer": "Customer",
        "speaker_agent": "Agent",
        "speaker_bot": "Chatbot",
        "speaker_system": "System",
        "speaker_note": "Note",
        "next_answer": "Answer the customer: {what}",
        "next_answers": "Answer the customer's {count} questions, first: {what}",
        "next_reply": "Reply to the customer: {what}",
        "next_promise": "Keep the promise: {what}",
        "next_wait": "Wait for the customer: {what}",
        "next_close": "Nothing is open and the customer says thanks: close the case.",
        "next_none": "Nothing is open: check whether the case can be closed.",
        "next_otherway": "The customer cannot give this: find it another way ({what}).",
        "missing_source": "an approved article or resolved case that answers: {what}",
        "missing_language": "an article in the language of the customer: [{n}] “{title}” is in another one",
        "missing_general": "a sentence that holds for everybody: [{n}] “{title}” comes closest, but speaks of its own case",
        "note_nothing": "Nothing to change was found.",
        "note_dropped": "Left out: {what}",
        "note_spelling": "Corrected: {what}",
        "note_tone": "Changed tone phrases: {what}",
    },
    formal=(
        (r"^(?:Hi there|Hey there|Hiya|Hi|Hey)\b", "Dear"),
        (r"^(Dear)(?=[,!])", "Dear customer"),
        (r"^Hello (?=[<A-Z])", "Dear "),
        (r"\bI'm\b", "I am"),
        (r"\b([Ww])e're\b", r"\1e are"),
        (r"\b([Yy])ou're\b", r"\1ou are"),
        (r"\b(I|[Ww]e|[Yy]ou|[Tt]hey)'ve\b", r"\1 have"),
        (r"\b(I|[Ww]e|[Yy]ou|[Tt]hey|[Ii]t)'ll\b", r"\1 will"),
        (r"\b(I|[Ww]e|[Yy]ou)'d\b", r"\1 would"),
        (r"\b([Ii])t's\b", r"\1t is"),
        (r"\b([Tt])hat's\b", r"\1hat is"),
        (r"\b([Cc])an't\b", r"\1annot"),
        (r"\b([Ww])on't\b", r"\1ill not"),
        (
            r"\b([Dd]o|[Dd]oes|[Dd]id|[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Hh]as|[Hh]ave|[Cc]ould|[Ww]ould|[Ss]hould)n't\b",
            r"\1 not",
        ),
        (r"\bLet's\b", "Let us"),
        (r"\bThanks a lot\b|\bThanks so much\b|\bMany thanks\b|\bThanks\b", "Thank you"),
        (r"\bthanks\b", "thank you"),
        (r"\bI am (?:really |so |very )?sorry\b", "I apologise"),
        (r"^(?:So |Really |Very )?[Ss]orry\b", "I apologise"),
        (r"\bget in touch\b", "contact us"),
        (r"\bno worries\b|\bno problem\b", "that is no trouble"),
        (r"\b(?:Cheers|Best|All the best|Best wishes|Take care)(?=[,!]?$)", "Kind regards"),
        (r"\bASAP\b|\basap\b", "as soon as possible"),
        (r"\bjust \b", ""),
        (r"!+", "."),
        (r" ?(?::-?\)|;-?\)|😊|🙂|😀)", ""),
    ),
    friendly=(
        (r"^Dear (?:customer|Sir or Madam|Sir/Madam|sir or madam)\b", "Hi there"),
        (r"^(?:Dear|Hello|Good day)(?= [<A-Z])", "Hi"),
        (r"^Hello(?=[,!])", "Hi there"),
        (r"\bI am\b", "I'm"),
        (r"\b([Ww])e are\b", r"\1e're"),
        (r"\b([Yy])ou are\b", r"\1ou're"),
        (r"\b(I|[Ww]e|[Yy]ou) have (?=(?:been|\w+ed|sent|made|found)\b)", r"\1've "),
        (r"\b(I|[Ww]e|[Yy]ou) will\b(?! not)", r"\1'll"),
        (r"\b([Ii])t is\b", r"\1t's"),
        (r"\b([Tt])hat is\b", r"\1hat's"),
        (r"\b([Cc])annot\b", r"\1an't"),
        (r"\b([Dd]o|[Dd]oes|[Dd]id|[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Hh]as|[Hh]ave) not\b", r"\1n't"),
        (r"\b(?:I|[Ww]e) apologi[sz]e\b", "I'm really sorry"),
        (r"\bThank you for your message\b", "Thanks for getting in touch"),
        (r"\bThank you\b", "Thanks so much"),
        (r"\bPlease do not hesitate to contact us\b", "Just drop us a line"),
        (r"\bkindly\b", "please"),
        (r"\bin order to\b", "to"),
        (r"\bregarding\b", "about"),
        (r"\bprior to\b", "before"),
        (r"\b(?:Yours (?:sincerely|faithfully)|Sincerely|Kind regards|Regards)(?=[,!]?$)", "All the best"),
    ),
)
