"""Nothing reaches a customer without an approval: the house has one door, and this looks for others.

It reads the source: who may make an `Approved`, who may write one, and who builds a public reply at all.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from assist import helpdesk
from assist.desk.connecting import WriteBack
from assist.desk.intake import Intake
from assist.desk.send import Sender
from assist.errors import Forbidden
from assist.helpdesk import Approved, WriteKind, Writing

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "assist").rglob("*.py"), *(ROOT / "connectors").rglob("*.py"), ROOT / "app.py"])


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def where(*names: str) -> set[str]:
    """Give the files that call something of this name."""
    return {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(name in names for name, _ in calls(ast.parse(path.read_text(encoding="utf-8"))))
    }


def naming(text: str) -> set[str]:
    """Give the files in which this stands."""
    return {str(path.relative_to(ROOT)) for path in SOURCES if text in path.read_text(encoding="utf-8")}


def test_only_a_consumed_approval_becomes_an_approved_reply() -> None:
    assert where("Approved") == {"assist/governance/approvals.py"}
    tree = ast.parse((ROOT / "assist/governance/approvals.py").read_text(encoding="utf-8"))
    makers = [
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and any(name == "Approved" for name, _ in calls(function))
    ]
    assert makers == ["consume"]
    # Nor by copying one with another text: marks alone are added to a copy.
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if "Approved" not in text:
            continue
        assert not re.search(r"\breplace as\b|import dataclasses|from copy import|import copy", text), path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "replace":
                assert {keyword.arg for keyword in node.keywords} == {"tags", "note"}, path


def test_approved_reply_cannot_be_changed() -> None:
    reply = Approved(id="a", ticket_id=1, user_id=1, text="Hello")
    with pytest.raises(dataclasses.FrozenInstanceError):
        reply.text = "Something else"  # type: ignore[misc]


def test_one_function_writes_to_customers_and_it_takes_an_approved_reply() -> None:
    # `WriteBack.reply`: a connector's way out. `Intake.reply`: the product's own page. One class opens them.
    assert where("Writing") == {"assist/desk/connecting/writing.py"}
    assert typing.get_type_hints(Writing)["approval"] == (Approved | None)
    assert naming("connector.write(") == {"assist/desk/connecting/writing.py"}
    for door in (Intake, WriteBack):
        hints = typing.get_type_hints(door.reply, vars(inspect.getmodule(door)))
        assert typing.get_args(hints["consume"])[1] is Approved
    assert naming("write_back.reply(") == {"assist/desk/send.py"}
    # The copy of what a helpdesk was given is stored by the class that gave it.
    assert naming("intake.reply(") == {"assist/desk/send.py", "assist/desk/connecting/writing.py"}


def test_every_connector_that_writes_takes_an_approved_reply() -> None:
    """What a connector takes is a `Writing`, and a public one cannot be made without its `Approved`."""
    for path in (ROOT / "connectors").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "write" and path.name != "signatures.py":
                given = [argument.annotation for argument in node.args.args[1:]]
                assert [ast.unparse(one) for one in given if one] == ["Writing"], path
    for approval in (None, Approved(id="a", ticket_id=1, user_id=1, text="Another text")):
        with pytest.raises(Forbidden):
            Writing(WriteKind.REPLY, "1", "A text", by="maya@acme.example", approval=approval)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Writing(WriteKind.NOTE, "1", "A text", by="maya@acme.example").kind = WriteKind.REPLY  # type: ignore[misc]


def test_only_the_door_and_what_helpdesks_report_speak_of_agents_replies() -> None:
    named = {str(path.relative_to(ROOT)) for path in SOURCES if "AGENT_REPLY" in path.read_text(encoding="utf-8")}
    own = {name for name in named if not name.startswith("connectors/")}
    assert own == {"assist/helpdesk.py", "assist/desk/intake.py", "assist/desk/connecting/reconcile.py"}
    assert helpdesk.EventKind.AGENT_REPLY


def test_whoever_takes_events_in_is_known() -> None:
    """`Intake.receive` refuses a public reply from our own pages; who else calls it is looked at here."""
    assert naming("intake.receive(") == {
        "assist/desk/connecting/reconcile.py",
        "assist/desk/connecting/writing.py",
        "assist/evaluation/redteam/surfaces.py",
        "assist/web/demo.py",
    }
    # Of these two one tells what helpdesks told, the other stores the notes that it wrote there.
    assert naming("reconciler.apply(") == {"assist/desk/connecting/inbox.py"}
    written = (ROOT / "assist/desk/connecting/writing.py").read_text(encoding="utf-8")
    assert set(re.findall(r"EventKind\.(\w+)", written)) == {"INTERNAL_NOTE"}


def test_approvals_are_consumed_by_the_door_alone() -> None:
    assert where("consume") <= {
        "assist/desk/send.py",
        "assist/desk/intake.py",
        "assist/desk/connecting/writing.py",
    }
    assert naming("approvals.consume(") == {"assist/desk/send.py"}
    assert "approval" in inspect.signature(Sender.send).parameters
    assert inspect.signature(Sender.send).parameters["approval"].default is inspect.Parameter.empty


def test_messages_of_agents_are_written_by_intake_alone() -> None:
    """Rows of messages are made where events and imports come in, and where the chatbot speaks as itself."""
    made = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for name, node in calls(ast.parse(path.read_text(encoding="utf-8")))
        if name == "Message" and any(keyword.arg == "ticket_id" for keyword in node.keywords)
    }
    assert made <= {"assist/desk/intake.py", "assist/desk/chat.py"}
