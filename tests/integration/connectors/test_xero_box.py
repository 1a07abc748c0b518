"""The box behaves as Xero's documentation says, and the connector copes with each of it."""

from datetime import date
from decimal import Decimal

import httpx
import pytest

from hub.sdk.errors import AuthError, ConfigError, TransientError
from hub.sdk.testing.company import Company
from plugins.connectors.xero.box import LOST, PRACTICE, TENANT, XeroBox
from plugins.connectors.xero.box_books import contact_id, guid
from tests.integration.connectors.xero_runs import Connection, connected

OTHER = "0f1e2d3c-0000-4000-8000-00000000000a"
API = "/api.xro/2.0"


@pytest.fixture
def company() -> Company:
    company = Company(started_on=date(2026, 3, 2), customers=12, invoices_per_day=2)
    company.advance(10)
    return company


@pytest.fixture
def box(company):
    auckland = Company(started_on=date(2026, 3, 2), customers=3, home_currency="NZD", time_zone="Pacific/Auckland")
    with XeroBox(company, others={OTHER: auckland}) as box:
        yield box
    assert not box.errors


@pytest.fixture
def connection(box):
    connection = Connection(box)
    yield connection
    connection.api.close()


def get(box: XeroBox, path: str, *scopes: str, tenant: str | None = TENANT, **headers: str) -> httpx.Response:
    given = {"Authorization": f"Bearer {box.bearer(*scopes)}", **headers}
    if tenant is not None:
        given["xero-tenant-id"] = tenant
    return httpx.get(f"{box.url}{path}", headers=given)


# Organisations


def test_the_organisations_of_a_grant_are_offered_without_practices_and_lost_ones(box, connection):
    listed = {each["tenantId"] for each in get(box, "/connections").json()}
    accounts = connection.connector().accounts()

    assert listed == {TENANT, OTHER, PRACTICE, LOST}
    assert [(each.id, each.home_currency, each.time_zone) for each in accounts] == [
        (TENANT, "USD", "America/Los_Angeles"),
        (OTHER, "NZD", "Pacific/Auckland"),
    ]
    assert accounts[0].values == {
        "tenantId": TENANT,
        "homeCurrency": "USD",
        "timeZone": "America/Los_Angeles",
        "receivableAccount": "00000120-9999-4000-8000-000000000120",
    }


def test_what_the_account_knows_is_not_asked_again(box):
    (account, _) = Connection(box).connector().accounts()
    connection = Connection(box, account=dict(account.values))
    began = len(connection.paths())
    connection.run()
    totals = connection.connector().tie_out()

    assert not {"Organisation", "Accounts"} & set(connection.paths(began))
    assert totals.receivable == box.company.receivable()


@pytest.mark.parametrize("tenant", [None, "", LOST, PRACTICE, "11111111-0000-4000-8000-000000000000"])
def test_an_organisation_that_is_not_reached_is_refused(box, tenant):
    answer = get(box, f"{API}/Organisation", tenant=tenant)
    assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")


def test_a_disconnected_organisation_has_to_be_connected_again(box, connection):
    id = get(box, "/connections").json()[0]["id"]
    answer = httpx.delete(f"{box.url}/connections/{id}", headers={"Authorization": f"Bearer {box.bearer()}"})

    assert answer.status_code == 204
    with pytest.raises(AuthError, match="reconnect"):
        connection.run()


def test_each_organisation_has_books_of_its_own(box):
    connection = Connection(box, tenant=OTHER)
    connection.run()
    assert len(connection.books.customers) == 3 + 1  # and a supplier


# Tokens and scopes


def test_a_connection_is_checked_before_it_is_kept(connection):
    connection.connector().check()
    assert len(connection.paths()) == 8


def test_without_an_organisation_nothing_can_be_asked(box):
    with pytest.raises(ConfigError, match="no organisation"):
        Connection(box, tenant="").connector().check()


@pytest.mark.parametrize(
    ("path", "new", "old"),
    [
        ("Contacts", "accounting.contacts.read", "accounting.contacts"),
        ("Invoices", "accounting.invoices.read", "accounting.transactions.read"),
        ("CreditNotes", "accounting.invoices", "accounting.transactions"),
        ("Payments", "accounting.payments.read", "accounting.transactions.read"),
        ("Overpayments", "accounting.payments.read", "accounting.transactions.read"),
        ("Prepayments", "accounting.payments.read", "accounting.transactions.read"),
        ("Organisation", "accounting.settings.read", "accounting.settings"),
        ("Reports/TrialBalance", "accounting.reports.trialbalance.read", "accounting.reports.read"),
    ],
)
def test_each_list_wants_its_scope(box, path, new, old):
    assert get(box, f"{API}/{path}", new).status_code == 200
    assert get(box, f"{API}/{path}", old).status_code == 200
    answer = get(box, f"{API}/{path}", "openid")
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


def test_a_missing_scope_means_consenting_again(box, connection):
    connector = connection.connector()
    connection.api.headers["Authorization"] = f"Bearer {box.bearer('accounting.contacts.read')}"
    with pytest.raises(AuthError):
        connector.check()


def test_an_access_token_lives_for_half_an_hour(box, connection):
    connector = connection.connector()
    box.wait(1799)
    assert list(connector.read("contacts", None))
    box.wait(1)
    with pytest.raises(AuthError):
        list(connector.read("contacts", None))


# Limits


def test_sixty_calls_a_minute(box, connection):
    connector = connection.connector()
    for _ in range(60):
        list(connector.read("contacts", None))
    with pytest.raises(TransientError) as caught:
        list(connector.read("contacts", None))
    refused = get(box, f"{API}/Contacts")

    assert 0 < caught.value.retry_after <= 60
    assert refused.headers["X-Rate-Limit-Problem"] == "minute"
    assert 0 < int(refused.headers["Retry-After"]) <= 60


def test_the_day_and_its_headers(box):
    box.limit(per_day=2)
    first, second, third = (get(box, f"{API}/Organisation") for _ in range(3))

    assert (first.headers["X-DayLimit-Remaining"], second.headers["X-DayLimit-Remaining"]) == ("1", "0")
    assert first.headers["X-AppMinLimit-Remaining"].isdigit()
    assert (third.status_code, third.headers["X-Rate-Limit-Problem"]) == (429, "day")
    assert 0 < int(third.headers["Retry-After"]) <= 86_400


def test_more_at_once_than_allowed_is_refused_without_saying_until_when(box):
    box.limit(concurrent=0)
    answer = get(box, f"{API}/Organisation")
    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"]) == (429, "concurrent")
    assert "Retry-After" not in answer.headers


def test_the_app_has_a_limit_over_all_organisations(box):
    box.app_limiter.per_minute = 1
    get(box, f"{API}/Organisation")
    answer = get(box, f"{API}/Organisation", tenant=OTHER)
    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"]) == (429, "appminute")
    assert "Retry-After" not in answer.headers


# Lists


def test_line_items_come_only_with_a_page(box):
    whole, page = (get(box, f"{API}/Invoices{query}").json() for query in ("", "?page=1"))
    assert not any(each["LineItems"] for each in whole["Invoices"])
    assert all(each["LineItems"] for each in page["Invoices"])
    assert "pagination" not in whole
    assert page["pagination"]["pageSize"] == 100


def test_no_page_is_larger_than_a_thousand(box):
    assert get(box, f"{API}/Invoices?page=1&pageSize=5000").json()["pagination"]["pageSize"] == 1000


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('where=Type=="ACCPAY"', {"ACCPAY"}),
        ('where=Type=="ACCREC" AND Status!="PAID"', {"ACCREC"}),
        ('where=Type=="ACCREC" %26%26 AmountDue>0', {"ACCREC"}),
        ("where=Date>=DateTime(2026,03,01)", {"ACCREC", "ACCPAY"}),
        ('where=Contact.ContactID==guid("00000000-0000-0000-0000-000000000000")', set()),
        ("IDs=00000101-1111-4000-8000-000000000101", {"ACCREC"}),
        ("Statuses=PAID", {"ACCREC"}),
        ("InvoiceNumbers=nothing", set()),
        (f"ContactIDs={contact_id(1)}", {"ACCREC"}),
    ],
)
def test_lists_are_filtered(box, company, query, expected):
    for _ in range(30):
        company.issue(1, 10)
    invoice = company.issue(1, 10)
    company.pay(1, 10, [(invoice.id, 10)])
    assert {each["Type"] for each in get(box, f"{API}/Invoices?{query}").json()["Invoices"]} <= expected
    if expected and "101" not in query:
        assert get(box, f"{API}/Invoices?{query}").json()["Invoices"]


@pytest.mark.parametrize(
    "query", ["where=Colour==%22red%22", "where=Type", "where=Date>soon", "order=Colour", "page=0"]
)
def test_what_cannot_be_read_is_refused(box, query):
    answer = get(box, f"{API}/Invoices?{query}")
    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


def test_nothing_modified_is_304_or_empty(box, company):
    header = {"If-Modified-Since": "2027-01-01T00:00:00"}
    assert get(box, f"{API}/Invoices?page=1", **header).status_code == 304
    box.has_304 = False
    assert get(box, f"{API}/Invoices?page=1", **header).json()["Invoices"] == []


@pytest.mark.parametrize("has_304", [True, False])
def test_a_quiet_increment_asks_once_a_list_and_then_once_less(box, connection, has_304):
    box.has_304 = has_304
    connection.run()
    box.wait(3600)
    connection.run()
    cursors = dict(connection.cursors)
    for calls in (5, 5):
        began = len(connection.paths())
        assert connection.run() == 0
        assert len(connection.paths()) - began == calls
    assert connection.cursors == cursors


def test_a_payment_is_found_although_payments_are_not_always_asked(box, company, connection):
    connection.run()
    box.wait(3600)
    connection.run()
    connection.run()
    invoice = company.issue(1, 100)
    connection.run()
    box.wait(3600)
    connection.run()
    payment = company.pay(1, 100, [(invoice.id, 100)])
    connection.run()
    assert connection.receivable() == company.receivable()
    company.delete_payment(payment.id)
    connection.run()
    assert connection.receivable() == company.receivable()


def test_bills_drafts_and_suppliers_are_no_receivables(box, company, connection):
    for _ in range(30):
        company.issue(1, 10)
    connection.run()
    drafts = [each for each in connection.books.invoices.values() if each.status == "draft"]

    assert drafts
    assert all(each.balance is None for each in drafts)
    assert connection.receivable() == company.receivable()


def test_archived_contacts_come_where_they_are_asked_for(box, company, connection):
    company.edit_customer(1, is_active=False)
    assert contact_id(1) not in str(get(box, f"{API}/Contacts?page=1").json())
    connection.run(streams=("contacts",))
    assert contact_id(1) in connection.books.customers


def test_merged_contacts_keep_the_books_true(box, company, connection):
    connection.run()
    winner, loser = company.add_customer("A"), company.add_customer("B")
    company.issue(loser.id, 70)
    connection.run()
    company.merge(loser.id, winner.id)
    connection.run()
    shown = get(box, f"{API}/Contacts?IDs={contact_id(loser.id)}&includeArchived=true").json()["Contacts"][0]

    assert (shown["ContactStatus"], shown["MergedToContactID"]) == ("ARCHIVED", contact_id(winner.id))
    assert connection.connector().tie_out().customers[contact_id(winner.id)] == {"USD": 70}
    assert {each.customer_id for each in connection.books.invoices.values() if each.total == 70} == {
        contact_id(winner.id)
    }


# What the documents are


def test_a_payment_taken_off_its_invoice_is_put_down_anew(box, company, connection):
    one, other = company.issue(1, 100), company.issue(1, 50)
    payment = company.pay(1, 120, [(one.id, 100)])
    connection.run()
    company.apply("payment", payment.id, other.id, 20)
    connection.run()
    company.unapply(next(each.id for each in company.applications_to(one.id)))
    connection.run()
    company.refund("payment", payment.id, 30)
    connection.run()
    listed = get(box, f"{API}/Overpayments?page=1").json()["Overpayments"]

    assert [(each["Total"], each["Status"]) for each in listed if f"{payment.id:08d}" in each["OverpaymentID"]] == [
        (20, "VOIDED"),
        (120, "AUTHORISED"),
    ]
    assert connection.receivable() == company.receivable()
    assert connection.connector().tie_out().receivable == company.receivable()
    company.void_payment(payment.id)
    connection.run()
    assert connection.receivable() == company.receivable()


def test_a_voided_invoice_keeps_its_total(box, company, connection):
    invoice = company.issue(1, 77)
    company.void_invoice(invoice.id)
    connection.run()
    found = connection.books.invoices[guid(0x1111, invoice.id)]

    assert (found.status, found.total, found.balance) == ("void", 77, 0)


def test_egress_is_counted(box, connection):
    assert box.egress == 0
    connection.run()
    assert box.egress > 10_000


# Single records


def test_single_records_are_read_as_they_are_now(box, company, connection):
    connection.run()
    invoice = company.issue(2, 40)
    memo = company.credit(2, 15)
    company.apply("credit_memo", memo.id, invoice.id, 15)
    money = company.pay(2, 5)
    company.rename(2, "Now Called This")
    connector = connection.connector()
    for stream, id in (
        ("invoices", guid(0x1111, invoice.id)),
        ("credit_notes", guid(0x3333, memo.id)),
        ("overpayments", guid(0x5000, money.id)),
        ("prepayments", guid(0x5000, money.id)),
        ("contacts", contact_id(2)),
    ):
        for page in connector.read_some(stream, [id, id, guid(0x7777, 1)]):
            connection.store(connector, stream, page.items)

    assert connection.receivable() == company.receivable()
    assert connection.books.customers[contact_id(2)].name == "Now Called This"


def test_many_invoices_come_in_few_calls(box, company, connection):
    ids = [guid(0x1111, company.issue(1, 10).id) for _ in range(90)]
    pages = list(connection.connector().read_some("invoices", ids))
    assert [len(page.items) for page in pages] == [40, 40, 10]


def test_an_unknown_stream_is_refused(connection):
    with pytest.raises(ConfigError, match="no stream"):
        list(connection.connector().read("journals", None))


# Tie-out


def test_the_long_form_is_asked_for_where_the_short_one_lacks_what_is_due(box, connection, monkeypatch):
    monkeypatch.setattr("plugins.connectors.xero.box_documents._COSTLY", ("LineItems", "AmountDue"))
    assert connection.connector().tie_out().receivable == box.company.receivable()


def test_a_cent_in_the_trial_balance_is_seen(box, connection):
    box.misstated = Decimal("0.01")
    totals = connection.connector().tie_out()

    assert totals.home == box.home_balance() + Decimal("0.01")
    assert totals.receivable == box.company.receivable()


def test_a_contacts_own_balance_is_believed_before_its_documents(box, company, connection):
    company.issue(1, 100)
    company.pay(1, 30)
    box.ledgers[TENANT].misstated[1] = Decimal("7.00")
    currency = company.parties[1].currency
    totals = connection.connector().tie_out()

    expected = company.receivable()
    assert totals.receivable == expected | {currency: expected.get(currency, 0) + 7}


def test_a_contacts_balance_may_count_its_credit(box, company, connection):
    company.issue(1, 100)
    company.pay(1, 30)
    box.ledgers[TENANT].misstated[1] = -sum(
        (company.unapplied_of(kind, id) for kind, id in company.held_by(1) if kind != "invoice"), Decimal(0)
    )

    assert connection.connector().tie_out().receivable == company.receivable()


def test_gains_nobody_has_made_leave_the_home_currency_out(box, company, connection):
    company.issue(next(each.id for each in company.parties.values() if each.currency == "EUR"), 1000)
    company.advance(20)
    box.revalued = True
    totals = connection.connector().tie_out()

    assert totals.home is None
    assert totals.receivable == company.receivable()


def test_documents_dated_ahead_are_in_both_figures(box, company, connection):
    company.issue(1, 500, on=date(2027, 1, 1))
    totals = connection.connector().tie_out()
    assert (totals.as_of, totals.home) == (company.today, box.home_balance())


def test_an_empty_organisation_owes_nothing():
    box = XeroBox(Company(started_on=date(2026, 3, 2), customers=0), payables=False)
    with connected(box) as connection:
        assert connection.run() == 0
        totals = connection.connector().tie_out()
    assert (totals.receivable, totals.customers, totals.home) == ({}, {}, 0)
