"""Small ledgers, made by hand or by chance, and the normal form that every view of one has to be read as."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
DIGITS = {"JPY": 0, "KWD": 3}
RATES = {"USD": "1", "EUR": "1.08", "GBP": "1.27", "JPY": "0.0067", "KWD": "3.2511"}
NAMES = (
    "Café Münster",
    "株式会社山田商店",
    "شركة النور للتجارة",
    "🍞 Bäckerei & Söhne",
    "ООО «Ромашка»",
    "O'Neill, Ltd.",
)


@dataclass(kw_only=True)
class Customer:
    """Whoever owes."""

    id: int
    name: str
    currency: str = "USD"
    email: str | None = None
    active: bool = True


@dataclass(kw_only=True)
class Invoice:
    """`total` is what it was for, also of one that is void."""

    id: int
    customer: int
    total: Decimal
    currency: str = "USD"
    rate: Decimal = Decimal(1)
    number: str | None = None
    issued: date = date(2026, 8, 1)
    due: date | None = date(2026, 8, 31)
    void: bool = False


@dataclass(kw_only=True)
class Credit:
    """A payment, or a credit memo where it has a number. `to` are the invoices that it was applied to."""

    id: int
    customer: int
    total: Decimal
    currency: str = "USD"
    rate: Decimal = Decimal(1)
    number: str | None = None
    made: date = date(2026, 9, 14)
    to: list[tuple[int, Decimal]] = field(default_factory=list)
    void: bool = False

    @property
    def left(self) -> Decimal:
        """What is not applied."""
        return ZERO if self.void else self.total - sum((amount for _, amount in self.to), ZERO)


@dataclass(kw_only=True)
class Ledger:
    """Receivables at one moment. `deleted` were there once, as entity and id."""

    customers: list[Customer] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Credit] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    deleted: list[tuple[str, int]] = field(default_factory=list)

    def open(self, invoice: Invoice) -> Decimal:
        """What is open of an invoice."""
        return ZERO if invoice.void else invoice.total - sum((part for _, part in self.settling(invoice)), ZERO)

    def settling(self, invoice: Invoice) -> list[tuple[Credit, Decimal]]:
        """The payments and credit memos that count for an invoice."""
        sources = (each for each in [*self.payments, *self.credits] if not each.void)
        return [(each, amount) for each in sources for id, amount in each.to if id == invoice.id]

    def customer(self, id: int) -> Customer:
        """The customer of that id."""
        return next(each for each in self.customers if each.id == id)

    def home(self) -> Decimal:
        """What is open less what is not applied, each document at its own rate."""
        owed = sum((self.open(each) * each.rate for each in self.invoices), ZERO)
        return owed - sum((each.left * each.rate for each in [*self.payments, *self.credits]), ZERO)


def money(amount: Decimal, currency: str) -> Decimal:
    """An amount with the decimals of its currency, or more where it has them."""
    rounded = amount.quantize(Decimal(1).scaleb(-DIGITS.get(currency, 2)))
    return rounded if rounded == amount else amount


def pages(rows: list[Any], size: int) -> list[tuple[int, list[Any]]]:
    """The rows in pages of that size, numbered from 1."""
    return [(n, rows[start : start + size]) for n, start in enumerate(range(0, len(rows), size), start=1)]


def normal_form(ledger: Ledger) -> dict[str, Any]:
    """The ledger as `views.told` puts what the command line says of a view of it."""
    return {
        "invoices": {each.id: _invoice(ledger, each) for each in ledger.invoices},
        "payments": {each.id: _credit(each) for each in ledger.payments},
        "credits": {each.id: _credit(each) for each in ledger.credits},
        "home": ledger.home(),
    }


def _invoice(ledger: Ledger, invoice: Invoice) -> dict[str, Any]:
    left = ledger.open(invoice)
    status = "void" if invoice.void else "paid" if not left else "open" if left == invoice.total else "partly_paid"
    return {
        "number": invoice.number or str(invoice.id),
        "customer": str(invoice.customer),
        "issued": invoice.issued.isoformat(),
        "due": (invoice.due or invoice.issued).isoformat(),
        "currency": invoice.currency,
        "total": ZERO if invoice.void else invoice.total,
        "open": left,
        "status": status,
    }


def _credit(credit: Credit) -> dict[str, Any]:
    return {
        "customer": str(credit.customer),
        "date": credit.made.isoformat(),
        "currency": credit.currency,
        "total": ZERO if credit.void else credit.total,
        "left": credit.left,
        "to": [] if credit.void else sorted((str(id), amount, credit.made.isoformat()) for id, amount in credit.to),
        "void": credit.void,
    }


def by_chance(seed: int) -> Ledger:
    """A ledger with everything in it: currencies, voids, credits and payments split, short and over, at other rates."""
    chance = random.Random(seed)
    ledger = Ledger()
    for id in range(1, 7):
        currency = chance.choice(("USD", "USD", *RATES))
        email = chance.choice((None, f"ap{id}@example.test"))
        ledger.customers.append(Customer(id=id, name=chance.choice(NAMES), currency=currency, email=email))
    for id in range(1001, 1001 + chance.randint(5, 25)):
        ledger.invoices.append(_any_invoice(chance, ledger, id))
    for kind, first in ((ledger.payments, 2001), (ledger.credits, 3001)):
        for id in range(first, first + chance.randint(2, 12)):
            kind.append(_any_credit(chance, ledger, id, is_memo=first == 3001))
    return ledger


def _any_invoice(chance: random.Random, ledger: Ledger, id: int) -> Invoice:
    customer = chance.choice(ledger.customers)
    issued = date(2026, 3, 1) + timedelta(days=chance.randrange(120))
    return Invoice(
        id=id,
        customer=customer.id,
        total=chance.choice((ZERO, *[_any_amount(chance, customer.currency) for _ in range(6)])),
        currency=customer.currency,
        rate=_any_rate(chance, customer.currency),
        number=chance.choice((None, "INV-1", f"INV-{id}", f"INV-{id}", f"請求書-{id}")),
        issued=issued,
        due=chance.choice((None, *[issued + timedelta(days=30)] * 5)),
        void=chance.random() < 0.1,
    )


def _any_credit(chance: random.Random, ledger: Ledger, id: int, *, is_memo: bool) -> Credit:
    customer = chance.choice(ledger.customers)
    has_invoice = any(each.customer == customer.id for each in ledger.invoices)
    void = not is_memo and has_invoice and chance.random() < 0.15
    to: list[tuple[int, Decimal]] = []
    owing = [each for each in ledger.invoices if each.customer == customer.id and ledger.open(each)]
    for invoice in chance.sample(owing, min(len(owing), chance.choice((0, 1, 1, 2, 3)))):
        left, some = ledger.open(invoice), _any_amount(chance, customer.currency)
        to.append((invoice.id, left if chance.random() < 0.5 else min(left, some)))
    rest = chance.choice((ZERO, ZERO, _any_amount(chance, customer.currency)))
    total = sum((amount for _, amount in to), rest) or _any_amount(chance, customer.currency)
    return Credit(
        id=id,
        customer=customer.id,
        total=total,
        currency=customer.currency,
        rate=_any_rate(chance, customer.currency),
        number=f"CM-{id}" if is_memo else None,
        made=date(2026, 7, 1) + timedelta(days=chance.randrange(100)),
        to=[] if void else to,
        void=void,
    )


def _any_amount(chance: random.Random, currency: str) -> Decimal:
    digits = DIGITS.get(currency, 2)
    return Decimal(chance.randint(1, 10**7)).scaleb(-digits)


def _any_rate(chance: random.Random, currency: str) -> Decimal:
    if currency == "USD":
        return Decimal(1)
    return (Decimal(RATES[currency]) * Decimal(chance.randint(95, 105)) / 100).quantize(Decimal("0.000001"))
