"""Postcodes: British ones by their shape, others where a word, a state or a town says what they are."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_STATES = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)


def recognizer() -> Recognizer:
    """Find `SW1A 1AA`, `zip code is 98193`, `CO 80203`."""
    return patterns(
        "postcode",
        "ADDRESS",
        [
            (r"\b(?:GIR 0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2})\b", 0.8),
            (
                r"(?i:\b(?:zip|zip ?code|postal ?code|post ?code|postcode|plz|(?:live|living|located) in)\b)"
                r"(?:[\s:#*_`(]|(?i:\b(?:codes?|is|was|are|of|number|to|from)\b)){1,8}\K[A-Z\d][A-Z\d]{2,4}(?:"
                r"[ -]?[A-Z\d]{3,4})?(?<=\d\w{0,3})\b",
                0.85,
            ),
            (rf"\b(?:{_STATES})[ ,]{{1,2}}\K\d{{5}}(?:-\d{{4}})?\b", 0.8),
        ],
        gate=r"\d",
    )
