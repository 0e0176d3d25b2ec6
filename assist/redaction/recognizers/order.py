"""Numbers of orders, bookings, invoices, parcels and cases: by the word before them, or by a shape of their own."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_WORDS = (
    r"orders?|bookings?|reservations?|invoices?|confirmations?|tracking|shipments?|parcel|package|purchase"
    r"|tickets?|case"
    r"|reference|ref|pnr|locator|claim|repair|receipt|rma|return|refund|consignment|waybill|quote|bestell\w*"
    r"|rechnung\w*"
)
_LABEL = r"(?i:(?:numbers?|nums?|nos?|nr|ids?|codes?|reference|ref|locator|is|are|was|were|of)\b\.?)"
_BETWEEN = r"[\s:#=*_`(\[\"'–-]{1,6}"
_NOT_A_UNIT = (
    r"(?![\w$€£%-])(?!\s*(?i:%|days?|hours?|hrs?|min|times|items?|pieces|units|am|pm|usd|eur|gbp|dollars|euros"
    r"|people|passengers|bags?|miles|points)\b)"
)
_CODE = (
    r"(?:[A-Z]{1,4}[-_ ]?\d{4,}(?:-\d+)*|\d{5,}(?:-\d+)*|\d{3}-\d{5,}(?:-\d+)*|[a-z]{1,4}-?\d{4,}"
    r"|(?=[A-Z]*\d)(?![A-Z]{2,3}\d{2,4}\b)[A-Z0-9]{6,14})"
)
_SHOUTED = (
    "PLEASE|THANKS|URGENT|FAILED|CANCEL|CHANGE|ONLINE|STATUS|REFUND|NUMBER|BEFORE|TICKET|FLIGHT|SYSTEM"  # six letters
)


def recognizer() -> Recognizer:
    """Find order numbers such as `LK-4821937`, `#W2378156`, `Order ID: 3348917502`, `booking ZFA04Y`."""
    return patterns(
        "order",
        "ORDER",
        [
            (rf"(?i:\b(?:{_WORDS}))(?:{_BETWEEN}{_LABEL}){{0,3}}{_BETWEEN}\K#?{_CODE}{_NOT_A_UNIT}", 0.85),
            (
                rf"(?i:\b(?:{_WORDS})){_BETWEEN}(?i:(?:number|no|nr|id|code)\b\.?(?:\s+is)?|#){_BETWEEN}"
                rf"\K#?\d{{3,}}{_NOT_A_UNIT}",
                0.8,
            ),
            # Airlines' record locators may have letters only.
            (
                rf"(?i:\b(?:confirmation|reservation|booking|record)){_BETWEEN}(?i:id|code|number|locator"
                rf"|reference|no)\.?(?i:\s+is)?{_BETWEEN}\K[A-Z0-9]{{6}}\b",
                0.85,
            ),
            # "The reservation IFOYYZ was …", but not "MY BOOKING FAILED" and "my booking PLEASE".
            (
                rf"\b(?:[Rr]eservations?|[Bb]ookings?|[Ll]ocators?|PNR|[Bb]uchung){_BETWEEN}\K(?!{_SHOUTED})[A-Z]{{6}}\b"
                r"(?!\s+[A-Z]{2,}\b)",
                0.8,
            ),
            (rf"(?<![\w#&])#\s?[A-Z]{{0,4}}-?\d{{5,}}(?:-\d+)*{_NOT_A_UNIT}", 0.85),
            # Consoles and cash machines give error codes of the same shape.
            (
                rf"(?<![\w#-])(?<!(?i:error|code|fehler)[\s:]{{1,3}})(?!KB)[A-Z]{{2,4}}-\d{{5,}}(?:-\d+)*"
                rf"(?!\s(?i:error)){_NOT_A_UNIT}",
                0.8,
            ),
            (r"(?<![\w#-])(?!KB)[A-Z]\d{7,}\b", 0.75),
            # Amazon's order numbers, and UPS's tracking numbers.
            (r"(?<![\w-])\d{3}-\d{7}-\d{7}(?![\w-])|\b1Z[0-9A-Z]{16}\b", 0.95),
        ],
        gate=r"\d|(?i:confirmation|reservation|booking|locator|pnr|buchung)",
    )
