"""Errors that a person can act on: what happened, where, and what to do."""

from __future__ import annotations

from assist.outgoing import scrubbed_json


class AssistError(Exception):
    """Base of every error the product raises on purpose.

    `code` is stable and goes over the wire; `status` is the HTTP status a web route answers with;
    `hint` says what to do and may be empty.
    """

    code = "error"
    status = 500

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        stop = "" if self.message.endswith((".", "!", "?")) else "."
        return f"{where}{self.message}{stop} {self.hint}" if self.hint else f"{where}{self.message}"

    def as_dict(self) -> dict[str, str]:
        """Give the shape that routes and socket acknowledgements send."""
        told: dict[str, str] = scrubbed_json(
            {"code": self.code, "message": self.message, "where": self.where, "hint": self.hint}
        )
        return told


class InvalidInput(AssistError):
    """What was sent cannot be understood."""

    code = "invalid_input"
    status = 400


class NotSignedIn(AssistError):
    """No valid session or token came with the request."""

    code = "not_signed_in"
    status = 401


class Forbidden(AssistError):
    """This user may not do or see that."""

    code = "forbidden"
    status = 403


class NotFound(AssistError):
    """The thing named does not exist, or not for this user."""

    code = "not_found"
    status = 404


class Merged(NotFound):
    """What was asked for goes on under another id, `into`: a ticket that was merged, a thread that belongs to one."""

    def __init__(self, message: str, *, into: str, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.into = into


class Conflict(AssistError):
    """The state has moved on: another ticket, another text, an approval already used."""

    code = "conflict"
    status = 409


class TooManyRequests(AssistError):
    """A rate limit or budget is used up."""

    code = "too_many_requests"
    status = 429


class EngineUnavailable(AssistError):
    """A model did not answer in time, or its circuit is open."""

    code = "engine_unavailable"
    status = 503


class HelpdeskUnavailable(AssistError):
    """A helpdesk is down, slow, or asks to wait `retry_after` seconds; trying again later may help."""

    code = "helpdesk_unavailable"
    status = 503

    def __init__(self, message: str, *, where: str = "", hint: str = "", retry_after: float = 0.0) -> None:
        super().__init__(message, where=where, hint=hint)
        self.retry_after = retry_after


class HelpdeskRefused(AssistError):
    """A helpdesk does not let us in, or does not take what we sent; trying again does not help."""

    code = "helpdesk_refused"
    status = 502


class Unavailable(AssistError):
    """A service that this one leans on does not answer."""

    code = "unavailable"
    status = 503


class NeedsModel(AssistError):
    """The extractive engine cannot do this honestly; a chat model can."""

    code = "needs_model"
    status = 422


class ConfigurationError(AssistError):
    """A setting is missing, unsafe or contradicts another; the process refuses to start."""

    code = "configuration"
