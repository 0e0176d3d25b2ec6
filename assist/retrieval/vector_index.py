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
# So many vectors are fetched and compared one by one when a filter leaves no more.
FEW = 1_000
# Its Python layer takes arrays and keywords that its type stubs do not know.
untyped_faiss: Any = faiss


class VectorIndex(Protocol):
    """Vectors by id, searched by inner product (cosine, since vectors have length 1). Safe to share between threads.

    `generation` says up to which change of the records the vectors are complete; 0 means nothing yet.
    """

    generation: int

    @property
    def form(self) -> str:
        """How the vectors are kept, such as `exact`; a saved file of another form is worth writing anew."""

    def __len__(self) -> int: ...

    @property
    def recall(self) -> float | None:
        """Share of the ten nearest that a search finds, as measured last; None when nobody measured."""

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

    def settle(self) -> None:
        """Wait until what goes on in the background is done."""

    def close(self) -> None:
        """End what goes on in the background and let go of connections."""


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
    differ by less than 0.001. Ids are expected to come from a sequence: a byte is kept for every id up to the highest.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.generation = 0
        self._lock = ReadWriteLock()
        self._writer = threading.RLock()
        self._index = self._empty()
        self._held = np.zeros(1024, dtype=np.bool_)

    def _empty(self) -> Any:
        flat = faiss.IndexScalarQuantizer(self.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        return faiss.IndexIDMap2(flat)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def form(self) -> str:
        """How the vectors are kept."""
        return "exact"

    @property
    def recall(self) -> float | None:
        """An exact scan finds them all."""
        return 1.0

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Add vectors `(n, dimension) float32`; of an id given twice the last one stays."""
        last = {int(key): row for row, key in enumerate(ids)}
        if not last:
            return
        keys = np.fromiter(last, dtype=np.int64)
        rows = np.ascontiguousarray(vectors[list(last.values())], dtype=np.float32)
        with self._lock.writing():
            self._drop(keys)
            self._index.add_with_ids(rows, keys)
            self._mark(keys)

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Remove what has these ids."""
        with self._lock.writing():
            self._drop(np.asarray(ids, dtype=np.int64))

    def _drop(self, keys: Ids) -> None:
        # FAISS walks through everything to remove anything, so it is asked only when there is something to remove.
        if len(there := keys[self._has(keys)]):
            self._index.remove_ids(there)
            self._held[there] = False

    def _has(self, keys: Ids) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = (keys >= 0) & (keys < len(self._held))
        inside[inside] = self._held[keys[inside]]
        return inside

    def _mark(self, keys: Ids) -> None:
        if (more := int(keys.max()) + 1 - len(self._held)) > 0:
            self._held = np.concatenate([self._held, np.zeros(max(more, len(self._held)), dtype=np.bool_)])
        self._held[keys] = True

    def clear(self) -> None:
        """Remove everything and set the generation to 0."""
        with self._lock.writing():
            self._index = self._empty()
            self._held[:] = False
            self.generation = 0

    def search(self, vectors: Vectors, k: int, keep: Ids | None = None) -> tuple[Scores, Ids]:
        """Give `(scores, ids)`, both `(n, k)`, best first."""
        query = np.ascontiguousarray(vectors, dtype=np.float32)
        if len(query) == 1:
            # One query is one thread's work; waking others for it costs 10 ms and more when the cores are busy.
            faiss.omp_set_num_threads(1)
        with self._lock.reading():
            if keep is not None and len(keep) <= FEW:
                return self._among(query, k, keep)
            scores, ids = self._scan(query, k, keep)
        scores[ids < 0] = -np.inf
        return scores, ids

    def _scan(self, query: Vectors, k: int, keep: Ids | None) -> tuple[Scores, Ids]:
        # The selector must live as long as the search: FAISS keeps only a pointer to it.
        selector = selecting(keep)
        options = untyped_faiss.SearchParameters(sel=selector) if selector is not None else None
        found: tuple[Scores, Ids] = self._index.search(query, k, params=options)
        return found

    def _among(self, query: Vectors, k: int, keep: Ids) -> tuple[Scores, Ids]:
        """Score just these: for a few it is faster to fetch them than to walk through all the others."""
        scores = np.full((len(query), k), -np.inf, dtype=np.float32)
        ids = np.full((len(query), k), -1, dtype=np.int64)
        if len(there := keep[self._has(keep)]):
            products = query @ self._index.reconstruct_batch(there).T
            order = np.argsort(-products, axis=1, kind="stable")[:, :k]
            scores[:, : order.shape[1]] = np.take_along_axis(products, order, axis=1)
            ids[:, : order.shape[1]] = there[order]
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
        ids = self._ids_in(index)
        if ids is None or index.d != self.dimension:
            raise ValueError(f"it is not an index of {self.dimension} dimensions")
        with self._lock.writing():
            self._index = index
            self._held[:] = False
            if len(ids):
                self._mark(ids)

    def _ids_in(self, index: Any) -> Ids | None:
        """Give the ids in an index that was read, or None when it is of another form."""
        return untyped_faiss.vector_to_array(index.id_map) if isinstance(index, faiss.IndexIDMap2) else None

    def settle(self) -> None:
        """Do nothing: nothing goes on in the background."""

    def close(self) -> None:
        """Do nothing: there is no connection."""


def selecting(keep: Ids | None) -> Any:
    """Give FAISS's filter for these ids, None for all."""
    if keep is None:
        return None
    flags = np.zeros(int(keep.max()) + 1 if len(keep) else 1, dtype=bool)
    flags[keep] = True
    return untyped_faiss.IDSelectorBitmap(np.packbits(flags, bitorder="little"))
