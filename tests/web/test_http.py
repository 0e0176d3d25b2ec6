"""Routes of a real server: chatbot, statistics, health, and who may do what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.web.conftest import PASSWORD, Server


@pytest.fixture
def chat(server: Server) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        session = client.post("/chatbot/sessions", json={"name": "Ann Lee"}).json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        yield client, session


def test_chatbot_answers_in_json_with_citations(chat: tuple[httpx.Client, dict[str, Any]]) -> None:
    client, session = chat
    body = {"session": session["session"], "id": "m-0001", "text": "How many days do I have to return unworn items?"}
    answer = client.post("/chatbot/messages", json=body).json()
    assert answer["answered"]
    assert answer["sources"][0]["url"] == "https://help.example/returns"
    assert answer["disclosure"] == session["disclosure"]
    assert client.post("/chatbot/messages", json=body).json() == answer


def test_chatbot_streams_events(chat: tuple[httpx.Client, dict[str, Any]]) -> None:
    client, session = chat
    body = {"session": session["session"], "id": "m-0001", "text": "How many days do I have to return unworn items?"}
    with client.stream("POST", "/chatbot/messages", json=body, headers={"Accept": "text/event-stream"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    names = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert names[:2] == ["disclosure", "sources"]
    assert set(names[2:-1]) == {"delta"}
    assert names[-1] == "done"
    last = json.loads(text.strip().splitlines()[-1].removeprefix("data: "))
    assert last["answered"]


def test_chatbot_hands_off(chat: tuple[httpx.Client, dict[str, Any]]) -> None:
    client, session = chat
    answer = client.post("/chatbot/handoff", json={"session": session["session"]})
    assert answer.status_code == 201
    assert answer.json()["ticket"].startswith("C-")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("not json", 400),
        ("[]", 400),
        ('{"session": "x"}', 400),
        ('{"session": "x", "id": "m-0001", "text": "hi"}', 401),
        ('{"session": "x", "id": "../../x", "text": "hi"}', 400),
    ],
)
def test_chatbot_refuses_bad_input_with_a_reason(server: Server, body: str, status: int) -> None:
    answer = httpx.post(
        f"{server.url}/chatbot/messages",
        content=body,
        headers={"Authorization": "Bearer x", "Content-Type": "application/json"},
    )
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_body_that_is_too_large_is_refused(server: Server) -> None:
    answer = httpx.post(f"{server.url}/chatbot/sessions", content=b"{" + b" " * 2_000_000)
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize(("email", "status"), [("ruth@example.com", 200), ("maya@example.com", 403)])
def test_statistics_are_for_leads(server: Server, email: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {server.token(email)}"}
    assert httpx.get(f"{server.url}/lead/stats.json", headers=headers).status_code == status
    assert httpx.get(f"{server.url}/lead/stats.csv", headers=headers).status_code == status


def test_statistics_refuse_a_wrong_period(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.token('ruth@example.com')}"}
    for days in ("0", "-1", "x", "99999", "1e3"):
        assert httpx.get(f"{server.url}/lead/stats.json?days={days}", headers=headers).status_code == 400


def test_nobody_gets_statistics_without_signing_in(server: Server) -> None:
    assert httpx.get(f"{server.url}/lead/stats.json").status_code == 401


def test_demo_routes_do_not_exist_outside_the_demo(server: Server) -> None:
    for path in ("/demo", "/demo/sign-in", "/demo/api/tickets"):
        assert httpx.get(f"{server.url}{path}", headers={"Accept": "application/json"}).status_code == 404
    assert httpx.post(f"{server.url}/demo/sign-in", json={"role": "admin"}).status_code == 404


def test_wrong_password_is_refused_and_limited(server: Server) -> None:
    statuses = [
        httpx.post(f"{server.url}/api/token", json={"email": "nobody@example.com", "password": "x"}).status_code
        for _ in range(12)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_cookie_from_another_site_cannot_change_anything(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        signed_in = client.post("/login", data={"email": "maya@example.com", "password": PASSWORD})
        assert signed_in.status_code == 302
        assert client.cookies
        assert client.post("/api/token", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
        assert client.post("/api/token", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert client.post("/api/token", headers={"Origin": "https://evil.example"}).status_code == 403


def test_answers_carry_the_security_headers(server: Server) -> None:
    headers = httpx.get(f"{server.url}/healthz").headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_metrics_count_and_name_no_person(server: Server) -> None:
    text = httpx.get(f"{server.url}/metrics").text
    assert "assist_requests_total" in text
    assert "maya" not in text.lower()
