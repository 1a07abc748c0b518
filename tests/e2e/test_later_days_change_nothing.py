"""Whatever is shuffled after the day of a forecast, the forecast stays what it was, to the letter: reasons and all."""

import csv
import os
import random
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from bench.real_ledgers import read as frame_of
from hub import registry
from hub.cli import ledger_file, main
from hub.forecasting import engine, training
from hub.forecasting.days import NEVER, to_date, to_day
from hub.forecasting.record import canonical
from plugins.models.sklearn_quantile import plugin as sklearn_quantile
from plugins.models.xgboost_aft import plugin as xgboost_aft
from plugins.models.xgboost_hazard import plugin as xgboost_hazard
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

LEDGERS = Path(os.environ.get("PAYPREDICT_LEDGERS", Path(__file__).parents[2] / ".." / "shared" / "data"))
NEEDS_LEDGERS = pytest.mark.skipif(
    not (LEDGERS / "ar_ibm.csv").exists(),
    reason=f"the real ledgers are not in {LEDGERS}; set PAYPREDICT_LEDGERS to their folder",
)
DATES = ("issue_date", "due_date", "clear_date", "status")


def shuffled(source: Path, target: Path, day: str) -> None:
    """The same ledger up to `day`; what happened later has other dates, customers and amounts."""
    draw = random.Random(day)
    rows = read(source)
    paid_later = [row for row in rows if row["issue_date"] <= day and not ("" < row["clear_date"] <= day)]
    issued_later = [row for row in rows if row["issue_date"] > day]
    assert len(paid_later) > 20 and len(issued_later) > 20
    exchange(draw, paid_later, ("clear_date", "status"))
    exchange(draw, issued_later, DATES)
    exchange(draw, issued_later, ("amount",))
    exchange(draw, issued_later, [name for name in rows[0] if name.startswith("customer")])
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_made_up(path: Path) -> None:
    frame = made_up_ledger(per_day=4.0)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("invoice_id", "customer_id", "issue_date", "due_date", "amount", "currency", *DATES[2:]))
        for row, paid in enumerate(frame.paid):
            dates = to_date(frame.issued[row]), to_date(frame.due[row])
            end = (to_date(paid), "paid") if paid < NEVER else ("", "open")
            customer, currency = frame.customer_id[frame.customer[row]], frame.currencies[frame.currency[row]]
            writer.writerow((frame.invoice_id[row], customer, *dates, frame.amount[row], currency, *end))


def exchange(draw: random.Random, rows: list[dict[str, str]], names) -> None:
    """Deal out what these columns hold among the rows, the columns together."""
    held = [{name: row[name] for name in names if name in row} for row in rows]
    draw.shuffle(held)
    for row, given in zip(rows, held, strict=True):
        row.update(given)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(*arguments) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    assert not ended.value.code


@pytest.fixture(
    params=[
        pytest.param(("made up", to_date(FIRST_DAY + 240).isoformat()), id="made up"),
        pytest.param(("ar_ibm.csv", "2013-03-31"), id="ibm", marks=[NEEDS_LEDGERS, pytest.mark.ledgers]),
        pytest.param(
            ("ar_highradius.csv", "2019-08-31"),
            id="highradius",
            marks=[NEEDS_LEDGERS, pytest.mark.ledgers, pytest.mark.slow],
        ),
    ]
)
def ledger(request, tmp_path, monkeypatch):
    """A ledger and a day in the middle of it."""
    monkeypatch.chdir(tmp_path)
    name, day = request.param
    path = LEDGERS / name
    if name == "made up":
        path = tmp_path / "made_up.csv"
        write_made_up(path)
    return path.resolve(), day


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A tenth of the trees and one day of contest: no other code runs with more of them, only for longer."""
    for plugin, names in (
        (xgboost_hazard, ("DEEP_ROUNDS", "SHALLOW_ROUNDS")),
        (xgboost_aft, ("ROUNDS", "SHALLOW_ROUNDS")),
        (sklearn_quantile, ("ROUNDS", "SHALLOW_ROUNDS")),
    ):
        for name in names:
            monkeypatch.setattr(plugin, name, getattr(plugin, name) // 10)
    monkeypatch.setattr(ledger_file, "train_best", partial(training.train_best, most_origins=1))


def test_the_open_book_is_forecast_from_what_was_known(ledger, tmp_path):
    path, day = ledger
    other = tmp_path / "other.csv"
    shuffled(path, other, day)
    for source, out in ((path, "as_it_was.csv"), (other, "shuffled.csv")):
        run("forecast", source, "--as-of", day, "--out", tmp_path / out)
    assert len(read(tmp_path / "as_it_was.csv")) > 20
    assert (tmp_path / "as_it_was.csv").read_bytes() == (tmp_path / "shuffled.csv").read_bytes()


def test_the_past_is_forecast_from_what_was_known_then(ledger, tmp_path):
    path, day = ledger
    trained_until = date.fromordinal(date.fromisoformat(day).toordinal() - 30).isoformat()
    other = tmp_path / "other.csv"
    shuffled(path, other, day)
    found = []
    for source, out in ((path, tmp_path / "as_it_was.csv"), (other, tmp_path / "shuffled.csv")):
        run("backtest", source, "--train-until", trained_until, "--out", out)
        found.append([row for row in read(out) if row["issue_date"] <= day])
    assert len(found[0]) > 20
    # What is open is stated as of the ledger's end.
    told = [[{name: row[name] for name in row if name != "open_amount"} for row in rows] for rows in found]
    assert told[0] == told[1]


@pytest.mark.parametrize("slug", ["xgboost_hazard", "xgboost_aft", "sklearn_quantile", "naive"])
def test_each_backend_learns_and_forecasts_from_what_was_known(slug, tmp_path):
    """Whichever wins on a ledger, none has seen a later day: the same model to the byte, the same forecasts."""
    day, backend = to_date(FIRST_DAY + 240), registry.load().load(slug)
    whole, other = tmp_path / "made_up.csv", tmp_path / "other.csv"
    write_made_up(whole)
    shuffled(whole, other, day.isoformat())
    found = []
    for source in (whole, other):
        frame = canonical(frame_of(source).as_of(to_day(day)))
        model = engine.train(frame, day, backend, backend)
        forecasts = engine.forecast(model, frame, day)
        some = forecasts.row[:40]
        found.append(
            (
                engine.dump(model),
                frame.invoice_id[forecasts.row].tolist(),
                forecasts.curves.paid_by.tobytes(),
                forecasts.expected.tolist(),
                forecasts.p_paid_by_due.tolist(),
                engine.explain(model, frame, day, some),
            )
        )
    assert model.backend == slug and len(found[0][1]) > 20
    assert found[0] == found[1]
