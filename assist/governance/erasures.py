"""The list of who was erased, outside the database: a backup that is put back must not bring them back.

It holds fingerprints only, made with a key of its own that never changes, and the time until which it counts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assist.errors import ConfigurationError
from assist.store.models import now


@dataclass(frozen=True)
class Erasure:
    """A value whose owner was erased at a time; what came later is theirs anew."""

    at: datetime
    kind: str
    mark: str


class Erasures:
    """Appends to and reads the list in `path`; `key` is 32 bytes."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = hashlib.sha256(b"assist.erasures\0" + key).digest()

    def mark(self, kind: str, canonical: str) -> str:
        """Give the fingerprint of a value in its canonical form; it tells nothing without the key."""
        return hmac.new(self._key, f"{kind}\0{canonical}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def add(self, values: Iterable[tuple[str, str]]) -> list[Erasure]:
        """Append `(kind, canonical value)` pairs as of now; on disk when this returns."""
        at = now()
        added = [Erasure(at, kind, self.mark(kind, value)) for kind, value in values]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            for one in added:
                file.write(json.dumps({"at": at.isoformat(), "kind": one.kind, "mark": one.mark}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return added

    def read(self) -> list[Erasure]:
        """Give the list, oldest first; raises `ConfigurationError` for a line that is none of ours."""
        if not self.path.exists():
            return []
        found = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                told = json.loads(line)
                found.append(Erasure(datetime.fromisoformat(told["at"]), str(told["kind"]), str(told["mark"])))
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigurationError(
                    f"line {number} of {self.path} is no erasure",
                    where="erase",
                    hint="Put the file back as it was: without it a restored backup brings erased people back.",
                ) from error
        return found
