"""The verbs on a dispute. Sessions are a tenant's; whoever acts is `hub.storage.audit.actor`.

Each verb locks the dispute's row first, so that of two people at once the second sees what the first has done, and is
told where it no longer fits. `expected_version`, where it is given, refuses whatever changed since it was read.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub import live
from hub.disputes import effects, history
from hub.disputes.capture import Opened, Opening, find_by_external_id, open_dispute, open_disputes, unended_of
from hub.disputes.card_numbers import strike_out
from hub.disputes.models import dispute_comments, dispute_labels, disputes
from hub.disputes.workflow import UNENDED
from hub.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, PreconditionError
from hub.ledger.owed import owed
from hub.storage import audit

__all__ = [
    "Opened",
    "Opening",
    "change",
    "comment",
    "find_by_external_id",
    "get",
    "lock",
    "of_customers",
    "of_invoice",
    "open_dispute",
    "open_disputes",
    "set_code",
    "set_evidence",
    "unended_of",
    "write",
]

_KINDS_OF_CHANGE: dict[str, history.Kind] = {
    "owner_id": "assigned",
    "due_on": "due",
    "amount": "changed",
    "product": "changed",
    "invoice_id": "matched",
}


def get(session: Session, dispute_id: UUID) -> dict[str, Any]:
    """A dispute's row. Raises NotFoundError."""
    return _read(session, dispute_id, is_locked=False)


def of_invoice(session: Session, invoice_id: UUID) -> list[dict[str, Any]]:
    """The rows of an invoice's disputes that have not ended, oldest first."""
    query = (
        select(disputes)
        .where(disputes.c.invoice_id == invoice_id, disputes.c.status.in_(UNENDED))
        .order_by(disputes.c.opened_at, disputes.c.number)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def of_customers(session: Session, customer_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """All disputes of these customers with what was said about each, oldest first: for a person who asks."""
    query = select(disputes).where(disputes.c.customer_id.in_(customer_ids)).order_by(disputes.c.number)
    said = select(dispute_comments).order_by(dispute_comments.c.id)
    return [
        {
            **row,
            "comments": [
                {"at": each.at, "text": each.text}
                for each in session.execute(said.where(dispute_comments.c.dispute_id == row["id"]))
            ],
        }
        for row in session.execute(query).mappings()
    ]


def lock(session: Session, dispute_id: UUID, expected_version: int | None = None) -> dict[str, Any]:
    """A dispute's row, locked until the transaction ends. Raises NotFoundError, and PreconditionError if changed."""
    dispute = _read(session, dispute_id, is_locked=True)
    if expected_version is not None and dispute["version"] != expected_version:
        raise PreconditionError(f"The dispute was changed: it is at version {dispute['version']}; read it again.")
    return dispute


def write(
    session: Session, dispute: Mapping[str, Any], values: Mapping[str, Any], now: datetime, *, answers: bool = False
) -> dict[str, Any]:
    """Change a locked dispute and what it holds; returns it as it is then. The event is the caller's to record.

    `answers`: it is an answer to the customer's objection if one of the tenant's people does it.
    """
    if answers and dispute["first_answered_at"] is None and audit.actor().kind == "person":
        values = {**values, "first_answered_at": now}
    changed = (
        update(disputes)
        .where(disputes.c.id == dispute["id"])
        .values(**values, version=disputes.c.version + 1)
        .returning(disputes)
    )
    after = dict(session.execute(changed).mappings().one())
    if any(after[name] != dispute[name] for name in ("status", "invoice_id", "amount", "due_on")):
        effects.keep_hold(session, after, now)
        effects.forecast_later(session, now)
    live.tell_after_commit(session, "dispute-changed", dispute_id=str(after["id"]))
    return after


def change(
    session: Session, dispute_id: UUID, changes: Mapping[str, Any], now: datetime, *, expected_version: int
) -> dict[str, Any]:
    """Change owner, due day, disputed amount, product or invoice of a dispute that has not ended.

    An owner is a member of the tenant, which the caller has seen to. Another invoice than the one found is a person's
    to choose; it brings its customer and currency. Raises NotFoundError, PreconditionError, ConflictError,
    ForbiddenError, InvalidError.
    """
    dispute = lock(session, dispute_id, expected_version)
    values = {name: value for name, value in changes.items() if dispute[name] != value}
    if not values:
        return dispute
    if dispute["status"] not in UNENDED:
        raise ConflictError("A dispute that is resolved cannot be changed. Reopen it first.")
    if "invoice_id" in values:
        values |= _matched(session, dispute, values["invoice_id"])
    _check_amount(session, dispute | values, values)
    after = write(session, dispute, values, now)
    for kind in dict.fromkeys(_KINDS_OF_CHANGE[name] for name in values if name in _KINDS_OF_CHANGE):
        names = [name for name in values if _KINDS_OF_CHANGE.get(name, "matched") == kind]
        history.record(session, dispute_id, kind, now, before=_told(dispute, names), after=_told(after, names))
    audit.record(
        session, "dispute.updated", "dispute", dispute_id, before=_told(dispute, values), after=_told(after, values)
    )
    return after


def comment(session: Session, dispute_id: UUID, text: str, now: datetime) -> dict[str, Any]:
    """Write something beside a dispute; returns {comment_id, sha256}. Raises NotFoundError."""
    dispute = lock(session, dispute_id)
    written = history.write_comment(session, dispute_id, text, now)
    write(session, dispute, {}, now, answers=True)
    history.record(session, dispute_id, "commented", now, after=written)
    audit.record(session, "dispute.commented", "dispute", dispute_id, after={"comment_id": written["comment_id"]})
    return written


def set_code(
    session: Session,
    dispute_id: UUID,
    code: str,
    codes: Sequence[str],
    now: datetime,
    *,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Say what the reason is, and the further ones: a correction, or a confirmation where it is what was read.

    What a person says is kept as a label to learn from. Raises NotFoundError, PreconditionError, InvalidError.
    """
    if code in codes or len(set(codes)) != len(codes):
        raise InvalidError("A reason is named twice.", fields={"codes": "The further reasons, each once."})
    dispute = lock(session, dispute_id, expected_version)
    values = {"code": code, "codes": list(codes), "code_by": "person", "is_sure": True}
    values["read_at"] = dispute["read_at"] or now
    if audit.actor().kind == "person":
        label = {
            "dispute_id": dispute_id,
            "text": dispute["text"],
            "code": code,
            "was": dispute["code"] if dispute["code_by"] == "classifier" else None,
            "p_was": dispute["p_code"] if dispute["code_by"] == "classifier" else None,
            "labelled_by": audit.actor().id,
            "labelled_at": now,
        }
        session.execute(insert(dispute_labels).values(**label))
    after = write(session, dispute, values, now)
    names = ("code", "codes", "code_by", "is_sure")
    before_told, after_told = _told(dispute, names), _told(after, names)
    history.record(session, dispute_id, "corrected", now, before=before_told, after=after_told)
    audit.record(session, "dispute.corrected", "dispute", dispute_id, before=before_told, after=after_told)
    return after


def set_evidence(
    session: Session,
    dispute_id: UUID,
    now: datetime,
    *,
    kind: str,
    status: str,
    url: str | None = None,
    note: str | None = None,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Say of a piece of evidence whether it is there. Raises NotFoundError, PreconditionError, InvalidError."""
    dispute = lock(session, dispute_id, expected_version)
    others = [each for each in dispute["evidence"] if each["kind"] != kind]
    before = next((each["status"] for each in dispute["evidence"] if each["kind"] == kind), None)
    if len(others) >= MOST_EVIDENCE:
        raise InvalidError("That is too much evidence.", fields={"kind": f"At most {MOST_EVIDENCE} kinds."})
    who = audit.actor()
    said = {
        "kind": kind,
        "status": status,
        "url": url,
        "note": note and strike_out(note),
        "by": who.id,
        "at": now.isoformat(),
    }
    after = write(session, dispute, {"evidence": [*others, said]}, now)
    was, told = {"evidence": {kind: before}}, {"evidence": {kind: status}}
    history.record(session, dispute_id, "evidence", now, before=was, after=told)
    audit.record(session, "dispute.evidence_set", "dispute", dispute_id, before=was, after=told)
    return after


MOST_EVIDENCE = 40
"""Kinds of evidence that one dispute has at most."""


def _read(session: Session, dispute_id: UUID, *, is_locked: bool) -> dict[str, Any]:
    query = select(disputes).where(disputes.c.id == dispute_id)
    row = session.execute(query.with_for_update() if is_locked else query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such dispute.")
    return dict(row)


def _matched(session: Session, dispute: Mapping[str, Any], invoice_id: UUID | None) -> dict[str, Any]:
    if dispute["invoice_id"] is not None and audit.actor().kind != "person":
        raise ForbiddenError("Only a person can say that a dispute is about another invoice than the one found.")
    if invoice_id is None:
        # The customer stays: who wrote has not changed.
        return {}
    invoice = next(iter(owed(session, [invoice_id])), None)
    if invoice is None:
        message = "The id of an invoice that is owed or was; not of a draft, void or deleted one."
        raise InvalidError("There is no such invoice.", fields={"invoice_id": message})
    return {"customer_id": invoice.customer_id, "currency": invoice.currency}


def _check_amount(session: Session, dispute: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    amount, invoice_id = dispute["amount"], dispute["invoice_id"]
    if amount is None or invoice_id is None or not {"amount", "invoice_id"} & values.keys():
        return
    for invoice in owed(session, [invoice_id]):
        if amount > invoice.total:
            limit = f"At most {invoice.total:f} {invoice.currency}, which is all of {invoice.number}."
            raise InvalidError("More is disputed than was billed.", fields={"amount": limit})


def _told(dispute: Mapping[str, Any], names: Any) -> dict[str, Any]:
    """What the history and the audit have of these columns: no words of people."""
    return {
        ("has_product" if name == "product" else name): dispute[name] is not None
        if name == "product"
        else dispute[name]
        for name in names
    }
