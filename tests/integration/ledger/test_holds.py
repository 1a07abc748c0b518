"""Holds: placed, changed by placing anew, released, and told as they stood at any past instant."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from hub.ledger import holds

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(hours):
    return START + timedelta(hours=hours)


def test_what_was_held_at_any_instant(tenant_session):
    invoice, source = uuid4(), uuid4()
    holds.place(tenant_session, invoice, "dispute", source_id=source, reason="D-1", at=at(1))
    changed = {"source_id": source, "reason": "D-1", "amount": Decimal("5.0000"), "until": date(2026, 3, 16)}
    holds.place(tenant_session, invoice, "dispute", at=at(3), **changed)
    assert holds.release(tenant_session, "dispute", source, at(5))
    assert not holds.release(tenant_session, "dispute", source, at(6))

    def amounts(hours):
        return [each.amount for each in holds.active(tenant_session, [invoice], as_of=at(hours))]

    assert [amounts(hours) for hours in (0, 1, 2, 3, 4, 5)] == [[], [None], [None], [Decimal(5)], [Decimal(5)], []]
    assert holds.active(tenant_session, [invoice]) == []


def test_the_same_again_is_nothing(tenant_session):
    invoice, source = uuid4(), uuid4()
    for hours in (1, 2):
        holds.place(tenant_session, invoice, "dispute", source_id=source, reason="D-1", at=at(hours))
    (only,) = holds.active(tenant_session, [invoice])
    assert only.placed_at == at(1)


def test_a_source_moves_its_hold_to_another_invoice(tenant_session):
    first, second, source = uuid4(), uuid4(), uuid4()
    for hours, invoice in ((1, first), (2, second)):
        holds.place(tenant_session, invoice, "dispute", source_id=source, reason="D-1", at=at(hours))
    assert [each.invoice_id for each in holds.active(tenant_session, [first, second])] == [second]
    assert [each.invoice_id for each in holds.active(tenant_session, [first, second], as_of=at(1))] == [first]


def test_several_sources_and_kinds_hold_one_invoice(tenant_session):
    invoice, first, second = uuid4(), uuid4(), uuid4()
    for kind, source in (("dispute", first), ("dispute", second), ("promise", first)):
        holds.place(tenant_session, invoice, kind, source_id=source, reason="r", at=at(1))
    holds.release(tenant_session, "dispute", first, at(2))
    found = holds.active(tenant_session, [invoice])
    assert {(each.kind, each.source_id) for each in found} == {("dispute", second), ("promise", first)}
    assert {each.invoice_id for each in holds.active(tenant_session)} == {invoice}


@pytest.mark.parametrize("wrong", [{"kind": "mood"}, {"amount": Decimal(0)}])
def test_the_database_refuses_what_is_no_hold(tenant_session, wrong):
    import sqlalchemy.exc

    with pytest.raises(sqlalchemy.exc.IntegrityError), tenant_session.begin_nested():
        holds.place(
            tenant_session,
            uuid4(),
            **({"kind": "dispute", "source_id": uuid4(), "reason": "r", "at": at(1)} | wrong),
        )
