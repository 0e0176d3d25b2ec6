"""What every hosted connector has to bear: a helpdesk that is busy, broken, slow, or answers with a web page."""

from __future__ import annotations

import pytest

from assist.errors import HelpdeskUnavailable
from assist.helpdesk import Connector, Writing
from connectors.http import Http
from tests.helpdesk_server import Answering, Asked, Helpdesk, Told

PAGE = b"<!doctype html><title>Down for maintenance</title>"
SLOW_S = 0.5
BAD = {
    "429": Told({"error": "busy"}, status=429, headers={"Retry-After": "2"}),
    "500": Told({"error": "broken"}, status=500),
    "slow": Told({}, slow_s=SLOW_S),
    "html": Told(PAGE, headers={"Content-Type": "text/html"}),
}


def impatient(http: Http, pauses: list[float]) -> None:
    """Let a client wait in name only, and not long for an answer."""
    http.sleep = pauses.append
    http._client.timeout = SLOW_S / 2


def reading_bears(bad: str, desk: Helpdesk, connector: Connector, ticket: str, pauses: list[float]) -> None:
    """Hold that one bad answer changes nothing of what is read, and that only bad ones end within limits."""
    good = desk.answer
    right = connector.fetch(ticket)
    desk.answer = _first(BAD[bad], good)
    assert connector.fetch(ticket) == right
    if bad == "429":
        assert pauses == [2.0]
    asked = len(desk.asked)
    desk.answer = lambda _: BAD[bad]
    with pytest.raises(HelpdeskUnavailable):
        connector.fetch(ticket)
    assert len(desk.asked) - asked <= 4
    desk.answer = good


def writing_is_not_repeated(bad: str, desk: Helpdesk, connector: Connector, writing: Writing) -> None:
    """Hold that what may have arrived is not sent again, and that what was turned away is."""
    good = desk.answer

    def answer(one: Asked) -> Told:
        return BAD[bad] if one.method != "GET" else good(one)

    desk.answer = answer
    with pytest.raises(HelpdeskUnavailable):
        connector.write(writing)
    assert len([one for one in desk.asked if one.method != "GET"]) == (4 if bad == "429" else 1)
    desk.answer = good


def _first(bad: Told, good: Answering) -> Answering:
    left = [bad]
    return lambda one: left.pop() if left else good(one)
