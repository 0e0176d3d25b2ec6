"""Connects the chat model that the settings name, whoever serves it, behind LangChain's one interface."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assist.errors import ConfigurationError
from assist.generation.lines import Exchange
from assist.generation.local import LlamaServer
from assist.outgoing import Destination
from assist.outgoing.door import HERE, LOOPBACK
from assist.settings import Settings

# Hosted models reached through the same client, whose calls can therefore be cut.
OPENAI_CLIENTS = ("openai:",)
TRACING = ("LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING")
log = structlog.get_logger(__name__)


class ChatModel:
    """A chat model with its name, the exchange its calls go over, and the local server behind it, if any."""

    def __init__(
        self,
        name: str,
        connect: Callable[[float], BaseChatModel],
        *,
        exchange: Exchange | None = None,
        server: LlamaServer | None = None,
        vendor: str = HERE,
    ) -> None:
        """`vendor`: whose machine it runs on, for whoever asks where texts go."""
        self.name = name
        self.destination = Destination("chat", name, vendor)
        self.exchange = exchange or Exchange()
        self.server = server
        self._connect = connect

    def connected(self, wait_s: float) -> BaseChatModel:
        """Give the model to call; a local one is started if need be. Raises `EngineUnavailable` after `wait_s`."""
        return self._connect(wait_s)

    def close(self) -> None:
        """Stop what was started for this model."""
        if self.server is not None:
            self.server.close()


def connect_chat_model(settings: Settings) -> ChatModel | None:
    """Give the chat model of `ASSIST_CHAT_MODEL`, or None for `extractive`; nothing is called yet.

    Raises `ConfigurationError` for a name that means nothing, a missing file, or a provider that is not installed.
    """
    _keep_traces_here()
    name = settings.chat_model.strip()
    if name in {"", "extractive"}:
        return None
    if name.startswith("openai-compatible:"):
        return _compatible(name.removeprefix("openai-compatible:"), settings)
    if name.startswith("local:"):
        return _local(Path(name.removeprefix("local:")).expanduser(), settings)
    return _hosted(name, settings)


def _keep_traces_here() -> None:
    """Switch LangChain's own tracing off: it would send every prompt to a service that nobody here configured."""
    on = [name for name in TRACING if os.environ.get(name, "").lower() in {"true", "1"}]
    os.environ.update(dict.fromkeys(TRACING, "false"))
    if on:
        log.warning("tracing to LangSmith is switched off: prompts would leave this machine by it", variables=on)


def _compatible(rest: str, settings: Settings) -> ChatModel:
    url, _, model = rest.partition("#")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not model:
        raise ConfigurationError(
            f"{settings.chat_model!r} does not name a server and a model",
            where="ASSIST_CHAT_MODEL",
            hint="Write openai-compatible:http://host:port/v1#model-name.",
        )
    exchange = Exchange()
    loopback = parts.hostname in LOOPBACK
    chat = _client(url, model, settings, exchange, loopback=loopback)
    return ChatModel(model, lambda _: chat, exchange=exchange, vendor=HERE if loopback else parts.hostname)


def _local(path: Path, settings: Settings) -> ChatModel:
    server, exchange = LlamaServer(path), Exchange()
    made: dict[str, ChatOpenAI] = {}

    def connect(wait_s: float) -> BaseChatModel:
        address = server.address(wait_s)
        if address not in made:
            made.clear()
            made[address] = _client(f"{address}/v1", path.stem, settings, exchange, loopback=True)
        return made[address]

    return ChatModel(path.stem, connect, exchange=exchange, server=server)


def _client(url: str, model: str, settings: Settings, exchange: Exchange, *, loopback: bool) -> ChatOpenAI:
    return ChatOpenAI(
        model=model,
        base_url=url,
        # Local servers want no key, but the client insists on one.
        api_key=SecretStr(settings.chat_api_key.get_secret_value() or "none"),
        # With a base_url of our own the client would not ask for token counts by itself.
        stream_usage=True,
        timeout=settings.chat_deadline_s,
        max_retries=0,
        http_client=exchange.client(timeout_s=settings.chat_deadline_s, loopback=loopback),
    )


def _hosted(name: str, settings: Settings) -> ChatModel:
    key = settings.chat_api_key.get_secret_value()
    options: dict[str, Any] = {"api_key": key} if key else {}
    exchange = Exchange()
    if name.startswith(OPENAI_CLIENTS):
        options["http_client"] = exchange.client(timeout_s=settings.chat_deadline_s, loopback=False)
        options["stream_usage"] = True
    if not key:
        raise ConfigurationError(
            f"the hosted model {name!r} needs a key",
            where="ASSIST_CHAT_API_KEY",
            hint="Set it, or ASSIST_CHAT_API_KEY_FILE.",
        )
    try:
        chat = init_chat_model(name, timeout=settings.chat_deadline_s, max_retries=0, **options)
    except (ImportError, ValueError) as error:
        raise ConfigurationError(
            f"the chat model {name!r} cannot be used: {error}",
            where="ASSIST_CHAT_MODEL",
            hint="Name it as provider:model and install the provider's langchain package.",
        ) from error
    provider, _, model = name.partition(":")
    return ChatModel(model or name, lambda _: chat, exchange=exchange, vendor=provider)
