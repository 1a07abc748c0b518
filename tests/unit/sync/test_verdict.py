"""The table of what makes a run ok, partial, suspicious or failed."""

from decimal import Decimal

import pytest

from hub.sync.verdict import Gap, Outcome, is_mass_deletion, judge

CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (Outcome(read=100, rejected=0), "ok", ""),
        # Nothing to read is no failure by itself.
        (Outcome(read=0, rejected=0), "ok", ""),
        (Outcome(read=100, rejected=1), "partial", "1 of 100 items could not be used"),
        (Outcome(read=2, rejected=2, first_reject="no date"), "failed", "None of the 2 items"),
        (Outcome(read=0, rejected=0, items_before={"a": 20}), "suspicious", "a brought 0 items, the run before 20"),
        (Outcome(read=9, rejected=0, items={"a": 9}, items_before={"a": 20}), "suspicious", "a brought 9 items"),
        (Outcome(read=10, rejected=0, items={"a": 10}, items_before={"a": 20}), "ok", ""),
        # Few may well become none.
        (Outcome(read=0, rejected=0, items_before={"a": 19}), "ok", ""),
        (Outcome(read=9, rejected=0, differences=[Gap(currency="EUR", amount=CENT)]), "suspicious", "by 0.01 EUR"),
        (Outcome(read=9, rejected=0, differences=[Gap(currency="EUR", amount=0 * CENT)]), "ok", ""),
        (
            Outcome(read=9, rejected=0, differences=[Gap(currency="EUR", amount=-CENT, customers=1, is_home=True)]),
            "suspicious",
            "the ledger's receivables in the home currency differ from the provider's by -0.01 EUR, at 1 customer",
        ),
        (
            Outcome(read=9, rejected=0, differences=[Gap(currency="EUR", amount=0 * CENT, customers=2)]),
            "suspicious",
            "customers' balances in EUR differ from the provider's, at 2 customers, though not in sum",
        ),
        (Outcome(read=9, rejected=0, doubts=["look there"]), "suspicious", "look there"),
        (Outcome(read=9, rejected=0, findings={"allocations_without_invoice": 3}), "suspicious", "3 allocations name"),
        # The rejected item may be what is missed.
        (Outcome(read=9, rejected=1, findings={"allocations_without_invoice": 3}), "partial", "1 of 9"),
        (Outcome(read=9, rejected=1, findings={"balances_unlike_stated": 3}), "suspicious", "3 invoices have another"),
        (Outcome(read=9, rejected=0, findings={"overpaid_invoices": 3}), "ok", ""),
    ],
)
def test_judge(outcome, status, reason):
    judged, reasons = judge(outcome)
    assert judged == status
    assert reason in "; ".join(reasons)
    assert bool(reasons) == (status != "ok")


@pytest.mark.parametrize(
    ("deleted", "held", "expected"),
    [(19, 19, False), (20, 100, False), (21, 100, True), (200, 1000, False), (201, 1000, True)],
)
def test_is_mass_deletion(deleted, held, expected):
    assert is_mass_deletion(deleted, held) is expected
