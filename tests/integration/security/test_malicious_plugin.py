"""A connector that means harm, or does it by mistake: what it costs, and what it does not reach.

Plugins run in the worker's process with the worker's rights. What holds here is that bad *data* and bad *behaviour* of
a plugin are contained; a plugin's *code* is trusted, and docs/security.md says so.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.connections import service as connections
from hub.sdk.connector import Page, Stream
from hub.sdk.records import Gone, Invoice
from hub.sync import service, verdict
from tests.integration.sync.conftest import FakeConnector, Hub, company

GOOD = {
    "external_id": "i1",
    "customer_id": "c1",
    "number": "INV-1",
    "issued_on": date(2026, 1, 1),
    "due_on": date(2026, 1, 31),
    "currency": "EUR",
    "total": Decimal("10"),
}


def invoice(**fields: Any) -> Invoice:
    return Invoice(**(GOOD | fields))


class Subclassed(Invoice):
    """A record that is more than one."""


class Loud:
    """Answers every question with an exception."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("not even that")


# What `map` answers for one item; each must cost that item and no other.
GARBAGE: dict[str, Any] = {
    "nothing at all": lambda: None,
    "a number": lambda: 42,
    "text": lambda: ["DROP TABLE invoices"],
    "a class": lambda: [Invoice],
    "a subclass of a record": lambda: [Subclassed(**GOOD)],
    "something that raises when it is looked at": lambda: [Loud()],
    "NUL in an id": lambda: [invoice(external_id="i\0")],
    "NUL in a number": lambda: [invoice(number="INV\0-1")],
    "half a character": lambda: [invoice(number="INV\ud800")],
    "no id": lambda: [invoice(external_id="")],
    "an id that is no text": lambda: [invoice(external_id=7)],
    "an id that is no text, of what is gone": lambda: [Gone(entity="invoice", external_id=7, gone_on=date(2026, 1, 1))],
    "an id that names nobody": lambda: [invoice(customer_id=7)],
    "a list for a status": lambda: [invoice(status=[])],
    "a list for a currency": lambda: [invoice(currency=[])],
    "text for an instant": lambda: [invoice(updated_at="2026-01-01")],
    "bytes": lambda: [invoice(number=b"INV-1")],
    "a float for money": lambda: [invoice(total=0.1)],
    "not a number": lambda: [invoice(total=Decimal("NaN"))],
    "without end": lambda: [invoice(total=Decimal("Infinity"))],
    "too much money": lambda: [invoice(total=Decimal("1e30"))],
    "a billion digits, said shortly": lambda: [invoice(total=Decimal("1e999999"))],
    "no currency": lambda: [invoice(currency="")],
    "a currency that is none": lambda: [invoice(currency="'; drop table invoices; --")],
    "a status that is none": lambda: [invoice(status="paid'; --")],
    "text for a day": lambda: [invoice(due_on="2026-01-31")],
    "an instant without a zone": lambda: [invoice(updated_at=datetime(2026, 1, 1))],
    "a record of nothing": lambda: [Gone(entity="users", external_id="u1", gone_on=date(2026, 1, 1))],
    "an exception": lambda: 1 / 0,
    "an exception about a secret": lambda: (_ for _ in ()).throw(ValueError("Authorization: Bearer pp_live_s3cr3t")),
    "endless recursion": lambda: _deeper(),
}


def _deeper() -> Any:
    return _deeper()


@dataclass
class Malicious(FakeConnector):
    """Answers garbage for the items that are marked, and good records for the others."""

    def map(self, stream: str, item: Any) -> Any:
        return GARBAGE[item["garbage"]]() if "garbage" in item else super().map(stream, item)


@pytest.fixture
def hub(storage, tenant) -> Hub:
    hub = Hub(storage, tenant)
    hub.empty()
    with hub.transaction() as session:
        hub.connection_id = connections.ensure(session, "fake", "Fake Books", {})
    hub.provider.connect = lambda config: Malicious(hub.provider)
    return hub


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_costs_its_own_item_and_no_other(hub, garbage):
    hub.provider.rows = company(customers=2, invoices=20)
    hub.provider.rows["invoices"].insert(1, {"garbage": garbage})
    result = hub.sync()
    assert (result["status"], result["rejected"]) == ("partial", 1), result
    assert hub.query("select count(*) from invoices") == [(20,)]
    with hub.transaction() as session:
        (reject,) = service.list_rejects(session, result["run_id"])
    assert reject["reason"] and "s3cr3t" not in str(reject)


@pytest.mark.parametrize(
    "name",
    [
        "x" * 1_000_000,
        "\x1b]0;pwned\x07\x1b[2J",
        "\u202ednE\u202c",
        "Robert'); DROP TABLE customers;--",
        "{{ 7 * 191 }}",
        '=HYPERLINK("https://evil.example")',
        "<script>alert(1)</script>",
        "%s%n%(x)s {} {0.__class__}",
        "\\N\t\\.\n",
    ],
)
def test_hostile_text_is_stored_as_the_text_it_is(hub, name):
    hub.provider.rows = company(customers=2, invoices=5)
    hub.provider.rows["customers"][0]["customer"]["name"] = name
    assert hub.sync()["status"] == "ok"
    assert hub.query("select name from customers where external_id = 'c0'") == [(name,)]
    assert hub.query("select count(*) from customers") == [(2,)]


def test_a_plugin_that_claims_other_rows_ids_reaches_only_its_own_connection(hub, storage):
    hub.provider.rows = company(customers=1, invoices=3)
    hub.sync()
    with hub.transaction() as session:
        mine, other = hub.connection_id, connections.ensure(session, "fake", "Other Books", {})
    before = hub.query("select external_id, number, total from invoices order by 1")
    hub.connection_id = other
    hub.provider.rows = company(customers=1, invoices=3)
    for row in hub.provider.rows["invoices"]:
        row["invoice"] |= {"total": Decimal("0.01"), "number": "stolen"}
    hub.sync()
    found = hub.query(f"select external_id, number, total from invoices where connection_id = '{mine}' order by 1")
    assert found == before


def test_a_plugin_that_deletes_everything_is_stopped(hub):
    hub.provider.rows = company(customers=5, invoices=200)
    hub.sync()
    hub.provider.rows = {
        "invoices": [
            {"gone": {"entity": "invoice", "external_id": f"i{number}", "gone_on": date(2026, 2, 1)}}
            for number in range(200)
        ]
    }
    with pytest.raises(verdict.MassDeletionError):
        hub.sync()
    # Page by page: what came before the page that was too much is gone, and the source can bring it again.
    [(deleted,)] = hub.query("select count(*) from invoices where deleted_on is not null")
    assert deleted <= 200 * verdict.DELETED_SHARE


def test_pages_that_are_none_end_the_run_and_not_the_worker(hub):
    hub.provider.rows = company(customers=1, invoices=3)

    class Pages(FakeConnector):
        def read(self, stream, cursor):
            yield {"items": [1, 2, 3]}

    hub.provider.connect = lambda config: Pages(hub.provider)
    with pytest.raises((AttributeError, TypeError)):
        hub.sync()
    assert hub.query("select status from sync_runs") == [("failed",)]
    hub.provider.connect = lambda config: FakeConnector(hub.provider)
    assert hub.sync()["status"] == "ok"


def test_items_that_are_no_json_end_the_run_and_leave_nothing_half_stored(hub):
    hub.provider.rows = company(customers=1, invoices=3)

    class Items(FakeConnector):
        def read(self, stream, cursor):
            yield Page(items=[{"customer": {"external_id": "c0", "name": "x"}, "loop": Loud()}], cursor=None, done=1.0)

    hub.provider.connect = lambda config: Items(hub.provider)
    with pytest.raises(Exception):  # noqa: B017 - whichever it is
        hub.sync()
    assert hub.query("select status from sync_runs") == [("failed",)]
    assert hub.query("select count(*) from customers") == [(0,)]


def test_a_plugin_gets_a_config_that_it_cannot_change_for_others(hub):
    """Each connector is made of a config of its own; what it does to it, the next one does not see."""
    seen = []

    class Changing(FakeConnector):
        pass

    def connect(config):
        seen.append(dict(config))
        config["token"] = "mine now"
        return Changing(hub.provider)

    hub.provider.connect = connect
    hub.provider.rows = company(customers=1, invoices=1)
    hub.sync()
    hub.sync()
    assert seen == [{}, {}]


def test_a_day_beyond_the_calendar_is_refused_where_it_cannot_be_kept(hub):
    hub.provider.rows = company(customers=1, invoices=20)
    for number, day in enumerate((date.min, date.max)):
        record = GOOD | {"external_id": f"far{number}", "customer_id": "c0", "issued_on": day, "due_on": day}
        hub.provider.rows["invoices"].append({"invoice": record})
    result = hub.sync()
    assert result["status"] in ("ok", "partial")
    assert hub.query("select count(*) from invoices where external_id like 'i%'") == [(20,)]
    assert hub.query("select count(*) from agg_day")[0][0] < 1000


def test_streams_of_nothing(hub):
    class Streams(FakeConnector):
        streams = (Stream(name="x" * 10_000, entity="invoice"),)

        def read(self, stream, cursor):
            return iter(())

    hub.provider.connect = lambda config: Streams(hub.provider)
    assert hub.sync()["status"] in ("ok", "suspicious", "failed")
