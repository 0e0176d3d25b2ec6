"""Payment card numbers, by Presidio's pattern and Luhn's checksum."""

from presidio_analyzer.predefined_recognizers import CreditCardRecognizer

from assist.redaction.presidio import adopt
from assist.redaction.spans import Recognizer


def recognizer() -> Recognizer:
    """Find card numbers of 12 to 19 digits, grouped or not; a wrong check digit dismisses them."""
    return adopt("card", "CARD", CreditCardRecognizer(), gate=r"\d{3}[ -]?\d{3}")
