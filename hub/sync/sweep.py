"""What a full read did not bring was deleted at the provider, and goes here too; what could be its mistake does not.

Nothing goes where a stream was not read to its end, where an item could not be used (it may be the very one), where the
provider brought nothing of many or would take away more than a fifth, or where the provider, asked for it by id, still
has it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.ledger import service as ledger
from hub.sdk.connector import Connector, Stream
from hub.sdk.records import Entity
from hub.sync import runs, verdict

if TYPE_CHECKING:
    from hub.sync.engine import Attempt

ASKED = 500
"""So many that a listing lacked are asked for by id; where more are missing, the listing alone is believed."""


def listed(connector: Connector) -> list[Entity]:
    """Entities of which every stream lists all that there are."""
    whole: dict[Entity, bool] = {}
    for stream in connector.streams:
        whole[stream.entity] = whole.get(stream.entity, True) and stream.lists_all
    return [entity for entity, is_whole in whole.items() if is_whole]


def delete_what_is_gone(attempt: "Attempt", connector: Connector) -> None:
    """Delete the records that no page of a full read has brought, entity by entity."""
    for entity in listed(connector):
        streams = [stream for stream in connector.streams if stream.entity == entity]
        doubtful = _doubtful(attempt, entity)
        if doubtful:
            attempt.say(
                f"Deleted {entity} records are left to the next full sync: {doubtful} could not all be used.", "warning"
            )
            continue
        with attempt.context.transaction() as session:
            missing, held = _missing(session, attempt, entity)
        if not missing:
            continue
        if verdict.is_mass_deletion(len(missing), held):
            _keep(attempt, entity, len(missing), held)
            continue
        _delete(attempt, connector, streams[0], missing)


def _doubtful(attempt: "Attempt", entity: Entity) -> str:
    """The streams that bring records of the entity and of which an item could not be used."""
    return " and ".join(
        name
        for name, progress in attempt.state.progress.items()
        if progress.get("rejected") and entity in progress.get("brings", ())
    )


def _missing(session: Session, attempt: "Attempt", entity: Entity) -> tuple[dict[str, UUID], int]:
    """By the provider's id, the living records that the read has not come by; and how many are living in all."""
    state = attempt.state
    # Another run may have brought records after this one had read their place.
    known_before: datetime | None = state.started_at if state.known_at != state.started_at else None
    return ledger.list_missing(
        session, state.connection_id, entity, runs.seen_ids(state, entity), known_before=known_before
    )


def _keep(attempt: "Attempt", entity: Entity, missing: int, held: int) -> None:
    attempt.doubts.append(
        f"the full listing lacks {missing} of {held} {entity} records, so these were kept; look there whether they are"
        " meant to be gone"
    )


def _delete(attempt: "Attempt", connector: Any, stream: Stream, missing: dict[str, UUID]) -> None:
    """Delete records, but those that the provider has when it is asked for them."""
    if getattr(connector, "read_some", None) is not None and len(missing) <= ASKED:
        attempt.say(f"{len(missing)} {stream.name} were not in the full listing; asking for them.")
        attempt.read_again(connector, stream, {row.hex: external_id for external_id, row in missing.items()})
        return
    batch = ledger.Batch.of(attempt.connection.id)
    batch.gone[stream.entity].update(_gone(attempt, missing.values()))
    with attempt.context.transaction() as session:
        attempt.store(session, stream.name, batch, [])
    attempt.say(f"{len(missing)} {stream.name} were not in the full listing and are gone.")


def _gone(attempt: "Attempt", ids: Iterable[UUID]) -> dict[str, Any]:
    return dict.fromkeys((each.hex for each in ids), attempt.now.date())
