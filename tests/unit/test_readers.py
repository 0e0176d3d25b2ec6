"""Export files are read row by row, and what cannot be read is named by file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assist.desk.importing import reader_for
from assist.desk.importing.importer import parse_article, parse_ticket
from assist.errors import InvalidInput

NOTHING: dict[str, str | None] = {}


def write(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n")
    return path


def test_jsonl_names_every_bad_line(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", '{"id": 1}', "{broken", b"\xff\xfe", "[1]", "", '{"id": 2}')
    rows = list(reader_for(path)(path, 0))
    assert [row.data for row in rows if row.data] == [{"id": 1}, {"id": 2}]
    assert [(row.number, row.error.split(":")[0]) for row in rows if row.error] == [
        (2, "not JSON"),
        (3, "not UTF-8 at byte 0"),
        (4, "a list, not a JSON object"),
        (5, "empty line"),
    ]
    assert rows[1].place == f"{path}:2"
    assert rows[-1].done == path.stat().st_size


def test_jsonl_goes_on_after_what_was_done(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", '{"id": 1}', '{"id": 2}', '{"id": 3}')
    assert [row.number for row in reader_for(path)(path, 2)] == [3]


def test_csv_rows_with_one_id_are_one_ticket(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv",
        "Case,Title,Body,Who,Answer,Mail",
        '7,Late,"Where is it,\nplease?",customer,It left today.,ann@example.com',
        "7,Late,Thanks!,customer,,ann@example.com",
        "8,Broken,It broke.,customer,,",
    )
    mapping = {"id": "Case", "subject": "Title", "text": "Body", "author": "Who", "reply": "Answer", "email": "Mail"}
    rows = list(reader_for(path, mapping=mapping)(path, 0))
    tickets = [parse_ticket(row.data or {}, source="s", given=NOTHING) for row in rows]
    assert [(t.id, [(m.author.value, m.text) for m in t.messages]) for t in tickets] == [
        ("7", [("customer", "Where is it,\nplease?"), ("agent", "It left today."), ("customer", "Thanks!")]),
        ("8", [("customer", "It broke.")]),
    ]
    assert tickets[0].contact.email == "ann@example.com"


def test_csv_without_the_mapped_column_says_which_it_has(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a,b", "1,2")
    with pytest.raises(InvalidInput, match=r"no column 'Body'.*Its columns are: a, b"):
        list(reader_for(path, mapping={"text": "Body"})(path, 0))


def test_csv_mapping_of_an_unknown_field_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a,b", "1,2")
    with pytest.raises(InvalidInput, match="unknown field: colour"):
        reader_for(path, mapping={"colour": "a"})


def test_zendesk_export_keeps_notes_internal(tmp_path: Path) -> None:
    page = {
        "tickets": [
            {
                "id": 35,
                "subject": "Help",
                "status": "solved",
                "requester_id": 1,
                "created_at": "2026-01-02T03:04:05Z",
                "via": {"channel": "email"},
                "satisfaction_rating": {"score": "good"},
                "comments": [
                    {"id": 1, "author_id": 1, "body": "It broke", "public": True},
                    {"id": 2, "author_id": 2, "body": "Ask Tom", "public": False},
                    {"id": 3, "author_id": 2, "body": "Fixed", "public": True},
                ],
            },
            {"id": 36},
        ],
        "users": [{"id": 1, "name": "Ann Lee", "email": "ann@example.com"}, {"id": 2, "name": "Bo"}],
    }
    (tmp_path / "1.json").write_text(json.dumps(page))
    (tmp_path / "2.json").write_text("{}")
    rows = list(reader_for(tmp_path)(tmp_path, 0))
    assert rows[0].data is not None
    ticket = parse_ticket(rows[0].data, source="zendesk", given=NOTHING)
    assert (ticket.id, ticket.status, ticket.channel, ticket.csat) == ("35", "resolved", "email", 5)
    assert [(m.author.value, m.internal, m.name) for m in ticket.messages] == [
        ("customer", False, "Ann Lee"),
        ("agent", True, "Bo"),
        ("agent", False, "Bo"),
    ]
    assert ticket.contact.name == "Ann Lee"
    assert "description" in rows[1].error
    assert "not an incremental export" in rows[2].error


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"id": "1"}, "messages is missing or empty"),
        ({"id": "1", "messages": []}, "messages is missing or empty"),
        ({"id": "1", "messages": ["hello"]}, r"messages\[1\] is not an object"),
        ({"id": "1", "messages": [{"author": "customer"}]}, r"messages\[1\].text is missing"),
        ({"id": "1", "messages": [{"author": "customer", "text": "  "}]}, "every message is empty"),
        ({"id": "1", "messages": [{"author": "alien", "text": "hi"}]}, "author"),
        ({"messages": [{"author": "customer", "text": "hi"}]}, "id is missing"),
        ({"id": "1", "messages": [{"author": "customer", "text": "hi"}], "status": "lost"}, "status"),
        ({"id": "1", "messages": [{"author": "customer", "text": "hi"}], "created_at": "soon"}, "created_at"),
    ],
)
def test_bad_ticket_says_what_is_wrong(data: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        parse_ticket(dict(data), source="s", given=NOTHING)


def test_given_status_fills_in_only_where_the_row_says_nothing() -> None:
    message = [{"author": "customer", "text": "hi"}]
    given: dict[str, str | None] = {"status": "resolved"}
    assert parse_ticket({"id": "1", "messages": message}, source="s", given=given).status == "resolved"
    assert parse_ticket({"id": "1", "messages": message, "status": "open"}, source="s", given=given).status == "open"


def test_article_without_text_is_refused() -> None:
    with pytest.raises(InvalidInput, match="text is missing"):
        parse_article({"id": "1", "title": "Returns"}, source="s", given=NOTHING)


def test_missing_file_and_unknown_format_are_clear(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        reader_for(tmp_path / "none.jsonl")
    path = write(tmp_path / "data.xyz", "")
    with pytest.raises(InvalidInput, match="Say --format"):
        reader_for(path)
