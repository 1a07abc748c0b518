"""A connector that is a description of listings: nothing is lost although rows move while it reads."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from hub.sdk.errors import ConfigError, RecordError, RefusedError, TransientError
from hub.sdk.http import Answer
from hub.sdk.records import Customer, Gone, Invoice
from hub.sdk.rest import Listing, Pages, RestConnector, Since

BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CHANGES = Since(query="updated_since", field="updated_at")


class Acme(RestConnector):
    """Acme Books: what an author writes for an ordinary interface."""

    streams = (
        Listing(name="customers", entity="customer", path="/v2/customers", items="data", pages=Pages(rows=3)),
        Listing(
            **{"name": "invoices", "entity": "invoice", "path": "/v2/invoices", "items": "data"},
            **{"since": CHANGES, "pages": Pages(rows=3), "gone": "deleted"},
        ),
    )

    def map_customers(self, item):
        return Customer(external_id=item["id"], name=item["name"])

    def map_invoices(self, item):
        return [
            Invoice(
                external_id=item["id"],
                customer_id=item["customer"],
                number=item["id"],
                issued_on=date.fromisoformat(item["date"]),
                due_on=date.fromisoformat(item["due"]),
                currency="EUR",
                total=Decimal(item["total"]),
            )
        ]


class AcmeBooks:
    """The provider in memory. `between` is called after each answer: the world goes on while it is read."""

    addresses, account = {}, {"id": "acme-1", "name": "Acme GmbH"}

    def __init__(self):
        self.rows, self.now, self.between, self.asked = [], BEGAN, lambda: None, []
        self.headers = {}

    def put(self, id, *, seconds=60, **changes):
        """Change or add an invoice, `seconds` later than whatever was changed last."""
        self.now += timedelta(seconds=seconds)
        held = next((row for row in self.rows if row["id"] == id), None)
        row = held or {"id": id, "customer": "c1", "date": "2026-03-01", "due": "2026-03-31", "total": "10.00"}
        row |= {"updated_at": self.now.isoformat(), **changes}
        self.rows = [each for each in self.rows if each is not held] + [row]

    def get(self, url, query=None, headers=None):
        self.asked.append(dict(query or {}))
        rows = sorted(self.rows, key=lambda row: str(row["updated_at"]))
        if url.endswith("invoices") and "updated_since" in query:
            since = datetime.fromisoformat(query["updated_since"])
            rows = [row for row in rows if datetime.fromisoformat(row["updated_at"]) >= since]
        first = (query["page"] - 1) * query["per_page"]
        body = json.dumps({"data": rows[first : first + query["per_page"]]}).encode()
        self.between()
        return Answer(status=200, headers=self.headers, body=body)


@pytest.fixture
def books():
    books = AcmeBooks()
    for number in range(8):
        books.put(f"i{number}")
    return books


def read(books, cursor=None):
    pages = list(Acme({}, books).read("invoices", cursor))
    return [item["id"] for page in pages for item in page.items], pages[-1].cursor if pages else cursor


def test_reads_all_and_then_what_changed(books):
    ids, cursor = read(books)
    assert (ids, cursor) == ([f"i{number}" for number in range(8)], "2026-03-01T09:08:00Z")
    books.put("i3", seconds=3600)
    assert read(books, cursor)[0][-1] == "i3"
    assert set(read(books, cursor)[0]) <= {"i3", "i4", "i5", "i6", "i7", "i2"}  # five minutes are read again


def test_a_row_that_moves_to_the_end_while_it_is_read_takes_none_along(books):
    moved = iter(["i0", "i1", "i2", "i6"])
    books.between = lambda: books.put(each) if (each := next(moved, None)) else None
    ids, _ = read(books)
    assert set(ids) == {f"i{number}" for number in range(8)}
    books.between = lambda: None
    last = {row["id"]: row["updated_at"] for row in books.rows}
    seen = {item["id"]: item["updated_at"] for page in Acme({}, books).read("invoices", None) for item in page.items}
    assert seen == last


def test_a_row_that_is_deleted_before_the_page_shifts_nothing_out_of_sight(books):
    books.between = lambda: books.rows.pop(0) if len(books.rows) > 5 else None
    assert {f"i{number}" for number in range(3, 8)} <= set(read(books)[0])


@pytest.mark.parametrize("ties", [3, 4, 6, 7])
def test_more_rows_of_one_instant_than_fit_a_page_are_all_read(books, ties):
    for number in range(ties):
        books.put(f"t{number}", seconds=0)
    books.put("z")
    ids, _ = read(books)
    assert sorted(ids) == sorted({row["id"] for row in books.rows})


def test_a_cursor_is_good_after_any_page(books):
    for page in Acme({}, books).read("invoices", None):
        rest, _ = read(books, page.cursor)
        assert rest[-1] == "i7"
        assert {row["id"] for row in books.rows} <= {*(item["id"] for item in page.items), *rest} | {"i0", "i1", "i2"}


def test_what_has_not_changed_moves_no_cursor(books):
    _, cursor = read(books)
    assert read(books, cursor)[1] == cursor


def test_a_clock_that_runs_ahead_does_not_put_the_next_run_in_the_future(books):
    books.put("ahead", seconds=3600)
    books.headers = {"date": "Sun, 01 Mar 2026 09:10:00 GMT"}
    assert read(books)[1] == "2026-03-01T09:10:01Z"


def test_offsets_are_instants_and_not_text(books):
    books.put("i3", seconds=3600, updated_at="2026-03-01T23:30:00+13:00")  # 10:30 in UTC
    assert read(books)[1] == "2026-03-01T10:30:00Z"


def test_a_page_by_rows_and_a_listing_without_changes():
    class Rows(Acme):
        streams = (
            Listing(
                **{"name": "customers", "entity": "customer", "path": "/c", "items": "data"},
                pages=Pages(number="page", rows=3, is_offset=True),
            ),
        )

    books = AcmeBooks()
    for number in range(7):
        books.put(f"c{number}", name="n")
    asked = []
    books.get = lambda url, query=None, headers=None: (
        asked.append(query["page"]),
        Answer(
            status=200,
            headers={},
            body=json.dumps({"data": books.rows[query["page"] : query["page"] + 3]}).encode(),
        ),
    )[1]
    assert sum(len(page.items) for page in Rows({}, books).read("customers", None)) == 7
    assert asked == [0, 3, 6]


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([{"id": "1", "updated_at": "2026-03-01T09:00:00"}], ConfigError, "no time zone"),
        ([{"id": "1", "updated_at": "yesterday"}], ConfigError, "no instant"),
        (
            [{"id": "1", "updated_at": "2026-03-02T09:00:00Z"}, {"id": "2", "updated_at": "2026-03-01T09:00:00Z"}],
            RefusedError,
            "not in the order",
        ),
        ("nothing", TransientError, "no list"),
        ([1, 2], TransientError, "no list"),
    ],
)
def test_what_is_not_as_described_is_said(rows, error, words):
    books = AcmeBooks()
    books.get = lambda *_, **__: Answer(status=200, headers={}, body=json.dumps({"data": rows}).encode())
    with pytest.raises(error, match=words):
        list(Acme({}, books).read("invoices", None))


def test_a_provider_that_ignores_the_question_is_found_out(books):
    answer = books.get
    books.get = lambda url, query=None, headers=None: answer(
        url, {name: value for name, value in query.items() if name != "updated_since"}
    )
    with pytest.raises(RefusedError, match="takes no notice of updated_since"):
        read(books, "2026-03-01T12:00:00Z")


def test_one_item_without_an_instant_costs_the_run_nothing(books):
    rows = [books.rows[0] | {"updated_at": None}, books.rows[1]]
    books.get = lambda *_, **__: Answer(status=200, headers={}, body=json.dumps({"data": rows}).encode())
    assert read(books) == (["i0", "i1"], "2026-03-01T09:02:00Z")


def test_deleted_items_are_gone_and_the_rest_is_mapped(books):
    books.put("i2", deleted=True)
    connector = Acme({}, books)
    found = {
        record.external_id: record
        for page in connector.read("invoices", None)
        for item in page.items
        for record in connector.map("invoices", item)
    }
    assert isinstance(found["i1"], Invoice)
    assert found["i2"] == Gone(entity="invoice", external_id="i2", gone_on=date(2026, 3, 1))
    assert connector.map("customers", {"id": "c1", "name": "Ada"}) == [Customer(external_id="c1", name="Ada")]
    with pytest.raises(RecordError):
        connector.map("invoices", {"deleted": True})


def test_it_is_one_company_and_is_tried_by_a_page(books):
    connector = Acme({}, books)
    connector.check()
    assert [(each.id, each.name) for each in connector.accounts()] == [("acme-1", "Acme GmbH")]
    assert books.asked == [{"page": 1, "per_page": 3}]
    assert connector.tie_out() is None
