"""How a run ends: compared, judged and told, or noted as failed with what a person has to do about it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from hub.connections import service as connections
from hub.events import SyncFinished, TieOutLost
from hub.jobs.policy import is_wait, said_of
from hub.ledger import service as ledger
from hub.sdk.connector import Totals
from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sync import runs, tieout, verdict
from hub.sync.fingerprints import forget_unread, has_unread

if TYPE_CHECKING:
    from hub.sync.engine import Attempt

_SHOWN_REQUESTS = 10


def say_costs(attempt: "Attempt") -> None:
    stats = getattr(attempt.api, "stats", None)
    if stats is not None:
        attempt.say(
            f"{stats.calls} calls to the provider, {stats.retries} of them tried again,"
            f" {stats.waited_seconds:.0f} s spent waiting for its limits."
        )


def fail(attempt: "Attempt", error: Exception) -> None:
    """Note why an attempt came to no end, and what a person has to do about it."""
    reason = said_of(error) or type(error).__name__
    ending: dict[str, Any] = {"status": "failed", "reason": reason, "finished_at": attempt.clock()}
    if isinstance(error, verdict.MassDeletionError):
        ending |= {"status": "suspicious", "findings": {runs.UNFINISHED: sum(attempt.deleted.values())}}
    elif isinstance(error, TransientError) and is_wait(error):
        until = attempt.clock() + timedelta(seconds=error.retry_after)
        reason = f"Waiting for the provider's limit until {until:%Y-%m-%d %H:%M} UTC: {reason}"
        ending = {"status": "waiting", "reason": reason, "heartbeat_at": until}
    for line in list(getattr(attempt.api, "log", ()))[-_SHOWN_REQUESTS:]:
        attempt.say(str(line), "request")
    say_costs(attempt)
    attempt.say(reason, "warning" if ending["status"] == "waiting" else "error")
    with attempt.context.transaction() as session:
        attempt.save(session, log=attempt.state.journal.lines, **ending)
        if attempt.file is None:
            _tell_connection(attempt, session, error)


def _tell_connection(attempt: "Attempt", session: Session, error: Exception) -> None:
    """What a person has to mend is noted on the connection, and told to the tenant's admins."""
    if isinstance(error, AuthError):
        connections.needs_reconnect(session, attempt.connection.id, str(error))
    elif isinstance(error, ConfigError | RefusedError):
        connections.need_attention(session, attempt.connection.id, str(error))


def finish(attempt: "Attempt", totals: Totals | None) -> dict[str, Any]:
    """Compare the ledger with the source's totals, judge the run, and end it; returns the run as it ended."""
    state = attempt.state
    with attempt.context.transaction() as session:
        before = runs.last(session, state)
        findings = _findings(attempt, session, before)
        compared = None if totals is None else tieout.compare(session, state, totals)
        outcome = verdict.Outcome(
            read=sum(state.items.values()),
            rejected=state.rejected,
            first_reject=state.first_reject,
            items=state.items,
            items_before=_whole(attempt, before.items) if before is not None and state.kind != "some" else {},
            findings=findings if state.kind != "some" else {},
            differences=compared.gaps() if compared else (),
            doubts=attempt.doubts,
        )
        status, reasons = verdict.judge(outcome)
        attempt.watch.lap("check")
        if compared:
            attempt.say(compared.sentence(), "info" if compared.is_equal else "warning")
        for reason in reasons:
            attempt.say(reason, "warning")
        attempt.say(f"Ended {status}: {state.changed:,} records written.")
        is_whole = state.kind in ("full", "backfill") and status != "failed"
        ending = {
            "status": status,
            "reason": "; ".join(reasons) or None,
            "finished_at": attempt.clock(),
            "findings": findings,
            "tie_out": compared.as_json() if compared else None,
        }
        if state.changed and attempt.known and has_unread(attempt.known):
            forget_unread(session, attempt.connection.id, attempt.known)
        if attempt.is_full:
            runs.forget_seen(session, state)
        attempt.save(session, log=state.journal.lines, **ending)
        # That single records can be read says little of whether runs go through again.
        if state.kind != "some":
            connections.note_run(session, attempt.connection.id, attempt.now, is_full=is_whole and attempt.file is None)
    if status != "failed":
        attempt.context.publish(
            SyncFinished(
                tenant=attempt.context.tenant,
                connection_id=str(attempt.connection.id),
                run_id=str(state.id),
                status=status,
                changed=state.changed,
            )
        )
    # Once, and not after every increment of a ledger that never agrees: reading everything costs calls.
    if compared and not compared.is_equal and state.kind in ("increment", "backfill") and not _was_off(before):
        attempt.context.publish(
            TieOutLost(tenant=attempt.context.tenant, connection_id=str(attempt.connection.id), run_id=str(state.id))
        )
    return {
        "run_id": str(state.id),
        "connection_id": str(attempt.connection.id),
        "kind": state.kind,
        "items": state.items,
        "counts": state.counts,
        "changed": state.changed,
        "rejected": state.rejected,
        **{name: ending[name] for name in ("status", "reason", "findings", "tie_out")},
        "tie_out_difference": compared.by_currency() if compared else {},
    }


def _findings(attempt: "Attempt", session: Session, before: Any) -> dict[str, int]:
    """What does not add up, worked out anew only where something has changed; single records are not asked."""
    if attempt.state.kind == "some":
        return {}
    if before is None or runs.is_anything_new(session, attempt.state, before.started_at):
        return ledger.findings(session, attempt.connection.id)
    held: dict[str, int] = before.findings
    return held


def _whole(attempt: "Attempt", items: Mapping[str, int]) -> dict[str, int]:
    """Of the items of an earlier run, those of streams that are read whole every time."""
    return {stream: count for stream, count in items.items() if stream not in attempt.cursors}


def _was_off(before: Any) -> bool:
    """Whether the run before was doubtful already."""
    return before is not None and before.status == "suspicious"
