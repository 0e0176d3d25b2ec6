"""The main way, in a real browser: open, watch, edit, insert, approve, and see the figure change."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def sign_in(page: Page, role: str) -> None:
    page.goto("/demo/sign-in")
    page.get_by_role("button", name=re.compile(f"^{role}", re.IGNORECASE)).click()
    page.wait_for_url(re.compile("/(demo|lead)$"))


def test_draft_is_edited_inserted_approved_and_counted(page: Page) -> None:
    sign_in(page, "Agent")
    page.get_by_text("LOCKED OUT AGAIN").first.click()
    sidebar = page.frame_locator("iframe")
    draft = sidebar.get_by_role("textbox", name="Reply draft")
    expect(draft).to_contain_text("locked for 30 minutes", timeout=30_000)
    draft.press("Control+End")
    page.keyboard.type(" Stay well.")
    sidebar.get_by_role("button", name=re.compile("^Insert")).click()
    composer = page.get_by_label("Your reply to the customer")
    expect(composer).to_have_value(re.compile("locked for 30 minutes.*Stay well", re.DOTALL), timeout=15_000)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log", name="Conversation")).to_contain_text("Stay well.", timeout=15_000)
    sign_in(page, "Team lead")
    funnel = page.locator("body")
    expect(funnel).to_contain_text(re.compile(r"Inserted\s*1"), timeout=15_000)
    expect(funnel).to_contain_text(re.compile(r"Sent, edited\s*1"))
