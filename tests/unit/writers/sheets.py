"""Fact sheets for the tests of writers: fixed ones, and any there could be."""

import string
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from hub.sdk.facts import Amount, Bank, Debtor, FactInvoice, FactSheet, Sender
from hub.sdk.writer import WritingTask

TODAY = date(2026, 3, 31)
PAGE = "https://hub.example/statement/#a-token"


def invoice(number="INV-1042", total="1250.00", open="1250.00", currency="EUR", days=21) -> FactInvoice:
    due_on = TODAY - timedelta(days=days)
    return FactInvoice(
        number=number,
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        total=Decimal(total),
        open=Decimal(open),
        currency=currency,
        days_overdue=days,
    )


def sheet(*invoices: FactInvoice, **changed: Any) -> FactSheet:
    """About these invoices, or about one."""
    invoices = invoices or (invoice(),)
    sums: dict[str, Decimal] = {}
    for each in invoices:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.open
    values: dict[str, Any] = {
        "today": TODAY,
        "sender": Sender(company="Northwind Ltd", name="Ana Ruiz", phone="+44 20 7946 0018"),
        "customer": Debtor(name="Acme GmbH", contact="Jo Doe"),
        "invoices": invoices,
        "total_open": tuple(Amount(amount=amount, currency=currency) for currency, amount in sums.items()),
        "links": (PAGE,),
        "bank": Bank(iban="DE89370400440532013000"),
    }
    return FactSheet(**(values | changed))


def task(facts: FactSheet | None = None, **changed: Any) -> WritingTask:
    """To remind of them."""
    facts = facts or sheet()
    values: dict[str, Any] = {"purpose": "reminder", "tone": "neutral", "language": "en"}
    values["page"] = facts.links[0] if facts.links else ""
    return WritingTask(facts=facts, **(values | changed))


_NAMES = st.sampled_from(
    (
        "Acme GmbH",
        "O'Brien & Sons, Ltd.",
        "Käse-Müller GmbH & Co. KG",
        "Société d'Électricité du Sud",
        "Muñoz e Hijos, S.L.",
        "1&1 Drillisch",
        "7-Eleven No. 42",
        "{{ 7 * 7 }} Trading",
        "<b>Bold</b> Inc.",
        "ACME (Holding) AG",
        "van der Berg B.V.",
        "Łódź Sp. z o.o.",
        "Paid In Full Ltd",
    )
)
_PEOPLE = st.sampled_from(("Jo Doe", "Dr. Zoë Müller-Lüdenscheidt", "José Ángel Nuñez", "Anne-Sophie L'Hôte", "Li Wei"))
_NUMBERS = st.one_of(
    st.from_regex(r"(INV|RE|F|FA)-[1-9][0-9]{2,6}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{4,8}", fullmatch=True),
    st.from_regex(r"20(24|25|26)[/-][0-9]{3,5}", fullmatch=True),
    st.text(string.ascii_uppercase, min_size=2, max_size=3).map(lambda letters: f"{letters}/2026/0017"),
)
_CURRENCIES = st.sampled_from(("EUR", "USD", "GBP", "CHF", "JPY", "KWD"))


@st.composite
def sheets(draw: st.DrawFn) -> FactSheet:
    """Any fact sheet that the hub could make: awkward names, several currencies, due or not, full or bare."""
    numbers = draw(st.lists(_NUMBERS, min_size=1, max_size=6, unique=True))
    invoices = []
    for number in numbers:
        currency = draw(_CURRENCIES)
        places = {"JPY": 0, "KWD": 3}.get(currency, 2)
        total = draw(st.decimals("0.01", "9999999", places=places).filter(lambda amount: amount > 0))
        is_part = draw(st.booleans())
        open = draw(st.decimals(total / 2, total, places=places)) if is_part else total
        invoices.append(
            invoice(number, str(total), str(open if open > 0 else total), currency, draw(st.integers(-40, 400)))
        )
    return sheet(
        *invoices,
        sender=Sender(
            company=draw(_NAMES),
            name=draw(st.none() | _PEOPLE),
            phone=draw(st.none() | st.sampled_from(("+49 30 901820", "(020) 7946-0018"))),
        ),
        customer=Debtor(name=draw(_NAMES), contact=draw(st.none() | _PEOPLE)),
        links=draw(st.sampled_from(((), (PAGE,)))),
        bank=draw(st.sampled_from((None, Bank(iban="GB82WEST12345698765432")))),
    )
