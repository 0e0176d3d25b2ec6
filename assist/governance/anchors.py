"""Anchors of the audit: its newest digest, sealed, in a file outside the database."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

from assist.errors import ConfigurationError
from assist.governance import audit
from assist.governance.audit import Fault
from assist.store.database import Database
from assist.store.models import now

EVERY = timedelta(days=1)


class Anchor(TypedDict):
    """When the audit's newest row was which, with which digest."""

    at: str
    seq: int
    digest: str


class Anchors:
    """Writes anchors into `path`, one JSON object a line, and holds the audit against them.

    Copy the file to where no administrator of the database can write: that is what makes it worth anything.
    """

    def __init__(self, database: Database, path: Path, secret: str) -> None:
        self._database = database
        self._path = path
        self._key = hashlib.sha256(b"assist.audit-anchors\0" + secret.encode()).digest()

    def write(self) -> int:
        """Append an anchor, if rows came since the last one; gives the number of the newest row."""
        seq, digest = audit.head(self._database)
        told = self._read()
        if seq and (not told or told[-1]["seq"] < seq):
            line = Anchor(at=now().isoformat(), seq=seq, digest=digest)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({**line, "seal": self._seal(line)}) + "\n")
                file.flush()
                os.fsync(file.fileno())
        return seq

    def write_daily(self) -> None:
        """Append an anchor when the last one is a day old; what the periodic job calls."""
        age = now().timestamp() - self._path.stat().st_mtime if self._path.exists() else EVERY.total_seconds()
        if age >= EVERY.total_seconds():
            self.write()

    def last(self) -> Anchor | None:
        """Give the newest anchor; raises as `verify` does."""
        told = self._read()
        return told[-1] if told else None

    def verify(self) -> tuple[int, Fault | None]:
        """Give how many anchors there are and the first that the audit does not keep.

        Raises `ConfigurationError` for a line that is no anchor of this installation.
        """
        told = self._read()
        for anchor in told:
            if audit.digest_at(self._database, anchor["seq"]) != anchor["digest"]:
                return len(told), Fault(anchor["seq"], "not anchored", f"the anchor of {anchor['at']} says otherwise")
        return len(told), None

    def _read(self) -> list[Anchor]:
        if not self._path.exists():
            return []
        found: list[Anchor] = []
        for number, line in enumerate(self._path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                told = json.loads(line)
                anchor = Anchor(at=str(told["at"]), seq=int(told["seq"]), digest=str(told["digest"]))
                genuine = hmac.compare_digest(str(told["seal"]), self._seal(anchor))
            except (ValueError, KeyError, TypeError):
                genuine = False
            if not genuine:
                raise ConfigurationError(
                    f"line {number} of {self._path} is no anchor of this installation",
                    where="audit",
                    hint="It was changed, or the secret key is another. Verify with the key that wrote it.",
                )
            found.append(anchor)
        return found

    def _seal(self, anchor: Anchor) -> str:
        told = json.dumps(anchor, sort_keys=True)
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()
