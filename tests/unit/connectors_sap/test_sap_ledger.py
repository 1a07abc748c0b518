"""The example answers reach the ledger that all four views of it have to reach."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from hub.ledger.folding import Books, summary
from hub.sdk.records import Allocation, AllocationsComplete, Customer, Invoice, Payment, Record
from plugins.connectors.sap.plugin import SapConnector
from tests.normal_form import CONTRACTS, examples, expected_ledger, normal_form
from tests.unit.connectors_sap.answers import NOBODY


def records_of(payloads: Iterable[object]) -> list[Record]:
    connector = SapConnector({}, NOBODY)
    return [record for stream, item in connector.unpack(payloads) for record in connector.map(stream, item)]


def pages() -> list[object]:
    return [each for each in examples("sap") if "d" in each]


def test_the_examples_reach_the_ledger_that_all_views_reach():
    assert normal_form(evened(records_of(pages()))) == expected_ledger()


def test_the_order_of_the_answers_does_not_matter():
    assert all(summary_of(order) == summary_of(pages()) for order in permutations(pages()))


def test_the_books_tie_out_to_the_open_lines_in_the_company_codes_currency():
    lines = [line for page in pages() for line in page["d"]["results"] if not line["IsCleared"]]
    home = sum(Decimal(line["AmountInCompanyCodeCurrency"]) for line in lines)
    assert home == Decimal("4565.50") == Decimal(summary_of(pages())["open_balance_home"])


def test_the_ids_are_those_of_the_lines():
    assert {record.external_id for record in records_of(pages()) if isinstance(record, Invoice)} == {
        f"1710/2026/1800000{number}/001" for number in range(101, 106)
    }


def summary_of(payloads: Iterable[object]) -> dict[str, object]:
    books = Books()
    books.add(records_of(payloads))
    return summary(books)


def evened(records: list[Record]) -> list[Record]:
    """The records with the short ids of the ledger, where SAP's view of it differs honestly.

    Its documents are named after them: 1800000101 is invoice 101, 1400002010 the first part of payment 201 (9 the part
    that is not applied). SAP keeps what a void invoice was, and no number of ours, so these are put in.
    """
    even: dict[object, Record] = {}
    for record in records:
        if isinstance(record, Invoice):
            id = _short(record.external_id)
            total = Decimal(0) if record.status == "void" else record.total
            record = replace(record, external_id=id, number=f"INV-{900 + int(id)}", total=total)
        elif isinstance(record, Allocation):
            source = _short(record.source_id) if record.source_id else None
            invoice = _short(record.invoice_id) if record.invoice_id else None
            record = replace(record, invoice_id=invoice, source_id=source)
        elif not isinstance(record, AllocationsComplete | Customer):
            id = _short(record.external_id)
            record = replace(record, external_id=id)
            if isinstance(record, Payment) and (held := even.get((Payment, id))):
                record = replace(record, amount=record.amount + held.amount)
            elif not isinstance(record, Payment):
                record = replace(record, number=f"CM-{int(id) - 300}")
        if not isinstance(record, AllocationsComplete):
            even[type(record), record.external_id] = record
    return [*even.values()]


def _short(line_id: str) -> str:
    document = line_id.split("/")[2]
    number = int(document[2:])
    return str(number if document.startswith("18") else number // 10)


if not CONTRACTS.is_dir():
    pytestmark = pytest.mark.skip(reason=f"the example answers are not at {CONTRACTS}")
