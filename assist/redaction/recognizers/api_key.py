"""Keys, tokens and private keys that people paste by mistake: by their issuers' own forms, or by the word before them."""

from assist.redaction.presidio import patterns
from assist.redaction.spans import Recognizer

_WORDS = (
    r"api[ _-]?(?:key|token|secret|schlüssel)|client[ _-]?secret|secret[ _-]?(?:key|access[ _-]?key)|access[ _-]?(?:token|key)"
    r"|auth(?:orization)?[ _-]?token|refresh[ _-]?token|bearer|private[ _-]?token|zugangs(?:token|schlüssel)|zugriffstoken|token"
)
_LOOKS_RANDOM = r"(?=[\w+/=.-]*\d)(?=[\w+/=.-]*[A-Za-z])"
# What each issuer's keys look like, from the public lists of secret scanners.
_FORMS = (
    r"\bsk-(?:[a-z]+-)?[A-Za-z0-9_-]{20,}|\bsk_(?:live|test)_[A-Za-z0-9]{16,}|\brk_live_[A-Za-z0-9]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{40,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[A-Za-z0-9-]{20,}|\bAIza[\w-]{33,}"
    r"|\bSG\.[\w-]{16,}\.[\w-]{32,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{40,}|\bhf_[A-Za-z0-9]{30,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
)


def recognizer() -> Recognizer:
    """Find issuers' keys, private keys whole, `api_key=…`, `Bearer …`, and passwords inside of addresses."""
    return patterns(
        "api_key",
        "SECRET",
        [
            (_FORMS, 0.98),
            (r"(?s)-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----.{0,8000}?(?:-----END [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----|\Z)", 0.99),
            (rf"(?i:\b(?:{_WORDS}))[\"'`]?(?i:\s+(?:is|was|ist|lautet)\s+|\s*[:=]\s*|\s+)[\"'`]?\K{_LOOKS_RANDOM}[\w+/=.-]{{16,200}}(?<![.])", 0.9),
            (r"\b[a-z][a-z0-9+.-]{2,20}://[^\s:@/]{1,64}:\K[^\s:@/]{3,64}(?=@)", 0.9),
        ],
        gate=r"(?i:key|token|secret|bearer|schlüssel|private|sk[-_]|akia|asia|gh[pousr]_|github_pat|glpat|xox|aiza|sg\.|npm_|pypi-|hf_|eyj|://)",
    )  # fmt: skip
