"""Consents are kept alive and their end is told; what is told stands until it is mended; what is over goes."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub.connections import candidates, mentions, notices, service, webhooks
from hub.jobs import service as jobs
from hub.privacy import offboarding
from hub.storage.mentions import Person, erase, find


def look_after(hub):
    """The nightly work; what came of it."""
    with hub.storage.tenant(hub.tenant) as session:
        work_id = jobs.submit(session, "connections.keep_alive", {})
    hub.work_off()
    with hub.storage.tenant(hub.tenant) as session:
        work = jobs.get(session, work_id)
    assert work["state"] == "done", work["error"]
    return work["result"]


def age(hub, **days):
    """Have tokens been granted or renewed so many days ago."""
    with hub.storage.tenant(hub.tenant) as session:
        for column, count in days.items():
            session.execute(
                text(f"update connection_tokens set {column} = {column} - make_interval(days => :days)"),
                {"days": count},
            )


def told(hub):
    return {each["kind"]: each for each in hub.get("/api/notices").json["items"]}


def test_a_consent_that_would_die_unused_is_used(hub):
    made = hub.connect()
    before = hub.secret(made, "refresh_token")
    assert look_after(hub)["renewed"] == 0
    age(hub, renewed_at=50, refresh_expires_at=50)
    assert look_after(hub) == {"connections": 1, "renewed": 1, "failed": 0, "dropped": 0}
    assert hub.secret(made, "refresh_token") != before


def test_a_consent_that_was_revoked_is_told_to_the_admins(hub):
    made = hub.connect()
    hub.box.oauth.revoke_all()
    age(hub, renewed_at=50, refresh_expires_at=50)
    assert look_after(hub)["failed"] == 1
    shown = hub.get(f"/api/connections/{made}").json
    assert shown["status"] == "needs_reconnect" and shown["health"]["is_dead"]
    notice = told(hub)["needs_reconnect"]
    assert notice["text"].startswith("Books Online: ") and notice["connection_id"] == made
    assert hub.reconnect(made) == "ready" and told(hub) == {}


def test_a_provider_that_is_away_at_night_is_no_reason_to_worry(hub):
    made = hub.connect()
    age(hub, renewed_at=50, refresh_expires_at=50)
    hub.box.stop()
    assert look_after(hub)["failed"] == 1
    assert hub.row(made).status == "ready" and told(hub) == {}


def test_the_end_of_a_consent_is_told_a_month_a_week_and_a_day_before(hub):
    made = hub.connect()
    look_after(hub)
    assert told(hub) == {}
    age(hub, granted_at=75)
    look_after(hub)
    notice = told(hub)["expires_soon"]
    assert "within 30 days" in notice["text"]
    seen = hub.post(f"/api/notices/{notice['id']}/seen")
    assert seen.status_code == 200 and seen.json["seen_at"]
    age(hub, granted_at=5)
    look_after(hub)
    assert told(hub)["expires_soon"]["seen_at"] == seen.json["seen_at"]
    age(hub, granted_at=14)
    look_after(hub)
    notice = told(hub)["expires_soon"]
    assert "within 7 days" in notice["text"] and notice["seen_at"] is None
    age(hub, granted_at=5)
    look_after(hub)
    assert "within a day" in told(hub)["expires_soon"]["text"]
    assert hub.get(f"/api/connections/{made}").json["health"]["days_left"] in (0, 1)
    # A run that goes well does not mend that; a new consent does.
    with hub.storage.tenant(hub.tenant) as session:
        service.note_run(session, UUID(made), datetime.now(UTC))
    assert "expires_soon" in told(hub)
    assert hub.reconnect(made) == "ready" and told(hub) == {}


def test_what_needs_no_consent_is_left_alone(hub):
    hub.connect_by_form()
    assert look_after(hub) == {"connections": 1, "renewed": 0, "failed": 0, "dropped": 0}


def test_a_plugin_that_is_gone_keeps_nobody_from_being_looked_after(hub):
    with hub.storage.tenant(hub.tenant) as session:
        gone = service.create(session, "gone", "A", {}, auth_method="oauth")
    hub.connect()
    age(hub, renewed_at=50, refresh_expires_at=50)
    assert look_after(hub) == {"connections": 2, "renewed": 1, "failed": 0, "dropped": 0}
    assert hub.get(f"/api/connections/{gone}").json["health"] is None
    assert len(hub.get("/api/connections").json["items"]) == 2


def test_what_was_begun_and_left_goes_after_a_day(hub):
    made = hub.connect()
    assert hub.browser.post(f"/api/connections/{made}/reconnect", json={}).status_code == 200
    assert look_after(hub)["dropped"] == 0 and hub.row(made).candidate
    with hub.storage.tenant(hub.tenant) as session:
        vault = hub.app.extensions["paypredict"].vault
        assert candidates.drop_stale(session, vault, datetime.now(UTC) + timedelta(days=2)) == 1
    assert hub.row(made).candidate is None and hub.secret_owners() == {made}


def test_secrets_that_a_crash_left_behind_go_with_the_night(hub):
    made = hub.connect()
    with hub.storage.tenant(hub.tenant) as session:
        service.set_status(session, UUID(made), "disconnected")
    assert look_after(hub)["dropped"] == 1 and hub.secret_owners() == set()


def test_one_trouble_is_one_notice(hub, tenant_session):
    made = service.create(tenant_session, "books", "Main", {})
    for reason in ("it is gone", "it is gone", "it is gone, says the provider"):
        service.needs_reconnect(tenant_session, made, reason)
    (notice,) = notices.list_notices(tenant_session, open=True, limit=10)
    assert (notice.kind, notice.text) == ("needs_reconnect", "Main: it is gone, says the provider")
    service.note_run(tenant_session, made, datetime.now(UTC))
    assert notices.list_notices(tenant_session, open=True, limit=10) == []
    service.needs_reconnect(tenant_session, made, "again")
    assert len(notices.list_notices(tenant_session, open=False, limit=10)) == 2


def test_nobody_is_told_a_secret(hub, tenant_session):
    made = service.create(tenant_session, "books", "Main", {})
    service.need_attention(tenant_session, made, "refused client_secret=very-secret-indeed")
    (notice,) = notices.list_notices(tenant_session, open=True, limit=10)
    assert "very-secret" not in notice.text and "very-secret" not in service.get(tenant_session, made).reason


def test_the_next_full_read_is_told(hub):
    made = hub.connect()
    path = f"/api/connections/{made}"
    assert hub.get(path).json["next_full_run_on"] is None
    at = datetime.now(UTC) - timedelta(days=2)
    with hub.storage.tenant(hub.tenant) as session:
        service.note_run(session, UUID(made), at, is_full=True)
    told_on = date.fromisoformat(hub.get(path).json["next_full_run_on"])
    assert timedelta(days=6) <= told_on - at.date() <= timedelta(days=7)
    hub.post(f"{path}/pause")
    assert hub.get(path).json["next_full_run_on"] is None


@pytest.mark.parametrize("status", ["paused", "disconnected", "pending", "choose_account"])
def test_a_run_does_not_overrule_people(tenant_session, status):
    made = service.create(tenant_session, "books", f"Main {status}", {})
    service.set_status(tenant_session, made, status)
    service.note_run(tenant_session, made, datetime.now(UTC), is_full=True)
    service.needs_reconnect(tenant_session, made, "gone")
    shown = service.get(tenant_session, made)
    assert (shown.status, shown.reason) == (status, None) and shown.last_full_run_at
    service.needs_reconnect(tenant_session, uuid4(), "of nothing")


def test_a_person_is_erased_from_all_that_connections_keep(tenant_session):
    made = service.create(tenant_session, "books", "Books of ada@acme.example", {"login": "ada@acme.example"})
    values = {"account": {"id": "a", "name": "ada@acme.example"}, "choices": [{"id": "ada@acme.example"}]}
    service.set_status(tenant_session, made, "choose_account", "ada@acme.example may not", **values)
    notices.tell(tenant_session, made, "needs_attention", "Ask ada@acme.example")
    tenant_session.execute(
        text("""
            insert into webhook_deliveries (connection_id, digest, headers, body, outcome)
            values (:id, '\\x00', '{"from": "ada@acme.example"}', :body, 'of ada@acme.example')
        """),
        {"id": made, "body": b'{"email": "Ada@acme.example", "amount": 10.50}'},
    )
    person = Person(pseudonym="erased-1", address="ada@acme.example")
    assert [erase(tenant_session, place, person) for place in mentions.PLACES] == [1, 1, 1]
    for place in mentions.PLACES:
        assert list(find(tenant_session, place, person)) == []
    body = tenant_session.scalar(text("select body from webhook_deliveries where connection_id = :id"), {"id": made})
    assert bytes(body) == b'{"email": "erased-1", "amount": 10.50}'


def test_an_erased_tenant_leaves_nothing_of_its_connections(hub):
    other = hub.of_another_tenant()
    other.connect()
    assert (
        other.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"}).status_code == 201
    )
    certificate = offboarding.erase_tenant(hub.storage, other.tenant, "Strangers", datetime.now(UTC))
    assert certificate["rows"]["hub.connected_accounts"] == 2 and certificate["rows"]["tenant.secrets"] == 2
    with hub.storage.hub() as session:
        for table in ("connected_accounts", "connect_states", "data_keys", "work"):
            count = text(f"select count(*) from {table} where tenant_key = :key")
            assert session.scalar(count, {"key": other.tenant}) == 0, table


def test_notices_that_are_none(hub):
    for number in (0, 10**30, 4711):
        assert hub.post(f"/api/notices/{number}/seen").status_code == 404


def test_what_is_over_goes(hub, tenant_session):
    made = service.create(tenant_session, "books", "Main", {})
    service.needs_reconnect(tenant_session, made, "gone")
    later = datetime.now(UTC) + timedelta(days=1)
    assert notices.forget(tenant_session, later, 10) == 0
    notices.settle(tenant_session, made)
    assert notices.forget(tenant_session, later, 10) == 1
    tenant_session.execute(
        text("insert into webhook_deliveries (connection_id, digest, body) values (:id, '\\x00', 'x')"), {"id": made}
    )
    assert webhooks.forget(tenant_session, later, 10) == 1
    with hub.storage.hub() as session:
        session.execute(text("insert into parked_webhooks (plugin, digest, body) values ('books', '\\x00', 'x')"))
        assert webhooks.forget_parked(session, later) == 1
