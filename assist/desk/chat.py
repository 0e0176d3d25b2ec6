"""The customers' chatbot: answers from public approved articles only, says that it is AI, and hands off.

A conversation is a ticket with status `bot` that no agent sees; the hand-off opens it with its transcript.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any

from sqlmodel import Session, select

from assist.case import Case, CaseMessage, Sentence, Source, SourceQuery
from assist.desk.cases import messages_of, restore_json
from assist.desk.leaving import keep_sent
from assist.desk.ledger import enter
from assist.desk.live import TicketStream
from assist.desk.restrictions import Restrictions
from assist.desk.screening import as_flags, message_findings, screened
from assist.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from assist.generation.engine import Answer, Ladder
from assist.governance import audit
from assist.governance.permits import Purpose
from assist.governance.reasons import NotPermitted
from assist.guards import Context, SentenceGate
from assist.helpdesk import Author, Contact, Status
from assist.outgoing import handling
from assist.redaction.masker import Masker
from assist.redaction.vault import TicketVault, Vault
from assist.store.database import Database
from assist.store.models import ChatSession, Message, Ticket, new_id, now

SOURCE = "chatbot"
MAX_TEXT = 4_000
MAX_TURNS = 60
HISTORY = 4
LANGUAGES = ("en", "de")
NO_ANSWER = {
    "en": "I could not find this in our help articles, so I would rather not guess. "
    "Would you like me to pass your question to a person?",
    "de": "Dazu finde ich nichts in unseren Hilfeartikeln und möchte nicht raten. "
    "Soll ich Ihre Frage an einen Menschen weitergeben?",
}
HANDED_OFF = {
    "en": "A person from our team will read this conversation and answer you.",
    "de": "Ein Mensch aus unserem Team liest dieses Gespräch und antwortet Ihnen.",
}
FOR_A_PERSON = {
    "en": "This needs a person, so I do not answer it myself.",
    "de": "Das braucht einen Menschen, darum beantworte ich es nicht selbst.",
}
OFF = {
    "en": "I cannot answer at the moment. Would you like me to pass your question to a person?",
    "de": "Ich kann gerade nicht antworten. Soll ich Ihre Frage an einen Menschen weitergeben?",
}
GREETING = {
    "en": "Hello! What can I look up for you?",
    "de": "Hallo! Was kann ich für Sie nachsehen?",
}
Retrieve = Callable[[SourceQuery], list[Source]]


class Chatbot:
    """Runs chatbot conversations. Whatever fails, the customer gets an honest sentence and the way to a person."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        masker: Masker,
        ladder: Ladder,
        gate: SentenceGate,
        retrieve: Retrieve,
        stream: TicketStream,
        restrictions: Restrictions,
        disclosure: str = "",
    ) -> None:
        """`disclosure`: what the chatbot says about itself, in the place of the policy's text."""
        self._database = database
        self._vault = vault
        self._masker = masker
        self._ladder = ladder
        self._gate = gate
        self._retrieve = retrieve
        self._stream = stream
        self._restrictions = restrictions
        self._disclosure = disclosure

    def disclosure(self, language: str | None) -> str:
        """Give what the chatbot says about itself."""
        return self._disclosure or self._restrictions.policy.disclosure_of("chatbot", language) or ""

    def begin(
        self,
        *,
        brand: str | None = None,
        language: str | None = None,
        name: str | None = None,
        email: str | None = None,
    ) -> dict[str, Any]:
        """Start a conversation; gives `{session, token, disclosure, greeting}`. The token is shown once."""
        language = language if language in LANGUAGES else "en"
        for field, value in (("brand", brand), ("name", name), ("email", email)):
            if value is not None and len(value) > 200:
                raise InvalidInput(f"the {field} is longer than 200 characters", where="chatbot")
        token = secrets.token_urlsafe(32)
        with self._database.session() as session:
            ticket = Ticket(
                source=SOURCE, external_id=f"C-{new_id()[:10]}", brand=brand, language=language, channel="chatbot"
            )
            ticket.status = Status.BOT.value
            session.add(ticket)
            session.flush()
            assert ticket.id is not None
            if name or email:
                self._vault.open(session, ticket.id).contact = Contact(name=name, email=email)
            chat = ChatSession(token_hash=_digest(token), ticket_id=ticket.id)
            session.add(chat)
        return {
            "session": chat.id,
            "token": token,
            "disclosure": self.disclosure(language),
            "greeting": GREETING[language],
        }

    def answer(
        self, *, session_id: str, token: str, message_id: str, text: str, cancel: threading.Event | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield `("disclosure"|"sources"|"delta"|"done", payload)` for one question.

        The same `message_id` again gives the stored answer again. Raises `NotSignedIn` for a wrong token,
        `InvalidInput` for an empty or oversized text, `Conflict` once a person has taken over.
        """
        text = text.strip()
        if not text:
            raise InvalidInput("the message is empty", where="chatbot", hint="Write your question.")
        if len(text) > MAX_TEXT:
            raise InvalidInput(f"the message is longer than {MAX_TEXT:,} characters", where="chatbot")
        if not 4 <= len(message_id) <= 64:
            raise InvalidInput("the message needs an id of 4 to 64 characters", where="chatbot")
        with self._database.session() as session:
            chat, ticket = self._authorised(session, session_id, token)
            vault = self._vault.open(session, chat.ticket_id)
            held = self._held(session, chat.ticket_id, f"{message_id}:answer")
            if held is None:
                if chat.status != "bot":
                    raise Conflict("a person has taken over this conversation", where="chatbot")
                question, history, dialogue = self._ask(session, ticket, message_id, text)
        yield "disclosure", {"disclosure": self.disclosure(ticket.language)}
        if held is not None:
            yield "sources", {"sources": _shown(held.extra["sources"])}
            yield "done", self._done(held, vault, ticket.language)
            return
        purpose = Purpose(chat.ticket_id, ticket.group_name)
        language = ticket.language or "en"
        policy = self._restrictions.policy
        topics = policy.topics_in(question, language)
        off = self._restrictions.off(ticket.group_name) is not None
        if topics or off:
            said = FOR_A_PERSON[language] if topics else OFF[language]
            yield "sources", {"sources": []}
            stored = self._keep(chat.ticket_id, message_id, [Sentence(text=said, kind="question")], [], [], topics)
            yield from self._ended(chat, token, stored, vault, language, topics)
            return
        query = SourceQuery(
            text=question,
            history=history,
            dialogue=dialogue,
            brand=ticket.brand,
            language=ticket.language,
            audience="public",
            limit=3,
        )
        # Not around the whole: between two yields this thread may work for somebody else.
        with handling(chat.ticket_id) as searched:
            # No customer is answered from a text that somebody may have tampered with.
            found, suspects = screened(self._retrieve(query))
        clean = [source for source in found if source.n not in suspects]
        sources = [source.model_copy(update={"n": n}) for n, source in enumerate(clean, 1)]
        yield "sources", {"sources": _shown([source.model_dump(mode="json") for source in sources])}
        with handling(chat.ticket_id) as sent:
            try:
                answer = self._ladder.answer(
                    question=question,
                    history=history,
                    sources=sources,
                    language=language,
                    cancel=cancel or threading.Event(),
                    purpose=purpose,
                    # Who speaks to the AI instead of asking gets what the rules find; they obey nobody.
                    by_rules=any(one.taints for text in (*history, question) for one in message_findings(text)),
                )
            except NotPermitted:
                answer = Answer([], True, "sources", "sources")
        told = self._told(chat.ticket_id, ticket.language, [*history, question])
        passed = self._gate.passed(answer.sentences, Context(told, sources, "public", self.disclosure(language)))
        # Half an answer may mislead: where a guard took a statement out and no sourced one is left, offer a person.
        whole = len(passed) == len(answer.sentences)
        sourced = any(sentence.kind == "sourced" for sentence in passed)
        topics = policy.topics_in(" ".join(sentence.text for sentence in passed), language)
        answered = not topics and not answer.abstained and bool(passed) and (whole or sourced)
        refusal = FOR_A_PERSON[language] if topics else NO_ANSWER[language]
        sentences = passed if answered else [Sentence(text=refusal, kind="question")]
        with self._database.session() as session:
            for call in answer.calls:
                enter(session, call, ticket_id=chat.ticket_id, team=ticket.group_name)
            keep_sent(session, chat.ticket_id, [*searched, *sent])
        withheld = len(answer.sentences) - len(passed)
        stored = self._keep(
            chat.ticket_id, message_id, sentences, sources if answered else [], sources, topics, answered, withheld
        )
        yield from self._ended(chat, token, stored, vault, language, topics)

    def _keep(
        self,
        ticket_id: int,
        message_id: str,
        sentences: list[Sentence],
        shown: list[Source],
        read: list[Source],
        topics: dict[str, str],
        answered: bool = False,
        withheld: int = 0,
    ) -> Message:
        """Store what the customer is told, and note in the audit what it was made of."""
        with self._database.session() as session:
            stored = self._add(
                session,
                ticket_id,
                f"{message_id}:answer",
                Author.BOT,
                " ".join(sentence.text for sentence in sentences),
                {
                    "sentences": [sentence.model_dump(mode="json") for sentence in sentences],
                    "sources": [source.model_dump(mode="json") for source in shown],
                    "answered": answered,
                    "topics": sorted(topics),
                    "policy": self._restrictions.policy.version,
                },
            )
            audit.note(
                session,
                "chatbot.answered" if answered else "chatbot.abstained",
                actor="contact",
                ticket_id=ticket_id,
                model=self._ladder.first_model,
                sources=[source.record_id for source in read],
                withheld=withheld,
                topics=sorted(topics),
                text=audit.hash_of(stored.text),
            )
        return stored

    def _ended(
        self,
        chat: ChatSession,
        token: str,
        stored: Message,
        vault: TicketVault,
        language: str,
        topics: dict[str, str],
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Tell what was stored; a restricted topic goes to a person at once."""
        for sentence in stored.extra["sentences"]:
            yield "delta", {"sentence": restore_json(sentence, vault)}
        if topics:
            reason = f"the policy keeps this for a person: {', '.join(topics)}"
            self.hand_off(session_id=chat.id, token=token, reason=reason)
        yield "done", self._done(stored, vault, language)

    def hand_off(
        self, *, session_id: str, token: str, reason: str | None = None, email: str | None = None
    ) -> dict[str, Any]:
        """Open the conversation as a ticket for people; again gives the same ticket. Gives `{ticket, message}`."""
        with self._database.session() as session:
            chat, ticket = self._authorised(session, session_id, token)
            language = ticket.language or "en"
            if email:
                vault = self._vault.open(session, chat.ticket_id)
                contact = vault.contact or Contact()
                vault.contact = contact.model_copy(update={"email": email[:200]})
            if chat.status == "bot":
                first = [m for m in messages_of(session, chat.ticket_id) if m.author == Author.CUSTOMER][:1]
                ticket.subject = first[0].text[:80] if first else None
                ticket.status = Status.OPEN.value
                ticket.updated_at = now()
                ticket.version += 1
                chat.status = "handed_off"
                note = (reason or "asked for a person")[:500]
                masked = self._masker.mask(session, chat.ticket_id, [f"Handed off by the chatbot: {note}"])[0]
                self._add(session, chat.ticket_id, f"{chat.id}:handoff", Author.SYSTEM, masked, {})
                session.add(ticket)
        return {"ticket": ticket.external_id, "message": HANDED_OFF[language]}

    def _authorised(self, session: Session, session_id: str, token: str) -> tuple[ChatSession, Ticket]:
        chat = session.get(ChatSession, session_id)
        if chat is None or not hmac.compare_digest(chat.token_hash, _digest(token)):
            raise NotSignedIn("the chat session or its token is wrong", where="chatbot", hint="Start a new session.")
        ticket = session.get(Ticket, chat.ticket_id)
        if ticket is None:
            raise NotFound("this conversation was deleted", where="chatbot")
        return chat, ticket

    def _ask(self, session: Session, ticket: Ticket, message_id: str, text: str) -> tuple[str, list[str], list[str]]:
        """Give the masked question, what the customer asked before, and all that was said before, oldest first."""
        assert ticket.id is not None
        earlier = messages_of(session, ticket.id)
        if len(earlier) >= MAX_TURNS:
            raise Conflict("this conversation is too long", where="chatbot", hint="Ask for a person.")
        masked = self._masker.mask(session, ticket.id, [text])[0]
        if self._held(session, ticket.id, message_id) is None:
            flags = [flag.model_dump() for flag in as_flags(message_findings(masked))]
            self._add(session, ticket.id, message_id, Author.CUSTOMER, masked, {"flags": flags} if flags else {})
        before = [m for m in earlier if m.external_id != message_id]
        asked = [m.text for m in before if m.author == Author.CUSTOMER]
        return masked, asked[-HISTORY:], [m.text for m in before]

    def _told(self, ticket_id: int, language: str | None, texts: list[str]) -> Case:
        """Give what the customer has said so far as a case."""
        messages = [CaseMessage(position=n, author=Author.CUSTOMER, text=text) for n, text in enumerate(texts, 1)]
        return Case(ticket_id=ticket_id, language=language, messages=messages)

    def _held(self, session: Session, ticket_id: int, external_id: str) -> Message | None:
        return session.exec(
            select(Message).where(Message.ticket_id == ticket_id, Message.external_id == external_id)
        ).first()

    def _add(
        self, session: Session, ticket_id: int, external_id: str, author: Author, text: str, extra: dict[str, Any]
    ) -> Message:
        known = messages_of(session, ticket_id)
        message = Message(
            ticket_id=ticket_id,
            position=known[-1].position + 1 if known else 1,
            external_id=external_id,
            author=author.value,
            text=text,
            extra=extra,
        )
        session.add(message)
        session.flush()
        return message

    def _done(self, message: Message, vault: TicketVault, language: str | None) -> dict[str, Any]:
        handed_off = bool(message.extra.get("topics"))
        return {
            "id": message.external_id.removesuffix(":answer"),
            "answer": vault.restore(message.text),
            "sentences": restore_json(message.extra["sentences"], vault),
            "sources": _shown(message.extra["sources"]),
            "answered": message.extra["answered"],
            "disclosure": self.disclosure(language),
            "handoff_offered": not message.extra["answered"] and not handed_off,
            "handed_off": HANDED_OFF[language or "en"] if handed_off else None,
        }


def _shown(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"n": source["n"], "title": source["title"], "url": source["url"], "excerpt": source["text"][:280]}
        for source in sources
    ]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
