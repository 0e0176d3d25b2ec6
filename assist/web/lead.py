"""The lead's page: what was accepted, edited, rejected, and what it cost."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, render_template, request

from assist.desk.stats import DIMENSIONS, Filter
from assist.errors import InvalidInput
from assist.web.auth import page, requires

if TYPE_CHECKING:
    from assist.web import AssistApp

blueprint = Blueprint("lead", __name__, url_prefix="/lead")


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


@blueprint.get("")
@page("lead")
def overview() -> str:
    """Show the page; its figures come from `/lead/stats.json`."""
    return render_template("lead.html")


@blueprint.get("/stats.json")
@requires("lead")
def stats() -> Response:
    """Give the figures."""
    from assist.web import current

    return jsonify(current().services.statistics.overview(_filter()))


@blueprint.get("/stats.csv")
@requires("lead")
def stats_csv() -> Response:
    """Give the same figures as one table, a line per day, agent, intent and prompt version."""
    from assist.web import current

    figures = current().services.statistics.overview(_filter())
    out = io.StringIO()
    rows: list[dict[str, Any]] = [{"dimension": "total", "key": "all", **figures["totals"]}]
    for dimension in DIMENSIONS:
        rows += [{"dimension": dimension, **row} for row in figures[f"by_{dimension}"]]
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    name = f"assist-{figures['days']}-days.csv"
    return Response(
        out.getvalue(), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _filter() -> Filter:
    def number(name: str, default: int | None, low: int, high: int) -> int | None:
        raw = request.args.get(name)
        if not raw:
            return default
        if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
            raise InvalidInput(f"{name} must be a number from {low} to {high}", where=request.path)
        return int(raw)

    return Filter(
        days=number("days", 28, 1, 366) or 28,
        agent=number("agent", None, 1, 2**31),
        team=request.args.get("team") or None,
        intent=request.args.get("intent") or None,
    )


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    # A spreadsheet would run what begins like a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value != "-" else value
