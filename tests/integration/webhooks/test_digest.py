"""The team's digest, by a channel of the tenant's own, which checks the signature: what waits, once in the morning."""

import base64
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub import registry
from hub.channels import service as channels
from hub.channels import setup
from hub.jobs.context import JobContext
from hub.reminders import digest
from hub.sdk.errors import TransientError
from hub.storage.audit import acting
from tests.integration.webhooks.conftest import SOMEBODY, Reply

SECRET = "whsec_" + base64.b64encode(b"d" * 32).decode()
PLUGINS = registry.load()


@pytest.fixture
def context(storage, open_settings, tenant) -> JobContext:
    return JobContext(storage=storage, settings=open_settings, registry=PLUGINS, tenant=tenant, work_id=uuid4())


@pytest.fixture(autouse=True)
def morning(monkeypatch):
    """It is always the morning of a working day; `is_time` itself is tested on its own."""
    monkeypatch.setattr(digest, "is_time", lambda now, zone: True)


@pytest.fixture(autouse=True)
def nothing_waits(storage, tenant):
    yield
    with storage.tenant(tenant) as session:
        for table in ("reminders", "promises", "team_digests", "channels"):
            session.execute(text(f"delete from {table}"))


@pytest.fixture
def team(storage, tenant, vault, receiver):
    """A channel to the team at the receiver."""
    manifest = setup.manifest_of(PLUGINS.manifests(), "webhook")
    wanted = {"name": "Team", "purpose": "team", "config": {"url": receiver.url, "secret": SECRET}}
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        return channels.create(session, vault, manifest, wanted)


def waits(storage, tenant, status="to_approve", amount="100.00", currency="EUR"):
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
                insert into reminders (customer_id, kind, tone, language, subject, text, status, approve, totals,
                                       created_by, scheduled_at)
                values (gen_random_uuid(), 'manual', 'friendly', 'en', 'S', 'T', :status, 'member',
                        jsonb_build_array(jsonb_build_object('amount', cast(:amount as text), 'currency',
                                                             cast(:currency as text))), '{}', now())
            """),
            {"status": status, "amount": amount, "currency": currency},
        )


def test_the_team_is_told_what_waits_once_a_day(storage, tenant, team, receiver, context, open_settings):
    waits(storage, tenant)
    waits(storage, tenant, amount="50.5")
    waits(storage, tenant, currency="USD")
    waits(storage, tenant, status="uncertain")
    waits(storage, tenant, status="approved")
    assert digest.run(context) == {"sent": 1}
    told = receiver.read(0, SECRET)
    assert told["type"] == "team.notice"
    assert told["data"]["title"].endswith(": 3 reminders to approve")
    assert told["data"]["facts"] == [
        {"label": "Reminders to approve", "value": "3 (€150.50 + $100.00)"},
        {"label": "Reminders that failed, or may have", "value": "1 (€100.00)"},
        {"label": "Reminders that go out today", "value": "1 (€100.00)"},
    ]
    base = f"http://{open_settings.host}:{open_settings.port}"
    assert told["data"]["actions"][0] == {"label": "Approve reminders", "url": f"{base}/reminders/"}
    assert digest.run(context) == {"sent": 0}
    assert len(receiver.received) == 1


def test_a_promise_is_told_as_broken_once(storage, tenant, team, receiver, context):
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
                insert into promises (invoice_id, customer_id, amount, currency, promised_on, until, made_at, channel,
                                      recorded_by, status, settled_at, paid_before, credited_before, paid)
                values (gen_random_uuid(), gen_random_uuid(), 80, 'EUR', current_date, current_date, now(), 'phone',
                        'x', 'partly_kept', now() - interval '1 hour', 0, 0, 30)
            """)
        )
    assert digest.run(context) == {"sent": 1}
    assert receiver.read(0, SECRET)["data"]["facts"] == [
        {"label": "Promises broken since the last digest", "value": "1 (€50.00)"}
    ]
    assert receiver.read(0, SECRET)["data"]["title"].endswith(": what waits today")
    with storage.tenant(tenant) as session:
        session.execute(text("update team_digests set on_date = current_date - 1"))
    assert digest.run(context) == {"sent": 0}


def test_where_nothing_waits_nothing_is_sent(storage, tenant, team, receiver, context):
    assert digest.run(context) == {"sent": 0}
    waits(storage, tenant)
    assert digest.run(context) == {"sent": 1}  # the day was not used up


def test_without_a_channel_to_the_team_nothing_happens(storage, tenant, context):
    waits(storage, tenant)
    assert digest.run(context) == {"sent": 0}


def test_a_channel_that_wants_to_be_asked_later_is(storage, tenant, team, receiver, context):
    waits(storage, tenant)
    receiver.replies = [Reply(503, b"", {"Retry-After": "60"})]
    with pytest.raises(TransientError):
        digest.run(context)
    assert digest.run(context) == {"sent": 1}


@pytest.mark.parametrize("status", [401, 404, 500])
def test_one_that_refuses_or_breaks_costs_the_day_and_is_noted(storage, tenant, team, receiver, context, status):
    waits(storage, tenant)
    receiver.replies = [Reply(status)]
    assert digest.run(context) == {"sent": 0, "failed": 1}
    assert digest.run(context) == {"sent": 0}
    with storage.tenant(tenant) as session:
        day = session.execute(text("select sent_at, reason from team_digests")).one()
        failing = channels.get(session, team.id).status
    assert day.sent_at is None and str(status) in day.reason
    assert failing == ("ready" if status == 500 else "failing")


def test_a_lost_worker_costs_the_digest_and_never_sends_two(storage, tenant, team, receiver, context, monkeypatch):
    waits(storage, tenant)

    def lost(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(digest, "_note", lost)
    with pytest.raises(KeyboardInterrupt):
        digest.run(context)
    monkeypatch.undo()
    monkeypatch.setattr(digest, "is_time", lambda now, zone: True)
    assert digest.run(context) == {"sent": 0}
    assert len(receiver.received) == 1
