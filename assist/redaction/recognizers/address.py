"""Street addresses, with house number; a town or a country alone is nobody's address."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_TYPE = (
    r"(?:Street|Str|St|Avenue|Ave|Av|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Terrace|Ter"
    r"|Close|Square|Sq"
    r"|Highway|Hwy|Parkway|Pkwy|Crescent|Cres|Mews|Grove|Gardens|Gdns|Quay|Circle|Cir|Trail|Trl|Loop|Alley|Row"
    r"|Plaza|Pike|Green|Hill)"
)
_NAME = r"(?:(?:[NSEW]|North|South|East|West)\.?[ \t])?(?:[A-ZÀ-Þ0-9][\w'’.-]*[ \t]){1,4}?"
_UNIT = r"(?:,?\s+(?i:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|#)\.?\s?#?\w{1,6}\b)?"
# Town, state and code belong to the address when they follow it at once.
_STATE = (
    r"[A-Z]{2}|Alabama|Alaska|Arizona|California|Colorado|Florida|Georgia|Illinois|Massachusetts|Michigan"
    r"|New York|Ohio|Oregon|Pennsylvania|Texas|Virginia|Washington"
)
_CODE = r"(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})"
_TOWN = (
    rf"(?:,?\s+(?:[A-ZÀ-Þ][\w'’.-]+\s?){{1,3}}(?:,\s*(?:{_STATE})\b)?,?\s+{_CODE}\b"
    rf"|,\s(?:[A-ZÀ-Þ][\w'’-]+\s?){{1,3}},\s(?:{_STATE})\b)?"
)
_SAYS_ADDRESS = (
    r"(?i:\b(?:address(?:\s+is|:)|live at|living at|ship(?:ped)?\s+(?:it\s+)?to|deliver(?:ed)?\s+(?:it\s+)?to"
    r"|moved to|moving to))"
)


def recognizer() -> Recognizer:
    """Find `667 Highland Drive, Suite 3, Denver, CO 80203`, `Hauptstraße 12`, `P.O. Box 12`."""
    return patterns(
        "address",
        "ADDRESS",
        [
            (rf"(?<![\w.,$€£-])(?<!\d:)\d{{1,5}}[A-Za-z]?,?[ \t]{_NAME}{_TYPE}\b\.?{_UNIT}{_TOWN}", 0.8),
            (rf"{_SAYS_ADDRESS}\s*:?\s*\K\d{{1,5}}[A-Za-z]?,?\s+(?:[\w'’.-]+\s?){{1,4}}{_UNIT}{_TOWN}", 0.7),
            (
                r"\b[A-ZÄÖÜ][a-zäöüß-]+(?:straße|strasse|str\.|weg|allee|gasse|platz|ufer|damm)\s\d{1,4}\s?"
                r"[a-z]?\b(?:,?\s\d{5}\s[A-ZÄÖÜ][\wäöüß-]+)?",
                0.8,
            ),
            (
                r"\b(?:Via|Viale|Rue|Avenue|Calle|Carrer|Avenida|Rua|Ulica|ul\.)\s(?:(?:de|del|della|la|le|du"
                r"|des|da|do|dos)\s)*(?:[A-ZÀ-Þ][\w'’.-]+,?\s){1,3}\d{1,5}\b",
                0.75,
            ),
            (r"\b(?i:p\.?\s?o\.?\s?box)\s#?\d{1,8}\b", 0.85),
        ],
        gate=r"\d",
    )
