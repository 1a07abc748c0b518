"""A line of a document in the box, as SAP's line item cube has it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """A line of a document. Amounts are below zero on the credit side; `changed_on` is a day, as in SAP.

    `names` is the document and year of the invoice that it refers to. `invoice` and `application` are the entries of
    the company's books that it stands for.
    """

    document: str
    year: str
    item: str
    type: str
    account_type: str = "D"
    customer: int
    posted_on: date
    document_date: date
    due_on: date
    terms_days: int = 0
    reference_id: str = ""
    currency: str
    amount: Decimal
    home: Decimal
    entered_on: date
    changed_on: date
    names: tuple[str, str] | None = None
    invoice: int | None = None
    application: int | None = None
    special: str = ""
    dunning_block: str = ""
    reason: str = ""
    cleared_by: tuple[str, str] | None = None
    cleared_on: date | None = None
    clearing_entered_on: date | None = None
    reversed_by: tuple[str, str] | None = None
    reverses: tuple[str, str] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not cleared."""
        return self.cleared_by is None
