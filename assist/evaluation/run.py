"""Runs the tasks of `assist eval`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from assist.errors import ConfigurationError, InvalidInput
from assist.evaluation.data import Data
from assist.evaluation.result import Result
from assist.registry import discover
from assist.settings import Settings

EVERY = "all"


def tasks() -> dict[str, Any]:
    """Give the modules of all tasks by name, in the order of the report.

    Raises `ConfigurationError` when the libraries of the extra `eval` are not installed.
    """
    try:
        found = discover(import_module("assist.evaluation.tasks"))
    except ImportError as error:
        if (error.name or "").startswith("assist"):
            raise
        raise ConfigurationError(
            f"{error.name} is not installed", where="eval", hint="Install the extra: pip install 'agent-assist[eval]'."
        ) from error
    return {module.NAME: module for module in sorted(found, key=lambda module: module.ORDER)}


def run(name: str, data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Yield the results of a task, or of all of them; raises `InvalidInput` for an unknown one."""
    known = tasks()
    if name != EVERY and name not in known:
        raise InvalidInput(f"there is no task {name!r}", where="eval", hint=f"There are: {', '.join([*known, EVERY])}.")
    for module in known.values() if name == EVERY else [known[name]]:
        if name == EVERY and not data.has(module.FOLDER):
            tell(f"{module.NAME}: no data")
            continue
        yield from module.run(data, settings, tell)
