"""IP addresses, version 4 and 6, by Presidio's patterns and Python's own parser."""

from presidio_analyzer.predefined_recognizers import IpRecognizer

from assist.redaction.presidio import adopt
from assist.redaction.spans import Recognizer


def recognizer() -> Recognizer:
    """Find IP addresses; a lone `::` scores under the floor."""
    return adopt("ip", "IP", IpRecognizer(), gate=r"\d\.\d{1,3}\.\d|[0-9A-Fa-f]:[0-9A-Fa-f:]*:", floor=0.5)
