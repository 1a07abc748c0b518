"""The traps of Xero's SDK, each as it is there and as the connector goes around it.

The first half of each test shows the trap, so that a version of the SDK that mends it is noticed.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from hub.sdk.errors import AuthError, RecordError, RefusedError, TransientError
from hub.sdk.http import Answer
from plugins.connectors.xero.client import Client, DisconnectedError, since
from plugins.connectors.xero.mapping import records
from plugins.connectors.xero.values import day

INVOICE: dict[str, Any] = {
    "Type": "ACCREC",
    "InvoiceID": "00000101-1111-4000-8000-000000000101",
    "InvoiceNumber": "INV-1",
    "Contact": {"ContactID": "00000001-c0c0-4000-8000-000000000001", "Name": "Café"},
    "DateString": "2018-03-03T00:00:00",
    "Date": "/Date(1519988400000+1300)/",
    "DueDateString": "2018-04-03T00:00:00",
    "DueDate": "/Date(1522713600000+0000)/",
    "Status": "AUTHORISED",
    "Total": 100,
    "AmountDue": 100,
    "CurrencyCode": "NZD",
    "UpdatedDateUTC": "/Date(1785618845123+0000)/",
}


class Transport:
    """An Api that answers what it is told to, and remembers what it was asked."""

    addresses: Mapping[str, str] = {"api": "https://api.xero.test/api.xro/2.0", "connections": "https://api.xero.test"}
    account: Mapping[str, str] = {"tenantId": "t"}

    def __init__(self, answer: Answer | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, Any, Any]] = []

    def request(self, method: str, url: str, *, query: Any = None, headers: Any = None, **_: Any) -> Answer:
        self.asked.append((method, url, dict(query or {}), dict(headers or {})))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def get(self, url: str, query: Any = None, headers: Any = None) -> Answer:
        return self.request("GET", url, query=query, headers=headers)


def answer(data: Any = None, status: int = 200, **headers: str) -> Answer:
    return Answer(status=status, headers=headers, body=b"" if data is None else json.dumps(data).encode())


def read_by_sdk(**changes: Any) -> Any:
    from xero_python.accounting import AccountingApi
    from xero_python.api_client.deserializer import deserialize

    page = {"Invoices": [{**INVOICE, **changes}, INVOICE]}
    return deserialize("Invoices", page, AccountingApi().get_model_finder()).invoices[0]


def mapped(**changes: Any) -> list[Any]:
    return list(records("invoices", {**INVOICE, **changes}))


def test_a_null_text_becomes_none_in_letters_there_and_the_id_here():
    assert read_by_sdk(InvoiceNumber=None).invoice_number == "None"
    assert mapped(InvoiceNumber=None)[0].number == INVOICE["InvoiceID"]


@pytest.mark.parametrize("changes", [{"Status": "BRANDNEW"}, {"CurrencyCode": "ZZZ"}])
def test_one_unknown_value_costs_the_page_there_and_at_most_the_item_here(changes):
    with pytest.raises(ValueError, match=r"BRANDNEW|ZZZ"):
        read_by_sdk(**changes)
    if "Status" in changes:
        with pytest.raises(RecordError, match="BRANDNEW"):
            mapped(**changes)
    else:
        assert mapped(**changes)[0].currency == "ZZZ"  # the ledger knows whether it is a currency
    assert len(mapped()) == 1


def test_midnight_in_auckland_is_the_day_before_there_and_the_day_here():
    assert read_by_sdk().date == date(2018, 3, 2)
    assert day(INVOICE, "Date") == date(2018, 3, 3)
    assert day({"Date": INVOICE["Date"]}, "Date") == date(2018, 3, 3)


def test_null_payments_are_an_error_there_and_none_here():
    with pytest.raises(TypeError):
        read_by_sdk(Payments=None)
    credit = {**INVOICE, "CreditNoteID": "n1", "Type": "ACCRECCREDIT", "Payments": None, "Allocations": None}
    assert len(list(records("credit_notes", credit))) == 2


def test_a_null_contact_is_an_empty_one_there_and_said_to_be_missing_here():
    assert not read_by_sdk(Contact=None).contact.contact_id
    with pytest.raises(RecordError, match="ContactID is missing"):
        mapped(Contact=None)


def test_a_flag_in_letters_is_an_error_there_and_a_flag_here():
    with pytest.raises(ValueError, match="bool"):
        read_by_sdk(HasErrors="false")
    allocation = {"AllocationID": "a", "Amount": 1, "Date": "/Date(0)/", "Invoice": {"InvoiceID": "i"}}
    credit = {
        **INVOICE,
        "CreditNoteID": "n1",
        "Type": "ACCRECCREDIT",
        "Allocations": [{**allocation, "IsDeleted": "true"}],
    }
    assert not [each for each in records("credit_notes", credit) if getattr(each, "kind", "") == "credit_memo"]


def test_amounts_stay_exact():
    assert read_by_sdk(Total=Decimal("100.1001")).total == Decimal("100.1001")
    body = b'{"Invoices": [{"Total": 0.1000000000000000055}]}'
    found = Client(Transport(Answer(status=200, headers={}, body=body))).call("get_invoices", "t")
    assert found["Invoices"][0]["Total"] == Decimal("0.1000000000000000055")


def test_not_modified_is_nothing_here():
    assert Client(Transport(answer(status=304))).call("get_invoices", "t") is None


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"Invoices": [', b'{"Total": NaN}'])
def test_an_answer_that_is_no_json_is_an_error_and_never_nothing(body):
    with pytest.raises(TransientError):
        Client(Transport(Answer(status=200, headers={}, body=body))).call("get_invoices", "t")


def test_the_hub_is_asked_once_and_neither_waits_nor_tries_again_here():
    transport = Transport(TransientError("wait", retry_after=67_000))
    with pytest.raises(TransientError) as caught:
        Client(transport).call("get_invoices", "t")

    assert caught.value.retry_after == 67_000
    assert len(transport.asked) == 1


@pytest.mark.parametrize("error", [AuthError("reconnect"), RefusedError("no", 400, b"{}"), TransientError("later")])
def test_what_the_hub_raises_comes_through_as_it_is(error):
    with pytest.raises(type(error)) as caught:
        Client(Transport(error)).call("get_invoices", "t")
    assert caught.value is error


def test_an_organisation_that_was_taken_out_of_the_grant_has_to_be_connected_again():
    with pytest.raises(DisconnectedError, match="reconnect"):
        Client(Transport(RefusedError("forbidden", 403))).call("get_invoices", "t")


def test_a_call_is_xeros_own_but_the_tokens_are_the_hubs():
    transport = Transport(answer({"Contacts": []}))
    Client(transport).call(
        "get_contacts",
        "t",
        i_ds=["a", "b"],
        page=2,
        include_archived=True,
        where='Name=="X"',
        if_modified_since=datetime(2026, 1, 2),
    )
    ((method, url, query, headers),) = transport.asked

    assert (method, url) == ("GET", "https://api.xero.test/api.xro/2.0/Contacts")
    assert query == {"IDs": "a,b", "page": 2, "includeArchived": "true", "where": 'Name=="X"'}
    assert headers == {
        "Accept": "application/json",
        "xero-tenant-id": "t",
        "If-Modified-Since": "2026-01-02T00:00:00",
    }


def test_connections_are_asked_for_at_their_own_address():
    transport = Transport(answer([]))
    assert Client(transport).connections() == []
    assert transport.asked[0][1] == "https://api.xero.test/Connections"


def test_a_time_with_a_zone_would_keep_it_there_and_is_utc_without_one_here():
    auckland = timezone(timedelta(hours=13))
    moment = datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=auckland)

    assert since(moment) == datetime(2024, 1, 1, 14, 4, 5)
    assert since(datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)).tzinfo is None


def test_no_two_connections_share_a_configuration():
    from xero_python.api_client.configuration import Configuration

    one, other = Client(Transport(answer({}))), Client(Transport(answer({})))

    assert Configuration().oauth2_token is None
    assert one._accounting.api_client.configuration.oauth2_token is not (
        other._accounting.api_client.configuration.oauth2_token
    )


def test_the_clock_is_xeros():
    client = Client(Transport(answer({"DateTimeUTC": "/Date(1785618845123)/"})))
    client.call("get_organisations", "t")
    assert client.clock == datetime(2026, 8, 1, 21, 14, 5, 123000, tzinfo=UTC)

    client = Client(Transport(answer(status=304, date="Sat, 01 Aug 2026 21:14:05 GMT")))
    client.call("get_invoices", "t")
    assert client.clock == datetime(2026, 8, 1, 21, 14, 5, tzinfo=UTC)


def test_the_sdk_is_imported_only_where_something_is_called():
    code = (
        "import sys; from plugins.connectors.xero.plugin import XeroConnector; "
        "c = XeroConnector({}, api=None); list(c.unpack([{'Invoices': []}])); "
        "sys.exit('xero_python' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
