"""The index in lists: found as well as by an exact scan, whatever changes meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assist.errors import ConfigurationError
from assist.retrieval.approximate_index import ApproximateIndex
from assist.retrieval.encoder import OnnxEncoder, Vectors, unit
from assist.retrieval.index import open_index
from assist.retrieval.neighbourhoods import lists_for, recall_at_10
from assist.retrieval.snapshot import Snapshot
from assist.retrieval.vector_index import FaissIndex, Ids
from assist.settings import Settings
from assist.store.database import Database

DIMENSION = 32
SEEN = {"encoder": "e", "database": 1}


def alike(n: int, seed: int = 1) -> Vectors:
    """Vectors in 60 groups, as texts about 60 matters would be."""
    dice = np.random.default_rng(seed)
    matters = np.random.default_rng(0).standard_normal((60, DIMENSION))
    return unit((matters[dice.integers(60, size=n)] + 0.5 * dice.standard_normal((n, DIMENSION))).astype(np.float32))


def filled(index: FaissIndex, n: int = 5_000) -> FaissIndex:
    with index.exclusive():
        index.add(range(1, n + 1), alike(n))
        index.generation = 1
    index.settle()
    return index


def both(n: int = 5_000) -> tuple[FaissIndex, FaissIndex]:
    return filled(FaissIndex(DIMENSION), n), filled(ApproximateIndex(DIMENSION, above=1_000), n)


def test_few_vectors_are_searched_exactly_and_many_in_lists() -> None:
    index = filled(ApproximateIndex(DIMENSION, above=1_000), 1_000)
    assert index.form == "exact"
    assert filled(index, 1_001).form == f"{lists_for(1_001)} lists"
    index.close()


def test_lists_find_what_an_exact_scan_finds() -> None:
    exact, listed = both()
    asked = alike(100, seed=2)
    assert recall_at_10(listed.search(asked, 10)[1], exact.search(asked, 10)[1]) >= 0.98


def test_recall_is_measured_by_the_index_itself_and_fewer_lists_than_all_are_read() -> None:
    _, listed = both()
    assert isinstance(listed, ApproximateIndex)
    assert listed.recall is not None
    assert listed.recall >= 0.98
    assert listed._index.nprobe < lists_for(5_000)


@pytest.mark.parametrize("kept", [range(1, 5_001, 40), range(1, 5_001, 4), range(2_000, 5_001)])
def test_filter_costs_little_recall(kept: range) -> None:
    exact, listed = both()
    keep: Ids = np.array(kept, dtype=np.int64)
    asked = alike(40, seed=3)
    found = listed.search(asked, 10, keep)[1]
    assert np.isin(found, keep).all()
    assert recall_at_10(found, exact.search(asked, 10, keep)[1]) >= 0.95


class Disturbed(ApproximateIndex):
    """Changes while its lists are being made."""

    def _trained(self, ids: Ids) -> Any:
        made = super()._trained(ids)
        self.remove([1, 2])
        self.add([3, 9_000], alike(2, seed=9))
        return made


def test_changes_made_while_lists_are_made_are_not_lost() -> None:
    index = filled(Disturbed(DIMENSION, above=1_000), 2_000)
    moved = alike(2, seed=9)
    assert index.form != "exact"
    assert len(index) == 1_999
    assert index.search(moved, 1)[1][:, 0].tolist() == [3, 9_000]
    assert not np.isin(index.search(alike(2_000)[:2], 50)[1], [1, 2]).any()


def test_index_that_has_shrunk_is_exact_again() -> None:
    index = filled(ApproximateIndex(DIMENSION, above=1_000), 2_000)
    with index.exclusive():
        index.remove(range(1, 1_601))
    index.settle()
    assert (index.form, len(index)) == ("exact", 400)
    assert index.search(alike(2_000)[1_700:1_701], 1)[1][0, 0] == 1_701


def test_lists_are_made_anew_when_they_have_been_outgrown() -> None:
    index = filled(ApproximateIndex(DIMENSION, above=500), 600)
    before = index.form
    assert filled(index, 6_000).form != before


def test_saved_lists_answer_as_before(tmp_path: Path) -> None:
    _, listed = both()
    listed.save(tmp_path / "lists")
    again = ApproximateIndex(DIMENSION, above=1_000)
    again.load(tmp_path / "lists")
    asked = alike(20, seed=4)
    assert again.search(asked, 10)[1].tolist() == listed.search(asked, 10)[1].tolist()
    again.remove([1])
    again.add([2], alike(1, seed=8))
    assert len(again) == 4_999


def test_exact_file_is_read_and_put_in_lists(tmp_path: Path) -> None:
    exact, _ = both()
    exact.save(tmp_path / "exact")
    again = ApproximateIndex(DIMENSION, above=1_000)
    again.load(tmp_path / "exact")
    again.tend()
    again.settle()
    assert (len(again), again.form) == (5_000, f"{lists_for(5_000)} lists")


def test_snapshot_is_written_anew_when_lists_were_made_of_the_same_vectors(tmp_path: Path) -> None:
    exact, listed = both()
    snapshot = Snapshot(tmp_path)
    assert snapshot.save(exact, dimension=DIMENSION, **SEEN)
    assert not snapshot.save(exact, dimension=DIMENSION, **SEEN)
    assert snapshot.save(listed, dimension=DIMENSION, **SEEN)
    assert not snapshot.save(listed, dimension=DIMENSION, **SEEN)
    assert not snapshot.is_due


def test_closed_index_makes_no_lists() -> None:
    index = ApproximateIndex(DIMENSION, above=1_000)
    index.close()
    assert filled(index, 2_000).form == "exact"


@pytest.mark.parametrize(
    ("options", "form"),
    [("", "exact"), ("?kind=exact", "exact"), ("?kind=approximate", "lists"), ("?above=1500", "lists")],
)
def test_url_chooses_the_kind(tmp_path: Path, database: Database, options: str, form: str) -> None:
    settings = Settings.embedded(tmp_path, index_url=f"faiss://{tmp_path / 'index'}{options}")
    index = open_index(settings, database, OnnxEncoder())
    with index._vectors.exclusive():
        index._vectors.add(range(2_000), np.eye(384, dtype=np.float32)[np.arange(2_000) % 384])
    index._vectors.settle()
    assert form in index._vectors.form
    assert index._snapshot is not None
    assert index._snapshot.folder == tmp_path / "index"


@pytest.mark.parametrize("options", ["kind=guess", "above=many", "lists=5"])
def test_unknown_option_of_an_index_says_what_there_is(tmp_path: Path, database: Database, options: str) -> None:
    settings = Settings.embedded(tmp_path, index_url=f"faiss://{tmp_path}?{options}")
    with pytest.raises(ConfigurationError, match="kind=exact"):
        open_index(settings, database, OnnxEncoder())
