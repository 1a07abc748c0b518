"""What the policy may do by itself: accept what an admin set to automatic, within the rule's limit; nothing else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.disputes import history, moves, service, write_back
from hub.errors import ConflictError, InvalidError
from hub.ledger import adjustments
from hub.storage import audit


def accept(session: Session, dispute_id: UUID, now: datetime, registry: Any) -> bool:
    """Accept a dispute in the policy's name where its suggestion says so and nobody has touched it; whether it is.

    Written back where an admin lets the hub write to that connection. Both are recorded as the policy's doing.
    """
    dispute = service.lock(session, dispute_id)
    suggestion = dispute["suggestion"] or {}
    if suggestion.get("approve") != "automatic" or dispute["status"] != "open" or dispute["proposal"] is not None:
        return False
    with audit.acting(history.POLICY):
        try:
            with session.begin_nested():
                moves.accept(session, dispute_id, now)
        except (ConflictError, InvalidError):
            # The invoice is not known, or too little is left of it: then a person looks at it.
            return False
        for made in adjustments.list_adjustments(session, dispute_id=dispute_id, status=("pending",)):
            try:
                write_back.ask(session, made.id, registry)
            except ConflictError:
                continue  # it stays pending, and a person sees why
    return True
