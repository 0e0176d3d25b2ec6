"""Links that lead to one person's page: a token, an e-mail address or a user's name in them."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_URL = r"\b(?:https?://|www\.)[^\s<>\"'()\[\]]*"
_KEYS = (
    r"token|key|auth|session|sid|sig|signature|code|otp|email|e-mail|user|userid|uid|reset|invite|hash|jwt"
    r"|password|pin|customer|account|order"
)
_END = r"[^\s<>\"'()\[\]]*[\w/=%-]"


def recognizer() -> Recognizer:
    """Find links with personal parts; a plain link to a page or a help article stays."""
    return patterns(
        "url",
        "URL",
        [
            (rf"(?i){_URL}(?:@|%40){_END}", 0.95),
            (rf"(?i){_URL}[?&;#/](?:[\w-]*[_-])?(?:{_KEYS})(?:[_-]?id)?=[^\s&<>]+(?:{_END})?", 0.9),
            # A long run of letters and digits in a path is a key, not a word.
            (rf"{_URL}[/=](?=[\w-]*\d)(?=[\w-]*[A-Za-z])(?![\w-]*-[a-z]{{3,}}-)[\w-]{{20,}}(?:{_END})?", 0.8),
        ],
        gate=r"(?i:https?://|www\.)",
    )
