"""Runs a GGUF file in a llama.cpp server of its own process: a crash in native code leaves the product standing."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import structlog

from assist.errors import ConfigurationError, EngineUnavailable

CONTEXT = 4096
PARALLEL = 2
log = structlog.get_logger(__name__)


class LlamaServer:
    """A local model's server; started on first use, started again when it has died, stopped at exit."""

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        if find_spec("xllamacpp") is None:
            raise ConfigurationError(
                "a local model needs the package xllamacpp, which is not installed",
                where="ASSIST_CHAT_MODEL",
                hint="Install the extra: pip install 'agent-assist[local]'.",
            )
        if not path.is_file():
            raise ConfigurationError(
                f"there is no model file {path}",
                where="ASSIST_CHAT_MODEL",
                hint="Give the path of a .gguf file after local:.",
            )
        self.path = path
        self._threads = threads or max(1, min(8, os.cpu_count() or 1))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ready = threading.Event()
        self._address = ""
        self._closed = False
        self.starts = 0
        atexit.register(self.close)

    @property
    def pid(self) -> int | None:
        """Give the process id of the running server, if there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def address(self, wait_s: float) -> str:
        """Give the address, such as `http://127.0.0.1:40123`, starting the server when none runs.

        Loading goes on in the background when it takes longer than `wait_s`: then `EngineUnavailable` is raised and a
        later call finds it ready.
        """
        with self._lock:
            if self._closed:
                raise EngineUnavailable("the local model was stopped", where=self.path.name)
            if self._process is None or self._process.poll() is not None:
                self._start()
            process = self._process
        deadline = time.monotonic() + wait_s
        while not self._ready.wait(min(0.1, max(0.0, deadline - time.monotonic()))):
            if process is not None and process.poll() is not None:
                raise EngineUnavailable(
                    "the local model could not be loaded", where=self.path.name, hint="Is it a GGUF file that fits?"
                )
            if time.monotonic() >= deadline:
                raise EngineUnavailable("the local model is still loading", where=self.path.name)
        return self._address

    def close(self) -> None:
        """Stop the server; safe to call twice."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        atexit.unregister(self.close)

    def _start(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        self._ready = ready = threading.Event()
        self.starts += 1
        command = [sys.executable, "-m", "assist.generation.llama_process", str(self.path)]
        command += ["--context", str(CONTEXT), "--parallel", str(PARALLEL), "--threads", str(self._threads)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module, with a path from the settings
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        log.info("local model starting", model=self.path.name, start=self.starts)
        threading.Thread(
            target=self._listen, args=(self._process, ready), name="assist-local-model", daemon=True
        ).start()

    def _listen(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("READY "):
                    self._address = line.split(maxsplit=1)[1].strip()
                    ready.set()
        except ValueError:
            # The pipe was closed under us: the server is being stopped or replaced.
            return
