"""What was claimed and never settled: found where the provider says so, sent again where it has nothing, else left."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hub.channels import service as channels
from hub.jobs import service as jobs
from hub.registry import Registry, load
from hub.reminders.sending import MOST_TRIES
from hub.sdk.errors import TransientError, UncertainError
from hub.storage.vault import Vault
from tests.integration.reminders.channels import MANIFESTS, Provider

pytestmark = pytest.mark.usefixtures("company")


@pytest.fixture(scope="session")
def registry():
    return Registry({each.slug: each for each in (*load().manifests(), *MANIFESTS)}, {}, [])


@pytest.fixture(autouse=True)
def provider(storage, tenant):
    """An empty provider that answers, and nothing left of the tests before."""
    Provider.messages.clear()
    Provider.by_key.clear()
    Provider.breaks, Provider.answers = "", lambda: None
    with storage.tenant(tenant) as session:
        session.execute(text("delete from reminders; delete from channels"))
    return Provider


@pytest.fixture
def through(storage, own, tenant, registry):
    """Makes a channel of a plugin the tenant's default."""

    def through(plugin):
        wanted = {"name": plugin, "purpose": "debtors", "config": {}, "sender": "ar@seller.example"}
        with storage.tenant(tenant) as session:
            return channels.create(session, Vault(own, storage), registry.get(plugin), wanted)

    return through


@pytest.fixture
def reconcile(storage, tenant, work):
    def reconcile():
        with storage.tenant(tenant) as session:
            session.execute(text("update reminders set scheduled_at = now() where status = 'approved'"))
            session.execute(text("update reminders set claimed_at = claimed_at - interval '1 hour'"))
            for kind in ("reminders.reconcile", "reminders.send"):
                jobs.submit(session, kind, {}, dedupe_key=secrets.token_hex(4))
        work()

    return reconcile


def test_what_the_provider_has_was_sent(through, provider, compose, work, get, new_invoice, reconcile):
    through("asked")
    provider.breaks = "after"
    made = compose(new_invoice(), then="send")
    work()
    assert get(made["id"])["status"] == "sending"
    provider.breaks = ""
    reconcile()
    found = get(made["id"])
    assert (found["status"], len(provider.messages)) == ("sent", 1)
    assert found["provider_id"] == f"p-{found['idempotency_key']}"


def test_what_the_provider_has_not_is_sent_once(through, provider, compose, work, get, new_invoice, reconcile):
    through("asked")
    provider.breaks = "before"
    made = compose(new_invoice(), then="send")
    work()
    provider.breaks = ""
    reconcile()
    reconcile()
    assert (get(made["id"])["status"], len(provider.messages)) == ("sent", 1)


def test_what_was_paid_meanwhile_is_not_sent_again(through, provider, compose, work, get, new_invoice, reconcile, pay):
    through("asked")
    provider.breaks = "before"
    invoice = new_invoice()
    made = compose(invoice, then="send")
    work()
    pay(invoice)
    provider.breaks = ""
    reconcile()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], provider.messages) == ("skipped", "paid", [])


@pytest.mark.parametrize("error", [UncertainError("Not yet."), TransientError("Away.")])
def test_while_the_provider_cannot_say_a_person_may(
    error, through, provider, compose, work, get, new_invoice, reconcile, member
):
    through("asked")
    provider.breaks = "after"

    def answers():
        raise error

    provider.answers = answers
    made = compose(new_invoice(), then="send")
    work()
    reconcile()
    assert get(made["id"])["status"] == "uncertain"
    provider.answers, provider.breaks = (lambda: None), ""
    reconcile()
    assert (get(made["id"])["status"], len(provider.messages)) == ("sent", 1), "it is asked again, and knows by now"


@pytest.mark.parametrize("breaks", ["before", "after"])
def test_a_provider_that_knows_its_keys_is_handed_it_once_more(
    breaks, through, provider, compose, work, get, new_invoice, reconcile
):
    through("keyed")
    provider.breaks = breaks
    made = compose(new_invoice(), then="send")
    work()
    provider.breaks = ""
    reconcile()
    reconcile()
    assert (get(made["id"])["status"], len(provider.messages)) == ("sent", 1)


def test_what_may_have_gone_out_and_was_paid_since_is_for_a_person(
    through, provider, compose, work, get, new_invoice, reconcile, pay
):
    through("keyed")
    provider.breaks = "after"
    invoice = new_invoice()
    made = compose(invoice, then="send")
    work()
    pay(invoice)
    provider.breaks = ""
    reconcile()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], len(provider.messages)) == ("uncertain", "paid", 1)


def test_a_channel_that_is_gone_leaves_it_to_a_person(
    through, provider, compose, work, get, new_invoice, reconcile, storage, tenant
):
    through("asked")
    provider.breaks = "after"
    made = compose(new_invoice(), then="send")
    work()
    with storage.tenant(tenant) as session:
        session.execute(text("delete from channels"))
    reconcile()
    assert get(made["id"])["status"] == "uncertain"


def test_what_is_on_its_way_is_left_alone_for_a_while(
    through, provider, compose, work, get, new_invoice, storage, tenant
):
    through("asked")
    provider.breaks = "before"
    made = compose(new_invoice(), then="send")
    work()
    provider.breaks = ""
    with storage.tenant(tenant) as session:
        jobs.submit(session, "reminders.reconcile", {}, dedupe_key=secrets.token_hex(4))
    work()
    assert get(made["id"])["status"] == "sending" and provider.messages == []


def test_it_is_not_tried_for_ever(through, provider, compose, work, get, new_invoice, reconcile):
    through("asked")
    provider.breaks = "before"
    made = compose(new_invoice(), then="send")
    work()
    for _ in range(MOST_TRIES):
        reconcile()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], provider.messages) == ("failed", "no_answer", [])


def test_what_somebody_else_found_out_stands(through, provider, compose, work, get, new_invoice, storage, tenant):
    """The worker that was thought dead comes back and says that it was sent, after it was given up."""
    through("asked")
    made = compose(new_invoice(), then="send")

    def meanwhile():
        with storage.tenant(tenant) as session:
            session.execute(text("update reminders set status = 'uncertain'"))

    original = Provider.send

    def send(self, message):
        delivery = original(self, message)
        meanwhile()
        return delivery

    Provider.send = send
    try:
        work()
    finally:
        Provider.send = original
    assert (get(made["id"])["status"], len(provider.messages)) == ("sent", 1)


def test_what_was_being_sent_when_the_hub_stood_still_for_days_is_for_a_person(
    through, provider, compose, work, get, new_invoice, reconcile, storage, tenant
):
    through("asked")
    provider.breaks = "before"
    made = compose(new_invoice(), then="send")
    work()
    provider.breaks = ""
    with storage.tenant(tenant) as session:
        session.execute(text("update reminders set claimed_at = claimed_at - interval '4 days'"))
    reconcile()
    assert (get(made["id"])["status"], provider.messages) == ("uncertain", [])


def test_a_plugin_that_breaks_when_asked_keeps_nobody_else_in_doubt(
    through, provider, compose, work, get, new_invoice, reconcile
):
    through("asked")
    provider.breaks = "after"
    first, second = (compose(new_invoice(), then="send") for _ in range(2))
    work()
    asked = []

    def answers():
        asked.append(True)
        if len(asked) == 1:
            raise ZeroDivisionError

    provider.answers, provider.breaks = answers, ""
    reconcile()
    assert sorted(get(each["id"])["status"] for each in (first, second)) == ["sent", "uncertain"]
    assert len(provider.messages) == 2


def test_a_provider_that_wants_it_ages_later_is_asked_the_same_day(
    through, provider, compose, work, get, new_invoice, monkeypatch
):
    through("asked")

    def send(self, message):
        raise TransientError("Later.", 10**20)

    monkeypatch.setattr(provider, "send", send)
    made = compose(new_invoice(), then="send")
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"]) == ("approved", "try_again")
    assert found["scheduled_at"] < datetime.now(UTC) + timedelta(hours=7)
