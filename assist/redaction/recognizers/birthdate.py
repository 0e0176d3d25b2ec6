"""Birth dates, where a word says that the date is one; other dates are not personal."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct"
    r"(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = (
    rf"(?:(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:(?:19|20)?\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s(?:19|20)\d\d|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s"
    rf"(?:19|20)\d\d)"
)


def recognizer() -> Recognizer:
    """Find `DOB: 1990-04-05`, `born on 5 April 1990`, `my birthday is 04/05/1990`."""
    return patterns(
        "birthdate",
        "BIRTHDATE",
        [(rf"(?i:\b(?:date of birth|birth ?date|birthday|d\.?o\.?b\b\.?|born|geboren))[^\d\n]{{0,25}}?\K{_DATE}", 0.9)],
        gate=r"(?i:birth|d\.?o\.?b|born|geboren)",
    )
