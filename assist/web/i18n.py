"""The message catalogue: one JSON file a language, shared by templates and scripts."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import g, request, url_for

from assist.web.auth import optional_user

if TYPE_CHECKING:
    from assist.web import AssistApp

STATIC = Path(__file__).parent / "static"
FOLDER = STATIC / "i18n"


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Give the messages of a language; what it lacks is taken from English."""
    english: dict[str, str] = json.loads((FOLDER / "en.json").read_text(encoding="utf-8"))
    own: dict[str, str] = json.loads((FOLDER / f"{locale}.json").read_text(encoding="utf-8"))
    return english | own


@cache
def locales() -> list[str]:
    """Give the languages there is a catalogue for."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def locale() -> str:
    """Give the language of this request: `?lang=`, the browser's wish, or the setting."""
    if "locale" not in g:
        from assist.web import current

        asked = request.args.get("lang")
        default = current().services.settings.locale
        g.locale = asked if asked in locales() else request.accept_languages.best_match(locales(), default)
    chosen: str = g.locale
    return chosen


def t(key: str, **values: Any) -> str:
    """Give a message in the request's language, with `{name}` filled in; an unknown key shows as itself."""
    return catalogue(locale()).get(key, key).format(**values)


def topic(name: str) -> str:
    """Give the name of a restricted subject in the request's language."""
    return catalogue(locale()).get(f"topic.{name}", name.replace("_", " "))


@cache
def _version(path: str) -> str:
    file = STATIC / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"


def asset(path: str) -> str:
    """Give the URL of a static file with its content's version, so that it can be cached for long."""
    return url_for("static", filename=path, v=_version(path))


def init_app(app: AssistApp) -> None:
    """Give templates what they need."""

    @app.context_processor
    def context() -> dict[str, Any]:
        return {
            "t": t,
            "locale": locale(),
            "locales": locales(),
            "asset": asset,
            "user": optional_user(),
            "demo": app.services.settings.demo,
            "pages": {rule.rule for rule in app.url_map.iter_rules()},
            "topic": topic,
        }
