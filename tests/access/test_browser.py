"""In a real browser: signing in elsewhere, by page and by sidebar, and two people for a restricted reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from assist import services as wiring
from assist.redaction.redactor import Redactor
from assist.settings import Settings
from assist.store.models import Suggestion
from assist.web import create_app
from tests.access.conftest import SECRET, House, serving
from tests.access.provider import provider
from tests.browser.conftest import visiting

pytestmark = pytest.mark.browser
TEXT = "We looked at the chargeback and answer your bank."


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, redactor: Redactor) -> Iterator[str]:
    """A server whose people sign in at a real provider, where Maya is an agent."""
    with provider() as issuer:
        settings = Settings(
            home=tmp_path_factory.mktemp("elsewhere") / "home", secret_key=SECRET, oidc_issuer=issuer,
            oidc_client_id="assist", oidc_client_secret="a client secret",
            oidc_roles={"support": "agent"}, oidc_name="Acme sign-on",
        )  # type: ignore[arg-type]  # fmt: skip
        claims = {"email": "maya@example.com", "name": "Maya Kent", "groups": ["support"]}
        assert httpx.put(f"{issuer}/users/maya", json=claims).status_code == 204
        services = wiring.build(settings, redactor=redactor)
        with serving(create_app(settings, services)) as url:
            yield url.replace("127.0.0.1", "localhost")
        services.close()


def at_the_provider(page: Page) -> None:
    page.locator("input[name=sub]").fill("maya")
    page.get_by_role("button", name=re.compile("authorize", re.IGNORECASE)).first.click()


def test_person_signs_in_at_the_provider_and_out_again(browser: Browser, elsewhere: str) -> None:
    with visiting(browser, elsewhere) as page:
        page.goto("/account")
        page.get_by_role("link", name="Acme sign-on").click()
        at_the_provider(page)
        expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        expect(page.locator("dl")).to_contain_text("maya@example.com")
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_role("heading", name="You are signed out here")).to_be_visible()
        page.goto("/account")
        expect(page.get_by_role("link", name="Acme sign-on")).to_be_visible()


def test_sidebar_signs_in_at_the_provider_in_a_window_of_its_own(browser: Browser, elsewhere: str) -> None:
    with visiting(browser, elsewhere) as page:
        page.goto("/sidebar")
        with page.expect_popup() as opened:
            page.get_by_role("button", name="Acme sign-on").click()
        popup = opened.value
        at_the_provider(popup)
        expect(page.get_by_role("button", name="Acme sign-on")).to_have_count(0, timeout=20_000)
        expect(page.get_by_text("No ticket", exact=False).first).to_be_visible()


@pytest.fixture
def drafted(house: House) -> None:
    sentence = {"text": TEXT, "kind": "sourced", "sources": [1], "internal": False, "paragraph": False, "flags": []}
    source = {"n": 1, "kind": "article", "title": "Law", "text": TEXT, "score": 0.9, "matched_terms": []}
    with house.services.database.session() as session:
        session.add(
            Suggestion(
                ticket_id=house.tickets["in"].id or 0,
                status="done",
                drafts=[{"label": "", "sentences": [sentence]}],
                sources=[{**source, "visibility": "public"}],
            )
        )


def at_the_ticket(page: Page, house: House, role: str) -> Any:
    cookie = house.cookie(role)["assist"]
    page.context.add_cookies([{"name": "assist", "value": cookie, "url": house.url}])
    page.goto("/demo")
    page.get_by_role("button", name=re.compile("A parcel.*Returns")).first.click()
    return page.frame_locator("iframe")


@pytest.mark.usefixtures("drafted")
def test_restricted_draft_is_inserted_after_a_colleague_agreed(browser: Browser, house: House) -> None:
    with visiting(browser, house.url) as one, visiting(browser, house.url) as two:
        agent, lead = at_the_ticket(one, house, "agent"), at_the_ticket(two, house, "lead")
        agent.get_by_role("button", name=re.compile("^Insert")).click(timeout=20_000)
        expect(agent.get_by_text("A second person must agree").first).to_be_visible(timeout=20_000)
        # Others may wait at this ticket too.
        mine, asked = (who.get_by_role("article").filter(has_text=TEXT) for who in (agent, lead))
        expect(mine.get_by_text("Your text waits for a second person: Chargeback")).to_be_visible()
        expect(one.locator("textarea").first).to_have_value("")
        question = asked.get_by_text("Agent Test asks you to be the second person: Chargeback")
        expect(question).to_be_visible(timeout=20_000)
        expect(asked.locator("blockquote")).to_contain_text(TEXT)
        asked.get_by_role("button", name="I agree to this text").click()
        expect(agent.get_by_text("Lead Test agreed").first).to_be_visible(timeout=20_000)
        agent.get_by_role("button", name=re.compile("^Insert")).click()
        expect(one.locator("textarea").first).to_have_value(re.compile("chargeback"), timeout=20_000)


def test_lead_decides_on_the_page_of_second_approvals(browser: Browser, house: House) -> None:
    text = "The chargeback's page. Line two."
    house.services.sender.approve(house.tickets["in"], user=house.person("agent"), text=text)
    with visiting(browser, house.url) as page:
        page.context.add_cookies([{"name": "assist", "value": house.cookie("lead")["assist"], "url": house.url}])
        page.goto("/approvals")
        card = page.locator("article.card", has_text=text)
        card.get_by_role("button", name="Refuse").click()
        expect(page.get_by_role("status")).to_contain_text("Refused")
        expect(page.locator("article.card", has_text=text)).to_have_count(0)
