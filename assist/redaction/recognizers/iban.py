"""International bank account numbers, by Presidio's pattern and ISO 7064 mod 97."""

import re

from presidio_analyzer.predefined_recognizers import IbanRecognizer

from assist.redaction.presidio import adopt
from assist.redaction.spans import Recognizer


def recognizer() -> Recognizer:
    """Find IBANs with a right check sum, in blocks of four or in one piece."""
    wrapped = IbanRecognizer(regex_flags=re.DOTALL | re.MULTILINE | re.IGNORECASE)
    return adopt("iban", "IBAN", wrapped, gate=r"(?i)[A-Z]{2}\d{2}[ -]?[A-Z0-9]{4}")
