"""What customers are assessed at, by hand: what is free, what contact brings, and what is only held up."""

from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting.days import NEVER, to_date
from hub.forecasting.holds import Holds
from hub.forecasting.promises import Promises
from hub.forecasting.results import Forecasts
from hub.forecasting.risk_assessment import Holdings, assess
from hub.forecasting.risk_contact import BROKEN_COUNTS
from hub.forecasting.risk_loss import ASSUMED, LossGivenDefault
from hub.forecasting.risk_model import train_risk
from hub.sdk.forecaster import Curves
from plugins.models.naive_risk.plugin import NaiveRiskBackend
from tests.unit.forecasting.test_risk_snapshots import DAY, ledger

NOTHING = Holdings(cash={}, credit={})
NO_HOLDS = Holds()
NO_PROMISES = Promises()
LGD = LossGivenDefault(ASSUMED, 0, 0, False, "An assumption.")


def expect(frame, delays):
    """Forecasts of all open invoices of the frame: so many days after due, or tomorrow if that is later."""
    rows = np.flatnonzero(frame.is_open)
    expected = np.maximum(frame.due[rows] + np.array(delays), frame.day + 1).astype(np.int32)
    n = np.zeros(len(rows))
    return Forecasts(
        model="naive",
        as_of=np.full(len(rows), frame.day, dtype=np.int32),
        row=rows,
        p_paid_by_due=n,
        p_late30=n,
        expected=expected,
        p10=expected,
        p50=expected,
        p90=expected,
        risk=n.astype(np.int8),
        start=np.full(len(rows), frame.day + 1, dtype=np.int32),
        curves=Curves(ends=np.zeros((len(rows), 1), np.int32), paid_by=np.ones((len(rows), 1), np.float32)),
    )


def assessed(
    invoices, delays, holdings=NOTHING, customers=2, disputed=(), rates=None, holds=NO_HOLDS, promises=NO_PROMISES
):
    frame = ledger(invoices, customers=customers).as_of(DAY)
    marks = np.zeros(len(frame), dtype=bool)
    marks[list(disputed)] = True
    frame = replace(frame, disputed=marks, rate=frame.rate if rates is None else np.array(rates), holds=holds)
    frame = replace(frame, promises=promises)
    model = train_risk(frame, to_date(DAY), (), NaiveRiskBackend)
    return {each.customer_id: each for each in assess(model, LGD, frame, expect(frame, delays), holdings)}, model


def test_by_hand():
    found, model = assessed(
        [
            (0, -50, -20, 300.0, "EUR"),  # 20 days overdue, expected in 10 days
            (0, -10, 20, 600.0, "EUR"),  # due in 20 days, expected 15 days after that
            (1, -10, 20, 100.0, "USD"),  # expected on time
        ],
        [30, 15, 0],
    )
    late, good = found["C0"], found["C1"]
    (euros,) = late.amounts
    assert (euros.currency, euros.open, euros.free, euros.overdue) == ("EUR", 900, 900, 300)
    assert euros.delayed == pytest.approx((300 * 10 + 600 * 15) / 30)
    assert late.contact_value == pytest.approx(400 * 0.25)  # a new customer: nothing was paid yet
    assert late.segment == "new" and late.oldest_due_on == to_date(DAY - 20) and late.is_listed
    assert euros.loss == pytest.approx(900 * late.p[2] * model.severity[2] * 0.45)
    assert euros.late30 == pytest.approx(900 * late.p[0] * model.severity[0])
    assert late.loss == pytest.approx(euros.loss)
    assert good.contact_value == 0 and not good.is_listed
    assert late.reasons == []  # no customer of this ledger differs from any other yet
    assert good.segment == "on_time" and good.next_step == "do_nothing"


def test_money_received_covers_the_oldest_first():
    invoices = [(0, -50, -20, 300.0, "EUR"), (0, -10, 20, 600.0, "EUR"), (0, -9, -1, 50.0, "USD")]
    held = Holdings(cash={("C0", "EUR"): 250.0}, credit={("C0", "EUR"): 100.0, ("C9", "EUR"): 5.0})
    found, _ = assessed(invoices, [30, 0, 3], held)
    euros, dollars = found["C0"].amounts
    assert (euros.free, euros.overdue, euros.cash, euros.credit) == (550, 0, 250, 100)
    assert (dollars.free, dollars.overdue) == (50, 50)


def test_all_covered_or_all_disputed_is_shown_but_worth_nothing():
    invoices = [(0, -50, -20, 300.0, "EUR"), (1, -50, -20, 300.0, "EUR")]
    held = Holdings(cash={("C0", "EUR"): 300.0}, credit={})
    found, _ = assessed(invoices, [60, 60], held, disputed=[1])
    assert found["C0"].next_step == "do_nothing" and found["C1"].next_step == "check_dispute"
    for each in found.values():
        assert each.contact_value == 0 and each.is_listed and each.amounts[0].free == 0
        assert each.loss > 0  # held up is not paid


def test_a_held_part_is_disputed_and_the_rest_is_not():
    invoices = [(0, -50, -20, 300.0, "EUR")]
    found, _ = assessed(invoices, [60], holds=Holds.of_columns([0], [DAY - 3], [NEVER], [DAY + 9], [120.0]))
    (euros,) = found["C0"].amounts
    assert (euros.open, euros.disputed, euros.free, euros.overdue) == (300, 120, 180, 180)
    assert found["C0"].next_step != "check_dispute"


def test_what_is_promised_for_a_day_to_come_is_not_asked_for():
    invoices = [(0, -50, -20, 300.0, "EUR"), (1, -50, -20, 300.0, "EUR")]
    made = Promises.of_columns(
        [0, 1], [DAY - 3] * 2, [NEVER] * 2, [DAY + 5, DAY - 5], [DAY + 7, DAY - 3], [300, 300], [None] * 2
    )
    found, _ = assessed(invoices, [60, 60], promises=made)
    (promised,), (passed,) = found["C0"].amounts, found["C1"].amounts
    assert (promised.promised, promised.free) == (300, 0) and (passed.promised, passed.free) == (0, 300)
    assert found["C0"].next_step == "do_nothing" and "promised" in found["C0"].why and found["C0"].is_listed


@pytest.mark.parametrize(
    ("settled", "kept", "step"), [(-3, 0.0, "call"), (-3, 0.5, "call"), (-3, 1.0, None), (-40, 0.0, None)]
)
def test_a_promise_that_was_broken_of_late_makes_contact_urgent(settled, kept, step):
    invoices = [(0, -50, -20, 300.0, "EUR")]
    made = Promises.of_columns([0], [DAY - 60], [DAY + settled], [DAY - 50], [DAY - 48], [300], [kept])
    free, _ = assessed(invoices, [60])
    found, _ = assessed(invoices, [60], promises=made)
    assert found["C0"].contact_value == pytest.approx(free["C0"].contact_value * (BROKEN_COUNTS if step else 1))
    assert (found["C0"].next_step == "call" and "not kept" in found["C0"].why) == (step is not None)


def test_currencies_are_compared_at_home():
    invoices = [(0, -50, -20, 10_000.0, "JPY"), (1, -50, -20, 100.0, "EUR")]
    found, _ = assessed(invoices, [60, 60], rates=[0.006, np.nan])
    assert found["C0"].amounts[0].delayed > found["C1"].amounts[0].delayed
    assert found["C0"].contact_value == pytest.approx(0.6 * found["C1"].contact_value)
    assert found["C0"].loss < found["C1"].loss


def test_customers_without_a_debt_have_a_level_and_no_amounts():
    frame = ledger([(0, -50, -20, 300.0, "EUR")], [(0, "payment", 300.0, -21)], customers=1).as_of(DAY)
    model = train_risk(frame, to_date(DAY), (), NaiveRiskBackend)
    (only,) = assess(model, LGD, frame, expect(frame, []), NOTHING)
    assert only.amounts == () and only.loss == 0 and only.oldest_due_on is None and not only.is_listed
