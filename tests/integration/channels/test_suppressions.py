"""Addresses that are not written to: by whom, until when, and after their person was erased."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.channels import suppressions
from hub.privacy import contacts
from tests.integration.identity.callers import person

NOW = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def viewer(app, storage, own, tenant):
    return person(app, storage, own, (tenant, "viewer"))


def add(member, address="ada@debtor.example", **more):
    response = member.post("/api/suppressions", json={"address": address, **more})
    assert response.status_code == 201, response.json
    return response.json


def test_a_member_says_so_and_an_admin_takes_it_back(admin, member, viewer, storage, tenant):
    made = add(member, " Ada@Debtor.example ", detail="Asked by phone")
    assert (made["kind"], made["address"], made["detail"]) == ("manual", "Ada@debtor.example", "Asked by phone")
    with storage.tenant(tenant) as session:
        assert list(suppressions.of(session, ["ada@debtor.example"])) == ["ada@debtor.example"]
    path = f"/api/suppressions/{made['id']}"
    assert member.delete(path).status_code == 403
    assert viewer.post("/api/suppressions", json={"address": "a@b.example"}).status_code == 403
    assert viewer.get("/api/suppressions").json["items"] == [made]
    released = admin.delete(path)
    assert (released.status_code, released.json["released_at"] is not None) == (200, True)
    assert admin.delete(path).status_code == 409
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, ["ada@debtor.example"]) == {}
    # It may be said again.
    assert add(member)["id"] != made["id"]


@pytest.mark.parametrize("address", ["nobody", "a b@c.example", "@c.example", "x" * 300 + "@c.example", ""])
def test_what_is_no_address_is_refused(member, address):
    assert member.post("/api/suppressions", json={"address": address}).status_code == 422


def test_it_may_end_by_itself(member, storage, tenant):
    until = datetime.now(UTC) + timedelta(days=2)
    add(member, until=until.isoformat())
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, ["ada@debtor.example"], until - timedelta(seconds=1))
        assert suppressions.of(session, ["ada@debtor.example"], until) == {}
    past = member.post("/api/suppressions", json={"address": "a@b.example", "until": "2020-01-01T00:00:00Z"})
    assert past.status_code == 422


def test_who_may_not_release_does_not_shorten_it_either(member, storage, tenant):
    soon = datetime.now(UTC) + timedelta(minutes=1)
    made = add(member, until=(soon + timedelta(days=1)).isoformat())
    assert add(member, until=soon.isoformat())["until"] == made["until"]
    assert add(member)["until"] is None
    again = add(member, until=soon.isoformat(), detail="Not yet")
    assert (again["id"], again["until"], again["detail"]) == (made["id"], None, "Not yet")
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, ["ada@debtor.example"], soon + timedelta(days=2))


def test_of_several_reasons_the_one_that_lasts_longest_is_given(storage, tenant):
    with storage.tenant(tenant) as session:
        until = NOW + timedelta(days=3)
        suppressions.add(session, "ada@debtor.example", "absent", now=NOW, by="receipts", until=until)
        suppressions.add(session, "ada@debtor.example", "unsubscribed", now=NOW, by="the person")
        assert suppressions.of(session, ["ada@debtor.example"], NOW)["ada@debtor.example"].kind == "unsubscribed"


def test_said_twice_it_stands_once_and_is_brought_up_to_date(storage, tenant):
    with storage.tenant(tenant) as session:
        first = suppressions.add(session, "ada@debtor.example", "bounced", now=NOW, by="receipts", detail="5.1.1")
        again = suppressions.add(
            session, "ADA@debtor.example", "bounced", now=NOW + timedelta(days=1), by="receipts", detail="5.1.2"
        )
        assert (again.id, again.created_at, again.detail) == (first.id, NOW, "5.1.2")


def test_the_list_is_paged_filtered_and_searched(member, admin, storage, tenant):
    with storage.tenant(tenant) as session:
        for number in range(5):
            at = NOW + timedelta(minutes=number)
            suppressions.add(session, f"p{number}@debtor.example", "bounced", now=at, by="receipts")
        suppressions.add(session, "left@buyer.example", "unsubscribed", now=NOW, by="the person")
        held = suppressions.list_suppressions(session, now=NOW, q="p0@", limit=10)
        suppressions.release(session, held[0].id, now=NOW, by="jo@acme.example")
    seen, cursor = [], ""
    while True:
        page = member.get(f"/api/suppressions?limit=2&kind=bounced{cursor}").json
        seen += [each["address"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [f"p{number}@debtor.example" for number in (4, 3, 2, 1, 0)]

    def found(query):
        return {each["address"] for each in member.get(f"/api/suppressions?{query}").json["items"]}

    assert found("active=false") == {"p0@debtor.example"}
    assert len(found("active=true")) == 5
    assert found("q=buyer") == {"left@buyer.example"}
    assert found("q=LEFT@buyer.example") == {"left@buyer.example"}
    assert found("q=100%25") == set()
    assert member.get("/api/suppressions?cursor=nonsense").status_code == 422
    assert member.get("/api/suppressions?kind=nonsense").status_code == 422


def test_who_was_erased_stays_suppressed_and_is_not_named(member, storage, tenant, own):
    add(member, "ada@debtor.example", detail="ada@debtor.example asked by phone")
    with storage.tenant(tenant) as session:
        contacts.erase_contact(
            session, storage, "ada@debtor.example", include_name=False, reason="asked for it", now=NOW
        )
    (shown,) = member.get("/api/suppressions").json["items"]
    assert "ada" not in str(shown)
    assert shown["address"].startswith("erased-")
    (found,) = member.get("/api/suppressions?q=ada@debtor.example").json["items"]
    assert found["id"] == shown["id"]
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, ["ada@debtor.example"])


def test_asked_for_nobody_it_knows_of_nobody(storage, tenant):
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, []) == {}
        assert suppressions.of(session, ["ada@debtor.example"]) == {}
