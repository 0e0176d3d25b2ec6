"""The keys of the vault, and which of them is the newest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from assist.errors import ConfigurationError
from assist.redaction import keyfile
from assist.redaction.keyfile import KEY_BYTES

# First byte of a ciphertext: 1, as it was before keys had names; 2, with the name of the key after it.
_NAMELESS, _NAMED = b"\x01", b"\x02"
NAME_BYTES, _NONCE = 4, 12


class Key:
    """One key of 32 bytes; what encrypts, what marks, and its name are derived from it."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise ConfigurationError("the vault key is not 32 bytes long", where="vault")
        self.raw = raw
        self.name = HKDFExpand(SHA256(), NAME_BYTES, b"assist vault key name").derive(raw)
        self._cipher = AESGCM(HKDFExpand(SHA256(), 32, b"assist vault encryption").derive(raw))
        self._mac_key = HKDFExpand(SHA256(), 32, b"assist vault fingerprint").derive(raw)

    @property
    def prefix(self) -> bytes:
        """What every ciphertext of this key begins with."""
        return _NAMED + self.name

    def encrypt(self, value: bytes, place: bytes) -> bytes:
        """Encrypt a value for its place."""
        nonce = secrets.token_bytes(_NONCE)
        return self.prefix + nonce + self._cipher.encrypt(nonce, value, place)

    def decrypt(self, ciphertext: bytes, place: bytes) -> bytes:
        """Decrypt; raises `InvalidTag` for another key, another place or a damaged text."""
        head = len(self.prefix) if ciphertext[:1] == _NAMED else 1
        if len(ciphertext) <= head + _NONCE or (ciphertext[:1] == _NAMED and ciphertext[:head] != self.prefix):
            raise InvalidTag
        if ciphertext[:1] not in {_NAMED, _NAMELESS}:
            raise InvalidTag
        return self._cipher.decrypt(ciphertext[head : head + _NONCE], ciphertext[head + _NONCE :], place)

    def mark(self, message: bytes) -> str:
        """Give 64 hex digits that tell nothing without the key."""
        return hmac.new(self._mac_key, message, hashlib.sha256).hexdigest()


class Keyring:
    """The keys of one vault, the newest first; those of a file are read again when the file has changed."""

    def __init__(self, keys: Sequence[bytes], path: Path | None = None) -> None:
        self.path = path
        self._keys = tuple(Key(raw) for raw in keys)
        self._state = _state(path)

    @property
    def newest(self) -> Key:
        """The key that encrypts."""
        return self._keys[0]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key that opens values, the newest first."""
        return self._keys

    def refresh(self) -> None:
        """See whether another process has changed the key file; one look at the file, no reading, when not."""
        state = _state(self.path)
        if self.path is not None and state != self._state:
            self._keys = tuple(Key(raw) for raw in keyfile.read_or_create(self.path))
            self._state = state

    def renew(self) -> None:
        """Put a new key before the one there is; a ring that has two is in the middle of a rotation, and stays.

        Raises `ConfigurationError` when the only key comes from a setting: a new one has to be set there.
        """
        if self.path is None:
            if len(self._keys) < 2:
                raise ConfigurationError(
                    "the vault's key is set by ASSIST_VAULT_KEY, so this command cannot make another",
                    where="vault",
                    hint="Set a new ASSIST_VAULT_KEY, the present one as ASSIST_VAULT_OLD_KEYS, and run this again.",
                )
            return
        with keyfile.held(self.path):
            self.refresh()
            if len(self._keys) < 2:
                self._write([secrets.token_bytes(KEY_BYTES), self.newest.raw])

    def retire(self) -> None:
        """Forget every key but the newest."""
        if self.path is not None:
            with keyfile.held(self.path):
                self._write([self.newest.raw])

    def _write(self, keys: Sequence[bytes]) -> None:
        assert self.path is not None
        keyfile.write(self.path, keys)
        self._keys = tuple(Key(raw) for raw in keys)
        self._state = _state(self.path)


def _state(path: Path | None) -> tuple[int, int] | None:
    if path is None or not path.exists():
        return None
    told = path.stat()
    return told.st_ino, told.st_mtime_ns
