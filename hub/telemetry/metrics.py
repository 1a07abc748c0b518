"""Prometheus metrics of the request path, summed over all API processes, and the text that /metrics answers.

Every process counts into files of its own under `data_dir/metrics`; a scrape of any of them adds up all. What the
database knows better (jobs, sync lag, tie-out) is read from it at scrape time and handed in as `Gauge` rows.
"""

import os
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.settings import Settings

_counting_in: Path | None = None
_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge as it stands now: rows of label values and a value."""

    name: str
    help: str
    labels: tuple[str, ...]
    rows: Iterable[tuple[tuple[str, ...], float]]


def reset(settings: Settings) -> None:
    """Forget the counts of earlier processes; only while none runs, so before the supervisor starts the first."""
    shutil.rmtree(_folder(settings), ignore_errors=True)


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "metrics"


def _start_counting(settings: Settings) -> Path:
    """Have this process count into files; it keeps the folder of the first settings it was given."""
    global _counting_in
    if _counting_in is None:
        _counting_in = _folder(settings)
        _counting_in.mkdir(parents=True, exist_ok=True)
        # The client decides on its import, by this variable, whether and where it counts into files.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counting_in)
    return _counting_in


class RequestMetrics:
    """Requests by operation, method and status, and how long each operation took. One per process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: dict[Any, Any] = {}
        self._lock = threading.Lock()

    @cached_property
    def _metrics(self) -> tuple[Any, Any]:
        _start_counting(self._settings)
        from prometheus_client import CollectorRegistry, Counter, Histogram  # late: see _start_counting

        registry = CollectorRegistry()
        requests = Counter(
            "paypredict_http_requests_total",
            "Requests answered.",
            ("operation", "method", "status"),
            registry=registry,
        )
        seconds = Histogram(
            "paypredict_http_request_seconds",
            "Time from the request's arrival to its answer.",
            ("operation",),
            buckets=_BUCKETS,
            registry=registry,
        )
        return requests, seconds

    def observe(self, operation: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request. `operation` must come from the routes, never from the path."""
        key = operation, method, status
        if (found := self._children.get(key)) is None:
            with self._lock:
                requests, latency = self._metrics
                found = requests.labels(operation, method, str(status)), latency.labels(operation)
                self._children[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def exposition(self, gauges: Iterable[Gauge] = ()) -> bytes:
        """The text format of all processes' counts and of `gauges`."""
        folder = _start_counting(self._settings)
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.core import GaugeMetricFamily
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        registry.register(_Given(GaugeMetricFamily, gauges))
        return generate_latest(registry)


class _Given:
    """A collector of gauges that were worked out before the scrape."""

    def __init__(self, family: Any, gauges: Iterable[Gauge]) -> None:
        self._family, self._gauges = family, gauges

    def collect(self) -> Iterable[Any]:
        for gauge in self._gauges:
            metric = self._family(gauge.name, gauge.help, labels=gauge.labels)
            for values, value in gauge.rows:
                metric.add_metric(values, value)
            yield metric
