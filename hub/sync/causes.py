"""Why a customer's balance may differ from the provider's: what the ledger and the run know, put into words.

A cause is a likely one, said as what it looks like; where nothing fits, it says that too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.ledger import service as ledger
from hub.sync.models import sync_rejects
from hub.sync.runs import Run

UNKNOWN = "unknown: no single document or rejected item accounts for it"
_READ_REJECTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGap:
    """A customer whose balance in a currency differs. `is_home`: the balance is that in the home currency.

    `ties_in_currency`: at home alone, for in its own currencies the customer was compared and is equal.
    `external_id` is None where the provider does not name the customer, so that it says they owe nothing.
    """

    customer_id: UUID
    external_id: str | None
    currency: str
    provider: Decimal
    ledger: Decimal
    documents: int
    is_home: bool = False
    ties_in_currency: bool = False
    name: str | None = None
    cause: str = UNKNOWN

    @property
    def amount(self) -> Decimal:
        """What the ledger holds beyond the provider's balance."""
        return self.ledger - self.provider

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the run."""
        return {
            "customer_id": str(self.customer_id),
            "external_id": self.external_id,
            "name": self.name,
            "currency": self.currency,
            "is_home": self.is_home,
            "provider": f"{self.provider:.4f}",
            "ledger": f"{self.ledger:.4f}",
            "difference": f"{self.amount:.4f}",
            "cause": self.cause,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of one customer: whether the ledger has them, their documents, and rejects that name them.

    `rejects` are the reasons of items of this run that mention the customer; `other_rejects` counts all the others.
    """

    is_known: bool
    documents: Sequence[ledger.Document]
    rejects: Sequence[str] = ()
    other_rejects: int = 0


def explain(session: Session, run: Run, gaps: Sequence[CustomerGap], home_currency: str | None) -> list[CustomerGap]:
    """The gaps with names and likely causes."""
    customers = list({gap.customer_id for gap in gaps})
    names = ledger.names_of(session, customers)
    documents = ledger.documents_of(session, customers, home_currency)
    query = select(sync_rejects.c.reason, sync_rejects.c.raw).where(sync_rejects.c.run_id == run.id)
    rejects = [(reason, raw or "") for reason, raw in session.execute(query.limit(_READ_REJECTS))]
    explained = []
    for gap in gaps:
        external_id, name = names.get(gap.customer_id, (gap.external_id, None))
        named = [reason for reason, raw in rejects if _mentions(raw, external_id, name)]
        evidence = Evidence(
            is_known=gap.customer_id in names,
            documents=documents[gap.customer_id],
            rejects=named,
            other_rejects=run.rejected - len(named),
        )
        cause = likely_cause(gap, evidence, run.started_at, ledger.minor_units(gap.currency))
        explained.append(replace(gap, external_id=external_id, name=name, cause=cause))
    return explained


def likely_cause(gap: CustomerGap, evidence: Evidence, began: datetime, minor_units: int) -> str:
    """In words, what the difference most likely comes from."""
    if evidence.rejects:
        count = len(evidence.rejects)
        return f"{count} item{'s' if count > 1 else ''} of this customer could not be used: {evidence.rejects[0]}"
    if not evidence.is_known and not evidence.documents:
        return "the customer is not in the ledger"
    if gap.ties_in_currency:
        return _at_home(gap, evidence, minor_units)
    if cause := _one_document(gap, evidence.documents):
        return cause
    changed = [each for each in evidence.documents if each.changed_at is not None and each.changed_at >= began]
    if changed:
        return f"{changed[0].kind} {changed[0].number} was changed at the provider while the run was reading"
    if not evidence.is_known:
        return "the customer is not in the ledger, though documents of theirs are"
    if evidence.other_rejects:
        return f"one of the {evidence.other_rejects} items that could not be used may be theirs"
    return UNKNOWN


def _at_home(gap: CustomerGap, evidence: Evidence, minor_units: int) -> str:
    """The balance is equal in its own currency, so it is the rates or the rounding."""
    unit = Decimal(1).scaleb(-minor_units)
    if abs(gap.amount) <= unit * max(gap.documents, 1):
        return f"rounding of {gap.documents} documents to the home currency"
    return "equal in its own currency: payments or credits were booked at another rate than the invoices'"


def _one_document(gap: CustomerGap, documents: Sequence[ledger.Document]) -> str | None:
    """What single document makes the whole difference."""
    at_home = gap.is_home
    fitting: list[tuple[str, ledger.Document]] = []
    for each in documents:
        if not at_home and each.currency != gap.currency:
            continue
        now = each.home if at_home else each.open
        if each.unlike_stated and each.unlike_stated == gap.amount and not at_home:
            return _unlike_stated(each)
        if now and now == gap.amount:
            fitting.append((_STILL_OPEN[each.kind], each))
        elif each.amount and each.counts and each.amount == gap.amount:
            fitting.append(("as if {} were missing at the provider", each))
        elif each.amount and not each.counts and each.amount == -gap.amount:
            fitting.append(("as if {}, which is void or deleted here, counted at the provider", each))
    if not fitting:
        return None
    sentence, document = fitting[0]
    more = f" (or another of {len(fitting)} documents over this amount)" if len(fitting) > 1 else ""
    return sentence.format(f"{document.kind} {document.number}") + more


def _unlike_stated(invoice: ledger.Document) -> str:
    """The provider states another balance of an invoice than follows from what is known to have settled it."""
    amount = f"{abs(invoice.unlike_stated):,.2f} {invoice.currency}"
    if invoice.unlike_stated > 0:
        return f"as if a payment or credit of {amount} for invoice {invoice.number} were missing here"
    return f"as if {amount} too much were set against invoice {invoice.number} here"


_STILL_OPEN: Mapping[str, str] = {
    "invoice": "as if {} were settled or deleted at the provider: it is open here",
    "payment": "as if {} were applied, refunded or deleted at the provider: it is unapplied here",
    "credit memo": "as if {} were applied, refunded or deleted at the provider: it is unapplied here",
}


def _mentions(raw: str, external_id: str | None, name: str | None) -> bool:
    """Whether a rejected item, as Python shows it, names the customer."""
    return any(f"'{each}'" in raw or f'"{each}"' in raw for each in (external_id, name) if each)
