"""Day and month, point and comma: decided from whole columns, else asked."""

import pytest

from hub.sdk.errors import ConfigError
from hub.sdk.records import Invoice
from plugins.connectors.csv.evidence import DateEvidence, DecimalEvidence


def dates(*texts):
    evidence = DateEvidence()
    for text in texts:
        evidence.add(text)
    return evidence


def amounts(*texts):
    evidence = DecimalEvidence()
    for text in texts:
        evidence.add(text)
    return evidence


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["03/04/2026", "05/06/2026", "13/06/2026"], "dmy"),
        (["03/04/2026", "05/06/2026", "06/13/2026"], "mdy"),
        (["01.02.2026", "03.04.2026"], "dmy"),
        (["2026-01-02", "2026-11-12"], "ymd"),
        (["3 Mar 2026"], "ymd"),
        # One stray date is a bad row, not a doubt.
        ([f"{day}/0{month}/2026" for day in range(13, 29) for month in range(1, 10)] + ["01/13/2026"], "dmy"),
    ],
)  # fmt: skip
def test_decides_the_date_order(texts, expected):
    order, reason = dates(*texts).decide()
    assert order == expected
    assert reason


def test_asks_when_every_date_has_two_readings():
    with pytest.raises(ConfigError, match=r'"03/04/2026" is 3 April 2026 as day/month, 4 March 2026') as caught:
        dates("03/04/2026", "01/01/2026").decide()
    assert caught.value.field == "date_order"


def test_what_is_no_date_in_any_order_decides_nothing():
    assert dates("0/7/2026", "99/98/2026", "03/04/1026").decide()[0] == "ymd"


def test_asks_when_dates_disagree():
    with pytest.raises(ConfigError, match="dates disagree") as caught:
        dates("13/04/2026", "04/13/2026").decide()
    assert caught.value.field == "date_order"


def test_one_date_late_in_the_file_decides_all(read):
    rows = [f"I{number},C1,0{1 + number % 9}/0{1 + number % 8}/2026,10.50" for number in range(3_000)]
    reading = read("\n".join(["invoice_id,customer_id,issue_date,amount", *rows, "LAST,C1,25/12/2026,10.50"]))
    assert reading.plan.date_order == "dmy"
    assert not reading.errors


def test_the_answer_settles_it(read):
    text = "invoice_id,customer_id,issue_date,amount\nI1,C1,03/04/2026,10.50\n"
    with pytest.raises(ConfigError):
        read(text)
    (invoice,) = read(text, date_order="mdy").of(Invoice)
    assert invoice.issued_on.isoformat() == "2026-03-04"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.234,56"], ","),
        (["1,234.56"], "."),
        (["12,5", "1.234"], ","),
        (["1,234", "9.99"], "."),
        (["1.234.567"], ","),
        (["17828.069"], "."),  # five digits before the mark: no thousands
        (["0.125"], "."),
        (["100", "7"], "."),
        (["1,234.50 USD", "(1,000.00)"], "."),
    ],
)
def test_decides_the_decimal_mark(texts, expected):
    assert amounts(*texts).decide()[0] == expected


def test_asks_when_every_amount_has_two_readings():
    with pytest.raises(ConfigError, match=r'"1,234" is 1234 with a mark for thousands, 1.234 with') as caught:
        amounts("1,234", "500").decide()
    assert caught.value.field == "decimal"


def test_asks_when_amounts_disagree():
    with pytest.raises(ConfigError, match=r'"1\.50" and "2,50"') as caught:
        amounts("1.50", "2,50").decide()
    assert caught.value.field == "decimal"
