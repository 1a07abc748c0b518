"""What operators do for tenants, and a tenant for itself; an operator sees no tenant's data for it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.http import auth
from hub.identity import keys, links, users
from hub.identity.member_schemas import AddedMemberSchema, CreatedTenantSchema, InstalledTenantPageSchema
from hub.tenants import service as tenants
from hub.tenants.schemas import TenantSchema
from tests.integration.identity.callers import machine, person, some_address


@pytest.fixture(scope="module")
def app(settings, storage):
    return create_app(settings, storage)


@pytest.fixture(scope="module")
def operator(app, storage, settings):
    return person(app, storage, settings, is_operator=True)


@pytest.fixture
def own(storage):
    return tenants.create(storage, "Own", home_currency="EUR").key


@pytest.fixture
def admin(app, storage, settings, own):
    return person(app, storage, settings, (own, "admin"))


@pytest.fixture
def no_memory(monkeypatch):
    """As if what processes remember of credentials had run out, at every request."""
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", -1.0)


def test_tenants_are_listed_by_key_page_by_page(operator, storage):
    made = [tenants.create(storage, f"Listed {letter}").key for letter in "bca"]
    seen, cursor = [], ""
    while cursor is not None:
        page = operator.get(f"/api/operator/tenants?limit=3{cursor and '&cursor=' + cursor}").json
        assert InstalledTenantPageSchema().dump(InstalledTenantPageSchema().load(page)) == page
        seen += [each["key"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(seen) and set(made) <= set(seen) and len(seen) == len(set(seen))


def test_a_tenant_is_made_with_its_first_admin(operator, storage):
    email = some_address()
    body = {"name": "Made Here", "home_currency": "EUR", "time_zone": "Europe/Berlin", "admin_email": email}
    response = operator.post("/api/operator/tenants", json=body)
    made = response.json
    assert response.status_code == 201
    assert CreatedTenantSchema().dump(CreatedTenantSchema().load(made)) == made
    assert (made["key"], made["home_currency"], made["time_zone"]) == ("made_here", "EUR", "Europe/Berlin")
    assert (made["admin"]["email"], made["admin"]["role"]) == (email, "admin")
    with storage.hub() as session:
        token = made["admin"]["sign_in"]["sign_in_link"].partition("#link=")[2]
        assert str(links.redeem(session, token, datetime.now(UTC))) == made["admin"]["user_id"]
        # A key would let the operator in.
        assert keys.list_keys(session, "made_here") == []


def test_a_tenant_may_wait_for_its_admin(operator):
    made = operator.post("/api/operator/tenants", json={"name": "Waiting", "key": "waits"}).json
    assert (made["key"], made["admin"], made["home_currency"], made["time_zone"]) == ("waits", None, "USD", "UTC")
    again = operator.post("/api/operator/tenants", json={"name": "Waiting", "key": "waits"})
    assert (again.status_code, again.json["fields"]) == (409, [{"field": "key", "message": "is taken"}])


def test_neither_tenant_nor_admin_is_left_if_one_cannot_be(operator, storage):
    body = {"name": "Half", "key": "half", "admin_email": "no address"}
    refused = operator.post("/api/operator/tenants", json=body)
    assert (refused.status_code, refused.json["fields"][0]["field"]) == (422, "email")
    with storage.hub() as session:
        assert "half" not in [each.key for each in tenants.list_tenants(session)]
        assert session.scalar(text("select count(*) from pg_roles where rolname = 'tenant_half'")) == 0


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {"name": ""}),
        ("name", {"name": " "}),
        ("name", {"name": "a\0b"}),
        ("key", {"key": "Not A Key"}),
        ("home_currency", {"home_currency": "euro"}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("time_zone", {"time_zone": "../../etc/passwd"}),
    ],
)
def test_bad_input_names_the_field(operator, field, body):
    response = operator.post("/api/operator/tenants", json={"name": "Never made"} | body)
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == [field]


def test_an_admin_is_invited(operator, storage, own):
    email = some_address()
    response = operator.post(f"/api/operator/tenants/{own}/admins", json={"email": email, "name": "Ada"})
    added = response.json
    assert response.status_code == 201
    assert AddedMemberSchema().dump(AddedMemberSchema().load(added)) == added
    assert (added["role"], added["name"]) == ("admin", "Ada") and added["sign_in"]
    again = operator.post(f"/api/operator/tenants/{own}/admins", json={"email": email})
    assert (again.status_code, again.json["sign_in"]) == (201, None)


def test_a_member_is_promoted_and_keeps_their_way_in(operator, app, storage, settings, own, no_memory):
    member = person(app, storage, settings, (own, "viewer"))
    with storage.hub() as session:
        email = users.get(session, member.user_id).email
    added = operator.post(f"/api/operator/tenants/{own}/admins", json={"email": email}).json
    assert (added["role"], added["sign_in"]) == ("admin", None)
    assert member.get("/api/members").status_code == 200


def test_somebody_whom_another_tenant_let_in_starts_anew(operator, app, storage, settings, own, no_memory):
    elsewhere = tenants.create(storage, "Elsewhere").key
    theirs = person(app, storage, settings, (elsewhere, "member"))
    with storage.hub() as session:
        session.execute(text("update users set password_hash = 'theirs' where id = :id"), {"id": theirs.user_id})
        email = users.get(session, theirs.user_id).email
    added = operator.post(f"/api/operator/tenants/{own}/admins", json={"email": email}).json
    assert added["sign_in"] and theirs.get("/api/tenant").status_code == 401
    with storage.hub() as session:
        assert not users.get(session, theirs.user_id).has_password
        assert {each.tenant_key for each in users.memberships(session, theirs.user_id)} == {own, elsewhere}


@pytest.mark.parametrize("key", ["nobody", "%00", "UPPER", "a" * 50])
def test_no_admin_for_a_tenant_that_is_not_there(operator, key):
    refused = operator.post(f"/api/operator/tenants/{key}/admins", json={"email": some_address()})
    assert refused.status_code == 404


def test_an_operator_who_is_no_member_sees_no_tenants_data(operator, own):
    for path in ("/api/tenant", "/api/invoices", "/api/members", "/api/keys"):
        assert operator.get(path).status_code == 403
        assert operator.get(path, headers={"X-Tenant": own}).status_code in (403, 404)


def test_nobody_but_an_operator_works_on_the_installation(app, storage, admin, own):
    for caller in (admin, machine(app, storage, own)):
        assert caller.get("/api/operator/tenants").status_code == 403
        assert caller.post("/api/operator/tenants", json={"name": "Mine"}).status_code == 403
        assert caller.post(f"/api/operator/tenants/{own}/admins", json={"email": some_address()}).status_code == 403


def update(caller, etag=None, **body):
    etag = etag or caller.get("/api/tenant").headers["ETag"]
    return caller.put("/api/tenant", json={"name": "Own", "time_zone": "UTC"} | body, headers={"If-Match": etag})


def test_an_admin_changes_name_time_zone_and_the_currency_of_an_empty_ledger(admin, own):
    changed = update(admin, name=" New name ", time_zone="Asia/Tokyo", home_currency="JPY")
    assert changed.status_code == 200
    assert TenantSchema().dump(TenantSchema().load(changed.json)) == changed.json
    shown = {"key": own, "name": "New name", "time_zone": "Asia/Tokyo", "home_currency": "JPY"}
    assert shown.items() <= admin.get("/api/tenant").json.items()


def test_the_currency_of_a_ledger_that_holds_something_stays(admin, app, storage, own):
    invoice = {"number": "1", "customer_name": "C", "issued_on": "2026-03-01", "due_on": "2026-03-31"}
    entered = machine(app, storage, own).post("/api/invoices", json=invoice | {"currency": "EUR", "total": "1"})
    assert entered.status_code == 201 and admin.get("/api/tenant").json["has_records"] is True
    refused = update(admin, home_currency="JPY")
    assert (refused.status_code, refused.json["fields"][0]["field"]) == (409, "home_currency")
    assert update(admin, home_currency="EUR", name="Renamed").status_code == 200


def test_two_who_change_it_at_once_do_not_undo_each_other(admin):
    etag = admin.get("/api/tenant").headers["ETag"]
    assert update(admin, etag, name="First").status_code == 200
    lost = update(admin, etag, name="Second")
    assert (lost.status_code, lost.json["code"]) == (412, "precondition_failed")
    missing = admin.put("/api/tenant", json={"name": "Third", "time_zone": "UTC"})
    assert (missing.status_code, missing.json["code"]) == (428, "precondition_required")
    assert admin.get("/api/tenant").json["name"] == "First"


@pytest.mark.parametrize(("field", "value"), [("time_zone", "Nowhere"), ("name", " "), ("home_currency", "E")])
def test_a_change_that_cannot_be_names_its_field(admin, field, value):
    response = update(admin, **{field: value})
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == [field]
