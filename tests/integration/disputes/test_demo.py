"""The demo's disputes go through the same verbs as any, and come to what the file says."""

import tomllib
from datetime import timedelta

from hub.cli import demo_disputes
from hub.disputes.workflow import STATUSES
from tests.integration.disputes.conftest import NOW


def test_they_are_opened_once_and_stand_where_the_file_leads(storage, tenant, new_invoice, admin, program):
    now = NOW + timedelta(days=90)
    wanted = tomllib.loads(demo_disputes.FILE.read_text(encoding="utf-8"))["dispute"]
    for place in range(3 * len(wanted)):
        new_invoice("1000", customer=f"demo{place}")
    assert demo_disputes.open_all(storage, tenant, now) == len(wanted) >= 20
    assert demo_disputes.open_all(storage, tenant, now) == 0
    found = []
    page = admin.get("/api/disputes?sort=opened_at&limit=200").json
    for item in page["items"]:
        history = admin.get(f"/api/disputes/{item['id']}/history").json["items"]
        assert [each["at"] for each in history] == sorted(each["at"] for each in history)
        found.append(item["status"])
    assert len(found) == len(wanted)
    assert set(found) == set(STATUSES)
    assert len({item["customer_id"] for item in page["items"]}) == len(wanted)


def test_without_anybody_to_look_after_them_there_are_none(storage, request):
    from hub.tenants import service as tenants

    key = tenants.create(storage, "Demo of nobody").key
    assert demo_disputes.open_all(storage, key, NOW) == 0
