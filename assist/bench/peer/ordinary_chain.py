"""An ordinary retrieval chain, as LangChain's own guides build it: FAISS and BM25 in an `EnsembleRetriever`.

Run by `assist bench --only peers` in an environment of its own: `python ordinary_chain.py FOLDER MODEL_FOLDER`. It
imports nothing of the product; the encoder is the same model, so that what differs is the chain.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

warnings.filterwarnings("ignore")
K = 5


def main(folder, model):
    """Time each part for every question and print JSON: seconds by name."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings
    from rank_bm25 import BM25Okapi

    class MiniLm(Embeddings):
        """The encoder of the product, one text at a time."""

        def __init__(self):
            options = onnxruntime.SessionOptions()
            # As the product sets it: threads that wait for work by spinning slow each other down.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            self.session = onnxruntime.InferenceSession(str(model / "model.int8.onnx"), options)
            self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
            self.tokenizer.enable_truncation(256)
            self.tokenizer.no_padding()

        def embed_query(self, text):
            """Give the unit vector of a text."""
            ids = np.array([self.tokenizer.encode(text).ids])
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            vector = self.session.run(None, feed)[0].mean(axis=1)[0]
            return (vector / np.linalg.norm(vector)).tolist()

        def embed_documents(self, texts):
            """Give the unit vectors of texts."""
            return [self.embed_query(text) for text in texts]

    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "vectors.npy")
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    few = questions[: max(len(questions) // 5, 2)]
    embedding = MiniLm()
    store = FAISS.from_embeddings(zip(texts, vectors.tolist(), strict=True), embedding)
    words = BM25Retriever.from_texts(texts)
    words.k = K
    chain = EnsembleRetriever(retrievers=[words, store.as_retriever(search_kwargs={"k": K})], weights=[0.5, 0.5])
    given = [embedding.embed_query(question) for question in questions]
    assert isinstance(words.vectorizer, BM25Okapi)
    timed = {
        "encoder": _timed(embedding.embed_query, questions),
        "store": _timed(lambda question: store.similarity_search(question, k=K), questions),
        "store beyond the encoder": _timed(lambda vector: store.similarity_search_by_vector(vector, k=K), given),
        "flat": _timed(lambda vector: store.index.search(np.array([vector], dtype=np.float32), K), given),
        "words": _timed(words.invoke, few),
        "chain": _timed(chain.invoke, few),
    }
    print(json.dumps(timed))


def _timed(call, inputs):
    call(inputs[0])
    seconds = []
    for given in inputs:
        began = time.perf_counter()
        call(given)
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
