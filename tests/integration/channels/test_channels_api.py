"""Channels as admins set them up: checked, tried, limited, replaced, and without a secret ever shown again."""

import pytest
from sqlalchemy import text

from hub.channels import limits, service
from hub.channels.jobs import check_channels
from hub.channels.models import channels
from tests.integration.identity.callers import machine


@pytest.fixture
def wanted(smtp):
    """A channel to the mail server."""
    config = {"host": "localhost", "port": smtp.port, "security": "none"}
    return {
        "plugin": "smtp",
        "name": "Mail server",
        "purpose": "debtors",
        "sender": "ar@seller.example",
        "sender_name": "Seller GmbH",
        "config": config,
    }


@pytest.fixture
def made(admin, wanted):
    response = admin.post("/api/channels", json=wanted)
    assert response.status_code == 201, response.json
    return response


def named(refused):
    return [each["field"] for each in refused.json["fields"]]


def put(admin, made, **changes):
    headers = {"If-Match": made.headers["ETag"]}
    return admin.open("PATCH", f"/api/channels/{made.json['id']}", json=changes, headers=headers)


def test_what_was_set_up_is_shown_without_its_secrets(admin, sendgrid, wanted):
    config = {"api_key": sendgrid.api_key, "category": "dunning"}
    made = admin.post("/api/channels", json=wanted | {"plugin": "sendgrid", "config": config})
    assert made.status_code == 201
    shown = made.json
    assert shown["sealed"] == ["api_key"]
    assert shown["config"] == {
        "category": "dunning",
        "region": "global",
        "has_activity": False,
        "track_opens": False,
        "sandbox": False,
    }
    assert (shown["status"], shown["is_default"], shown["receipts_address_since"]) == ("ready", True, None)
    assert shown["capabilities"] == ["inbound", "lookup", "receipts", "send"]
    listed = admin.get("/api/channels")
    assert listed.json["items"] == [shown]
    assert sendgrid.api_key not in listed.text
    forms = {each["slug"]: each for each in listed.json["plugins"]}
    assert forms["smtp"]["purposes"] == ["debtors"]
    assert forms["smtp"]["form"]["properties"]["password"]["x-secret"] is True
    assert "mime" not in forms


def test_the_first_is_the_default_and_another_may_become_it(admin, made, wanted):
    assert made.json["is_default"] is True
    other = admin.post("/api/channels", json=wanted | {"name": "Other"})
    assert other.json["is_default"] is False
    assert put(admin, other, is_default=True).json["is_default"] is True
    assert admin.get(f"/api/channels/{made.json['id']}").json["is_default"] is False


def test_what_is_disabled_is_no_default_and_sends_nothing(admin, made, storage, tenant):
    changed = put(admin, made, is_disabled=True)
    assert (changed.json["status"], changed.json["is_default"]) == ("disabled", False)
    with storage.tenant(tenant) as session:
        assert service.default_channel(session, "debtors") is None
    for verb in ("check", "test"):
        assert admin.post(f"/api/channels/{made.json['id']}/{verb}").status_code == 409
    refused = put(admin, changed, is_default=True)
    assert (refused.status_code, named(refused)) == (422, ["is_default"])
    assert put(admin, changed, is_disabled=False).json["status"] == "ready"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"plugin": "mime"}, ["plugin"]),
        ({"plugin": "nothing"}, ["plugin"]),
        ({"purpose": "team"}, ["purpose"]),
        ({"purpose": "everybody"}, ["purpose"]),
        ({"sender": None}, ["sender"]),
        ({"sender": "nobody"}, ["sender"]),
        ({"reply_to": "a b@seller.example"}, ["reply_to"]),
        ({"per_minute": 0}, ["per_minute"]),
        ({"name": "  "}, ["name"]),
        ({"config": {}}, ["config.host"]),
        ({"config": {"host": "mail.example", "port": 70_000}}, ["config.port"]),
        ({"config": {"host": "mail.example", "nonsense": 1}}, ["config.nonsense"]),
        ({"config": {"host": "mail.example", "username": "ar"}}, ["config.password"]),
        (
            {"config": {"host": "mail.example", "username": "a", "password": "b", "security": "none"}},
            ["config.security"],
        ),
    ],
)
def test_what_cannot_work_is_refused_by_field_and_nothing_is_stored(admin, wanted, changes, fields):
    refused = admin.post("/api/channels", json=wanted | changes)
    assert (refused.status_code, named(refused)) == (422, fields)
    assert admin.get("/api/channels").json["items"] == []


def test_a_name_is_one_channels(admin, made, wanted):
    refused = admin.post("/api/channels", json=wanted)
    assert (refused.status_code, named(refused)) == (409, ["name"])


def test_there_is_an_end_to_how_many(admin, made, wanted, monkeypatch):
    monkeypatch.setattr(service, "MOST_CHANNELS", 1)
    assert admin.post("/api/channels", json=wanted | {"name": "One more"}).status_code == 409


def test_nobody_elses_change_is_lost(admin, made):
    assert put(admin, made, name="First").status_code == 200
    assert put(admin, made, name="Second").status_code == 412
    unsaid = admin.open("PATCH", f"/api/channels/{made.json['id']}", json={"name": "Third"})
    assert unsaid.status_code == 428


def test_secrets_stay_until_they_would_go_elsewhere(admin, storage, tenant, vault, wanted):
    config = {"host": "mail.example", "port": 587, "username": "ar", "password": "s3cret"}
    made = admin.post("/api/channels", json=wanted | {"config": config})
    kept = {"host": "mail.example", "port": 587, "username": "other"}
    changed = put(admin, made, config=kept)
    assert (changed.status_code, changed.json["sealed"]) == (200, ["password"])
    assert changed.json["config"]["username"] == "other"
    moved = put(admin, changed, config=kept | {"host": "elsewhere.example"})
    assert (moved.status_code, named(moved)) == (422, ["config.password"])
    with storage.tenant(tenant) as session:
        assert vault.get(session, changed.json["id"], "password") == "s3cret"
    moved = put(admin, changed, config=kept | {"host": "elsewhere.example", "password": "new"})
    assert moved.status_code == 200
    with storage.tenant(tenant) as session:
        assert vault.get(session, changed.json["id"], "password") == "new"


def test_what_is_deleted_leaves_no_secret_behind(admin, storage, tenant, vault, sendgrid, wanted):
    made = admin.post("/api/channels", json=wanted | {"plugin": "sendgrid", "config": {"api_key": sendgrid.api_key}})
    address = admin.post(f"/api/channels/{made.json['id']}/receipts-address").json["url"]
    assert admin.delete(f"/api/channels/{made.json['id']}").status_code == 204
    assert admin.get(f"/api/channels/{made.json['id']}").status_code == 404
    assert admin.delete(f"/api/channels/{made.json['id']}").status_code == 404
    with storage.tenant(tenant) as session:
        assert vault.names(session, made.json["id"]) == []
    path = address[address.index("/api/") :]
    assert admin.app.test_client().post(path, json=[]).status_code == 404


def test_a_check_says_what_answered_and_what_to_mend(admin, made, smtp):
    checked = admin.post(f"/api/channels/{made.json['id']}/check").json
    assert (checked["status"], checked["reason"]) == (
        "ready",
        f"localhost:{smtp.port} answered without encryption.",
    )
    smtp.__exit__(None, None, None)
    checked = admin.post(f"/api/channels/{made.json['id']}/check").json
    assert checked["status"] == "failing"
    assert "does not answer" in checked["reason"]
    (notice,) = admin.get("/api/notices").json["items"]
    assert (notice["kind"], notice["text"][:12]) == ("channel_failing", "Mail server:")
    smtp.__enter__()
    changed = put(admin, made, config={"host": "localhost", "port": smtp.port, "security": "none"})
    assert changed.status_code == 200
    assert admin.post(f"/api/channels/{made.json['id']}/check").json["status"] == "ready"
    assert admin.get("/api/notices").json["items"] == []


def test_what_fails_is_asked_again_by_the_clock_and_what_works_once_a_day(admin, made, smtp, context, storage, tenant):
    assert check_channels(context) == {"ready": 1, "failing": 0}
    assert check_channels(context) == {"ready": 0, "failing": 0}
    with storage.tenant(tenant) as session:
        session.execute(channels.update().values(status="failing"))
    assert check_channels(context) == {"ready": 1, "failing": 0}
    # Who does not answer at the moment is no reason to hold back what may go in the next.
    smtp.__exit__(None, None, None)
    with storage.tenant(tenant) as session:
        session.execute(channels.update().values(checked_at=None))
    assert check_channels(context) == {"ready": 1, "failing": 0}
    assert "does not answer" in admin.get(f"/api/channels/{made.json['id']}").json["reason"]
    with storage.tenant(tenant) as session:
        session.execute(channels.update().values(status="failing"))
    assert check_channels(context) == {"ready": 0, "failing": 1}
    smtp.__enter__()
    put(admin, made, is_disabled=True)
    assert check_channels(context) == {"ready": 0, "failing": 0}


def test_a_test_arrives_at_whoever_asks_for_it(admin, made, smtp, app, storage, tenant):
    tested = admin.post(f"/api/channels/{made.json['id']}/test").json
    (arrived,) = smtp.arrived
    assert tested["is_accepted"] is True
    assert arrived.recipients == (tested["sent_to"],)
    assert arrived.mail["From"] == "Seller GmbH <ar@seller.example>"
    assert "Mail server" in arrived.mail["Subject"]
    by_machine = machine(app, storage, tenant).post(f"/api/channels/{made.json['id']}/test")
    assert by_machine.status_code == 422


def test_a_test_that_fails_says_why(admin, made, smtp):
    smtp.refuse = lambda address: "550 5.7.1 go away"
    tested = admin.post(f"/api/channels/{made.json['id']}/test").json
    assert tested["is_accepted"] is False
    assert "550: 5.7.1 go away" in tested["detail"]


def test_a_channel_sends_no_more_than_it_may(admin, wanted, storage, tenant, redis, smtp):
    made = admin.post("/api/channels", json=wanted | {"per_minute": 8, "per_day": 3})
    path = f"/api/channels/{made.json['id']}/test"
    assert [admin.post(path).status_code for _ in range(3)] == [200, 200, 429]
    assert len(smtp.arrived) == 2
    with storage.tenant(tenant) as session:
        channel = service.get(session, made.json["id"])
        assert limits.wait(session, channel) > 0
    unlimited = put(admin, made, per_minute=None, per_day=None)
    assert unlimited.json["per_day"] is None
    assert admin.post(path).status_code == 200


def test_members_see_channels_and_change_none(member, made):
    assert member.get("/api/channels").status_code == 200
    assert member.post("/api/channels", json={}).status_code == 403
    for verb in ("check", "test", "receipts-address"):
        assert member.post(f"/api/channels/{made.json['id']}/{verb}").status_code == 403


def test_the_same_key_makes_one_channel(admin, wanted):
    headers = {"Idempotency-Key": "made-once"}
    first, again = (admin.post("/api/channels", json=wanted, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, first.json["id"]) == (201, 201, again.json["id"])


def test_another_tenants_channel_is_not_found(admin, made, storage):
    from hub.tenants import service as tenants

    other = tenants.create(storage, "Elsewhere").key
    stranger = machine(admin.app, storage, other)
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/check"), ("POST", "/receipts-address")):
        assert stranger.open(method, f"/api/channels/{made.json['id']}{path}").status_code == 404


def test_what_happens_to_channels_is_in_the_audit(admin, made, storage, tenant):
    put(admin, made, name="Renamed")
    query = "select action from audit.events where chain = :tenant and action like 'channel.%' order by number desc"
    with storage.hub() as session:
        found = list(session.scalars(text(query), {"tenant": tenant}))
    assert found[:2] == ["channel.changed", "channel.created"]
