"""For operators: is it alive, is it ready, and what does it count."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text

if TYPE_CHECKING:
    from assist.web import AssistApp

blueprint = Blueprint("ops", __name__)


class Metrics:
    """The counters of one application; labels are route names and statuses, never what people typed."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "assist_requests_total", "Requests answered.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram("assist_request_seconds", "Seconds a request took.", ["route"], registry=self.registry)
        self.jobs = Gauge("assist_jobs_pending", "Jobs that wait.", registry=self.registry)
        self.records = Gauge("assist_index_records", "Records in the search index.", registry=self.registry)
        self.recall = Gauge("assist_index_recall", "Share of the ten nearest that is found.", registry=self.registry)


def init_app(app: AssistApp) -> None:
    """Register the routes and count requests."""
    metrics = app.extensions["assist_metrics"] = Metrics()
    app.register_blueprint(blueprint)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        metrics.requests.labels(route, response.status_code).inc()
        if "began" in g:
            metrics.seconds.labels(route).observe(time.perf_counter() - g.began)
        return response


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that the process answers."""
    return jsonify(ok=True)


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say whether the database answers and the index is open."""
    from assist.web import current

    services = current().services
    with services.database.reading() as session:
        session.execute(text("SELECT 1"))
    opened = services.index.is_open
    return jsonify(ok=opened, records=len(services.index)), 200 if opened else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give Prometheus its numbers; only to this machine unless a proxy lets others in."""
    from assist.web import current

    app = current()
    counted: Metrics = app.extensions["assist_metrics"]
    counted.jobs.set(app.services.jobs.pending())
    counted.records.set(len(app.services.index))
    if (recall := app.services.index.recall) is not None:
        counted.recall.set(recall)
    return Response(generate_latest(counted.registry), mimetype=CONTENT_TYPE_LATEST)
