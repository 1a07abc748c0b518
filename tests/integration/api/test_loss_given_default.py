"""Loss given default as the tenant's people set it: bounded, versioned, audited, and used at once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from hub import worker
from hub.sync import service as sync
from plugins.connectors.csv.demo import write_demo

NOW = datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def assessed(storage, settings, tenant, tmp_path_factory):
    """A tenant whose customers have been assessed with the assumption."""
    file = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(file, invoices=300, seed=5, today=NOW.date())
    with storage.tenant(tenant) as session:
        sync.request_import(session, file, {}, "demo.csv")
    worker.work_off(settings, storage)


@pytest.fixture
def put(client):
    """Changes the tenant: the answer to a change of its newest version."""

    def put(**body):
        version = client.get("/api/tenant").headers["ETag"]
        return client.put("/api/tenant", json=_NAMED | body, headers={"If-Match": version})

    return put


_NAMED = {"name": "Acme GmbH", "time_zone": "UTC"}


def losses(storage, tenant):
    with storage.tenant(tenant) as session:
        rows = session.execute(
            text("""
                select customer_id, expected_loss::float8 from customer_risk
                where run_id = (select max(run_id) from risk_runs)
            """)
        )
        return dict(tuple(row) for row in rows)


def test_it_is_an_assumption_until_somebody_sets_it(client):
    assert client.get("/api/tenant").json["loss_given_default"] is None


def test_what_is_set_is_used_at_once_and_taken_back(client, storage, settings, tenant, put):
    assumed = losses(storage, tenant)
    changed = put(loss_given_default="0.9")
    assert (changed.status_code, changed.json["loss_given_default"]) == (200, "0.9000")
    worker.work_off(settings, storage)
    found = losses(storage, tenant)
    assert sum(assumed.values()) > 0
    assert {key: round(value / 2, 2) for key, value in found.items()} == pytest.approx(
        {key: round(value, 2) for key, value in assumed.items()}, abs=0.011
    )
    worst = max(found, key=found.get)
    assumption = client.get(f"/api/customers/{worst}/risk").json["assumption"]
    assert (assumption["loss_given_default"], assumption["is_set"], assumption["is_measured"]) == (0.9, True, False)
    assert "as your people set it" in assumption["words"]
    assert put().json["loss_given_default"] == "0.9000", "what is left out stays"
    assert put(loss_given_default=None).json["loss_given_default"] is None
    worker.work_off(settings, storage)
    assert losses(storage, tenant) == assumed


def test_who_changed_it_and_to_what_is_in_the_audit(storage, tenant, put):
    put(loss_given_default="0.2")
    put(loss_given_default="0.25")
    put(loss_given_default=None)
    with storage.hub() as session:
        noted = session.execute(
            text("""
                select before ->> 'loss_given_default', after ->> 'loss_given_default' from audit.events
                where chain = :tenant and action = 'tenant.updated' order by number desc limit 2
            """),
            {"tenant": tenant},
        ).all()
    assert noted == [("0.2500", None), ("0.2000", "0.25")]


@pytest.mark.parametrize("refused", ["0", "0.009", "1.01", "-0.2", "a half", "NaN", "0.12345", "9" * 40])
def test_what_is_no_share_is_refused(client, put, refused):
    before = client.get("/api/tenant").json
    answer = put(loss_given_default=refused)
    assert answer.status_code == 422 and answer.json["fields"][0]["field"] == "loss_given_default"
    assert client.get("/api/tenant").json == before


def test_two_at_once_do_not_lose_a_change(client, put):
    version = client.get("/api/tenant").headers["ETag"]
    put(loss_given_default="0.3")
    late = client.put("/api/tenant", json=_NAMED | {"loss_given_default": "0.4"}, headers={"If-Match": version})
    assert late.status_code == 412
    assert client.put("/api/tenant", json=_NAMED | {"loss_given_default": "0.4"}).status_code == 428
    assert client.get("/api/tenant").json["loss_given_default"] == "0.3000"
