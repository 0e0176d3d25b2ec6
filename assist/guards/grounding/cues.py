"""Small words of English that turn a sentence around or limit it."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOT = _words("no not never none nobody nothing neither nor without n't nt unable lack fail exclude instead refuse")
# Also counted where the source denies: "they refused" bears out "they did not".
DENIAL = NOT | _words(
    "cannot hardly barely decline deny avoid rather reject oppose disagree ignore stop prevent cancel forget incorrect "
    "wrong false inconsistent"
)
LIMIT = _words(
    "only just solely merely exclusively sole except unless few little limited minimal hardly barely rarely seldom "
    "nothing nobody neither nor either but exclude excluding alone single"
)
TOTAL = _words(
    "all every always any each everything everyone anyone both completely entirely fully whole totally never none most "
    "majority unlimited guarantee guaranteed"
)
# Words of one line say the same, of another line something else.
STRENGTH = {
    word: line
    for line, words in enumerate(
        (
            "may might could can",
            "must shall",
            "should",
            "will would",
            "always",
            "usually generally normally mostly typically most",
            "often frequently",
            "sometimes occasionally some",
            "rarely seldom hardly barely",
            "never",
            "all every each",
        )
    )
    for word in words.split()
}
SELF = _words("i my me we 'm im")
YOU = _words("you your")
# What somebody who retells says himself, so that the source need not have it.
RETELLING = _words(
    "discuss mention explain suggest say tell ask talk describe introduce express present inform state note propose "
    "recommend offer provide highlight emphasize emphasise argue claim report indicate reveal show announce believe "
    "think feel request inquire agree decide plan want include involve contain feature cover address focus convey "
    "remark add advise share detail outline examine explore analyze analyse comprise speak chat comment declare point "
    "conclude summarize summarise stress underscore conversation discussion dialogue dialog email mail message call "
    "speaker person people group team member participant topic information thing way matter subject"
)
PREFIXES = ("un", "in", "im", "dis", "mis", "non", "ir", "il")
