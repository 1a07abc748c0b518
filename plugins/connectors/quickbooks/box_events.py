"""Webhooks of QuickBooks in a box: CloudEvents, as Intuit sends them since July 2026, or the envelope from before.

Neither says what changed, only of which record; a payment over nothing, which applies a credit, is announced as any
other payment.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from hub.sdk.testing.company import Company
from hub.sdk.testing.entries import Change
from plugins.connectors.quickbooks.box_books import CREDIT_PAYMENTS, is_credit

_ENTITIES = {"customer": "customer", "invoice": "invoice", "credit_memo": "creditmemo", "payment": "payment"}
_NAMES = {
    "customer": "Customer",
    "invoice": "Invoice",
    "creditmemo": "CreditMemo",
    "payment": "Payment",
    "journalentry": "JournalEntry",
}
_OPERATIONS = {"created": "Create", "updated": "Update", "deleted": "Delete", "voided": "Void", "merged": "Merge"}


class Event(NamedTuple):
    """One thing to announce; `gone` names who lost a merger."""

    entity: str
    id: int
    operation: str
    at: datetime
    gone: int | None = None


def events(company: Company, changes: Iterable[Change]) -> Iterator[Event]:
    """What there is to announce of the changes of the company, in their order."""
    for change in changes:
        entity = _ENTITIES[change.entity]
        if change.entity == "payment" and company.receipts[change.id].kind == "journal":
            entity = "journalentry"
        if change.op == "merged":
            winner = company.parties[change.id].merged_into
            yield Event(entity, winner or change.id, "merged", change.at, change.id)
            continue
        yield Event(entity, change.id, change.op, change.at)
        if entity in ("creditmemo", "journalentry"):
            kind = "credit_memo" if entity == "creditmemo" else "payment"
            for each in company.applications.values():
                if each.source == change.id and each.source_kind == kind and each.updated_at == change.at:
                    assert is_credit(company, each)
                    operation = "deleted" if each.is_deleted else "created"
                    yield Event("payment", CREDIT_PAYMENTS + each.id, operation, each.updated_at)


def cloud_events(realm: str, found: Sequence[Event]) -> list[dict[str, Any]]:
    """The array of CloudEvents."""
    return [
        {
            "specversion": "1.0",
            "id": str(uuid5(NAMESPACE_URL, f"{realm}/{each.entity}/{each.id}/{each.operation}/{each.at}")),
            "source": "intuit.aGFzaGVkLWFwcC1pZA==",
            "type": f"qbo.{each.entity}.{each.operation}.v1",
            "datacontenttype": "application/json",
            "time": _utc(each.at),
            "intuitentityid": str(each.id),
            "intuitaccountid": realm,
            "data": {},
        }
        for each in found
    ]


def notifications(realm: str, found: Sequence[Event]) -> dict[str, Any]:
    """The envelope from before."""
    return {
        "eventNotifications": [
            {
                "realmId": realm,
                "dataChangeEvent": {
                    "entities": [
                        {
                            "name": _NAMES[each.entity],
                            "id": str(each.id),
                            "operation": _OPERATIONS[each.operation],
                            "lastUpdated": _utc(each.at),
                        }
                        | ({"deletedId": str(each.gone)} if each.gone else {})
                        for each in found
                    ]
                },
            }
        ]
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
