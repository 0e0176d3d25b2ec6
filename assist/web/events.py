"""Where helpdesks post their events: one route for all connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from assist.errors import AssistError, NotFound
from assist.helpdesk import Ability
from assist.web.limits import limited
from assist.web.security import from_anywhere

if TYPE_CHECKING:
    from assist.web import AssistApp

RATE = "3000/minute"
WRONG = "60/minute"
blueprint = Blueprint("events", __name__)
log = structlog.get_logger(__name__)


def init_app(app: AssistApp) -> None:
    """Register the route."""
    app.register_blueprint(blueprint)


@blueprint.post("/connectors/<name>/events")
@from_anywhere
@limited(RATE)
def receive(name: str) -> Response:
    """Take a delivery in: verified on its raw bytes, and stored before it is acknowledged; a job does the rest.

    A repeated delivery is acknowledged and changes nothing, so a sender that got no answer may try again.
    """
    from assist.web import current

    app = current()
    connector = app.services.connectors.get(name)
    if connector is None or Ability.EVENTS not in connector.abilities:
        raise NotFound(f"there is no connector {name!r}, or it is not set up", where="connectors")
    address = request.remote_addr or "-"
    try:
        body = request.get_data(cache=False)
        headers = {key.lower(): value for key, value in request.headers.items()}
        connector.verify(body, headers)
        answer = connector.handshake(body, headers)
        events = [] if answer is not None else connector.parse(body, headers)
    except (AssistError, RequestEntityTooLarge) as error:
        app.limits.check(WRONG, f"wrong events:{name}", address)
        code, reason = (error.code, error.message) if isinstance(error, AssistError) else (error.name, "too large")
        log.warning("delivery refused", connector=name, code=code, reason=reason)
        raise
    if answer is not None:
        return Response(answer, mimetype="text/plain")
    app.services.inbox.accept(name, events)
    return jsonify(accepted=len(events))
