"""Long bare numbers: whatever they count, nine digits in a row point to one account, parcel or person."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer


def recognizer() -> Recognizer:
    """Find runs of nine and more digits that are no amount and no part of a longer code."""
    return patterns(
        "long_number",
        "ID",
        [
            (
                r"(?i:\b(?:item|product|sku|model|part|article|build|ean|isbn|asin)\b[^\w\n]{0,4}(?:id|number"
                r"|no|nr|code|#)?[^\w\n]{0,6}\d+)(*SKIP)(*FAIL)|(?<![\w.,$€£/=#-])\d{9,30}(?![\w%]|[.,]\d|\s?"
                r"(?:USD|EUR|GBP)\b)",
                0.5,
            )
        ],
        gate=r"\d{9}",
    )
