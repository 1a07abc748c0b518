"""The demo ledger: two and a half years of a made-up food wholesaler, written in the connector's own format.

Nobody in it exists. The same seed and day always give the same file.
"""

import csv
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

DAYS = 915
HEADER = (
    "type", "invoice_id", "customer_id", "customer_name", "email", "country", "industry", "credit_score",
    "credit_limit", "terms", "issue_date", "due_date", "currency", "amount", "balance", "status", "disputed",
    "payment_id", "paid_date", "paid_amount", "discount_amount", "written_off_date", "applies_to",
)  # fmt: skip

_FIRST = (
    "Alder", "Bramble", "Cobalt", "Dunmore", "Elmhurst", "Fennel", "Gilded", "Harrow", "Ivybridge", "Juniper",
    "Kestrel", "Larkfield", "Marlowe", "Nettle", "Oakhaven", "Pemberley", "Quayside", "Rowan", "Saltmarsh", "Thistle",
    "Umber", "Vintner", "Willow", "Yarrow",
)  # fmt: skip
_SECOND = {
    "Grocery": ("Markets", "Grocers", "Foods", "Pantry"),
    "Restaurants": ("Kitchens", "Bistros", "Taverns", "Dining"),
    "Hotels": ("Hotels", "Inns", "Resorts"),
    "Catering": ("Catering", "Canteens", "Events"),
    "Bakery": ("Bakeries", "Mills", "Patisserie"),
}
_COUNTRIES = {"USD": ("US", "US", "US", "CA"), "EUR": ("DE", "FR", "NL", "IE", "ES")}
_SUFFIX = {"US": "Inc", "CA": "Ltd", "DE": "GmbH", "FR": "SARL", "NL": "BV", "IE": "Ltd", "ES": "SL"}
_TERMS = ("Net 7", "Net 14", "2/10 net 30", "Net 30", "Net 45", "Net 60", "EOM", "Net 30 EOM")
_TERMS_SHARES = (0.06, 0.12, 0.06, 0.42, 0.12, 0.08, 0.07, 0.07)
_RUNS = ("any day", "weekly", "twice a month", "month end")
_RUN_SHARES = (0.38, 0.36, 0.16, 0.10)
# Habit: share of customers, mean and spread of the days after the due date at which a payment is ready to go out,
# chance of a long delay, credit score.
_HABITS = {
    "early": (0.12, -6.0, 3.0, 0.002, 760),
    "prompt": (0.38, -1.0, 2.0, 0.01, 720),
    "slow": (0.24, 11.0, 5.0, 0.03, 640),
    "erratic": (0.16, 9.0, 15.0, 0.08, 590),
    "failing": (0.10, 1.0, 4.0, 0.04, 610),
}
_MONTHS = (0.86, 0.88, 0.97, 0.98, 1.03, 1.06, 1.02, 0.95, 1.0, 1.04, 1.16, 1.22)
_WEEKDAYS = (1.15, 1.1, 1.05, 1.0, 1.1, 0.18, 0.04)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Buyer:
    customer_id: str
    name: str
    country: str
    currency: str
    industry: str
    score: int
    terms: str
    habit: str
    run: str
    run_day: int
    scale: float
    limit: int
    since: date


@dataclass(slots=True, kw_only=True)
class _Sale:
    """One invoice and what became of it; amounts in cents. Payments are (day, cents)."""

    buyer: _Buyer
    issued_on: date
    due_on: date
    cents: int
    status: str = "open"
    disputed: bool = False
    payments: list[tuple[date, int]] = field(default_factory=list)
    discount: int = 0
    credit: tuple[date, int] | None = None
    written_off_on: date | None = None

    @property
    def open_cents(self) -> int:
        """What is neither paid, credited nor discounted."""
        return self.cents - sum(cents for _, cents in self.payments) - self.discount - (self.credit or (None, 0))[1]


def write_demo(path: Path, invoices: int = 20_000, seed: int = 7, *, today: date) -> None:
    """Write a ledger of about so many invoices up to `today`, in USD and EUR, paid, late, disputed and open."""
    rng = np.random.default_rng(seed)
    buyers = _buyers(rng, max(20, invoices // 90), today)
    sales = [_settled(rng, sale, today) for sale in _sales(rng, buyers, invoices, today)]
    _leave_out_some(rng, sales, today)
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows(_rows(rng, sales))


def _buyers(rng: np.random.Generator, count: int, today: date) -> list[_Buyer]:
    start = today - timedelta(days=DAYS)
    places = rng.permutation(count)
    buyers = []
    for number in range(count):
        industry = str(rng.choice(list(_SECOND)))
        currency = "EUR" if rng.random() < 0.24 else "USD"
        country = str(rng.choice(_COUNTRIES[currency]))
        habit = str(rng.choice(list(_HABITS), p=[each[0] for each in _HABITS.values()]))
        # A few large accounts carry much of the book.
        scale = float(np.exp(rng.normal(6.6, 0.7)) * (6 if places[number] < count * 0.03 else 1))
        first, second = _FIRST[number % len(_FIRST)], str(rng.choice(_SECOND[industry]))
        town = "" if number < len(_FIRST) else f" {chr(65 + number // len(_FIRST) % 26)}{number // len(_FIRST)}"
        buyers.append(
            _Buyer(
                customer_id=f"C{number + 1:04d}",
                name=f"{first} {second}{town} {_SUFFIX[country]}",
                country=country,
                currency=currency,
                industry=industry,
                score=int(np.clip(_HABITS[habit][4] + rng.normal(0, 45), 350, 850)),
                terms=str(rng.choice(_TERMS, p=_TERMS_SHARES)),
                habit=habit,
                run=str(rng.choice(_RUNS, p=_RUN_SHARES)),
                run_day=int(rng.integers(0, 5)),
                scale=scale,
                limit=int(round(scale * 12, -3)) + 5_000,
                since=start if rng.random() < 0.75 else start + timedelta(days=int(rng.integers(60, DAYS - 40))),
            )
        )
    return buyers


def _sales(rng: np.random.Generator, buyers: list[_Buyer], count: int, today: date) -> Iterator[_Sale]:
    """Invoices in the order of their issue: more in autumn, on weekdays and at month ends, and with the years."""
    days = [today - timedelta(days=DAYS - 1 - back) for back in range(DAYS)]
    busy = np.array([_MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] for day in days])
    busy *= np.linspace(0.85, 1.15, DAYS) * [1.3 if _days_left(day) < 3 else 1.0 for day in days]
    demand = np.array([buyer.scale**0.7 for buyer in buyers]) * rng.lognormal(0, 0.5, len(buyers))
    for day, number in zip(days, rng.multinomial(count, busy / busy.sum()), strict=True):
        active = demand * [buyer.since <= day for buyer in buyers]
        for place in rng.choice(len(buyers), size=number, p=active / active.sum()):
            buyer = buyers[place]
            cents = max(int(100 * buyer.scale * rng.lognormal(-0.15, 0.6)), 1_500)
            yield _Sale(buyer=buyer, issued_on=day, due_on=_due(buyer.terms, day), cents=cents)


def _settled(rng: np.random.Generator, sale: _Sale, today: date) -> _Sale:
    """The sale with what happened to it until today."""
    if rng.random() < 0.006:
        sale.status = "void"
        return sale
    sale.disputed = rng.random() < 0.025
    if rng.random() < (0.5 if sale.disputed else 0.022):
        share = 1.0 if rng.random() < 0.08 else rng.uniform(0.04, 0.3)
        credited_on = sale.issued_on + timedelta(days=int(rng.integers(3, 35)))
        if credited_on <= today:
            sale.credit = credited_on, max(int(sale.cents * share), 100)
    doubtful = {"erratic": 0.012, "failing": 0.03}.get(sale.buyer.habit, 0.0008)
    given_up = rng.random() < doubtful
    _pay(rng, sale, today, given_up=given_up)
    if given_up and sale.due_on + timedelta(days=170) <= today and sale.open_cents:
        sale.written_off_on = sale.due_on + timedelta(days=170)
        sale.status = "written_off"
    elif not sale.open_cents:
        sale.status = "paid"
    elif sale.payments:
        sale.status = "partial"
    return sale


def _pay(rng: np.random.Generator, sale: _Sale, today: date, *, given_up: bool) -> None:
    if not sale.open_cents:
        return
    paid_on = _pay_day(rng, sale, today)
    if sale.buyer.terms.startswith("2/10") and not given_up and rng.random() < 0.6:
        early = _on_run(sale.buyer, sale.issued_on + timedelta(days=int(rng.integers(5, 10))))
        if early <= sale.issued_on + timedelta(days=10) and early <= today and not sale.credit:
            sale.discount = sale.cents // 50
            paid_on = early
    parts = [1.0] if rng.random() > 0.035 else [0.5, 1.0] if rng.random() < 0.7 else [0.3, 0.5, 1.0]
    if given_up:
        parts = [rng.uniform(0.2, 0.6)] if rng.random() < 0.4 else []
    for share in parts:
        if paid_on > today:
            return
        sale.payments.append((paid_on, max(int(sale.open_cents * share), 1)))
        if share < 1.0:
            paid_on = _on_run(sale.buyer, paid_on + timedelta(days=int(rng.integers(10, 32))))


def _pay_day(rng: np.random.Generator, sale: _Sale, today: date) -> date:
    buyer = sale.buyer
    _, mean, spread, p_long, _ = _HABITS[buyer.habit]
    if buyer.habit == "failing":
        # In trouble since nine months ago, and deeper each month.
        mean += max(0, 270 - (today - sale.issued_on).days) / 270 * 34
    late = rng.normal(mean, spread) + (rng.exponential(38) if rng.random() < p_long else 0)
    late += rng.uniform(14, 45) if sale.disputed else 0
    late += 3 if sale.cents > 300 * buyer.scale else 0
    ready = max(sale.due_on + timedelta(days=round(late)), sale.issued_on + timedelta(days=1))
    if (ready.month, ready.day) >= (12, 22) or (ready.month, ready.day) <= (1, 3):
        # Books close at year's end: some pay before it to look tidy, most after the holidays.
        year = ready.year if ready.month == 12 else ready.year - 1
        tidy = buyer.habit in ("early", "prompt") and rng.random() < 0.5 and sale.issued_on < date(year, 12, 20)
        ready = date(year, 12, 21) if tidy else date(year + 1, 1, 4)
    return _on_run(buyer, ready)


def _on_run(buyer: _Buyer, ready: date) -> date:
    """The customer's next payment run on or after a day; money moves on working days only."""
    if buyer.run == "weekly":
        ready += timedelta(days=(buyer.run_day - ready.weekday()) % 7)
    elif buyer.run == "twice a month":
        month_end = monthrange(ready.year, ready.month)[1]
        ready = ready.replace(day=15 if ready.day <= 15 else month_end)
    elif buyer.run == "month end":
        ready = ready.replace(day=monthrange(ready.year, ready.month)[1])
    return ready + timedelta(days=max(0, 7 - ready.weekday()) if ready.weekday() > 4 else 0)


def _leave_out_some(rng: np.random.Generator, sales: list[_Sale], today: date) -> None:
    """The newest few are drafts, not yet sent."""
    for sale in sales[-len(sales) // 100 :]:
        if sale.status == "open" and (today - sale.issued_on).days <= 3 and rng.random() < 0.3:
            sale.status, sale.disputed = "draft", False


def _rows(rng: np.random.Generator, sales: list[_Sale]) -> Iterator[dict[str, str]]:
    runs = sorted({(paid_on, sale.buyer.customer_id) for sale in sales for paid_on, _ in sale.payments})
    payment_ids = {run: f"PMT-{number:06d}" for number, run in enumerate(runs, start=1)}
    credits = 0
    for number, sale in enumerate(sales, start=1):
        invoice_id = f"INV-{number:06d}"
        row = _document(sale, "invoice", invoice_id) | {
            "due_date": sale.due_on.isoformat(),
            "amount": _money(sale.cents),
            "balance": _money(sale.open_cents) if sale.status not in ("void", "draft") else "",
            "status": sale.status,
            "disputed": "yes" if sale.disputed else "no",
            "written_off_date": sale.written_off_on.isoformat() if sale.written_off_on else "",
            "paid_amount": "0.00" if sale.status not in ("void", "draft") else "",
        }
        if not sale.payments:
            yield row
        for place, (paid_on, cents) in enumerate(sale.payments):
            yield row | {
                "payment_id": payment_ids[paid_on, sale.buyer.customer_id],
                "paid_date": paid_on.isoformat(),
                "paid_amount": _money(cents),
                "discount_amount": _money(sale.discount) if sale.discount and not place else "",
            }
        if sale.credit:
            credits += 1
            yield _credit(sale, f"CN-{credits:05d}", *sale.credit) | {"applies_to": invoice_id}
        elif rng.random() < 0.0015 and sale.status == "paid":
            credits += 1  # goodwill, not yet set against anything
            yield _credit(sale, f"CN-{credits:05d}", sale.payments[-1][0], sale.cents // 20)


def _document(sale: _Sale, kind: str, document_id: str) -> dict[str, str]:
    buyer = sale.buyer
    return {
        "type": kind,
        "invoice_id": document_id,
        "customer_id": buyer.customer_id,
        "customer_name": buyer.name,
        "email": f"payables@{buyer.customer_id.lower()}.example",
        "country": buyer.country,
        "industry": buyer.industry,
        "credit_score": str(buyer.score),
        "credit_limit": str(buyer.limit),
        "terms": buyer.terms,
        "issue_date": sale.issued_on.isoformat(),
        "currency": buyer.currency,
    }


def _credit(sale: _Sale, credit_id: str, credited_on: date, cents: int) -> dict[str, str]:
    return _document(sale, "credit memo", credit_id) | {"issue_date": credited_on.isoformat(), "amount": _money(-cents)}


def _due(terms: str, issued_on: date) -> date:
    days = int("".join(filter(str.isdigit, terms.split("net")[-1])) or 0)
    due_on = issued_on + timedelta(days=days)
    return due_on.replace(day=monthrange(due_on.year, due_on.month)[1]) if terms.endswith("EOM") else due_on


def _days_left(day: date) -> int:
    return monthrange(day.year, day.month)[1] - day.day


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
