"""The webhook connector: raw bytes, constant-time signatures, a window, and clear refusals."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.errors import ConfigurationError, InvalidInput, NotSignedIn
from connectors.webhook import WebhookConnector, connector, sign

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
NOW = 1_790_000_000
BODY = json.dumps(
    {"kind": "customer_reply", "ticket_id": "T-1", "message": {"author": "customer", "text": "Wo ist mein Päckchen?"}}
).encode()


def hook() -> WebhookConnector:
    return WebhookConnector(KEY, clock=lambda: NOW)


def headers(body: bytes = BODY, stamp: str = str(NOW), key: bytes = KEY) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": sign(key, "msg_1", stamp, body),
    }


def test_signature_is_the_specifications_own_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_right_signature_passes_also_among_others() -> None:
    hook().verify(BODY, headers())
    given = headers()
    hook().verify(BODY, given | {"webhook-signature": f"v1,AAAA v2,x {given['webhook-signature']}"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"webhook-id": ""}, "missing"),
        ({"webhook-timestamp": ""}, "missing"),
        ({"webhook-signature": ""}, "missing"),
        ({"webhook-timestamp": "soon"}, "seconds"),
        ({"webhook-timestamp": "١٢٣"}, "seconds"),
        ({"webhook-timestamp": str(NOW - 301)}, "five minutes"),
        ({"webhook-timestamp": str(NOW + 301)}, "five minutes"),
        ({"webhook-id": "msg_2"}, "signature"),
        ({"webhook-signature": "v1,"}, "signature"),
        ({"webhook-signature": "ü"}, "signature"),
        (headers(key=b"x" * 32), "signature"),
    ],
)
def test_wrong_header_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(NotSignedIn, match=message):
        hook().verify(BODY, headers() | change)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(at: int, by: int) -> None:
    changed = bytearray(BODY)
    changed[at] ^= by
    with pytest.raises(NotSignedIn):
        hook().verify(bytes(changed), headers())


def test_event_has_our_words_and_the_deliverys_id() -> None:
    event = hook().parse(BODY, headers())[0]
    assert (event.source, event.ticket_id, event.delivery_id) == ("webhook", "T-1", "msg_1")
    assert event.message is not None
    assert event.message.text == "Wo ist mein Päckchen?"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"kind": "gone"}', b"\xff", b'{"kind": "status", "ticket_id": 3}']
)
def test_nonsense_says_what_is_wrong(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        hook().parse(body, headers(body))


def test_without_a_secret_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSIST_WEBHOOK_SECRET", raising=False)
    assert connector() is None


def test_secret_comes_from_the_environment_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSIST_WEBHOOK_SECRET", SECRET)
    assert connector() is not None
    monkeypatch.delenv("ASSIST_WEBHOOK_SECRET")
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    monkeypatch.setenv("ASSIST_WEBHOOK_SECRET_FILE", str(file))
    assert connector() is not None


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "whsec_!!", "whsec_"])
def test_weak_secret_stops_the_start(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("ASSIST_WEBHOOK_SECRET", secret)
    with pytest.raises(ConfigurationError):
        connector()


def test_empty_or_missing_secret_file_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ASSIST_WEBHOOK_SECRET", raising=False)
    monkeypatch.setenv("ASSIST_WEBHOOK_SECRET_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError):
        connector()
    (tmp_path / "none").write_text("")
    with pytest.raises(ConfigurationError):
        connector()
