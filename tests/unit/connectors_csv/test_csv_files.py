"""Files as they come: encodings, delimiters, titles, workbooks, and files that are none or mean harm."""

import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from hub.sdk.errors import ConfigError
from hub.sdk.records import Customer, Invoice
from plugins.connectors.csv import text as text_file
from plugins.connectors.csv import workbook
from plugins.connectors.csv.plugin import PAGE_ROWS, CsvConnector, inspect

HEAD = "invoice_id,customer_id,customer_name,issue_date,due_date,amount\n"
ROW = "I1,C1,Zoë Čapek,2026-01-02,2026-02-01,10.50\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)  # with and without a byte order mark
def test_finds_the_encoding(read, encoding):
    reading = read((HEAD + ROW).encode(encoding))
    assert reading.of(Customer)[0].name == "Zoë Čapek"


def test_a_late_odd_byte_decides_for_cp1252(read):
    rows = "".join(ROW.replace("I1", f"I{number}").replace("Zoë Čapek", "Zoe") for number in range(3_000))
    reading = read((HEAD + rows + "LAST,C9,Zo\xeb,2026-01-02,2026-02-01,10.50\n").encode("cp1252"))
    assert reading.plan.source.encoding == "cp1252"
    assert next(each for each in reading.of(Customer) if each.external_id == "C9").name == "Zoë"


def test_a_byte_that_cp1252_lacks_is_latin_1(read):
    assert read(HEAD.encode() + ROW.replace("Zoë Čapek", "Zo\x81").encode("latin-1")).plan.source.encoding == "latin-1"


def test_a_wrong_encoding_setting_is_named(read):
    with pytest.raises(ConfigError, match="set encoding") as caught:
        read((HEAD + ROW).encode("cp1250"), encoding="utf-8")
    assert caught.value.field == "encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_finds_the_delimiter(read, delimiter, line_end):
    reading = read((HEAD + ROW).replace(",", delimiter).replace("\n", line_end))
    assert reading.plan.source.delimiter == delimiter
    assert len(reading.of(Invoice)) == 1


def test_quotes_line_breaks_and_short_rows(read):
    reading = read(
        HEAD + 'I1,C1,"Smith, ""Big""\nand Sons",2026-01-02,2026-02-01,10.50\n\nI2,C1,x,2026-01-02,2026-02-01,7.5\n'
    )
    assert reading.of(Customer)[0].name == 'Smith, "Big" and Sons'
    assert [item["_line"] for item in reading.items] == [2, 5]  # the line a row starts on, as an editor counts


def test_ids_stay_as_they_are(read):
    reading = read(HEAD + '="00123",007,x,2026-01-02,2026-02-01,10.50\n 1E5 ,C,x,2026-01-02,2026-02-01,10.50\n')
    assert [each.external_id for each in reading.of(Invoice)] == ["00123", "1E5"]
    assert reading.of(Invoice)[0].customer_id == "007"


def test_further_columns_stay_in_the_raw_item(read):
    reading = read(HEAD.strip() + ",Region,Region\n" + ROW.strip() + ",North,Coast\n")
    assert reading.plan.ignored == ("Region", "Region (2)")
    assert reading.items[0]["Region"] == "North"
    assert reading.items[0]["Region (2)"] == "Coast"


def test_an_item_says_how_it_was_read(read):
    text = "invoice_id,customer_id,issue_date,amount\nI1,C1,03/04/2026,10.50\n"
    american, british = (read(text, date_order=order).items[0] for order in ("mdy", "dmy"))
    assert (american["_read_as"], british["_read_as"]) == ("mdy . USD", "dmy . USD")


def test_an_explicit_mapping_wins_and_the_rest_is_recognised(read):
    text = "ref,who,issue_date,amount,net\nI1,C1,2026-01-02,11.90,10.00\n"
    with pytest.raises(ConfigError, match=r"no column was recognised as invoice_id.*ref, who, issue_date") as caught:
        read(text)
    assert caught.value.field == "mapping"
    reading = read(text, mapping={"invoice_id": "ref", "customer_id": "who", "amount": "net"})
    assert reading.of(Invoice)[0].total == Decimal("10.00")
    assert reading.columns() == {"invoice_id": "ref", "customer_id": "who", "amount": "net", "issue_date": "issue_date"}


def test_a_field_can_be_left_out(read):
    reading = read(HEAD + ROW, mapping={"due_date": None})
    assert reading.of(Invoice)[0].due_on == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("config", "field", "message"),
    [
        ({"mapping": {"invoice_id": "Nummer"}}, "mapping", "'Nummer'; the header is: invoice_id"),
        ({"mapping": {"invoice": "invoice_id"}}, "mapping", "mapping names 'invoice', which is none of"),
        ({"currency": "usd"}, "currency", "ISO 4217"),
        ({"date_order": "ddmm"}, "date_order", "'dmy'"),
        ({"decimal": ";"}, "decimal", "'.'"),
        ({"delimiter": "x"}, "delimiter", "';'"),
        ({"encoding": "utf-99"}, "encoding", "utf-8"),
        ({"as_of": "yesterday"}, "as_of", "2026-03-31"),
        ({"colour": "red"}, "colour", "no setting"),
    ],
)
def test_a_wrong_setting_is_named(read, config, field, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read(HEAD + ROW, **config)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"just a sentence\n", "holds no table"),
        (HEAD.encode(), "no rows"),
        (b"\xd0\xcf\x11\xe0 old", "save it as .xlsx"),
        (b"PK\x03\x04 not really", "cannot be unpacked"),
        (HEAD.encode() + b"x" * (text_file.MAX_LINE + 1), "longer than"),
        (HEAD.encode() + b'I1,C1,"' + b"x\n" * 100_000, "never closed"),
        (",".join(f"c{number}" for number in range(600)).encode() + b"\n1,2\n", "more than 500"),
    ],
)
def test_refuses_what_is_no_ledger(read, content, message):
    with pytest.raises(ConfigError, match=message):
        read(content)


def test_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.csv cannot be read") as caught:
        CsvConnector({"path": str(tmp_path / "none.csv")}).check()
    assert caught.value.field == "path"
    with pytest.raises(ConfigError, match="is not a file"):
        inspect(tmp_path)
    with pytest.raises(ConfigError, match="name the file"):
        CsvConnector({})


def test_a_check_looks_at_the_file_although_bad_rows_are_left_out(tmp_path):
    (tmp_path / "none.csv").write_text("no table")
    with pytest.raises(ConfigError, match="holds no table"):
        CsvConnector({"path": str(tmp_path / "none.csv"), "skip_bad": True}).check()


def test_notices_a_file_replaced_while_it_is_read(read):
    reading = read(HEAD + ROW)
    reading.path.write_text(HEAD + ROW + ROW.replace("I1", "I2"))
    with pytest.raises(ConfigError, match="was changed"):
        list(reading.connector.read("rows", None))


def test_pages_tell_how_far_they_are(read):
    rows = "".join(ROW.replace("I1", f"I{number}") for number in range(PAGE_ROWS + 3))
    pages = list(read(HEAD + rows).connector.read("rows", None))
    assert [len(page.items) for page in pages] == [PAGE_ROWS, 3]
    assert 0 < pages[0].done <= pages[1].done == 1.0
    assert {page.cursor for page in pages} == {None}


def save(path, rows, title="Ledger"):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing here"])
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


@pytest.fixture
def workbook_path(tmp_path):
    return save(
        tmp_path / "ledger.xlsx",
        [
            ["Aged receivables"],
            ["As of 31 March 2026"],
            [],
            ["Invoice No", "Customer", "Invoice Date", "Due Date", "Amount", "Disputed"],
            [1001, "Zoë", datetime(2026, 1, 2), date(2026, 2, 1), 1234.5, True],
            ["A-2", "Zoë", datetime(2026, 1, 3), date(2026, 2, 2), 19.99, False],
            ["Total", None, None, None, 1254.49],
        ],
    )


def test_reads_a_workbook(workbook_path):
    connector = CsvConnector({"path": str(workbook_path)})
    assert (connector.plan.source.sheet, connector.plan.layout.line) == ("Ledger", 4)
    items = [item for page in connector.read("rows", None) for item in page.items]
    invoices = [record for item in items for record in connector.map("rows", item) if isinstance(record, Invoice)]
    assert [(each.external_id, each.total, each.issued_on, each.disputed) for each in invoices] == [
        ("1001", Decimal("1234.5"), date(2026, 1, 2), True),
        ("A-2", Decimal("19.99"), date(2026, 1, 3), False),
    ]
    assert [item["_line"] for item in items] == [5, 6]
    totals = connector.tie_out()
    assert (totals.as_of, totals.receivable) == (date(2026, 3, 31), {"USD": Decimal("1254.49")})


def test_a_sheet_can_be_named(workbook_path):
    assert inspect(workbook_path, {"sheet": "Ledger"}).rows == 2
    with pytest.raises(ConfigError, match="the file has Notes, Ledger") as caught:
        inspect(workbook_path, {"sheet": "Sheet9"})
    assert caught.value.field == "sheet"


def test_refuses_a_workbook_that_unpacks_to_too_much(workbook_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1_000)
    with pytest.raises(ConfigError, match="unpacks to more than"):
        inspect(workbook_path)


def test_refuses_a_sheet_that_spans_billions_of_cells(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "invoice_id"
    book.active["XFD1048576"] = "far away"
    path = tmp_path / "far.xlsx"
    book.save(path)
    with pytest.raises(ConfigError, match="1,048,576 rows and 16,384 columns; delete"):
        inspect(path)


def test_refuses_a_zip_that_is_no_workbook(tmp_path):
    path = tmp_path / "ledger.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ConfigError, match=r"no \.xlsx workbook"):
        inspect(path)


def test_a_damaged_workbook_is_named(workbook_path):
    content = bytearray(workbook_path.read_bytes())
    content[len(content) // 2 :] = b"\0" * (len(content) - len(content) // 2)
    workbook_path.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be unpacked"):
        inspect(workbook_path)
