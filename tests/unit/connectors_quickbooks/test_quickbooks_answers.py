"""Which records are in an answer, what a webhook announces, and what the aged receivables report says."""

import json
from datetime import date
from decimal import Decimal

import pytest

from hub.sdk.connector import Change
from hub.sdk.errors import ConfigError, RecordError, TransientError
from hub.sdk.records import Invoice
from plugins.connectors.quickbooks import cursors
from plugins.connectors.quickbooks.backfill import backfill
from plugins.connectors.quickbooks.client import Client
from plugins.connectors.quickbooks.plugin import QuickBooksConnector
from plugins.connectors.quickbooks.reports import adds_up, totals_of
from tests.normal_form import examples
from tests.unit.connectors_quickbooks.entities import META, Recorded, captured, invoice, listed, map_all, payment

NEWER = {"LastUpdatedTime": "2026-09-02T09:00:00-07:00"}


def ids(*payloads):
    return [(stream, item.get("Id")) for stream, item in QuickBooksConnector({}, Recorded()).unpack(payloads)]


@pytest.mark.parametrize(
    "payload",
    [
        listed(Invoice=[invoice()]),
        captured(Invoice=[invoice()]),
        {"Invoice": invoice(), "time": "2026-09-30T10:00:00-07:00"},
        {"BatchItemResponse": [{"bId": "1", "QueryResponse": {"Invoice": [invoice()]}}]},
        {"BatchItemResponse": [{"bId": "1", "Invoice": invoice()}]},
        [listed(), listed(Invoice=[invoice()])],
        listed(Invoice=[invoice()], Vendor=[{"Id": "1"}]),
    ],
)
def test_records_are_found_in_every_kind_of_answer(payload):
    assert ids(payload) == [("invoices", "101")]


@pytest.mark.parametrize(
    "payload",
    [
        listed(),
        {"QueryResponse": {"totalCount": 5}},
        {"Header": {"ReportName": "AgedReceivables"}, "Columns": {}, "Rows": {}},
        [{"specversion": "1.0", "type": "qbo.invoice.updated.v1"}],
        {"eventNotifications": []},
        {"CompanyInfo": {"CompanyName": "Café"}},
        {"CDCResponse": [{"QueryResponse": [{}, {}]}]},
    ],
)
def test_answers_without_records_bring_none(payload):
    assert ids(payload) == []


@pytest.mark.parametrize(
    "payload",
    [
        {"Fault": {"Error": [{"Message": "no", "code": "610"}]}},
        {"fault": {"error": []}, "time": 1, "queryResponse": None},
        {"fault": {"error": [{"code": "3200"}]}},
        {"BatchItemResponse": [{"Fault": {"Error": []}}, {"Fault": {"Error": [1]}}]},
        {"Invoices": [{"InvoiceID": "x"}]},
        {},
        "text",
        7,
    ],
)
def test_what_is_no_answer_of_quickbooks_is_refused(payload):
    with pytest.raises(ConfigError):
        ids(payload)


def test_of_several_versions_the_newest_counts_whatever_the_order():
    old, new = invoice(total=10), invoice(total=20, MetaData=NEWER, SyncToken="1")
    for payloads in ((listed(Invoice=[old]), {"Invoice": new}), ({"Invoice": new}, listed(Invoice=[old]))):
        assert [each.total for each in map_all(*payloads)] == [20]
    gone = {"Id": "101", "status": "Deleted", "MetaData": NEWER}
    assert not [each for each in map_all(captured(Invoice=[gone]), listed(Invoice=[old])) if isinstance(each, Invoice)]


def test_an_item_without_an_id_is_not_lost_before_it_is_refused():
    connector = QuickBooksConnector({}, Recorded())
    found = list(connector.unpack([listed(Invoice=[{"TotalAmt": 5}, {"TotalAmt": 6}])]))
    assert len(found) == 2
    with pytest.raises(RecordError, match="Id is nothing"):
        list(connector.map(*found[0]))


# Webhooks


def test_cloud_events_and_the_envelope_from_before_are_understood():
    cloud, legacy = (_having(word) for word in ("specversion", "eventNotifications"))
    assert QuickBooksConnector.changes({}, json.dumps(cloud).encode()) == [
        Change(
            event_id="6f2f5f0a-3b1e-4d55-9a2e-1c0f1d2e3f40",
            account="9130350000000001",
            stream="invoices",
            external_id="102",
        ),
        Change(event_id="6f2f5f0a-3b1e-4d55-9a2e-1c0f1d2e3f41", account="9130350000000002", stream="payments"),
    ]
    told = QuickBooksConnector.changes({}, json.dumps(legacy).encode())
    assert [(each.account, each.stream, each.external_id) for each in told] == [
        ("9130350000000001", "invoices", "102"),
        ("9130350000000001", "customers", None),
    ]
    assert len({each.event_id for each in told}) == 2
    assert told == QuickBooksConnector.changes({}, json.dumps(legacy).encode())


def _having(word):
    """The recorded answer with this field."""
    return next(each for each in examples("quickbooks") if word in (each[0] if isinstance(each, list) else each))


@pytest.mark.parametrize(
    ("kind", "stream", "is_by_id"),
    [
        ("invoice.created", "invoices", True),
        ("invoice.voided", "invoices", True),
        ("creditmemo.updated", "credit_memos", True),
        ("credit_memo.updated", "credit_memos", True),
        ("customer.merged", "customers", False),
        ("payment.deleted", "payments", False),
        ("journalentry.updated", "journal_entries", False),
    ],
)
def test_what_can_be_read_by_its_id_is(kind, stream, is_by_id):
    event = {"type": f"qbo.{kind}.v1", "id": "e", "intuitentityid": "7", "intuitaccountid": "9"}
    (change,) = QuickBooksConnector.changes({}, json.dumps([event]).encode())
    assert change == Change(event_id="e", account="9", stream=stream, external_id="7" if is_by_id else None)


def test_events_of_what_is_not_read_announce_nothing():
    events = [{"type": "qbo.vendor.created.v1"}, {"type": "other.thing"}, {"type": "qbo"}]
    assert QuickBooksConnector.changes({}, json.dumps(events).encode()) == []
    assert (
        QuickBooksConnector.changes({}, b'{"eventNotifications": [{"realmId": "9", "dataChangeEvent": null}, 7]}') == []
    )


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[1]", b'"text"', b'[{"id": 1}]', b"\xff"])
def test_a_body_that_is_no_webhook_is_refused(body):
    with pytest.raises(ConfigError):
        QuickBooksConnector.changes({}, body)


# The report


def report(rows, total, **header):
    columns = [{"ColTitle": "", "ColType": "Customer"}, {"ColTitle": "Current"}, {"ColTitle": "Total"}]
    grand = {"Summary": {"ColData": [{"value": "TOTAL"}, {"value": ""}, {"value": total}]}, "group": "GrandTotal"}
    return {
        "Header": {"ReportName": "AgedReceivables", "Currency": "USD", "EndPeriod": "2026-11-15", **header},
        "Columns": {"Column": columns},
        "Rows": {"Row": [*rows, grand]} if total is not None else {},
    }


def line(name, id, amount):
    return {"ColData": [{"value": name, "id": id}, {"value": ""}, {"value": amount}]}


def test_a_customers_jobs_are_rows_inside_its_section():
    section = {
        "Header": line("Café", "1", "10.00"),
        "Rows": {"Row": [line("Café:Kitchen", "2", "1,250.50"), line("Café:Bar", "3", "")]},
        "Summary": line("Total Café", "", "1,260.50"),
        "type": "Section",
    }
    found = totals_of(report([section, line("Nord", "4", "-60.50")], "1,200.00"), None)
    assert found.home == Decimal("1200.00")
    assert found.home_customers == {"1": Decimal(10), "2": Decimal("1250.50"), "4": Decimal("-60.50")}
    assert adds_up(report([section, line("Nord", "4", "-60.50")], "1,200.00"))
    assert not adds_up(report([section, section, line("Nord", "4", "-60.50")], "1,200.00"))


def test_a_report_without_rows_is_nothing_owed():
    found = totals_of(report([], None), date(2026, 11, 15))
    assert (found.home, found.home_customers, found.as_of) == (0, {}, date(2026, 11, 15))


def test_another_report_is_not_taken_for_it():
    with pytest.raises(TransientError):
        totals_of(report([], None, ReportName="BalanceSheet"), None)
    with pytest.raises(TransientError, match="which day"):
        totals_of({"Rows": {}}, None)


def test_the_tie_out_asks_for_the_companys_day_by_the_providers_clock():
    api = Recorded(
        {"QueryResponse": {}, "time": "2026-11-16T07:30:00.123Z"},  # still the fifteenth in Los Angeles
        report([line("Café", "1", "5.00")], "5.00", Option=[{"Name": "report_date", "Value": "2026-11-15"}]),
    )
    connector = QuickBooksConnector({}, api)
    list(connector.read_some("invoices", ["1"]))
    assert connector.tie_out().as_of == date(2026, 11, 15)
    assert api.asked[-1][2]["report_date"] == "2026-11-15"


def test_a_report_that_does_not_add_up_is_asked_for_again():
    twice = report([line("Café", "1", "5.00")] * 2, "5.00")
    api = Recorded(twice, report([line("Café", "1", "5.00")], "5.00"))
    assert QuickBooksConnector({}, api).tie_out().home_customers == {"1": 5}


# Cursors and pages


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"since": "soon"}', '{"since": "2026-09-01T09:00:00"}', "2026-09-01"]
)
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(ConfigError, match="cursor"):
        list(QuickBooksConnector({}, Recorded()).read("invoices", text))


def test_cursors_say_again_what_they_were_written_from():
    for text in (
        '{"since": "2026-09-01T16:00:00+00:00", "at": null, "skip": 900}',
        '{"since": "2026-09-01T16:00:00+00:00"}',
    ):
        assert cursors.write(cursors.parse(text)) == text


def test_a_page_out_of_order_comes_from_a_server_that_lags_behind_and_is_asked_for_again():
    older, newer = invoice("101"), invoice("102", MetaData=NEWER)
    api = Recorded(listed(Invoice=[older, newer]), listed(Invoice=[newer, older]))
    (part,) = backfill(Client(api), "Invoice", None)
    assert [each["Id"] for each in part.items] == ["102", "101"]
    assert len(api.asked) == 2


def test_changes_older_than_what_was_asked_for_are_not_taken():
    stale = captured(Invoice=[invoice(MetaData=META)])
    fresh = captured(Invoice=[invoice(total=70, MetaData={"LastUpdatedTime": "2026-09-10T09:00:00-07:00"})])
    api = Recorded(stale, fresh)
    (page,) = QuickBooksConnector({}, api).read("invoices", '{"since": "2026-09-09T16:00:00+00:00"}')
    assert [each["TotalAmt"] for each in page.items] == [70]


def test_a_stamp_ahead_of_the_providers_clock_does_not_move_the_cursor_ahead_of_it():
    ahead = captured(Invoice=[invoice(MetaData={"LastUpdatedTime": "2026-10-30T09:00:00-07:00"})])
    (page,) = QuickBooksConnector({}, Recorded(ahead)).read("invoices", '{"since": "2026-09-30T16:00:00+00:00"}')
    assert cursors.parse(page.cursor).since.isoformat() == "2026-09-30T17:00:00+00:00"


def test_streams_of_one_run_share_one_answer():
    api = Recorded(captured(Invoice=[invoice(MetaData=NEWER)], Payment=[payment(MetaData=NEWER)]))
    connector, cursor = QuickBooksConnector({}, api), '{"since": "2026-09-01T00:00:00+00:00"}'
    counts = [len(page.items) for stream in connector.streams for page in connector.read(stream.name, cursor)]
    assert counts == [0, 1, 1, 0, 0]
    assert len(api.asked) == 1


def test_the_company_names_its_currency_once_for_documents_without_one():
    bare = {key: value for key, value in invoice().items() if key != "CurrencyRef"}
    preferences = {"Preferences": {"CurrencyPrefs": {"HomeCurrency": {"value": "CAD"}}}}
    api = Recorded(listed(Invoice=[bare, bare]), preferences, homeCurrency="")
    connector = QuickBooksConnector({}, api)
    (page,) = connector.read_some("invoices", ["101"])
    assert [each.currency for item in page.items for each in connector.map("invoices", item)] == ["CAD", "CAD"]
    assert api.paths == ["query", "preferences"]


def test_a_company_that_is_not_set_up_cannot_be_connected():
    api = Recorded({"Preferences": {"CurrencyPrefs": {}}}, homeCurrency="")
    with pytest.raises(ConfigError, match="home currency"):
        QuickBooksConnector({}, api).check()
