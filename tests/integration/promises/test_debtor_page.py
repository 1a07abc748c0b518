"""The debtor's page: what one customer owes, what they may say to it, and whom it shows nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub.channels import suppressions
from hub.ledger import adjustments, holds, promises
from hub.ledger.ids import ledger_id
from hub.reminders import debtor_links, debtor_page
from hub.reminders.debtor_page import MOST_DAYS_AHEAD, MOST_OBJECTIONS, MOST_PROMISES
from hub.reminders.reading_items import read_items
from tests.integration.identity.callers import Caller, person
from tests.integration.promises.conftest import CONNECTION, in_days

ADDRESS = "ap@debtor.example"


@pytest.fixture(scope="module")
def anybody(app) -> Caller:
    return Caller(app)


@pytest.fixture(scope="module")
def vault(app):
    return app.extensions["paypredict"].vault


@pytest.fixture
def page(app, anybody, storage, vault, tenant, new_invoice):
    """A customer of their own, who owes 100 EUR and 50 EUR, and a link of theirs."""
    customer = f"c-{uuid4().hex[:8]}"
    first, second = new_invoice(customer=customer, due_on=in_days(-20)), new_invoice("50", customer=customer)
    customer_id = ledger_id(CONNECTION, "customer", customer)
    reminder_id = uuid4()

    def link(*, days=30, language="de", address=ADDRESS, customer_id=customer_id):
        until = datetime.now(UTC) + timedelta(days=days)
        with storage.tenant(tenant) as session:
            key = debtor_links.key_of(session, vault)
        return debtor_links.link(key, tenant, customer_id, reminder_id, address, until, language)

    token = link()

    def say(what, status=200, **body):
        response = anybody.post(f"/api/debtor/{token}/{what}", json=body)
        assert response.status_code == status, response.json
        return response.json

    return SimpleNamespace(
        link=link,
        token=token,
        first=str(first),
        second=str(second),
        customer_id=customer_id,
        reminder_id=reminder_id,
        new_invoice=lambda *args, **facts: str(new_invoice(*args, customer=customer, **facts)),
        get=lambda: anybody.get(f"/api/debtor/{token}"),
        say=say,
    )


def invoice(shown, invoice_id):
    return next(each for each in shown["invoices"] if each["id"] == invoice_id)


def total(invoices, **amounts):
    return {"currency": "EUR", "invoices": invoices, "credited": "0.0000"} | amounts


@pytest.fixture
def agree(storage, tenant):
    """Notes what is to come off an invoice, as accepting a dispute does."""

    def agree(invoice_id, amount, *, kind="credit", status="pending"):
        facts = {"dispute_id": None, "currency": "EUR", "reason": "Dispute D-7: secret", "now": datetime.now(UTC)}
        with storage.tenant(tenant) as session:
            made = adjustments.record(session, invoice_id=UUID(invoice_id), kind=kind, amount=Decimal(amount), **facts)
            return adjustments.change(session, made, datetime.now(UTC), status=status)

    return agree


def asked_by_reminders(storage, tenant, invoice_id):
    now = datetime.now(UTC)
    with storage.tenant(tenant) as session:
        (item,) = read_items(session, [UUID(invoice_id)], now, now.date(), home_currency="EUR")
    return f"{item.asked:.4f}"


def test_it_shows_what_one_customer_owes(page, new_invoice):
    new_invoice("777")  # somebody else's
    page.new_invoice("9", status="draft")
    response = page.get()
    shown = response.json
    assert response.status_code == 200
    assert [(each["id"], each["open"], each["days_overdue"]) for each in shown["invoices"]] == [
        (page.first, "100.0000", 20),
        (page.second, "50.0000", 10),
    ]
    assert shown["totals"] == [total(2, open="150.0000", asked="150.0000")]
    assert shown["language"] == "de" and shown["customer"].startswith("Customer c-")
    assert shown["company"].startswith("test_debtor_page")
    assert shown["contact"] == {"name": None, "phone": None, "reply_to": None} and shown["bank"] is None
    assert shown["last_promised_on"] == str(in_days(MOST_DAYS_AHEAD))
    assert "holds" not in str(shown) and ADDRESS not in response.text


def test_it_is_cut_where_it_would_be_too_long(page, monkeypatch):
    monkeypatch.setattr(debtor_page, "MOST_SHOWN", 2)
    assert page.get().json["is_cut"] is False
    page.new_invoice("1", due_on=in_days(10))
    shown = page.get().json
    assert shown["is_cut"] is True and [each["id"] for each in shown["invoices"]] == [page.first, page.second]
    assert shown["totals"] == [total(3, open="151.0000", asked="151.0000")]


def test_a_promise_holds_the_invoices_and_is_shown(page, storage, tenant):
    shown = page.say("promises", invoice_ids=[page.first, page.second], promised_on=str(in_days(5)), note="Pay run")
    assert invoice(shown, page.first)["promise"] == {
        "promised_on": str(in_days(5)),
        "paid_on": None,
        "amount": "100.0000",
    }
    assert invoice(shown, page.second)["promise"]["amount"] == "50.0000"
    with storage.tenant(tenant) as session:
        (made,) = promises.of_invoice(session, UUID(page.first))
        held = holds.active(session, [UUID(page.first)])
    assert (made.channel, made.made_by, made.note) == ("portal", ADDRESS, "Pay run")
    assert (made.reminder_id, made.recorded_by) == (page.reminder_id, "debtor_page")
    assert [each.kind for each in held] == ["promise"]


def test_what_is_said_to_be_paid(page, storage, tenant):
    shown = page.say("payments", invoice_ids=[page.first], paid_on=str(in_days(-1)), note="SEPA 118")
    assert invoice(shown, page.first)["promise"]["paid_on"] == str(in_days(-1))
    with storage.tenant(tenant) as session:
        assert [each.kind for each in holds.active(session, [UUID(page.first)])] == ["payment_in_flight"]


def test_an_objection_opens_a_dispute(page, member):
    shown = page.say("disputes", invoice_id=page.first, text="  Four cartons are missing.  ", amount="40")
    assert invoice(shown, page.first)["disputed"] == "40.0000"
    (dispute,) = member.get(f"/api/disputes?invoice_id={page.first}").json["items"]
    assert dispute["source"] == "portal" and dispute["excerpt"] == "Four cartons are missing."
    # What is not in dispute can still be promised.
    shown = page.say("promises", invoice_ids=[page.first], promised_on=str(in_days(5)))
    assert invoice(shown, page.first)["promise"]["amount"] == "60.0000"


@pytest.mark.parametrize("status", ["pending", "sending", "written_back"])
def test_an_agreed_credit_is_shown_and_not_asked_for(page, agree, storage, tenant, status):
    agree(page.first, "14.56", status=status)
    shown = page.get().json
    first = invoice(shown, page.first)
    assert (first["open"], first["credited"], first["asked"]) == ("100.0000", "14.5600", "85.4400")
    assert first["asked"] == asked_by_reminders(storage, tenant, page.first)
    assert invoice(shown, page.second)["credited"] == "0.0000"
    assert shown["totals"] == [total(2, open="150.0000", credited="14.5600", asked="135.4400")]
    assert "secret" not in str(shown) and "adjust" not in str(shown) and status not in str(shown)
    # What is said is about the rest.
    shown = page.say("promises", invoice_ids=[page.first], promised_on=str(in_days(5)))
    assert invoice(shown, page.first)["promise"]["amount"] == "85.4400"


@pytest.mark.parametrize(("kind", "status"), [("credit", "failed"), ("credit", "cancelled"), ("reissue", "pending")])
def test_what_is_not_sure_to_come_off_is_asked_for(page, agree, kind, status):
    agree(page.first, "40", kind=kind, status=status)
    first = invoice(page.get().json, page.first)
    assert (first["credited"], first["asked"]) == ("0.0000", "100.0000")


def test_objections_are_to_what_is_left(page, agree, storage, tenant):
    agree(page.first, "40")
    refused = page.say("disputes", 422, invoice_id=page.first, text="Broken", amount="60.01")
    assert refused["fields"] == [{"field": "amount", "message": "At most 60.0000 EUR."}]
    page.say("disputes", invoice_id=page.first, text="One is broken", amount="20")
    shown = page.say("disputes", invoice_id=page.first, text="The rest, too")
    first = invoice(shown, page.first)
    assert (first["disputed"], first["credited"], first["asked"]) == ("60.0000", "40.0000", "0.0000")
    assert first["asked"] == asked_by_reminders(storage, tenant, page.first) and first["can_promise"] is False
    refused = page.say("disputes", 409, invoice_id=page.first, text="All of it", amount="1")
    assert "agreed to be credited" in refused["detail"]


def test_all_that_is_agreed_to_be_credited_is_neither_promised_nor_objected_to(page, agree):
    agree(page.first, "100")
    first = invoice(page.get().json, page.first)
    assert (first["asked"], first["can_promise"]) == ("0.0000", False)
    refused = page.say("promises", 422, invoice_ids=[page.first], promised_on=str(in_days(5)))
    assert "agreed to be credited" in refused["fields"][0]["message"]
    page.say("disputes", 409, invoice_id=page.first, text="All of it")


def test_what_an_accepted_dispute_comes_to_is_taken_off_once(page, member, storage, tenant):
    page.say("disputes", invoice_id=page.first, text="Two are missing", amount="40")
    (dispute,) = member.get(f"/api/disputes?invoice_id={page.first}").json["items"]
    facts = {"dispute_id": UUID(dispute["id"]), "currency": "EUR", "reason": "D-7", "now": datetime.now(UTC)}
    with storage.tenant(tenant) as session:
        adjustments.record(
            session, invoice_id=UUID(page.first), kind="credit", amount=Decimal(30), **facts
        )  # and the dispute is not resolved yet
    first = invoice(page.get().json, page.first)
    assert (first["disputed"], first["credited"], first["asked"]) == ("10.0000", "30.0000", "60.0000")
    assert first["asked"] == asked_by_reminders(storage, tenant, page.first)


def test_what_is_said_to_be_paid_is_not_asked_for_meanwhile(page, agree, storage, tenant):
    agree(page.first, "40")
    shown = page.say("payments", invoice_ids=[page.first], paid_on=str(in_days(-1)))
    first = invoice(shown, page.first)
    assert (first["promise"]["amount"], first["asked"]) == ("60.0000", "0.0000")
    assert first["asked"] == asked_by_reminders(storage, tenant, page.first)
    assert shown["totals"] == [total(2, open="150.0000", credited="40.0000", asked="50.0000")]


def test_objections_bit_by_bit_end(page, member):
    for number in range(MOST_OBJECTIONS):
        page.say("disputes", invoice_id=page.first, text=f"Carton {number} is missing.", amount="0.01")
    refused = page.say("disputes", 409, invoice_id=page.first, text="One more.", amount="0.01")
    assert "were made here" in refused["detail"]
    assert len(member.get(f"/api/disputes?invoice_id={page.first}").json["items"]) == MOST_OBJECTIONS
    page.say("disputes", invoice_id=page.second, text="Another one.")


def test_what_is_all_in_dispute_is_not_promised(page):
    shown = page.say("disputes", invoice_id=page.first, text="Never ordered")
    assert invoice(shown, page.first)["can_promise"] is False
    refused = page.say("promises", 422, invoice_ids=[page.second, page.first], promised_on=str(in_days(5)))
    assert [each["field"] for each in refused["fields"]] == ["invoice_ids.1"]
    assert invoice(page.get().json, page.second)["promise"] is None
    refused = page.say("disputes", 409, invoice_id=page.first, text="Never ordered at all")
    assert "in dispute already" in refused["detail"]


def test_a_card_number_is_not_kept(page, storage, tenant):
    page.say("promises", invoice_ids=[page.first], promised_on=str(in_days(1)), note="From 4111 1111 1111 1111")
    with storage.tenant(tenant) as session:
        (made,) = promises.of_invoice(session, UUID(page.first))
    assert made.note == "From XXXX XXXX XXXX 1111"


def test_copies_are_asked_for_once_and_sent_by_people(page, member, viewer):
    for _ in range(2):
        shown = page.say("copies", invoice_ids=[page.first])
    assert invoice(shown, page.first)["is_copy_asked"] is True
    listed = viewer.get(f"/api/copy-requests?customer_id={page.customer_id}").json["items"]
    assert [(each["invoice_id"], each["address"]) for each in listed] == [(page.first, ADDRESS)]
    assert viewer.post(f"/api/copy-requests/{listed[0]['id']}/finish").status_code == 403
    sent = member.post(f"/api/copy-requests/{listed[0]['id']}/finish").json
    assert sent["sent_at"] is not None
    assert viewer.get(f"/api/copy-requests?customer_id={page.customer_id}").json["items"] == []
    done = viewer.get(f"/api/copy-requests?customer_id={page.customer_id}&waiting=false").json["items"]
    assert [each["id"] for each in done] == [sent["id"]]
    assert invoice(page.get().json, page.first)["is_copy_asked"] is False
    assert member.post(f"/api/copy-requests/{uuid4()}/finish").status_code == 404


def test_promising_again_and_again_ends_here(page):
    for days in range(1, MOST_PROMISES + 1):
        shown = page.say("promises", invoice_ids=[page.first], promised_on=str(in_days(days)))
    assert invoice(shown, page.first)["can_promise"] is False
    refused = page.say("promises", 422, invoice_ids=[page.first], promised_on=str(in_days(9)))
    assert "answer the mail or call" in refused["detail"]


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("promises", {"promised_on": in_days(MOST_DAYS_AHEAD + 2)}, "promised_on"),
        ("promises", {"promised_on": in_days(-2)}, "promised_on"),
        ("promises", {"promised_on": in_days(2), "paid_on": in_days(-1)}, "paid_on"),
        ("promises", {"promised_on": in_days(2), "amount": "1"}, "amount"),
        ("promises", {"promised_on": in_days(2), "note": "x" * 1001}, "note"),
        ("payments", {"paid_on": in_days(2)}, "paid_on"),
        ("payments", {"paid_on": in_days(-70)}, "paid_on"),
        ("payments", {}, "paid_on"),
    ],
)
def test_what_cannot_be_said(page, what, body, field):
    sent = {name: str(value) for name, value in body.items()}
    refused = page.say(what, 422, invoice_ids=[page.first], **sent)
    assert field in [each["field"] for each in refused["fields"]]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"text": "   "}, 422, "text"),
        ({"text": "x" * 5001}, 422, "text"),
        ({"text": "Too dear", "amount": "-1"}, 422, "amount"),
        ({"text": "Too dear", "amount": "100.01"}, 422, "amount"),
    ],
)
def test_objections_that_are_refused(page, body, status, field):
    refused = page.say("disputes", status, invoice_id=page.first, **body)
    assert any(each["field"].endswith(field) for each in refused["fields"])


def test_nobody_speaks_for_another_customer(page, new_invoice):
    other = str(new_invoice(customer="c-other"))
    for what, body in (
        ("promises", {"invoice_ids": [page.first, other], "promised_on": str(in_days(2))}),
        ("payments", {"invoice_ids": [other], "paid_on": str(in_days(0))}),
        ("copies", {"invoice_ids": [other]}),
        ("disputes", {"invoice_id": other, "text": "Not mine"}),
    ):
        refused = page.say(what, 422, **body)
        assert "not open any more" in refused["detail"]
    assert invoice(page.get().json, page.first)["promise"] is None


def test_the_same_key_says_it_once(page, anybody, storage, tenant):
    body = {"invoice_ids": [page.first], "promised_on": str(in_days(4))}
    for _ in range(2):
        anybody.post(f"/api/debtor/{page.token}/promises", json=body, headers={"Idempotency-Key": page.token[-20:]})
    with storage.tenant(tenant) as session:
        assert len(promises.of_invoice(session, UUID(page.first))) == 1


def test_a_link_that_has_expired(page, anybody):
    token = page.link(days=-1)
    for method, path in (("GET", ""), ("POST", "/copies")):
        response = anybody.open(method, f"/api/debtor/{token}{path}", json={"invoice_ids": [page.first]})
        assert response.status_code == 410 and response.json["code"] == "link_expired"
        assert "Customer" not in response.text


@pytest.mark.parametrize("broken", ["x", "AQRub25lAAAA", "A" * 900])
def test_a_link_that_is_none(anybody, broken):
    response = anybody.get(f"/api/debtor/{broken}")
    assert response.status_code == 404 and response.json["code"] == "link_invalid"


def test_a_link_of_a_tenant_that_is_not_there(page, anybody):
    token = debtor_links.link(bytes(32), "nobody", page.customer_id, None, ADDRESS, datetime.now(UTC))
    assert anybody.get(f"/api/debtor/{token}").json["code"] == "link_invalid"


def test_a_link_sealed_by_another_key(page, anybody, tenant):
    until = datetime.now(UTC) + timedelta(days=1)
    token = debtor_links.link(bytes(32), tenant, page.customer_id, None, ADDRESS, until)
    assert anybody.get(f"/api/debtor/{token}").json["code"] == "link_invalid"


def test_a_customer_who_is_gone(page, anybody):
    response = anybody.get(f"/api/debtor/{page.link(customer_id=uuid4())}")
    assert response.status_code == 404 and response.json["code"] == "link_invalid"


def test_asking_whether_to_unsubscribe_changes_nothing(page, anybody, storage, tenant):
    response = anybody.get(f"/api/debtor/{page.token}/unsubscribe")
    assert response.status_code == 200 and response.content_type.startswith("text/html")
    assert '<html lang="de">' in response.text and '<form method="post">' in response.text
    assert "form-action 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, [ADDRESS]) == {}


@pytest.mark.parametrize("days", [30, -30])
def test_one_click_unsubscribes_the_address_also_when_the_page_has_expired(page, anybody, storage, tenant, days):
    address = f"{uuid4().hex}@debtor.example"
    response = anybody.post(
        f"/api/debtor/{page.link(days=days, address=address)}/unsubscribe",
        data="List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 200 and address in response.text and "<form" not in response.text
    with storage.tenant(tenant) as session:
        found = suppressions.of(session, [address])[address]
    assert (found.kind, found.reminder_id, found.until) == ("unsubscribed", page.reminder_id, None)


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_the_page_to_unsubscribe_escapes_what_it_names(page, anybody, language):
    token = page.link(language=language, address='"<b>"@debtor.example')
    shown = anybody.get(f"/api/debtor/{token}/unsubscribe").text
    assert f'lang="{language}"' in shown and "<b>" not in shown and "&lt;b&gt;" in shown


def test_a_person_who_was_erased_opens_nothing(page, anybody, app, storage, settings, tenant):
    admin = person(app, storage, settings, (tenant, "admin"))
    address = f"{uuid4().hex}@debtor.example"
    token = page.link(address=address)
    assert anybody.get(f"/api/debtor/{token}").status_code == 200
    anybody.post(f"/api/debtor/{token}/copies", json={"invoice_ids": [page.first]})
    body = {"email": address, "include_name": False, "reason": "asked for it"}
    response = admin.post("/api/privacy/contacts/erasure", json=body)
    assert response.status_code == 200, response.json
    assert anybody.get(f"/api/debtor/{token}").json["code"] == "link_invalid"
    with storage.tenant(tenant) as session:
        kept = session.scalars(text("select address from copy_requests where invoice_id = :id"), {"id": page.first})
        assert list(kept) == [response.json["pseudonym"]]


def test_tokens_stay_out_of_the_logs(page, caplog):
    page.get()
    paths = [record.fields["path"] for record in caplog.records if record.name == "hub.request"]
    assert paths == ["/api/debtor/..."]


def test_what_debtors_say_is_in_the_audit_without_their_address(page, storage, tenant):
    page.say("promises", invoice_ids=[page.first], promised_on=str(in_days(5)))
    query = """
        select actor_kind, actor_name, before::text, after::text from audit.events
        where chain = :tenant and action = 'promise.made' order by number desc limit 1
    """
    with storage.hub() as session:
        event = session.execute(text(query), {"tenant": tenant}).one()
    assert event.actor_kind == "anonymous" and event.actor_name == "the debtor's page"
    assert page.first in event.after and ADDRESS not in str(event)
