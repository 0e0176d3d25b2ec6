"""For operators: is it alive, is it ready, and what does it count."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import text

from assist.outgoing import label

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


class _Labelled(Collector):
    """The counters with every label looked at on its way out, whoever set it."""

    def __init__(self, inner: CollectorRegistry) -> None:
        self._inner = inner

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        for metric in self._inner.collect():
            metric.samples = [
                sample._replace(labels={name: label(value) for name, value in sample.labels.items()})
                for sample in metric.samples
            ]
            yield metric


def exposition(registry: CollectorRegistry) -> bytes:
    """Give the counters in Prometheus's text format; the only way they leave."""
    out = CollectorRegistry()
    out.register(_Labelled(registry))
    return generate_latest(out)


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
    return Response(exposition(counted.registry), mimetype=CONTENT_TYPE_LATEST)
