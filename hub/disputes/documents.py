"""A dispute as the API shows it: the row with its invoice, customer, hold, people and what the caller may do."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import Schema
from sqlalchemy.orm import Session

from hub.disputes import history, listing, schemas, service
from hub.disputes.groups import GROUP_OF
from hub.disputes.policy_schemas import AdjustmentSchema
from hub.disputes.workflow import UNENDED, Mover, outcomes, verbs
from hub.identity.colleagues import names_of
from hub.ledger import adjustments, holds
from hub.ledger import service as ledger
from hub.ledger.owed import Owed, named
from hub.ledger.schemas import HoldSchema
from hub.storage.session import Storage

_READING: dict[str, Any] = {"labels": [], "language": None, "version": None, "number": None, "problem": None}


def show_dispute(
    session: Session,
    dispute: Mapping[str, Any],
    *,
    people: Mapping[UUID, str],
    today: date,
    caller_id: str,
    mover: Mover | None,
) -> dict[str, Any]:
    """The whole document. `people` are names by id (`names`); `mover` None: somebody who only reads."""
    invoice = _invoice(session, dispute)
    customer = ledger.get_customer(session, dispute["customer_id"]) if dispute["customer_id"] else None
    amount = dispute["amount"] if dispute["amount"] is not None else (invoice.balance if invoice else 0)
    is_unended = dispute["status"] in UNENDED
    is_checked = dispute["is_sure"] or dispute["code_by"] == "person"
    shown = {name: dispute[name] for name in schemas.DisputeSchema._declared_fields if name in dispute}
    proposal = dispute["proposal"]
    return shown | {
        "group": GROUP_OF.get(dispute["code"] or ""),
        "p_code": None if dispute["p_code"] is None else float(dispute["p_code"]),
        "check": bool(is_unended and dispute["read_at"] and not is_checked),
        "amount": f"{amount:.4f}",
        "is_all": dispute["amount"] is None,
        "owner": person(dispute["owner_id"], people),
        "is_overdue": is_unended and dispute["due_on"] < today,
        "reading": None if dispute["reading"] is None else _READING | dispute["reading"],
        "evidence": [_only(schemas.EvidenceSchema, each) for each in dispute["evidence"]],
        "proposal": proposal
        and {**proposal, "by": proposal["by"]["name"], "is_own": proposal["by"]["id"] == caller_id},
        "hold": _hold(session, dispute),
        "adjustments": [
            show_adjustment(each) for each in adjustments.list_adjustments(session, dispute_id=dispute["id"])
        ],
        "invoice": None if invoice is None else _only(schemas.DisputedInvoiceSchema, asdict(invoice)),
        "customer": None if customer is None else {"id": customer["id"], "name": customer["name"]},
        "look_alikes": listing.ended_look_alikes(session, dispute),
        "moves": [] if mover is None else verbs(dispute["status"], mover),
        "outcomes": outcomes(dispute["status"]),
    }


def show_history(session: Session, dispute_id: UUID) -> list[dict[str, Any]]:
    """The events of a dispute as the API shows them."""
    return [
        {
            name: event["by_name"] if name == "by" else event[name]
            for name in schemas.DisputeEventSchema._declared_fields
        }
        for event in history.read(session, dispute_id)
    ]


def invoice_disputes(session: Session, invoice_id: UUID, today: date) -> list[dict[str, Any]]:
    """What an invoice's document has of its disputes that have not ended, oldest first."""
    return [
        {
            "id": each["id"],
            "number": each["number"],
            "code": each["code"],
            "amount": each["amount"],
            "is_all": each["amount"] is None,
            "currency": each["currency"],
            "status": each["status"],
            "due_on": each["due_on"],
            "is_overdue": each["due_on"] < today,
        }
        for each in service.of_invoice(session, invoice_id)
    ]


def with_owners(storage: Storage, page: dict[str, Any]) -> dict[str, Any]:
    """A page of the list, with people in place of their ids."""
    totals = page.get("totals")
    among = [each["value"] for each in totals["facets"]["owner"] if each["value"] != "none"] if totals else []
    people = names(storage, [*(UUID(each) for each in among), *(_uuid(each["owner_id"]) for each in page["items"])])
    for item in page["items"]:
        item["owner"] = person(_uuid(item.pop("owner_id")), people)
    if totals:
        totals["owners"] = [person(UUID(each), people) for each in among]
    return page


def person(user_id: UUID | None, names: Mapping[UUID, str]) -> dict[str, Any] | None:
    """Somebody by their id; whoever is gone from the hub has no name any more."""
    return None if user_id is None else {"id": user_id, "name": names.get(user_id, "")}


def names(storage: Storage, ids: Collection[UUID | None]) -> dict[UUID, str]:
    """What these people are called. Not to be asked inside a transaction: it takes another connection."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    with storage.hub() as session:
        return names_of(session, wanted)


def _invoice(session: Session, dispute: Mapping[str, Any]) -> Owed | None:
    return next(iter(named(session, [dispute["invoice_id"]])), None) if dispute["invoice_id"] else None


def _hold(session: Session, dispute: Mapping[str, Any]) -> dict[str, Any] | None:
    found = holds.active(session, [dispute["invoice_id"]]) if dispute["invoice_id"] else []
    return next((_only(HoldSchema, asdict(each)) for each in found if each.source_id == dispute["id"]), None)


def _only(schema: type[Schema], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in schema._declared_fields}


def _uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


def show_adjustment(adjustment: adjustments.Adjustment) -> dict[str, Any]:
    """An adjustment as the API shows it."""
    shown = _only(AdjustmentSchema, asdict(adjustment))
    return shown | {name: None if shown[name] is None else f"{shown[name]:.4f}" for name in ("amount", "applied")}
