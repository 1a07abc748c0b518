"""Odd ledgers as four providers state them: the command line reads each view as the same ledger."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest

from tests.contracts.views import netsuite, quickbooks, sap, xero
from tests.contracts.views.ledgers import NAMES, Credit, Customer, Invoice, Ledger, by_chance, normal_form
from tests.contracts.views.telling import evened, run

VIEWS: dict[str, ModuleType] = {"quickbooks": quickbooks, "xero": xero, "netsuite": netsuite, "sap": sap}
EUROS = {"currency": "EUR", "rate": Decimal("1.08")}
YEN = {"currency": "JPY", "rate": Decimal("0.0067")}
DINARS = {"currency": "KWD", "rate": Decimal("3.2511")}


def ledger(*documents: Invoice | Credit, **customer: object) -> Ledger:
    """A ledger of one customer; what has a number and is no invoice is a credit memo."""
    return Ledger(
        customers=[Customer(**{"id": 1, "name": "Old Mill Bakery", **customer})],
        invoices=[each for each in documents if isinstance(each, Invoice)],
        payments=[each for each in documents if isinstance(each, Credit) and not each.number],
        credits=[each for each in documents if isinstance(each, Credit) and each.number],
    )


def invoice(id: int, total: str, **fields: object) -> Invoice:
    return Invoice(**{"id": id, "customer": 1, "total": Decimal(total), "number": f"INV-{id}", **fields})


def payment(id: int, total: str, *to: tuple[int, str], **fields: object) -> Credit:
    applied = [(invoice_id, Decimal(amount)) for invoice_id, amount in to]
    return Credit(**{"id": id, "customer": 1, "total": Decimal(total), "to": applied, **fields})


def credit(id: int, total: str, *to: tuple[int, str], **fields: object) -> Credit:
    return payment(id, total, *to, **{"number": f"CM-{id}", **fields})


CASES: dict[str, Callable[[], Ledger]] = {
    "nothing": lambda: ledger(),
    "one payment over several invoices": lambda: ledger(
        *(invoice(1001, "10"), invoice(1002, "20.10"), invoice(1003, "5")),
        payment(2001, "32", (1001, "10"), (1002, "20.10"), (1003, "1.90")),
    ),
    "an overpayment": lambda: ledger(invoice(1001, "10"), payment(2001, "17.50", (1001, "10"))),
    "a payment of nothing yet": lambda: ledger(payment(2001, "17.50"), payment(2002, "0.01")),
    "several partial payments": lambda: ledger(
        invoice(1001, "100"), *(payment(2001 + n, "33.33", (1001, "33.33")) for n in range(3))
    ),
    "the last cent": lambda: ledger(
        *(invoice(1001, "100"), payment(2004, "0.01", (1001, "0.01"))),
        *(payment(2001 + n, "33.33", (1001, "33.33")) for n in range(3)),
    ),
    "a credit split over two invoices and left over": lambda: ledger(
        invoice(1001, "30"), invoice(1002, "50"), credit(3001, "60", (1001, "30"), (1002, "20"))
    ),
    "a credit split into equal parts": lambda: ledger(
        invoice(1001, "30"), invoice(1002, "50"), credit(3001, "60", (1001, "30"), (1002, "30"))
    ),
    "two credits on one invoice": lambda: ledger(
        invoice(1001, "30"), credit(3001, "10", (1001, "10")), credit(3002, "25", (1001, "20"))
    ),
    "payment and credit on one invoice": lambda: ledger(
        invoice(1001, "30"), credit(3001, "10", (1001, "10")), payment(2001, "20", (1001, "20"))
    ),
    "settled by a credit alone": lambda: ledger(invoice(1001, "30"), credit(3001, "30", (1001, "30"))),
    "a void invoice": lambda: ledger(invoice(1001, "77", void=True), invoice(1002, "10")),
    "a void invoice whose payment is free again": lambda: ledger(invoice(1001, "77", void=True), payment(2001, "77")),
    "a void payment": lambda: ledger(invoice(1001, "77"), payment(2001, "77", void=True)),
    "several voids": lambda: ledger(
        *(invoice(1001 + n, "5", void=True) for n in range(3)), invoice(1009, "1"),
        *(payment(2001 + n, "5", void=True) for n in range(3)),
    ),
    "an invoice over nothing": lambda: ledger(invoice(1001, "0"), invoice(1002, "10")),
    "yen, with no decimals": lambda: ledger(
        invoice(1001, "120000", **YEN), payment(2001, "20001", (1001, "20000"), **YEN), currency="JPY"
    ),
    "dinars, with three": lambda: ledger(
        invoice(1001, "125.505", **DINARS), payment(2001, "25.255", (1001, "25.005"), **DINARS),
        credit(3001, "1.125", **DINARS), currency="KWD",
    ),
    "four decimals": lambda: ledger(invoice(1001, "10.1234"), payment(2001, "0.0234", (1001, "0.0234"))),
    "a payment at another rate": lambda: ledger(
        invoice(1001, "4000", **EUROS),
        payment(2001, "2000", (1001, "2000"), currency="EUR", rate=Decimal("1.18")), currency="EUR",
    ),
    "settled at another rate": lambda: ledger(
        invoice(1001, "4000", **EUROS),
        payment(2001, "4000", (1001, "4000"), currency="EUR", rate=Decimal("1.18")), currency="EUR",
    ),
    "no numbers": lambda: ledger(invoice(1001, "1", number=None), invoice(1002, "2", number=None)),
    "one number twice": lambda: ledger(invoice(1001, "1", number="A"), invoice(1002, "2", number="A")),
    "no due date": lambda: ledger(invoice(1001, "1", due=None)),
    "a year long past": lambda: ledger(invoice(1001, "1", issued=date(1999, 12, 31), due=date(2000, 2, 29))),
    "large amounts": lambda: ledger(invoice(1001, "99999999999.99"), payment(2001, "0.01", (1001, "0.01"))),
}  # fmt: skip


def expected(slug, ledger):
    """The normal form, as far as a view has it: SAP has no numbers of ours, and books each line at its own rate."""
    form = normal_form(ledger)
    if slug == "sap":
        form["home"] = sap.open_sum(ledger)
        for each in form["invoices"].values():
            del each["number"]
    return form


def check(folder, slug, ledger, answers=None, seed=0):
    told = run(folder, slug, answers or VIEWS[slug].answers(ledger), seed)
    assert told.code == 0, told.document["rejects"]
    assert evened(slug, told.document["ledger"]) == expected(slug, ledger)
    assert told.document["ledger"]["unlike_stated"] == []
    if any(each.rate == 1 for each in [*ledger.invoices, *ledger.payments, *ledger.credits]):
        assert told.document["ledger"]["home_currency"] == "USD"
    return told.document


@pytest.mark.parametrize("slug", VIEWS)
@pytest.mark.parametrize("case", [name for name in CASES if name != "nothing"])
def test_odd_cases(tmp_path, slug, case):
    check(tmp_path, slug, CASES[case]())


@pytest.mark.parametrize("slug", VIEWS)
@pytest.mark.parametrize("seed", range(25))
def test_ledgers_by_chance(tmp_path, slug, seed):
    check(tmp_path, slug, by_chance(seed), seed=seed)


@pytest.mark.parametrize("slug", VIEWS)
def test_the_home_currency_is_booked_line_by_line_only_in_sap(tmp_path, slug):
    told = check(tmp_path, slug, CASES["a payment at another rate"]())
    assert told["ledger"]["open_balance_home"] == {"sap": "1960.00"}.get(slug, "2160.00")


@pytest.mark.parametrize("slug", VIEWS)
def test_names_in_every_script(tmp_path, slug):
    found = Ledger(customers=[Customer(id=id, name=name) for id, name in enumerate(NAMES, start=1)])
    found.invoices = [invoice(1000 + each.id, "1", customer=each.id) for each in found.customers]
    told = check(tmp_path, slug, found)
    assert [each["name"] for each in told["customers"]] == [*NAMES]
    assert {each["email"] for each in told["customers"]} == {None}


@pytest.mark.parametrize("slug", VIEWS)
def test_customers_that_were_merged_or_left_keep_their_documents(tmp_path, slug):
    found = ledger(invoice(1001, "10"))
    found.customers.append(Customer(id=2, name="Old Mill", active=False))
    found.invoices.append(invoice(1002, "5", customer=2))
    assert len(check(tmp_path, slug, found)["customers"]) == 2


@pytest.mark.parametrize("slug", ["netsuite", "sap"])
@pytest.mark.parametrize("seed", range(3))
def test_pages_of_any_size(tmp_path, slug, seed):
    found = by_chance(seed)
    check(tmp_path, slug, found, VIEWS[slug].answers(found, page=3), seed)


@pytest.mark.parametrize("slug", VIEWS)
def test_full_pages(tmp_path, slug):
    found = ledger(*(invoice(1001 + n, "10") for n in range(999)))
    found.payments = [payment(2001 + n, "7", (1001 + n, "7")) for n in range(999)]
    check(tmp_path, slug, found)


@pytest.mark.parametrize("slug", VIEWS)
def test_every_answer_twice(tmp_path, slug):
    found = by_chance(7)
    answers = VIEWS[slug].answers(found)
    check(tmp_path, slug, found, answers | {f"again_{name}": answer for name, answer in answers.items()})


@pytest.mark.parametrize("order", ["mdy", "dmy"])
def test_one_date_beyond_the_twelfth_says_how_all_are_written(tmp_path, order):
    days = {"issued": date(2026, 3, 4), "due": date(2026, 4, 5)}
    found = ledger(*(invoice(1001 + n, "10", **days) for n in range(3)), invoice(1009, "1", due=date(2026, 8, 31)))
    check(tmp_path, "netsuite", found, netsuite.answers(found, order=order))


@pytest.mark.parametrize("slug", ["quickbooks", "netsuite"])
@pytest.mark.parametrize("seed", range(4))
def test_what_was_deleted_is_gone(tmp_path, slug, seed):
    left = ledger(invoice(1001, "10"), payment(2001, "10", (1001, "4")), credit(3001, "9", (1001, "1")))
    before = ledger(
        *left.invoices,
        *left.payments,
        *left.credits,
        invoice(1002, "5"),
        payment(2002, "6", (1002, "5")),
        credit(3002, "7"),
    )
    before.customers.append(Customer(id=9, name="Gone"))
    left.deleted = [("Invoice", 1002), ("Payment", 2002), ("CreditMemo", 3002), ("Customer", 9)]
    answers = VIEWS[slug].answers(left)
    answers |= {f"before_{name}": answer for name, answer in VIEWS[slug].answers(before).items()}
    if slug == "quickbooks":
        del answers["query_invoice.json"]["QueryResponse"], answers["before_cdc.json"]
        answers["query_invoice.json"]["QueryResponse"] = {}
    told = check(tmp_path, slug, left, answers, seed)
    assert {(each["entity"], each["external_id"]) for each in told["ledger"]["deleted"]} == {
        ("invoice", "1002"), ("payment", "2002"), ("credit_memo", "3002"), ("customer", "9")
    }  # fmt: skip
