"""Tells the language of a text by its small words; says nothing when they are too few."""

from __future__ import annotations

import re

# Words that are frequent in one language and rare in the others here; what several share counts for each.
_SMALL = {
    "en": "the and is are was to of for my it not with have that this you on i but your what when can't don't from",
    "de": "der die das und ist nicht ich mit ein eine den dem zu auf für wir sie habe von aber bitte wie kann mein",
    "fr": "le la les et est pas je une des du que vous pour dans mon mais avec sur ne j'ai nous c'est bonjour au",
    "es": "el la los y es no que una por para mi con pero del se lo me hola como cuando tengo está al las en",
    "it": "il la di e non che un una per mi con ma sono ho della del si gli buongiorno come questo nel ancora",
    "nl": "de het een en is niet ik van dat met voor op mijn maar heb ook zijn er bij naar wat kan u hoe nog",
    "pt": "o a os e não que um uma para meu com mas do da em se por minha você olá como está as no foi",
    "sv": "och det att är inte jag en ett som på för med min men har den av vi hej kan till om när mitt",
    "da": "og det at er ikke jeg en et som på til med min men har den af vi hej kan om når der mit ikke",
    "pl": "i nie jest się na w że z do mam ale to mój jak czy co po od moje proszę już dzień dobry dla",
}
_KNOWN = {code: frozenset(words.split()) for code, words in _SMALL.items()}
_WORD = re.compile(r"(?<![<_\w])[^\W\d_]+(?:['’][^\W\d_]+)?(?![>_\w])")
LEAST_WORDS = 2
READ = 200


def language_of_text(text: str) -> tuple[str, float] | None:
    """Give the language's code and how clear it is (0-1), None when the text does not tell.

    Clear: the winner's share of the small words that the two best languages have.
    """
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)[:READ]]
    counted = sorted(((sum(word in known for word in words), code) for code, known in _KNOWN.items()), reverse=True)
    (best, code), (second, _) = counted[:2]
    if best < LEAST_WORDS or best == second:
        return None
    return code, best / (best + second)
