"""Disputes' work: read what has come in, and suggest what to do."""

import logging
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hub.disputes import automatic, reading, suggestion
from hub.disputes.models import disputes
from hub.disputes.workflow import UNDECIDED
from hub.errors import HubError
from hub.jobs.context import JobContext
from hub.sdk.classifier import DisputeClassifier, Reading
from hub.sdk.errors import ConfigError
from hub.tenants import service as tenants

log = logging.getLogger(__name__)

_ALL = 1_000_000


def classify(context: JobContext) -> dict[str, Any]:
    """Read all disputes of the tenant that wait for it, suggest what to do, and do what an admin set to automatic.

    Some at a time, each batch in a transaction of its own, so that work which is interrupted goes on where it was.
    Without a classifier, or where it fails for good, they are left to a person and say so.
    """
    today = _today(context)
    if not _waiting(context, 1):
        # Nothing to read is no reason to load a model.
        _suggest(context, _without(context), today)
        return {"read": 0, "left": 0}
    try:
        reader = reading.classifier(context.registry, context.settings)
    except ConfigError as error:
        left = _leave(context, f"Texts are not read here: {error}", today)
        return {"read": 0, "left": left, "problem": str(error)}
    with context.transaction() as session:
        known = reading.learned(session, reader)
    read = left = 0
    while waiting := _waiting(context):
        context.progress(read / (read + len(waiting)), "Reading disputes")
        found = _read(context, reader, [words for _, words in waiting], known)
        now = datetime.now(UTC)
        with context.transaction() as session:
            for (dispute_id, _), each in zip(waiting, found, strict=True):
                if isinstance(each, str):
                    reading.give_up(session, dispute_id, reader.slug, each, now, version=reader.version)
                    left += 1
                else:
                    reading.keep(session, dispute_id, each, reader, known, now)
        _suggest(context, [dispute_id for dispute_id, _ in waiting], today)
        read += len(waiting)
    _suggest(context, _without(context), today)
    return {"read": read - left, "left": left}


def _read(
    context: JobContext, reader: DisputeClassifier, texts: list[str], known: reading.Learned | None
) -> list[Reading | str]:
    """What each text says. At the last attempt a text that cannot be read costs itself alone, and says why."""
    try:
        return list(reading.read(reader, texts, known))
    except Exception:
        if not context.is_last_attempt:
            raise
        log.exception("%d texts are read one by one", len(texts))
    found: list[Reading | str] = []
    for words in texts:
        try:
            found += reading.read(reader, [words], known)
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises, the others are to be read
            found.append(f"It could not be read ({type(error).__name__}).")
    return found


def _waiting(context: JobContext, limit: int = reading.AT_ONCE) -> list[tuple[UUID, str]]:
    with context.transaction() as session:
        return reading.unread(session, limit)


def _leave(context: JobContext, problem: str, today: date) -> int:
    left, now = [], datetime.now(UTC)
    with context.transaction() as session:
        for dispute_id, _ in reading.unread(session, _ALL):
            if reading.give_up(session, dispute_id, context.settings.disputes_classifier, problem, now):
                left.append(dispute_id)
    _suggest(context, [*left, *_without(context)], today)
    return len(left)


def _without(context: JobContext) -> list[UUID]:
    """Disputes that nobody has decided and nothing is suggested for: those whose reason came with them."""
    query = select(disputes.c.id).where(
        disputes.c.suggestion.is_(None), disputes.c.status.in_(UNDECIDED), disputes.c.read_at.is_not(None)
    )
    with context.transaction() as session:
        return list(session.scalars(query))


def _suggest(context: JobContext, ids: list[UUID], today: date) -> None:
    for dispute_id in ids:
        now = datetime.now(UTC)
        try:
            with context.transaction() as session:
                suggestion.suggest(session, dispute_id, now, today=today)
            with context.transaction() as session:
                automatic.accept(session, dispute_id, now, context.registry)
        except HubError:
            # It stays without a suggestion, and a person looks at it; the others are not to wait for that.
            log.exception("nothing could be suggested for dispute %s", dispute_id)


def _today(context: JobContext) -> date:
    """The day it is for the tenant."""
    with context.storage.hub() as session:
        zone = tenants.get(session, context.tenant).time_zone
    return datetime.now(ZoneInfo(zone)).date()
