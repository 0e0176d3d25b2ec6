"""Speaks HTTP with helpdesks: ways to sign in, paging, retry, limits. The only module that imports httpx."""

from __future__ import annotations

import json as jsons
import math
import random
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_any
from tenacity.stop import stop_after_attempt, stop_base

from assist.errors import Conflict, HelpdeskRefused, HelpdeskUnavailable, InvalidInput, NotFound

MOST_BYTES = 20 * 1024 * 1024
ATTEMPTS = 4
# The longest that one request may keep its caller waiting between attempts.
PATIENCE_S = 60.0
_SAFE = frozenset({"GET", "HEAD"})
_ELSEWHERE = frozenset({301, 302, 307, 308})


# Ways to sign in


def basic(user: str, password: str) -> httpx.Auth:
    """Sign in with a name and a password, or what a vendor puts in their place."""
    return httpx.BasicAuth(user, password)


class HeaderAuth(httpx.Auth):
    """Sign in with a fixed header: an API key, or `Bearer …`."""

    def __init__(self, header: str, value: str) -> None:
        self._header = header
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers[self._header] = self._value
        yield request


def bearer(token: str) -> httpx.Auth:
    """Sign in with a bearer token."""
    return HeaderAuth("Authorization", f"Bearer {token}")


class BodyHmacAuth(httpx.Auth):
    """Sign each request's body; `sign` gives the headers for it."""

    requires_request_body = True

    def __init__(self, sign: Callable[[bytes], Mapping[str, str]]) -> None:
        self._sign = sign

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers."""
        request.headers.update(self._sign(request.content))
        yield request


class OAuth(httpx.Auth):
    """Sign in with a token that is asked for, and asked for anew when it is refused or too old.

    `grant` holds the form's fields, such as `{"grant_type": "client_credentials", "client_id": …}` or those of a
    refresh token; a new refresh token in the answer replaces the old one.
    """

    requires_response_body = True

    def __init__(self, token_url: str, grant: Mapping[str, str]) -> None:
        self._url = token_url
        self._grant = dict(grant)
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Ask for a token where there is none, and once more when the helpdesk refuses the one there is."""
        token, until = self._token, self._until
        if not token or time.monotonic() > until:
            token = yield from self._ask(token)
        request.headers["Authorization"] = f"Bearer {token}"
        answer = yield request
        if answer.status_code == 401:
            request.headers["Authorization"] = f"Bearer {(yield from self._ask(token))}"
            yield request

    def _ask(self, old: str) -> Generator[httpx.Request, httpx.Response, str]:
        answer = yield httpx.Request("POST", self._url, data=self._grant)
        try:
            told = answer.json()
            token = str(told["access_token"])
            lasts = float(told.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise HelpdeskRefused(f"no token was given ({answer.status_code})", where=self._url) from None
        with self._lock:
            # Another thread may have been faster; its token is as good.
            if self._token == old:
                self._token, self._until = token, time.monotonic() + max(0.0, lasts - 30)
                if isinstance(told.get("refresh_token"), str):
                    self._grant["refresh_token"] = told["refresh_token"]
        return token


# Limits


class TokenBucket:
    """Lets `rate` requests a minute through, `burst` of them at once; threads share it."""

    def __init__(
        self,
        rate: float,
        burst: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second = rate / 60
        self._most = float(burst if burst is not None else max(1, int(rate / 6)))
        self._held = self._most
        self._clock = clock
        self._sleep = sleep
        self._at = clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for a turn."""
        with self._lock:
            now = self._clock()
            self._held = min(self._most, self._held + (now - self._at) * self._per_second)
            self._at = now
            self._held -= 1
            wait = -self._held / self._per_second if self._held < 0 else 0.0
        if wait > 0:
            self._sleep(wait)


# Requests


@dataclass(frozen=True)
class Answer:
    """What a helpdesk answered."""

    status: int
    headers: Mapping[str, str]
    data: Any

    @property
    def next_link(self) -> str | None:
        """The address of the next page, as a Link header names it."""
        header = self.headers.get("link", "")
        return next((part["url"] for part in httpx_links(header) if part.get("rel") == "next"), None)


def httpx_links(header: str) -> list[dict[str, str]]:
    """Give the parts of a Link header."""
    return [dict(link) for link in httpx.Response(200, headers={"link": header}).links.values()] if header else []


class Moved(HelpdeskRefused):
    """A helpdesk leads elsewhere, to `location`; nobody follows by himself."""

    def __init__(self, message: str, *, location: str, where: str) -> None:
        super().__init__(message, where=where)
        self.location = location


@dataclass
class Http:
    """Requests to one helpdesk at `base`.

    A read is repeated after 429, 5xx, a timeout or an answer that is not JSON; a write only where the helpdesk has
    certainly not taken it (429, no connection): twice the same reply would be worse than an error. Every failure comes
    as an error of `assist.errors`, which names the request, never what was in it.
    """

    name: str
    base: str
    auth: httpx.Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    bucket: TokenBucket | None = None
    timeout_s: float = 20.0
    attempts: int = ATTEMPTS
    patience_s: float = PATIENCE_S
    most_bytes: int = MOST_BYTES
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        self.base = self.base.rstrip("/")
        self._client = httpx.Client(
            auth=self.auth,
            headers={"Accept": "application/json", "User-Agent": "agent-assist", **self.headers},
            timeout=self.timeout_s,
            # A credential must not follow a helpdesk that sends us elsewhere.
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, **params: Any) -> Any:
        """Give what a path holds."""
        return self.request("GET", path, params=params).data

    def post(self, path: str, json: Any) -> Any:
        """Create something."""
        return self.request("POST", path, json=json).data

    def put(self, path: str, json: Any) -> Any:
        """Change something."""
        return self.request("PUT", path, json=json).data

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        reads: bool | None = None,
    ) -> Answer:
        """Ask, and ask again where that may help; `path` may be a whole address of the same helpdesk.

        `reads`: this only looks, though its method says otherwise.
        """
        url = self._address(path)
        retrying = Retrying(
            stop=stop_any(stop_after_attempt(self.attempts), _OutOfPatience(self.patience_s)),
            wait=_pause,
            retry=retry_if_exception(lambda error: isinstance(error, _Again)),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            answer: Answer = retrying(
                self._once, method, url, dict(params or {}), json, method in _SAFE if reads is None else reads
            )
        except _Again as error:
            raise HelpdeskUnavailable(
                error.message, where=self.name, hint=error.hint, retry_after=error.retry_after
            ) from None
        return answer

    def _address(self, path: str) -> str:
        if not path.startswith(("http://", "https://")):
            return f"{self.base}/{path.lstrip('/')}"
        here, there = urlsplit(self.base), urlsplit(path)
        if (here.scheme, here.netloc.lower()) != (there.scheme, there.netloc.lower()):
            # A page's `next` must not carry the credential to another server.
            raise HelpdeskRefused(f"an answer leads to another server, {there.netloc}", where=self.name)
        return path

    def _once(self, method: str, url: str, params: dict[str, Any], json: Any, safe: bool) -> Answer:
        if self.bucket is not None:
            self.bucket.take()
        what = f"{method} {urlsplit(url).path}"
        given = {key: value for key, value in params.items() if value is not None}
        try:
            # httpx replaces an address's own query by an empty one.
            with self._client.stream(method, url, params=given or None, json=json) as response:
                body = self._read(response, what)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _Again(f"{what}: no connection ({type(error).__name__})") from None
        except httpx.TransportError as error:
            failure = _Again(f"{what}: no answer ({type(error).__name__})")
            raise failure if safe else self._unsure(failure) from None
        return self._judge(response, body, what, safe)

    def _read(self, response: httpx.Response, what: str) -> bytes:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > self.most_bytes:
                raise HelpdeskRefused(f"{what}: the answer is larger than {self.most_bytes:,} bytes", where=self.name)
        return bytes(body)

    def _judge(self, response: httpx.Response, body: bytes, what: str, safe: bool) -> Answer:
        status = response.status_code
        if status == 429:
            raise _Again(f"{what}: too many requests", retry_after=_retry_after(response))
        if status >= 500:
            failure = _Again(f"{what} answered {status}", retry_after=_retry_after(response))
            raise failure if safe else self._unsure(failure)
        if status in _ELSEWHERE:
            raise Moved(f"{what} answered {status}", location=response.headers.get("location", ""), where=self.name)
        if status >= 300:
            raise self._refusal(status, what)
        if not body.strip():
            return Answer(status, response.headers, None)
        try:
            return Answer(status, response.headers, jsons.loads(body))
        except (ValueError, RecursionError):
            kind = response.headers.get("content-type", "nothing").split(";")[0]
            failure = _Again(f"{what} answered {kind} instead of JSON")
            raise failure if safe else self._unsure(failure) from None

    def _refusal(self, status: int, what: str) -> Exception:
        said = f"{what} answered {status}"
        if status in {404, 410}:
            return NotFound(said, where=self.name)
        if status in {409, 412}:
            return Conflict(said, where=self.name, hint="It was changed meanwhile; look at it again.")
        if status in {401, 403}:
            return HelpdeskRefused(said, where=self.name, hint="Check the credential and its rights.")
        return HelpdeskRefused(said, where=self.name)

    def _unsure(self, failure: _Again) -> HelpdeskUnavailable:
        hint = "It may have been written all the same: look at the ticket before you try again."
        return HelpdeskUnavailable(failure.message, where=self.name, hint=hint)


class _Again(Exception):
    """A failure that another attempt may mend."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after = retry_after


class _OutOfPatience(stop_base):
    """Stops where the next pause would be longer than what is left."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s

    def __call__(self, retry_state: RetryCallState) -> bool:
        return retry_state.idle_for + _pause(retry_state) > self._patience_s


def _pause(state: RetryCallState) -> float:
    """Give what the helpdesk asked for, else 0.5, 1, 2 … s with a little chance, so that many do not come at once."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, _Again) else 0.0
    return asked or 0.5 * 2 ** (state.attempt_number - 1) * random.uniform(1, 1.25)  # noqa: S311


def _retry_after(response: httpx.Response) -> float:
    """Read Retry-After, seconds or a date, or what some vendors write in its place: seconds, or Unix time."""
    headers = response.headers
    given = (headers.get("retry-after") or headers.get("x-ratelimit-retry-after") or "").strip()
    reset = "" if given else headers.get("x-ratelimit-reset", "").strip()
    try:
        seconds = float(given or reset or 0)
        # As a reset, a number this small would be no time of day: what it means is the vendor's secret.
        seconds = seconds if given else seconds - time.time() if seconds > 1e9 else 0.0
        return max(0.0, seconds) if math.isfinite(seconds) else 0.0
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


# Paging


@dataclass(frozen=True)
class Batch:
    """Items of one page; `next` is where to go on, `None` at the end."""

    items: list[Any]
    next: str | None


def pages(ask: Callable[[str | None], Batch], start: str | None = None) -> Iterator[Batch]:
    """Give page after page; an answer that leads to a page seen before is an error, not an endless loop."""
    seen: set[str | None] = set()
    place = start
    while place not in seen:
        seen.add(place)
        batch = ask(place)
        yield batch
        if batch.next is None:
            return
        place = batch.next
    raise InvalidInput("the pages go round in a circle", where="paging")


def cursor_pages(
    http: Http,
    path: str,
    *,
    items: Callable[[Any], list[Any]],
    cursor: Callable[[Any], str | None],
    param: str,
    start: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Iterator[Batch]:
    """Page by a cursor that each answer gives and the next request names as `param`."""

    def ask(place: str | None) -> Batch:
        data = http.get(path, **(params or {}), **({param: place} if place else {}))
        return Batch(items(data), cursor(data))

    return pages(ask, start)


def numbered_pages(
    http: Http,
    path: str,
    *,
    items: Callable[[Any], list[Any]],
    size: int,
    page: str = "page",
    per_page: str = "per_page",
    last: Callable[[Any], bool] = lambda _data: False,
    start: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Iterator[Batch]:
    """Page by number until an answer is the `last`, or empty: a short page can be followed by more."""

    def ask(place: str | None) -> Batch:
        number = int(place or 1)
        data = http.get(path, **(params or {}), **{page: number, per_page: size})
        found = items(data)
        return Batch(found, str(number + 1) if found and not last(data) else None)

    return pages(ask, start)


def link_pages(
    http: Http,
    path: str,
    *,
    items: Callable[[Any], list[Any]],
    start: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Iterator[Batch]:
    """Page by the Link header's `next`."""

    def ask(place: str | None) -> Batch:
        answer = http.request("GET", place or path, params=None if place else params)
        return Batch(items(answer.data), answer.next_link)

    return pages(ask, start)


def url_pages(
    http: Http,
    path: str,
    *,
    items: Callable[[Any], list[Any]],
    next_url: Callable[[Any], str | None],
    start: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Iterator[Batch]:
    """Page by an address that each answer gives."""

    def ask(place: str | None) -> Batch:
        data = http.request("GET", place or path, params=None if place else params).data
        return Batch(items(data), next_url(data))

    return pages(ask, start)
