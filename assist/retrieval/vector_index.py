"""Finds vectors near a vector: the protocol, and FAISS in memory as its default."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from assist.retrieval.encoder import Vectors

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]
# Its Python layer takes arrays and keywords that its type stubs do not know.
untyped_faiss: Any = faiss


class VectorIndex(Protocol):
    """Vectors by id, searched by inner product (cosine, since vectors have length 1). Safe to share between threads.

    `generation` says up to which change of the records the vectors are complete; 0 means nothing yet.
    """

    generation: int

    def __len__(self) -> int: ...

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Add vectors `(n, dimension) float32`, replacing those whose id is already there."""

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Remove what has these ids; unknown ids are ignored."""

    def clear(self) -> None:
        """Remove everything and set the generation to 0."""

    def search(self, vectors: Vectors, k: int, keep: Ids | None = None) -> tuple[Scores, Ids]:
        """Give `(scores (n, k), ids (n, k))`, best first; `keep`: only these ids, `None` means all.

        Where fewer than `k` are found the rest is id -1 with score -inf.
        """

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep other writers out while the block reads `generation`, changes vectors and raises it.

        Where the vectors are shared between processes, writers of all of them are kept out.
        """

    def save(self, path: Path) -> None:
        """Write the vectors to a file, if this index lives in files at all."""

    def load(self, path: Path) -> None:
        """Read what `save` wrote; raises `OSError` or `ValueError` when it cannot be read."""

    def close(self) -> None:
        """Let go of connections."""


class ReadWriteLock:
    """Many readers or one writer; a waiting writer goes before new readers."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._readers = 0
        self._writers = 0
        self._writing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold off writers while the block runs."""
        with self._condition:
            self._condition.wait_for(lambda: not self._writers)
            self._readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._readers -= 1
                self._condition.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold off everybody else while the block runs."""
        with self._condition:
            self._writers += 1
            self._condition.wait_for(lambda: not self._readers and not self._writing)
            self._writing = True
        try:
            yield
        finally:
            with self._condition:
                self._writing = False
                self._writers -= 1
                self._condition.notify_all()


class FaissIndex:
    """Exact search over half-precision vectors in memory.

    Exact, because a filter then costs nothing in recall, removal is simple and there is nothing to train. Half
    precision, because a scan is bound by memory: 100,000 x 384 take 7 ms on one core instead of 15, and the scores
    differ by less than 0.001.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.generation = 0
        self._lock = ReadWriteLock()
        self._writer = threading.RLock()
        self._index = self._empty()

    def _empty(self) -> Any:
        flat = faiss.IndexScalarQuantizer(self.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        return faiss.IndexIDMap2(flat)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Add vectors `(n, dimension) float32`; of an id given twice the last one stays."""
        last = {int(key): row for row, key in enumerate(ids)}
        if not last:
            return
        keys = np.fromiter(last, dtype=np.int64)
        rows = np.ascontiguousarray(vectors[list(last.values())], dtype=np.float32)
        with self._lock.writing():
            if self._index.ntotal:
                self._index.remove_ids(keys)
            self._index.add_with_ids(rows, keys)

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Remove what has these ids."""
        if len(ids) and len(self):
            with self._lock.writing():
                self._index.remove_ids(np.asarray(ids, dtype=np.int64))

    def clear(self) -> None:
        """Remove everything and set the generation to 0."""
        with self._lock.writing():
            self._index = self._empty()
            self.generation = 0

    def search(self, vectors: Vectors, k: int, keep: Ids | None = None) -> tuple[Scores, Ids]:
        """Give `(scores, ids)`, both `(n, k)`, best first."""
        query = np.ascontiguousarray(vectors, dtype=np.float32)
        # The bitmap must live as long as the search: FAISS keeps only a pointer to it.
        bitmap = _bitmap(keep) if keep is not None else None
        selector = untyped_faiss.IDSelectorBitmap(bitmap) if bitmap is not None else None
        options = untyped_faiss.SearchParameters(sel=selector) if selector is not None else None
        if len(query) == 1:
            # One query is one thread's work; waking others for it costs 10 ms and more when the cores are busy.
            faiss.omp_set_num_threads(1)
        with self._lock.reading():
            scores, ids = self._index.search(query, k, params=options)
        scores[ids < 0] = -np.inf
        return scores, ids

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other writing threads out."""
        with self._writer:
            yield

    def save(self, path: Path) -> None:
        """Write the index to a file. The caller sees to atomicity."""
        with self._lock.reading():
            faiss.write_index(self._index, str(path))

    def load(self, path: Path) -> None:
        """Read a file that `save` wrote; raises `ValueError` when it is damaged or of another dimension."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise ValueError(f"FAISS cannot read it: {str(error).splitlines()[0]}") from error
        if not isinstance(index, faiss.IndexIDMap2) or index.d != self.dimension:
            raise ValueError(f"it is not an index of {self.dimension} dimensions")
        with self._lock.writing():
            self._index = index

    def close(self) -> None:
        """Do nothing: there is no connection."""


def _bitmap(keep: Ids) -> NDArray[np.uint8]:
    flags = np.zeros(int(keep.max()) + 1 if len(keep) else 1, dtype=bool)
    flags[keep] = True
    return np.packbits(flags, bitorder="little")
