"""Turns errors into answers: JSON for programs, a page for people, never a stack trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import structlog
from flask import Response, jsonify, render_template, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from assist.errors import AssistError, InvalidInput
from assist.outgoing import scrubbed_json

if TYPE_CHECKING:
    from assist.web import AssistApp

log = structlog.get_logger(__name__)
Model = TypeVar("Model", bound=BaseModel)


def init_app(app: AssistApp) -> None:
    """Register the handlers."""
    app.register_error_handler(AssistError, _assist)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def read(model: type[Model], data: object | None = None) -> Model:
    """Give the request's JSON (or `data`) as a model; raises `InvalidInput` that names each wrong field."""
    if data is None:
        data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise InvalidInput("the body is not a JSON object", where=request.path if request else "", hint="Send JSON.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)
        wrong = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'body'}: {e['msg']}" for e in first[:5])
        raise InvalidInput(wrong, where=model.__name__) from None


def _wants_page() -> bool:
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return best == "text/html" and "application/json" not in request.headers.get("Accept", "")


def _answer(body: dict[str, str], status: int) -> tuple[Response | str, int]:
    body = scrubbed_json(body)
    if _wants_page():
        return render_template("error.html", error=body, status=status), status
    return jsonify(error=body), status


def _assist(error: AssistError) -> tuple[Response | str, int]:
    if error.status >= 500:
        log.warning("request failed", route=_route(), code=error.code)
    return _answer(error.as_dict(), error.status)


def _http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    body = {"code": error.name.lower().replace(" ", "_"), "message": error.description or "", "where": "", "hint": ""}
    return _answer(body, error.code)


def _route() -> str:
    """Name the route, not the path: a path may hold anything."""
    return request.url_rule.rule if request.url_rule else "none"


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    log.exception("unexpected error", route=_route(), kind=type(error).__name__)
    return _answer({"code": "error", "message": "something went wrong here", "where": "", "hint": "Try again."}, 500)
