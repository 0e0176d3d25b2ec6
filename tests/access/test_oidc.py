"""Signing in at a real identity provider, and everything it or somebody in between may say that is not believed."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from assist import services as wiring
from assist.redaction.redactor import Redactor
from assist.settings import Settings
from assist.store.models import AuditEvent, User
from assist.web import AssistApp, create_app
from tests.access.conftest import SECRET, serving
from tests.access.provider import Tampering, provider

CLIENT_SECRET = "the client's own secret"
ROLES = {"support-leads": "lead", "support": "agent", "it": "admin"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as url:
        yield url


@pytest.fixture
def between(issuer: str) -> Iterator[tuple[Tampering, str]]:
    held = Tampering(issuer)
    with held.serving() as url:
        yield held, url


class Visitor:
    """A browser of somebody whom the provider knows."""

    def __init__(self, app: AssistApp, url: str, provider: str) -> None:
        self.app, self.url, self.provider = app, url, provider
        self.client = httpx.Client(follow_redirects=False, timeout=20)

    def known_as(self, subject: str, **claims: Any) -> None:
        answer = httpx.put(f"{self.provider}/users/{subject}", json=claims)
        assert answer.status_code == 204

    def to_provider(self, target: str = "/account") -> httpx.URL:
        answer = self.client.get(f"{self.url}/oidc/sign-in", params={"next": target})
        assert answer.status_code == 302
        return httpx.URL(answer.headers["location"])

    def consent(self, where: httpx.URL, subject: str) -> str:
        """Sign in at the provider; gives where it sends the browser."""
        answer = httpx.post(where, data={"sub": subject}, timeout=20)
        assert answer.status_code in {302, 303}, answer.text
        return str(answer.headers["location"])

    def sign_in(self, subject: str) -> httpx.Response:
        return self.client.get(self.consent(self.to_provider(), subject))

    def users(self) -> list[User]:
        return self.app.services.accounts.all()


@pytest.fixture
def visit(tmp_path: Path, redactor: Redactor) -> Iterator[Any]:
    closing: list[Any] = []

    def make(issuer: str, at: str = "", **settings: Any) -> Visitor:
        chosen = {"oidc_roles": ROLES, "oidc_client_secret": CLIENT_SECRET, **settings}
        made = Settings(
            home=tmp_path / "home", secret_key=SECRET, oidc_issuer=issuer, oidc_client_id="assist", **chosen
        )  # type: ignore[arg-type]
        services = wiring.build(made, redactor=redactor)
        app = create_app(made, services)
        server = serving(app)
        visitor = Visitor(app, server.__enter__().replace("127.0.0.1", "localhost"), at or issuer)
        closing.extend([visitor.client.close, lambda: server.__exit__(), services.close])
        return visitor

    yield make
    for close in closing:
        close()


def test_person_signs_in_and_gets_an_account_with_role_and_groups(issuer: str, visit: Any) -> None:
    visitor = visit(issuer, oidc_group_claim="desks")
    visitor.known_as("u1", email="Maya@Example.com", name="Maya Kent", groups=["support"], desks=["billing", "returns"])
    where = visitor.to_provider("/account")
    asked = parse_qs(urlsplit(str(where)).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["nonce"][0]
    assert asked["state"][0]
    done = visitor.client.get(visitor.consent(where, "u1"))
    assert (done.status_code, done.headers["location"]) == (302, "/account")
    page = visitor.client.get(f"{visitor.url}/account")
    assert "Maya Kent" in page.text
    user = visitor.users()[0]
    assert (user.email, user.role, user.groups) == ("maya@example.com", "agent", ["billing", "returns"])
    assert user.password_hash == ""
    assert visitor.client.post(f"{visitor.url}/api/token", json={}).json()["user"]["role"] == "agent"


def test_account_without_a_password_opens_with_none(issuer: str, visit: Any) -> None:
    visitor = visit(issuer)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    assert visitor.sign_in("u1").status_code == 302
    for password in ("", " ", "nobody's password"):
        answer = visitor.client.post(f"{visitor.url}/login", data={"email": "maya@example.com", "password": password})
        assert answer.status_code in {400, 401}


def test_role_follows_the_provider_and_its_loss_ends_the_sessions(issuer: str, visit: Any) -> None:
    visitor = visit(issuer)
    visitor.known_as("u1", email="maya@example.com", groups=["support", "support-leads"])
    assert visitor.sign_in("u1").status_code == 302
    assert visitor.users()[0].role == "lead"
    assert visitor.client.get(f"{visitor.url}/lead").status_code == 200
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    second = Visitor(visitor.app, visitor.url, issuer)
    assert second.sign_in("u1").status_code == 302
    # What was begun as a lead is over.
    assert visitor.client.get(f"{visitor.url}/lead").headers["location"].startswith("/login")
    visitor.known_as("u1", email="maya@example.com", groups=["somewhere-else"])
    third = Visitor(visitor.app, visitor.url, issuer)
    assert third.sign_in("u1").status_code == 403
    assert second.client.get(f"{visitor.url}/account").headers["location"].startswith("/login")
    second.client.close()
    third.client.close()


def test_who_has_no_role_gets_no_account(issuer: str, visit: Any) -> None:
    visitor = visit(issuer)
    for groups in ([], ["strangers"], "admin", None, {"support": True}, ["SUPPORT"]):
        visitor.known_as("u1", email="maya@example.com", groups=groups)
        answer = visitor.sign_in("u1")
        assert answer.status_code == 403
        assert "no role here" in answer.text
    assert visitor.users() == []
    assert visitor.client.get(f"{visitor.url}/account").status_code == 302


def test_agent_without_a_group_is_refused_where_groups_are_told(issuer: str, visit: Any) -> None:
    visitor = visit(issuer, oidc_group_claim="desks", oidc_groups={"d-billing": "billing"})
    visitor.known_as("u1", email="maya@example.com", groups=["support"], desks=["d-unknown"])
    assert visitor.sign_in("u1").status_code == 403
    assert visitor.users() == []
    visitor.known_as("u1", email="maya@example.com", groups=["support"], desks=["d-unknown", "d-billing"])
    assert visitor.sign_in("u1").status_code == 302
    assert visitor.users()[0].groups == ["billing"]


@pytest.mark.parametrize(("verified", "status"), [(True, 302), (False, 403), ("true", 403), (None, 403)])
def test_local_account_is_taken_over_by_a_verified_address_only(
    issuer: str, visit: Any, verified: object, status: int
) -> None:
    visitor = visit(issuer)
    accounts = visitor.app.services.accounts
    accounts.add(email="ruth@example.com", name="Ruth", password="a long enough password", role="admin")
    visitor.known_as("u2", email="ruth@example.com", email_verified=verified, groups=["support"])
    assert visitor.sign_in("u2").status_code == status
    user = visitor.users()[0]
    assert (user.role, bool(user.oidc_subject)) == (("agent", True) if status == 302 else ("admin", False))


def test_closed_account_stays_closed(issuer: str, visit: Any) -> None:
    visitor = visit(issuer)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    assert visitor.sign_in("u1").status_code == 302
    visitor.app.services.accounts.change("maya@example.com", active=False)
    assert visitor.sign_in("u1").status_code == 403


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: re.sub("state=[^&]+", "state=forged", url),
        lambda url: re.sub("[?&]state=[^&]+", "", url).replace("callback&", "callback?"),
        lambda url: re.sub("code=[^&]+", "code=forged", url),
        lambda url: url.partition("?")[0],
        lambda url: url.partition("?")[0] + "?error=access_denied&error_description=<script>",
    ],
    ids=["forged state", "no state", "forged code", "nothing", "denied"],
)
def test_answer_that_is_not_to_our_question_is_refused(issuer: str, visit: Any, spoil: Any) -> None:
    visitor = visit(issuer)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    back = visitor.consent(visitor.to_provider(), "u1")
    answer = visitor.client.get(spoil(back))
    assert answer.status_code == 401
    assert "<script>" not in answer.text
    assert visitor.users() == []


def test_answer_in_another_browser_or_a_second_time_is_refused(issuer: str, visit: Any) -> None:
    visitor = visit(issuer)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    back = visitor.consent(visitor.to_provider(), "u1")
    assert httpx.get(back).status_code == 401
    assert visitor.client.get(back).status_code == 302
    assert visitor.client.get(back).status_code == 401


def _later(seconds: int) -> int:
    return int(time.time()) + seconds


WRONG: dict[str, Any] = {
    "nonce": lambda claims: {**claims, "nonce": "of another sign-in"},
    "no nonce": lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
    "audience": lambda claims: {**claims, "aud": "another client"},
    "audience list": lambda claims: {**claims, "aud": ["another client", "and another"]},
    "no audience": lambda claims: {k: v for k, v in claims.items() if k != "aud"},
    "authorised party": lambda claims: {**claims, "aud": ["assist", "other"], "azp": "other"},
    "expired": lambda claims: {**claims, "exp": _later(-3600), "iat": _later(-7200)},
    "no end": lambda claims: {k: v for k, v in claims.items() if k != "exp"},
    "issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "no subject": lambda claims: {k: v for k, v in claims.items() if k != "sub"},
    "from the future": lambda claims: {**claims, "nbf": _later(3600)},
}


@pytest.mark.parametrize("name", WRONG)
def test_token_with_wrong_claims_is_refused(between: tuple[Tampering, str], visit: Any, name: str) -> None:
    tampering, url = between
    visitor = visit(url, at=tampering.provider)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    # Unchanged but signed anew it passes: what is refused below is refused for its claim.
    assert visitor.sign_in("u1").status_code == 302
    tampering.change = WRONG[name]
    other = Visitor(visitor.app, visitor.url, tampering.provider)
    answer = other.sign_in("u1")
    assert answer.status_code == 401, name
    assert other.client.get(f"{visitor.url}/account").status_code == 302
    assert tampering.tokens == 2
    other.client.close()


@pytest.mark.parametrize("algorithm", ["none", "HS256", "foreign"])
@pytest.mark.parametrize("offered", [["RS256"], ["none", "HS256", "RS256"], ["none"]])
def test_token_that_the_provider_did_not_sign_is_refused(
    between: tuple[Tampering, str], visit: Any, algorithm: str, offered: list[str]
) -> None:
    tampering, url = between
    tampering.algorithm = algorithm
    tampering.metadata = {"id_token_signing_alg_values_supported": offered}
    visitor = visit(url, at=tampering.provider)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    assert visitor.sign_in("u1").status_code == 401
    assert visitor.users() == []


def test_code_is_redeemed_with_the_verifier_of_its_challenge(between: tuple[Tampering, str], visit: Any) -> None:
    tampering, url = between
    visitor = visit(url, at=tampering.provider)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    where = visitor.to_provider()
    assert visitor.client.get(visitor.consent(where, "u1")).status_code == 302
    digest = hashlib.sha256(tampering.asked["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == where.params["code_challenge"]
    assert CLIENT_SECRET not in str(tampering.asked)


def test_provider_of_another_name_is_not_believed(between: tuple[Tampering, str], visit: Any) -> None:
    tampering, url = between
    tampering.metadata = {"issuer": "https://evil.example"}
    visitor = visit(url, at=tampering.provider)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    assert visitor.sign_in("u1").status_code == 401


def test_provider_that_is_away_is_an_error_to_act_on(visit: Any) -> None:
    visitor = visit("http://localhost:9")
    answer = visitor.client.get(f"{visitor.url}/oidc/sign-in", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["error"]["message"]


def test_signing_out_ends_the_session_and_offers_the_providers_end(issuer: str, visit: Any) -> None:
    visitor = visit(issuer)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    visitor.sign_in("u1")
    answer = visitor.client.post(f"{visitor.url}/logout")
    assert answer.headers["location"] == "/oidc/signed-out"
    page = visitor.client.get(f"{visitor.url}/oidc/signed-out")
    assert f"{issuer}/oauth2/end_session" in page.text
    assert visitor.client.get(f"{visitor.url}/account").status_code == 302


def test_passwords_can_be_left_to_the_provider_alone(issuer: str, visit: Any) -> None:
    visitor = visit(issuer, local_sign_in=False)
    visitor.app.services.accounts.add(email="a@example.com", name="A", password="a long enough password", role="agent")
    form = {"email": "a@example.com", "password": "a long enough password"}
    assert visitor.client.post(f"{visitor.url}/login", data=form).status_code == 404
    assert visitor.client.post(f"{visitor.url}/api/token", json=form).status_code == 404
    assert 'name="password"' not in visitor.client.get(f"{visitor.url}/login").text


def test_sign_ins_are_in_the_audit(issuer: str, visit: Any) -> None:
    from sqlmodel import select

    visitor = visit(issuer)
    visitor.known_as("u1", email="maya@example.com", groups=["support"])
    visitor.sign_in("u1")
    with visitor.app.services.database.reading() as session:
        rows = [row for row in session.exec(select(AuditEvent)) if row.action.startswith("user.")]
    assert [row.action for row in rows] == ["user.added", "user.entered"]
    assert rows[1].detail == {"user": 1, "by": "oidc"}
