"""The chatbot endpoint: JSON or server-sent events, for any web page that may use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, Field

from assist.desk.chat import MAX_TEXT
from assist.errors import AssistError, NotSignedIn
from assist.web.errors import read
from assist.web.limits import limited
from assist.web.security import from_anywhere

if TYPE_CHECKING:
    from assist.web import AssistApp

log = structlog.get_logger(__name__)
RATE = "60/minute"
blueprint = Blueprint("chatbot", __name__, url_prefix="/chatbot")


class NewSession(BaseModel):
    """What a page may say about its visitor."""

    brand: str | None = Field(None, max_length=100)
    language: str | None = Field(None, max_length=10)
    name: str | None = Field(None, max_length=200)
    email: str | None = Field(None, max_length=200)


class Question(BaseModel):
    """One message of a customer; `id` makes a retry harmless."""

    session: str = Field(max_length=64)
    id: str = Field(min_length=4, max_length=64, pattern=r"^[0-9A-Za-z-]+$")
    text: str = Field(min_length=1, max_length=MAX_TEXT)


class HandOff(BaseModel):
    """The wish for a person."""

    session: str = Field(max_length=64)
    reason: str | None = Field(None, max_length=500)
    email: str | None = Field(None, max_length=200)


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _preflight() -> Response | None:
    return Response(status=204) if request.method == "OPTIONS" else None


@blueprint.after_request
def _allow_origin(response: Response) -> Response:
    from assist.web import current

    origin = request.headers.get("Origin")
    if origin and origin in current().services.settings.chat_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.vary.add("Origin")
    return response


@blueprint.post("/sessions")
@from_anywhere
@limited(RATE)
def begin() -> tuple[Response, int]:
    """Start a conversation."""
    from assist.web import current

    wanted = read(NewSession) if request.get_data() else NewSession()
    return jsonify(current().services.chatbot.begin(**wanted.model_dump())), 201


@blueprint.post("/messages")
@from_anywhere
@limited(RATE)
def message() -> Response:
    """Answer a question, as one JSON object or as a stream of events."""
    from assist.web import current

    question = read(Question)
    events = current().services.chatbot.answer(
        session_id=question.session, token=_bearer(), message_id=question.id, text=question.text
    )
    # The checks run before the first event, so that a refusal is a 4xx and not a broken stream.
    first = next(events)
    if "text/event-stream" in request.headers.get("Accept", ""):
        return Response(_stream(first, events), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})
    done: dict[str, Any] = {}
    for name, payload in events:
        if name == "done":
            done = payload
    return jsonify(done)


@blueprint.post("/handoff")
@from_anywhere
@limited(RATE)
def hand_off() -> tuple[Response, int]:
    """Turn the conversation into a ticket for people."""
    from assist.web import current

    wanted = read(HandOff)
    given = current().services.chatbot.hand_off(
        session_id=wanted.session, token=_bearer(), reason=wanted.reason, email=wanted.email
    )
    return jsonify(given), 201


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("the session's token is missing", where="Authorization", hint="Send `Bearer <token>`.")
    return token


def _stream(first: tuple[str, dict[str, Any]], rest: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    yield _event(*first)
    try:
        for name, payload in rest:
            yield _event(name, payload)
    except AssistError as error:
        yield _event("error", error.as_dict())
    except Exception as error:
        log.exception("chatbot answer failed", kind=type(error).__name__)
        yield _event("error", AssistError("something went wrong here", hint="Try again or ask for a person.").as_dict())


def _event(name: str, payload: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n"
