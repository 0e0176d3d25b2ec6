"""A LangChain vector store over FAISS: documents in memory or as JSON beside the vectors, nothing pickled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from assist.retrieval.encoder import Vectors, unit
from assist.retrieval.vector_index import FaissIndex

VECTORS = "vectors.faiss"
DOCUMENTS = "documents.json"


class FaissStore(VectorStore):
    """Keeps documents by string id and finds them by meaning.

    Example:
        store = FaissStore(LangChainEmbeddings(OnnxEncoder()))
        store.add_texts(["Refunds take five days."], ids=["refunds"])
        store.similarity_search("When do I get my money back?", k=1)
    """

    def __init__(self, embedding: Embeddings) -> None:
        self._embedding = embedding
        self._documents: dict[int, Document] = {}
        self._numbers: dict[str, int] = {}
        self._index: FaissIndex | None = None
        self._next = 1

    @property
    def embeddings(self) -> Embeddings:
        """What turns texts into vectors."""
        return self._embedding

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **_kwargs: Any,
    ) -> list[str]:
        """Add texts; an id that is already there is replaced. Gives the ids in order."""
        given = list(texts)
        if not given:
            return []
        # LangChain hands over None for a document without an id.
        names = [name or str(uuid4()) for name in ids or [None] * len(given)]
        details = metadatas or [{} for _ in given]
        numbers = [self._number(name) for name in names]
        vectors = unit(np.asarray(self._embedding.embed_documents(given), dtype=np.float32))
        if self._index is None:
            self._index = FaissIndex(vectors.shape[1])
        self._index.add(numbers, vectors)
        for number, name, text, detail in zip(numbers, names, given, details, strict=True):
            self._documents[number] = Document(id=name, page_content=text, metadata=dict(detail))
        return names

    def delete(self, ids: list[str] | None = None, **_kwargs: Any) -> bool | None:
        """Delete documents by id; unknown ids are ignored, `None` deletes nothing."""
        numbers = [self._numbers.pop(name) for name in dict.fromkeys(ids or []) if name in self._numbers]
        for number in numbers:
            del self._documents[number]
        if self._index is not None:
            self._index.remove(numbers)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Give the documents with these ids; missing ones are left out."""
        return [self._copy(self._numbers[name]) for name in ids if name in self._numbers]

    def similarity_search(self, query: str, k: int = 4, **_kwargs: Any) -> list[Document]:
        """Give the `k` documents nearest in meaning."""
        return [document for document, _ in self.similarity_search_with_score(query, k)]

    def similarity_search_with_score(self, query: str, k: int = 4, **_kwargs: Any) -> list[tuple[Document, float]]:
        """Give documents with their cosine, best first."""
        return self._search(np.asarray([self._embedding.embed_query(query)], dtype=np.float32), k)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **_kwargs: Any) -> list[Document]:
        """Give the `k` documents nearest to a vector."""
        return [document for document, _ in self._search(np.asarray([embedding], dtype=np.float32), k)]

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **_kwargs: Any,
    ) -> Self:
        """Make a store that holds these texts."""
        store = cls(embedding)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def save(self, folder: Path) -> None:
        """Write vectors and documents into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._index is not None:
            self._index.save(folder / VECTORS)
        rows = [
            {"number": number, "id": document.id, "text": document.page_content, "metadata": document.metadata}
            for number, document in self._documents.items()
        ]
        (folder / DOCUMENTS).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path, embedding: Embeddings) -> Self:
        """Read what `save` wrote."""
        store = cls(embedding)
        for row in json.loads((folder / DOCUMENTS).read_text(encoding="utf-8")):
            document = Document(id=row["id"], page_content=row["text"], metadata=row["metadata"])
            store._documents[row["number"]] = document
            store._numbers[row["id"]] = row["number"]
        store._next = max(store._documents, default=0) + 1
        if store._documents:
            store._index = FaissIndex(len(embedding.embed_query("dimension")))
            store._index.load(folder / VECTORS)
        return store

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = self._next
            self._next += 1
        return self._numbers[name]

    def _search(self, vector: Vectors, k: int) -> list[tuple[Document, float]]:
        if self._index is None or not len(self._index):
            return []
        scores, numbers = self._index.search(unit(vector), min(k, len(self._index)))
        return [
            (self._copy(number), float(score))
            for score, number in zip(scores[0].tolist(), numbers[0].tolist(), strict=True)
            if number >= 0
        ]

    def _copy(self, number: int) -> Document:
        # A caller that changes what it was given must not change the store.
        return self._documents[number].model_copy(deep=True)
