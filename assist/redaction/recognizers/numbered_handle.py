"""Handles that an export replaced by numbers: they stand for people, whoever writes them."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer


def recognizer() -> Recognizer:
    """Find `@135060`."""
    return patterns("numbered_handle", "HANDLE", [(r"(?<![\w@])@\d{3,}\b", 0.9)], gate=r"@\d")
