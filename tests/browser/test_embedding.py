"""The sidebar inside a helpdesk of another origin, which knows nothing but the frame's contract."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import visiting
from tests.web.conftest import PASSWORD, Server, prepare, serving

pytestmark = pytest.mark.browser


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[str]:
    """Another web server, with a page that frames the sidebar."""
    handler = partial(Quiet, directory=str(Path(__file__).parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # `localhost` is another site than `127.0.0.1`: cookies are not shared, as in a real helpdesk.
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def assist(tmp_path_factory: pytest.TempPathFactory, helpdesk: str) -> Iterator[Server]:
    environment = prepare(tmp_path_factory.mktemp("embedded") / "home", frame_ancestors=helpdesk)
    with serving(environment) as running:
        yield running


@pytest.fixture
def page(browser: Browser, helpdesk: str) -> Iterator[Page]:
    with visiting(browser, helpdesk) as opened:
        yield opened


def test_draft_is_inserted_into_a_foreign_helpdesk_but_never_into_another_ticket(page: Page, assist: Server) -> None:
    page.goto(f"/host.html#{assist.url}")
    sidebar = page.frame_locator("iframe")
    sidebar.get_by_label("E-mail").fill("maya@example.com")
    sidebar.get_by_label("Password").fill(PASSWORD)
    sidebar.get_by_role("button", name="Sign in").click()
    draft = sidebar.get_by_role("textbox", name="Reply draft")
    expect(draft).to_contain_text("60 days", timeout=30_000)

    # The agent has switched tickets, and the helpdesk has not told the sidebar yet.
    page.get_by_label("Ticket").fill("T-10")
    sidebar.get_by_role("button", name=re.compile("^Insert")).click()
    expect(sidebar.get_by_role("status").filter(has_text="T-10").first).to_be_visible(timeout=10_000)
    expect(page.get_by_label("Composer")).to_have_value("")

    page.get_by_label("Ticket").fill("T-9")
    sidebar.get_by_role("button", name=re.compile("^Insert")).click()
    expect(page.get_by_label("Composer")).to_have_value(re.compile("60 days"), timeout=10_000)


def test_helpdesk_that_is_not_listed_cannot_frame_the_sidebar(browser: Browser, helpdesk: str, assist: Server) -> None:
    with visiting(browser, helpdesk.replace("localhost", "127.0.0.1")) as page:
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(f"/host.html#{assist.url}")
        expect(page.frame_locator("iframe").get_by_label("E-mail")).to_have_count(0)
