"""What every connector promises. It finds them all; a new folder is tested without an edit here."""

from __future__ import annotations

import base64
import importlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_settings import BaseSettings
from sqlmodel import func, select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

import connectors
from assist import services as wiring
from assist.errors import ConfigurationError, Forbidden, InvalidInput
from assist.helpdesk import Ability, Approved, Connector, EventKind, WriteKind, Writing
from assist.redaction.redactor import Redactor
from assist.registry import discover
from assist.services import Services
from assist.settings import Settings
from assist.store.models import InboxEvent, Message, Ticket
from assist.web import create_app
from assist.web.limits import Limits

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@contextmanager
def with_example() -> Iterator[None]:
    """Let the guide's worked example be found beside the real connectors."""
    connectors.__path__.append(str(EXAMPLES))
    try:
        yield
    finally:
        connectors.__path__.remove(str(EXAMPLES))


with with_example():
    FOLDERS = [Path(str(module.__file__)).parent for module in discover(connectors, files=False)]
FILES = ("__init__.py", "events.py", "settings.py", "README.md", "fixtures/environment.json")
HEADERS = {"webhook-id": "msg_1", "x-chatwoot-delivery": "delivery-1", "address": "help@acme.example"}
SECRET = "a secret key of at least thirty-two characters"


def fixtures_of(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in (folder / "fixtures").iterdir()
        if file.stem != "environment" and not file.name.endswith(".expected.json")
    )


FIXTURES = [pytest.param(file, id=f"{folder.name}-{file.stem}") for folder in FOLDERS for file in fixtures_of(folder)]
EACH = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def environment(folder: Path) -> dict[str, str]:
    return dict(json.loads((folder / "fixtures" / "environment.json").read_text(encoding="utf-8")))


def made(folder: Path, monkeypatch: pytest.MonkeyPatch, **changed: str | None) -> Connector | None:
    for name, value in (environment(folder) | changed).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    found: Connector | None = importlib.import_module(f"connectors.{folder.name}").connector()
    return found


def connector_of(folder: Path) -> Connector:
    with pytest.MonkeyPatch.context() as patch:
        found = made(folder, patch)
    assert found is not None
    return found


CONNECTORS = {folder.name: connector_of(folder) for folder in FOLDERS}
POSTED = [folder for folder in FOLDERS if Ability.EVENTS in CONNECTORS[folder.name].abilities]


def scheme_of(folder: Path) -> Any:
    return CONNECTORS[folder.name].scheme  # type: ignore[attr-defined]


SIGNED = [folder for folder in POSTED if scheme_of(folder).covers_body]


# The folder


@EACH
def test_folder_has_the_same_files_as_every_other(folder: Path) -> None:
    wanted = [*FILES, *(["client.py"] if Ability.FETCH in CONNECTORS[folder.name].abilities else [])]
    assert [name for name in wanted if not (folder / name).is_file()] == []


@EACH
def test_connector_is_named_after_its_folder_and_does_what_it_lists(folder: Path) -> None:
    connector = CONNECTORS[folder.name]
    assert connector.name == folder.name
    methods = {"events": ("verify", "parse"), "draft": ("write",), "note": ("write",), "reply": ("write",)}
    for ability in connector.abilities:
        for name in methods.get(ability.value, (ability.value,)):
            assert getattr(type(connector), name) is not getattr(Connector, name), f"{ability.value}: {name}"


@pytest.mark.parametrize("fixture", FIXTURES)
def test_fixture_gives_the_expected_events(fixture: Path) -> None:
    module = importlib.import_module(f"connectors.{fixture.parents[1].name}.events")
    events = [
        event.model_dump(mode="json", exclude_defaults=True) for event in module.parse(fixture.read_bytes(), HEADERS)
    ]
    expected = json.loads((fixture.parent / f"{fixture.stem}.expected.json").read_text(encoding="utf-8"))
    assert events == expected


@EACH
def test_fixture_is_named_after_the_event_it_gives(folder: Path) -> None:
    for kind in EventKind:
        file = folder / "fixtures" / f"{kind.value}.expected.json"
        if file.exists():
            assert [event["kind"] for event in json.loads(file.read_text(encoding="utf-8"))] == [kind.value]


@EACH
def test_readme_says_which_events_there_are_and_what_it_was_tested_against(folder: Path) -> None:
    page = (folder / "README.md").read_text(encoding="utf-8")
    told = next(line for line in page.splitlines() if line.startswith("Events: ")).removeprefix("Events: ").split(", ")
    assert set(told) <= {kind.value for kind in EventKind}
    shown = {kind.value for kind in EventKind if (folder / "fixtures" / f"{kind.value}.expected.json").exists()}
    assert shown <= set(told)
    assert "\nTested against: " in page


@EACH
def test_unknown_event_is_ignored(folder: Path) -> None:
    if (file := folder / "fixtures" / "unknown.expected.json").exists():
        assert json.loads(file.read_text(encoding="utf-8")) == []
    else:
        assert folder.name == "webhook", "only our own format knows every kind"


def test_worked_example_is_short() -> None:
    code = [line for file in (EXAMPLES / "acmedesk").glob("*.py") for line in file.read_text().splitlines()]
    assert len([line for line in code if line.strip()]) < 150


# Settings


@EACH
def test_without_settings_it_is_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(folder, monkeypatch, **dict.fromkeys(environment(folder))) is None


def _required() -> Iterator[Any]:
    for folder in FOLDERS:
        module = importlib.import_module(f"connectors.{folder.name}.settings")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind.__module__ == module.__name__:
                for field in kind.required:  # type: ignore[attr-defined]
                    name = f"{kind.model_config['env_prefix']}{field.upper()}"
                    yield pytest.param(folder, name, id=name)


@pytest.mark.parametrize(("folder", "name"), list(_required()))
@pytest.mark.parametrize("value", ["", "  ", None], ids=["empty", "blank", "missing"])
def test_empty_or_missing_setting_refuses_to_start(
    folder: Path, name: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None and len(environment(folder)) == 1:
        pytest.skip("without its only setting it is off")
    with pytest.raises(ConfigurationError):
        made(folder, monkeypatch, **{name: value})


@EACH
def test_credential_never_goes_over_the_network_in_clear(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(folder).items():
        if value.startswith("https://"):
            with pytest.raises(ConfigurationError):
                made(folder, monkeypatch, **{name: value.replace("https://", "http://")})


# Writing


@EACH
def test_public_reply_needs_the_approval_of_exactly_its_text(folder: Path) -> None:
    for approval in (None, Approved(id="a", ticket_id=1, user_id=1, text="Another text")):
        with pytest.raises(Forbidden):
            Writing(WriteKind.REPLY, "1", "A text", by="maya@acme.example", approval=approval)
    connector = CONNECTORS[folder.name]
    for kind in WriteKind:
        if Ability(kind.value) not in connector.abilities:
            proof = Approved(id="a", ticket_id=1, user_id=1, text="A text")
            with pytest.raises(InvalidInput):
                connector.write(Writing(kind, "1", "A text", by="maya@acme.example", approval=proof))
    if Ability.TAG not in connector.abilities:
        with pytest.raises(InvalidInput):
            connector.tag("1", ["a-tag"])


# Deliveries, at a real server's door


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, redactor: Redactor) -> Iterator[Services]:
    with pytest.MonkeyPatch.context() as patch:
        for folder in FOLDERS:
            for name, value in environment(folder).items():
                patch.setenv(name, value)
        home = tmp_path_factory.mktemp("connectors")
        with with_example():
            built = wiring.build(Settings(home=home, secret_key=SECRET), redactor=redactor)  # type: ignore[arg-type]
    yield built
    built.close()


@pytest.fixture(scope="module")
def door(services: Services) -> FlaskClient:
    """The server's door; no job runs behind it, so what was accepted stays to be looked at."""
    return create_app(services=services).test_client()


@pytest.fixture(autouse=True)
def fresh_limits(request: pytest.FixtureRequest) -> None:
    """Bad deliveries are limited; each test begins with a clean count."""
    if "door" in request.fixturenames:
        request.getfixturevalue("door").application.limits = Limits("memory://")


def stored(services: Services) -> list[int]:
    with services.database.reading() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in (InboxEvent, Ticket, Message)]


def telling(folder: Path) -> bytes:
    """A body that says something."""
    for file in fixtures_of(folder):
        if json.loads((file.parent / f"{file.stem}.expected.json").read_text(encoding="utf-8")):
            return file.read_bytes()
    raise AssertionError("no fixture gives an event")


def post(door: FlaskClient, folder: Path, body: bytes, headers: dict[str, str]) -> TestResponse:
    return door.post(f"/connectors/{folder.name}/events", data=body, headers=headers)


def refused(door: FlaskClient, services: Services, folder: Path, body: bytes, headers: dict[str, str]) -> None:
    """Hold that a delivery is refused with a reason, here and in the log, and leaves nothing."""
    before = stored(services)
    with capture_logs() as logs:
        answer = post(door, folder, body, headers)
    assert 400 <= answer.status_code < 500, answer.status_code
    assert answer.get_json()["error"]["message"]
    assert [line["reason"] for line in logs if line["event"] == "delivery refused"]
    assert stored(services) == before


def signature_name(headers: dict[str, str]) -> str:
    return next(name for name in headers if "time" not in name and ("signature" in name or "secret" in name))


def elsewise(value: str) -> str:
    """Write a signature in hex where it was base64, and the other way round."""
    head, mark, tail = value.partition("=") if value.startswith("sha") else value.partition(",")
    prefix, code = (head + mark, tail) if tail else ("", value)
    try:
        return prefix + base64.b64encode(bytes.fromhex(code)).decode()
    except ValueError:
        return prefix + base64.b64decode(code).hex()


def reordered(body: bytes) -> bytes:
    """Write a body anew, with the same content; some helpdesks send lists."""
    data = json.loads(body, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    return json.dumps(data, separators=(",", ":")).encode()


def dearer(body: bytes) -> bytes:
    changed = bytearray(body)
    changed[len(body) // 2] ^= 1
    return bytes(changed)


HURT: dict[str, Callable[[bytes, dict[str, str], Any], tuple[bytes, dict[str, str]]]] = {
    "one byte changed": lambda body, headers, _: (dearer(body), headers),
    "body written anew": lambda body, headers, _: (reordered(body), headers),
    "body cut short": lambda body, headers, _: (body[:-3], headers),
    "body empty": lambda _, headers, __: (b"", headers),
    "non-ASCII body of another": lambda _, headers, __: ('{"ü": "😀"}'.encode(), headers),
    "other encoding": lambda body, headers, _: (
        body,
        headers | {signature_name(headers): elsewise(headers[signature_name(headers)])},
    ),
}
HEADERS_HURT: dict[str, Callable[[dict[str, str]], dict[str, str]]] = {
    "wrong secret": lambda headers: headers | {signature_name(headers): "x" + headers[signature_name(headers)][1:]},
    "signature missing": lambda headers: {k: v for k, v in headers.items() if k != signature_name(headers)},
    "signature empty": lambda headers: headers | {signature_name(headers): ""},
    "signature not ASCII": lambda headers: headers | {signature_name(headers): "ü"},
    "no header": lambda _: {},
}


@pytest.mark.parametrize("folder", POSTED, ids=lambda folder: folder.name)
def test_signed_delivery_is_accepted_and_a_repeated_one_changes_nothing(
    folder: Path, door: FlaskClient, services: Services
) -> None:
    body = telling(folder)
    headers = scheme_of(folder).sign(body) | {"x-chatwoot-delivery": f"twice-{time.time()}"}
    first = post(door, folder, body, headers)
    assert (first.status_code, first.get_json()) == (200, {"accepted": 1})
    after = stored(services)
    assert post(door, folder, body, headers).status_code == 200
    # What nobody signed is fetched before it is believed, so it may well be fetched twice.
    if folder in SIGNED:
        assert stored(services) == after


@pytest.mark.parametrize("hurt", HURT)
@pytest.mark.parametrize("folder", SIGNED, ids=lambda folder: folder.name)
def test_changed_body_is_refused(folder: Path, hurt: str, door: FlaskClient, services: Services) -> None:
    body = telling(folder)
    refused(door, services, folder, *HURT[hurt](body, scheme_of(folder).sign(body), None))


@pytest.mark.parametrize("hurt", HEADERS_HURT)
@pytest.mark.parametrize("folder", POSTED, ids=lambda folder: folder.name)
def test_wrong_header_is_refused(folder: Path, hurt: str, door: FlaskClient, services: Services) -> None:
    body = telling(folder)
    refused(door, services, folder, body, HEADERS_HURT[hurt](scheme_of(folder).sign(body)))


@pytest.mark.parametrize("seconds", [-3600, -301, 301, 86400])
@pytest.mark.parametrize("folder", SIGNED, ids=lambda folder: folder.name)
def test_delivery_of_another_time_is_refused(folder: Path, seconds: int, door: FlaskClient, services: Services) -> None:
    body = telling(folder)
    headers = scheme_of(folder).sign(body, at=time.time() + seconds)
    if not any("timestamp" in name for name in headers):
        pytest.skip("this helpdesk gives no time; a repeated delivery is known by its id")
    refused(door, services, folder, body, headers)
    for stamp in ("", "soon", "١٢٣", "1e9", "-1", "9" * 40):
        name = next(name for name in headers if "timestamp" in name)
        refused(door, services, folder, body, scheme_of(folder).sign(body) | {name: stamp})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"3",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        b"\x00",
        b"not json",
        b'{"event": 3, "type": [], "kind": {}}',
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("folder", POSTED, ids=lambda folder: folder.name)
def test_signed_nonsense_is_refused(folder: Path, body: bytes, door: FlaskClient, services: Services) -> None:
    refused(door, services, folder, body, scheme_of(folder).sign(body))


@pytest.mark.parametrize("folder", POSTED, ids=lambda folder: folder.name)
def test_body_of_ten_megabytes_is_refused(folder: Path, door: FlaskClient, services: Services) -> None:
    body = b'{"x": "' + b"x" * 10_000_000 + b'"}'
    refused(door, services, folder, body, scheme_of(folder).sign(body))


@pytest.mark.parametrize("folder", [one for one in POSTED if one not in SIGNED], ids=lambda folder: folder.name)
def test_nothing_of_an_unsigned_body_is_believed(folder: Path) -> None:
    for file in fixtures_of(folder):
        for event in CONNECTORS[folder.name].parse(file.read_bytes(), HEADERS):
            assert event.partial
            assert event.message is None
            assert event.ticket is None


# Keys that are missing, values that are wrong

WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just([]), st.just({}),
    st.just([[{}]]), st.just("\x00"), st.just("ü" * 10), st.just(10**400), st.just(-1),
)  # fmt: skip


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to everything inside a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def change(body: bytes, choose: int, wrong: object, *, drop: bool) -> bytes:
    data = json.loads(body)
    ways = list(places(data))
    way = ways[choose % len(ways)]
    inner = data
    for key in way[:-1]:
        inner = inner[key]
    if drop and isinstance(inner, dict):
        del inner[way[-1]]
    else:
        inner[way[-1]] = wrong
    return json.dumps(data).encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@EACH
def test_any_missing_key_or_wrong_type_is_clear(folder: Path, data: st.DataObject) -> None:
    module = importlib.import_module(f"connectors.{folder.name}.events")
    body = data.draw(st.sampled_from([file for file in fixtures_of(folder) if file.suffix == ".json"] or [None]))
    if body is None:
        pytest.skip("no JSON")
    changed = change(body.read_bytes(), data.draw(st.integers(0, 500)), data.draw(WRONG), drop=data.draw(st.booleans()))
    try:
        events = module.parse(changed, HEADERS)
    except InvalidInput:
        return
    for event in events:
        # Whatever was taken can be written down: no lone surrogate, no NUL, no endless number.
        assert json.loads(event.model_dump_json())["ticket_id"]
