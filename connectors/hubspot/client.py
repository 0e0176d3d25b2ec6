"""Asks HubSpot's CRM and its conversations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from pydantic import Field

from assist.errors import HelpdeskRefused, HelpdeskUnavailable, InvalidInput, Merged, NotFound
from assist.helpdesk import Author, Contact, Message, Page, Status, Ticket, WriteKind, Writing, Written
from connectors import texts
from connectors.http import Http, TokenBucket, bearer, cursor_pages
from connectors.hubspot.events import (
    FEEDBACK,
    NAME,
    THREAD,
    Camel,
    Linked,
    Moment,
    Record,
    Sender,
    Sent,
    mail_of,
    message_of,
    note_of,
)
from connectors.hubspot.settings import HubspotSettings
from connectors.reading import Foreign, Id, aware, dig, rows, take

PAGE = 100
BEGIN = datetime.min.replace(tzinfo=UTC)
TICKETS = "crm/v3/objects/tickets"
THREADS = "conversations/v3/conversations/threads"
ACTORS = "conversations/v3/conversations/actors/batch/read"
TICKET = {
    "properties": "subject,content,hs_pipeline,hs_pipeline_stage,hs_ticket_priority,source_type,closed_date,createdate",
    "associations": "contacts,notes,emails",
}
# The stage that every account begins with; the API says of a stage only whether it is open or closed.
WAITING = ("waiting on contact", "waiting on customer")
SATISFACTION = frozenset({"CSAT", "CES"})
SCORES = {"positive": 5, "neutral": 3, "negative": 1}
NOTE_TO_TICKET = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 228}]


class Dates(Foreign):
    """The times among a ticket's properties."""

    createdate: Moment = None
    closed_date: Moment = None


class Thread(Camel):
    """A conversation; what else may be in it is asked for by itself."""

    id: Id
    spam: bool = False
    latest_message_timestamp: datetime | None = None
    thread_associations: dict[str, Any] | None = None

    @property
    def ticket(self) -> str | None:
        """Give the ticket that it belongs to, where the answer says."""
        number = (self.thread_associations or {}).get("associatedTicketId")
        return str(number) if number else None


class Original(Camel):
    """The whole of a message that was cut off."""

    text: str | None = None
    rich_text: str | None = None


class Owner(Camel):
    """A user, as the owner of things."""

    email: str | None = None
    user_id: Id | None = None


class Actor(Foreign):
    """Somebody who takes part in a conversation."""

    name: str | None = None


class Stage(Foreign):
    """A stage of a pipeline."""

    id: Id
    label: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)


class Pipeline(Foreign):
    """A pipeline of tickets."""

    id: Id
    label: str = ""
    stages: list[Stage] = Field(default_factory=list)


class HubspotClient:
    """Requests of the connector."""

    def __init__(self, settings: HubspotSettings) -> None:
        self._http = Http(
            NAME,
            settings.url,
            auth=bearer(settings.token.get_secret_value()),
            # HubSpot counts ten seconds at a time: what is saved up must fit in with what is let through meanwhile.
            bucket=TokenBucket(settings.rate, burst=max(1, settings.rate // 50)),
        )
        self._pipelines: dict[str, Pipeline] = {}
        self._names: dict[str, str | None] = {}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def account(self) -> str:
        """Give the number of the account that the token belongs to."""
        return str(dig(self._http.get("account-info/v3/details"), "portalId", where=NAME))

    def stages(self) -> int:
        """Give how many stages tickets can have."""
        return sum(len(one.stages) for one in self._ask_pipelines().values())

    def first(self) -> str:
        """Say which ticket is the first that can be seen."""
        found = rows(dig(self._http.get(TICKETS, limit=1), "results", where=NAME), where=NAME)
        return f"the first ticket is {take(Record, found[0], where=NAME).id}" if found else "there are no tickets yet"

    def conversations(self) -> str:
        """Say that threads can be seen."""
        found = rows(dig(self._http.get(THREADS, limit=1), "results", where=NAME), where=NAME)
        return "threads can be seen" if found else "there are no threads yet"

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all tickets in HubSpot's own order."""
        for batch in self._pages(TICKETS, start=cursor, limit=PAGE, **TICKET):
            yield Page([self._whole(take(Record, one, where=NAME)) for one in batch.items], batch.next)

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one ticket; raises `Merged` for one that goes on in another, and for threads and survey answers."""
        if ticket_id.startswith(THREAD):
            raise self._elsewhere(ticket_id, self._ticket_of_thread(ticket_id.removeprefix(THREAD)))
        if ticket_id.startswith(FEEDBACK):
            raise self._elsewhere(ticket_id, self._ticket_of_answer(ticket_id.removeprefix(FEEDBACK)))
        case = take(Record, self._http.get(f"{TICKETS}/{_number(ticket_id)}", **TICKET), where=NAME)
        if case.id != ticket_id:
            # Asked for one that was merged, HubSpot gives the one that is left.
            raise self._elsewhere(ticket_id, case.id)
        return self._whole(case)

    def write(self, writing: Writing) -> Written:
        """Add a comment or a note, or send a message once it is approved."""
        ticket_id = _number(writing.ticket_id)
        threads = self._threads(ticket_id)
        # What could be in the way of closing is found out before anything leaves.
        closed = self._closed_stage(ticket_id) if writing.resolve else None
        if writing.kind is WriteKind.REPLY:
            if not threads:
                raise InvalidInput("the ticket has no conversation to answer in", where=NAME, hint="Write a note.")
            written = self._send(threads[-1], writing)
        elif threads:
            data = self._http.post(f"{THREADS}/{threads[-1]}/messages", {"type": "COMMENT", **_both(writing.text)})
            written = _id_of(data)
        else:
            written = self._note(ticket_id, writing.text)
        if closed is not None:
            self._http.request("PATCH", f"{TICKETS}/{ticket_id}", json={"properties": {"hs_pipeline_stage": closed}})
        return Written(written)

    def _note(self, ticket_id: str, text: str) -> str | None:
        properties = {"hs_timestamp": datetime.now(UTC).isoformat(), "hs_note_body": _both(text)["richText"]}
        linked = [{"to": {"id": ticket_id}, "types": NOTE_TO_TICKET}]
        number = _id_of(self._http.post("crm/v3/objects/notes", {"properties": properties, "associations": linked}))
        return f"note-{number}" if number else None

    def _send(self, thread: str, writing: Writing) -> str | None:
        """Answer in the channel of the last message, as the agent; HubSpot sends in no other name."""
        sent = [one for one in self._sent(thread) if one.type == "MESSAGE"]
        theirs = [one for one in sent if one.direction == "INCOMING" and one.senders]
        if not theirs or sent[-1].channel_id is None or sent[-1].channel_account_id is None:
            raise InvalidInput("nobody has written in this conversation whom to answer", where=NAME)
        data = self._http.get("crm/v3/owners", email=writing.by, limit=1)
        owners = [take(Owner, one, where=NAME) for one in rows(dig(data, "results", where=NAME), where=NAME)]
        users = [one.user_id for one in owners if (one.email or "").casefold() == writing.by.casefold() and one.user_id]
        if not users:
            raise InvalidInput("the agent is no user of this HubSpot account", where=NAME, hint="Add the user there.")
        message = {
            "type": "MESSAGE",
            **_both(writing.text),
            "senderActorId": f"A-{users[0]}",
            "channelId": sent[-1].channel_id,
            "channelAccountId": sent[-1].channel_account_id,
            "recipients": [_recipient(one) for one in theirs[-1].senders or [] if one.actor_id],
        }
        if subject := next((one.subject for one in reversed(sent) if one.subject), None):
            message["subject"] = subject
        return _id_of(self._http.post(f"{THREADS}/{thread}/messages", message))

    def _closed_stage(self, ticket_id: str) -> str:
        case = take(Record, self._http.get(f"{TICKETS}/{ticket_id}", **TICKET), where=NAME)
        pipeline, _ = self._stage(case)
        closed = [one.id for one in (pipeline.stages if pipeline else []) if _closed(one)]
        if not closed:
            raise HelpdeskRefused("the ticket's pipeline has no closed stage", where=NAME)
        return closed[0]

    def _whole(self, case: Record) -> Ticket:
        held = case.properties
        pipeline, stage = self._stage(case)
        status = Status.OPEN
        if stage is not None:
            waiting = stage.label.casefold().startswith(WAITING)
            status = Status.RESOLVED if _closed(stage) else Status.PENDING if waiting else Status.OPEN
        dates = take(Dates, held, where=NAME)
        return Ticket(
            source=NAME,
            id=case.id,
            subject=held.get("subject"),
            messages=sorted(self._messages(case), key=lambda one: one.at or BEGIN),
            contact=self._contact(case),
            status=status,
            channel=(held.get("source_type") or "").lower() or None,
            group=pipeline.label if pipeline else None,
            priority=(held.get("hs_ticket_priority") or "").lower() or None,
            csat=self._rating(case.id),
            created_at=aware(dates.createdate or case.created_at),
            resolved_at=aware(dates.closed_date) if status is Status.RESOLVED else None,
        )

    def _messages(self, case: Record) -> list[Message]:
        """Give the conversation; e-mails of the CRM where there is none, and the description where there is nothing."""
        sent = [(thread, one) for thread in self._threads(case.id) for one in self._sent(thread)]
        told = (message_of(one, self._text(thread, one), self._name(one)) for thread, one in sent if one.shown)
        said = [message for message in told if message is not None]
        if not said:
            said = [message for one in self._linked(case, "emails") if (message := mail_of(one)) is not None]
        description = texts.tidy(case.properties.get("content") or "")
        if not said and description:
            opening = f"ticket-{case.id}"
            said = [Message(author=Author.CUSTOMER, text=description, id=opening, at=aware(case.created_at))]
        notes = [message for one in self._linked(case, "notes") if (message := note_of(one)) is not None]
        return [*said, *notes]

    def _text(self, thread: str, sent: Sent) -> str:
        """Give a message's text; a long one is cut off, and its whole is asked for."""
        text, rich = sent.text, sent.rich_text
        if sent.truncation_status == "TRUNCATED":
            data = self._http.get(f"{THREADS}/{thread}/messages/{quote(sent.id, safe='')}/original-content")
            whole = take(Original, data, where=NAME)
            text, rich = whole.text, whole.rich_text
        return texts.tidy(text) if text else texts.from_html(rich or "")

    def _name(self, sent: Sent) -> str | None:
        told = next((one.name for one in sent.senders or [] if one.name), None)
        if told or not sent.sender.startswith("A-"):
            return told
        if sent.sender not in self._names:
            asked = {"inputs": [sent.sender]}
            data = self._http.request("POST", ACTORS, json=asked, reads=True).data
            found = rows(dig(data, "results", where=NAME), where=NAME)
            actors = [take(Actor, one, where=NAME) for one in found]
            self._names[sent.sender] = next((one.name for one in actors if one.name), None)
        return self._names[sent.sender]

    def _threads(self, ticket_id: str) -> list[str]:
        """Give a ticket's threads, the one that was written in last at the end."""
        batches = self._pages(THREADS, associatedTicketId=ticket_id, association="TICKET", limit=PAGE)
        found = []
        for thread in (take(Thread, one, where=NAME) for batch in batches for one in batch.items):
            # Were the question passed over, everybody's conversations would come: what belongs elsewhere must not.
            if (thread.ticket or self._ticket_of_thread(thread.id)) != ticket_id:
                raise HelpdeskUnavailable("an unexpected answer: a conversation of another ticket", where=NAME)
            found.append(thread)
        found.sort(key=lambda one: aware(one.latest_message_timestamp) or BEGIN)
        return [one.id for one in found if not one.spam]

    def _sent(self, thread: str) -> list[Sent]:
        batches = self._pages(f"{THREADS}/{thread}/messages", limit=PAGE)
        found = [take(Sent, one, where=NAME) for batch in batches for one in batch.items]
        return sorted(found, key=lambda one: one.created_at)

    def _contact(self, case: Record) -> Contact:
        people = self._linked_ids(case, "contacts")
        if not people:
            return Contact()
        wanted = "firstname,lastname,email,phone,mobilephone,address"
        try:
            data = self._http.get(f"crm/v3/objects/contacts/{_number(people[0])}", properties=wanted)
        except NotFound:
            return Contact(id=people[0])
        person = take(Record, data, where=NAME)
        held = {key: value or None for key, value in person.properties.items()}
        return Contact(
            id=person.id,
            name=" ".join(part for part in (held.get("firstname"), held.get("lastname")) if part) or None,
            email=held.get("email"),
            phone=held.get("phone") or held.get("mobilephone"),
            address=held.get("address"),
        )

    def _rating(self, ticket_id: str) -> int | None:
        """Give the newest answer to a survey about this ticket; surveys are not part of every plan and token."""
        try:
            place = f"crm/v4/objects/tickets/{ticket_id}/associations/feedback_submissions"
            numbers = [str(dig(one, "toObjectId", where=NAME)) for one in self._all(place)]
            wanted = ["hs_survey_type", "hs_sentiment", "hs_submission_timestamp"]
            answers = [one.properties for one in self._read("feedback_submissions", numbers, wanted)]
        except (HelpdeskRefused, NotFound):
            return None
        told = [one for one in answers if one.get("hs_survey_type") in SATISFACTION]
        told.sort(key=lambda one: one.get("hs_submission_timestamp") or "")
        scores = [score for one in told if (score := SCORES.get((one.get("hs_sentiment") or "").casefold()))]
        return scores[-1] if scores else None

    def _linked(self, case: Record, kind: str) -> list[Record]:
        wanted = {
            "notes": ["hs_note_body", "hs_timestamp"],
            "emails": ["hs_email_direction", "hs_email_text", "hs_email_html", "hs_email_from_firstname",
                       "hs_email_from_lastname", "hs_timestamp"],
        }  # fmt: skip
        return list(self._read(kind, self._linked_ids(case, kind), wanted[kind]))

    def _linked_ids(self, case: Record, kind: str) -> list[str]:
        """Give what a ticket is associated with; an answer holds only the first of many."""
        held = case.associations.get(kind) or Linked()
        if held.paging and held.paging.get("next"):
            all_of_them = self._all(f"crm/v4/objects/tickets/{case.id}/associations/{kind}")
            found = [dig(one, "toObjectId", where=NAME) for one in all_of_them]
        else:
            found = [dig(one, "id", where=NAME) for one in held.results]
        return list(dict.fromkeys(str(one) for one in found))

    def _read(self, kind: str, numbers: Sequence[str], properties: Sequence[str]) -> Iterator[Record]:
        """Give objects of the CRM by their numbers, a hundred at a time."""
        for start in range(0, len(numbers), PAGE):
            asked = {"inputs": [{"id": one} for one in numbers[start : start + PAGE]], "properties": list(properties)}
            data = self._http.request("POST", f"crm/v3/objects/{kind}/batch/read", json=asked, reads=True).data
            yield from (take(Record, one, where=NAME) for one in rows(dig(data, "results", where=NAME), where=NAME))

    def _stage(self, case: Record) -> tuple[Pipeline | None, Stage | None]:
        number, stage = (case.properties.get(key) or "" for key in ("hs_pipeline", "hs_pipeline_stage"))
        found = _find(self._pipelines.get(number), stage)
        if found[1] is None:
            self._pipelines = self._ask_pipelines()
            found = _find(self._pipelines.get(number), stage)
        return found

    def _ask_pipelines(self) -> dict[str, Pipeline]:
        found = rows(dig(self._http.get("crm/v3/pipelines/tickets"), "results", where=NAME), where=NAME)
        return {one.id: one for one in (take(Pipeline, each, where=NAME) for each in found)}

    def _ticket_of_thread(self, thread: str) -> str | None:
        return take(Thread, self._http.get(f"{THREADS}/{_number(thread)}", association="TICKET"), where=NAME).ticket

    def _ticket_of_answer(self, answer: str) -> str | None:
        found = self._all(f"crm/v4/objects/feedback_submissions/{_number(answer)}/associations/tickets")
        return next((str(dig(one, "toObjectId", where=NAME)) for one in found), None)

    def _elsewhere(self, asked: str, ticket: str | None) -> NotFound:
        if ticket is None:
            return NotFound(f"{asked} belongs to no ticket", where=NAME)
        return Merged(f"{asked} goes on in ticket {ticket}", into=ticket, where=NAME)

    def _all(self, path: str) -> Iterator[Any]:
        for batch in self._pages(path, limit=500):
            yield from batch.items

    def _pages(self, path: str, *, start: str | None = None, **params: Any) -> Iterator[Any]:
        return cursor_pages(
            self._http,
            path,
            items=lambda data: rows(dig(data, "results", where=NAME), where=NAME),
            cursor=_next,
            param="after",
            start=start,
            params=params,
        )


def _next(data: Any) -> str | None:
    paging = data.get("paging")
    after = (paging.get("next") or {}).get("after") if isinstance(paging, dict) else None
    return str(after) if after else None


def _find(pipeline: Pipeline | None, stage: str) -> tuple[Pipeline | None, Stage | None]:
    return pipeline, next((one for one in pipeline.stages if one.id == stage), None) if pipeline else None


def _closed(stage: Stage) -> bool:
    return stage.metadata.get("ticketState") == "CLOSED"


def _both(text: str) -> dict[str, str]:
    """Give a text as HubSpot takes it: plain, and as HTML."""
    return {"text": text, "richText": escape(text).replace("\n", "<br>")}


def _recipient(sender: Sender) -> dict[str, Any]:
    told: dict[str, Any] = {"actorId": sender.actor_id}
    if sender.name:
        told["name"] = sender.name
    if sender.delivery_identifier:
        told |= {"recipientField": "TO", "deliveryIdentifiers": [sender.delivery_identifier]}
    return told


def _id_of(data: Any) -> str | None:
    return str(data["id"]) if isinstance(data, dict) and data.get("id") else None


def _number(identifier: str) -> str:
    if not identifier.isascii() or not identifier.isdigit():
        raise NotFound(f"there is no ticket {identifier!r}", where=NAME)
    return identifier
