"""Workbooks made to harm: small files that unpack to a lot, or that two readers understand differently."""

import io
import struct
import tracemalloc
import warnings
import zipfile

import openpyxl
import pytest

from hub.sdk.errors import ConfigError
from plugins.connectors.csv import workbook
from plugins.connectors.csv.plugin import inspect

ZEROS = bytes(1 << 20)


@pytest.fixture
def parts():
    """The parts of a small, honest workbook."""
    book = openpyxl.Workbook()
    for row in (["invoice_id", "customer_id", "issue_date", "amount"], ["I1", "C1", "2026-01-02", "10.50"]):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    with zipfile.ZipFile(packed) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def packed(tmp_path, parts):
    """Packs the parts, and what a test adds to the archive."""

    def pack(add=lambda archive: None, **changed):
        path = tmp_path / "ledger.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, changed.get(name.rsplit("/", 1)[-1].replace(".", "_"), content))
            add(archive)
        return path

    return pack


def megabytes(count, name="xl/worksheets/sheet2.xml"):
    def add(archive):
        with archive.open(name, "w") as part:
            for _ in range(count):
                part.write(ZEROS)

    return add


def test_an_honest_workbook_is_read(packed):
    assert inspect(packed()).columns


@pytest.mark.parametrize("name", ["xl/worksheets/sheet2.xml", "xl/media/image1.png", "xl/sharedStrings.xml"])
def test_a_zip_bomb_is_refused_without_being_held(packed, name):
    bomb = packed(megabytes(100, name))
    assert bomb.stat().st_size < 200_000
    tracemalloc.start()
    with pytest.raises(ConfigError, match=r"unpacks to more than .* 200 times its size"):
        inspect(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


def test_a_bomb_that_lies_about_its_size_is_no_better(packed):
    path = packed(megabytes(100))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")  # the last entry of the directory is the bomb's
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"unpacks to more than|cannot be unpacked"):
        inspect(path)


def test_a_workbook_of_thousands_of_parts_is_refused(packed, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ENTRIES", 50)
    path = packed(lambda archive: [archive.writestr(f"xl/part{number}.xml", "") for number in range(50)])
    with pytest.raises(ConfigError, match="more than 50 parts"):
        inspect(path)


def test_parts_that_share_their_bytes_are_refused(packed):
    path = packed(lambda archive: archive.writestr("xl/other.xml", b"x" * 1000))
    content = bytearray(path.read_bytes())
    first, last = content.index(b"PK\x01\x02"), content.rindex(b"PK\x01\x02")
    content[last + 42 : last + 46] = content[first + 42 : first + 46]
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be unpacked"):
        inspect(path)


def test_a_name_that_is_there_twice_is_refused(packed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        path = packed(lambda archive: archive.writestr("xl/workbook.xml", "<another/>"))
    with pytest.raises(ConfigError, match="packed ambiguously"):
        inspect(path)


def test_an_archive_with_a_comment_which_may_hold_another_archive_is_refused(packed):
    path = packed(lambda archive: setattr(archive, "comment", b"PK\x05\x06" + bytes(18)))
    with pytest.raises(ConfigError, match=r"packed ambiguously|no .xlsx workbook|cannot be"):
        inspect(path)


@pytest.mark.parametrize("part", ["sheet1_xml", "workbook_xml", "styles_xml"])
def test_entities_are_not_unpacked_any_further(packed, part):
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(ConfigError, match="declares a document type"):
        inspect(packed(**{part: laughs}))


def test_an_archive_inside_is_never_opened(packed):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        megabytes(100)(archive)
    assert inspect(packed(lambda archive: archive.writestr("xl/embeddings/inner.xlsx", inner.getvalue()))).columns
