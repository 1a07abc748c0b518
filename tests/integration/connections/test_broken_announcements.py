"""Announcements that are made of what nobody can keep: they cost themselves, and nobody else waits for them."""

import json

from sqlalchemy import text

from hub.connections import webhooks
from tests.integration.connections.test_webhooks import OWN_KEY, body_of, change, forget_work, made, reads, send, sign

__all__ = ["made", "send"]

BROKEN = [
    {"account": "a\0"},
    {"account": "\ud800"},
    {"account": 7},
    {"account": ["a"]},
    {"account": "a" * 501},
    {"event_id": None},
    {"event_id": {}},
    {"stream": ""},
    {"external_id": "i\0"},
    {"external_id": "\x1b[2J"},
    {"external_id": 9},
]


def test_to_the_operators_app(hub, made, send):
    for number, broken in enumerate(BROKEN):
        assert send(body_of(change(number, **broken), change(100 + number))).status_code == 200
    assert send(body_of(change(200))).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", [*(f"i{100 + number}" for number in range(len(BROKEN))), "i200"])]
    with hub.storage.hub() as session:
        assert session.scalar(text("select count(*) from parked_webhooks")) == 0


def test_to_a_connection_it_is_said(hub, made, send):
    body = body_of(change(1, account=7), change(2))
    assert send(body, to=made, signature=sign(body, OWN_KEY)).status_code == 200
    hub.work_off()
    assert reads(hub) == [("invoices", ["i2"])]
    assert hub.query("select outcome from webhook_deliveries") == [("1 change; 1 could not be understood",)]


def test_a_tenant_whose_tables_are_not_right_keeps_nobody_waiting(hub, made, send):
    other = hub.of_another_tenant()
    hub.box.companies["b"] = "Bravo"
    hub.box.opened = ["b"]
    theirs = other.connect_by_form()
    forget_work(hub)
    assert theirs
    with hub.storage.hub() as session:
        session.execute(text(f"alter table tenant_{hub.tenant}.webhook_deliveries rename to away"))
    try:
        assert send(json.dumps({"changes": [change(1), change(2, account="b")]}).encode()).status_code == 200
        hub.work_off()
    finally:
        with hub.storage.hub() as session:
            session.execute(text(f"alter table tenant_{hub.tenant}.away rename to webhook_deliveries"))
    assert reads(other) == [("invoices", ["i2"])]


def test_what_was_looked_at_is_forgotten_but_for_knowing_it_again(hub, made, send):
    body = body_of(change(1))
    for _ in range(2):
        assert send(body, to=made, signature=sign(body, OWN_KEY)).status_code == 200
        hub.work_off()
    assert hub.query("select body, headers::text, outcome from webhook_deliveries") == [(None, "{}", "1 change")]


def test_a_flood_is_asked_to_come_again(hub, made, send, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_WAITING", 2)
    bodies = [body_of(change(number)) for number in range(3)]
    answers = [send(body, to=made, signature=sign(body, OWN_KEY)).status_code for body in bodies]
    assert answers == [200, 200, 429]
    hub.work_off()
    assert send(bodies[2], to=made, signature=sign(bodies[2], OWN_KEY)).status_code == 200
