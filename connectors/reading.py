"""Reads what helpdesks send as typed objects: a missing key or a wrong type is a clear error, never a surprise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from assist.errors import ConfigurationError, HelpdeskUnavailable, InvalidInput
from assist.helpdesk import EventKind, TicketEvent, storable


class Foreign(BaseModel):
    """A helpdesk's object; what we do not need of it is left out."""

    model_config = ConfigDict(extra="ignore")


def _identifier(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return storable(value).strip() if isinstance(value, str) else value


# Helpdesks number their things, and some write the number as text.
Id = Annotated[str, BeforeValidator(_identifier), StringConstraints(min_length=1, max_length=200)]
# A file's size; one that makes no sense is not known, and no reason to refuse what it hangs on.
Size = Annotated[int | None, BeforeValidator(lambda one: one if isinstance(one, int) and 0 <= one < 2**53 else None)]
Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], body: bytes, *, where: str) -> Model:
    """Give a delivery's body; raises `InvalidInput` that names the first thing wrong."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput(_first(error), where=where, hint=f"connectors/{where}/README.md") from None


def take(model: type[Model], data: Any, *, where: str) -> Model:
    """Give a part of a helpdesk's answer; one of another shape counts as a failure of the helpdesk."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise HelpdeskUnavailable(f"an unexpected answer: {_first(error)}", where=where) from None


def dig(data: Any, *way: str | int, where: str) -> Any:
    """Give what lies along a way of keys in a helpdesk's answer; one of another shape counts as its failure."""
    for key in way:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            raise HelpdeskUnavailable(f"an unexpected answer: {key} is missing", where=where) from None
    return data


def rows(data: Any, *, where: str) -> list[Any]:
    """Give a list in a helpdesk's answer, an empty one for none; anything else counts as its failure."""
    if data is not None and not isinstance(data, list):
        raise HelpdeskUnavailable("an unexpected answer: a list is missing", where=where)
    return data or []


def event(kind: EventKind, *, source: str, ticket_id: str, delivery_id: str | None, **more: object) -> TicketEvent:
    """Give an event in our words; raises `InvalidInput` when what was read does not make one."""
    fields = {"kind": kind, "source": source, "ticket_id": ticket_id, "delivery_id": delivery_id, **more}
    try:
        return TicketEvent.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(_first(error), where=source) from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    return f"{field}: {first['msg']}"


def aware(at: datetime | None) -> datetime | None:
    """Give a time with its zone; one without is UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


class ConnectorSettings(BaseSettings):
    """What one connector reads from the environment; each secret may come from a file, `…_FILE`.

    `required` names the fields without which the connector cannot work.
    """

    model_config = SettingsConfigDict(extra="ignore", env_file=".env")
    required: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def configured(cls) -> Self | None:
        """Give the settings, or `None` when none of them is set.

        Raises `ConfigurationError` where one is missing, empty or wrong: a helpdesk that is half set up must not look
        as if it worked, and an empty secret would let anybody in.
        """
        try:
            made = cls()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise cls._unsafe(str(first["loc"][0]), first["msg"]) from None
        chosen = set(made.model_fields_set)
        if not chosen:
            return None
        for name in cls.model_fields:
            if f"{name}_file" in cls.model_fields:
                made._read_file(name)
            if made._text(name) in {"", None} and (name in cls.required or {name, f"{name}_file"} & chosen):
                raise cls._unsafe(name, "is empty" if name in chosen else "is missing")
        return made

    def _read_file(self, name: str) -> None:
        path = getattr(self, f"{name}_file")
        if path is None or self._text(name):
            return
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise self._unsafe(f"{name}_file", f"cannot read {path} ({type(error).__name__})") from error
        setattr(self, name, SecretStr(text))

    def _text(self, name: str) -> object:
        value = getattr(self, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        return text.strip() if isinstance(text, str) else text

    @classmethod
    def _unsafe(cls, name: str, what: str) -> ConfigurationError:
        prefix = str(cls.model_config.get("env_prefix", ""))
        folder = prefix.removeprefix("ASSIST_").rstrip("_").lower()
        return ConfigurationError(
            what, where=f"{prefix}{name.upper()}", hint=f"connectors/{folder}/README.md says how."
        )


def _safe_url(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"https", "http"} or not parts.hostname):
        raise ValueError("is not an address such as https://helpdesk.example")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https://: a credential goes there")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is this machine, where nothing need be encrypted."""
    return host in {"localhost", "127.0.0.1", "::1"}


# The address of a helpdesk.
Url = Annotated[str, AfterValidator(_safe_url)]
