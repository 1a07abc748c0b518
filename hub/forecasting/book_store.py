"""The newest run's book in the tenant's schema, as arrays: written with the run, read for scenarios in the API."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.forecasting.artifact import CorruptModelError, pack, unpack
from hub.forecasting.book import WHOLE, Book
from hub.storage.session import driver

PART = 5_000
"""Invoices to a part: some 200 KB each."""

Arrays = Mapping[str, NDArray[Any]]


def save_book(
    session: Session, run_id: int, book: Book, cases_of: Callable[[NDArray[np.int64], bytes], bytes] | None = None
) -> None:
    """Keep the book of a run, and no longer those of the runs before: scenarios start from the newest.

    `cases_of` packs what rows of the book were forecast from, given the ids of their invoices.
    """
    session.execute(text("delete from forecast_books where run_id < :run_id"), {"run_id": run_id})
    if len(book) == 0:
        return
    ids = np.frombuffer(b"".join(UUID(str(each)).bytes for each in book.invoice_id), dtype="V16")
    order = np.argsort(ids.view("S16").reshape(-1), kind="stable")
    statement = (
        "copy forecast_books (run_id, part, first_invoice_id, last_invoice_id, book, cases) from stdin (format binary)"
    )
    with driver(session).cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "int4", "uuid", "uuid", "bytea", "bytea"])
        for part, begin in enumerate(range(0, len(order), PART)):
            rows = order[begin : begin + PART]
            first, last = (UUID(bytes=ids[row].tobytes()) for row in (rows[0], rows[-1]))
            cases = None if cases_of is None else cases_of(rows, ids[rows].tobytes())
            copy.write_row((run_id, part, first, last, _dump(book, ids, rows, part), cases))


def load_book(session: Session, run_id: int) -> Book | None:
    """The book of a run, `invoice_id` as 16 bytes each; None where it is not kept, or was empty.

    Raises CorruptModelError where what is stored is not what was saved.
    """
    with driver(session).cursor(binary=True) as cursor:
        stored = cursor.execute("select book from forecast_books where run_id = %s order by part", (run_id,)).fetchall()
    if not stored:
        return None
    heads, parts = zip(*(unpack_arrays(bytes(row[0])) for row in stored), strict=True)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0] if name != "customer_id"}
    paid_by = np.cumsum(joined["paid"], axis=1, dtype=np.uint16)
    return Book(
        as_of=heads[0]["as_of"],
        invoice_id=joined["invoice_id"].view("V16").reshape(-1),
        customer=joined["customer"],
        customer_id=tuple(str(UUID(bytes=each.tobytes())) for each in parts[0]["customer_id"]),
        currency=joined["currency"],
        currencies=tuple(heads[0]["currencies"]),
        due=joined["due"],
        amount=joined["amount"],
        paid_by=paid_by,
    )


def read_curve(session: Session, run_id: int, invoice_id: UUID) -> tuple[int, NDArray[np.float64]] | None:
    """The first day of an invoice's curve, since 1970-01-01, and the probability of payment by the end of each day
    from it on; None where the run's book has no such invoice, or is no longer kept.

    Raises CorruptModelError where what is stored is not what was saved.
    """
    with driver(session).cursor(binary=True) as cursor:
        stored = cursor.execute(
            "select book from forecast_books where run_id = %s and %s between first_invoice_id and last_invoice_id",
            (run_id, invoice_id),
        ).fetchone()
    if stored is None:
        return None
    head, part = unpack_arrays(bytes(stored[0]))
    (rows,) = np.nonzero((part["invoice_id"] == np.frombuffer(invoice_id.bytes, dtype=np.uint8)).all(axis=1))
    if len(rows) == 0:
        return None
    first = int(head["as_of"]) + 1
    # Its week begins with the book's first column.
    paid_by = np.cumsum(part["paid"][rows[0]], dtype=np.uint16)[(first + 3) % 7 :]
    return first, paid_by / WHOLE


def pack_arrays(head: dict[str, Any], arrays: Arrays) -> bytes:
    """Arrays with their names, types and shapes, as data with a checksum."""
    shapes = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
    body = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays.values())
    return pack(head | {"arrays": shapes}, zlib.compress(body, 1))


def unpack_arrays(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The head and the arrays that were packed. Raises CorruptModelError where they are damaged."""
    head, body = unpack(data)
    try:
        return head, dict(_arrays(head.pop("arrays"), zlib.decompress(body)))
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise CorruptModelError(f"The stored arrays cannot be read: {error}") from error


def _arrays(shapes: list[tuple[str, str, list[int]]], body: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    at = 0
    for name, kind, shape in shapes:
        dtype = np.dtype(kind)
        if dtype.kind not in "iuf":
            raise ValueError(f"{name} is of type {kind}")
        count = int(np.prod(shape))
        yield name, np.frombuffer(body, dtype=dtype, count=count, offset=at).reshape(shape)
        at += count * dtype.itemsize


def _dump(book: Book, ids: NDArray[Any], rows: NDArray[np.int64], part: int) -> bytes:
    arrays: dict[str, NDArray[Any]] = {
        "invoice_id": ids[rows].view(np.uint8).reshape(-1, 16),
        "customer": book.customer[rows],
        "currency": book.currency[rows],
        "due": book.due[rows],
        "amount": book.amount[rows],
        # Few days differ from the one before, so differences take up little.
        "paid": np.diff(book.paid_by[rows], axis=1, prepend=np.uint16(0)),
    }
    if part == 0:
        customers = b"".join(UUID(each).bytes for each in book.customer_id)
        arrays["customer_id"] = np.frombuffer(customers, dtype=np.uint8).reshape(-1, 16)
    return pack_arrays({"as_of": book.as_of, "currencies": list(book.currencies)}, arrays)
