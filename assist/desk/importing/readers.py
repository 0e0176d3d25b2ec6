"""Reads export files row by row: JSONL, CSV with a column mapping, Zendesk-style incremental exports.

Every reader has the same form, `read(path, skip) -> Iterator[Row]`, and never holds more than one row (one page of a
Zendesk export) in memory. `skip` rows at the start were stored before and are passed over.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assist.errors import InvalidInput

Reader = Callable[[Path, int], Iterator["Row"]]
FORMATS = ("jsonl", "csv", "zendesk")
CSV_FIELDS = [
    "id",
    "subject",
    "text",
    "reply",
    "author",
    "internal",
    "at",
    "status",
    "brand",
    "language",
    "channel",
    "group",
    "intent",
    "priority",
    "csat",
    "created_at",
    "resolved_at",
    "name",
    "email",
    "phone",
    "address",
    "order",
    "title",
    "visibility",
    "url",
    "reviewed_at",
]
# One message of a helpdesk is never this large; a CSV without its closing quote would be.
MAX_FIELD = 2_000_000


@dataclass(frozen=True)
class Row:
    """One thing of a file: its data, or why it could not be read. `done` is how many bytes are behind it."""

    place: str
    number: int
    done: int
    data: dict[str, Any] | None = None
    error: str = ""


def reader_for(path: Path, form: str | None = None, mapping: Mapping[str, str] | None = None) -> Reader:
    """Give the reader for a path; the format is told by name or by `form`. Raises `InvalidInput`."""
    if not path.exists():
        raise InvalidInput("there is no such file or folder", where=str(path), hint="Check the path.")
    if form is None:
        form = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv"}.get(path.suffix.lower(), "zendesk")
        if path.suffix.lower() not in {".jsonl", ".ndjson", ".csv", ".tsv", ".json"} and not path.is_dir():
            raise InvalidInput(
                f"cannot tell the format from {path.suffix or 'the name'!r}",
                where=str(path),
                hint=f"Say --format {'|'.join(FORMATS)}.",
            )
    match form:
        case "jsonl":
            return read_jsonl
        case "csv":
            return csv_reader(mapping or {})
        case "zendesk":
            return read_zendesk
    raise InvalidInput(f"{form!r} is not a format", where="--format", hint=f"Use one of: {', '.join(FORMATS)}.")


def read_jsonl(path: Path, skip: int) -> Iterator[Row]:
    """Read one JSON object a line."""
    done = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            done += len(raw)
            if number <= skip:
                continue
            place = f"{path}:{number}"
            if not raw.strip():
                yield Row(place, number, done, error="empty line")
                continue
            try:
                data = json.loads(raw.decode("utf-8"))
            except UnicodeDecodeError as error:
                yield Row(place, number, done, error=f"not UTF-8 at byte {error.start}")
                continue
            except json.JSONDecodeError as error:
                yield Row(place, number, done, error=f"not JSON: {error.msg} at column {error.colno}")
                continue
            if not isinstance(data, dict):
                yield Row(place, number, done, error=f"a {type(data).__name__}, not a JSON object")
                continue
            yield Row(place, number, done, data)


def csv_reader(mapping: Mapping[str, str]) -> Reader:
    """Give a reader of CSV files; `mapping` says which column holds which field (`{"text": "Description"}`).

    Unmapped fields take the column of their own name. Rows that follow each other with the same id are the messages of
    one ticket; `text` is the customer's words unless an `author` column says otherwise, `reply` an agent's answer.
    """
    unknown = set(mapping) - set(CSV_FIELDS)
    if unknown:
        raise InvalidInput(
            f"unknown field{'s' if len(unknown) > 1 else ''}: {', '.join(sorted(unknown))}",
            where="--map",
            hint=f"Fields are: {', '.join(CSV_FIELDS)}.",
        )

    def read(path: Path, skip: int) -> Iterator[Row]:
        csv.field_size_limit(MAX_FIELD)
        with path.open("rb") as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
            columns = rows.fieldnames or []
            missing = [column for column in mapping.values() if column not in columns]
            if missing or not columns:
                raise InvalidInput(
                    f"the file has no column {', '.join(map(repr, missing))}",
                    where=str(path),
                    hint=f"Its columns are: {', '.join(columns) or 'none'}.",
                )
            named = {field: mapping.get(field, field) for field in CSV_FIELDS}
            yield from _grouped(path, skip, rows, named, binary.tell)

    return read


def _grouped(
    path: Path, skip: int, rows: csv.DictReader[str], named: Mapping[str, str], tell: Callable[[], int]
) -> Iterator[Row]:
    held: dict[str, Any] | None = None
    first = number = 0
    while True:
        line = rows.line_num + 1
        try:
            raw = next(rows)
        except StopIteration:
            break
        except (csv.Error, UnicodeDecodeError) as error:
            number += 1
            if number > skip:
                yield Row(f"{path}:{line}", number, tell(), error=f"not CSV: {error}")
            if isinstance(error, UnicodeDecodeError):
                return
            continue
        fields = {field: (raw.get(column) or "").strip() for field, column in named.items()}
        if held is not None and held["id"] == fields["id"] and fields["id"]:
            held["messages"] += _csv_messages(fields)
            continue
        if held is not None and number > skip:
            yield Row(f"{path}:{first}", number, tell(), held)
        number, first, held = number + 1, line, _csv_ticket(fields)
    if held is not None and number > skip:
        yield Row(f"{path}:{first}", number, tell(), held)


def _csv_ticket(fields: Mapping[str, str]) -> dict[str, Any]:
    plain = (
        "id subject status brand language channel group intent priority csat created_at resolved_at title text "
        "visibility url reviewed_at"
    )
    ticket: dict[str, Any] = {name: fields[name] or None for name in plain.split()}
    contact = {name: fields[name] for name in ("name", "email", "phone", "address") if fields[name]}
    orders = [order.strip() for order in fields["order"].replace(";", ",").split(",") if order.strip()]
    return ticket | {"messages": _csv_messages(fields), "contact": contact | {"orders": orders}}


def _csv_messages(fields: Mapping[str, str]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    internal = fields["internal"].lower() in {"1", "true", "yes", "internal", "private"}
    for author, text in ((fields["author"] or "customer", fields["text"]), ("agent", fields["reply"])):
        if text:
            messages.append({"author": author, "text": text, "internal": internal, "at": fields["at"] or None})
    return messages


def read_zendesk(path: Path, skip: int) -> Iterator[Row]:
    """Read a page, or a folder of pages in name order, of an incremental ticket export.

    A page is `{"tickets": [...], "users": [...]}`; a ticket carries its `comments` or else its `description`.
    """
    number = done = 0
    for page in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        raw = page.read_bytes()
        done += len(raw)
        try:
            data = json.loads(raw)
            tickets = data["tickets"]
            users = {user["id"]: user for user in data.get("users") or []}
            if not isinstance(tickets, list):
                raise TypeError("tickets is not a list")
        except (ValueError, KeyError, TypeError) as error:
            number += 1
            if number > skip:
                yield Row(str(page), number, done, error=f"not an incremental export: {error}")
            continue
        for index, ticket in enumerate(tickets):
            number += 1
            if number <= skip:
                continue
            place = f"{page}: tickets[{index}]"
            try:
                yield Row(place, number, done, _zendesk_ticket(ticket, users))
            except (KeyError, TypeError, AttributeError) as error:
                yield Row(place, number, done, error=f"{type(error).__name__}: {error}")


def _zendesk_ticket(ticket: Mapping[str, Any], users: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    requester = users.get(ticket.get("requester_id"), {})
    comments = ticket.get("comments") or [
        {
            "id": "description",
            "author_id": ticket.get("requester_id"),
            "body": ticket["description"],
            "public": True,
            "created_at": ticket.get("created_at"),
        }
    ]
    rating = (ticket.get("satisfaction_rating") or {}).get("score")
    status = {"solved": "resolved", "closed": "resolved", "pending": "pending", "hold": "pending"}
    return {
        "id": str(ticket["id"]),
        "subject": ticket.get("subject"),
        "status": status.get(ticket.get("status") or "", "open"),
        "channel": (ticket.get("via") or {}).get("channel"),
        "brand": str(ticket["brand_id"]) if ticket.get("brand_id") else None,
        "group": str(ticket["group_id"]) if ticket.get("group_id") else None,
        "priority": ticket.get("priority"),
        "csat": {"good": 5, "bad": 1}.get(rating or ""),
        "created_at": ticket.get("created_at"),
        "resolved_at": ticket.get("solved_at") or (ticket.get("metric_set") or {}).get("solved_at"),
        "contact": {key: requester.get(key) for key in ("name", "email", "phone")},
        "messages": [
            {
                "id": str(comment["id"]),
                "author": "customer" if comment["author_id"] == ticket.get("requester_id") else "agent",
                "name": users.get(comment["author_id"], {}).get("name"),
                "text": comment.get("plain_body") or comment["body"],
                "internal": not comment.get("public", True),
                "at": comment.get("created_at"),
            }
            for comment in comments
        ],
    }
