"""Vendors' own OpenAPI descriptions between a connector and its stand-in: both sides are held to them.

Prism (`npm install @stoplight/prism-cli`) passes each request on, and names what in it, and in its answer, is not as
the description says. `ASSIST_TEST_OPENAPI` is a folder with the descriptions, `intercom.yaml` (version 2.16, from
Intercom's public repository `Intercom-OpenAPI`) and `front.json` (the Core API, from Front's `front-api-specs`), and
`ASSIST_TEST_PRISM` the program, where it is not on the path. Without them these tests are left out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from assist.errors import NotFound
from assist.helpdesk import WriteKind, Writing
from connectors.http import Http
from tests.helpdesk_server import Told, helpdesk
from tests.services.helpdesks import free_port
from tests.unit import test_connector_front as front
from tests.unit import test_connector_intercom as intercom
from tests.unit.test_connector_clients import BY, REPLY, note, reply

pytestmark = [pytest.mark.services, pytest.mark.slow]


def description(name: str) -> Path:
    folder = os.environ.get("ASSIST_TEST_OPENAPI", "")
    file = Path(folder) / name
    if not folder or not file.is_file():
        pytest.skip(f"ASSIST_TEST_OPENAPI holds no {name}")
    return file


def prism() -> str:
    found = os.environ.get("ASSIST_TEST_PRISM") or shutil.which("prism")
    if not found:
        pytest.skip("prism is missing: npm install @stoplight/prism-cli")
    return found


@contextmanager
def running(*command: str) -> Iterator[str]:
    """Run Prism until the block ends; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [prism(), *command, "--port", str(port), "--verboseLevel", "error"], stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{url}/is-it-there", timeout=5)
                break
            except httpx.TransportError:
                assert process.poll() is None, "Prism does not run"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class Watch:
    """What was asked, and what was not as the description says."""

    asked: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def over(self, http: Http) -> None:
        http._client.event_hooks["response"].append(self._seen)

    def _seen(self, response: httpx.Response) -> None:
        what = f"{response.request.method} {response.request.url.path}"
        self.asked.add(what)
        for one in json.loads(response.headers.get("sl-violations", "[]")):
            self.wrong.append(f"{what}: {'.'.join(map(str, one['location']))}: {one['message']}")
        if response.status_code in {400, 422} or (response.status_code == 404 and b"NO_PATH_MATCHED" in read(response)):
            self.wrong.append(f"{what} answered {response.status_code}")


def read(response: httpx.Response) -> bytes:
    return response.read()


def everything(connector: Any, ticket: str, *, draft: bool) -> None:
    """Do all that a connector can."""
    assert all(one.ok for one in connector.test())
    assert [one.id for page in connector.backfill(None) for one in page.tickets]
    assert connector.fetch(ticket).messages
    connector.write(note(ticket))
    connector.write(reply(ticket, resolve=True))
    connector.tag(ticket, ["ai-assisted"])
    if draft:
        connector.write(Writing(WriteKind.DRAFT, ticket, REPLY, by=BY))


def test_intercom_takes_every_request_and_its_answers_are_of_the_described_shape() -> None:
    watch = Watch()
    with helpdesk(intercom.intercom) as desk, running("proxy", str(description("intercom.yaml")), desk.url) as url:
        connector = intercom.connected(url)
        watch.over(connector.client._http)
        everything(connector, "101", draft=False)
        connector.close()
    assert watch.wrong == []
    assert len(watch.asked) >= 10


def test_front_takes_every_request_and_its_answers_are_of_the_described_shape() -> None:
    watch = Watch()
    with helpdesk(front.front) as desk, running("proxy", str(description("front.json")), desk.url) as url:
        connector = front.connected(url)
        watch.over(connector.client._http)
        everything(connector, "cnv_1", draft=True)
        connector.close()
    # What a merge is about is named in the description, and not described.
    assert [one for one in watch.wrong if ".target.data" not in one] == []
    assert len(watch.asked) >= 14


def test_what_is_not_as_described_is_noticed() -> None:
    watch = Watch()
    with helpdesk(intercom.intercom) as desk, running("proxy", str(description("intercom.yaml")), desk.url) as url:
        connector = intercom.connected(url)
        watch.over(connector.client._http)
        connector.client._http.post("conversations/101/reply", {"message_type": "shout", "type": "admin", "body": "?"})
        desk.answer = lambda _: Told({"type": "admin.list", "admins": 3})
        connector.client._http.get("admins")
        connector.close()
    assert {one.split(":")[0] for one in watch.wrong} == {"POST /conversations/101/reply", "GET /admins"}


@pytest.mark.parametrize("how", ["examples", "anything"])
def test_intercom_answers_as_described_are_understood(how: str) -> None:
    with running("mock", str(description("intercom.yaml")), *(["--dynamic"] if how == "anything" else [])) as url:
        connector = intercom.connected(url)
        for _ in range(20 if how == "anything" else 1):
            assert connector.fetch("123").id
            assert next(connector.backfill(None)).tickets is not None
        connector.close()


def test_front_answers_as_described_are_understood() -> None:
    # Not its examples: they lead from each page to the same one for ever, which is refused.
    with running("mock", str(description("front.json")), "--dynamic") as url:
        connector = front.connected(url)
        # Prism itself fails at making some events up.
        connector.client._http.sleep = lambda _: None
        connector.client._http.attempts = 20
        for _ in range(20):
            with suppress(NotFound):
                assert connector.fetch("cnv_123").id
            assert next(connector.backfill(None)).tickets is not None
            connector.poll("1795597200")
        connector.close()
