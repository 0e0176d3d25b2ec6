"""Model and vendor sheets: for each engine where data goes, how long it stays, and who looked at that, when.

One YAML file an engine: the product's own beside this file, an installation's in the folder `sheets` of its home.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import structlog
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assist.errors import InvalidInput
from assist.settings import Settings

FOLDER = Path(__file__).parent
log = structlog.get_logger(__name__)


class Sheet(BaseModel):
    """What is known of an engine. `engines`: names as the settings have them, or patterns such as `openai:*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    engines: list[str] = Field(min_length=1)
    vendor: str
    data_goes_to: str
    region: str
    retention: str
    training_use: str
    contract: str
    reviewed: date
    review_every_days: int = Field(365, ge=1)
    notes: str = ""

    @property
    def due(self) -> date:
        """When somebody must look at it again."""
        return self.reviewed + timedelta(days=self.review_every_days)


@dataclass(frozen=True)
class Configured:
    """An engine that this installation uses, with its sheet, if it has one."""

    use: str
    engine: str
    sheet: Sheet | None
    overdue: bool

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        told = self.sheet.model_dump(mode="json") | {"due": self.sheet.due.isoformat()} if self.sheet else None
        return {"use": self.use, "engine": self.engine, "sheet": told, "overdue": self.overdue}


class Sheets:
    """The sheets there are; an installation's own go before the product's."""

    def __init__(self, settings: Settings) -> None:
        self._own = settings.home / "sheets"
        self._reminded: date | None = None
        self._engines = (("chat", settings.chat_model), ("embedding", settings.embedding_model))

    def read(self) -> list[Sheet]:
        """Read every sheet; raises `InvalidInput` for one that is wrong."""
        return [read(path) for folder in (self._own, FOLDER) for path in sorted(folder.glob("*.yaml"))]

    def of(self, engine: str) -> Sheet | None:
        """Give the sheet of an engine; a file that is wrong is no sheet."""
        try:
            return _find(self.read(), engine)
        except InvalidInput as error:
            log.warning("a sheet cannot be read", where=error.where, reason=error.message)
            return None

    def configured(self, today: date | None = None) -> list[Configured]:
        """Give each engine that this installation uses, beside the rules that always work."""
        sheets, day = self.read(), today or date.today()
        engines = dict.fromkeys([("rules", "extractive"), *((use, name.strip()) for use, name in self._engines)])
        names = [(use, name) for use, name in engines if name and (use, name) != ("chat", "extractive")]
        found = [(use, name, _find(sheets, name)) for use, name in names]
        return [Configured(use, name, one, one is not None and one.due <= day) for use, name, one in found]

    def remind_daily(self, today: date | None = None) -> None:
        """Remind once a day; what the periodic job calls."""
        today = today or date.today()
        if self._reminded != today:
            self._reminded = today
            self.remind()

    def remind(self) -> None:
        """Log which engines have no sheet, and which sheets somebody must look at again."""
        for one in self.configured():
            if one.sheet is None:
                log.warning("this engine has no sheet", engine=one.engine, hint="docs/policy.md")
            elif one.overdue:
                log.warning("the review of a sheet is due", engine=one.engine, due=one.sheet.due.isoformat())


def read(path: Path) -> Sheet:
    """Read one sheet; raises `InvalidInput` that says what is wrong and where."""
    try:
        return Sheet.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, wrong["loc"])) or "the whole"
        raise InvalidInput(f"{place}: {wrong['msg']}", where=str(path), hint="docs/policy.md shows a sheet.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidInput(f"this sheet cannot be read: {type(error).__name__}", where=str(path)) from None


def _find(sheets: Iterable[Sheet], engine: str) -> Sheet | None:
    return next((one for one in sheets if any(fnmatchcase(engine, pattern) for pattern in one.engines)), None)
