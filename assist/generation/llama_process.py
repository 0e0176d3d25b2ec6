"""The child process that serves a GGUF file: llama.cpp's own OpenAI-compatible server on loopback.

It prints `READY <address>` once the model answers, and ends when its standard input closes, so it cannot outlive the
process that started it.
"""

from __future__ import annotations

import argparse
import sys


def main() -> None:
    """Load the model, serve it on a free port of 127.0.0.1, and wait for the parent to go."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options.path
    params.n_ctx = options.context * options.parallel
    params.n_parallel = options.parallel
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.endpoint_slots = True
    params.ui = False
    params.offline = True
    params.verbosity = 0
    server = xllamacpp.Server(params)
    print(f"READY {server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
