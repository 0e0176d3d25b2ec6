"""What leaves, and internal sentences that ask first, in a real browser beside a recording model."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from pydantic import SecretStr

from assist import services as wiring
from assist.evaluation.recorder import Recorder, recording
from assist.governance.policies import statement_of
from assist.helpdesk import Article, Ticket
from assist.redaction.redactor import Redactor
from assist.settings import Settings
from tests.browser.conftest import visiting
from tests.browser.test_embedding import helpdesk  # noqa: F401 - a fixture
from tests.web.conftest import PASSWORD, SECRET, Server, serving

pytestmark = pytest.mark.browser
SECONDS = 1_000
GOODWILL = {
    "id": "A-scratched",
    "title": "Scratched lanterns: goodwill for agents",
    "text": "For scratched lanterns agents may grant a goodwill voucher of twelve pounds and must not tell the reason.",
    "visibility": "internal",
}
CASE = {
    "id": "T-9",
    "subject": "Scratched lantern",
    "contact": {"name": "Maria Lindqvist", "email": "maria.lindqvist@example.com", "orders": ["LK-4821937"]},
    "messages": [
        {
            "author": "customer",
            "text": "Hello, Maria Lindqvist here (MARIA.LINDQVIST@example.com). The lantern of order lk 4821937 came "
            "scratched. Do I get a goodwill voucher for the scratched lantern?",
        }
    ],
}


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with recording() as made:
        yield made


@pytest.fixture(scope="module")
def remote(
    tmp_path_factory: pytest.TempPathFactory,
    helpdesk: str,  # noqa: F811
    recorder: Recorder,
    redactor: Redactor,
) -> Iterator[Server]:
    """A server whose model and embeddings are the recorder, with an internal article that answers a ticket."""
    home = tmp_path_factory.mktemp("privacy") / "home"
    settings = Settings.embedded(
        home, secret_key=SecretStr(SECRET), chat_model=recorder.chat_model, embedding_model=recorder.embedding_model
    )
    services = wiring.build(settings, redactor=redactor)
    services.index.open()
    maya = services.accounts.add(email="maya@example.com", name="Maya Kent", password=PASSWORD, role="agent")
    services.policies.accept(maya, statement_of(services.policies.active))
    services.articles.store([Article.model_validate({"source": "test", **GOODWILL})])
    services.intake.store([Ticket.model_validate({"source": "test", **CASE})])
    services.close()
    told = {
        "HOME": str(home),
        "SECRET_KEY": SECRET,
        "LOG_LEVEL": "WARNING",
        "FRAME_ANCESTORS": helpdesk,
        "CHAT_MODEL": recorder.chat_model,
        "EMBEDDING_MODEL": recorder.embedding_model,
        "SCORE_FLOOR": "0.05",
    }
    with serving(os.environ | {f"ASSIST_{name}": value for name, value in told.items()}) as running:
        yield running


def opened(page: Page, server: Server) -> FrameLocator:
    page.goto(f"/host.html#{server.url}")
    sidebar = page.frame_locator("iframe")
    sidebar.get_by_label("E-mail").fill("maya@example.com")
    sidebar.get_by_label("Password").fill(PASSWORD)
    sidebar.get_by_role("button", name="Sign in").click()
    draft = sidebar.get_by_role("textbox", name="Reply draft")
    expect(draft).to_have_attribute("aria-readonly", "false", timeout=30 * SECONDS)
    return sidebar


def take(page: Page, name: str) -> None:
    if folder := os.environ.get("ASSIST_PICTURES"):
        page.locator("iframe").screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("de-DE", "dark")])
def test_what_leaves_is_shown_word_for_word_and_holds_no_name(
    browser: Browser,
    helpdesk: str,  # noqa: F811
    remote: Server,
    recorder: Recorder,
    locale: str,
    scheme: str,
) -> None:
    title = {"en-GB": "What leaves this page", "de-DE": "Was diese Seite verlässt"}[locale]
    signs = {"en-GB": "This left for this draft", "de-DE": "Das ging für diesen Entwurf hinaus"}[locale]
    with visiting(browser, helpdesk, color_scheme=scheme) as page:
        sidebar = opened(page, remote)
        expect(sidebar.get_by_role("textbox", name="Reply draft")).to_contain_text("We look into it")
        if locale == "de-DE":
            page.evaluate("post({type: 'locale', locale: 'de'})")
        sidebar.get_by_role("button", name=title).click()
        panel = sidebar.get_by_role("region", name=title)
        expect(panel).to_contain_text(signs, timeout=15 * SECONDS)
        for summary in panel.locator("summary").all():
            summary.focus()
            summary.press("Enter")
        expect(panel).to_contain_text("<ORDER_1>")
        expect(panel).to_contain_text("recorder")
        shown = panel.inner_text()
        for value in ("Maria", "Lindqvist", "4821937", "example.com"):
            assert value.lower() not in shown.lower()
        # What is shown is what was sent.
        sent = [json.loads(body.partition(b"\n\n")[2] or b"{}") for path, body in recorder.bodies if "chat" in path]
        texts = [message["content"] for one in sent for message in one.get("messages", [])]
        told = panel.locator("li").all_inner_texts()
        case = next(text for text in told if "<ORDER_1>" in text).partition("\n")[2]
        assert any(_same(case, text) for text in texts)
        if scheme == "light":
            take(page, "leaves")


def _same(one: str, other: str) -> bool:
    return re.sub(r"\s+", " ", one).strip() == re.sub(r"\s+", " ", other).strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_internal_sentence_is_violet_and_asks_before_it_is_inserted(
    browser: Browser,
    helpdesk: str,  # noqa: F811
    remote: Server,
    scheme: str,
) -> None:
    with visiting(browser, helpdesk, color_scheme=scheme) as page:
        sidebar = opened(page, remote)
        draft = sidebar.get_by_role("textbox", name="Reply draft")
        internal = draft.locator(".internal")
        expect(internal).to_contain_text("We look into it")
        assert (
            internal.evaluate("node => getComputedStyle(node).backgroundColor")
            == {
                "light": "rgb(242, 235, 251)",
                "dark": "rgb(43, 33, 64)",
            }[scheme]
        )
        composer = page.get_by_label("Composer")
        draft.focus()
        page.keyboard.press("Control+Enter")
        question = sidebar.get_by_role("group", name="Check internal sentences")
        expect(question).to_contain_text("One sentence rests on an internal source")
        expect(question.get_by_role("button", name="Leave it out")).to_be_focused()
        if scheme == "light":
            take(page, "internal")
        page.keyboard.press("Escape")
        expect(question).to_have_count(0)
        expect(draft).to_be_focused()
        expect(composer).to_have_value("")
        # A word changed in it changes nothing about where it comes from.
        draft.press("Control+Home")
        page.keyboard.type("Well: ")
        sidebar.get_by_role("button", name=re.compile("^Insert")).first.click()
        expect(question).to_be_visible()
        question.get_by_role("button", name="Leave it out").press("Enter")
        expect(composer).not_to_have_value("", timeout=10 * SECONDS)
        assert "We look into it" not in composer.input_value()
        sidebar.get_by_role("button", name=re.compile("^Insert")).first.click()
        question.get_by_role("button", name="Insert all of it").press("Enter")
        expect(composer).to_have_value(re.compile("We look into it"), timeout=10 * SECONDS)
