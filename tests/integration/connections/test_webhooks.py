"""What providers announce: taken in by the signature alone, once, and turned into targeted reads."""

import base64
import hmac
import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.http.bodies import MAX_BODY_BYTES
from tests.integration.connections.books import PASSWORD, WEBHOOK_SECRET, BooksConnector

OWN_KEY = "the tenant's own webhook key"


def change(number, account="a", stream="invoices", **more):
    return {"event_id": f"e{number}", "account": account, "stream": stream, "external_id": f"i{number}", **more}


def body_of(*changes):
    return json.dumps({"changes": list(changes)}).encode()


def sign(body, secret=WEBHOOK_SECRET):
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


@pytest.fixture
def send(hub):
    """Send a body as the provider does, to the operator's app unless `to` names a connection."""

    def send(body, to="app", signature=None, **headers):
        sent = {"X-Books-Signature": sign(body) if signature is None else signature, **headers}
        sent = {name.replace("_", "-"): value for name, value in sent.items() if value}
        browser = hub.app.test_client(use_cookies=False)
        return browser.post(f"/api/webhooks/books/{to}", data=body, content_type="application/json", headers=sent)

    return send


def reads(hub):
    """The targeted reads that were asked for: stream and ids."""
    return [(each["stream"], each["external_ids"]) for kind, each in hub.published() if kind == "sync.some"]


def forget_work(hub):
    with hub.storage.hub() as session:
        session.execute(text("delete from work"))


@pytest.fixture
def made(hub):
    """A connection by form, with a webhook key of its own, and nothing asked for yet."""
    made = hub.connect_by_form(webhook_secret=OWN_KEY)
    forget_work(hub)
    return made


# Taking in


def test_the_right_signature_is_answered_with_nothing_at_all(hub, send, made):
    answer = send(body_of(change(1)))
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert "Set-Cookie" not in answer.headers and "Content-Type" not in answer.headers
    assert answer.headers["Content-Length"] == "0"


@pytest.mark.parametrize(
    "signature",
    ["", "wrong", sign(body_of(change(1)), "another key"), sign(body_of(change(2))), "sha256=", "\u00fc", "A" * 10_000],
)
def test_a_wrong_signature_is_refused_without_a_word(hub, send, made, signature):
    for place in ("app", made):
        answer = send(body_of(change(1)), place, signature=signature.encode("utf-8").decode("latin-1"))
        assert (answer.status_code, answer.get_data()) == (401, b"")
        assert "Set-Cookie" not in answer.headers and "Content-Type" not in answer.headers
    hub.work_off()
    assert hub.published() == [] and hub.query("select * from webhook_deliveries") == []
    with hub.storage.hub() as session:
        assert session.scalar(text("select count(*) from parked_webhooks")) == 0


def test_the_handshake_of_a_provider_that_tests_signatures(hub, send, made):
    """As Xero does before it sends anything: no events, some with the right signature and some with a wrong one."""
    body = b'{"changes":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4nd0mt3xt"}'
    asked = [(sign(body), 200), (sign(body, "no"), 401), (sign(body), 200), (sign(body + b" "), 401)]
    for signature, status in asked:
        answer = send(body, signature=signature)
        assert (answer.status_code, answer.get_data()) == (status, b"")
    hub.work_off()
    assert hub.published() == []


@pytest.mark.parametrize(
    "alter", [lambda b: b + b" ", lambda b: b.replace(b"i1", b"i2"), lambda b: b.replace(b"/", b"")]
)
def test_altered_bytes_are_refused(send, made, alter):
    body = body_of(change(1, note="a/b"))
    assert send(alter(body), signature=sign(body)).status_code == 401


def test_a_body_written_anew_is_another_one(send, made):
    body = b'{"changes": [],  "x":1.0}'
    assert send(body).status_code == 200
    again = json.dumps(json.loads(body)).encode()
    assert again != body and send(again, signature=sign(body)).status_code == 401


def test_a_signature_without_its_slashes_is_another_one(send, made):
    number, body = 0, b""
    while "/" not in sign(body):
        number += 1
        body = body_of(change(number))
    assert send(body, signature=sign(body).replace("/", "")).status_code == 401
    assert send(body, signature="/" + sign(body)).status_code == 401
    assert send(body).status_code == 200


def test_an_empty_body_with_the_right_signature_announces_nothing(hub, send, made):
    assert send(b"").status_code == 200
    assert send(b"", signature=sign(b"x")).status_code == 401
    assert send(b"\xff\xfe\x00").status_code == 200
    assert send(b"", made, signature=sign(b"", OWN_KEY)).status_code == 200
    assert hub.query("select * from webhook_deliveries") == []


def test_more_than_the_hub_takes_is_refused(send, made):
    assert send(b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


def test_what_is_nobodys_place_does_not_exist(hub, send, made):
    body = body_of(change(1))
    for place in (uuid4(), "somewhere", "APP"):
        assert send(body, str(place)).status_code == 404
    browser = hub.app.test_client()
    for slug in ("sheet", "oracle", "nobody"):
        assert browser.post(f"/api/webhooks/{slug}/app", json={}).status_code == 404
    hub.post(f"/api/connections/{made}/disconnect")
    assert send(body, made, signature=sign(body, OWN_KEY)).status_code == 404


def test_without_a_secret_nothing_is_right(hub, send):
    made = hub.connect_by_form()
    hub.use_app(False)
    browser = hub.app.test_client()
    body = body_of(change(1))
    for place in ("app", made):
        answer = browser.post(
            f"/api/webhooks/books/{place}", data=body, headers={"X-Books-Signature": sign(body, "")},
            content_type="application/json",
        )  # fmt: skip
        assert answer.status_code == 401


def test_taking_in_runs_no_code_of_the_plugin_and_one_insert(hub, send, made, monkeypatch):
    def fail(*_):
        raise AssertionError("the plugin's code ran in the API process")

    monkeypatch.setattr(hub.registry, "load", fail)
    monkeypatch.setattr(BooksConnector, "changes", fail)
    assert send(body_of(change(1))).status_code == 200
    assert send(body_of(change(1)), made, signature=sign(body_of(change(1)), OWN_KEY)).status_code == 200


def test_headers_are_kept_but_for_what_opens(hub, send, made):
    body = body_of(change(1))
    more = {"X_Books_Sequence": "17", "Authorization": "Bearer secret-of-somebody", "Cookie": "a=b", "X_Real_IP": "::1"}
    assert send(body, made, signature=sign(body, OWN_KEY), **more).status_code == 200
    ((headers,),) = hub.query("select headers from webhook_deliveries")
    assert headers["x-books-sequence"] == "17" and headers["content-type"] == "application/json"
    assert not {"authorization", "cookie", "x-real-ip", "host"} & headers.keys()


# What follows


def test_changes_become_targeted_reads(hub, send, made):
    assert send(body_of(change(1), change(2, stream="payments"), change(3))).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1", "i3"]), ("payments", ["i2"])]
    assert {each["connection_id"] for _, each in hub.published()} == {made}
    ((outcome, changes),) = hub.query("select outcome, changes from webhook_deliveries where processed_at is not null")
    assert outcome == "3 changes" and len(changes) == 3


def test_a_connection_of_its_own_webhook_is_told_directly(hub, send, made):
    body = body_of(change(1, account=None))
    assert send(body, made, signature=sign(body, OWN_KEY)).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]
    # The operator's app may be told of at any address; of whom it is, the body says.
    assert send(body_of(change(2)), made).status_code == 200
    hub.work_off()
    assert ("invoices", ["i2"]) in reads(hub)


def test_replays_and_duplicates_change_nothing(hub, send, made):
    body = body_of(change(1), change(1))
    for place, key in (("app", WEBHOOK_SECRET), (made, OWN_KEY)):
        for _ in range(3):
            assert send(body, place, signature=sign(body, key)).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]
    forget_work(hub)
    for place, key in (("app", WEBHOOK_SECRET), (made, OWN_KEY)):
        assert send(body, place, signature=sign(body, key)).status_code == 200
    hub.work_off()
    assert hub.published() == []


def test_the_order_does_not_matter(hub, send, made):
    bodies = [body_of(change(number)) for number in range(6)]
    for body in bodies[::-1]:
        assert send(body).status_code == 200
    hub.work_off()
    assert sorted(each for _, ids in reads(hub) for each in ids) == [f"i{number}" for number in range(6)]


def test_a_thousand_at_once_are_read_in_bounded_lots(hub, send, made):
    assert send(body_of(*(change(number) for number in range(1000)))).status_code == 200
    hub.work_off()
    lots = [ids for _, ids in reads(hub)]
    assert len(lots) == 10 and max(map(len, lots)) == 100
    assert len({each for ids in lots for each in ids}) == 1000


def test_a_change_of_a_whole_stream_is_a_run(hub, send, made):
    whole = {"event_id": "e", "account": "a", "stream": "invoices", "external_id": None}
    assert send(body_of(whole, change(1), change(2, stream="unheard_of"))).status_code == 200
    hub.work_off()
    assert [kind for kind, _ in hub.published()] == ["sync.run", "sync.some"]
    assert reads(hub) == [("invoices", ["i1"])]


def test_what_a_plugin_cannot_read_costs_itself_alone(hub, send, made):
    for body in (b'{"no": "changes"}', b"[]", b"{", body_of({"event_id": 1})):
        assert send(body, made, signature=sign(body, OWN_KEY)).status_code == 200
        assert send(body).status_code == 200
    good = body_of(change(1))
    assert send(good, made, signature=sign(good, OWN_KEY)).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]
    outcomes = [outcome for (outcome,) in hub.query("select outcome from webhook_deliveries order by id")]
    assert [each.startswith("Could not be read") for each in outcomes] == [True] * 4 + [False]


def test_another_company_is_none_of_this_connections_business(hub, send, made):
    body = body_of(change(1), change(2, account="b"), change(3, account="b"))
    assert send(body, made, signature=sign(body, OWN_KEY)).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]
    ((outcome,),) = hub.query("select outcome from webhook_deliveries")
    assert outcome == "1 change; 2 about a company that is not connected here"


def test_an_apps_webhook_is_parted_among_tenants_who_see_their_own_part_alone(hub, send, made):
    other = hub.of_another_tenant()
    hub.box.companies["b"] = "Bravo"
    hub.box.opened = ["b"]
    theirs = other.connect_by_form()
    forget_work(hub)
    assert send(body_of(change(1), change(2, account="b"))).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])] and reads(other) == [("invoices", ["i2"])]
    assert other.published()[0][1]["connection_id"] == theirs
    ((body, changes),) = hub.query("select body, changes from webhook_deliveries")
    assert body is None and [each["account"] for each in changes] == ["a"]
    with hub.storage.hub() as session:
        assert session.scalar(text("select count(*) from parked_webhooks")) == 0


def test_what_is_about_nobody_yet_waits_until_they_connect(hub, send, made):
    assert send(body_of(change(1), change(2, account="b"))).status_code == 200
    hub.work_off()
    with hub.storage.hub() as session:
        ((account, body),) = session.execute(text("select account_id, body from parked_webhooks")).all()
    assert (account, body) == ("b", None)
    other = hub.of_another_tenant()
    hub.box.companies["b"] = "Bravo"
    hub.box.opened = ["b"]
    other.connect_by_form()
    hub.work_off()
    assert reads(other) == [("invoices", ["i2"])]
    with hub.storage.hub() as session:
        assert session.scalar(text("select count(*) from parked_webhooks")) == 0


def test_what_came_before_anybody_was_connected_is_handed_over(hub, send):
    assert send(body_of(change(1))).status_code == 200
    hub.work_off()
    hub.connect_by_form()
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]


def test_what_comes_before_a_connection_is_ready_is_handled_afterwards(hub, send):
    entered = {"username": "ada", "password": "wrong at first", "webhook_secret": OWN_KEY}
    body = {"connector": "books", "auth_method": "password", "config": entered}
    made = hub.post("/api/connections", json=body).json["connection"]["id"]
    announced = body_of(change(1))
    assert send(announced, made, signature=sign(announced, OWN_KEY)).status_code == 200
    hub.work_off()
    assert reads(hub) == [] and hub.row(made).status == "needs_attention"
    assert hub.query("select processed_at from webhook_deliveries") == [(None,)]
    shown = hub.get(f"/api/connections/{made}").json["announcements"]
    assert shown["received_at"] and (shown["outcome"], shown["waiting"]) == (None, 1)
    hub.patch(made, {"config": {"password": PASSWORD}})
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]


def test_what_comes_while_it_is_paused_is_handled_once_it_is_resumed(hub, send, made):
    hub.post(f"/api/connections/{made}/pause")
    body = body_of(change(1))
    assert send(body, made, signature=sign(body, OWN_KEY)).status_code == 200
    hub.work_off()
    assert reads(hub) == []
    hub.post(f"/api/connections/{made}/resume")
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]


def test_what_comes_before_consent_is_handled_once_there_is_one(hub, send):
    begun = hub.browser.post(
        "/api/connections",
        json={"connector": "books", "auth_method": "oauth", "config": {"webhook_secret": OWN_KEY}},
    )
    made = begun.json["connection"]["id"]
    body = body_of(change(1))
    assert send(body, made, signature=sign(body, OWN_KEY)).status_code == 200
    hub.work_off()
    assert reads(hub) == []
    assert hub.reconnect(made) == "ready"
    hub.work_off()
    assert reads(hub) == [("invoices", ["i1"])]


def test_a_secret_that_was_rotated_is_the_new_one(hub, send, made):
    body = body_of(change(1))
    assert hub.patch(made, {"config": {"webhook_secret": "a newer key of theirs"}}).status_code == 200
    hub.work_off()
    assert send(body, made, signature=sign(body, OWN_KEY)).status_code == 401
    assert send(body, made, signature=sign(body, "a newer key of theirs")).status_code == 200
