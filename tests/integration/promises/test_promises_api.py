"""Promises over the API: made, listed, shown with their invoice and customer, cancelled, and refused."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.promises.conftest import in_days


@pytest.fixture
def made(member, new_invoice):
    """A promise of an invoice of 100 EUR, as the API shows it."""
    return promise(member, new_invoice())


def promise(caller, *invoice_ids, **said):
    body = {"invoice_ids": [str(each) for each in invoice_ids], "channel": "phone"}
    if "paid_on" not in said:
        said = {"promised_on": str(in_days(7))} | said
    response = caller.post("/api/promises", json=body | said)
    assert response.status_code == 201, response.json
    return response.json["items"][0]


def test_a_promise_is_made_shown_and_listed(member, viewer, new_invoice):
    invoice_id = new_invoice()
    made = promise(member, invoice_id, note="They sign on Friday", made_by="Jo Doe", amount="40.50")
    assert made["amount"] == "40.5000" and made["currency"] == "EUR" and made["status"] == "open"
    assert made["customer_name"] == "Customer c1" and made["invoice_number"].startswith("INV-")
    assert (made["note"], made["made_by"], made["channel"]) == ("They sign on Friday", "Jo Doe", "phone")
    response = viewer.get(f"/api/promises/{made['id']}")
    assert response.json == made and response.headers["ETag"].startswith('"1-')
    listed = viewer.get("/api/promises", query_string={"invoice_id": str(invoice_id), "include": "totals,facets"}).json
    assert listed["items"] == [made]
    (total,) = listed["totals"]["by_currency"]
    assert (total["count"], total["amount"], total["paid"]) == (1, "40.5000", "0.0000")
    assert listed["totals"]["facets"]["status"] == [{"value": "open", "count": 1}]


def test_several_invoices_are_promised_at_once_or_none(member, new_invoice):
    first, second = new_invoice(), new_invoice("50")
    body = {"invoice_ids": [str(first), str(second), str(first)], "promised_on": str(in_days(3)), "channel": "email"}
    response = member.post("/api/promises", json=body)
    assert response.status_code == 201
    assert {each["amount"] for each in response.json["items"]} == {"100.0000", "50.0000"}
    third = new_invoice()
    body["invoice_ids"] = [str(third), str(uuid4())]
    response = member.post("/api/promises", json=body)
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == ["invoice_ids.1"]
    assert member.get(f"/api/promises?invoice_id={third}").json["items"] == []


def test_the_invoice_and_the_customer_show_what_was_promised(viewer, member, new_invoice):
    invoice_id = new_invoice(customer="c2")
    made = promise(member, invoice_id)
    invoice = viewer.get(f"/api/invoices/{invoice_id}").json
    assert invoice["promises"] == [made]
    assert [each["kind"] for each in invoice["holds"]] == ["promise"]
    customer = viewer.get(f"/api/customers/{made['customer_id']}").json
    assert customer["promises"] == {"kept": 0, "partly_kept": 0, "broken": 0, "p_kept": None}


def test_said_to_be_paid(member, new_invoice):
    made = promise(member, new_invoice(), paid_on=str(in_days(-1)))
    assert made["paid_on"] == str(in_days(-1)) and made["promised_on"] >= str(in_days(0))


def test_cancelled_it_lets_the_invoice_go(member, viewer, made):
    response = member.post(f"/api/promises/{made['id']}/cancel", headers={"If-Match": '"9"'})
    assert response.status_code == 412
    response = member.post(f"/api/promises/{made['id']}/cancel", headers={"If-Match": '"1"'})
    assert response.status_code == 200 and response.json["status"] == "cancelled"
    assert viewer.get(f"/api/invoices/{made['invoice_id']}").json["holds"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "portal"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"promised_on": None}, "promised_on"),
        ({"promised_on": "2020-01-01"}, "promised_on"),
        ({"paid_on": "2020-01-01"}, "promised_on"),
        ({"amount": "100.01"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"invoice_ids": []}, "invoice_ids"),
        ({"invoice_ids": ["x"]}, "invoice_ids.0"),
        ({"note": "x" * 2001}, "note"),
        ({"made_by": ""}, "made_by"),
        ({"status": "kept"}, "status"),
    ],
)
def test_what_cannot_be_promised_is_told(member, new_invoice, changes, field):
    body = {"invoice_ids": [str(new_invoice())], "promised_on": str(in_days(3)), "channel": "phone"} | changes
    response = member.post("/api/promises", json=body)
    assert response.status_code == 422
    assert field in [each["field"] for each in response.json["fields"]]


def test_an_amount_of_several_invoices_is_refused(member, new_invoice):
    ids = [str(new_invoice()), str(new_invoice())]
    body = {"invoice_ids": ids, "promised_on": str(in_days(3)), "channel": "phone", "amount": "1"}
    response = member.post("/api/promises", json=body)
    assert response.status_code == 422 and [each["field"] for each in response.json["fields"]] == ["amount"]


def test_the_same_key_promises_once(member, new_invoice):
    body = {"invoice_ids": [str(new_invoice())], "promised_on": str(in_days(3)), "channel": "phone"}
    first, second = (member.post("/api/promises", json=body, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json == second.json
    assert len(member.get(f"/api/promises?invoice_id={body['invoice_ids'][0]}").json["items"]) == 1


def test_who_may_do_what(viewer, program, made):
    assert viewer.post(f"/api/promises/{made['id']}/cancel").status_code == 403
    assert program.get("/api/promises").status_code == 200
    assert program.post("/api/promises", json={}).status_code == 403
    assert viewer.get(f"/api/promises/{uuid4()}").status_code == 404


def test_pages_follow_each_other_in_every_order(member, viewer, new_invoice):
    for total in ("1", "2", "3"):
        promise(member, new_invoice(total, customer="c3"))
    customer = viewer.get("/api/promises?q=customer%20c3&limit=1").json["items"][0]["customer_id"]
    for sort in ("promised_on", "-made_at", "amount", "-customer"):
        query = {"customer_id": customer, "sort": sort, "limit": "2"}
        first = viewer.get("/api/promises", query_string=query).json
        second = viewer.get("/api/promises", query_string=query | {"cursor": first["next_cursor"]}).json
        amounts = [each["amount"] for each in first["items"] + second["items"]]
        assert sorted(amounts) == ["1.0000", "2.0000", "3.0000"] and second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=open", 1),
        ("status=kept,broken", 0),
        ("channel=phone", 1),
        ("channel=portal", 0),
        ("currency=USD", 0),
        ("overdue=true", 0),
        ("overdue=false", 1),
        ("promised_from=2999-01-01", 0),
        ("made_to=2020-01-01T00:00:00Z", 0),
        ("q=nobody", 0),
    ],
)
def test_filters(viewer, made, query, expected):
    found = viewer.get(f"/api/promises?invoice_id={made['invoice_id']}&{query}").json
    assert len(found["items"]) == expected


def test_what_follows_is_told_in_the_same_transaction(storage, tenant, made):
    with storage.hub() as session:
        query = "select kind from hub.work where tenant_key = :tenant and state = 'queued'"
        kinds = set(session.scalars(text(query), {"tenant": tenant}))
    assert "forecasting.refresh" in kinds
    assert datetime.fromisoformat(made["made_at"]) <= datetime.now(UTC)
