"""Keeps the vectors in a folder: one data file, one manifest that names it, one writer at a time.

Whatever moment the power fails, the manifest names a whole data file: the data is written and synced under a new name,
then the manifest is replaced, then the old data goes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from assist.retrieval.vector_index import VectorIndex

MANIFEST = "manifest.json"
VERSION = 1
REST = 20


class Manifest(BaseModel):
    """What a data file holds. `database` is the number of the database whose records these are."""

    version: int = VERSION
    file: str
    sha256: str
    encoder: str
    dimension: int
    database: int
    generation: int
    count: int
    form: str = "exact"


class Unusable(Exception):
    """A snapshot that cannot be used, and why; `expected` when that is no reason to worry."""

    def __init__(self, reason: str, *, expected: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.expected = expected


class Snapshot:
    """The folder of an index. Several processes may read it; `save` waits for another writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rested_until = 0.0

    @property
    def is_due(self) -> bool:
        """Tell whether saving is worth its cost again: at most a twentieth of the time goes into it."""
        return time.monotonic() >= self._rested_until

    def read(self, vectors: VectorIndex, *, encoder: str, database: int, newest: int) -> None:
        """Load the vectors and set their generation; raises `Unusable` with the reason when that cannot be.

        `newest` is the generation of the database: a snapshot beyond it belongs to a database that was put back.
        """
        manifest = self._manifest()
        for problem in _mismatches(manifest, encoder=encoder, database=database, newest=newest):
            raise Unusable(problem)
        path = self.folder / manifest.file
        try:
            if _sha256(path) != manifest.sha256:
                raise Unusable(f"{path.name} is damaged: its checksum is wrong")
            vectors.load(path)
        except (OSError, ValueError) as error:
            raise Unusable(f"{path.name} cannot be read: {error}") from error
        if len(vectors) != manifest.count:
            raise Unusable(f"{path.name} holds {len(vectors)} vectors instead of {manifest.count}")
        vectors.generation = manifest.generation

    def save(self, vectors: VectorIndex, *, encoder: str, dimension: int, database: int) -> bool:
        """Write the vectors, unless another process has saved these or newer ones; tells whether it wrote."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._one_writer(), vectors.exclusive():
            began, form = time.monotonic(), vectors.form
            try:
                held = self._manifest()
                same = (held.encoder, held.database, held.form) == (encoder, database, form)
                if same and held.generation >= vectors.generation:
                    return False
            except Unusable:
                pass
            path = self.folder / f"vectors-{uuid4().hex[:12]}.faiss"
            vectors.save(path)
            _sync(path)
            manifest = Manifest(
                file=path.name,
                sha256=_sha256(path),
                encoder=encoder,
                dimension=dimension,
                database=database,
                generation=vectors.generation,
                count=len(vectors),
                form=form,
            )
            self._replace_manifest(manifest)
            for old in self.folder.glob("vectors-*.faiss"):
                if old.name != path.name:
                    old.unlink(missing_ok=True)
            self._rested_until = time.monotonic() + REST * (time.monotonic() - began)
            return True

    def forget(self) -> None:
        """Let nobody use what is saved, so that the next `save` writes."""
        (self.folder / MANIFEST).unlink(missing_ok=True)

    def _manifest(self) -> Manifest:
        path = self.folder / MANIFEST
        try:
            return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise Unusable("there is none yet", expected=True) from error
        except (OSError, ValueError, ValidationError) as error:
            raise Unusable(f"{MANIFEST} cannot be read: {type(error).__name__}") from error

    def _replace_manifest(self, manifest: Manifest) -> None:
        draft = self.folder / f"{MANIFEST}.new"
        draft.write_text(json.dumps(manifest.model_dump(), indent=2), encoding="utf-8")
        _sync(draft)
        draft.replace(self.folder / MANIFEST)
        _sync(self.folder)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        with (self.folder / "writer.lock").open("w") as lock:
            # Released by the kernel when the file closes, so a killed writer leaves nothing behind.
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _mismatches(manifest: Manifest, *, encoder: str, database: int, newest: int) -> Iterator[str]:
    if manifest.version != VERSION:
        yield f"it has format {manifest.version}, this is format {VERSION}"
    if manifest.encoder != encoder:
        yield f"its vectors were made by {manifest.encoder}, not by {encoder}"
    if manifest.database != database:
        yield "it belongs to another database"
    if manifest.generation > newest:
        yield f"its generation {manifest.generation} is newer than the database's {newest}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
