"""What holds for every route: a limit, our own pages only, no inline script, no foreign frame."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import httpx
import pytest
import socketio
from limits import parse

from assist.web import AssistApp, create_app
from assist.web.delivery import SIDEBAR
from assist.web.limits import STATIC, limit_of
from tests.access.conftest import House, serving
from tests.access.rules import ROUTES
from tests.access.test_matrix import EVENTS, routes, socket

CHANGING = sorted(name for name in ROUTES if not name.startswith("GET "))
FROM_ANYWHERE = {
    "POST /chatbot/sessions",
    "POST /chatbot/messages",
    "POST /chatbot/handoff",
    "POST /connectors/<name>/events",
}


def path_of(house: House, name: str) -> str:
    held = {"source": "test", "ticket": "T-in", "waiting": "x", "hash": "x", "suggestion": "x", "approval": "x"}
    pattern = name.split(" ", 1)[1]
    return (ROUTES[name].at or pattern).format(**held)


@pytest.fixture
def strict(house: House) -> AssistApp:
    """The same house with a default limit of two a minute, and fresh counts."""
    settings = house.services.settings.model_copy(update={"default_limit": "2/minute"})
    return create_app(services=replace(house.services, settings=settings))


def test_every_route_has_a_limit(house: House, strict: AssistApp) -> None:
    assert len(routes(house)) > 40
    for name in routes(house):
        method, path = name.split(" ", 1)[0], path_of(house, name)
        client = strict.test_client()
        with strict.test_request_context(path, method=method) as context:
            endpoint = context.request.endpoint
        most = parse(limit_of(strict, endpoint)).amount
        # Of two routes with one endpoint the first has used the limit up already.
        statuses = []
        for _ in range(min(most, 120) + 1):
            with client.open(path, method=method) as answer:
                statuses.append(answer.status_code)
        if most <= 120:
            assert statuses[-1] == 429, name
        else:
            assert limit_of(strict, endpoint) in {STATIC, "3000/minute"}, name


def test_path_that_is_no_route_has_a_limit_too(strict: AssistApp) -> None:
    client = strict.test_client()
    assert [client.get(f"/guess/{n}").status_code for n in range(3)] == [404, 404, 429]


@pytest.mark.parametrize("name", EVENTS)
def test_every_socket_event_has_a_limit(house: House, strict: AssistApp, name: str) -> None:
    with serving(strict) as url:
        own = replace(house, app=strict, url=url)
        with socket(own, "lead") as client:
            answers = [client.call(name.split()[1], {}, SIDEBAR, timeout=20) for _ in range(3)]
    assert answers[-1]["error"]["code"] == "too_many_requests"
    assert all(answer.get("error", {}).get("code") != "too_many_requests" for answer in answers[:-1])


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Authorization": "Basic YTpi"},
]


@pytest.mark.parametrize("name", CHANGING)
def test_changing_route_refuses_other_sites_pages(house: House, name: str) -> None:
    method, path = name.split(" ", 1)[0], path_of(house, name)
    for foreign in FOREIGN:
        for cookies in (house.cookie("admin"), {}):
            with httpx.Client(base_url=house.url, cookies=cookies, timeout=30) as client:
                headers = {"Accept": "application/json", **foreign}
                for body in ({"json": {}}, {"data": {"a": "b"}}, {"content": b"{}"}):
                    answer = client.request(method, path, headers=headers, **body)  # type: ignore[arg-type]
                    refused = answer.status_code == 403 and "another site" in answer.json()["error"]["message"]
                    assert refused is (name not in FROM_ANYWHERE), f"{foreign}: {answer.status_code} {answer.text}"


def test_routes_from_anywhere_look_at_no_cookie(house: House) -> None:
    for name in FROM_ANYWHERE - {"POST /chatbot/sessions"}:
        answer = house.ask("POST", path_of(house, name), "admin", json={"session": "x", "id": "m-0001", "text": "x"})
        assert answer.status_code == 401, name


def test_socket_refuses_other_sites_pages(house: House) -> None:
    for namespace in (SIDEBAR, "/demo"):
        client = socketio.Client(reconnection=False)
        cookie = "; ".join(f"{name}={value}" for name, value in house.cookie("agent").items())
        headers = {"Origin": "https://evil.example", "Cookie": cookie}
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(
                house.url, auth={"token": house.token("agent")}, headers=headers, namespaces=[namespace],
                transports=["polling"],
            )  # fmt: skip


class _Inline(HTMLParser):
    """Collects what a strict content policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in held if name.startswith("on") or name == "style"]
        self.found += [
            f"{name}=javascript:" for name, value in attrs if (value or "").strip().startswith("javascript:")
        ]
        if tag == "script" and not held.get("src"):
            self.found.append("<script> without a file")
        if tag == "style":
            self.found.append("<style>")
        for name in ("src", "href"):
            value = held.get(name) or ""
            if tag in {"script", "link", "img", "iframe"} and value.startswith(("http:", "https:", "//")):
                self.found.append(f"<{tag} {name}={value}>")


@pytest.fixture
def pages(house: House) -> list[tuple[str, httpx.Response]]:
    found = []
    for name in sorted(routes(house)):
        if name.startswith("GET "):
            for role in ("nobody", "admin"):
                answer = house.ask("GET", path_of(house, name), role, headers={"Accept": "text/html"})
                found.append((name, answer))
    settings = house.services.settings.model_copy(
        update={"demo": False, "oidc_issuer": "http://localhost:9", "oidc_client_id": "x", "oidc_roles": {"a": "agent"}}
    )
    with serving(create_app(services=replace(house.services, settings=settings))) as url:
        found += [(path, httpx.get(url + path)) for path in ("/login", "/oidc/signed-out", "/login?next=%22%3E%3Cb%3E")]
    found.append(("none", house.ask("GET", "/none", "nobody", headers={"Accept": "text/html"})))
    return found


def test_no_page_has_an_inline_script_style_or_handler(pages: list[tuple[str, httpx.Response]]) -> None:
    seen = 0
    for name, answer in pages:
        policy = answer.headers["content-security-policy"]
        assert "'unsafe-inline'" not in policy, name
        assert "'unsafe-eval'" not in policy, name
        assert "script-src 'self';" in policy, name
        if answer.headers.get("content-type", "").startswith("text/html"):
            parser = _Inline()
            parser.feed(answer.text)
            assert parser.found == [], name
            seen += answer.status_code == 200
    assert seen >= 14


def test_no_page_may_be_framed_by_others_but_the_sidebar_by_its_installation(house: House) -> None:
    entries = ["https://desk.example", "acme=https://acme.zendesk.com", "beta=https://beta.freshdesk.com"]
    settings = house.services.settings.model_copy(update={"frame_ancestors": entries})
    client = create_app(services=replace(house.services, settings=settings)).test_client()

    def framers(path: str) -> str:
        answer = client.get(path)
        return answer.headers["Content-Security-Policy"].rpartition("frame-ancestors ")[2]

    assert framers("/sidebar") == "'self' https://desk.example"
    assert framers("/sidebar?installation=acme") == "'self' https://acme.zendesk.com"
    assert framers("/sidebar?installation=nobody") == "'self'"
    assert "https://acme.zendesk.com" in client.get("/sidebar?installation=acme").text
    assert "https://beta" not in client.get("/sidebar?installation=acme").text
    for path in ("/login", "/lead", "/admin/audit", "/approvals", "/demo/sign-in", "/nothing"):
        assert framers(path) == "'self'", path


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]
)
def test_sign_in_sends_nobody_to_another_site(house: House, target: str) -> None:
    form = {"email": "colleague@example.com", "password": "a long enough password", "next": target}
    answer = house.ask("POST", "/login", "nobody", data=form)
    assert answer.headers["location"] == "/"


def test_session_cookie_is_for_the_server_alone(house: House) -> None:
    form = {"email": "lead@example.com", "password": "a long enough password"}
    cookies = house.ask("POST", "/login", "nobody", data=form).headers.get_list("set-cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"assist", "assist-device"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=" in cookie


def test_proxy_is_believed_only_when_it_is_set(house: House) -> None:
    def secure(proxies: int) -> bool:
        settings = house.services.settings.model_copy(update={"proxies": proxies})
        client = create_app(services=replace(house.services, settings=settings)).test_client()
        answer = client.get("/healthz", headers={"X-Forwarded-Proto": "https"})
        return "Strict-Transport-Security" in answer.headers

    assert not secure(0)
    assert secure(1)
