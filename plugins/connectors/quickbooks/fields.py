"""The fields of one QuickBooks entity as text, ids, days, instants and amounts, with errors that say what is wrong.

Amounts come as whole numbers, as decimals or, in reports and from some versions, as text; all become `Decimal`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.sdk.errors import RecordError

ZERO = Decimal(0)
HOME_CURRENCY = "_home_currency"
"""Beside the provider's own fields: the company's currency, for an entity that names none."""

_VOIDED = re.compile(r"\s*void(ed)?\b", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{3}")


class Fields:
    """One entity, or a part of it, seen by field name. `what` names it in errors, as in "Invoice 104"."""

    __slots__ = ("item", "what")

    def __init__(self, what: str, item: Mapping[str, Any]) -> None:
        self.what, self.item = what, item

    @classmethod
    def of(cls, entity: str, item: Mapping[str, Any]) -> "Fields":
        """The fields of an entity, named by its id. Raises RecordError where it has none."""
        fields = cls(entity, item)
        fields.what = f"{entity} {fields.required('Id')}"
        return fields

    @property
    def id(self) -> str:
        """The provider's id."""
        return self.required("Id")

    @property
    def is_deleted(self) -> bool:
        """Whether change data capture says that it was deleted; then nothing but its id and time is known."""
        return str(self.item.get("status", "")).casefold() == "deleted"

    @property
    def is_edited(self) -> bool:
        """Whether it was saved more than once, so that it may have stated something else before."""
        return self.item.get("SyncToken") not in (None, "0", 0)

    def text(self, name: str) -> str | None:
        """Text without surrounding blanks; None where there is none."""
        value = self.item.get(name)
        if value is None or isinstance(value, bool | Mapping | list):
            return None
        return str(value).strip() or None

    def required(self, name: str) -> str:
        """Text that must be there."""
        text = self.text(name)
        if text is None:
            raise self.error(name, "an id" if name.endswith(("Id", "Ref")) else "text")
        return text

    def ref(self, name: str) -> str | None:
        """The id that a reference holds, as in CustomerRef: {"value": "1", "name": "..."}."""
        return self._of_ref(name, "value")

    def ref_name(self, name: str) -> str | None:
        """The name that a reference holds."""
        return self._of_ref(name, "name")

    def required_ref(self, name: str) -> str:
        """The id of a reference that must be there."""
        found = self.ref(name)
        if found is None:
            raise self.error(name, "a reference with a value")
        return found

    def _of_ref(self, name: str, key: str) -> str | None:
        value = self.item.get(name)
        if isinstance(value, Mapping):
            return Fields(self.what, value).text(key)
        return self.text(name) if key == "value" else None

    def part(self, name: str) -> "Fields":
        """A nested object; empty where there is none."""
        value = self.item.get(name)
        return Fields(self.what, value if isinstance(value, Mapping) else {})

    def parts(self, name: str) -> Iterator["Fields"]:
        """The objects of a list; QuickBooks leaves out lists that are empty, or gives null."""
        value = self.item.get(name)
        for each in value if isinstance(value, list) else ():
            if isinstance(each, Mapping):
                yield Fields(self.what, each)

    def money(self, name: str) -> Decimal | None:
        """An amount, None where none is stated."""
        value = self.item.get(name)
        if value is None or value == "":
            return None
        amount = amount_of(value)
        if amount is None:
            raise self.error(name, "an amount")
        return amount

    def required_money(self, name: str) -> Decimal:
        """An amount that must be there."""
        amount = self.money(name)
        if amount is None:
            raise self.error(name, "an amount")
        return amount

    def day(self, name: str) -> date | None:
        """A calendar date, None where none is stated."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise self.error(name, "a date as in 2026-12-31") from None

    def required_day(self, name: str) -> date:
        """A calendar date that must be there."""
        day = self.day(name)
        if day is None:
            raise self.error(name, "a date as in 2026-12-31")
        return day

    @property
    def updated_at(self) -> datetime | None:
        """When it was saved last; None where that is not said, or without a UTC offset and so at no known time."""
        return instant(self.part("MetaData").text("LastUpdatedTime"))

    def saved_on(self) -> date:
        """The company's day on which it was saved last, or deleted."""
        day = self.part("MetaData").day("LastUpdatedTime") or self.day("TxnDate")
        if day is None:
            raise self.error("MetaData", "the time of the last change")
        return day

    def currency(self) -> str:
        """The currency's code. A company with one currency names it nowhere but in its preferences."""
        code = self.ref("CurrencyRef") or self.text(HOME_CURRENCY)
        if code is None or not _CODE.fullmatch(code):
            raise self.error("CurrencyRef", "an ISO 4217 code, or the home currency in the company's preferences")
        return code

    def exchange_rate(self) -> Decimal | None:
        """Home units for one unit of the currency; None for the home currency."""
        rate = self.money("ExchangeRate")
        if rate is None:
            home, total = self.money("HomeTotalAmt"), self.money("TotalAmt")
            rate = home / total if home and total else None
        if rate is not None and rate <= 0:
            raise self.error("ExchangeRate", "a rate above 0")
        return None if rate == 1 else rate

    def is_voided(self) -> bool:
        """Whether its note says that it is void. QuickBooks has no status for that: it sets the amounts to 0."""
        note = self.text("PrivateNote") or ""
        return any(_VOIDED.match(line) for line in note.splitlines())

    def error(self, name: str, expected: str) -> RecordError:
        """What is wrong with a field."""
        value = self.item.get(name)
        shown = "nothing" if value is None else repr(value)[:80]
        return RecordError(
            f"{self.what}: {name} is {shown} where {expected} was expected",
            field=name,
            value=None if value is None else str(value)[:200],
            expected=expected,
        )


def amount_of(value: Any) -> Decimal | None:
    """A number or its text as an exact amount; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(str(value).replace(",", "") if isinstance(value, str) else str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def instant(text: str | None) -> datetime | None:
    """A timestamp in UTC. The company's offset changes with daylight saving, so stamps are never compared as text."""
    if text is None:
        return None
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stamp.astimezone(UTC) if stamp.tzinfo else None
