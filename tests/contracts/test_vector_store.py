"""LangChain's own suite for vector stores runs on ours, with the real encoder and with LangChain's fake one."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests

from assist.retrieval.encoder import LangChainEmbeddings, OnnxEncoder
from assist.retrieval.faiss_store import FaissStore


class TestFaissStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> VectorStore:
        return FaissStore(self.get_embeddings())


@pytest.fixture(scope="module")
def store() -> FaissStore:
    texts = [
        "Refunds reach your card within five days.",
        "Reset the password from the sign-in page.",
        "We ship to Spain.",
    ]
    return FaissStore.from_texts(
        texts, LangChainEmbeddings(OnnxEncoder()), [{"n": n} for n in range(3)], ids=["refund", "password", "ship"]
    )


def test_nearest_in_meaning_comes_first(store: FaissStore) -> None:
    (document, score), *_ = store.similarity_search_with_score("When do I get my money back?", k=2)
    assert (document.id, document.metadata) == ("refund", {"n": 0})
    assert 0.2 < score <= 1


def test_search_by_vector_agrees_with_search_by_text(store: FaissStore) -> None:
    vector = store.embeddings.embed_query("delivery abroad")
    assert store.similarity_search_by_vector(vector, 1) == store.similarity_search("delivery abroad", 1)


def test_saved_store_opens_with_the_same_documents(store: FaissStore, tmp_path: Path) -> None:
    store.save(tmp_path)
    again = FaissStore.open(tmp_path, store.embeddings)
    assert again.get_by_ids(["ship", "unknown"]) == store.get_by_ids(["ship"])
    assert again.similarity_search("I forgot my password", 1)[0].id == "password"
    assert again.add_texts(["A fourth text."])[0] not in {"refund", "password", "ship"}
    assert len(again.similarity_search("text", 9)) == 4


def test_empty_store_finds_nothing_and_can_be_saved(tmp_path: Path) -> None:
    embeddings = LangChainEmbeddings(OnnxEncoder())
    FaissStore(embeddings).save(tmp_path)
    assert FaissStore.open(tmp_path, embeddings).similarity_search("anything") == []
