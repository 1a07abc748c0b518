"""What is read from given lines: the cases that a simulated company does not bring."""

from decimal import Decimal
from typing import Any

import pytest

from hub.ledger.folding import Books, summary
from hub.sdk.connector import Page
from plugins.connectors.sap.plugin import SapConnector
from tests.normal_form import examples
from tests.unit.connectors_sap.answers import Served, cleared, line
from tests.unit.connectors_sap.test_sap_ledger import pages, records_of


def read(api: Served, cursor: str | None = None) -> list[Page]:
    return list(SapConnector({}, api).read("line_items", cursor))


def books(api: Served, *pages: Page) -> Books:
    found, connector = Books(), SapConnector({}, api)
    for page in pages or read(api):
        for item in page.items:
            found.add(connector.map("line_items", item))
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_the_examples_are_read_as_they_are_mapped(size):
    """Their cleared lines have different clearing dates, as those of one clearing never should."""
    examples("sap")
    lines = [row for page in pages() for row in page["d"]["results"]]
    mapped = Books()
    mapped.add(records_of(pages()))
    api = Served([{name: value for name, value in row.items() if name != "__metadata"} for row in lines], size)
    assert summary(books(api)) == summary(mapped)
    assert SapConnector({}, api).tie_out().home == Decimal("4565.50")


def test_a_clearing_that_fills_a_page_is_read_whole():
    many = [line(f"18{number:08d}", "10.00") for number in range(1, 8)]
    lines = cleared("1400000001", "2026-09-05", *many, line("1400000001", "-70.00", "2026-09-05"))
    found = books(Served(lines + cleared("1400000002", "2026-09-04", line("1400000002", "-5.00")), 3))
    assert found.receivable() == {"USD": 0}
    assert len(found.allocations) == 8


def test_an_invoice_of_many_lines_is_not_cut():
    lines = [line("1800000001", "10.00", AccountingDocumentItem=f"{item:03d}") for item in range(1, 6)]
    lines += [line("1400000001", "-50.00", InvoiceReference="1800000001"), line("1700000001", "1.00")]
    found = books(Served(lines, 2))
    assert found.receivable() == {"USD": 1}
    assert len(found.allocations) == 5


def test_a_credit_for_an_invoice_that_is_paid_is_unapplied():
    paid = cleared("1400000001", "2026-08-05", line("1800000001", "100.00"), line("1400000001", "-100.00"))
    found = books(Served([*paid, line("1600000001", "-30.00", "2026-08-09", InvoiceReference="1800000001")]))
    assert found.receivable() == {"USD": -30}


def test_a_changed_line_brings_what_hangs_together_with_it():
    part = line("1400000001", "-30.00", "2026-08-10", InvoiceReference="1800000001")
    old = [line("1800000001", "100.00"), part, line("1800000002", "5.00")]
    cursor = read(Served(old))[-1].cursor
    rest = line("1400000002", "-70.00", "2026-08-20")
    settled = cleared("1400000002", "2026-08-20", old[0], part, rest)
    api = Served([*settled, old[2]])
    new = read(api, cursor)
    (item,) = (item for page in new for item in page.items)
    assert {raw["AccountingDocument"] for raw in item["lines"]} == {"1800000001", "1400000001", "1400000002"}
    assert read(api, new[-1].cursor) == [Page(items=[], cursor=new[-1].cursor, done=1.0)]


def test_a_document_that_was_never_changed_has_no_change_date():
    old = line("1800000001", "100.00", LastChangeDate=None, AccountingDocumentCreationDate="2026-08-01")
    cursor = read(Served([old]))[-1].cursor
    new = line("1800000002", "7.00", "2026-08-03", LastChangeDate=None, AccountingDocumentCreationDate="2026-08-03")
    found = [raw for page in read(Served([old, new]), cursor) for item in page.items for raw in item["lines"]]
    assert "1800000002" in {raw["AccountingDocument"] for raw in found}


def test_a_line_of_tomorrow_does_not_hide_todays():
    """A clock that runs ahead, or a date typed wrongly: the server's own day bounds how far reading has come."""
    wrong: dict[str, Any] = line("1800000001", "100.00", LastChangeDate="2031-01-01")

    class Dated(Served):
        def get(self, url: str, query: Any = None, headers: Any = None) -> Any:
            found = super().get(url, query, headers)
            return type(found)(status=200, headers={"date": "Mon, 03 Aug 2026 12:00:00 GMT"}, body=found.body)

    cursor = read(Dated([wrong]))[-1].cursor
    new = line("1800000002", "7.00", "2026-08-03")
    assert books(Dated([wrong, new]), *read(Dated([wrong, new]), cursor)).invoices.keys() >= {
        "1710/2026/1800000002/001"
    }


def test_where_there_is_nothing_the_next_run_begins_anew():
    assert read(Served([]))[-1] == Page(items=[], cursor=None, done=1.0)


def test_lines_that_cannot_be_used_do_not_keep_others_from_being_read():
    api = Served([line("1800000001", "100.00"), line("1800000002", "1.00", TransactionCurrency="??", Customer="")])
    found = {raw["AccountingDocument"] for page in read(api) for item in page.items for raw in item["lines"]}
    assert found == {"1800000001", "1800000002"}
