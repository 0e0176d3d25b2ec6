"""Every vector index does the same: FAISS in memory, exact or in lists, and pgvector in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from assist.retrieval.approximate_index import ApproximateIndex
from assist.retrieval.encoder import Vectors, unit
from assist.retrieval.pgvector_index import PgVectorIndex
from assist.retrieval.vector_index import FaissIndex, Ids, VectorIndex
from assist.store.database import Database

DIMENSION = 24


class Listed(ApproximateIndex):
    """Makes its lists after every change, so that every test meets them."""

    def __init__(self) -> None:
        super().__init__(DIMENSION, above=4)

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        with self.exclusive():
            super().add(ids, vectors)
        self.settle()


@pytest.fixture(params=["faiss", "lists", pytest.param("pgvector", marks=pytest.mark.services)])
def index(request: pytest.FixtureRequest) -> Iterator[VectorIndex]:
    if request.param == "faiss":
        yield FaissIndex(DIMENSION)
        return
    if request.param == "lists":
        yield Listed()
        return
    made = PgVectorIndex(Database(request.getfixturevalue("postgres_url")), DIMENSION, "test")
    yield made
    made.close()


def vectors(n: int, seed: int = 1) -> Vectors:
    return unit(np.random.default_rng(seed).standard_normal((n, DIMENSION)).astype(np.float32))


def test_nearest_is_the_vector_itself_with_score_one(index: VectorIndex) -> None:
    given = vectors(200)
    index.add(range(1, 201), given)
    scores, ids = index.search(given[[6, 41]], 3)
    assert ids[:, 0].tolist() == [7, 42]
    assert scores[:, 0] == pytest.approx([1, 1], abs=2e-3)
    assert (np.diff(scores) <= 0).all()
    assert len(index) == 200


def test_scores_are_inner_products(index: VectorIndex) -> None:
    given = vectors(50)
    index.add(range(1, 51), given)
    scores, ids = index.search(given[:1], 50)
    assert scores[0] == pytest.approx(given[ids[0] - 1] @ given[0], abs=2e-3)


def test_adding_the_same_id_again_replaces_its_vector(index: VectorIndex) -> None:
    given = vectors(3)
    index.add([1, 2], given[:2])
    index.add([1, 1], given[[0, 2]])
    scores, ids = index.search(given[2:], 2)
    assert (len(index), ids[0, 0]) == (2, 1)
    assert scores[0, 0] == pytest.approx(1, abs=2e-3)


def test_removed_vector_is_not_found_and_unknown_ids_are_ignored(index: VectorIndex) -> None:
    given = vectors(5)
    index.add(range(1, 6), given)
    index.remove([3, 99])
    assert 3 not in index.search(given[2:3], 5)[1]
    assert len(index) == 4


@pytest.mark.parametrize("kept", [[2], [4, 5, 6], list(range(1, 101, 2)), []])
def test_only_kept_ids_are_found_and_none_of_them_is_missed(index: VectorIndex, kept: list[int]) -> None:
    given = vectors(100)
    index.add(range(1, 101), given)
    _, ids = index.search(given[:1], 10, np.asarray(kept, dtype=np.int64))
    wanted = sorted(kept, key=lambda key: -float(given[key - 1] @ given[0]))[:10]
    assert [key for key in ids[0].tolist() if key >= 0] == wanted


def test_wide_filter_still_fills_the_answer(index: VectorIndex) -> None:
    given = vectors(5_600)
    index.add(range(1, 5_601), given)
    kept = np.arange(500, 5_601)
    _, ids = index.search(given[:1], 20, kept)
    assert (ids >= 500).all()


def test_what_is_missing_is_id_minus_one_without_a_score(index: VectorIndex) -> None:
    index.add([1], vectors(1))
    scores, ids = index.search(vectors(1), 3)
    assert ids[0].tolist() == [1, -1, -1]
    assert np.isneginf(scores[0, 1:]).all()


def test_empty_index_and_empty_changes_are_harmless(index: VectorIndex) -> None:
    index.add([], np.zeros((0, DIMENSION), dtype=np.float32))
    index.remove([])
    assert (index.search(vectors(1), 2)[1] == -1).all()


def test_cleared_index_is_empty_at_generation_zero(index: VectorIndex) -> None:
    with index.exclusive():
        index.add([1], vectors(1))
        index.generation = 7
    assert index.generation == 7
    index.clear()
    assert (len(index), index.generation) == (0, 0)


@pytest.mark.services
def test_shared_vectors_survive_a_reconnect_but_not_another_encoder(postgres_url: str) -> None:
    database = Database(postgres_url)
    first = PgVectorIndex(database, DIMENSION, "one")
    first.add([1], vectors(1))
    assert len(PgVectorIndex(database, DIMENSION, "one")) == 1
    assert len(PgVectorIndex(database, DIMENSION, "two")) == 0
    database.close()


@pytest.mark.services
def test_failed_exclusive_block_leaves_nothing_behind(postgres_url: str) -> None:
    index = PgVectorIndex(Database(postgres_url), DIMENSION, "one")

    def fail() -> None:
        with index.exclusive():
            index.add([1], vectors(1))
            index.generation = 3
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (len(index), index.generation) == (0, 0)
    index.close()
