"""The admins' page in a real browser: the kill switch, another policy, and what the sidebar then shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assist.governance.policy.reading import DEFAULT
from tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEXT = DEFAULT.read_text(encoding="utf-8")


@pytest.fixture
def admin(page: Page) -> Iterator[Page]:
    sign_in(page, "Admin")
    page.goto("/admin")
    expect(page.get_by_role("heading", name="Kill switch")).to_be_visible()
    yield page
    page.request.post("/admin/release", data={"scope": "all", "name": ""})


def test_admin_switches_off_and_the_sidebar_says_why(admin: Page) -> None:
    admin.get_by_label("Reason, which agents read").fill("The model invents refunds")
    admin.get_by_role("button", name="Switch off").click()
    expect(admin.get_by_text("The model invents refunds")).to_be_visible()
    admin.goto("/demo")
    admin.get_by_role("button", name="Beacon wont connect").first.click()
    frame = admin.frame_locator("iframe")
    frame.locator("assist-draft").get_by_role("button", name=re.compile("Try again|Update|Draft")).first.click(
        timeout=30_000
    )
    expect(frame.get_by_text("Reason given: The model invents refunds").first).to_be_visible(timeout=30_000)
    admin.goto("/admin")
    admin.get_by_role("button", name="Switch on again").click()
    expect(admin.get_by_text("Nothing is switched off.")).to_be_visible()
    # On again, whoever opens the ticket gets a draft without asking.
    admin.goto("/demo")
    admin.get_by_role("button", name="Beacon wont connect").first.click()
    draft = frame.get_by_role("textbox", name="Reply draft")
    expect(draft).to_have_attribute("aria-readonly", "false", timeout=30_000)


def test_admin_checks_a_policy_before_it_counts(admin: Page) -> None:
    box = admin.get_by_label("Policy as YAML")
    box.fill("marks: loud")
    admin.get_by_role("button", name="Check", exact=True).click()
    expect(admin.get_by_role("alert")).to_contain_text("docs/policy.md")
    box.fill(TEXT.replace("marks: tag", "marks: note"))
    admin.get_by_role("button", name="Check", exact=True).click()
    expect(admin.get_by_text("marks: tag → note")).to_be_visible(timeout=60_000)
    admin.get_by_role("button", name=re.compile("^Activate [0-9a-f]{12}$")).click()
    expect(admin.get_by_text("The policy is active")).to_be_visible()
    expect(admin.get_by_text("The helpdesk gets a private note")).to_be_visible()
    admin.get_by_role("button", name="Activate again").first.click()
    expect(admin.get_by_text("The helpdesk gets a tag")).to_be_visible()
    expect(admin.get_by_role("region", name="Restricted topics")).to_contain_text("Self-harm")
