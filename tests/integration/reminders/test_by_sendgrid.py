"""A reminder's whole way through a provider: sent by its API, and told of by its signed webhook."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from hub import pipelines
from hub.app import create_app
from hub.channels import service as channels
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.storage.vault import Vault
from tests.sendgrid_server import SendGridServer

pytestmark = pytest.mark.usefixtures("company")


@pytest.fixture(scope="module")
def sendgrid():
    with SendGridServer() as server:
        yield server


@pytest.fixture(scope="module")
def own(settings, sendgrid, tmp_path_factory):
    """Settings of a hub for which SendGrid is the tests' own."""
    apps = tmp_path_factory.mktemp("apps") / "connectors.toml"
    apps.write_text(f'[sendgrid.addresses]\napi = "{sendgrid.url}"\n')
    return replace(settings, public_url="https://ar.seller.example", connector_apps_file=str(apps))


@pytest.fixture(scope="module")
def app(own, storage, registry):
    return create_app(replace(own, public_url=""), storage, registry)


@pytest.fixture(scope="module")
def channel(storage, own, tenant, registry, sendgrid):
    wanted = {
        "name": "SendGrid",
        "purpose": "debtors",
        "sender": "ar@seller.example",
        "config": {"api_key": sendgrid.api_key, "event_public_key": sendgrid.public_key},
    }
    with storage.tenant(tenant) as session:
        return channels.create(session, Vault(own, storage), registry.get("sendgrid"), wanted)


@pytest.fixture
def work(storage, own, registry):
    """Does all the work that waits, and what follows from it."""
    kinds = ("reminders.write", "reminders.send", "reminders.receipts", "channels.receipts")
    runner = Runner(
        storage=storage,
        settings=own,
        registry=registry,
        handlers={kind: pipelines.HANDLERS[kind] for kind in kinds},
        reactions=lambda event: [each for each in pipelines.reactions(event) if each[0] in kinds],
        worker="test",
        policy=Policy(backoff_seconds=0),
    )

    def work():
        with storage.hub() as session:
            session.execute(text("delete from hub.work where kind <> all(:kinds)"), {"kinds": list(kinds)})
        runner.run_due()

    yield work
    runner.close()


def test_what_bounced_is_marked_and_not_written_to_again(
    admin, member, app, channel, compose, get, new_invoice, sendgrid, work
):
    made = compose(new_invoice(), then="send")
    work()
    (sent,) = sendgrid.sent
    found = get(made["id"])
    assert (found["status"], found["provider_id"]) == ("sent", sent["id"])
    assert sent["headers"]["Message-ID"] == found["message_id"]
    assert sent["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = admin.post(f"/api/channels/{channel.id}/receipts-address").json["url"]
    for kind, more in (("delivered", {}), ("bounce", {"type": "bounce", "status": "5.1.1", "reason": "550"})):
        headers, body = sendgrid.signed(sendgrid.event(0, kind, **more))
        posted = app.test_client().post(address[address.index("/api/") :], data=body, headers=headers)
        assert posted.status_code == 204
        work()
    assert get(made["id"])["delivery"] == "bounced"
    (held,) = admin.get("/api/suppressions").json["items"]
    assert (held["address"], held["kind"], held["reminder_id"]) == ("ap@c1.example", "bounced", made["id"])
    again = compose(new_invoice(), then="send")
    work()
    assert (get(again["id"])["status"], len(sendgrid.sent)) == ("skipped", 1)
