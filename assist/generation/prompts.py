"""Loads the prompts: one Markdown file a task, whose content hash is its version."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assist.errors import ConfigurationError

FOLDER = Path(__file__).resolve().parents[2] / "prompts"
_PARTS = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_SECTION = re.compile(r"^# (system|user)[ \t]*$", re.MULTILINE)
_SLOT = re.compile(r"\{([a-z_]+)\}")


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task: str
    description: str
    temperature: float = Field(0.2, ge=0, le=2)
    max_tokens: int = Field(400, ge=1, le=8_000)


@dataclass(frozen=True)
class Prompt:
    """One task's prompt; `version` is 12 hex digits of the file's SHA-256."""

    task: str
    description: str
    version: str
    temperature: float
    max_tokens: int
    system: str
    user: str

    @property
    def slots(self) -> set[str]:
        """Give the names in braces that a caller must fill."""
        return set(_SLOT.findall(self.system + self.user))

    def messages(self, **values: str) -> list[tuple[str, str]]:
        """Give `(role, text)` pairs with every slot filled; what is filled in is never filled again.

        Raises `ConfigurationError` when the file asks for something that this task does not have.
        """
        if unknown := self.slots - values.keys():
            raise ConfigurationError(
                f"the prompt has {{{min(unknown)}}}, which this task does not fill",
                where=f"prompts/{self.task}.md",
                hint=f"Use: {', '.join(sorted(values))}.",
            )

        def fill(text: str) -> str:
            return _SLOT.sub(lambda match: values[match.group(1)], text).strip()

        return [("system", fill(self.system)), ("user", fill(self.user))]


class Prompts:
    """The prompts of a folder by task."""

    def __init__(self, prompts: dict[str, Prompt]) -> None:
        self._prompts = prompts

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Prompts:
        """Read every Markdown file of a folder except README.md. Raises `ConfigurationError` for one that is wrong."""
        found: dict[str, Prompt] = {}
        for path in sorted(folder.glob("*.md")):
            if path.name != "README.md":
                prompt = read(path)
                if prompt.task in found:
                    raise ConfigurationError(f"two prompts are for the task {prompt.task!r}", where=str(path))
                found[prompt.task] = prompt
        return cls(found)

    def __getitem__(self, task: str) -> Prompt:
        """Give the prompt of a task; raises `ConfigurationError` when there is none."""
        try:
            return self._prompts[task]
        except KeyError:
            raise ConfigurationError(
                f"there is no prompt for the task {task!r}", where="prompts/", hint=f"Add prompts/{task}.md."
            ) from None

    def __iter__(self) -> Any:
        return iter(self._prompts.values())


def read(path: Path) -> Prompt:
    """Read one prompt file: YAML front matter, then the sections `# system` and `# user`."""
    raw = path.read_bytes()
    text = raw.decode("utf-8").replace("\r\n", "\n")
    try:
        parts = _PARTS.match(text)
        if parts is None:
            raise ValueError("it does not start with front matter between --- lines")
        head = _Head.model_validate(yaml.safe_load(parts.group(1)))
        pieces = _SECTION.split(parts.group(2))
        sections = dict(zip(pieces[1::2], pieces[2::2], strict=True))
        if set(sections) != {"system", "user"}:
            raise ValueError("it needs exactly the sections '# system' and '# user'")
    except (ValueError, yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(
            f"this prompt cannot be read: {error}", where=str(path), hint="See prompts/README.md."
        ) from error
    return Prompt(
        task=head.task,
        description=head.description,
        version=hashlib.sha256(raw).hexdigest()[:12],
        temperature=head.temperature,
        max_tokens=head.max_tokens,
        system=sections["system"].strip(),
        user=sections["user"].strip(),
    )
