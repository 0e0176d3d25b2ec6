"""Keeps the vault's keys in a file that only its owner can read: one a line, the newest first."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assist.errors import ConfigurationError

KEY_BYTES = 32


def decode_key(text: str, *, where: str) -> bytes:
    """Give the 32 bytes of a base64 key (URL-safe or not); raises `ConfigurationError` for anything else."""
    try:
        key = base64.b64decode(text.strip().translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            "the vault key is not 32 bytes in base64",
            where=where,
            hint="Make one: python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'",
        )
    return key


def read_or_create(path: Path) -> list[bytes]:
    """Give the keys in `path`, the newest first; a missing file is made with mode 0600, whole or not at all.

    Raises `ConfigurationError` for a file that others may read, or that holds no key.
    """
    try:
        if not path.exists():
            _create(path)
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            raise ConfigurationError(
                f"the vault key file {path} can be read by others (mode {mode:04o})",
                where="ASSIST_VAULT_KEY_FILE",
                hint=f"Say `chmod 600 {path}`; if somebody may have read it, the masked data is no longer secret.",
            )
        lines = path.read_text(encoding="ascii").split()
        return [decode_key(line, where=str(path)) for line in lines or [""]]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot use the vault key file {path}: {error}",
            where="ASSIST_VAULT_KEY_FILE",
            hint="Give a path this user can read and write, or set ASSIST_VAULT_KEY.",
        ) from error


def write(path: Path, keys: Sequence[bytes]) -> None:
    """Put these keys in the place of what the file holds, all at once."""
    draft = _draft(path, keys)
    os.replace(draft, path)
    _sync(path.parent)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let only one process change the file until the block ends."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        # Released by the kernel when the file closes, so a killed process leaves nothing behind.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The link is exclusive, so of two processes that start at once one key wins for both.
    draft = _draft(path, [secrets.token_bytes(KEY_BYTES)])
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)


def _draft(path: Path, keys: Sequence[bytes]) -> str:
    # mkstemp opens with 0600.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
