"""Proves that a delivery comes from its helpdesk: signatures over raw bytes, shared secrets, signed tokens.

Everything compares in constant time, refuses what is old where the helpdesk gives a time, and says what was wrong,
never what would have been right.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from assist.errors import ConfigurationError, NotSignedIn
from assist.helpdesk import Connector

WINDOW_S = 300
Clock = Callable[[], float]


class Scheme(Protocol):
    """How one helpdesk signs. `covers_body`: a changed byte is noticed; else nothing in the body may be believed."""

    covers_body: bool

    def sign(self, body: bytes, at: float | None = None) -> dict[str, str]:
        """Give the headers that prove a body, as the helpdesk would send them now, or at another time."""

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless the headers prove this body; their names are in small letters."""


@dataclass(frozen=True)
class Stamp:
    """Where a delivery's time stands: `iso` such as 2026-11-25T09:00:00Z, Unix seconds `s` or milliseconds `ms`."""

    header: str
    unit: Literal["iso", "s", "ms"]

    def write(self, at: float) -> str:
        """Give a time as the header has it."""
        if self.unit == "iso":
            return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return str(int(at * 1000 if self.unit == "ms" else at))

    def read(self, text: str) -> float:
        """Give a header's time in Unix seconds; raises `NotSignedIn` for anything else."""
        try:
            if self.unit == "iso":
                at = datetime.fromisoformat(text)
                return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
            if not text.isascii() or not text.isdigit() or len(text) > 15:
                raise ValueError
            return int(text) / (1000 if self.unit == "ms" else 1)
        except (ValueError, OverflowError):
            raise NotSignedIn(f"{self.header} is not a time", where="signature") from None


@dataclass(frozen=True)
class Hmac:
    """An HMAC over the raw body, or over what `signed` makes of time and body.

    `prefix` stands before the signature, such as `sha256=`. Without `stamp` a delivery may come again at any time,
    and only its id tells.
    """

    secret: bytes
    header: str
    digest: Literal["sha1", "sha256"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    stamp: Stamp | None = None
    signed: Callable[[bytes, bytes], bytes] = lambda _stamp, body: body
    window_s: int = WINDOW_S
    clock: Clock = time.time

    covers_body = True

    def __post_init__(self) -> None:
        if not self.secret:
            raise ConfigurationError("the signing secret is empty", where=self.header)

    def sign(self, body: bytes, at: float | None = None) -> dict[str, str]:
        """Give the headers that prove a body now, or at another time."""
        if self.stamp is None:
            return {self.header: self._signature(b"", body)}
        stamp = self.stamp.write(self.clock() if at is None else at)
        return {self.header: self._signature(stamp.encode(), body), self.stamp.header: stamp}

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless the signature is of these bytes and not old."""
        given, at = headers.get(self.header, ""), ""
        if not given:
            raise NotSignedIn(f"{self.header} is missing", where="signature")
        if self.stamp is not None:
            at = headers.get(self.stamp.header, "")
            if not at:
                raise NotSignedIn(f"{self.stamp.header} is missing", where="signature")
            if abs(self.clock() - self.stamp.read(at)) > self.window_s:
                raise NotSignedIn(f"{self.stamp.header} is too old or too new", where="signature", hint="Check clocks.")
        right = self._signature(at.encode(errors="replace"), body)
        if not hmac.compare_digest(right.encode(), given.strip().encode()):
            raise NotSignedIn(
                f"{self.header} does not match the body", where="signature", hint="Check the secret on both sides."
            )

    def _signature(self, at: bytes, body: bytes) -> str:
        raw = hmac.digest(self.secret, self.signed(at, body), getattr(hashlib, self.digest))
        return self.prefix + (raw.hex() if self.encoding == "hex" else base64.b64encode(raw).decode())


@dataclass(frozen=True)
class SharedSecret:
    """A secret that the helpdesk sends in a header: it proves the sender, and nothing of the body."""

    secret: str
    header: str = "x-assist-secret"

    covers_body = False

    def __post_init__(self) -> None:
        if not self.secret:
            raise ConfigurationError("the shared secret is empty", where=self.header)

    def sign(self, body: bytes, at: float | None = None) -> dict[str, str]:  # noqa: ARG002
        """Give the header."""
        return {self.header: self.secret}

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:  # noqa: ARG002
        """Raise `NotSignedIn` unless the secret is right."""
        given = headers.get(self.header, "")
        if not given:
            raise NotSignedIn(f"{self.header} is missing", where="signature")
        if not hmac.compare_digest(self.secret.encode(), given.encode()):
            raise NotSignedIn(f"{self.header} is wrong", where="signature", hint="Check the secret on both sides.")


def decode_secret(text: str, *, where: str, least: int = 0) -> bytes:
    """Give the bytes of a secret in base64; raises `ConfigurationError` when it is none, or shorter than `least`."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ConfigurationError("the secret is not base64", where=where) from error
    if len(key) < least:
        raise ConfigurationError(f"the secret has {len(key)} bytes, and needs {least}", where=where)
    return key


def verify_jwt(token: str, public_key: str, *, audience: str, clock: Clock = time.time) -> dict[str, Any]:
    """Give the claims of an RS256 token for this audience; raises `NotSignedIn` for any other, or an old one.

    The algorithm is ours to name: one that the token itself asks for is never believed.
    """
    try:
        decoded = jwt.decode(token, RSAKey.import_key(public_key), algorithms=["RS256"])
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(clock()), leeway=60, aud={"essential": True, "value": audience}, exp={"essential": True}
        )
        registry.validate(decoded.claims)
    except (JoseError, ValueError) as error:
        raise NotSignedIn(f"the token is not valid ({type(error).__name__})", where="signature") from None
    return dict(decoded.claims)


class Signed(Connector):
    """A connector whose deliveries prove where they come from by `scheme`."""

    scheme: Scheme

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raise `NotSignedIn` unless the raw bytes carry the scheme's proof."""
        self.scheme.verify(body, headers)
