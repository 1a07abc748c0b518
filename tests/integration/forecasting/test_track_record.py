"""The track record: forecasts scored once the truth is known, against a slow count of the same; and what follows."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import text

from hub import registry as plugins
from hub.app import create_app
from hub.connections import notices
from hub.forecasting import catalogue, champion, engine, jobs, registry, retention, track
from hub.forecasting.days import to_date
from hub.forecasting.model_store import ModelStore
from hub.forecasting.settlement import Outcome
from hub.forecasting.training import Candidate, train_best
from hub.jobs.context import JobContext
from hub.tenants import service as tenants
from plugins.models.naive.plugin import NaiveBackend
from tests.integration.forecasting.transactions import within
from tests.integration.identity.callers import machine
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

DAYS = 330
TODAY = to_date(FIRST_DAY + DAYS)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
RUNS = range(FIRST_DAY + 200, FIRST_DAY + DAYS, 7)


class Other(NaiveBackend):
    slug = "other"


@pytest.fixture(scope="module")
def frame():
    made = made_up_ledger(days=DAYS)
    return replace(made, invoice_id=np.array([uuid4() for _ in range(len(made))], dtype=object)).as_of(FIRST_DAY + DAYS)


@pytest.fixture(scope="module")
def trained(frame):
    return train_best(frame, to_date(FIRST_DAY + 199), [Candidate(slug="naive", version="1", backend=NaiveBackend)])


def forecast(storage, tenant, frame, trained, *, backend="naive", worse_by=0):
    """A champion of a backend, and its weekly runs over the last months; `worse_by` days off."""
    with storage.tenant(tenant) as session:
        model = replace(trained.champion, model=replace(trained.champion.model, backend=backend))
        model_id = registry.register(session, model, ModelStore().put(tenant, engine.dump(model.model)), NOW)
        for day in RUNS:
            found = engine.forecast(trained.champion.model, frame.as_of(day), to_date(day))
            found = replace(found, row=_rows(frame, frame.as_of(day), found.row), expected=found.expected + worse_by)
            run_id = session.scalar(
                text("""
                    insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                    values (:model, :day, now(), :n, '{}') returning id
                """),
                {"model": model_id, "day": to_date(day), "n": len(found)},
            )
            champion.write_predictions(session, run_id, frame, found, {})
    return model_id


def _rows(frame, known, rows):
    at = {invoice: row for row, invoice in enumerate(frame.invoice_id.tolist())}
    return np.array([at[invoice] for invoice in known.invoice_id[rows].tolist()])


@pytest.fixture(scope="module")
def forecast_before(storage, tenant, frame, trained):
    return forecast(storage, tenant, frame, trained)


def counted_slowly(session, frame):
    """By month and horizon: how many forecasts, and their errors, one invoice at a time."""
    found = defaultdict(list)
    made = defaultdict(list)
    rows = session.execute(
        text("""
            select p.invoice_id, r.as_of, p.expected_on, p.p10_on, p.p90_on from predictions p
            join forecast_runs r on r.id = p.run_id order by r.id
        """)
    )
    for invoice, *rest in rows:
        made[invoice].append(rest)
    for row in np.flatnonzero(frame.outcome == Outcome.PAID):
        paid, due = to_date(int(frame.closed[row])), to_date(int(frame.due[row]))
        before = [each for each in made[frame.invoice_id[row]] if each[0] < paid]
        if before:
            found[paid.replace(day=1), "first"].append((before[0], paid))
        for name, days in (("d30", 30), ("d14", 14), ("d7", 7)):
            near = [each for each in before if days <= (due - each[0]).days < days + 7]
            if near:
                found[paid.replace(day=1), name].append((near[-1], paid))
    return found


def test_forecasts_are_counted_as_by_hand(storage, tenant, frame, forecast_before):
    with storage.tenant(tenant) as session:
        kept = track.keep(within(session), frame, TODAY)
        expected = counted_slowly(session, frame)
        rows = session.execute(
            text("""
                select month, horizon, sum(n), sum(sum_error), sum(sum_bias), sum(covered)
                from forecast_scores group by 1, 2
            """)
        ).all()
    assert kept.count == sum(len(each) for each in expected.values()) > 500
    assert {(month, horizon) for month, horizon, *_ in rows} == set(expected)
    for month, horizon, n, error, bias, covered in rows:
        each = expected[month, horizon]
        days = [(made[1] - paid).days for made, paid in each]
        assert n == len(each) and bias == sum(days) and error == sum(map(abs, days))
        assert covered == sum(made[2] <= paid <= made[3] for made, paid in each)


def test_counting_again_changes_nothing_and_older_months_stay(storage, tenant, frame, forecast_before):
    everything = text("select * from forecast_scores order by month, model_id, horizon, history, amount, currency")
    with storage.tenant(tenant) as session:
        track.keep(within(session), frame, TODAY)
        before = session.execute(everything).all()
        session.execute(
            text("update forecast_scores set n = n + 1000 where month < date_trunc('month', :d - 40)"), {"d": TODAY}
        )
        kept = track.keep(within(session), frame, TODAY)
        after = session.execute(everything).all()
    old = [row for row in after if row.n > 1000]
    assert 0 < kept.months <= track.MONTHS_OPEN and len(after) == len(before) and old
    assert [row for row in after if row.n < 1000] == [
        row for row in before if row.month >= min(r.month for r in after if r.n < 1000)
    ]


def test_the_accuracy_endpoint_adds_up(storage, settings, frame, trained):
    key = tenants.create(storage, "Accuracy adds up").key
    model_id = forecast(storage, key, frame, trained)
    with storage.tenant(key) as session:
        track.keep(within(session), frame, TODAY)
        n, error = session.execute(
            text("select sum(n), sum(sum_error) / sum(n) from forecast_scores where horizon = 'first'")
        ).one()
        shown = catalogue.accuracy(session, {"horizon": "first"}, since=date(2000, 1, 1))
        other = catalogue.accuracy(session, {"horizon": "first", "model": "xgboost_aft"}, since=TODAY)
    assert shown["overall"]["n"] == n and shown["overall"]["mae"] == pytest.approx(error)
    assert sum(each["n"] for each in shown["months"]) == n and {each["model"] for each in shown["months"]} == {"naive"}
    for name in ("history", "amount", "currency"):
        assert sum(each["n"] for each in shown["segments"] if each["segment"] == name) == n, name
    assert sum(each["n"] for each in shown["reliability"]) == shown["overall"]["n_due"]
    assert all(0 <= each["share_paid"] <= 1 for each in shown["reliability"]) and 0 <= shown["overall"]["ece"] < 0.5
    assert other["overall"]["n"] == 0 and other["overall"]["mae"] is None
    client = machine(create_app(settings, storage), storage, key)
    answer = client.get(f"/api/accuracy?months=60&model_id={model_id}&horizon=d7")
    assert answer.status_code == 200 and answer.json["champion"]["id"] == str(model_id)
    assert client.get("/api/accuracy?months=0").status_code == 422
    assert client.get("/api/accuracy?horizon=d3").status_code == 422


def context_of(storage, settings, tenant):
    return JobContext(storage=storage, settings=settings, registry=plugins.load(), tenant=tenant, work_id=uuid4())


@pytest.fixture
def nightly(storage, settings, frame, monkeypatch):
    """The nightly work on the made-up ledger, as of its last day."""

    def work(tenant):
        monkeypatch.setattr(champion, "load_frame", lambda session, as_of: frame)
        monkeypatch.setattr(jobs, "_today", lambda context: TODAY)
        return jobs.keep_track(context_of(storage, settings, tenant))

    return work


def kinds(session):
    return session.execute(text("select kind, why from model_changes order by id")).all()


def test_a_model_worse_than_naive_gives_way_to_it_and_the_admins_are_told(storage, frame, trained, nightly):
    key = tenants.create(storage, "Worse than naive").key
    model_id = forecast(storage, key, frame, trained, backend="other", worse_by=25)
    done = nightly(key)
    with storage.tenant(key) as session:
        now, told = registry.champion(session), notices.list_notices(session, open=True, limit=5)
        changes = kinds(session)
        worked = session.scalars(text("select kind from hub.work where tenant_key = :key"), {"key": key}).all()
        card = catalogue.get_model(session, model_id)
    assert done["scored"] > 500 and "worse than that" in done["alarms"][0]
    assert now.backend == "naive" and card["status"] == "retired" and card["drift"]["error"]["worse_than_naive"]
    assert [kind for kind, _ in changes] == ["trained", "replaced"] and "worse" in changes[1].why
    assert [each["kind"] for each in told] == ["model_replaced"] and worked == ["forecasting.score"]


def test_a_pinned_one_stays_and_the_admins_are_told_all_the_same(storage, frame, trained, nightly):
    key = tenants.create(storage, "Worse but pinned").key
    model_id = forecast(storage, key, frame, trained, backend="other", worse_by=25)
    with storage.tenant(key) as session:
        session.execute(text("update forecast_models set pinned_at = now()"))
    nightly(key)
    with storage.tenant(key) as session:
        assert registry.champion(session).id == model_id
        (told,) = notices.list_notices(session, open=True, limit=5)
    assert "pinned" in told["text"]


def test_a_model_that_does_well_is_left_alone(storage, frame, trained, nightly):
    key = tenants.create(storage, "Does well").key
    model_id = forecast(storage, key, frame, trained)
    done = nightly(key)
    with storage.tenant(key) as session:
        assert registry.champion(session).id == model_id
        assert notices.list_notices(session, open=True, limit=5) == []
        assert catalogue.get_model(session, model_id)["drift"]["error"]["n"] > 100
    assert done["alarms"] == []


def test_errors_beyond_the_backtest_have_a_model_trained_anew(storage, frame, trained, nightly):
    """Not worse than naive, but far from what the backtest promised."""
    key = tenants.create(storage, "Error shift").key
    forecast(storage, key, frame, trained, backend="other")
    with storage.tenant(key) as session:
        session.execute(
            text("update forecast_models set backtest = jsonb_set(backtest, '{model,mae}', '0.5'), as_of = :day"),
            {"day": TODAY - timedelta(days=9)},
        )
    done = nightly(key)
    with storage.tenant(key) as session:
        worked = session.scalars(text("select kind from hub.work where tenant_key = :key"), {"key": key}).all()
    assert "in the backtest" in done["alarms"][0] and worked == ["forecasting.train"]


def test_without_models_or_payments_there_is_nothing_to_say(storage, frame, nightly):
    key = tenants.create(storage, "Nothing forecast").key
    assert nightly(key) == {"scored": 0, "months": 0, "alarms": []}
    with storage.tenant(key) as session:
        assert catalogue.accuracy(session, {}, since=TODAY)["champion"] is None


def test_old_predictions_are_thinned_and_the_track_record_loses_nothing(storage, frame, trained):
    """Of weeks long past one run stays, and of each invoice its first forecast."""
    key = tenants.create(storage, "Thinned").key
    forecast(storage, key, frame, trained)
    with storage.tenant(key) as session:
        # Two runs a week, long ago, the newest aside.
        session.execute(text("update forecast_runs set made_at = date '2020-01-06' + (id * 3)::int"))
        session.execute(text("update forecast_runs set made_at = now() where id = (select max(id) from forecast_runs)"))
        track.keep(within(session), frame, TODAY)
        first = text("select invoice_id, min(run_id) from predictions group by 1 order by 1")
        before, count = session.execute(first).all(), session.scalar(text("select count(*) from predictions"))
        while retention.forget_superseded(session, datetime(2019, 1, 1, tzinfo=UTC), 500):
            pass
        runs = session.scalar(text("select count(distinct run_id) from predictions"))
        after, left = session.execute(first).all(), session.scalar(text("select count(*) from predictions"))
        session.execute(text("update forecast_models set status = 'retired', trained_at = '2018-01-01'"))
        retention.forget_superseded(session, datetime(2019, 1, 1, tzinfo=UTC), 500)
        assert len(catalogue.list_models(session)) == 1  # it is named by the track record
    assert after == before and 0 < left < 0.75 * count and runs == len(RUNS)
