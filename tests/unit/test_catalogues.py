"""All languages of the pages say the same things."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "assist" / "web" / "static" / "i18n"
ENGLISH = json.loads((FOLDER / "en.json").read_text(encoding="utf-8"))
NAMED = re.compile(r"""\bt\(["']([a-z_]+(?:\.[a-z_0-9]+)*)["'][,)]""")
OTHERS = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "en")


@pytest.mark.parametrize("language", OTHERS)
def test_catalogue_has_the_same_keys_with_the_same_placeholders(language: str) -> None:
    catalogue = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    assert sorted(catalogue) == sorted(ENGLISH)
    for key, text in catalogue.items():
        assert sorted(re.findall(r"\{(\w+)\}", text)) == sorted(re.findall(r"\{(\w+)\}", ENGLISH[key])), key


def test_every_message_the_scripts_name_exists() -> None:
    used: set[str] = set()
    static = FOLDER.parent
    for file in [*static.rglob("*.js"), *(static.parent / "templates").glob("*.html")]:
        if "vendor" not in file.parts and "chat" not in file.parts:
            used.update(NAMED.findall(file.read_text(encoding="utf-8")))
    assert used - set(ENGLISH) == set()
    assert len(used) > 100
