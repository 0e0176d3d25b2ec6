"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from pydantic_settings import BaseSettings

import connectors
from assist.registry import discover
from assist.web.sidebar import SidebarNamespace

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _reference():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_settings_page_is_what_make_docs_writes() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == _reference().settings_page()


def test_commands_page_is_what_make_docs_writes() -> None:
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == _reference().commands_page()


def test_table_of_connectors_is_what_make_docs_writes() -> None:
    assert _reference().connectors_table() in (DOCS / "connectors.md").read_text(encoding="utf-8")


def test_every_socket_event_is_in_the_protocol() -> None:
    page = (DOCS / "protocol.md").read_text(encoding="utf-8")
    events = {name.removeprefix("on_") for name in vars(SidebarNamespace) if name.startswith("on_")}
    for event in events - {"connect", "disconnect"}:
        assert f"| `{event}` |" in page, event


def test_every_told_event_is_in_the_protocol() -> None:
    page = (DOCS / "protocol.md").read_text(encoding="utf-8")
    told = re.compile(r'"((?:suggestion|ticket)_(?:started|delta|sources|done|failed|stale|updated))"')
    for file in (ROOT / "assist" / "desk").rglob("*.py"):
        for event in told.findall(file.read_text(encoding="utf-8")):
            assert f"| `{event}` |" in page, event


def test_every_metric_is_documented() -> None:
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    source = (ROOT / "assist" / "web" / "ops.py").read_text(encoding="utf-8")
    for metric in re.findall(r'"(assist_\w+)"', source):
        if metric != "assist_metrics":
            assert f"`{metric}`" in page, metric


def test_every_make_target_named_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)", readme):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_path_in_the_tour_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tour = readme.split("## The tree")[1].split("```")[1]
    for line in tour.strip().splitlines():
        assert (ROOT / line.split()[0]).exists(), line


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_setting_of_a_connector_is_in_its_readme() -> None:
    for module in discover(connectors, files=False):
        page = (Path(str(module.__file__)).parent / "README.md").read_text(encoding="utf-8")
        kinds = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, BaseSettings)]
        for kind in kinds:
            for field in kind.model_fields:
                assert f"`{kind.model_config['env_prefix']}{field.upper()}`" in page, field


def test_every_connector_guard_and_recogniser_is_where_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for room in ("connectors", "assist/guards", "assist/redaction/recognizers", "prompts"):
        assert f"({room}/README.md)" in readme


def test_every_action_of_the_audit_is_documented() -> None:
    page = (DOCS / "audit.md").read_text(encoding="utf-8")
    noted = re.compile(r'note\(\s*session,\s*"([a-z]+\.[a-z]+)"')
    found = {
        name for file in (ROOT / "assist").rglob("*.py") for name in noted.findall(file.read_text(encoding="utf-8"))
    }
    assert {"approval.used", "chatbot.answered"} <= found
    for name in found:
        assert f"`{name}`" in page, name
