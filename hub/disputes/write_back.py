"""Writing an adjustment back: a credit memo in the provider's books, once, where an admin allowed it.

That it is going to be asked for is committed before the provider is asked, with the key and the day that all attempts
have in common. A crash, or an answer that is lost, leaves the adjustment `sending`: whoever asks again finds out, since
the connector looks for the document before it makes one.
"""

from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub import live
from hub.connections import service as connections
from hub.connections.connecting import WRITES
from hub.connections.service import Connection
from hub.disputes import history
from hub.errors import ConflictError, NotFoundError
from hub.jobs import service as jobs
from hub.jobs.context import JobContext
from hub.ledger import adjustments
from hub.ledger import service as ledger
from hub.ledger.adjustments import Adjustment
from hub.sdk.connector import WriteRequest, WriteResult
from hub.sdk.errors import AuthError, ConfigError, PluginError, RefusedError
from hub.storage.session import Storage
from hub.tenants import service as tenants

WRITTEN = ("credit", "discount")
"""Kinds of adjustments that are a credit memo; others a person enters at the provider, and a sync confirms them."""
ASKED = ("pending", "failed", "sending")
AGAIN = "Writing it back again finds out, and makes no second document."


def ask(session: Session, adjustment_id: UUID, registry: Any) -> UUID:
    """Have an adjustment written back; the job's id. Raises NotFoundError, and ConflictError for what is in the way."""
    adjustment = adjustments.get(session, adjustment_id, for_update=True)
    if adjustment.status not in ASKED:
        raise ConflictError(f"There is nothing to write back: it is {adjustment.status.replace('_', ' ')}.")
    way(session, adjustment, registry)
    key = {"adjustment_id": str(adjustment_id)}
    return jobs.submit(session, "disputes.write_back", key, dedupe_key=str(adjustment_id))


def way(session: Session, adjustment: Adjustment, registry: Any) -> tuple[Connection, dict[str, Any]]:
    """The connection to write to, and the invoice. Raises ConflictError that says what is in the way."""
    if adjustment.kind not in WRITTEN:
        raise ConflictError(
            f"A {adjustment.kind.replace('_', ' ')} is entered at the provider by a person; the next sync confirms it."
        )
    invoice = ledger.get_invoice(session, adjustment.invoice_id)
    if invoice is None or invoice["deleted_on"] is not None:
        raise ConflictError("The invoice is gone.")
    try:
        connection = connections.get(session, adjustment.connection_id or invoice["connection_id"])
        manifest = registry.get(connection.plugin)
    except NotFoundError as error:
        raise ConflictError("The invoice was entered or imported here: no provider has it.") from error
    if WRITES not in manifest.capabilities:
        raise ConflictError(f"{manifest.name} is only read: enter the credit there; the next sync confirms it.")
    if not connection.write_back:
        raise ConflictError(f"An admin has not allowed writing to {connection.name}; it is allowed at the connection.")
    if not connection.write_granted:
        raise ConflictError(f"The consent for {connection.name} does not reach to writing: reconnect it.")
    if connection.status not in ("ready", "needs_attention"):
        raise ConflictError(
            f"{connection.name} is {connection.status.replace('_', ' ')}; nothing can be written there."
        )
    return connection, invoice


def run(context: JobContext, adjustment_id: str) -> dict[str, Any]:
    """Write one adjustment back. Work of kind `disputes.write_back`."""
    found = _begin(context, UUID(adjustment_id))
    if found is None:
        return {"status": "nothing to do"}
    adjustment, connection, request, was_asked = found
    try:
        result = _write(context, connection, request)
    except RefusedError as error:
        return _stop(context, adjustment, str(error), is_known=True)
    except (AuthError, ConfigError) as error:
        with context.transaction() as session:
            # If it can be read no more either, the run says so to whoever mends it.
            jobs.submit(session, "sync.run", {"connection_id": str(connection.id)})
        # Nothing was asked for this time; an earlier attempt may have been heard.
        return _stop(context, adjustment, str(error), is_known=not was_asked)
    except PluginError as error:
        _stop(context, adjustment, f"It is not known yet what came of it: {error}. {AGAIN}", is_known=False)
        raise
    return _finish(context, adjustment, result)


def _begin(context: JobContext, adjustment_id: UUID) -> tuple[Adjustment, Connection, WriteRequest, bool] | None:
    """Commit that the provider is going to be asked, with all that every attempt has in common.

    The last says whether it was asked before and nobody knows what came of it.
    """
    today = _today(context.storage, context.tenant)
    with context.transaction() as session:
        adjustment = adjustments.get(session, adjustment_id, for_update=True)
        was_asked = adjustment.status == "sending"
        if adjustment.status not in ASKED:
            return None
        try:
            connection, invoice = way(session, adjustment, context.registry)
        except ConflictError as error:
            status = "sending" if was_asked else "failed"
            adjustments.change(session, adjustment, _now(), status=status, error=str(error))
            _tell(session, adjustment)
            return None
        customer = ledger.get_customer(session, invoice["customer_id"])
        adjustment = adjustments.send(session, adjustment, connection.id, today, _now())
        assert adjustment.written_on is not None
        request = WriteRequest(
            key=adjustment.idempotency_key,
            invoice_id=invoice["external_id"],
            customer_id=customer["external_id"] if customer else "",
            amount=round(adjustment.amount, ledger.minor_units(adjustment.currency)),
            currency=adjustment.currency,
            on=adjustment.written_on,
            reason=adjustment.reason,
        )
    return adjustment, connection, request, was_asked


def _write(context: JobContext, connection: Connection, request: WriteRequest) -> WriteResult:
    from hub.connections.calling import open_api  # late: it brings what calls providers

    with closing(open_api(context, connection, is_interactive=True)) as api:
        connector = connections.make_connector(context, connection, api=api)
        found: WriteResult = connector.write(request)
        return found


def _finish(context: JobContext, adjustment: Adjustment, result: WriteResult) -> dict[str, Any]:
    with context.transaction() as session:
        held = adjustments.get(session, adjustment.id, for_update=True)
        error = None
        if result.applied < held.amount:
            error = (
                f"The credit memo is there, and {result.applied:f} of {held.amount:f} {held.currency} of it settle the"
                " invoice; apply the rest at the provider."
            )
        values = {"external_id": result.external_id, "number": result.number, "applied": result.applied}
        if held.status != "confirmed":  # by a sync that came in between
            values["status"] = "written_back"
        after = adjustments.change(session, held, _now(), **values, error=error)
        if held.dispute_id is not None:
            told = {"adjustment_id": held.id, "status": after.status, "number": result.number}
            history.record(session, held.dispute_id, "written_back", _now(), after=told)
        if held.connection_id is not None:
            jobs.submit(session, "sync.run", {"connection_id": str(held.connection_id)})
        _tell(session, held)
    return {"status": after.status, "external_id": result.external_id}


def _stop(context: JobContext, adjustment: Adjustment, error: str, *, is_known: bool) -> dict[str, Any]:
    """Keep what the provider, or what is on the way to it, says; `is_known`: it has no document."""
    with context.transaction() as session:
        held = adjustments.get(session, adjustment.id, for_update=True)
        if held.status != "sending":  # a sync has found it meanwhile
            return {"status": held.status}
        status = "failed" if is_known else "sending"
        adjustments.change(session, held, _now(), status=status, error=error)
        if held.dispute_id is not None and is_known:
            told = {"adjustment_id": held.id, "status": status}
            history.record(session, held.dispute_id, "written_back", _now(), after=told)
        _tell(session, held)
    return {"status": status, "error": error}


def confirm(context: JobContext) -> dict[str, Any]:
    """Confirm the adjustments that the books have by now. Work of kind `disputes.confirm`, after each sync."""
    with context.transaction() as session:
        confirmed = adjustments.confirm(session, _now())
        for each in confirmed:
            if each.dispute_id is not None:
                told = {"adjustment_id": each.id, "status": "confirmed", "number": each.number}
                history.record(session, each.dispute_id, "adjusted", _now(), after=told)
            _tell(session, each)
    return {"confirmed": len(confirmed)}


def _tell(session: Session, adjustment: Adjustment) -> None:
    if adjustment.dispute_id is not None:
        live.tell_after_commit(session, "dispute-changed", dispute_id=str(adjustment.dispute_id))


def _today(storage: Storage, tenant: str) -> date:
    with storage.hub() as session:
        zone = tenants.get(session, tenant).time_zone
    return _now().astimezone(ZoneInfo(zone)).date()


def _now() -> datetime:
    return datetime.now(UTC)
