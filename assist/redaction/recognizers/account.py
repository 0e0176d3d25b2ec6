"""Identifiers of a person or an account: user names, member and payment ids, passports, social security numbers."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_WORDS = (
    r"user|customer|client|account|member|membership|loyalty|frequent flyer|policy|contract|passport"
    r"|driver'?s? licen[cs]e"
    r"|licen[cs]e|ssn|social security|national insurance|tax|employee|patient|student|imei|serial|certificate|gift card"
    r"|voucher|meter|kunden\w*|vertrags\w*"
)
_LABEL = r"(?i:(?:numbers?|num|no|nr|ids?|code|is|are|was)\b\.?)"
_BETWEEN = r"[\s:#=*_`(\[\"'-]{1,6}"
_NOT_A_UNIT = r"(?![\w$€£%-])(?!\s*(?i:days?|hours?|minutes?|times|people|points|years?|usd|eur|gbp|dollars)\b)"


def recognizer() -> Recognizer:
    """Find `mia_li_3668`, `gift_card_1234567`, `Username: cminh730`, `member no. 88-1200-33`, `853-37-1694`."""
    return patterns(
        "account",
        "ID",
        [
            (r"(?<![\w/.@-])[a-z]{2,}(?:(?:_[a-z]+){1,4}_\d{3,}|_\d{5,})(?![\w@])", 0.9),
            (
                rf"(?i:\b(?:{_WORDS}))(?:{_BETWEEN}{_LABEL}){{0,3}}{_BETWEEN}\K#?(?=[A-Za-z-]*\d)"
                rf"[A-Za-z]{{0,4}}-?\d[\dA-Z-]{{3,20}}{_NOT_A_UNIT}",
                0.8,
            ),
            (
                r"(?i:\b(?:user ?name|user ?id|login|log-?in name|gamertag|skype))(?i:\s?[:=]\s?|\s+is\s+(?="
                r"[\w.-]*[\d_]|[\"'`]))[\"'`]?\K(?!(?i:is|or|and|not)\b)[\w.-]{3,40}(?<![.])",
                0.75,
            ),
            (r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])", 0.85),
        ],
        gate=r"\d|(?i:user|login|log-in|gamertag|skype)",
    )
