"""Says what to do next, from what a summary holds: answer, keep a promise, wait, or close."""

from __future__ import annotations

from assist.case import Case, CaseLine, CaseSummary
from assist.generation.cues import Cues
from assist.generation.facts import asked_in
from assist.generation.sentences import clean, clip
from assist.helpdesk import Author

WHAT = 110
# "Please." and "Yes, please." are no reason to reply.
FEW = 2


def next_step(case: Case, summary: CaseSummary, cues: Cues) -> CaseLine | None:
    """Give the next step as a line that points to the messages it follows from; None for an empty case."""
    public = [m for m in case.messages if not m.internal and m.author in {Author.CUSTOMER, Author.AGENT, Author.BOT}]
    if not public:
        return None
    last = public[-1]
    by_customer = {m.position for m in public if m.author == Author.CUSTOMER}
    questions = [line for line in summary.open if by_customer & set(line.messages)]
    asked = [line for line in summary.open if not by_customer & set(line.messages)]
    if last.author == Author.CUSTOMER:
        if questions:
            return _answer(questions, cues)
        if asked and asked_in(asked[-1].text, cues) and cues.refusal.search(last.text):
            return _step("next_otherway", asked[-1], cues)
        told = [s for s in clean(last.text, cues) if not cues.courtesy.match(s)]
        # Before anybody has answered, thanks are sarcasm or courtesy.
        thanks = bool(cues.thanks.search(last.text)) and any(m.author != Author.CUSTOMER for m in public)
        if summary.promised:
            return _step("next_promise", summary.promised[-1], cues)
        if thanks and not any(cues.problem.search(s) or cues.request.search(s) for s in told):
            return CaseLine(text=cues.phrases["next_close"], messages=[last.position])
        what = next((s for s in told if len(s.split()) > FEW), told[0] if told else last.text)
        if summary.request is not None and last.position in summary.request.messages:
            what = summary.request.text
        return _step("next_reply", CaseLine(text=what, messages=[last.position]), cues)
    if summary.promised:
        return _step("next_promise", summary.promised[-1], cues)
    if asked:
        return _step("next_wait", asked[-1], cues)
    if questions:
        return _answer(questions, cues)
    return CaseLine(text=cues.phrases["next_none"], messages=[last.position])


def _answer(questions: list[CaseLine], cues: Cues) -> CaseLine:
    """Point to every question that waits for an answer, and say the first."""
    if len(questions) == 1:
        return _step("next_answer", questions[0], cues)
    what = clip(questions[0].text, WHAT)
    text = cues.phrases["next_answers"].format(count=len(questions), what=what)
    return CaseLine(text=text, messages=sorted({position for line in questions for position in line.messages}))


def _step(phrase: str, line: CaseLine, cues: Cues) -> CaseLine:
    text = cues.phrases[phrase].format(what=clip(line.text, WHAT))
    return CaseLine(text=text, messages=list(line.messages), internal=line.internal)
