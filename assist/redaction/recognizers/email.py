"""E-mail addresses, with the ways people write them to dodge robots."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~-]{0,63}"
# No list of top-level domains is asked: an address at a company's internal domain is just as personal.
_DOMAIN = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])?"


def recognizer() -> Recognizer:
    """Find `ann@example.org`, `mailto:` links included, and `ann (at) example (dot) org`."""
    return patterns(
        "email",
        "EMAIL",
        [
            (rf"(?<![\w.+-])(?:mailto:\K)?[\w+]{_LOCAL}@{_DOMAIN}", 0.95),
            (r"(?i)\b[\w.+-]{2,64}\s?[\[(]\s?at\s?[\])]\s?[\w-]+(?:\s?(?:[\[(]\s?dot\s?[\])]|\.)\s?[\w-]+)+", 0.8),
        ],
        gate=r"@|(?i:[\[(]\s?at\s?[\])])",
    )
