"""Keeps texts from an embedding server that may not be asked: switched off, or not allowed by the policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assist.errors import AssistError
from assist.retrieval.encoder import Encoder, OpenAIEncoder, Vectors

Refusal = Callable[[], AssistError | None]


class PermittedEncoder:
    """An embedding server that is asked only while `refusal` has nothing against it; raises what it gives."""

    def __init__(self, encoder: Encoder, refusal: Refusal) -> None:
        self._encoder = encoder
        self._refusal = refusal

    @property
    def name(self) -> str:
        """What made the vectors."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """The length of a vector; the server may have to be asked for it."""
        self._require()
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors of the texts."""
        self._require()
        return self._encoder.encode(texts)

    def _require(self) -> None:
        if (refused := self._refusal()) is not None:
            raise refused


def permitted(encoder: Encoder, refusal: Refusal) -> Encoder:
    """Give the encoder, behind leave where it sends texts to a server."""
    return PermittedEncoder(encoder, refusal) if isinstance(encoder, OpenAIEncoder) else encoder
