"""How often somebody may do something, counted in memory or in Redis. Every route has a limit, its own or a default."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from flask import request, session
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from assist.errors import TooManyRequests

if TYPE_CHECKING:
    from assist.web import AssistApp

P = ParamSpec("P")
R = TypeVar("R")
STATIC = "6000/minute"


class Limits:
    """Counts by key; one store serves routes and socket events alike."""

    def __init__(self, url: str) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(url))

    def check(self, rule: str, *keys: str) -> None:
        """Raise `TooManyRequests` when `keys` have done this more often than `rule` ("10/minute") allows."""
        if not self._limiter.hit(parse(rule), *keys):
            raise TooManyRequests(
                f"more than {rule.replace('/', ' a ')}", where=keys[0], hint="Wait a little and try again."
            )


def limited(rule: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Give a route a limit of its own, per address and signed-in browser."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        view.limit = rule  # type: ignore[attr-defined]
        return view

    return decorate


def limit_of(app: AssistApp, endpoint: str | None) -> str:
    """Give the limit of a route; what is no route at all has the default too."""
    if endpoint == "static":
        return STATIC
    view = app.view_functions.get(endpoint or "")
    rule: str = getattr(view, "limit", app.services.settings.default_limit)
    return rule


def init_app(app: AssistApp) -> None:
    """Count every request, once it is known that no other site's page sent it: those use up nobody's share."""

    @app.before_request
    def count() -> None:
        endpoint = request.endpoint
        # An office shares one address; browsers that are signed in are told apart.
        who = f"{request.remote_addr or '?'}|{session.get('uid', '')}"
        app.limits.check(limit_of(app, endpoint), f"route {endpoint or 'unknown'}", who)
