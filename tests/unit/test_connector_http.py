"""Speaking HTTP with a helpdesk that has a bad day: a real server, real sockets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from assist.errors import Conflict, HelpdeskRefused, HelpdeskUnavailable, InvalidInput, NotFound
from connectors.http import (
    BodyHmacAuth,
    HeaderAuth,
    Http,
    Moved,
    OAuth,
    TokenBucket,
    basic,
    bearer,
    cursor_pages,
    link_pages,
    numbered_pages,
    url_pages,
)
from connectors.signatures import Hmac
from tests.helpdesk_server import Asked, Helpdesk, Told, helpdesk, in_turn


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk(lambda _: Told({"ok": True})) as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def speak() -> Iterator[Callable[..., Http]]:
    """Make clients that are closed at the end."""
    made: list[Http] = []

    def make(url: str, **options: Any) -> Http:
        made.append(Http("acme", url, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def http(desk: Helpdesk, pauses: list[float], speak: Callable[..., Http]) -> Http:
    return speak(desk.url, timeout_s=0.4, sleep=pauses.append)


HTML = Told(b"<html>Down for maintenance</html>", headers={"Content-Type": "text/html"})


@pytest.mark.parametrize(
    "bad", [Told(status=429), Told(status=500), Told(status=503), HTML, Told({}, slow_s=0.8), Told(b"[" * 100_000)]
)
def test_reading_is_repeated_until_it_works(desk: Helpdesk, http: Http, bad: Told) -> None:
    desk.answer = in_turn(bad, bad, Told({"ok": True}))
    assert http.get("tickets") == {"ok": True}
    assert len(desk.asked) == 3


@pytest.mark.parametrize("bad", [Told(status=429), Told(status=502), HTML, Told({}, slow_s=0.8)])
def test_reading_gives_up_within_limits(desk: Helpdesk, http: Http, pauses: list[float], bad: Told) -> None:
    desk.answer = in_turn(bad)
    with pytest.raises(HelpdeskUnavailable):
        http.get("tickets")
    assert len(desk.asked) == 4
    assert pauses == sorted(pauses)


def test_pause_is_what_the_helpdesk_asks_for(desk: Helpdesk, http: Http, pauses: list[float]) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    desk.answer = in_turn(
        Told(status=429, headers={"Retry-After": "7"}), Told(status=503, headers={"Retry-After": date}), Told({})
    )
    http.get("tickets")
    assert pauses[0] == 7
    assert 17 < pauses[1] <= 20


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"X-RateLimit-Retry-After": "7"}, 7, 7),
        ({"Retry-After": "5", "X-RateLimit-Reset": "soon"}, 5, 5),
        ({"X-RateLimit-Reset": "in an hour"}, 3000, 3600),
        # Neither a number of seconds that means who knows what, nor nonsense, makes anybody wait for long.
        ({"X-RateLimit-Reset": "1"}, 0.5, 1),
        ({"X-RateLimit-Reset": "inf"}, 0.5, 1),
        ({"X-RateLimit-Reset": "nan"}, 0.5, 1),
        ({"X-RateLimit-Reset": "soon"}, 0.5, 1),
        ({"Retry-After": "9" * 400}, 0.5, 1),
    ],
)
def test_pause_is_read_as_vendors_write_it(
    desk: Helpdesk, http: Http, pauses: list[float], headers: dict[str, str], least: float, most: float
) -> None:
    http.patience_s = 4000
    told = {name: str(time.time() + 3600) if value == "in an hour" else value for name, value in headers.items()}
    desk.answer = in_turn(Told(status=429, headers=told), Told({}))
    http.get("tickets")
    assert least <= pauses[0] <= most


def test_a_pause_longer_than_patience_is_left_to_the_caller(desk: Helpdesk, http: Http, pauses: list[float]) -> None:
    desk.answer = in_turn(Told(status=429, headers={"Retry-After": "600"}))
    with pytest.raises(HelpdeskUnavailable) as caught:
        http.get("tickets")
    assert caught.value.retry_after == 600
    assert pauses == []


@pytest.mark.parametrize("bad", [Told(status=500), HTML, Told({}, slow_s=0.8)])
def test_writing_is_never_repeated_when_it_may_have_arrived(desk: Helpdesk, http: Http, bad: Told) -> None:
    desk.answer = in_turn(bad, Told({"id": 1}))
    with pytest.raises(HelpdeskUnavailable, match="look at the ticket"):
        http.post("tickets/1/reply", {"body": "Hello"})
    assert len(desk.asked) == 1


def test_writing_is_repeated_when_it_was_turned_away(desk: Helpdesk, http: Http) -> None:
    desk.answer = in_turn(Told(status=429), Told({"id": 1}))
    assert http.post("tickets/1/reply", {"body": "Hello"}) == {"id": 1}


def test_no_connection_is_tried_again_and_then_told(pauses: list[float], speak: Callable[..., Http]) -> None:
    http = speak("http://127.0.0.1:9", sleep=pauses.append)
    with pytest.raises(HelpdeskUnavailable, match="no connection"):
        http.post("tickets", {})
    assert len(pauses) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, HelpdeskRefused), (403, HelpdeskRefused), (404, NotFound), (410, NotFound), (409, Conflict), (412, Conflict),
     (400, HelpdeskRefused), (422, HelpdeskRefused), (302, HelpdeskRefused)],
)  # fmt: skip
def test_refusal_is_told_at_once_without_what_was_sent(
    desk: Helpdesk, http: Http, status: int, kind: type[Exception]
) -> None:
    desk.answer = in_turn(Told({"error": "for ann.lee@example.com"}, status=status, headers={"Location": "/else"}))
    with pytest.raises(kind) as caught:
        http.request("GET", "tickets", params={"query": "ann.lee@example.com"})
    assert "ann.lee" not in str(caught.value)
    assert len(desk.asked) == 1


def test_place_that_a_helpdesk_leads_to_is_told_and_not_gone_to(desk: Helpdesk, http: Http) -> None:
    desk.answer = in_turn(Told(status=301, headers={"Location": "/api/tickets/8"}))
    with pytest.raises(Moved) as caught:
        http.get("api/tickets/7")
    assert caught.value.location == "/api/tickets/8"
    assert [one.path for one in desk.asked] == ["/api/tickets/7"]


def test_answer_without_end_is_cut_off(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    desk.answer = in_turn(Told(b'"' + b"x" * 300_000 + b'"'))
    with pytest.raises(HelpdeskRefused, match="larger"):
        speak(desk.url, most_bytes=100_000).get("tickets")


def test_credential_stays_with_its_server(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    http = speak(desk.url, auth=bearer("secret"))
    with helpdesk(lambda _: Told({})) as other:
        for there in (f"{other.url}/page2", "http://127.0.0.1.evil.example/", "https://127.0.0.1/"):
            with pytest.raises(HelpdeskRefused, match="another server"):
                http.get(there)
        desk.answer = in_turn(Told({}, status=302, headers={"Location": other.url}))
        with pytest.raises(HelpdeskRefused):
            http.get("tickets")
        assert other.asked == []


# Ways to sign in


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (basic("user/token", "key"), "authorization", "Basic dXNlci90b2tlbjprZXk="),
        (bearer("abc"), "authorization", "Bearer abc"),
        (HeaderAuth("api_access_token", "abc"), "api_access_token", "abc"),
    ],
)
def test_credential_is_sent(desk: Helpdesk, auth: Any, header: str, value: str, speak: Callable[..., Http]) -> None:
    speak(desk.url, auth=auth).get("me")
    assert desk.asked[0].headers[header] == value


def test_body_is_signed(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    scheme = Hmac(b"key", "x-signature")
    speak(desk.url, auth=BodyHmacAuth(scheme.sign)).post("tickets", {"ü": 1})
    scheme.verify(desk.asked[0].body, desk.asked[0].headers)


def test_token_is_asked_for_once_and_again_when_it_is_refused(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    good, given = {"token-1"}, []

    def answer(asked: Asked) -> Told:
        if asked.path == "/token":
            given.append(asked.body)
            return Told({"access_token": f"token-{len(given)}", "expires_in": 3600, "refresh_token": f"r{len(given)}"})
        return (
            Told({"ok": True}) if asked.headers["authorization"].removeprefix("Bearer ") in good else Told(status=401)
        )

    desk.answer = answer
    auth = OAuth(f"{desk.url}/token", {"grant_type": "refresh_token", "refresh_token": "r0", "client_id": "me"})
    http = speak(desk.url, auth=auth)
    assert [http.get("tickets"), http.get("tickets")] == [{"ok": True}] * 2
    assert len(given) == 1
    good.clear()
    good.add("token-2")
    assert http.get("tickets") == {"ok": True}
    assert [b"refresh_token=r0" in given[0], b"refresh_token=r1" in given[1]] == [True, True]


def test_token_that_is_never_given_is_told(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    desk.answer = in_turn(Told({"error": "invalid_client"}, status=400))
    http = speak(desk.url, auth=OAuth(f"{desk.url}/token", {"grant_type": "client_credentials"}))
    with pytest.raises(HelpdeskRefused, match="no token"):
        http.get("tickets")


# Limits


def test_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    now, pauses = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    bucket = TokenBucket(60, burst=5, clock=lambda: now[0], sleep=sleep)
    for _ in range(8):
        bucket.take()
    assert pauses == [1, 1, 1]
    now[0] += 3
    for _ in range(4):
        bucket.take()
    assert pauses == [1, 1, 1, 1]


def test_real_requests_keep_to_the_rate(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    http = speak(desk.url, bucket=TokenBucket(600, burst=1))
    began = time.monotonic()
    for _ in range(6):
        http.get("tickets")
    assert time.monotonic() - began >= 0.45


# Paging


ROWS = list(range(7))


def numbers(batches: Any) -> list[int]:
    return [one for batch in batches for one in batch.items]


def test_pages_by_cursor_and_goes_on_from_one(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    def answer(asked: Asked) -> Told:
        at = int(asked.query.get("after", "0"))
        return Told({"rows": ROWS[at : at + 3], "next": str(at + 3) if at + 3 < 7 else None})

    desk.answer = answer
    http = speak(desk.url)
    options: Any = {"items": lambda data: data["rows"], "cursor": lambda data: data["next"], "param": "after"}
    batches = list(cursor_pages(http, "tickets", params={"size": 3}, **options))
    assert numbers(batches) == ROWS
    assert numbers(cursor_pages(http, "tickets", start=batches[0].next, **options)) == [3, 4, 5, 6]


def test_pages_by_number_past_a_short_page(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    pages = {1: [0, 1], 2: [2], 3: [3, 4]}
    desk.answer = lambda asked: Told(pages.get(int(asked.query["page"]), []))
    assert numbers(numbered_pages(speak(desk.url), "t", items=lambda data: data, size=2)) == [0, 1, 2, 3, 4]


def test_pages_by_link_header(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    def answer(asked: Asked) -> Told:
        page = int(asked.query.get("page", "1"))
        link = f'<{desk.url}/t?page={page + 1}&per_page=2>; rel="next", <{desk.url}/t?page=1>; rel="first"'
        return Told(ROWS[(page - 1) * 2 : page * 2], headers={"Link": link} if page < 4 else {})

    desk.answer = answer
    assert numbers(link_pages(speak(desk.url), "t", items=lambda data: data, params={"per_page": 2})) == ROWS
    assert all(asked.query["per_page"] == "2" for asked in desk.asked)


def test_pages_by_address(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    def answer(asked: Asked) -> Told:
        at = int(asked.query.get("at", "0"))
        return Told({"rows": ROWS[at : at + 4], "next": f"{desk.url}/t?at={at + 4}" if at + 4 < 7 else None})

    desk.answer = answer
    found = url_pages(speak(desk.url), "t", items=lambda d: d["rows"], next_url=lambda d: d["next"])
    assert numbers(found) == ROWS


def test_pages_that_go_round_end(desk: Helpdesk, speak: Callable[..., Http]) -> None:
    desk.answer = lambda _: Told({"rows": [1], "next": "same"})
    with pytest.raises(InvalidInput, match="circle"):
        numbers(
            cursor_pages(speak(desk.url), "t", items=lambda d: d["rows"], cursor=lambda d: d["next"], param="after")
        )
