"""Reads evaluation data: a folder of tasks, each with `dev/*.jsonl` and maybe `test/*.jsonl`."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assist.errors import InvalidInput

Row = dict[str, Any]


@dataclass(frozen=True)
class Data:
    """A folder of evaluation data; at most `limit` rows of a dataset are used, chosen by `seed`."""

    folder: Path
    limit: int | None = None
    seed: int = 0

    def datasets(self, task: str) -> list[Path]:
        """Give the files to report on: the `test` part where there is one, else `dev`.

        Raises `InvalidInput` when there are none.
        """
        files = self._files(task)
        if files:
            return files
        raise InvalidInput(
            f"there is no {task}/dev/*.jsonl in {self.folder}", where="eval", hint="Give the right folder with --data."
        )

    def has(self, task: str) -> bool:
        """Tell whether there is a dataset for the task."""
        return bool(self._files(task))

    def _files(self, task: str) -> list[Path]:
        parts = (sorted((self.folder / task / part).glob("*.jsonl")) for part in ("test", "dev"))
        return next((files for files in parts if files), [])

    def training(self, file: Path) -> list[Row] | None:
        """Give the `dev` rows to learn from for a file of the `test` part; `None`: only `file` itself is there."""
        other = file.parent.parent / "dev" / file.name
        return list(read(other)) if file.parent.name == "test" and other.exists() else None

    def rows(self, file: Path) -> list[Row]:
        """Give a dataset's rows, a fixed sample of them where a limit is set."""
        every = list(read(file))
        if self.limit is None or len(every) <= self.limit:
            return every
        # A fixed seed: two runs must measure the same rows.
        chosen = random.Random(self.seed).sample(range(len(every)), self.limit)  # noqa: S311
        return [every[index] for index in sorted(chosen)]

    def corpus(self, pattern: str) -> list[Row]:
        """Give the rows of every file that a pattern names, relative to the folder."""
        return [row for file in sorted(self.folder.glob(pattern)) for row in read(file)]


def read(file: Path) -> Iterator[Row]:
    """Yield the rows of a JSONL file; raises `InvalidInput` that names a line that is none."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InvalidInput(f"{file.name}:{number}: {error}", where="eval") from None
            if not isinstance(row, dict):
                raise InvalidInput(f"{file.name}:{number}: not an object", where="eval")
            yield row
