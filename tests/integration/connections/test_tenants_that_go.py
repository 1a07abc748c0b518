"""A tenant is dropped while its connections are at work: nothing of it is left over, or made anew."""

from uuid import UUID

from sqlalchemy import text

from hub.connections import service
from hub.tenants import service as tenants
from tests.integration.connections.books import BooksConnector, come_back, consent
from tests.integration.connections.test_looking_after import look_after
from tests.integration.connections.test_webhooks import body_of, change, sign

LEFT = (
    "select (select count(*) from hub.connected_accounts where tenant_key = :key),"
    " (select count(*) from hub.connect_states where tenant_key = :key),"
    " (select count(*) from hub.work where tenant_key = :key),"
    " (select count(*) from hub.data_keys where tenant_key = :key),"
    " (select count(*) from information_schema.schemata where schema_name = 'tenant_' || :key)"
)


def left(hub) -> tuple[int, ...]:
    with hub.storage.hub() as session:
        return tuple(session.execute(text(LEFT), {"key": hub.tenant}).one())


def test_while_a_connection_is_tried(hub, monkeypatch):
    going = hub.of_another_tenant()

    def drop_it(self):
        tenants.drop(hub.storage, going.tenant)

    monkeypatch.setattr(BooksConnector, "check", drop_it)
    begun = going.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    assert come_back(going.browser, consent(begun.json["authorize_url"]))["outcome"] == "checking"
    going.work_off()
    assert left(going) == (0, 0, 0, 0, 0)


def test_while_somebody_is_away_consenting(hub):
    going = hub.of_another_tenant()
    begun = going.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    back = consent(begun.json["authorize_url"])
    tenants.drop(hub.storage, going.tenant)
    assert come_back(going.browser, back)["outcome"] == "refused"
    assert left(going) == (0, 0, 0, 0, 0) and hub.box.oauth.token_posts == 0


def test_what_is_announced_of_it_afterwards_waits_for_nobody(hub):
    hub.connect_by_form()
    going = hub.of_another_tenant()
    hub.box.companies["b"] = "Bravo"
    hub.box.opened = ["b"]
    made = going.connect_by_form()
    tenants.drop(hub.storage, going.tenant)
    body = body_of(change(1, account="b"))
    headers = {"X-Books-Signature": sign(body)}
    path = f"/api/webhooks/books/{made}"
    assert hub.open("POST", path, data=body, headers=headers).status_code == 404
    assert hub.open("POST", "/api/webhooks/books/app", data=body, headers=headers).status_code == 200
    hub.work_off()
    assert left(going) == (0, 0, 0, 0, 0)
    with hub.storage.tenant(hub.tenant) as session:
        assert len(service.list_connections(session)) == 1


def test_consents_that_nobody_came_back_from_go_with_the_night(hub):
    begun = hub.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    assert UUID(begun.json["connection"]["id"])
    look_after(hub)
    with hub.storage.hub() as session:
        assert session.scalar(text("select count(*) from connect_states")) == 1
        session.execute(text("update connect_states set expires_at = now() - interval '1 second'"))
    look_after(hub)
    with hub.storage.hub() as session:
        assert session.scalar(text("select count(*) from connect_states")) == 0
