"""/api/webhook-endpoints: made, changed, tried, disabled, replayed; its secret is seen once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.events import PromiseBroken
from hub.jobs import announcing
from hub.tenants import service as tenants
from hub.webhooks import jobs, service
from tests.integration.identity.callers import machine, person
from tests.integration.webhooks.conftest import Reply

PATH = "/api/webhook-endpoints"


@pytest.fixture
def made(admin, receiver, storage, tenant):
    """An endpoint made through the API, as it was answered; gone after the test."""
    response = admin.post(PATH, json={"url": receiver.url, "description": "ERP", "events": ["promise.broken"]})
    assert response.status_code == 201
    yield response.json
    admin.delete(f"{PATH}/{response.json['id']}")
    with storage.tenant(tenant) as session:
        session.execute(text("delete from webhook_messages"))


def named(response):
    return [each["field"] for each in response.json["fields"]]


def etag(admin, made):
    return admin.get(f"{PATH}/{made['id']}").headers["ETag"]


def tell(storage, tenant, count=1):
    with storage.tenant(tenant) as session:
        for _ in range(count):
            announcing.announce(
                session, PromiseBroken(tenant=tenant, promise_id=str(uuid4()), invoice_id="i", customer_id="c")
            )


def test_a_new_endpoint_shows_its_secret_once(admin, made):
    assert made["secret"].startswith("whsec_")
    assert (made["status"], made["events"], made["description"]) == ("enabled", ["promise.broken"], "ERP")
    one = admin.get(f"{PATH}/{made['id']}")
    listed = admin.get(PATH).json
    assert "secret" not in one.json and made["secret"] not in str(listed)
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    assert "reminder.bounced" in listed["events"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "not an address"}, "url"),
        ({"url": "https://user:pw@erp.example/"}, "url"),
        ({"url": "https://erp.example/" + "a" * 2048}, "url"),
        ({"url": "https://erp.example/", "events": ["invoice.exploded"]}, "events"),
        ({"url": "https://erp.example/", "description": "x" * 201}, "description"),
        ({"url": "https://erp.example/", "secret": "whsec_mine"}, "secret"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_stored(admin, body, field):
    response = admin.post(PATH, json=body)
    assert response.status_code == 422
    assert any(name == field or name.startswith(f"{field}.") for name in named(response))
    assert admin.get(PATH).json["items"] == []


def test_a_tenant_has_so_many_endpoints_and_no_more(app, storage, settings):
    tenant = tenants.create(storage, f"Many endpoints {uuid4().hex[:6]}").key
    admin = person(app, storage, settings, (tenant, "admin"))
    for number in range(service.MOST_ENDPOINTS):
        assert admin.post(PATH, json={"url": f"https://erp.example/{number}"}).status_code == 201
    response = admin.post(PATH, json={"url": "https://erp.example/more"})
    assert response.status_code == 409 and "20" in response.json["detail"]


def test_changes_need_the_version_that_was_read(admin, made):
    path, read = f"{PATH}/{made['id']}", etag(admin, made)
    assert admin.open("PATCH", path, json={"description": "X"}).status_code == 428
    changed = admin.open("PATCH", path, json={"description": "X", "events": []}, headers={"If-Match": read})
    assert (changed.status_code, changed.json["description"], changed.json["events"]) == (200, "X", [])
    late = admin.open("PATCH", path, json={"description": "Y"}, headers={"If-Match": read})
    assert late.status_code == 412
    bad = admin.open("PATCH", path, json={"url": "nowhere"}, headers={"If-Match": etag(admin, made)})
    assert bad.status_code == 422 and named(bad) == ["url"]


def test_it_is_disabled_and_enabled_by_hand_without_a_notice(admin, made, storage, tenant, context, receiver):
    path = f"{PATH}/{made['id']}"
    off = admin.open("PATCH", path, json={"status": "disabled"}, headers={"If-Match": etag(admin, made)}).json
    assert off["status"] == "disabled" and "disabled it" in off["reason"]
    assert admin.get("/api/notices").json["items"] == []
    tell(storage, tenant)
    assert jobs.deliver(context, made["id"]) == {} and receiver.received == []
    on = admin.post(f"{path}/enable")
    assert (on.status_code, on.json["status"], on.json["reason"]) == (200, "enabled", None)
    assert admin.post(f"{path}/enable").status_code == 200


def test_a_test_says_what_the_endpoint_answered(admin, made, receiver):
    receiver.replies = [Reply(200, b"hello"), Reply(404, b"no such hook")]
    path = f"{PATH}/{made['id']}"
    good = admin.post(f"{path}/test").json
    assert (good["type"], good["status"], good["excerpt"]) == ("webhook.test", "delivered", "hello")
    assert receiver.read(0, made["secret"])["type"] == "webhook.test"
    bad = admin.post(f"{path}/test")
    assert bad.status_code == 200
    assert (bad.json["status"], bad.json["tries"][0]["error"]) == ("failed", "It answered 404.")
    # A test that fails is not held against the endpoint, and is not tried again.
    assert admin.get(path).json["failures"] == 0 and bad.json["next_at"] is None


def test_a_replaced_secret_signs_on_for_a_day(admin, made, receiver, storage, tenant, context):
    path = f"{PATH}/{made['id']}"
    replaced = admin.post(f"{path}/secret").json
    assert replaced["secret"].startswith("whsec_") and replaced["secret"] != made["secret"]
    until = datetime.fromisoformat(replaced["previous_until"])
    assert timedelta(hours=23) < until - datetime.now(UTC) <= timedelta(hours=24)
    admin.post(f"{path}/test")
    receiver.read(0, made["secret"], replaced["secret"])
    with storage.tenant(tenant) as session:
        session.execute(text("update webhook_endpoints set previous_until = now() - interval '1 second'"))
    admin.post(f"{path}/test")
    receiver.read(1, replaced["secret"])
    with pytest.raises(Exception, match="No matching signature"):
        receiver.read(1, made["secret"])


def test_the_log_is_paged_newest_first_and_filtered(admin, made, receiver, storage, tenant, context):
    receiver.replies = [Reply(200), Reply(200), Reply(500)]
    for _ in range(3):
        tell(storage, tenant)
        jobs.deliver(context, made["id"])
    path, seen, cursor = f"{PATH}/{made['id']}/deliveries", [], ""
    while cursor is not None:
        page = admin.get(f"{path}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen += page["items"]
        cursor = page["next_cursor"]
    assert [each["status"] for each in seen] == ["pending", "delivered", "delivered"]
    assert len({each["id"] for each in seen}) == 3
    assert [each["status"] for each in admin.get(f"{path}?status=pending").json["items"]] == ["pending"]
    assert admin.get(f"{path}?status=lost").status_code == 422
    assert admin.get(f"{path}?cursor=nonsense").status_code == 422


def test_one_delivery_is_told_once_more(admin, made, receiver, storage, tenant, context):
    tell(storage, tenant)
    jobs.deliver(context, made["id"])
    path = f"{PATH}/{made['id']}/deliveries"
    (first,) = admin.get(path).json["items"]
    again = admin.post(f"{path}/{first['id']}/replay")
    assert (again.status_code, again.json["status"], again.json["is_replay"]) == (202, "pending", True)
    twice = admin.post(f"{path}/{first['id']}/replay")
    assert twice.status_code == 409
    jobs.deliver(context, made["id"])
    ids = [headers["webhook-id"] for headers, _ in receiver.received]
    assert len(ids) == 2 and len(set(ids)) == 1
    assert admin.post(f"{path}/{uuid4()}/replay").status_code == 404


def test_a_period_is_told_once_more(admin, made, receiver, storage, tenant, context):
    tell(storage, tenant, count=3)
    admin.post(f"{PATH}/{made['id']}/test")
    while jobs.deliver(context, made["id"]):
        pass
    with storage.tenant(tenant) as session:
        session.execute(
            text(
                "update webhook_messages set type = 'promise.kept' where id = (select id from"
                " webhook_messages where type = 'promise.broken' limit 1)"
            )
        )
    now, path = datetime.now(UTC), f"{PATH}/{made['id']}/replay"
    period = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    replayed = admin.post(path, json=period)
    # Neither what it is not told of, nor tests.
    assert (replayed.status_code, replayed.json) == (202, {"deliveries": 2})
    assert admin.post(path, json=period).json == {"deliveries": 0}  # they wait already
    empty = admin.post(path, json={"from": period["to"], "to": period["from"]})
    assert empty.status_code == 422 and named(empty) == ["to"]
    assert admin.post(path, json={"from": period["from"]}).status_code == 422


def test_what_is_disabled_replays_nothing(admin, made, storage, tenant):
    tell(storage, tenant)
    path = f"{PATH}/{made['id']}"
    admin.open("PATCH", path, json={"status": "disabled"}, headers={"If-Match": etag(admin, made)})
    (call,) = admin.get(f"{path}/deliveries").json["items"]
    now = datetime.now(UTC)
    period = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()}
    assert admin.post(f"{path}/replay", json=period).status_code == 409
    assert admin.post(f"{path}/deliveries/{call['id']}/replay").status_code == 409


def test_a_deleted_endpoint_takes_its_secrets_and_log_with_it(admin, receiver, storage, tenant, vault):
    made = admin.post(PATH, json={"url": receiver.url}).json
    tell(storage, tenant)
    admin.post(f"{PATH}/{made['id']}/secret")
    assert admin.delete(f"{PATH}/{made['id']}").status_code == 204
    assert admin.get(f"{PATH}/{made['id']}").status_code == 404
    with storage.tenant(tenant) as session:
        assert vault.names(session, service.owner(made["id"])) == []
        assert session.scalar(text("select count(*) from webhook_calls")) == 0
    for verb in ("test", "enable", "secret"):
        assert admin.post(f"{PATH}/{made['id']}/{verb}").status_code == 404


def test_only_admins_and_programs_with_the_scope_get_here(app, storage, settings, tenant, made):
    allowed = machine(app, storage, tenant, ["webhooks:admin"])
    assert allowed.get(PATH).status_code == 200
    for caller in (
        person(app, storage, settings, (tenant, "member")),
        person(app, storage, settings, (tenant, "viewer")),
        machine(app, storage, tenant, ["read", "write"]),
    ):
        assert caller.get(PATH).status_code == 403
        assert caller.post(f"{PATH}/{made['id']}/test").status_code == 403


def test_what_is_done_to_endpoints_is_in_the_audit_without_secrets(admin, made):
    admin.post(f"{PATH}/{made['id']}/secret")
    events = admin.get("/api/audit?limit=50").json["items"]
    actions = {each["action"] for each in events}
    assert {"webhook_endpoint.created", "secret.sealed"} <= actions
    assert made["secret"] not in str(events)
