"""Each connector through the whole hub, over HTTP and through real jobs, against its provider in a box."""

from datetime import date

import pytest

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
