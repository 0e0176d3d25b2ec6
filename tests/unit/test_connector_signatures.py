"""Signatures by the vendors' own descriptions, and signed tokens that try to name their own rules."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from assist.errors import ConfigurationError, NotSignedIn
from connectors.chatwoot.events import scheme as chatwoot
from connectors.signatures import Hmac, SharedSecret, Stamp, decode_secret, verify_jwt
from connectors.zendesk.events import scheme as zendesk

NOW = 1_795_599_000.0
BODY = '{"text": "Wo ist mein Päckchen? 😀"}'.encode()
KEY = RSAKey.generate_key(2048)
OTHER = RSAKey.generate_key(2048)
PUBLIC = KEY.as_pem(private=False).decode()


def test_zendesk_signs_time_and_body_with_nothing_between() -> None:
    headers = zendesk("secret").sign(BODY, at=NOW)
    stamp = headers["x-zendesk-webhook-signature-timestamp"]
    assert stamp == "2026-11-25T09:30:00Z"
    right = base64.b64encode(hmac.digest(b"secret", stamp.encode() + BODY, hashlib.sha256)).decode()
    assert headers["x-zendesk-webhook-signature"] == right


def test_chatwoot_signs_time_dot_body() -> None:
    headers = chatwoot("secret").sign(BODY, at=NOW)
    assert headers["x-chatwoot-timestamp"] == "1795599000"
    right = hmac.new(b"secret", b"1795599000." + BODY, hashlib.sha256).hexdigest()
    assert headers["x-chatwoot-signature"] == f"sha256={right}"


@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
@pytest.mark.parametrize("unit", ["s", "ms", "iso", None])
@given(body=st.binary(max_size=60), flip=st.integers(0, 10_000))
def test_any_scheme_takes_its_own_and_no_changed_body(
    encoding: Any, digest: Any, unit: Any, body: bytes, flip: int
) -> None:
    stamp = Stamp("x-time", unit) if unit else None
    scheme = Hmac(b"k", "x-sign", digest, encoding, prefix="p=", stamp=stamp, clock=lambda: NOW)
    headers = scheme.sign(body)
    scheme.verify(body, headers)
    changed = bytearray(body or b"x")
    changed[flip % len(changed)] ^= 1
    with pytest.raises(NotSignedIn):
        scheme.verify(bytes(changed), headers)


def test_empty_secret_is_no_secret() -> None:
    for make in (lambda: Hmac(b"", "x"), lambda: SharedSecret(""), lambda: decode_secret("", where="X", least=1)):
        with pytest.raises(ConfigurationError):
            make()
    with pytest.raises(ConfigurationError):
        decode_secret("not base64!", where="X")


def token(claims: dict[str, Any], key: Any = KEY, **header: str) -> str:
    return jwt.encode({"alg": "RS256", **header}, claims, key)


def forged(header: bytes, key: bytes | None) -> str:
    """Make a token by hand that asks for another algorithm."""
    head = base64.urlsafe_b64encode(header).decode().rstrip("=")
    signed = f"{head}.{token(CLAIMS).split('.')[1]}"
    if key is None:
        return f"{signed}."
    mark = hmac.digest(key, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


CLAIMS = {"aud": "https://acme.example/42", "exp": int(NOW) + 300, "sub": "7"}


def test_signed_token_gives_its_claims() -> None:
    assert verify_jwt(token(CLAIMS), PUBLIC, audience=CLAIMS["aud"], clock=lambda: NOW)["sub"] == "7"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad",
    [
        token(CLAIMS, OTHER),
        token(CLAIMS | {"aud": "https://other.example"}),
        token(CLAIMS | {"exp": int(NOW) - 3600}),
        token({"aud": CLAIMS["aud"]}),
        token({"exp": CLAIMS["exp"]}),
        # The public key is no secret: a token "signed" with it must not pass as an HMAC.
        forged(b'{"alg":"HS256"}', PUBLIC.encode()),
        forged(b'{"alg":"none"}', None),
        token(CLAIMS)[:-4],
        "",
        "a.b.c",
        "ü.ü.ü",
    ],
)
def test_token_of_another_kind_key_or_time_is_refused(bad: str) -> None:
    with pytest.raises(NotSignedIn):
        verify_jwt(bad, PUBLIC, audience=str(CLAIMS["aud"]), clock=lambda: NOW)
