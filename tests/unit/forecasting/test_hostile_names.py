"""Names that a debtor chose, in the files that people open: text in the report, and text in the spreadsheet."""

import csv
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest

from hub.forecasting import report
from hub.forecasting.aging import Aging
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.predictions_file import write_predictions
from hub.forecasting.results import Forecasts, Reason
from tests.unit.forecasting.forecast_ledgers import made_up_ledger

NAMES = {
    "script": "<script>alert(1)</script>",
    "attribute": "\" onmouseover=alert(1) x='",
    "event": "<img src=x onerror=alert(1)>",
    "closing": "</table></main><iframe src=//evil.example></iframe>",
    "expression": "{{ 7 * 191 }}",
    "statement": "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "attribute walk": "{{ report.__class__.__init__.__globals__ }}",
    "entity": "&lt;b&gt;",
}


class Tags(HTMLParser):
    """The tags and attributes of a document, as a browser finds them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text.append(data)


def risky(name):
    return report.RiskyInvoice(
        number=name,
        customer=name,
        due_on=date(2026, 3, 20),
        amount=1.0,
        currency=name,
        p_late30=0.4,
        expected_on=date(2026, 4, 9),
        p10_on=date(2026, 4, 1),
        p90_on=date(2026, 5, 1),
        risk_level="high",
        reasons=[Reason(feature="median", contribution=1.0, sentence=name)],
    )


def rendered(name):
    return report.render(
        report.Report(
            title=name,
            as_of=date(2026, 3, 1),
            note=name,
            model=name,
            open_invoices=1,
            aging=(Aging(currency=name, amounts=(1.0, 0.0, 0.0, 0.0, 0.0)),),
            cash_flow=None,
            backtest=None,
            riskiest=[risky(name)],
        )
    )


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_text_in_the_report_wherever_it_stands(name):
    found, plain = Tags(rendered(name)), Tags(rendered("Acme"))
    assert found.tags == plain.tags
    assert found.attributes == plain.attributes
    assert "".join(found.text).count(name) >= 6


def test_a_name_is_never_a_template():
    assert "1337" not in rendered(NAMES["expression"])
    assert "__globals__" in rendered(NAMES["attribute walk"]) and "jinja2" not in rendered(NAMES["attribute walk"])


@pytest.fixture
def hostile() -> LedgerFrame:
    frame = made_up_ledger(customers=2, days=3)
    return replace(
        frame,
        invoice_id=["=1+1", *frame.invoice_id[1:]],
        customer_id=["@SUM(A1)", "+1+cmd|' /C calc'!A0"],
        customer_name=['=HYPERLINK("https://evil.example")', "Acme; =1+1\n=2+2"],
    )


def test_no_cell_of_the_predictions_computes(hostile, tmp_path):
    count = len(hostile.invoice_id)
    half, day = np.full(count, 0.5), np.full(count, 20_000, dtype=np.int32)
    forecasts = Forecasts(
        model="naive",
        as_of=day,
        row=np.arange(count),
        p_paid_by_due=half,
        p_late30=half,
        expected=day,
        p10=day,
        p50=day,
        p90=day,
        risk=np.zeros(count, dtype=np.int8),
        start=day,
        curves=None,
    )
    reasons = [[Reason(feature="f", contribution=1.0, sentence="-2+3")]] * count
    write_predictions(tmp_path / "p.csv", hostile, forecasts, "naive", reasons)
    for delimiter in ",;\t":
        with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file, delimiter=delimiter) for cell in row]
        assert not [cell for cell in cells if cell.strip(' "')[:1] in set("=+-@") and len(cell) > 1], delimiter
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {float(row["amount"]) for row in rows} == set(hostile.amount.tolist())
