"""Condenses tickets and articles into the texts that are found: problem, resolution, passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assist.helpdesk import Author
from assist.store.models import Article, Message, Ticket

MAX_PROBLEM = 1_400
MAX_RESOLUTION = 2_400
MAX_ASIDE = 600
PASSAGE_WORDS = 150
LEAST_WORDS = 5

SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[^\s])|\n+")
HEADING = re.compile(r"^(?:#{1,6}\s+(?P<hashes>.+?)\s*#*|\*\*(?P<bold>[^*]{3,90})\*\*:?)$")

# A sentence of an agent that helps nobody else: greetings, thanks, regrets, and moving to another channel.
COURTESY = re.compile(
    r"^(?:(?:hi|hey|hello|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|liebe[r]?)\b.{0,40}$"
    r"|(?:many |kind )?(?:thanks|thank you|thx|cheers|regards|best(?: regards| wishes)?|sincerely|danke|vielen dank|"
    r"mit freundlichen grüßen|viele grüße)\b.{0,90}$"
    r"|(?:we(?:['’]re| are)?|i(?:['’]m| am)?)?\s*(?:so |very |really )*(?:sorry|apologi[sz]e|apologies)\b.{0,90}$"
    r"|(?:es )?tut (?:mir|uns) (?:sehr )?leid\b.{0,90}$"
    r"|(?:you(?:'re|’re| are) (?:very |most )?welcome|no problem|my pleasure|happy to help|glad to hear)\b.{0,90}$"
    r"|(?:is there|let (?:me|us) know if).{0,30}(?:anything else|any other).{0,60}$"
    r"|have a (?:great|nice|good|lovely|wonderful).{0,50}$)",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"\b(?:(?:send|drop|shoot) (?:us|me) (?:a|an|your)?.{0,30}\b(?:dm|pm|direct message|private message|message)\b"
    r"|(?:pls|please|kindly|can you|could you|via|by|in|to|a|your|our)\s+(?:\w+\s+){0,2}(?:dm|dms|pm)\b|dm us|pm us"
    r"|follow (?:and|&) dm|reach out (?:via|through|in) (?:dm|private))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Draft:
    """The text of one record-to-be. `part` numbers records of the same kind and owner from 0.

    `aside` is what nobody needs to read again, though a search may ask for it ("asked to send a message").
    """

    kind: str
    part: int
    title: str
    text: str
    aside: str = ""


def of_ticket(ticket: Ticket, messages: Sequence[Message]) -> list[Draft]:
    """Give the problem and the resolution of a resolved ticket; nothing when no agent ever answered in public."""
    public = [message for message in sorted(messages, key=lambda message: message.position) if not message.internal]
    replies = [message.text for message in public if message.author == Author.AGENT]
    answer = _resolution(replies)
    asked = _problem(public)
    if not answer or not (asked or ticket.subject):
        return []
    title = (ticket.subject or "").strip() or _shorten(asked, 90)
    return [
        Draft("problem", 0, title, asked or title),
        Draft("resolution", 0, title, answer, _aside(replies)),
    ]


def of_article(article: Article) -> list[Draft]:
    """Give the passages of an article: about 150 words each.

    Sections too short to stand alone are joined, with their headings as lines of their own; a longer section begins a
    new passage and lends it its heading.
    """
    drafts: list[Draft] = []
    for headings, body in _merged(_sections(article.text)):
        told = [heading for heading in headings if heading.casefold() != article.title.casefold()]
        title = f"{article.title} › {told[0]}" if len(headings) == 1 and told else article.title
        for text in _pack(body):
            drafts.append(Draft("article", len(drafts), title, text))
    return drafts


def sentences(text: str) -> list[str]:
    """Split at sentence ends and line breaks; good enough to drop courtesy and to cut long texts."""
    return [part.strip() for part in SENTENCE.split(text) if part and part.strip()]


def _problem(public: Sequence[Message]) -> str:
    first_answer = next((m.position for m in public if m.author == Author.AGENT), None)
    parts: list[str] = []
    for message in public:
        if message.author != Author.CUSTOMER:
            continue
        opening = first_answer is None or message.position < first_answer
        kept = message.text.strip() if opening else " ".join(_telling(message.text))
        if kept:
            parts.append(kept)
    return _shorten("\n".join(parts), MAX_PROBLEM)


def _resolution(replies: Sequence[str]) -> str:
    told = [" ".join(_telling(reply)) for reply in replies]
    kept = [text for text in told if text]
    if not kept:
        # Even a reply of mere courtesy is what solved it, as far as anybody knows.
        kept = [reply.strip() for reply in replies if reply.strip()][-1:]
    # The solution stands late in a conversation: what does not fit is dropped from the start.
    while len(kept) > 1 and sum(map(len, kept)) > MAX_RESOLUTION:
        kept.pop(0)
    return _shorten("\n\n".join(kept), MAX_RESOLUTION)


def _aside(replies: Sequence[str]) -> str:
    left_out = [part for reply in replies for part in sentences(reply) if ELSEWHERE.search(part)]
    return _shorten(" ".join(left_out), MAX_ASIDE)


def _telling(text: str) -> list[str]:
    kept = [part for part in sentences(text) if not COURTESY.match(part) and not ELSEWHERE.search(part)]
    return kept if sum(len(part.split()) for part in kept) >= LEAST_WORDS else []


def _sections(text: str) -> list[tuple[str | None, str]]:
    out: list[tuple[str | None, list[str]]] = [(None, [])]
    for line in text.splitlines():
        match = HEADING.match(line.strip())
        if match:
            out.append(((match["hashes"] or match["bold"]).strip(" :"), []))
        else:
            out[-1][1].append(line)
    return [(heading, "\n".join(lines).strip()) for heading, lines in out if "".join(lines).strip()]


def _merged(sections: Sequence[tuple[str | None, str]]) -> list[tuple[list[str], str]]:
    groups: list[list[tuple[str | None, str]]] = []
    room = 0
    for section in sections:
        size = len(section[1].split())
        if groups and size <= room:
            groups[-1].append(section)
            room -= size
        else:
            groups.append([section])
            room = PASSAGE_WORDS - size
    merged = []
    for group in groups:
        headings = [heading for heading, _ in group if heading]
        parts = [f"{heading}\n{body}" if heading and len(group) > 1 else body for heading, body in group]
        merged.append((headings, "\n\n".join(parts)))
    return merged


def _pack(body: str) -> list[str]:
    """Fill passages with whole paragraphs; a paragraph longer than a passage is split at its sentences."""
    passages: list[str] = []
    room = 0
    for block in _blocks(body):
        size = len(block.split())
        if passages and size <= room:
            passages[-1] += "\n" + block
            room -= size
        else:
            passages.append(block)
            room = PASSAGE_WORDS + 30 - size
    return passages


def _blocks(body: str) -> list[str]:
    blocks: list[str] = []
    for paragraph in (part.strip() for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)", body)):
        if not paragraph:
            continue
        if len(paragraph.split()) <= PASSAGE_WORDS:
            blocks.append(paragraph)
            continue
        words: list[str] = []
        for part in sentences(paragraph):
            if words and len(words) + len(part.split()) > PASSAGE_WORDS:
                blocks.append(" ".join(words))
                words = []
            words += part.split()
        for start in range(0, len(words), PASSAGE_WORDS):
            blocks.append(" ".join(words[start : start + PASSAGE_WORDS]))
    return blocks


def _shorten(text: str, most: int) -> str:
    text = text.strip()
    if len(text) <= most:
        return text
    return text[:most].rsplit(None, 1)[0].rstrip(" ,;:") + "…"
