"""The small ledger of the example answers, as SAP has it."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import permutations

import pytest

from hub.ledger.folding import Books, summary
from hub.sdk.records import Invoice, Record
from plugins.connectors.sap.plugin import SapConnector
from tests.normal_form import CONTRACTS, examples
from tests.unit.connectors_sap.answers import NOBODY


def records_of(payloads: Iterable[object]) -> list[Record]:
    connector = SapConnector({}, NOBODY)
    return [record for stream, item in connector.unpack(payloads) for record in connector.map(stream, item)]


def pages() -> list[object]:
    return [each for each in examples("sap") if "d" in each]


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


if not CONTRACTS.is_dir():
    pytestmark = pytest.mark.skip(reason=f"the example answers are not at {CONTRACTS}")
