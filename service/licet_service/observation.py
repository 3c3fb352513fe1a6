"""What an operator sees of the service: a line for each query, and metrics for Prometheus."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import time
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.responses import Response

from licet_ontology.errors import LicetError
from licet_service.problems import KINDS

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from licet_service.evaluation import Evaluated
    from licet_service.evaluator import WorkerEvaluator
    from licet_service.settings import Settings

log = logging.getLogger("licet.queries")

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which several processes share their metrics."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_Metric = TypeVar("_Metric", Counter, Histogram)

_QUERIES: Final = frozenset({"query", "graph"})


@cache
def labelled(metric: _Metric, *labels: str) -> _Metric:
    """Return the metric of some labels, of which there are few."""
    return metric.labels(*labels)


disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "licet_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "licet_http_request_seconds",
            "Until the last byte of an answer.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.evaluations = Counter(
            "licet_evaluations",
            "Evaluations that ended, by outcome.",
            ["what", "outcome"],
            registry=registry,
        )
        self.evaluation_seconds = Histogram(
            "licet_evaluation_seconds",
            "Of evaluation, in a worker.",
            ["what"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.wait_seconds = Histogram(
            "licet_evaluation_wait_seconds",
            "Until a worker was free.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.rows = Counter("licet_answer_rows", "Rows and triples answered.", registry=registry)
        self.bytes = Counter("licet_answer_bytes", "Bytes answered.", registry=registry)

        def gauge(name: str, text: str, mode: str = "livemostrecent") -> Gauge:
            return Gauge(name, text, registry=registry, multiprocess_mode=mode)  # type: ignore[arg-type]

        self.running = gauge("licet_evaluations_running", "Now in workers.", "livesum")
        self.waiting = gauge("licet_evaluations_waiting", "Now waiting for one.", "livesum")
        self.snapshot_time = gauge(
            "licet_snapshot_timestamp_seconds", "When the snapshot in force was finished."
        )
        self.works = gauge("licet_snapshot_works", "Works in the snapshot in force.")
        self.triples = gauge("licet_snapshot_triples", "Triples in the snapshot in force.")
        if MULTIPROCESS not in os.environ:
            ProcessCollector(registry=registry)

    def text(self) -> bytes:
        """Return the metrics of all processes that share an address."""
        if MULTIPROCESS not in os.environ:
            return generate_latest(self.registry)
        _forget_dead_processes(Path(os.environ[MULTIPROCESS]))
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def _forget_dead_processes(shared: Path) -> None:
    """Take out of the gauges what is only true of a process that runs."""
    for file in shared.glob("gauge_live*_*.db"):
        process = int(file.stem.rpartition("_")[2])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            mark_process_dead(process)  # type: ignore[no-untyped-call]


class Observer:
    """Is told of each evaluation: counts it, and logs those that somebody wrote."""

    def __init__(self, metrics: Metrics, evaluator: WorkerEvaluator, settings: Settings) -> None:
        self._metrics = metrics
        self._evaluator = evaluator
        key = settings.client_hash_key
        self._key = key.encode() or secrets.token_bytes(32)
        self._with_text = settings.log_query_text

    def __call__(self, told: Evaluated) -> None:
        """Take note of an evaluation."""
        metrics = self._metrics
        labelled(metrics.evaluations, told.what, told.outcome).inc()
        labelled(metrics.evaluation_seconds, told.what).observe(told.took_s)
        metrics.wait_seconds.observe(told.waited_s)
        metrics.rows.inc(told.rows)
        metrics.bytes.inc(told.body_bytes)
        metrics.running.set(self._evaluator.running)
        metrics.waiting.set(self._evaluator.waiting)
        if told.what in _QUERIES:
            log.info("query", extra=self._line(told))
        else:
            log.debug("task", extra=self._line(told))

    def _line(self, told: Evaluated) -> dict[str, object]:
        status = 200 if told.outcome == "ok" else KINDS.get(told.outcome, (0, ""))[0]
        text = {"text": told.text} if self._with_text else {}
        return {
            "what": told.what,
            "query_sha256": hashlib.sha256(told.text.encode(errors="replace")).hexdigest()[:16],
            "client": hmac.new(self._key, told.client.encode(), "sha256").hexdigest()[:16],
            "outcome": told.outcome,
            "status": status or None,
            "waited_ms": round(told.waited_s * 1000, 1),
            "took_ms": round(told.took_s * 1000, 1),
            "rows": told.rows,
            "bytes": told.body_bytes,
            **text,
        }


class RequestMetrics:
    """Counts requests by the route that answered, never by what a client wrote."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), "500"

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            route = getattr(scope.get("route"), "path", None) or "none"
            method = "HEAD" if scope.get("licet.head") else scope["method"]
            method = method if method in _METHODS else "other"
            labelled(self._metrics.requests, method, route, status).inc()
            took_s = time.perf_counter() - started
            labelled(self._metrics.request_seconds, route).observe(took_s)


def install(app: FastAPI, evaluator: WorkerEvaluator, settings: Settings) -> None:
    """Let an application count and log what it does, and tell it at ``/metrics``."""
    metrics = Metrics()
    evaluator.observers.append(Observer(metrics, evaluator, settings))
    app.add_middleware(RequestMetrics, metrics=metrics)

    @app.get("/metrics", response_class=Response, tags=["health"], summary="For Prometheus")
    def scrape() -> Response:
        with suppress(LicetError):
            manifest = evaluator.snapshot().manifest
            finished = datetime.fromisoformat(manifest["finished"])
            metrics.snapshot_time.set(finished.timestamp())
            metrics.works.set(manifest["counts"]["works"])
            metrics.triples.set(sum(manifest["triples"].values()))
        metrics.running.set(evaluator.running)
        metrics.waiting.set(evaluator.waiting)
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)
