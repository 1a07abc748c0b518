"""Bad rows: each is named with line, column, value and what was expected, and none is stored by default."""

import csv

import pytest

from hub.sdk.connector import FileConnector
from hub.sdk.errors import ConfigError
from hub.sdk.records import Invoice
from plugins.connectors.csv.plugin import CsvConnector, problems, write_rejects

HEAD = "invoice_id,customer_id,issue_date,due_date,amount,currency,status,balance,paid_date,paid_amount,disputed,type\n"
GOOD = "I0,C1,13/01/2026,13/02/2026,10.50,USD,open,,,,,\n"


@pytest.mark.parametrize(
    ("row", "field", "value", "expected"),
    [
        ("I1,C1,31/02/2026,13/02/2026,10.50,,,,,,,", "issue_date", "31/02/2026", "day/month/year"),
        ("I1,C1,,13/02/2026,10.50,,,,,,,", "issue_date", "", "a date"),
        ("I1,C1,13/01/2026,soon 1,10.50,,,,,,,", "due_date", "soon 1", "day/month/year"),
        ("I1,C1,13/01/2026,13/02/2026,ten,,,,,,,", "amount", "ten", "an amount"),
        ("I1,C1,13/01/2026,13/02/2026,,,,,,,,", "amount", "", "an amount"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,XXQ,,,,,,", "currency", "XXQ", "ISO 4217"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,maybe,,,,,", "status", "maybe", "written off"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,open,11,,,,", "balance", "11", "at most the amount"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,paid,1,,,,", "balance", "1", "0"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,open,8,13/02/2026,5,,", "balance", "8", "5.50"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,partial,,,,,", "paid_amount", "", "the amount paid"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,open,,13/02/2026,,,", "paid_date", "13/02/2026", "no payment date"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,,,,,perhaps,", "disputed", "perhaps", "yes or no"),
        ("I1,C1,13/01/2026,13/02/2026,10.50,,,,,,,banana", "type", "banana", "Credit memo"),
        ("I1,,13/01/2026,13/02/2026,10.50,,,,,,,", "customer_id", "", "a customer"),
        (",C1,13/01/2026,13/02/2026,10.50,,,,,,,", "invoice_id", "", "the invoice's number"),
    ],
)
def test_names_line_column_value_and_expectation(read, row, field, value, expected):
    reading = read(HEAD + GOOD + row + "\n")
    (error,) = reading.errors
    assert (error.line, error.field, error.value) == (3, field, value)
    assert expected in error.expected
    assert str(error).startswith(f'line 3, column "{field}": ')
    assert [each.external_id for each in reading.of(Invoice)] == ["I0"]


def test_names_the_columns_as_the_file_does(read):
    reading = read("No;Kunde;Rechnungsdatum;Betrag\nR1;K1;31.12.2026;9,50\nR2;K1;32.12.2026;9,50\n")
    assert str(reading.errors[0]) == (
        'line 3, column "Rechnungsdatum": "32.12.2026" where a date from 1990 on, day/month/year, as in 31/12/2026 '
        "was expected"
    )


def test_a_delimiter_without_quotes_is_a_bad_row(read):
    reading = read(HEAD + GOOD + "I1,C1,13/01/2026,13/02/2026,1,200.50,USD,open,,,,,invoice\n")
    assert "has more cells than the header" in str(reading.errors[0])


def test_the_same_invoice_stated_otherwise_names_both_lines(read):
    reading = read(HEAD + GOOD + GOOD.replace("10.50", "99.50") + GOOD.replace("I0", "I9"))
    (error,) = reading.errors
    assert (error.line, error.field, error.value) == (3, "invoice_id", "I0")
    assert "line 2" in str(error)
    assert [each.external_id for each in reading.of(Invoice)] == ["I0", "I9"]


def test_exact_copies_are_dropped_and_counted(read):
    reading = read(HEAD + GOOD + GOOD.replace("I0", "I1") + GOOD + GOOD)
    assert reading.plan.repeats.copies == 2
    assert len(reading.items) == 2
    assert not reading.errors


def test_a_further_payment_needs_its_amount(read):
    row = "I1,C1,13/01/2026,13/02/2026,10.50,USD,,,{},{},,\n"
    (error,) = read(HEAD + row.format("14/02/2026", 5) + row.format("15/02/2026", "")).errors
    assert (error.line, error.field) == (3, "paid_amount")


def test_nothing_is_read_until_the_file_is_clean(read, tmp_path):
    path = read(HEAD + GOOD + GOOD.replace("I0", "I1").replace("10.50", "?")).path
    connector = CsvConnector({"path": str(path)})
    with pytest.raises(ConfigError, match=r'line 3, column "amount".*skip_bad') as caught:
        next(connector.read("rows", None))
    assert caught.value.field == "skip_bad"
    with pytest.raises(ConfigError):
        connector.check()


def test_rejects_are_written_so_that_they_can_be_mended_and_imported(read, tmp_path):
    bad = 'I1,C1,13/01/2026,13/02/2026,"=HYPERLINK(""x"")",USD,open,,,,,\nI2,C1,13/01/2026,13/02/2026,-5.5x,USD,,,,,,\n'
    reading = read(HEAD + GOOD + bad)
    out = tmp_path / "rejects.csv"
    assert write_rejects(reading.path, reading.plan, out) == 2
    with out.open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [each["invoice_id"] for each in rejected] == ["I1", "I2"]
    assert rejected[0]["amount"] == '\'=HYPERLINK("x")'  # no spreadsheet will compute it
    assert rejected[1]["amount"] == "-5.5x"
    assert [each["rejected line"] for each in rejected] == ["3", "4"]
    assert 'column "amount"' in rejected[0]["problem"]
    mended = out.read_text(encoding="utf-8-sig").replace("-5.5x", "5.5").replace('\'=HYPERLINK(""x"")', "7.5")
    again = read(mended, date_order="dmy")
    assert [each.external_id for each in again.of(Invoice)] == ["I1", "I2"]


def test_the_connector_offers_what_the_hub_asks_of_files(read, tmp_path):
    reading = read(HEAD + GOOD + GOOD.replace("I0", "I1").replace("10.50", "?"))
    connector: FileConnector = CsvConnector({"path": str(reading.path)})
    assert connector.preview()["rows"] == 2
    assert [error.line for error in connector.problems()] == [3]
    assert connector.write_rejects(tmp_path / "rejects.csv") == 1


def test_rejects_of_a_grouped_report_name_their_customer(read, tmp_path):
    reading = read(",Date,Num,Amount\nBluebell,,,\n,13/01/2026,7,x\n,13/01/2026,8,1.50\n")
    out = tmp_path / "rejects.csv"
    write_rejects(reading.path, reading.plan, out)
    assert "Bluebell,,13/01/2026,7,x,3," in out.read_text(encoding="utf-8-sig")


def test_problems_reports_progress_and_the_plan_belongs_to_its_file(read, tmp_path):
    reading = read(HEAD + "".join(GOOD.replace("I0", f"I{number}") for number in range(20_001)))
    told = []
    assert not list(problems(reading.path, reading.plan, lambda share, text: told.append((share, text))))
    assert told[0][1] == "checked 20,000 rows"
    assert 0 < told[0][0] <= 1
    with pytest.raises(ConfigError, match="plan was made for"):
        list(problems(tmp_path / "other.csv", reading.plan))
