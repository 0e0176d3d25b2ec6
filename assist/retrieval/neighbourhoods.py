"""Divides vectors into neighbourhoods, and measures what a search that reads only some of them misses."""

from __future__ import annotations

import math
import threading

import faiss
import numpy as np

from assist.retrieval.encoder import Vectors
from assist.retrieval.vector_index import Ids, untyped_faiss

CHUNK = 10_000
# What a search shall find of the ten nearest; measured with a margin above the 0.98 that is promised.
TARGET = 0.99
PER_CENTRE = 40
ROUNDS = 8


def lists_for(count: int) -> int:
    """Give how many lists suit so many vectors: about twice the square root, a power of two."""
    return int(2 ** round(math.log2(max(2 * math.sqrt(count), 1.0))))


def samples(lists: int) -> int:
    """Give how many vectors the centres of so many lists are made from."""
    return PER_CENTRE * lists


def centres(sample: Vectors, lists: int, stop: threading.Event) -> Vectors:
    """Give the centres of `lists` neighbourhoods, unit vectors `(lists, dimension)`, by k-means."""
    options = untyped_faiss.ClusteringParameters()
    options.niter, options.spherical, options.seed = 1, True, 7
    options.min_points_per_centroid = 1
    options.max_points_per_centroid = PER_CENTRE
    clustering = untyped_faiss.Clustering(sample.shape[1], lists, options)
    # Round by round, so that a process that ends need not wait for all; FAISS goes on from the centres it has.
    for _ in range(ROUNDS):
        if stop.is_set():
            break
        clustering.train(sample, faiss.IndexFlatIP(sample.shape[1]))
    found: Vectors = untyped_faiss.vector_to_array(clustering.centroids).reshape(-1, sample.shape[1])
    return found


def recall_at_10(found: Ids, exact: Ids) -> float:
    """Give the share of the ten nearest that were found."""
    shares = [len(set(some.tolist()) & set(best.tolist()) - {-1}) for some, best in zip(found, exact, strict=True)]
    wanted = int((exact >= 0).sum())
    return float(np.sum(shares) / wanted) if wanted else 1.0
