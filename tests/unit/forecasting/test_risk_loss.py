"""Expected loss and the words on its assumption, by hand; and reasons that say what is so."""

import pytest

from hub.forecasting.days import to_date
from hub.forecasting.risk_loss import ASSUMED, expected_loss, loss_given_default
from hub.forecasting.risk_model import train_risk
from hub.forecasting.risk_reasons import SENTENCES, SUBJECTS, explain_risk
from hub.forecasting.risk_snapshots import NAMES, take_snapshots
from plugins.models.naive_risk.plugin import NaiveRiskBackend
from plugins.models.random_forest_risk.plugin import RandomForestRiskBackend
from plugins.models.xgboost_risk.plugin import XGBoostRiskBackend
from tests.unit.forecasting.test_risk_model import late_ledger
from tests.unit.forecasting.test_risk_snapshots import DAY, ledger


def test_expected_loss_by_hand():
    # 10,000 open, one in five to go 90 days late, half of it then, 45 % of that lost.
    assert expected_loss(10_000.0, 0.2, 0.5, 0.45) == 450.0


def given_up(count, paid_late):
    invoices = [(0, -300, -270, 100.0, "EUR")] * (count + paid_late + 3)
    settled = [(row, "write_off", 100.0, -100) for row in range(count)]
    settled += [(count + row, "payment", 100.0, -100) for row in range(paid_late)]
    settled.append((count + paid_late, "payment", 100.0, -269))  # one day late: says nothing of defaults
    return ledger(invoices, settled).as_of(DAY)


def test_loss_given_default_is_an_assumption_until_the_ledger_shows_write_offs():
    few = loss_given_default(given_up(4, 10))
    assert few.share == ASSUMED and not few.is_measured and few.words.startswith("An assumption: 45%")
    assert "4 write-offs" in few.words
    enough = loss_given_default(given_up(5, 15))
    assert enough.is_measured and (enough.cases, enough.write_offs) == (20, 5)
    assert enough.share == pytest.approx((5 + 0.45 * 20) / 40)
    assert "assumption" not in enough.words and "assumed 45%" in enough.words


def test_what_the_people_say_counts_before_the_ledger_which_is_told_all_the_same():
    said = loss_given_default(given_up(5, 15), 0.1)
    assert (said.share, said.is_set, said.is_measured) == (0.1, True, False)
    assert said.words.startswith("10% of what is 90 days late is never paid, as your people set it.")
    assert "Of 20 such invoices" in said.words and "5 were written off" in said.words


def test_a_write_off_after_the_day_is_not_known():
    frame = given_up(30, 0)
    assert loss_given_default(frame.as_of(DAY - 101)).cases == 0


@pytest.mark.parametrize("backend", [NaiveRiskBackend, XGBoostRiskBackend, RandomForestRiskBackend])
def test_reasons_are_sentences_about_the_customer(backend):
    frame = late_ledger(days=300)
    model = train_risk(frame, to_date(frame.day), (), NaiveRiskBackend)
    fitted = model.fitted
    if backend is not NaiveRiskBackend:
        from hub.forecasting.risk_model import learnable

        fitted = backend()
        fitted.fit(*learnable(frame), lambda share, words: None)
    snapshots = take_snapshots(frame, frame.day)
    found = explain_risk(fitted, snapshots)
    assert len(found) == len(snapshots)
    for reasons in found:
        assert len(reasons) <= 4
        assert [abs(each.contribution) for each in reasons] == sorted(
            (abs(each.contribution) for each in reasons), reverse=True
        )
        assert all(each.sentence and "nan" not in each.sentence for each in reasons)
    oldest = int(snapshots.column("oldest_overdue").argmax())
    days = snapshots.column("oldest_overdue")[oldest]
    told = [each.sentence for each in explain_risk(fitted, snapshots, most=12)[oldest]]
    assert f"Its oldest open invoice is {days:.0f} days overdue" in told


def test_every_feature_is_about_something_that_can_be_told():
    assert set(SUBJECTS) == set(NAMES)
    assert set(SUBJECTS.values()) == set(SENTENCES)
    unknown = {
        name: float("nan") for name in ("credit_score", "credit_limit_use", "industry_late_share", "payment_gap")
    }
    values = dict.fromkeys(NAMES, 0.5) | unknown
    for tell in SENTENCES.values():
        assert "nan" not in tell(values.__getitem__)
