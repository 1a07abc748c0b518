"""Each connector through the whole hub, over HTTP and through real jobs, against its provider in a box."""

from datetime import date

import pytest

from hub.connections.calling import HubApi
from hub.sdk.testing.company import Company
from tests.integration.connectors.hub_beside_boxes import PROVIDERS, WEBHOOK_SECRET, hub_beside

FAST = {"per_minute": 1_000_000, "concurrent": 100}
"""The box's clock runs a day in a moment, the hub's does not: what it paces itself by is tried elsewhere."""


@pytest.mark.parametrize("slug", PROVIDERS)
def test_thirty_days_tie_out_on_each_of_them(storage, settings, slug):
    company = Company(started_on=date(2026, 6, 1), customers=40, invoices_per_day=6)
    company.advance(60)
    with hub_beside(storage, settings, slug, company, limits=FAST) as hub:
        hub.box.limit()
        hub.connect()
        hub.ties_out()
        if hub.box.webhooks:
            hub.box.webhooks.subscribe(f"{hub.browser.base_url}/api/webhooks/{slug}/app", WEBHOOK_SECRET)
        for day in range(30):
            hub.box.advance()
            if hub.box.webhooks:
                assert all(each.status == 200 for each in hub.box.webhooks.deliver_changes())
                hub.work_off()
            run = hub.sync("full" if day == 20 else "")
            assert run["status"] == "ok", run
            hub.ties_out()


FAULTS = (
    *("status:500", "429", "status:503", "reset", "truncated", "retry_after:1", "html", "malformed", "status:502"),
    *("empty", "timeout", "expired_token", "duplicate", "slow", "reorder", "lost_answer", "status:504", "stale"),
    *("gzip_bomb", "delay:0.1", "redirect:http://127.0.0.1:9/elsewhere", "retry_after:86400"),
)
"""Every way in which a call goes wrong, one after the other."""


@pytest.fixture
def hasty(monkeypatch):
    """The hub does not sleep between tries: the box is told when to be well again, it does not recover by itself."""
    monkeypatch.setitem(HubApi.__init__.__kwdefaults__, "sleep", lambda seconds: None)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("slug", PROVIDERS)
def test_thirty_days_tie_out_although_one_call_in_ten_fails(storage, settings, slug):
    company = Company(started_on=date(2026, 6, 1), customers=30, invoices_per_day=4)
    company.advance(20)
    with hub_beside(storage, settings, slug, company, limits=FAST) as hub:
        hub.box.limit()
        hub.box.fault_seconds = 0.3
        hub.connect()
        hub.box.faults.script(FAULTS, every=10)
        if hub.box.webhooks:
            hub.box.webhooks.subscribe(f"{hub.browser.base_url}/api/webhooks/{slug}/app", WEBHOOK_SECRET)
        asked = 0
        for day in range(30):
            hub.box.advance()
            if hub.box.webhooks and day % 3:  # what was announced on other days is lost
                hub.box.webhooks.deliver_changes(times=2, reverse=True)
            elif hub.box.webhooks:
                hub.box.webhooks.skip_changes()
            run = hub.sync()
            # Some providers need so few calls that they are looked at more often, to have everything go wrong once.
            while run["status"] != "ok" or len(hub.box.faults.fired) * 30 < (day + 1) * len(FAULTS):
                asked += 1
                assert asked < 400, run
                run = hub.sync("full" if run["status"] == "suspicious" else "")
            hub.ties_out()
        assert {kind for kind, _ in hub.box.faults.fired} == set(FAULTS)


@pytest.mark.slow
@pytest.mark.parametrize("slug", PROVIDERS)
def test_fifty_thousand_invoices_and_twenty_thousand_payments_tie_out(storage, settings, slug):
    company = Company.grown(invoices=50_000, payments=20_000)
    with hub_beside(storage, settings, slug, company, limits=FAST) as hub:
        hub.box.limit()
        hub.connect()
        tie_out = hub.ties_out()
        (run,) = [each for each in hub.runs() if each["kind"] == "backfill"]
        assert (run["status"], run["rejected"]) == ("ok", 0)
        assert tie_out["status"] == "ok"
        # Providers that forget what was deleted, and lines of journals, make for a few more or less.
        counts = hub.counts()
        assert counts["invoices"] >= 50_000 and counts["payments"] >= 20_000
