"""Files as an attacker, or a broken export, would send them: refused in words or stored as text, never a crash.

Each goes all the way: sent to the API, looked at, imported by a worker. What is refused stores nothing.
"""

import io
import zipfile

import openpyxl
import pytest

from hub.worker import work_off

HEAD = "Number,Customer,Invoice Date,Due Date,Amount,Currency\n"
ROW = "{number},{customer},2026-01-31,2026-02-28,{amount},EUR\n"
GOOD = "".join(ROW.format(number=f"G-{n}", customer="Acme", amount="100.00") for n in range(5))


def rows(**fields):
    return HEAD + GOOD + ROW.format(**({"number": "H-1", "customer": "Acme", "amount": "1.00"} | fields))


def workbook(*cells):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD.strip().split(","))
    for number in range(5):
        sheet.append([f"X-{number}", "Acme", "2026-01-31", "2026-02-28", 100, "EUR"])
    for row in cells:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(change):
    """A workbook with its parts changed by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def with_entities(name, content):
    """Entities that name a file of the server, and that multiply themselves a billion times."""
    if not name.endswith("sharedStrings.xml"):
        return content
    entities = b'<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghij"
    )
    doctype = b'<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">' + entities + b"]>"
    start = content.index(b"<sst")
    return content[:start] + doctype + content[start:].replace(b">Acme<", b">&file;&j;<")


HOSTILE = {
    "a quotation mark that never ends": rows(customer='"' + "x," * 1000),
    "a hundred thousand quotation marks": rows(customer='"' * 100_001),
    "NUL bytes": rows(customer="Ac\0me"),
    "nothing but NUL bytes": "\0" * 100_000,
    "text that turns round": rows(customer="\u202egnp.exe\u2066"),
    "a cell of ten million characters": rows(customer="x" * 10_000_000),
    "one line of ten million commas": HEAD + "," * 10_000_000,
    "sixteen thousand columns": HEAD.strip() + ",x" * 16_000 + "\n" + GOOD,
    "a formula for a name": rows(customer='"=HYPERLINK(""https://evil.example"")"'),
    "a formula for an amount": rows(amount="=1+1"),
    "an amount of a thousand digits": rows(amount="9" * 1000),
    "an amount with a great exponent": rows(amount="1e999999"),
    "an amount that is not a number": rows(amount="NaN"),
    "an amount without end": rows(amount="Infinity"),
    "a day before all days": rows().replace("2026-01-31,2026-02-28,1.00", "0000-00-00,0001-01-01,1.00"),
    "a day after all days": rows().replace("2026-01-31,2026-02-28,1.00", "9999-12-31,99999-01-01,1.00"),
    "the same header twice": HEAD.replace("Customer", "Amount") + GOOD,
    "headers without end": "Number," * 5000 + "\n" + GOOD,
    "no header": GOOD,
    "nothing": "",
    "a page": "<html><script>alert(1)</script></html>",
    "SQL": rows(number="'); drop table invoices; --"),
    "a template": rows(customer="{{ 7 * 191 }}"),
    "the end of a copy": rows(customer="\\."),
    "escapes of a terminal": rows(customer="\x1b]0;pwned\x07"),
    "half a character": rows().encode().replace(b"H-1", b"H-\xed\xa0\x80"),
    "no encoding at all": rows().encode() + bytes(range(128, 256)) * 50,
    "sixteen bits": rows().encode("utf-16"),
    "what is no workbook": ("xlsx", b"PK\x03\x04" + b"\0" * 1000),
    "a workbook with formulas": ("xlsx", workbook(["=1+1", "=cmd|'/C calc'!A0", "2026-01-31", "2026-02-28", 1, "EUR"])),
    "a workbook with errors": ("xlsx", workbook(["#REF!", "Acme", "#N/A", "2026-02-28", "#DIV/0!", "EUR"])),
    "a workbook that is nothing": ("xlsx", workbook()[:1000]),
    "a workbook with entities": ("xlsx", rezipped(with_entities)),
    "a workbook called a text": ("csv", workbook()),
}


def sent(content):
    kind, data = content if isinstance(content, tuple) else ("csv", content)
    return {"file": (io.BytesIO(data.encode() if isinstance(data, str) else data), f"ledger.{kind}")}


def books(client):
    return {item["number"]: item for item in client.walk("/api/invoices")}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_in_words_or_stored_as_what_it_says(content, client, settings, storage):
    preview = client.post("/api/invoices/import/preview", data=sent(content))
    assert preview.status_code in (200, 413, 422), preview.json
    before = books(client)
    response = client.post("/api/invoices/import", data=sent(content))
    assert response.status_code == 202
    work_off(settings, storage)
    job = client.get(response.headers["Location"]).json
    # Never dead: that is what becomes of work that fails for reasons nobody foresaw.
    assert job["state"] in ("done", "failed"), job
    assert "root:" not in str(job)
    if job["state"] == "failed":
        assert job["error"]["message"] and len(str(job["error"])) < 50_000
        assert books(client) == before
    else:
        assert all(item["total"] in ("100.0000", "1.0000") for item in books(client).values())


def test_the_worker_goes_on_after_all_of_them(client, settings, storage):
    response = client.post("/api/invoices/import", data=sent(HEAD + GOOD.replace("G-", "L-")))
    work_off(settings, storage)
    assert client.get(response.headers["Location"]).json["state"] == "done"
    assert "L-0" in books(client)
