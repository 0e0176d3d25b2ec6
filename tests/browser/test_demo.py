"""The demo as its three visitors use it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser
SECONDS = 1_000
SLOW = 30 * SECONDS


def open_ticket(page: Page, subject: str) -> tuple[FrameLocator, Locator]:
    """Open a ticket in the demo helpdesk; gives the sidebar and its draft, once that is there."""
    page.get_by_role("button", name=subject).first.click()
    sidebar = page.frame_locator("iframe")
    draft = sidebar.get_by_role("textbox", name="Reply draft")
    expect(draft).to_have_attribute("aria-busy", "false", timeout=SLOW)
    expect(draft).to_have_attribute("aria-readonly", "false", timeout=SLOW)
    return sidebar, draft


def test_draft_is_edited_inserted_approved_and_counted(page: Page, picture: Callable[[str], None]) -> None:
    sign_in(page, "Team lead")
    before = page.request.get("/lead/stats.json").json()["totals"]
    sign_in(page, "Agent")
    sidebar, draft = open_ticket(page, "LOCKED OUT AGAIN")
    expect(draft).to_contain_text("locked for 30 minutes")
    picture("helpdesk")
    draft.press("Control+End")
    page.keyboard.type(" Stay well.")
    sidebar.get_by_role("button", name=re.compile("^Insert")).click()
    composer = page.get_by_label("Your reply to the customer")
    expect(composer).to_have_value(re.compile("locked for 30 minutes.*Stay well", re.DOTALL), timeout=15 * SECONDS)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log", name="Conversation")).to_contain_text("Stay well.", timeout=15 * SECONDS)
    sign_in(page, "Team lead")
    main = page.locator("#main")
    expect(main).to_contain_text(re.compile(rf"Inserted\s*{before['inserted'] + 1}(?!\d)"), timeout=SLOW)
    expect(main).to_contain_text(re.compile(rf"Sent, edited\s*{before['sent_edited'] + 1}(?!\d)"))
    picture("lead")


def test_customers_message_reaches_the_sidebar_and_makes_the_draft_stale(page: Page) -> None:
    sign_in(page, "Agent")
    sidebar, draft = open_ticket(page, "Cancel yearly Trail Plus")
    page.get_by_role("button", name="Play the customer").click()
    page.get_by_role("textbox", name="What the customer writes").fill("One more thing: the order is LK-4821937.")
    page.get_by_role("button", name="Write as the customer").click()
    expect(sidebar.get_by_text(re.compile("The customer wrote again"))).to_be_visible(timeout=15 * SECONDS)
    sidebar.get_by_role("button", name="Update").click()
    expect(sidebar.get_by_text(re.compile("The customer wrote again"))).to_have_count(0, timeout=SLOW)
    expect(draft).to_have_attribute("aria-busy", "false", timeout=SLOW)


def test_colleague_is_seen_and_their_note_marks_the_draft_stale(page: Page, another: Page) -> None:
    sign_in(page, "Agent")
    sidebar, _ = open_ticket(page, "Data deletion")
    sign_in(another, "Admin")
    another.get_by_role("button", name="Data deletion").first.click()
    expect(sidebar.locator("assist-presence")).to_contain_text(re.compile("AA|Alex"), timeout=15 * SECONDS)
    another.get_by_role("button", name="Internal note").click()
    another.get_by_role("textbox", name="A note for colleagues").fill("Identity checked by phone.")
    another.get_by_role("button", name="Add note").click()
    expect(sidebar.get_by_text(re.compile("Alex Admin added an internal note"))).to_be_visible(timeout=15 * SECONDS)


def test_edit_is_shown_word_by_word_and_can_be_undone_or_accepted(page: Page) -> None:
    sign_in(page, "Agent")
    sidebar, draft = open_ticket(page, "Beacon wont connect")
    before = draft.inner_text()
    sidebar.get_by_role("button", name="More formal").click()
    change = sidebar.get_by_role("region", name="The change, word by word")
    expect(change.locator("ins").first).to_be_visible(timeout=15 * SECONDS)
    page.keyboard.press("Escape")
    assert draft.inner_text() == before
    sidebar.get_by_role("button", name="More formal").click()
    sidebar.get_by_role("button", name="Accept").click()
    expect(draft).not_to_have_text(before)
    sidebar.get_by_role("button", name="Undo my changes").click()
    expect(draft).to_have_text(before, use_inner_text=True)


def test_instruction_says_honestly_that_it_needs_a_model(page: Page) -> None:
    sign_in(page, "Agent")
    sidebar, draft = open_ticket(page, "Price drop")
    before = draft.inner_text()
    sidebar.get_by_label(re.compile("Tell it what")).fill("offer a voucher")
    sidebar.get_by_role("button", name="Apply").click()
    expect(sidebar.get_by_text(re.compile("model", re.IGNORECASE)).first).to_be_visible(timeout=15 * SECONDS)
    assert draft.inner_text() == before


def test_alternatives_sources_and_rejection_by_keyboard(page: Page) -> None:
    sign_in(page, "Agent")
    sidebar, draft = open_ticket(page, "payment keeps failing")
    first = draft.inner_text()
    draft.focus()
    page.keyboard.press("Alt+Period")
    expect(draft).not_to_have_text(first, use_inner_text=True)
    page.keyboard.press("Alt+Comma")
    expect(draft).to_have_text(first, use_inner_text=True)
    page.keyboard.press("Alt+1")
    expect(sidebar.locator("assist-sources details[open], assist-sources [aria-expanded=true]").first).to_be_visible()
    reject = sidebar.get_by_role("button", name="Not useful")
    reject.focus()
    page.keyboard.press("Enter")
    sidebar.get_by_role("button", name="Too long").press("Enter")
    expect(sidebar.get_by_text("Not useful: Too long")).to_be_visible()


def test_customer_asks_the_chatbot_and_is_handed_to_a_person(page: Page, picture: Callable[[str], None]) -> None:
    page.goto("/demo/shop")
    page.get_by_role("button", name=re.compile("help|question|chat", re.IGNORECASE)).first.click()
    panel = page.get_by_role("log")
    expect(page.get_by_text(re.compile(r"\bAI\b")).first).to_be_visible(timeout=15 * SECONDS)
    field = page.get_by_role("textbox").first
    field.fill("My account is locked after too many wrong passwords, what can I do?")
    field.press("Enter")
    expect(panel).to_contain_text("30 minutes", timeout=SLOW)
    picture("chatbot")
    page.get_by_role("button", name=re.compile("person|human", re.IGNORECASE)).click()
    page.get_by_label(re.compile("mail", re.IGNORECASE)).fill("robin@example.com")
    page.get_by_role("button", name=re.compile("hand|person|send", re.IGNORECASE)).last.click()
    expect(panel).to_contain_text(re.compile("person|colleague|team", re.IGNORECASE), timeout=15 * SECONDS)
    sign_in(page, "Agent")
    expect(page.get_by_role("list", name="Tickets")).to_contain_text("My account is locked", timeout=15 * SECONDS)
