"""SAP's own receivables: the sum of the open lines, as its line item display adds them up."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

from hub.sdk.connector import Totals
from hub.sdk.errors import RecordError
from plugins.connectors.sap.cube import OPEN, Cube
from plugins.connectors.sap.keys import LINE_KEY
from plugins.connectors.sap.lines import parse

_PAGE = 5_000
_PROPERTIES = (
    *LINE_KEY,
    *("FinancialAccountType", "DebitCreditCode", "Customer", "IsCleared", "PostingDate"),
    *("TransactionCurrency", "AmountInTransactionCurrency", "CompanyCodeCurrency", "AmountInCompanyCodeCurrency"),
)


def open_lines(cube: Cube) -> Totals:
    """The open lines per currency and customer. In the books' currency too, where all are kept in the same one.

    A reversed document and its reversal are both still lines; together they are nothing.
    """
    receivable: dict[str, Decimal] = defaultdict(Decimal)
    customers: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    home: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for raw in cube.all(OPEN, select=_PROPERTIES, top=_PAGE):
        try:
            line = parse(raw)
        except RecordError:
            continue  # it is in no books either, and was shown as such when it was read
        receivable[line.currency] += line.amount
        customers[line.customer_id][line.currency] += line.amount
        home[line.home_currency][line.customer_id] += line.home
    single = next(iter(home)) if len(home) == 1 else None
    return Totals(
        as_of=cube.service.answered_on or datetime.now(UTC).date(),
        receivable=dict(receivable),
        customers={customer: dict(sums) for customer, sums in customers.items()},
        home_currency=single,
        home=sum(home[single].values(), Decimal(0)) if single else None,
        home_customers=dict(home[single]) if single else None,
    )
