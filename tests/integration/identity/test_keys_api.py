"""API keys by the API: made by those who may, no wider than they are, replaced without a gap, and bounded."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.errors import ConflictError
from hub.http import auth
from hub.identity import keys
from hub.identity.key_schemas import IssuedKeySchema, KeyListSchema
from hub.tenants import service as tenants
from tests.integration.identity.callers import machine, person, with_bearer


@pytest.fixture(scope="module")
def app(settings, storage):
    return create_app(settings, storage)


@pytest.fixture(scope="module")
def admin(app, storage, settings, tenant):
    return person(app, storage, settings, (tenant, "admin"))


@pytest.fixture
def no_memory(monkeypatch):
    """As if what processes remember of credentials had run out, at every request."""
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", -1.0)


def make(caller, **body):
    response = caller.post("/api/keys", json={"name": "ERP export", "scopes": ["invoices:read"]} | body)
    assert response.status_code == 201, response.json
    return response.json


def listed(caller, key_id):
    return next(each for each in caller.get("/api/keys").json["items"] if each["id"] == key_id)


def test_a_key_is_shown_once_and_works(app, admin, storage):
    made = make(admin)
    assert IssuedKeySchema().dump(IssuedKeySchema().load(made)) == made
    assert made["secret"].startswith(made["prefix"])
    assert with_bearer(app, made["secret"]).get("/api/invoices").status_code == 200
    assert with_bearer(app, made["secret"]).get("/api/customers").status_code == 403
    answer = admin.get("/api/keys")
    assert KeyListSchema().dump(KeyListSchema().load(answer.json)) == answer.json
    assert made["secret"] not in answer.text and "hash" not in answer.text


def test_the_list_says_who_made_it_and_when_it_was_used(app, admin, storage):
    made = make(admin)
    assert listed(admin, made["id"])["last_used_at"] is None
    with_bearer(app, made["secret"]).get("/api/invoices")
    shown = listed(admin, made["id"])
    assert shown["last_used_at"] is not None and "@people.example" in shown["created_by"]
    assert (shown["revoked_at"], shown["replaced_by"]) == (None, None)


def test_a_key_ends_after_a_year_unless_said_otherwise(admin):
    def days(**body):
        made = make(admin, **body)
        life = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
        return round(life / timedelta(days=1))

    assert days() == 365
    assert days(expires_in_days=30) == 30
    assert days(expires_at=(datetime.now(UTC) + timedelta(days=2)).isoformat()) == 2


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("expires_at", {"expires_at": "2020-01-01T00:00:00Z"}),
        ("expires_at", {"expires_at": "2999-01-01T00:00:00Z"}),
        ("expires_in_days", {"expires_in_days": 0}),
        ("expires_in_days", {"expires_in_days": 1, "expires_at": "2999-01-01T00:00:00Z"}),
        ("scopes.0", {"scopes": ["everything"]}),
        ("scopes", {"scopes": []}),
        ("name", {"name": ""}),
        ("name", {"name": " "}),
        ("name", {"name": "a\0b"}),
        ("name", {"name": "x" * 101}),
        ("role", {"role": "admin"}),
    ],
)
def test_bad_input_names_the_field(admin, field, body):
    response = admin.post("/api/keys", json={"name": "n", "scopes": ["read"]} | body)
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == [field]


@pytest.mark.parametrize(
    ("held", "wanted", "status"),
    [
        (["keys:admin", "invoices:read"], ["invoices:read"], 201),
        (["keys:admin", "write"], ["invoices:read", "read", "customers:write"], 201),
        (["*"], ["*"], 201),
        (["keys:admin"], ["invoices:read"], 403),
        (["keys:admin", "read"], ["invoices:write"], 403),
        (["keys:admin", "read"], ["write"], 403),
        (["keys:admin", "write"], ["members:admin"], 403),
        (["keys:admin", "write"], ["*"], 403),
    ],
)
def test_a_key_makes_no_key_that_may_do_more(app, storage, tenant, held, wanted, status):
    maker = machine(app, storage, tenant, held)
    response = maker.post("/api/keys", json={"name": "made", "scopes": wanted})
    assert response.status_code == status, response.json
    if status == 403:
        assert "you lack" in response.json["detail"]


def test_rotating_leaves_no_gap_and_no_wider_key(app, admin, no_memory, storage):
    old = make(admin)
    response = admin.post(f"/api/keys/{old['id']}/rotation", json={"overlap_hours": 1})
    assert response.status_code == 201
    new = response.json
    assert (new["name"], new["scopes"]) == (old["name"], old["scopes"]) and new["secret"] != old["secret"]
    for secret in (old["secret"], new["secret"]):
        assert with_bearer(app, secret).get("/api/invoices").status_code == 200
    shown = listed(admin, old["id"])
    assert shown["replaced_by"] == new["id"]
    soon = datetime.now(UTC) + timedelta(hours=1)
    assert soon - timedelta(minutes=5) < datetime.fromisoformat(shown["expires_at"]) <= soon
    assert keys.authenticate(storage, old["secret"], soon + timedelta(seconds=1)) is None
    assert keys.authenticate(storage, new["secret"], soon + timedelta(seconds=1))


def test_without_an_overlap_the_old_key_ends_at_once(app, admin, no_memory):
    old = make(admin)
    new = admin.post(f"/api/keys/{old['id']}/rotation", json={"overlap_hours": 0}).json
    assert with_bearer(app, old["secret"]).get("/api/invoices").status_code == 401
    assert with_bearer(app, new["secret"]).get("/api/invoices").status_code == 200


def test_rotating_does_not_lengthen_the_old_keys_life(admin):
    ends = datetime.now(UTC) + timedelta(minutes=10)
    old = make(admin, expires_at=ends.isoformat())
    assert admin.post(f"/api/keys/{old['id']}/rotation", json={"overlap_hours": 168}).status_code == 201
    assert datetime.fromisoformat(listed(admin, old["id"])["expires_at"]) == ends


def test_a_key_is_replaced_once(admin):
    old = make(admin)
    address = f"/api/keys/{old['id']}/rotation"
    assert admin.post(address, json={}).status_code == 201
    again = admin.post(address, json={})
    assert (again.status_code, again.json["code"]) == (409, "conflict")


def test_a_key_that_has_ended_is_not_replaced(admin):
    old = make(admin)
    admin.delete(f"/api/keys/{old['id']}")
    assert admin.post(f"/api/keys/{old['id']}/rotation", json={}).status_code == 409


def test_a_key_rotates_none_that_may_do_more(app, admin, storage, tenant):
    wide = make(admin, scopes=["*"])
    narrow = machine(app, storage, tenant, ["keys:admin", "invoices:read"])
    assert narrow.post(f"/api/keys/{wide['id']}/rotation", json={}).status_code == 403
    assert listed(admin, wide["id"])["replaced_by"] is None
    alike = make(admin)
    assert narrow.post(f"/api/keys/{alike['id']}/rotation", json={}).status_code == 201


def test_a_revoked_key_ends(app, admin, no_memory):
    made = make(admin)
    answer = admin.delete(f"/api/keys/{made['id']}")
    assert (answer.status_code, answer.data) == (204, b"")
    assert with_bearer(app, made["secret"]).get("/api/invoices").status_code == 401
    assert listed(admin, made["id"])["revoked_at"] is not None
    assert admin.delete(f"/api/keys/{made['id']}").status_code == 204  # harmless


def test_another_tenants_keys_are_not_there(app, storage, settings, admin):
    other = tenants.create(storage, "Other keys").key
    theirs = make(person(app, storage, settings, (other, "admin")))
    assert admin.delete(f"/api/keys/{theirs['id']}").status_code == 404
    assert admin.post(f"/api/keys/{theirs['id']}/rotation", json={}).status_code == 404
    assert theirs["id"] not in admin.get("/api/keys?limit=200").text
    assert with_bearer(app, theirs["secret"]).get("/api/invoices").status_code == 200


def test_a_tenant_has_no_more_than_so_many_keys(app, storage, settings, monkeypatch):
    crowded = tenants.create(storage, "Crowded").key
    admin = person(app, storage, settings, (crowded, "admin"))
    monkeypatch.setattr(keys, "MAX_LIVE", 3)
    made = [make(admin) for _ in range(3)]
    refused = admin.post("/api/keys", json={"name": "one more", "scopes": ["read"]})
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert admin.post(f"/api/keys/{made[0]['id']}/rotation", json={}).status_code == 409
    admin.delete(f"/api/keys/{made[0]['id']}")
    make(admin)


def test_of_two_who_replace_a_key_at_once_one_does(admin, storage, tenant):
    key_id = make(admin)["id"]

    def rotate(_):
        with storage.hub() as session:
            try:
                return keys.rotate(session, tenant, key_id, timedelta(0), datetime.now(UTC)).key.prefix
            except ConflictError:
                return None

    with ThreadPoolExecutor(2) as pool:
        assert len([made for made in pool.map(rotate, range(2)) if made]) == 1


def test_two_at_once_do_not_both_get_the_last_place(app, storage, settings, monkeypatch):
    full = tenants.create(storage, "Full").key
    monkeypatch.setattr(keys, "MAX_LIVE", 1)

    def issue(name):
        with storage.hub() as session:
            try:
                return keys.issue(session, full, name, ["read"]) is not None
            except ConflictError:
                return False

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(issue, "abc")) == [False, False, True]


def test_keys_that_work_are_listed_first(app, storage, settings):
    tidy = tenants.create(storage, "Tidy").key
    admin = person(app, storage, settings, (tidy, "admin"))
    old, ended, new = (make(admin, name=name)["id"] for name in ("old", "ended", "new"))
    admin.delete(f"/api/keys/{ended}")
    assert [each["id"] for each in admin.get("/api/keys").json["items"]] == [new, old, ended]
    assert [each["id"] for each in admin.get("/api/keys?limit=1").json["items"]] == [new]


def test_what_is_kept_of_a_key_lets_nobody_in(admin, storage):
    secret = make(admin)["secret"].rsplit("_", 1)[1]
    with storage.hub() as session:
        assert not any(secret in row for row in session.scalars(text("select api_keys::text from api_keys")))
