"""Finds the product's building blocks: one module per prompt guard, recogniser and the like, no list to edit.

Built-in behaviour uses the same extension point as a plug-in: a module in the right package, or an installed
distribution that names one under the entry point group `assist.<package's last name>`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from types import ModuleType

from assist.errors import ConfigurationError


def discover(package: ModuleType, *, folders: bool = True, files: bool = True) -> list[ModuleType]:
    """Give every public module of `package`, then those of plug-ins, each part sorted by name.

    A module whose name starts with `_` is skipped; without `folders`, so is a package within: a room of its own;
    without `files`, so is a module that is none: what the folders share.
    Plug-ins register in the entry point group `assist.<name>`, where `<name>` is the last part of the package's own
    (`assist.recognizers`). Raises `ConfigurationError` when a plug-in cannot be imported: running without a guard that
    somebody installed would be worse than not running.
    """
    found = [info for info in pkgutil.iter_modules(package.__path__) if (folders if info.ispkg else files)]
    own = sorted(info.name for info in found if not info.name.startswith("_"))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in own]
    return [*modules, *_plugins("assist." + package.__name__.rsplit(".", 1)[-1])]


def _plugins(group: str) -> Iterator[ModuleType]:
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        try:
            loaded = entry.load()
        except Exception as error:
            raise ConfigurationError(
                f"the plug-in {entry.name!r} ({entry.value}) cannot be loaded: {error}",
                where=group,
                hint="Repair or uninstall the package that brings it.",
            ) from error
        if not isinstance(loaded, ModuleType):
            raise ConfigurationError(
                f"the plug-in {entry.name!r} names {entry.value}, which is not a module",
                where=group,
                hint="An entry point of this group names a module, such as `my_package.my_module`.",
            )
        yield loaded
