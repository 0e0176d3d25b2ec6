"""Answers a customer's question from passages of public articles by rules, or not at all."""

from __future__ import annotations

from assist.case import Sentence, Source
from assist.generation.cues import Cues, cues_for
from assist.generation.passages import as_sentences, candidates, choose, coverage
from assist.generation.sentences import clean
from assist.generation.words import stems

# Share of the question's content words that the answer and its article's title must mention.
COVERED = 0.34
MOST = 3


def answer(question: str, history: list[str], sources: list[Source], language: str) -> tuple[list[Sentence], bool]:
    """Give the answer's sentences, each cited, and whether it abstains because the sources do not answer.

    A greeting or thanks is met with one, without a citation. Earlier questions count where the new one leans on them.
    """
    cues = cues_for(language, question)
    small = _small_talk(question, cues)
    if small is not None:
        return [small], False
    leans = len(stems(question, cues)) < 3 or bool(cues.anaphora.match(question))
    asked = " ".join([*history[-1:], question]) if leans else question
    chosen = choose(candidates(sources, cues, language), asked, " ".join(history), cues, most=MOST)
    confident = any(c.source.score >= 0.75 for c in chosen)
    if not chosen or coverage(asked, chosen, cues) < (COVERED / 2 if confident else COVERED):
        return [], True
    return as_sentences(chosen), False


def _small_talk(question: str, cues: Cues) -> Sentence | None:
    said = clean(question, cues)
    if not said or not any(stems(sentence, cues) for sentence in said):
        key = "chat_thanks" if cues.thanks.search(question) else "chat_greeting"
    elif len(said) == 1 and cues.courtesy.match(said[0]) and not question.rstrip().endswith("?"):
        key = "chat_thanks"
    else:
        return None
    short = len(question) <= 60 and (cues.thanks.search(question) or cues.greeting.match(question))
    return Sentence(text=cues.phrases[key], kind="greeting") if short else None
