"""What disputes do beyond themselves: they hold their invoices, and what is forecast of those changes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.disputes.workflow import UNENDED
from hub.jobs import service as jobs
from hub.ledger import holds

FORECAST_AFTER = timedelta(minutes=5)
"""Forecasts are made anew so long after holds change, once for all that change meanwhile."""


def hold_of(dispute: Mapping[str, Any]) -> dict[str, Any]:
    """The hold that a dispute of an invoice is."""
    return {
        "invoice_id": dispute["invoice_id"],
        "source_id": dispute["id"],
        "reason": f"Disputed: D-{dispute['number']}",
        "amount": dispute["amount"],
        "until": dispute["due_on"],
    }


def keep_hold(session: Session, dispute: Mapping[str, Any], now: datetime) -> None:
    """Have the ledger hold what a dispute as it now is holds, and nothing more."""
    if dispute["invoice_id"] is not None and dispute["status"] in UNENDED:
        holds.place(session, kind="dispute", at=now, **hold_of(dispute))
    else:
        holds.release(session, "dispute", dispute["id"], now)


def forecast_later(session: Session, now: datetime) -> None:
    """Have the open book forecast anew before long."""
    jobs.submit(session, "forecasting.refresh", {}, dedupe_key="holds", run_at=now + FORECAST_AFTER)
