"""Turns texts into unit vectors: the bundled MiniLM model by default, or any OpenAI-compatible server."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import numpy as np
import onnxruntime
from langchain_core.embeddings import Embeddings
from langchain_openai import OpenAIEmbeddings
from numpy.typing import NDArray
from pydantic import SecretStr
from tokenizers import Tokenizer

from assist.errors import ConfigurationError, EngineUnavailable
from assist.outgoing import Destination, release
from assist.outgoing.door import HERE, LOOPBACK
from assist.settings import Settings

FOLDER = Path(__file__).parent / "minilm"
MAX_TOKENS = 256
# The first three of the model's six layers still know which words were used; the fifth is the last before the one that
# was trained to give one vector.
INNER = tuple(f"/model/encoder/layer.{n}/output/LayerNorm/LayerNormalization_output_0" for n in (0, 1, 2, 4))
_FLOAT = b"\x0a\x02\x08\x01"
REMOTE = "openai-compatible:"
Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Gives texts a place in a space where near means alike."""

    @property
    def name(self) -> str:
        """What made the vectors; vectors of different names must never be compared."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors `(len(texts), dimension) float32`, in the order of the texts."""


@runtime_checkable
class DeepEncoder(Protocol):
    """An encoder that also shows what it saw on the way to a vector."""

    def encode_in_depth(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Give unit vectors as `encode` does, and numbers that tell more of the wording, `(len(texts), any)`."""


class OnnxEncoder:
    """all-MiniLM-L6-v2 as int8 ONNX under onnxruntime: 384 dimensions, no network. Safe to share between threads.

    Texts longer than 256 tokens are cut, as the model was trained. Texts run one by one, several at once on as many
    cores. Padded batches of 32 took 1.4 times the processor time (they do not fit its cache), and one scale for the
    8-bit numbers of a whole batch let a text's vector depend on its neighbours (cosine .976 between two batches).
    """

    name = "minilm-l6-v2-int8"
    dimension = 384

    def __init__(self, folder: Path = FOLDER) -> None:
        model, tokens = folder / "model.int8.onnx", folder / "tokenizer.json"
        for path in (model, tokens):
            if not path.is_file():
                raise ConfigurationError(
                    f"the encoder's file {path} is missing",
                    where="ASSIST_EMBEDDING_MODEL",
                    hint="Install the package again, or export the model as docs/encoder/README.md says.",
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count() or 1
        options.inter_op_num_threads = 1
        # Idle threads would otherwise spin for work and take the core from sockets.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        content = model.read_bytes() + b"".join(_also_giving(name) for name in INNER)
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._outputs = [self._session.get_outputs()[0].name]
        self._tokenizer = Tokenizer.from_file(str(tokens))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._beside = ThreadPoolExecutor(options.intra_op_num_threads, thread_name_prefix="encode")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors `(len(texts), 384) float32`; an empty text has one too."""
        rows = [unit(hidden.mean(axis=1)) for hidden, *_ in self._run(texts, self._outputs)]
        return np.concatenate(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)

    def encode_in_depth(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Give unit vectors, and what the inner layers see, `(len(texts), 768) float32`: the mean of the first three
        and the greatest of the fifth.
        """
        vectors, inner = [], []
        for hidden, *first, fifth in self._run(texts, [*self._outputs, *INNER]):
            vectors.append(unit(hidden.mean(axis=1)))
            inner.append(np.hstack([np.mean(first, axis=(0, 2)), fifth.max(axis=1)]))
        if not vectors:
            return np.zeros((0, self.dimension), dtype=np.float32), np.zeros((0, 2 * self.dimension), dtype=np.float32)
        return np.concatenate(vectors), np.concatenate(inner)

    def _run(self, texts: Sequence[str], outputs: list[str]) -> Iterator[list[Vectors]]:
        """Yield for each text what these outputs give, `(1, tokens, 384)` each."""

        def run(tokens: list[int]) -> list[Vectors]:
            ids = np.array([tokens], dtype=np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            found: list[Vectors] = self._session.run(outputs, feed)
            return found

        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        yield from map(run, tokens) if len(tokens) == 1 else self._beside.map(run, tokens)


class OpenAIEncoder:
    """An embedding model behind an OpenAI-compatible server. The dimension is asked for once, when first needed."""

    def __init__(self, url: str, model: str, api_key: str = "") -> None:
        self.name = f"{model}@{url}"
        host = urlsplit(url).hostname or url
        self.destination = Destination("embedding", model, HERE if host in LOOPBACK else host)
        self._dimension = 0
        self._client = OpenAIEmbeddings(
            model=model,
            openai_api_base=url,
            openai_api_key=SecretStr(api_key or "none"),
            # Servers other than OpenAI's expect text, not OpenAI's token numbers.
            check_embedding_ctx_length=False,
            max_retries=2,
            request_timeout=30,
        )

    @property
    def dimension(self) -> int:
        """The length of a vector, as the server answers."""
        if not self._dimension:
            self.encode(["dimension"])
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors; raises `EngineUnavailable` when the server does not answer."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        try:
            # Some servers refuse an empty text.
            released = release([("input", text or " ") for text in texts], to=self.destination, task="embedding")
            rows = self._client.embed_documents([text for _, text in released])
        except Exception as error:
            raise EngineUnavailable(
                f"the embedding server did not answer: {type(error).__name__}",
                where=self.name,
                hint="Check that it runs and that ASSIST_EMBEDDING_MODEL names its URL and model.",
            ) from error
        out = unit(np.asarray(rows, dtype=np.float32))
        self._dimension = out.shape[1]
        return out


class LangChainEmbeddings(Embeddings):
    """Shows an encoder to LangChain."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Give one unit vector for each text."""
        vectors: list[list[float]] = self._encoder.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Give the unit vector of a question; the space is the same as for documents."""
        return self.embed_documents([text])[0]


def connect(settings: Settings) -> Encoder:
    """Give the encoder that `ASSIST_EMBEDDING_MODEL` names; raises `ConfigurationError` for one it does not know."""
    choice = settings.embedding_model
    if choice == "minilm":
        return OnnxEncoder()
    url, hash_sign, model = choice.removeprefix(REMOTE).partition("#")
    if choice.startswith(REMOTE) and hash_sign and url.startswith(("http://", "https://")) and model:
        return OpenAIEncoder(url, model, settings.chat_api_key.get_secret_value())
    raise ConfigurationError(
        f"{choice!r} names no encoder",
        where="ASSIST_EMBEDDING_MODEL",
        hint="Use `minilm`, or `openai-compatible:http://host:port/v1#model`.",
    )


def in_depth(encoder: Encoder, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Give unit vectors, and what the encoder shows beside them: `(len(texts), 0)` for one that shows nothing."""
    if isinstance(encoder, DeepEncoder):
        return encoder.encode_in_depth(texts)
    vectors = encoder.encode(texts)
    return vectors, np.zeros((len(vectors), 0), dtype=np.float32)


@cache
def vocabulary() -> frozenset[str]:
    """Give the whole words that the bundled encoder knows, in small letters."""
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    return frozenset(word for word in tokenizer.get_vocab() if word.isalpha())


def unit(vectors: Vectors) -> Vectors:
    """Scale rows to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def _also_giving(name: str) -> bytes:
    """Give what makes an inner value an output of an ONNX model when it is appended to the file.

    Protocol buffers read behind one another are merged: this is `ModelProto.graph.output`, a `ValueInfoProto` with its
    name and its type (a tensor of float32).
    """
    value = _field(1, name.encode()) + _field(2, _FLOAT)
    return _field(7, _field(12, value))


def _field(number: int, content: bytes) -> bytes:
    assert len(content) < 128, "longer ones need a longer number"
    return bytes([number << 3 | 2, len(content)]) + content
