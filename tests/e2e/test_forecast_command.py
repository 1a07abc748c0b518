"""`paypredict forecast` and `backtest` as their users call them: from a file to files, or clear words why not."""

import csv
import json
import os
from datetime import date
from pathlib import Path

import pytest

from hub.cli import main
from plugins.connectors.csv.demo import write_demo

LEDGERS = Path(os.environ.get("PAYPREDICT_LEDGERS", Path(__file__).parents[2] / ".." / "shared" / "data"))
NEEDS_LEDGERS = pytest.mark.skipif(
    not (LEDGERS / "ar_ibm.csv").exists(),
    reason=f"the real ledgers are not in {LEDGERS}; set PAYPREDICT_LEDGERS to their folder",
)
REQUIRED = {
    *("invoice_id", "customer_id", "amount", "currency", "due_date", "p_paid_by_due", "p_late30", "expected_date"),
    *("p10_date", "p50_date", "p90_date", "risk_level", "model", "top_reasons"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "demo.csv"
    write_demo(path, invoices=1000, seed=3, today=date(2026, 6, 30))
    return path


def run(*arguments):
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return ended.value.code or 0


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_writes_predictions_and_a_report_and_leaves_nothing_else(folder, demo, capsys):
    assert run("forecast", demo, "--json") == 0
    assert {path.name for path in folder.iterdir()} == {"predictions.csv", "report.html"}
    found = rows(folder / "predictions.csv")
    assert found[0].keys() >= REQUIRED
    for row in found:
        assert "2026-06-30" < row["p10_date"] <= row["p50_date"] <= row["p90_date"]
        assert 0 <= float(row["p_paid_by_due"]) <= 1 and 0 <= float(row["p_late30"]) <= 1
        assert float(row["open_amount"]) > 0 and row["top_reasons"]
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert summary["forecasts"] == len(found) and set(summary["open"]) == {"EUR", "USD"}
    assert all(one["p10"] <= one["expected"] <= one["p90"] for one in summary["expected_in_4_weeks"].values())
    assert "invoice_id" in printed.err  # the mapping it chose


def test_as_of_does_not_look_at_what_came_later(folder, demo):
    otherwise = rows(demo)
    for row in otherwise:
        if row["paid_date"] > "2026-03-31":
            row["paid_date"] = "2026-06-30"
    with (folder / "otherwise.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, otherwise[0].keys())
        writer.writeheader()
        writer.writerows(otherwise)
    assert run("forecast", demo, "--as-of", "2026-03-31", "--out", "a.csv") == 0
    assert run("forecast", "otherwise.csv", "--as-of", "2026-03-31", "--out", "b.csv") == 0
    assert (folder / "a.csv").read_bytes() == (folder / "b.csv").read_bytes()


def test_upcoming_invoices_are_forecast_on_request(folder, demo):
    assert run("forecast", demo, "--as-of", "2026-04-30", "--out", "open.csv", "--report", "o.html") == 0
    assert (
        run("forecast", demo, "--as-of", "2026-04-30", "--include-upcoming", "--out", "all.csv", "--report", "a.html")
        == 0
    )
    only = {row["invoice_id"] for row in rows(folder / "all.csv")} - {
        row["invoice_id"] for row in rows(folder / "open.csv")
    }
    issued = {row["invoice_id"]: row["issue_date"] for row in rows(demo)}
    assert only and all(issued[name] > "2026-04-30" for name in only)


def test_backtest_forecasts_each_later_invoice_from_its_own_day(folder, demo, capsys):
    assert run("backtest", demo, "--train-until", "2026-03-31", "--out", "backtest.csv") == 0
    shown = capsys.readouterr().err
    assert "Backtest" in shown and "customer median" in shown
    found = rows(folder / "backtest.csv")
    assert found and all(row["issue_date"] > "2026-03-31" and row["p10_date"] >= row["issue_date"] for row in found)


HEADER = "invoice_id,customer_id,issue_date,due_date,amount,paid_date\n"
BAD = HEADER + "A1,C1,2026-01-02,2026-02-01,100.00,\nA2,C1,2026-01-05,2026-02-04,ten,\n"


def test_a_bad_row_stops_everything_and_is_named(folder, capsys):
    (folder / "bad.csv").write_text(BAD)
    assert run("forecast", "bad.csv") == 2
    shown = capsys.readouterr().err
    assert "ten" in shown and "amount" in shown and "3" in shown and "--skip-bad" in shown
    assert {path.name for path in folder.iterdir()} == {"bad.csv"}


def test_skip_bad_sets_bad_rows_aside(folder, capsys):
    (folder / "bad.csv").write_text(BAD)
    assert run("forecast", "bad.csv", "--skip-bad") == 0
    assert [row["invoice_id"] for row in rows_bom(folder / "bad.rejects.csv")] == ["A2"]
    assert "No forecast" in capsys.readouterr().err  # one unpaid invoice teaches nothing
    assert "report.html" in {path.name for path in folder.iterdir()}


def rows_bom(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_small_ledger_gets_the_naive_backend_and_is_told_so(folder, capsys):
    lines = [
        f"A{day},C{day % 3},2026-01-{day:02},2026-02-{day:02},100.00,{f'2026-02-{day + 2:02}' if day < 20 else ''}"
        for day in range(1, 26)
    ]
    (folder / "small.csv").write_text(HEADER + "\n".join(lines))
    assert run("forecast", "small.csv") == 0
    assert {row["model"] for row in rows(folder / "predictions.csv")} == {"naive"}
    assert "too few for xgboost_hazard" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["forecast", "missing.csv"], "missing.csv"),
        (["forecast", "ledger.csv", "--column", "invoice_id"], "FIELD=HEADER"),
        (["forecast", "ledger.csv", "--as-of", "yesterday"], "--as-of"),
        (["backtest", "ledger.csv"], "--train-until"),
    ],
)
def test_wrong_usage_exits_with_2_and_names_the_option(folder, capsys, arguments, words):
    (folder / "ledger.csv").write_text(BAD)
    assert run(*arguments) == 2
    assert words in capsys.readouterr().err


@NEEDS_LEDGERS
@pytest.mark.ledgers
def test_the_open_book_is_aged_and_refused_a_model(folder, capsys):
    assert run("forecast", LEDGERS / "ar_highradius_open_book.csv") == 0
    shown = " ".join(capsys.readouterr().err.split())
    assert "No forecast" in shown and "nothing to learn" in shown
    assert {path.name for path in folder.iterdir()} == {"report.html"}


@NEEDS_LEDGERS
@pytest.mark.ledgers
def test_a_real_ledger_goes_through_without_hand_editing(folder, capsys):
    assert run("forecast", LEDGERS / "ar_ibm.csv", "--as-of", "2013-03-31") == 0
    assert {row["model"] for row in rows(folder / "predictions.csv")} == {"xgboost_hazard"}
