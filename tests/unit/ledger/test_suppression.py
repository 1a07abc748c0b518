"""What comes in again of somebody who was erased: known by digests alone, and by nothing that is theirs."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from hub.ledger.batch import Batch
from hub.ledger.ids import Naming
from hub.ledger.suppression import Erased, customer_hash, digest, withhold_from
from hub.sdk.records import Customer, Invoice

KEY = b"k" * 32
CONNECTION = UUID(int=7)
MIA = Naming(CONNECTION).key("customer", "C1")


def digests(address="mia@acme.example", name="mia marker", customer=MIA):
    found = {digest(KEY, "address", address): "erased-1"}
    if name:
        kinds = {"customer": customer, f"name {customer}": name, "name ": name}
        found |= {digest(KEY, kind, plain): "erased-1" for kind, plain in kinds.items()}
    return found


@pytest.fixture
def erased() -> Erased:
    return Erased(KEY, digests())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIA@acme.example", "erased-1"),
        ("a@b.example; <Mia@Acme.Example>, c@d.example", "a@b.example; <erased-1>, c@d.example"),
        ("'mia@acme.example'", "'erased-1'"),
        ("nomia@acme.example no.mia@acme.example no-mia@acme.example", None),
        ("mia@acme.example.org", None),
        ("no address at all", None),
    ],
)
def test_an_address_is_known_in_any_text(erased, text, expected):
    assert erased.in_text(text) == (text if expected is None else expected)


def test_a_name_is_known_with_its_own_customer_only(erased):
    raw = {"name": "Mia  MARKER", "nested": [{"contact": "Mia Marker"}], "amount": 5, "memo": "for Mia Marker"}
    assert erased.in_raw(raw, MIA) == {
        "name": "erased-1",
        "nested": [{"contact": "erased-1"}],
        "amount": 5,
        "memo": "for Mia Marker",
    }
    assert erased.in_raw(raw, Naming(CONNECTION).key("customer", "C2")) == raw


def batch(customer: Customer, raw=None) -> Batch:
    filled = Batch.of(CONNECTION)
    invoice = Invoice(
        external_id="I1", customer_id="C1", number="I1", issued_on=date(2026, 1, 1), due_on=date(2026, 2, 1),
        currency="EUR", total=Decimal("10"),
    )  # fmt: skip
    filled.add([customer, invoice], raw or {"who": "for Mia Marker, mia@acme.example"}, "invoice")
    return filled


def test_a_batch_is_stored_without_them_and_hashed_as_it_is_stored(erased):
    stated = batch(Customer(external_id="C1", name="Mia Marker", email="mia@acme.example", country="DE"))
    plain = batch(Customer(external_id="C1", name="erased-1", email="erased-1", country="DE"))
    withhold_from(erased, stated)
    (row,) = stated.rows["customer"].values()
    assert row.facts[:4] == ("erased-1", "erased-1", None, "DE")
    assert row.hash == customer_hash(row.facts) == next(iter(plain.rows["customer"].values())).hash
    (invoice,) = stated.rows["invoice"].values()
    assert invoice.raw == {"who": "for erased-1, erased-1"}
    assert stated.rows["invoice"].keys() == plain.rows["invoice"].keys()


def test_a_company_whose_contact_was_erased_keeps_its_name():
    stated = batch(Customer(external_id="C1", name="Acme GmbH", email="mia@acme.example"))
    withhold_from(Erased(KEY, digests(name="")), stated)
    (row,) = stated.rows["customer"].values()
    assert row.facts[:2] == ("Acme GmbH", "erased-1")


def test_a_provider_that_names_records_by_people_keeps_its_ids_apart(erased):
    named = Batch.of(CONNECTION)
    named.add([Customer(external_id="mia@acme.example", name="X"), Customer(external_id="C2", name="Y")])
    keys = list(named.rows["customer"])
    withhold_from(erased, named)
    assert list(named.rows["customer"]) == keys
    assert [row.external_id for row in named.rows["customer"].values()] == ["erased-1", "C2"]


def test_with_another_key_nobody_is_known():
    assert Erased(b"x" * 32, digests()).address("mia@acme.example") is None


def test_long_text_takes_no_longer_than_it_is_long(erased):
    # Quadratic, this would take hours.
    text = "x" * 2_000_000 + " @ " + "a@" * 50_000 + "@" * 50_000 + " mia@acme.example"
    assert erased.in_text(text).endswith(" erased-1")
