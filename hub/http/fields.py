"""Marshmallow fields for the hub's kinds of values, so that every schema and the OpenAPI document say them alike."""

from collections.abc import Iterable
from decimal import Decimal as DecimalValue
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, validate
from marshmallow.fields import UUID, AwareDateTime, Boolean, Date, Decimal, Float, Integer, String
from webargs.fields import DelimitedList
from werkzeug.datastructures import FileStorage

from hub.http.paging import DEFAULT_LIMIT, MAX_LIMIT

EXAMPLE_ID = "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"


def _about(description: str, example: Any) -> dict[str, Any]:
    return {"description": description} | ({} if example is None else {"example": example})


class DecimalText(Decimal):
    """An exact number as a string, in the OpenAPI document too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(as_string=True, **options)


def money(description: str, **options: Any) -> DecimalText:
    """An exact amount as a decimal string; its currency stands beside it."""
    return DecimalText(metadata=_about(description, "1250.0000"), **options)


def ratio(description: str, **options: Any) -> DecimalText:
    """An exact figure that is no money, such as days or a percentage, as a decimal string."""
    return DecimalText(metadata=_about(description, "41.30"), **options)


def money_input(description: str, **options: Any) -> DecimalText:
    """An exact amount to be read: at most 15 digits before the point and 4 after it."""
    return DecimalText(
        allow_nan=False,
        validate=_is_money,
        metadata=_about(description, "1250.00"),
        **options,
    )


def currency(**options: Any) -> String:
    """An ISO 4217 code."""
    return String(
        validate=validate.Regexp("^[A-Z]{3}$", error="Three capital letters, an ISO 4217 code such as EUR."),
        metadata=_about("ISO 4217 code of the amounts beside it.", "EUR"),
        **options,
    )


def day(description: str, **options: Any) -> Date:
    """A calendar date."""
    return Date(metadata=_about(description, "2026-03-31"), **options)


def instant(description: str, **options: Any) -> AwareDateTime:
    """An RFC 3339 instant, UTC."""
    return AwareDateTime(metadata=_about(description, "2026-03-31T09:30:00+00:00"), **options)


def probability(description: str, **options: Any) -> Float:
    """A probability, 0 to 1."""
    return Float(validate=validate.Range(0, 1), metadata=_about(description, 0.82), **options)


def identifier(description: str, **options: Any) -> UUID:
    """A hub id."""
    return UUID(metadata=_about(description, EXAMPLE_ID), **options)


def text(description: str, example: str | None = None, **options: Any) -> String:
    """Text for people."""
    return String(metadata=_about(description, example), **options)


def number(description: str, example: float | None = None, **options: Any) -> Float:
    """A figure that is neither money nor a probability, such as days."""
    return Float(metadata=_about(description, example), **options)


def count(description: str, **options: Any) -> Integer:
    """How many."""
    return Integer(metadata=_about(description, 412), **options)


def flag(description: str, **options: Any) -> Boolean:
    """Whether."""
    return Boolean(metadata=_about(description, None), **options)


def upload(description: str, **options: Any) -> Upload:
    """A file of a multipart body; text under its name is none."""
    return Upload(validate=_is_file, metadata=_about(description, None), **options)


def choices(description: str, names: Iterable[str]) -> DelimitedList:
    """One or several of `names`, separated by commas."""
    return DelimitedList(String(validate=validate.OneOf(sorted(names))), metadata=_about(description, None))


class PageArguments(Schema):
    """What every list takes."""

    cursor = String(metadata=_about("`next_cursor` of the page before; left out for the first page.", None))
    limit = Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT),
        metadata=_about("How many items a page has at most.", DEFAULT_LIMIT),
    )


def sort_by(names: Iterable[str], default: str) -> String:
    """The order of a list: one of `names`, descending with a minus before it."""
    return String(
        load_default=default,
        validate=validate.OneOf(list(names)),
        metadata=_about("Order of the list; a minus before the name turns it round.", default),
    )


class PageSchema(Schema):
    """What every list answers beside its items."""

    next_cursor = String(
        allow_none=True,
        required=True,
        metadata=_about("Pass it as `cursor` for the next page; null on the last.", None),
    )


def _is_file(value: Any) -> None:
    if not isinstance(value, FileStorage):
        raise ValidationError("A file is needed here: a part of the multipart body with a filename.")


def _is_money(value: DecimalValue) -> None:
    if value.as_tuple().exponent < -4 or value.adjusted() > 14:  # type: ignore[operator]
        raise ValidationError("At most 15 digits before the point and 4 after it.")
