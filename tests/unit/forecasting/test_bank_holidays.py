"""Bank holidays: which invoices they lie around, and that nothing is forecast for a day on which nothing is paid."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hub.forecasting.bank_holidays import BankHolidays
from hub.forecasting.days import NEVER, to_day
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.samples import training_sample
from hub.sdk.forecaster import HOLIDAY_DELAYS
from plugins.models.xgboost_hazard.grid import Calendar
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend

MEMORIAL_DAY, INDEPENDENCE_DAY = to_day(date(2019, 5, 27)), to_day(date(2019, 7, 4))


def ledger(*, due: list[int], currency: list[str], country: str = "", late: list[int] | None = None) -> LedgerFrame:
    """Invoices of ten customers of one country, paid `late` days after due; open without it."""
    count = len(due)
    settled = np.arange(count if late else 0)
    return LedgerFrame.from_columns(
        day=NEVER,
        invoice_id=[f"I{at}" for at in range(count)],
        number=[str(at) for at in range(count)],
        customer=[at % 10 for at in range(count)],
        customer_id=[f"C{at}" for at in range(10)],
        customer_name=[f"C{at}" for at in range(10)],
        country=[country] * 10,
        currency=currency,
        issued=[day - 20 for day in due],
        due=due,
        amount=[100.0] * count,
        status=["open"] * count,
        terms=[""] * count,
        disputed=[False] * count,
        settled_row=settled,
        settled_kind=["payment"] * len(settled),
        settled_amount=[100.0] * len(settled),
        applied=(np.array(due) + np.array(late))[settled] if late else settled,
        reversed_=[NEVER] * len(settled),
    )


def holidays_around(frame: LedgerFrame, row: int = 0) -> list[int]:
    """The days from due that are holidays."""
    return HOLIDAY_DELAYS[BankHolidays(frame).around(np.array([row]))[0] > 0].tolist()


@pytest.mark.parametrize(
    ("currency", "country", "due", "expected"),
    [
        ("USD", "", date(2019, 7, 1), [3]),
        ("CAD", "", date(2019, 7, 1), [0]),
        ("USD", "ca", date(2019, 7, 1), [0]),  # the customer's country goes before that of the currency
        ("EUR", "", date(2019, 4, 20), [-1, 2, 11]),  # Good Friday, Easter Monday, Labour Day
        ("EUR", "DE", date(2019, 10, 1), [2]),
        ("USD", "391", date(2019, 7, 1), [3]),  # not a country
        ("XAU", "", date(2019, 7, 1), []),  # of no country
        ("USD", "", date(2019, 12, 20), [5, 12]),  # Christmas, and New Year's Day of the next year
        ("USD", "", date(9999, 12, 20), []),
        ("USD", "", date(1800, 7, 4), []),
    ],
)
def test_holidays_are_those_where_it_is_paid_from(currency: str, country: str, due: date, expected: list[int]):
    assert holidays_around(ledger(due=[to_day(due)], currency=[currency], country=country)) == expected


def test_each_invoice_has_those_of_its_own_currency():
    frame = ledger(due=[INDEPENDENCE_DAY] * 2, currency=["USD", "CAD"])
    assert (holidays_around(frame, 0), holidays_around(frame, 1)) == ([0], [-3])


def paid_ledger(*, on_holidays: bool) -> LedgerFrame:
    """A hundred days of a US ledger in which everything is paid on the first open day from due."""
    rng = np.random.default_rng(0)
    due = rng.integers(MEMORIAL_DAY - 50, MEMORIAL_DAY + 50, 3000)
    closed = set() if on_holidays else {MEMORIAL_DAY, INDEPENDENCE_DAY}
    late = []
    for day in due:
        paid = day + rng.integers(0, 3)
        while paid in closed or (paid + 3) % 7 > 4:
            paid += 1
        late.append(int(paid - day))
    return ledger(due=due.tolist(), currency=["USD"] * len(due), late=late)


@pytest.mark.parametrize("on_holidays", [True, False])
def test_whether_payments_come_in_on_holidays_is_learnt(on_holidays: bool):
    sample = training_sample(History(paid_ledger(on_holidays=on_holidays).as_of(MEMORIAL_DAY + 60)))
    paid = sample.observed.paid
    calendar = Calendar.learn(sample.observed.last[paid], sample.cases.take(paid))
    assert calendar.on_holidays is on_holidays
    assert calendar.weekdays.tolist() == [True] * 5 + [False] * 2


def test_a_payment_counts_on_the_first_open_day():
    frame = ledger(due=[MEMORIAL_DAY - 3, INDEPENDENCE_DAY], currency=["USD"] * 2)
    cases = build_cases(History(frame), np.arange(2), frame.issued)
    weekdays = np.array([True] * 5 + [False] * 2)
    saturday, the_fourth = MEMORIAL_DAY - 2, INDEPENDENCE_DAY
    days = np.array([saturday, the_fourth], dtype=np.int32)
    closed, open_ = (Calendar(weekdays, on_holidays=answer).next_open(days, cases) for answer in (False, True))
    assert closed.tolist() == [MEMORIAL_DAY + 1, the_fourth + 1]
    assert open_.tolist() == [MEMORIAL_DAY, the_fourth]


def test_nothing_is_forecast_for_a_holiday():
    whole = paid_ledger(on_holidays=False)
    known = whole.as_of(MEMORIAL_DAY + 20)
    sample = training_sample(History(known))
    backend = XGBoostHazardBackend()
    backend.residual = None
    backend.fit(sample.cases, sample.observed, lambda _share, _words: None)
    backend.residual = None  # it and the habits do not know the calendar
    upcoming = ledger(due=[INDEPENDENCE_DAY - 1] * 10, currency=["USD"] * 10)
    rows, seen = np.arange(10), upcoming.issued
    cases = build_cases(History(upcoming), rows, seen)
    without = replace(cases, profiles={**cases.profiles, "holiday": np.zeros_like(cases.profiles["holiday"])})

    def on_the_fourth(curves):
        at = (curves.ends < INDEPENDENCE_DAY).sum(axis=1)
        row = np.arange(len(curves.ends))
        return (curves.paid_by[row, at] - curves.paid_by[row, at - 1]).mean()

    assert on_the_fourth(backend.predict(cases)) < 0.5 * on_the_fourth(backend.predict(without))
