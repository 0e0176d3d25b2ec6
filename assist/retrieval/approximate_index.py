"""Finds vectors near a vector among millions: exact while they are few, in lists of neighbours when they are many."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import faiss
import numpy as np
import structlog

from assist.retrieval.encoder import Vectors, unit
from assist.retrieval.neighbourhoods import CHUNK, TARGET, centres, lists_for, recall_at_10, samples
from assist.retrieval.vector_index import FaissIndex, Ids, Scores, selecting, untyped_faiss

ABOVE = 200_000
# Lists are made anew when twice as many would be right, that is when there are four times as many vectors.
OUTGROWN = 2
# One in so many searches is remembered, as a vector only, so that recall is checked on what people really ask.
REMEMBERED = 128
ENOUGH = 32
EVERY = 20
CHECK_AFTER = 5_000
CHECK_GROWTH = 1.25
log = structlog.get_logger(__name__)


class ApproximateIndex(FaissIndex):
    """Like `FaissIndex` up to `above` vectors; beyond, a search reads the lists whose centres are nearest only.

    Lists are made in a thread of their own while searches and changes go on with what there is. How many of them a
    search reads is measured, not guessed: as many as it takes to find `TARGET` of the ten nearest, and measured again
    as the vectors grow and on what was asked meanwhile. The last figure is `recall`.
    """

    def __init__(self, dimension: int, *, above: int = ABOVE) -> None:
        super().__init__(dimension)
        self.above = above
        self._recall: float | None = None
        self._asked: deque[Vectors] = deque(maxlen=REMEMBERED)
        self._searches = 0
        self._checked_at = (0, 0)
        self._changed: set[int] | None = None
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._tending: threading.Thread | None = None

    @property
    def form(self) -> str:
        """How the vectors are kept."""
        return f"{self._lists} lists" if self._lists else "exact"

    @property
    def recall(self) -> float | None:
        """Share of the ten nearest that a search finds, as measured last."""
        return self._recall if self._lists else 1.0

    @property
    def _lists(self) -> int:
        return int(self._index.nlist) if isinstance(self._index, faiss.IndexIVF) else 0

    def _drop(self, keys: Ids) -> None:
        super()._drop(keys)
        if self._changed is not None:
            self._changed.update(keys.tolist())

    def clear(self) -> None:
        """Remove everything and set the generation to 0."""
        held = np.flatnonzero(self._held)
        super().clear()
        if self._changed is not None:
            self._changed.update(held.tolist())

    def _scan(self, query: Vectors, k: int, keep: Ids | None) -> tuple[Scores, Ids]:
        self._searches += 1
        if self._searches % EVERY == 0:
            self._asked.append(query[0].copy())
        if not self._lists:
            return super()._scan(query, k, keep)
        selector = selecting(keep)
        there = min(len(self), len(keep)) if keep is not None else len(self)
        # A filter that leaves a tenth leaves a tenth of every list, so ten times as many are read for the same work.
        read = min(self._lists, -(-int(self._index.nprobe) * len(self) // max(there, 1)))
        scores, ids = self._read(query, k, read, selector)
        if read < self._lists and (ids[:, min(k, there) - 1] < 0).any():
            return self._read(query, k, self._lists, selector)
        return scores, ids

    def _read(self, query: Vectors, k: int, lists: int, selector: Any = None) -> tuple[Scores, Ids]:
        options = untyped_faiss.SearchParametersIVF(sel=selector, nprobe=lists)
        found: tuple[Scores, Ids] = self._index.search(query, k, params=options)
        return found

    def _ids_in(self, index: Any) -> Ids | None:
        if not isinstance(index, faiss.IndexIVF):
            return super()._ids_in(index)
        inverted: Any = index.invlists
        parts = [
            untyped_faiss.rev_swig_ptr(inverted.get_ids(number), size).copy()
            for number in range(index.nlist)
            if (size := inverted.list_size(number))
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other writing threads out; what grew too large meanwhile is put in order in the background."""
        with super().exclusive():
            yield
        self.tend()

    # In the background

    def tend(self) -> None:
        """See in a thread of its own to what is due: other lists, or another look at the recall."""
        with self._starting:
            busy = self._tending is not None and self._tending.is_alive()
            if not busy and not self._stopping.is_set() and (self._misfit() or self._unchecked()):
                self._tending = threading.Thread(target=self._put_in_order, name="index-lists", daemon=True)
                self._tending.start()

    def settle(self) -> None:
        """Wait until what goes on in the background is done."""
        if self._tending is not None:
            self._tending.join()

    def close(self) -> None:
        """End what goes on in the background, unfinished if need be."""
        self._stopping.set()
        self.settle()

    def _misfit(self) -> bool:
        if len(self) > self.above:
            return not self._lists or lists_for(len(self)) >= OUTGROWN * self._lists
        return bool(self._lists) and 2 * len(self) < self.above

    def _unchecked(self) -> bool:
        count, searches = self._checked_at
        grown = len(self) > CHECK_GROWTH * count or self._searches - searches > CHECK_AFTER
        return bool(self._lists) and grown

    def _put_in_order(self) -> None:
        # Searches of living people come first: one core is enough for this.
        faiss.omp_set_num_threads(1)
        try:
            if self._misfit():
                self._rearrange()
            if self._lists and not self._stopping.is_set():
                self._check()
        except Exception:
            # Searches go on with what there is; the next change tries again.
            log.exception("the index cannot be put in order")

    def _rearrange(self) -> None:
        count = len(self)
        with self._lock.writing():
            self._changed = set()
            ids = np.flatnonzero(self._held)
        try:
            fresh = self._empty() if count <= self.above else self._trained(ids)
            for start in range(0, len(ids), CHUNK):
                if self._stopping.is_set():
                    return
                _put(fresh, *self._vectors_of(ids[start : start + CHUNK]))
            while len(self._changed) > CHUNK:
                with self._lock.writing():
                    moved, self._changed = self._changed, set()
                self._follow(fresh, moved, self._vectors_of)
            with self._lock.writing():
                self._follow(fresh, self._changed, self._fetch)
                self._index = fresh
        finally:
            self._changed = None
        log.info("the index has been put in order", vectors=len(self), form=self.form)

    def _trained(self, ids: Ids) -> Any:
        lists = lists_for(len(ids))
        quantizer = faiss.IndexFlatIP(self.dimension)
        fresh = faiss.IndexIVFScalarQuantizer(
            quantizer, self.dimension, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
        )
        quantizer.add(centres(self._sample(ids, lists), lists, self._stopping))
        fresh.is_trained = True
        fresh.set_direct_map_type(untyped_faiss.DirectMap.Hashtable)
        return fresh

    def _sample(self, ids: Ids, count: int) -> Vectors:
        """Give vectors at random, as many as the lists to come need."""
        chosen = np.random.default_rng(len(ids)).choice(ids, min(len(ids), samples(count)), replace=False)
        parts = [self._vectors_of(chosen[start : start + CHUNK])[1] for start in range(0, len(chosen), CHUNK)]
        return np.concatenate(parts)

    def _vectors_of(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Give the vectors of those ids that are still there."""
        with self._lock.reading():
            return self._fetch(ids)

    def _fetch(self, ids: Ids) -> tuple[Ids, Vectors]:
        there = ids[self._has(ids)]
        if not len(there):
            return there, np.zeros((0, self.dimension), dtype=np.float32)
        return there, self._index.reconstruct_batch(there)

    def _follow(self, fresh: Any, moved: set[int], fetch: Callable[[Ids], tuple[Ids, Vectors]]) -> None:
        """Bring the new lists up to what changed meanwhile."""
        ids = np.fromiter(moved, dtype=np.int64, count=len(moved))
        for start in range(0, len(ids), CHUNK):
            fresh.remove_ids(ids[start : start + CHUNK])
            _put(fresh, *fetch(ids[start : start + CHUNK]))

    def _check(self) -> None:
        """Measure recall against reading every list, and read as many lists as the target takes."""
        self._checked_at = (len(self), self._searches)
        kinds = [(questions, self._nearest(questions, self._lists)) for questions in self._questions()]
        read, recall = 1, 0.0
        while not self._stopping.is_set():
            recall = min(recall_at_10(self._nearest(questions, read), exact) for questions, exact in kinds)
            if recall >= TARGET or read >= self._lists:
                break
            read = min(2 * read, self._lists)
        else:
            return
        with self._lock.writing():
            self._index.nprobe, self._recall = read, recall
        log.info("recall of the index was measured", recall=round(recall, 4), lists=self._lists, read=read)

    def _questions(self) -> list[Vectors]:
        """Give vectors halfway between two that are there, and what was asked lately; the target holds for both.

        Halfway, because that is as far from everything as a real question is: nearer ones are found in fewer lists
        (at a million in 4 instead of 32, where of real questions' ten nearest only .94 were found).
        """
        ids = np.flatnonzero(self._held)
        dice = np.random.default_rng(len(ids))
        pairs = [self._vectors_of(dice.choice(ids, REMEMBERED))[1] for _ in range(2)]
        size = min(len(pair) for pair in pairs)
        between = unit(pairs[0][:size] + pairs[1][:size])
        asked = list(self._asked)
        return [between, np.array(asked)] if len(asked) >= ENOUGH else [between]

    def _nearest(self, questions: Vectors, lists: int) -> Ids:
        found = np.full((len(questions), 10), -1, dtype=np.int64)
        # One at a time, so that no writer waits for them all.
        for row, question in enumerate(questions):
            if self._stopping.is_set():
                break
            with self._lock.reading():
                found[row] = self._read(question[None], 10, lists)[1][0]
        return found


def _put(index: Any, ids: Ids, vectors: Vectors) -> None:
    if len(ids):
        index.add_with_ids(vectors, ids)
