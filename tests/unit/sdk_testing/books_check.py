"""What must hold of a simulated company's books at any time, worked out anew from the plain entries."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

CENT = {
    "USD": Decimal("0.01"),
    "EUR": Decimal("0.01"),
    "GBP": Decimal("0.01"),
    "JPY": Decimal(1),
    "KWD": Decimal("0.001"),
}


def balances(company):
    """(party, currency, balance, rate) of every entry, from the lists alone."""
    settled, used = defaultdict(Decimal), defaultdict(Decimal)
    for each in company.applications.values():
        if not each.is_deleted:
            used[each.source_kind, each.source] += each.amount
            if each.invoice is not None:
                settled[each.invoice] += each.amount
    for each in company.invoices.values():
        left = each.total - settled[each.id]
        assert left >= 0 and (each.status == "open" or settled[each.id] == 0), each
        yield each.party, each.currency, left if each.status == "open" else Decimal(0), each.rate
    for kind, entries in (("credit_memo", company.credit_memos), ("payment", company.receipts)):
        for each in entries.values():
            left = (each.amount if kind == "payment" else each.total) - used[kind, each.id]
            assert left >= 0 and (each.status == "open" or used[kind, each.id] == 0), each
            yield each.party, each.currency, -left if each.status == "open" else Decimal(0), each.rate


def check_books(company):
    """Figures equal what the lists say, balances are not negative, applications stay within one customer."""
    by_currency, by_party, home = defaultdict(Decimal), defaultdict(Decimal), defaultdict(Decimal)
    for party, currency, amount, rate in balances(company):
        by_currency[currency] += amount
        by_party[party, currency] += amount
        home[party] += (amount * rate).quantize(CENT[company.home_currency], ROUND_HALF_UP)
    assert company.receivable() == {key: value for key, value in by_currency.items() if value}
    assert {
        (party, currency): amount
        for party, each in company.receivable_by_customer().items()
        for currency, amount in each.items()
    } == {key: value for key, value in by_party.items() if value}
    assert company.home_by_customer() == {key: value for key, value in home.items() if value}
    assert company.receivable_home() == sum(home.values())
    for each in company.applications.values():
        source = (company.receipts if each.source_kind == "payment" else company.credit_memos)[each.source]
        if each.is_deleted:
            continue
        assert each.invoice is None or company.invoices[each.invoice].party == source.party, each
    for entries in (company.invoices, company.credit_memos, company.receipts):
        for each in entries.values():
            party = company.parties[each.party]
            assert each.currency == party.currency and (each.status == "deleted" or not party.merged_into), each
            amount = each.amount if hasattr(each, "amount") else each.total
            assert amount > 0 and amount == amount.quantize(CENT[each.currency]), each
    is_open = {(each.party, each.id) for each in company.invoices.values() if company.open_of(each.id)}
    assert is_open == {(party, each.id) for party in company.parties for each in company.open_invoices(party)}


def snapshot(company):
    """Every entry that has changes of its own, as text, by (entity, id)."""
    return {
        (entity, each.id): repr(each)
        for entity, entries in (
            ("customer", company.parties),
            ("invoice", company.invoices),
            ("credit_memo", company.credit_memos),
            ("payment", company.receipts),
        )
        for each in entries.values()
    }


def dump(company):
    """All of the books, as text."""
    return repr(
        [
            company.parties,
            company.invoices,
            company.credit_memos,
            company.receipts,
            company.applications,
            company.changes,
        ]
    )
