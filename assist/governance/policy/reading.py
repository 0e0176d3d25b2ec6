"""Reads policies: a YAML file from an admin, or the default that comes with the product."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from assist.errors import InvalidInput
from assist.governance.policy.schema import Policy

DEFAULT = Path(__file__).with_name("policy.yaml")
MAX_BYTES = 512 * 1024


def load(path: Path) -> Policy:
    """Read a policy file; raises `InvalidInput` that says what is wrong, where, and what to do."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"the policy cannot be read: {error.strerror}", where=str(path), hint="Give a readable YAML file."
        ) from None
    return parse(raw, where=str(path))


def parse(raw: bytes | str, *, where: str = "policy") -> Policy:
    """Give the policy of a YAML text; raises as `load` does."""
    if len(raw) > MAX_BYTES:
        raise InvalidInput(f"the policy is larger than {MAX_BYTES // 1024} KB", where=where)
    try:
        data = yaml.load(raw, Loader=_Strict)  # noqa: S506 - a SafeLoader that refuses a key given twice
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"{where}, line {mark.line + 1}" if mark is not None else where
        problem = getattr(error, "problem", None) or str(error)
        raise InvalidInput(
            f"this is not YAML: {problem}", where=line, hint="Compare with `assist policy show`."
        ) from None
    if not isinstance(data, dict):
        raise InvalidInput("a policy is a mapping of keys", where=where, hint="Start from `assist policy show`.")
    return _valid(data, where)


def _valid(data: dict[str, Any], where: str) -> Policy:
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in wrong["loc"]) or "the whole"
        hint = "docs/policy.md lists every key."
        if wrong["type"] == "extra_forbidden":
            raise InvalidInput(f"there is no key {place!r}", where=where, hint=hint) from None
        raise InvalidInput(f"{place}: {wrong['msg'].removeprefix('Value error, ')}", where=where, hint=hint) from None


@cache
def default() -> Policy:
    """Give the policy that comes with the product."""
    return load(DEFAULT)


class _Strict(yaml.SafeLoader):
    """Refuses a key that is given twice: the second would silently win."""


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice", key_node.start_mark)
        seen.add(key)
    pairs: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    return pairs


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
