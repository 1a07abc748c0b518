"""QuickBooks in a box is what Intuit publishes: the schemas, the official SDKs, the query language, the refusals."""

import ast
import base64
import hmac
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.cdc import change_data_capture
from quickbooks.objects import CreditMemo, Customer, Invoice, JournalEntry, Payment
from quickbooks.objects.account import Account
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.preferences import Preferences
from quickbooks.objects.term import Term
from werkzeug.wrappers import Request, Response

import plugins.connectors.quickbooks
from hub.sdk.http import Answer
from hub.sdk.testing.company import Company
from hub.sdk.testing.server import Server
from plugins.connectors.quickbooks.box import REALM, QuickBooksBox
from plugins.connectors.quickbooks.plugin import QuickBooksConnector
from tests.integration.connectors.quickbooks_runs import bearer
from tests.integration.connectors.quickbooks_xsd import Schemas
from tests.normal_form import CONTRACTS

REDIRECT = "https://hub.example/api/oauth/callback"
SCOPE = "com.intuit.quickbooks.accounting"


@pytest.fixture(scope="module")
def lived():
    """A box whose company has lived for two months; tests read it and change nothing."""
    company = Company(started_on=date(2026, 9, 20), customers=25, currencies=("USD", "EUR", "JPY", "KWD"))
    company.advance(60)
    company.void_payment(company.pay(1, 5, kind="journal").id)
    with QuickBooksBox(company, redirect_uris=[REDIRECT]) as box:
        yield box
    assert not box.errors


@pytest.fixture
def box():
    with QuickBooksBox(Company(started_on=date(2026, 9, 1), customers=5), redirect_uris=[REDIRECT]) as box:
        yield box
    assert not box.errors


def get(box, path, *, realm=REALM, token=None, minorversion="75", **query):
    query |= {"minorversion": minorversion} if minorversion else {}
    return httpx.get(
        f"{box.url}/v3/company/{realm}/{path}",
        params=query,
        headers={"Authorization": f"Bearer {token or bearer(box)}"},
    )


def ask(box, text, **how):
    return get(box, "query", query=text, **how)


def found(box, text):
    """The entities of a query's answer, with exact amounts."""
    answer = ask(box, text)
    assert answer.status_code == 200, answer.text
    response = exact(answer)["QueryResponse"]
    return next((items for items in response.values() if isinstance(items, list)), [])


def exact(answer):
    return Answer(status=200, headers={}, body=answer.content).json()


@contextmanager
def sdk(box):
    """The official SDK, unchanged, on plain HTTP."""
    session = requests.Session()
    session.access_token = bearer(box)
    quickbooks = QuickBooks(company_id=REALM, minorversion=75, use_decimal=True)
    quickbooks.session, quickbooks.api_url_v3 = session, f"{box.url}/v3"
    try:
        yield quickbooks
    finally:
        session.close()


# What it answers


@pytest.mark.parametrize("entity", ["Customer", "Invoice", "Payment", "CreditMemo", "JournalEntry", "Account", "Term"])
def test_every_field_of_every_entity_is_published_with_its_type(lived, entity):
    folder = CONTRACTS / "quickbooks" / "xsd"
    if not folder.exists():
        pytest.skip(f"the schemas are not at {folder}")
    schemas = Schemas(folder)
    where = " WHERE Active IN (true, false)" if entity in ("Customer", "Account", "Term") else ""
    items = found(lived, f"SELECT * FROM {entity}{where} MAXRESULTS 1000")
    assert items
    assert [problem for item in items for problem in schemas.problems(entity, item)] == []


@pytest.mark.parametrize(
    ("path", "entity", "query"),
    [
        (f"companyinfo/{REALM}", "CompanyInfo", {}),
        ("preferences", "Preferences", {}),
        ("exchangerate", "ExchangeRate", {"sourcecurrencycode": "EUR", "asofdate": "2026-10-01"}),
    ],
)
def test_what_the_company_is_fits_the_schemas_too(lived, path, entity, query):
    folder = CONTRACTS / "quickbooks" / "xsd"
    if not folder.exists():
        pytest.skip(f"the schemas are not at {folder}")
    item = exact(get(lived, path, **query))[entity]
    assert list(Schemas(folder).problems(entity, item)) == []


@pytest.mark.parametrize("name", ["AgedReceivables", "AgedReceivableDetail"])
def test_reports_have_the_published_parts(lived, name):
    folder = CONTRACTS / "quickbooks" / "xsd"
    if not folder.exists():
        pytest.skip(f"the schemas are not at {folder}")
    report = exact(get(lived, f"reports/{name}", report_date=lived.company.today.isoformat()))
    schemas = Schemas(folder)
    assert set(report) <= schemas.fields("Report").keys()
    assert set(report["Header"]) <= schemas.fields("ReportHeader").keys()
    assert all(set(each) <= schemas.fields("Column").keys() for each in report["Columns"]["Column"])
    for row in report["Rows"]["Row"]:
        assert set(row) <= {"ColData", "Header", "Rows", "Summary", "type", "group", "id", "parentId"}


def test_the_schema_check_finds_what_is_wrong():
    folder = CONTRACTS / "quickbooks" / "xsd"
    if not folder.exists():
        pytest.skip(f"the schemas are not at {folder}")
    wrong = {"Id": 7, "TxnDate": "soon", "Whim": 1, "Line": {}, "TotalAmt": "5", "sparse": "no"}
    assert [each.split(" is ")[0] for each in Schemas(folder).problems("Invoice", wrong)] == [
        "Invoice.Id", "Invoice.TxnDate", "Invoice.Whim", "Invoice.Line", "Invoice.TotalAmt", "Invoice.sparse",
    ]  # fmt: skip


def test_the_official_sdk_reads_it_unchanged(lived):
    company = lived.company
    with sdk(lived) as quickbooks:
        for kind in (Customer, Invoice, Payment, CreditMemo, JournalEntry, Account, Term):
            count = kind.count(qb=quickbooks)
            read = []
            while len(read) < count:
                read += kind.all(start_position=len(read) + 1, max_results=50, qb=quickbooks)
            assert len({each.Id for each in read}) == count > 0
        some = next(each for each in company.invoices.values() if each.status == "open" and company.open_of(each.id))
        invoice = Invoice.get(some.id, qb=quickbooks)
        assert Decimal(str(invoice.Balance)) == company.open_of(some.id)
        assert invoice.CustomerRef.value == str(some.party)
        assert CompanyInfo.get(REALM, qb=quickbooks).DefaultTimeZone == "America/Los_Angeles"
        assert Preferences.get(qb=quickbooks).CurrencyPrefs.HomeCurrency.value == "USD"
        changed = change_data_capture([Invoice, Customer], f"{company.today - timedelta(days=3)}T00:00:00Z", quickbooks)
        assert len(changed.Invoice) > 0
        report = quickbooks.get_report("AgedReceivables", {"report_date": company.today.isoformat()})
        assert report["Rows"]["Row"][-1]["group"] == "GrandTotal"


def test_voids_credits_and_journals_look_as_quickbooks_leaves_them(box):
    company = box.company
    invoice, void, memo = company.issue(5, 100), company.issue(5, 30), company.credit(5, 60)
    company.void_invoice(void.id)
    applied = company.apply("credit_memo", memo.id, invoice.id, 60)
    booked = company.pay(5, 40, [(invoice.id, 40)], kind="journal")
    (item,) = found(box, f"SELECT * FROM Invoice WHERE Id = '{void.id}'")
    assert (item["TotalAmt"], item["Balance"], item["PrivateNote"]) == (0, 0, "Voided")
    payments = found(box, "SELECT * FROM Payment WHERE TotalAmt = '0'")
    linked = [
        [(link["TxnType"], link["TxnId"]) for line in each["Line"] for link in line["LinkedTxn"]] for each in payments
    ]
    assert linked == [
        [("Invoice", str(invoice.id)), ("CreditMemo", str(memo.id))],
        [("Invoice", str(invoice.id)), ("JournalEntry", str(booked.id))],
    ]
    (item,) = found(box, f"SELECT * FROM Invoice WHERE Id = '{invoice.id}'")
    assert [each["TxnId"] for each in item["LinkedTxn"]] == [each["Id"] for each in payments]
    assert item["SyncToken"] == "2"
    company.unapply(applied.id)
    assert len(found(box, "SELECT * FROM Payment WHERE TotalAmt = '0'")) == 1


def test_the_report_of_an_earlier_day_counts_what_was_there_then(box):
    company = box.company
    invoice = company.issue(5, 100)
    company.pay(5, 40, [(invoice.id, 40)])
    earlier = company.today
    box.wait(40 * 86_400)
    box.company.pay(5, 60, [(invoice.id, 60)])
    report = exact(get(box, "reports/AgedReceivables", report_date=earlier.isoformat()))
    rows = {row["ColData"][0]["id"]: row["ColData"][-1]["value"] for row in report["Rows"]["Row"] if "ColData" in row}
    assert rows == {"5": "60.00"}
    detail = exact(get(box, "reports/AgedReceivableDetail", report_date=earlier.isoformat()))
    (section,) = detail["Rows"]["Row"]
    assert [cell["value"] for cell in section["Rows"]["Row"][0]["ColData"]][1:3] == ["Invoice", invoice.number]


# The query language


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT * FROM Customer", 4),
        ("select * from customer where active in (TRUE, false)", 5),
        ("SELECT * FROM Customer WHERE Active = false", 1),
        ("SELECT * FROM Customer WHERE DisplayName LIKE 'O\\'Hara%'", 1),
        ("SELECT * FROM Customer WHERE DisplayName = 'o\\'hara & sons'", 0),
        ("SELECT * FROM Invoice WHERE Id IN ('101', '102', '999')", 2),
        ("SELECT * FROM Invoice WHERE TotalAmt > '15' AND TotalAmt <= 30", 2),
        ("SELECT * FROM Invoice WHERE TxnDate >= '2026-09-01' AND CustomerRef = '5'", 3),
        ("SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime > '2027-01-01T00:00:00-08:00'", 0),
        ("SELECT * FROM Invoice ORDERBY Id DESC STARTPOSITION 2 MAXRESULTS 1", 1),
        ("SELECT Id, DocNumber FROM Invoice", 3),
    ],
)
def test_queries_find_what_they_say(text, count):
    company = Company(started_on=date(2026, 9, 1), customers=4)
    company.add_customer("O'Hara & Sons")
    company.edit_customer(1, is_active=False)
    for amount in (10, 20, 30):
        company.issue(5, amount)
    with QuickBooksBox(company) as box:
        assert len(found(box, text)) == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT * FROM Invoice WHERE Id = '1' OR Id = '2'", "4000"),
        ("SELECT * FROM Invoice, Customer", "4000"),
        ("SELECT * FROM Invoice JOIN Customer", "4000"),
        ("SELECT * FROM Customer WHERE DisplayName = 'O'Hara'", "4000"),
        ("SELECT * FROM Customer ORDER BY Id", "4000"),
        ("SELECT * FROM Invoice WHERE Id = 1; DROP TABLE Invoice", "4000"),
        ("SELECT * FROM Invoice GROUP BY Id", "4000"),
        ("DELETE FROM Invoice", "4000"),
        ("SELECT * FROM Invoice MAXRESULTS 1001", "4001"),
        ("SELECT * FROM Invoice STARTPOSITION 0", "4001"),
        ("SELECT * FROM Invoice WHERE Whim = '1'", "4001"),
        ("SELECT * FROM Whim", "4001"),
    ],
)
def test_queries_that_quickbooks_does_not_take_are_refused(lived, text, code):
    answer = ask(lived, text)
    (error,) = answer.json()["Fault"]["Error"]
    assert (answer.status_code, error["code"]) == (400, code)


def test_a_page_is_a_hundred_unless_asked_and_an_empty_one_names_nothing(lived):
    answer = ask(lived, "SELECT * FROM Invoice").json()["QueryResponse"]
    assert len(answer["Invoice"]) == answer["maxResults"] == 100
    assert ask(lived, "SELECT * FROM Invoice STARTPOSITION 99999").json()["QueryResponse"] == {}
    count = ask(lived, "SELECT COUNT(*) FROM Invoice").json()["QueryResponse"]
    assert count == {"totalCount": len(found(lived, "SELECT * FROM Invoice MAXRESULTS 1000"))}


# Change data capture


def test_what_was_deleted_is_named_and_what_did_not_change_is_not(box):
    invoice = box.company.issue(5, 10)
    since = box.now().isoformat()
    box.company.delete_invoice(invoice.id)
    parts = get(box, "cdc", entities="Invoice,Customer", changedSince=since).json()["CDCResponse"][0]["QueryResponse"]
    (item,) = parts[0]["Invoice"]
    assert (item["Id"], item["status"], set(item)) == (
        str(invoice.id),
        "Deleted",
        {"Id", "status", "domain", "MetaData"},
    )
    assert parts[1] == {}


def test_change_data_capture_holds_a_thousand_objects_in_all(box):
    for number in range(700):
        box.company.issue(5, 1 + number)
    for number in range(700):
        box.company.credit(5, 1 + number)
    answer = get(box, "cdc", entities="Invoice,CreditMemo", changedSince="2026-08-25T00:00:00Z").json()
    sizes = [part["maxResults"] for part in answer["CDCResponse"][0]["QueryResponse"]]
    assert sizes == [700, 300]


def test_change_data_capture_looks_back_thirty_days(box):
    old = (box.now() - timedelta(days=31)).isoformat()
    answer = get(box, "cdc", entities="Invoice", changedSince=old)
    assert answer.status_code == 400
    assert "within the last 30 days" in answer.json()["Fault"]["Error"][0]["Detail"]


# Who may call


def test_intuits_own_client_signs_in_renews_and_leaves(box):
    with AuthClient(
        "box-client", "box-secret", REDIRECT, environment=f"{box.url}/.well-known/openid_configuration"
    ) as client:
        address = client.get_authorization_url([Scopes.ACCOUNTING], state_token="opaque")
        page = client.get(address)
        assert "Allow" in page.text
        back = client.post(address, data={"decision": "allow"}, allow_redirects=False)
        told = parse_qs(urlsplit(back.headers["Location"]).query)
        assert (told["state"], told["realmId"]) == (["opaque"], [REALM])
        client.get_bearer_token(told["code"][0], realm_id=told["realmId"][0])
        assert (client.expires_in, client.x_refresh_token_expires_in) == (3600, 8726400)
        first = client.refresh_token
        client.refresh()
        assert client.refresh_token == first  # the value changes about daily
        box.wait(90_000)
        client.refresh()
        assert client.refresh_token != first
        with pytest.raises(AuthClientError):
            client.refresh(refresh_token=first)
        assert get(box, "preferences", token=client.access_token).status_code == 200
        client.revoke()
        assert get(box, "preferences", token=client.access_token).status_code == 401
        with pytest.raises(AuthClientError):
            client.refresh()


def test_who_says_no_comes_back_with_it(box):
    query = {"client_id": "box-client", "redirect_uri": REDIRECT, "response_type": "code", "scope": SCOPE, "state": "s"}
    back = httpx.get(f"{box.url}/connect/oauth2", params=query | {"deny": "1"})
    assert parse_qs(urlsplit(back.headers["Location"]).query)["error"] == ["access_denied"]


@pytest.mark.parametrize("days", [101, 1826])
def test_a_grant_dies_unused_after_a_hundred_days_and_always_after_five_years(box, days):
    grant = box.oauth.grant("box-client", [SCOPE])
    token = box.oauth.issue_tokens(grant)["refresh_token"]

    def renew(token):
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return httpx.post(f"{box.url}/oauth2/v1/tokens/bearer", data=form, auth=("box-client", "box-secret"))

    while days > 101:
        box.wait(90 * 86_400)
        days -= 90
        answer = renew(token).json()
        token = answer.get("refresh_token", token)
    box.wait(days * 86_400)
    answer = renew(token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_client_has_to_prove_itself_in_the_header(box):
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "x",
        "client_id": "box-client",
        "client_secret": "box-secret",
    }
    assert httpx.post(f"{box.url}/oauth2/v1/tokens/bearer", data=form).json()["error"] == "invalid_client"


def test_a_token_that_has_expired_is_refused_in_lower_case(box):
    token = bearer(box)
    box.wait(3601)
    answer = get(box, "preferences", token=token)
    assert answer.status_code == 401
    assert answer.json()["fault"]["error"][0]["code"] == "3200"
    assert answer.headers["intuit_tid"]


def test_another_companys_books_stay_shut(box):
    answer = get(box, "preferences", realm="9130350000000009")
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (403, "3100")


def test_one_of_several_companies_is_chosen_by_the_grant():
    other = Company(started_on=date(2026, 9, 1), customers=3, home_currency="GBP", currencies=("GBP",))
    with QuickBooksBox(Company(started_on=date(2026, 9, 1), customers=3), others={"77": other}) as box:
        token = bearer(box, realm="77")
        found = get(box, "preferences", realm="77", token=token).json()["Preferences"]
        assert found["CurrencyPrefs"] == {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "GBP"}}
        assert get(box, "preferences", token=token).status_code == 403


@pytest.mark.parametrize("version", ["", "74", "new"])
def test_minor_versions_that_are_no_longer_served_are_refused(box, version):
    assert get(box, "preferences", minorversion=version).status_code == 400


def test_a_call_beyond_the_minutes_limit_is_not_told_until_when(box):
    box.limit(per_minute=3)
    answers = [get(box, "preferences") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["Fault"]["Error"][0]["code"] == "3001"
    assert "retry-after" not in answers[-1].headers
    box.wait(61)
    assert get(box, "preferences").status_code == 200


@pytest.mark.parametrize(("path", "code"), [("invoice/999999", "610"), ("whim/1", "610"), ("companyinfo/1", "610")])
def test_what_is_not_there_is_said_so(box, path, code):
    answer = get(box, path)
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, code)


# Webhooks


@pytest.fixture
def inbox():
    """An address that keeps what is sent to it."""

    taken = []

    @Request.application
    def take(request):
        taken.append((dict(request.headers), request.get_data()))
        return Response(status=200)

    server = Server(take, 0)
    server.start()
    yield f"http://127.0.0.1:{server.port}/", taken
    server.stop()


@pytest.mark.parametrize("is_legacy", [False, True])
def test_what_changes_is_announced_signed_and_understood(inbox, is_legacy):
    url, taken = inbox
    company = Company(started_on=date(2026, 9, 1), customers=5)
    with QuickBooksBox(company, has_legacy_webhooks=is_legacy) as box:
        box.webhooks.skip_changes()
        box.webhooks.subscribe(url, "verifier")
        invoice, memo = company.issue(5, 50), company.credit(5, 20)
        applied = company.apply("credit_memo", memo.id, invoice.id, 20)
        booked = company.pay(5, 5, kind="journal")
        company.void_invoice(company.issue(5, 1).id)
        gone = company.issue(5, 1)
        company.delete_invoice(gone.id)
        twin = company.add_customer("Twin")
        company.merge(twin.id, 5)
        box.webhooks.deliver_changes()
    headers, body = taken[0]
    signature = base64.b64encode(hmac.new(b"verifier", body, "sha256").digest()).decode()
    assert headers["Intuit-Signature"] == signature
    changes = QuickBooksConnector.changes({}, body)
    assert {each.account for each in changes} == {REALM}
    assert len({each.event_id for each in changes}) == len(changes)
    told = {(each.stream, each.external_id) for each in changes}
    assert {
        ("invoices", str(invoice.id)),
        ("credit_memos", str(memo.id)),
        ("payments", str(5_000_000 + applied.id)),
        ("journal_entries", None),
        ("invoices", None),
        ("customers", None),
    } <= told
    assert ("journal_entries", str(booked.id)) not in told


# Going on


def test_a_box_goes_on_where_it_stopped(tmp_path):
    options = {"started_on": date(2026, 9, 1), "customers": 5}
    state = tmp_path / "box.json"
    with QuickBooksBox(Company(**options), state=state, redirect_uris=[REDIRECT]) as box:
        box.advance(5)
        token = bearer(box)
        before = found(box, "SELECT * FROM Invoice ORDERBY Id")
    with QuickBooksBox(Company(**options), state=state, redirect_uris=[REDIRECT]) as box:
        assert found(box, "SELECT * FROM Invoice ORDERBY Id") == before
        assert get(box, "preferences", token=token).status_code == 200


def test_it_runs_by_itself_and_can_be_told_what_to_do(tmp_path):
    command = [sys.executable, "-m", "plugins.connectors.quickbooks.box", "--days-of-history", "3", "--realm", "42"]
    with subprocess.Popen(
        [*command, "--state", str(tmp_path / "box.json")], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            url = process.stdout.readline().strip()
            before = httpx.get(f"{url}/_box/state").json()
            httpx.post(f"{url}/_box/do", json={"step": "issue", "party": 1, "total": "10.00"}).raise_for_status()
            httpx.post(f"{url}/_box/advance", json={"days": 1}).raise_for_status()
            after = httpx.get(f"{url}/_box/state").json()
        finally:
            process.terminate()
    assert process.returncode == 0
    assert after["invoices"] > before["invoices"]
    assert after["today"] > before["today"]


def test_the_limits_are_those_that_intuit_documents(box):
    assert (box.limiter.per_minute, box.limiter.concurrent, box.limiter.per_day) == (500, 10, None)


def test_the_box_and_the_connector_share_no_code():
    folder = Path(plugins.connectors.quickbooks.__file__).parent
    for path in folder.glob("*.py"):
        names = {
            node.module.rpartition(".")[2] if node.module != "plugins.connectors.quickbooks" else alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("plugins.connectors.quickbooks")
            for alias in node.names
        }
        assert {name.startswith("box") for name in names} <= {path.name.startswith("box")}, path.name
