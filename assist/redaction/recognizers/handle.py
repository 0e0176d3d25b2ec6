"""Account handles of customers: the mention an agent's public reply begins with. Brands' handles stay."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer


def recognizer() -> Recognizer:
    """Find leading mentions in agents' messages."""
    return patterns(
        "handle", "HANDLE", [(r"\A\s*(?:\.\s?)?(?:@\w+\s+){0,3}?\K@\w{2,30}", 0.9)], gate="@", authors=["agent"]
    )
