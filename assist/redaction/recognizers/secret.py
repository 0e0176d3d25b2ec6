"""Passwords, PINs and one-time codes that people should not have sent."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_WORDS = r"pass ?word|pass ?code|pass ?phrase|pwd|pw|passwort|kennwort"
_CODES = (
    r"pin|otp|one[- ]time (?:pass)?code|verification code|security code|auth(?:entication)? code|access code"
    r"|login code|cvv2?|cvc|2fa code|sms code|unlock code"
)
# "my password is wrong" names no password: without a colon or quotes it must look like one.
_LOOKS_RANDOM = r"(?=\S*[\d!$%&*#@^_+=])"


def recognizer() -> Recognizer:
    """Find what follows "my password is", "PIN:", "verification code" and the like."""
    return patterns(
        "secret",
        "SECRET",
        [
            (
                rf"(?i:\b(?:{_WORDS}))(?i:\s+(?:is|was|to|ist|war|lautet)\s+|\s*[:=]\s*|\s+)[\"'`“]?\K{_LOOKS_RANDOM}"
                rf"[^\s\"'`”<>]{{3,64}}(?<![.,;:?)])",
                0.9,
            ),
            (
                rf"(?i:\b(?:{_WORDS}))(?i:\s+(?:is|was|ist|lautet)\s*|\s*[:=]\s*)[\"'`“]\K[^\"'`”\n<>]{{3,64}}(?=[\"'`”])",
                0.9,
            ),
            (rf"(?i:\b(?:{_WORDS}))\s*[:=]\s*\K[^\s\"'`”<>]{{4,64}}(?<![.,;:?)])", 0.85),
            (
                rf"(?i:\b(?:{_CODES})\b)(?:[\s:=#*`\"'(]|(?i:\b(?:is|was|number|code|i got|i received"
                rf"|they sent|sent)\b)){{1,8}}\K(?=[A-Za-z-]*\d)[A-Z\d]{{3,10}}\b(?!\s*(?i:digits?))",
                0.9,
            ),
            (r"(?i:\b(?:code|pin))\s*(?i::|is|was)\s*\K\d{4,8}\b", 0.7),
        ],
        gate=r"(?i:pass|pwd|\bpw\b|pin\b|otp|code|cvv|cvc|kennwort)",
    )
