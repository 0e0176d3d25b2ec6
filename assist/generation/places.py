"""Hears which countries a text speaks of, so that a rule for one country is not told to a customer in another."""

from __future__ import annotations

import re
from functools import cache

# Names and the words made from them, English and German; words with another common meaning ("jersey",
# "turkey") are left out on purpose: what is not here never holds a sentence back.
_FORMS = {
    "AT": "Austria Austrian Österreich",
    "AU": "Australia Australian Australien",
    "BE": "Belgium Belgian Belgien",
    "BR": "Brazil Brazilian Brasilien",
    "CA": "Canada Canadian Kanada",
    "CH": "Switzerland Swiss Schweiz Schweizer",
    "CN": "China Chinese",
    "CZ": "Czechia Czech Tschechien",
    "DE": "Germany German Deutschland",
    "DK": "Denmark Danish Dänemark",
    "ES": "Spain Spanish Spanien",
    "EU": "EU European Europäischen Europäische",
    "FI": "Finland Finnish Finnland",
    "FR": "France French Frankreich",
    "GB": "UK U.K. Britain British England Scotland Scottish Wales Welsh Großbritannien",
    "GR": "Greece Greek Griechenland",
    "HU": "Hungary Hungarian Ungarn",
    "IE": "Ireland Irish Irland",
    "IN": "India Indian Indien indisch",
    "IS": "Iceland Icelandic",
    "IT": "Italy Italian Italien",
    "JP": "Japan Japanese",
    "LU": "Luxembourg Luxemburg",
    "MX": "Mexico Mexican Mexiko",
    "NL": "Netherlands Dutch Holland Niederlande",
    "NO": "Norway Norwegian Norwegen",
    "NZ": "Zealand Neuseeland",
    "PL": "Poland Polish Polen",
    "PT": "Portugal Portuguese",
    "SE": "Sweden Swedish Schweden",
    "US": "USA U.S. America American Amerika",
    "ZA": "Südafrika",
}
_UNION = frozenset(
    ["AT", "BE", "CZ", "DE", "DK", "ES", "FI", "FR", "GR", "HU", "IE", "IT", "LU", "NL", "PL", "PT", "SE"]
)


def places_in(text: str) -> frozenset[str]:
    """Give the codes of the countries that a text names, by their names or as in "Swiss customs"; the EU names many."""
    found: set[str] = set()
    for match in _pattern().finditer(text):
        code = _known()[match.group(0).casefold()]
        found |= _UNION if code == "EU" else {code}
    return frozenset(found)


def is_elsewhere(text: str, places: frozenset[str]) -> bool:
    """Tell whether a text speaks of countries, and of none of `places`."""
    named = places_in(text)
    return bool(named) and not named & places


@cache
def _known() -> dict[str, str]:
    return {form.casefold(): code for code, forms in _FORMS.items() for form in forms.split()}


@cache
def _pattern() -> re.Pattern[str]:
    forms = "|".join(re.escape(form) for forms in _FORMS.values() for form in forms.split())
    return re.compile(rf"(?<![\w-])(?:{forms})(?!\w)")
