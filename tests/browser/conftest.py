"""A real Chromium on the demo, as a visitor meets it."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.conftest import Server, serving

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("demo") / "home"
    environment = os.environ | {"ASSIST_HOME": str(home), "ASSIST_DEMO": "1", "ASSIST_LOG_LEVEL": "WARNING"}
    with serving(environment) as running:
        _wait_for_history(running.url)
        yield running


def _wait_for_history(url: str) -> None:
    """The demo fills the lead's page while it serves already; figures are compared once that has ended."""
    before, still = -1, 0
    with httpx.Client(base_url=url, timeout=30) as lead:
        assert lead.post("/demo/sign-in", json={"role": "lead"}).status_code == 200
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            count = lead.get("/lead/stats.json").json()["totals"]["suggestions"]
            still = still + 1 if count and count == before else 0
            # A busy machine may pause between two drafts.
            if still == 4:
                return
            before = count
            time.sleep(2)
    pytest.fail("the demo's history did not get ready")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with these tests: while it is open its event loop would stand in the way of asynchronous ones."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A fresh visitor; what the page's scripts complain about fails the test."""
    context = browser.new_context(
        **{"base_url": url, "viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def page(browser: Browser, demo: Server) -> Iterator[Page]:
    with visiting(browser, demo.url) as opened:
        yield opened


@pytest.fixture
def another(browser: Browser, demo: Server) -> Iterator[Page]:
    """A second person at another machine."""
    with visiting(browser, demo.url) as opened:
        yield opened


@pytest.fixture
def picture(page: Page) -> Callable[[str], None]:
    """Take a picture for the documentation when ASSIST_PICTURES names the folder; `make docs` does."""

    def take(name: str) -> None:
        folder = os.environ.get("ASSIST_PICTURES")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png")

    return take


def sign_in(page: Page, role: str) -> None:
    """Sign in to the demo with one click."""
    page.goto("/demo/sign-in")
    page.get_by_role("button", name=re.compile(f"^{role}", re.IGNORECASE)).click()
    page.wait_for_url(re.compile("/(demo|lead)$"))
