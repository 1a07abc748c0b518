"""A customer's statement of account: what is open, what is held back, what credit is unused; and the file of it."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from hub.ledger import holds
from hub.ledger import service as ledger
from hub.reminders import settings
from hub.reminders.statement import Line, Statement, read, statement_pdf
from hub.sdk.records import CreditMemo
from tests.integration.reminders.conftest import CONNECTION, customer_id

TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def rules(storage, tenant, company):
    with storage.tenant(tenant) as session:
        return settings.read(session) | {"bank": {"iban": "DE89370400440532013000"}}


def line(number="INV-1", total="100.00", held="0", currency="EUR") -> Line:
    return Line(
        number=number,
        issued_on=date(2026, 10, 1),
        due_on=date(2026, 10, 31),
        currency=currency,
        total=Decimal(total),
        open=Decimal(total),
        held=Decimal(held),
    )


def statement(*lines: Line, customer="Käse & Söhne Ελλάς Київ", credits=None) -> Statement:
    return Statement(customer=customer, as_of=TODAY, lines=lines, credits=credits or {})


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def test_what_it_says_is_what_the_ledger_says(storage, tenant, new_invoice, pay):
    part = new_invoice("100", "s1", "INV-S1")
    held, paid = new_invoice("200", "s1", "INV-S2"), new_invoice("300", "s1", "INV-S3")
    new_invoice("50", "s1", "INV-S4", currency="USD")
    pay(part, "40")
    pay(paid, "300")
    now = datetime.now(UTC)
    memo = CreditMemo(
        external_id="cm1",
        customer_id="s1",
        number="CM-1",
        issued_on=now.date(),
        currency="EUR",
        total=Decimal(25),
        status="open",
    )
    with storage.tenant(tenant) as session:
        holds.place(session, held, "dispute", source_id=uuid4(), reason="Too dear.", at=now, amount=Decimal(80))
        # A promise holds reminders back; what is promised is owed all the same.
        holds.place(session, part, "promise", source_id=uuid4(), reason="Promised.", at=now)
        ledger.store(session, CONNECTION, [(None, [memo])], None, now)
        found = read(session, customer_id("s1"), now.date())
    assert [(each.number, each.open, each.held) for each in found.lines] == [
        ("INV-S1", 60, 0),
        ("INV-S2", 200, 80),
        ("INV-S4", 50, 0),
    ]
    assert found.totals() == {"EUR": 180, "USD": 50}
    assert (found.customer, found.credits) == ("Customer s1", {"EUR": 25})


def test_of_a_customer_who_owes_nothing(storage, tenant, rules, new_invoice, pay):
    pay(new_invoice("10", "s2"), "10")
    with storage.tenant(tenant) as session:
        found = read(session, customer_id("s2"), TODAY)
    assert (found.lines, found.totals(), found.credits) == ((), {}, {})
    assert pages(statement_pdf(found, rules, "en").content) == 1


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "statement-kase-sohne-2026-11-28.pdf"),
        ("de-AT", "kontoauszug-kase-sohne-2026-11-28.pdf"),
        ("fr", "releve-kase-sohne-2026-11-28.pdf"),
        ("es", "estado-de-cuenta-kase-sohne-2026-11-28.pdf"),
        ("pl", "statement-kase-sohne-2026-11-28.pdf"),
    ],
)
def test_the_file(rules, language, name):
    made = statement_pdf(statement(line(), line("INV-2", held="40"), credits={"EUR": Decimal(5)}), rules, language)
    assert (made.name, made.media_type) == (name, "application/pdf")
    assert made.content.startswith(b"%PDF-") and made.content.rstrip().endswith(b"%%EOF")
    assert f"/Lang ({language if language != 'pl' else 'en'})".encode() in made.content


def test_the_same_statement_is_the_same_file(rules):
    assert statement_pdf(statement(line()), rules, "en") == statement_pdf(statement(line()), rules, "en")


def test_a_long_one_goes_on_over_the_page(rules):
    made = statement_pdf(statement(*(line(f"INV-{number}") for number in range(120))), rules, "en").content
    assert pages(made) > 2


@pytest.mark.parametrize("name", ["漢字株式会社", "\u202eevil\x00", "<b>&amp;</b>", "", "/../../etc/passwd"])
def test_whatever_a_customer_is_called(rules, name):
    made = statement_pdf(statement(line(), customer=name), rules, "en")
    assert re.fullmatch(r"statement-[a-z0-9-]+-2026-11-28\.pdf", made.name)
    assert pages(made.content) == 1
