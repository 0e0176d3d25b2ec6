"""Every page at every width, light and dark: nothing scrolls sideways, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in, visiting
from tests.web.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = AXE_FILE_PATH.read_text()
WIDTHS = (320, 768, 1280)


def helpdesk(page: Page) -> None:
    sign_in(page, "Agent")
    page.get_by_role("button", name="Beacon wont connect").first.click()
    draft = page.frame_locator("iframe").get_by_role("textbox", name="Reply draft")
    expect(draft).to_have_attribute("aria-busy", "false", timeout=30_000)


def sidebar_pane(page: Page) -> None:
    helpdesk(page)
    tab = page.get_by_role("button", name="Assist", exact=True)
    if tab.is_visible():
        tab.click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Not useful").click()
    frame.locator("assist-sources").get_by_role("button").first.click()


def nothing_found(page: Page) -> None:
    sign_in(page, "Agent")
    page.get_by_role("button", name="PFAS").first.click()
    tab = page.get_by_role("button", name="Assist", exact=True)
    if tab.is_visible():
        tab.click()
    expect(page.frame_locator("iframe").get_by_text("No approved source covers this").first).to_be_visible(
        timeout=30_000
    )


def lead(page: Page) -> None:
    sign_in(page, "Team lead")
    expect(page.locator("#main")).to_contain_text("By prompt version", timeout=15_000)


def as_admin(path: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        sign_in(page, "Admin")
        at(path)(page)

    return go


def admin(page: Page) -> None:
    sign_in(page, "Admin")
    page.goto("/admin")
    expect(page.get_by_role("heading", name="Versions")).to_be_visible(timeout=15_000)


def chat(page: Page) -> None:
    page.goto("/demo/shop")
    page.locator("assist-chat button.launch").click()
    expect(page.get_by_role("log")).to_contain_text("Hello", timeout=15_000)


def at(path: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(path)
        page.wait_for_load_state("networkidle")

    return go


PAGES: dict[str, Callable[[Page], None]] = {
    "helpdesk": helpdesk,
    "sidebar": sidebar_pane,
    "nothing found": nothing_found,
    "lead": lead,
    "audit": as_admin("/admin/audit"),
    "second approval": as_admin("/approvals"),
    "account": as_admin("/account"),
    "admin": admin,
    "chatbot": chat,
    "sign-in of the demo": at("/demo/sign-in"),
    "sign-in": at("/login"),
    "sidebar, signed out": at("/sidebar"),
    "no such page": at("/no-such-page"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_and_is_accessible(browser: Browser, demo: Server, name: str, scheme: str) -> None:
    with visiting(browser, demo.url, color_scheme=scheme, bypass_csp=True) as page:
        PAGES[name](page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for frame in page.frames:
                wide, room = frame.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
                assert wide <= room, f"{name} at {width} px: {wide} in {room}"
        for width in (WIDTHS[0], WIDTHS[-1]):
            page.set_viewport_size({"width": width, "height": 900})
            for frame in page.frames:
                frame.evaluate(AXE)
                found = frame.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
                told = [
                    f"{rule['id']}: {rule['help']}: " + "; ".join(str(node["target"]) for node in rule["nodes"][:3])
                    for rule in found["violations"]
                ]
                assert told == [], f"{name} at {width} px"


@pytest.mark.parametrize("path", ["/demo/sign-in", "/demo", "/lead", "/demo/shop", "/approvals", "/account"])
def test_pages_speak_german(browser: Browser, demo: Server, path: str) -> None:
    with visiting(browser, demo.url, locale="de-DE") as page:
        page.request.post("/demo/sign-in", data={"role": "lead"})
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.locator("html").get_attribute("lang") == "de"
        page.set_viewport_size({"width": 320, "height": 900})
        for frame in page.frames:
            wide, room = frame.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert wide <= room
