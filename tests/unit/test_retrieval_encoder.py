"""The bundled encoder, and encoders behind an OpenAI-compatible server."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assist.errors import ConfigurationError, EngineUnavailable
from assist.retrieval.encoder import (
    FOLDER,
    LangChainEmbeddings,
    OnnxEncoder,
    OpenAIEncoder,
    Vectors,
    connect,
    in_depth,
)
from assist.settings import Settings


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder()


def settings(home: Path, model: str) -> Settings:
    return Settings(home=home, embedding_model=model, chat_api_key="key", _env_file=None)  # type: ignore[call-arg,arg-type]


def test_vectors_have_the_promised_shape_and_length_one(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(["one", "two words", "", "long " * 700])
    assert (vectors.shape, vectors.dtype) == ((4, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_order_and_company_do_not_change_a_vector(encoder: OnnxEncoder) -> None:
    texts = [f"text {'x ' * (n % 17)}{n}" for n in range(70)]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts[:5]])
    assert (together[:5] * alone).sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert (together @ encoder.encode(texts[40:41]).T).argmax() == 40


def test_meaning_is_nearer_than_words(encoder: OnnxEncoder) -> None:
    question, alike, other = encoder.encode(
        ["I want my money back", "How do I get a refund?", "How do I get a ticket to the zoo?"]
    )
    assert question @ alike > question @ other + 0.2


def test_no_texts_give_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_missing_model_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="README"):
        OnnxEncoder(tmp_path)


def test_threads_may_share_an_encoder(encoder: OnnxEncoder) -> None:
    texts = ["a kettle", "a lamp", "a mixer"]
    expected = encoder.encode(texts)
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(encoder.encode(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(result, expected, atol=1e-5) for result in results)
    assert len(results) == 4


def test_langchain_sees_the_same_vectors(encoder: OnnxEncoder) -> None:
    embeddings = LangChainEmbeddings(encoder)
    assert embeddings.embed_query("a kettle") == pytest.approx(encoder.encode(["a kettle"])[0].tolist())
    assert len(embeddings.embed_documents(["a", "b"])) == 2


class Embedder(BaseHTTPRequestHandler):
    """An OpenAI-compatible server: a text's vector is its number of a, b, c and other characters."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/embeddings"
        assert self.headers["Authorization"] == "Bearer key"
        rows = [[text.count("a"), text.count("b"), text.count("c"), 1.0] for text in body["input"]]
        data = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
        answer = json.dumps(
            {"object": "list", "data": data, "model": body["model"], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Embedder) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}/v1"
        served.shutdown()
        thread.join()


def test_openai_compatible_server_gives_unit_vectors_of_its_dimension(server: str, tmp_path: Path) -> None:
    encoder = connect(settings(tmp_path, f"openai-compatible:{server}#letters"))
    assert encoder.dimension == 4
    assert encoder.name == f"letters@{server}"
    vectors = encoder.encode(["aa", "b", ""])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3))
    assert vectors[0].argmax() == 0
    assert encoder.encode([]).shape == (0, 4)


def test_server_that_is_down_is_an_engine_that_is_unavailable() -> None:
    encoder = OpenAIEncoder("http://127.0.0.1:9/v1", "letters")
    with pytest.raises(EngineUnavailable, match="ASSIST_EMBEDDING_MODEL"):
        encoder.encode(["a"])


def test_minilm_is_the_default(tmp_path: Path) -> None:
    assert connect(settings(tmp_path, "minilm")).name == OnnxEncoder.name


@pytest.mark.parametrize(
    "model", ["", "word2vec", "openai-compatible:here", "openai-compatible:http://x/v1", "http://x#m"]
)
def test_unknown_encoder_says_what_to_use(model: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ASSIST_EMBEDDING_MODEL"):
        connect(settings(tmp_path, model))


def test_bundled_files_are_those_of_the_provenance_note() -> None:
    told = (FOLDER / "PROVENANCE.md").read_text(encoding="utf-8")
    for name in ("model.int8.onnx", "tokenizer.json"):
        digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
        assert f"| {name} | {digest} |" in told


def test_what_inner_layers_see_comes_with_the_same_vectors(encoder: OnnxEncoder) -> None:
    texts = ["my bag is lost", "where is the parcel that I ordered last week", ""]
    vectors, inner = in_depth(encoder, texts)
    np.testing.assert_allclose(vectors, encoder.encode(texts), atol=1e-6)
    assert inner.shape == (3, 768)
    assert not np.allclose(inner[0], inner[1])
    assert in_depth(encoder, [])[1].shape == (0, 768)


def test_encoder_that_shows_no_inner_layers_gives_vectors_alone(encoder: OnnxEncoder) -> None:
    class Plain:
        name, dimension = "plain", 384

        def encode(self, texts: Sequence[str]) -> Vectors:
            return encoder.encode(texts)

    vectors, inner = in_depth(Plain(), ["my bag is lost"])
    np.testing.assert_allclose(vectors, encoder.encode(["my bag is lost"]), atol=1e-6)
    assert inner.shape == (1, 0)
