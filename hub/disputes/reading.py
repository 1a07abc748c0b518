"""Reading what customers wrote: the classifier of this process, and what becomes of a dispute that it has read.

The classifier runs in workers alone, is loaded once per process, and never inside a transaction.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.disputes import history, service
from hub.disputes.models import dispute_classifiers, disputes
from hub.errors import NotFoundError
from hub.jobs.policy import said_of
from hub.sdk.classifier import DisputeClassifier, Reading
from hub.sdk.errors import ConfigError
from hub.settings import Settings

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Texts that are read together, and kept in one transaction."""

_loaded: dict[tuple[str, str], DisputeClassifier] = {}
_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Learned:
    """What a tenant's corrections have taught: the version's number, and the classifier's own data."""

    number: int
    data: bytes


def classifier(registry: Any, settings: Settings) -> DisputeClassifier:
    """The classifier that the settings name, made once per process. Raises ConfigError where it cannot be had."""
    key = (settings.disputes_classifier, settings.disputes_classifier_config)
    with _loading:
        if key not in _loaded:
            _loaded[key] = _make(registry, *key)
        return _loaded[key]


def _make(registry: Any, slug: str, given: str) -> DisputeClassifier:
    try:
        made: DisputeClassifier = registry.make(slug, _config(registry, slug, given))
    except NotFoundError as error:
        raise ConfigError(f"there is no classifier {slug}") from error
    except ConfigError as error:
        if isinstance(error.__cause__, ImportError):
            raise ConfigError(f"what {slug} needs is not installed: pip install 'paypredict[nlp]'") from error
        raise
    except Exception as error:  # a plugin's own: the disputes are not to wait for who mends it
        raise ConfigError(f"{slug} cannot be made ({said_of(error)})") from error
    return made


def _config(registry: Any, slug: str, given: str) -> dict[str, Any]:
    manifest = registry.get(slug)
    if manifest.kind != "classifier":
        raise ConfigError(f"setting disputes_classifier: {slug} is no classifier but a {manifest.kind}")
    try:
        config = orjson.loads(given or b"{}")
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"setting disputes_classifier_config is no JSON: {error}") from error
    if problem := best_match(Draft202012Validator(dict(manifest.config)).iter_errors(config)):
        raise ConfigError(f"setting disputes_classifier_config: {problem.message}")
    return dict(config)


def learned(session: Session, reader: DisputeClassifier) -> Learned | None:
    """What the tenant's corrections have taught this classifier; None where its champion was learnt on another."""
    table = dispute_classifiers
    query = select(table.c.number, table.c.blob).where(
        table.c.status == "champion", table.c.backend == reader.slug, table.c.backend_version == reader.version
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Learned(row.number, bytes(row.blob))


def unread(session: Session, limit: int) -> list[tuple[UUID, str]]:
    """Disputes that wait to be read, the oldest first: id and text.

    Among them those that found no classifier when they came; not those that a classifier failed at.
    """
    found_none = (
        disputes.c.code.is_(None)
        & disputes.c.reading["problem"].astext.is_not(None)
        & disputes.c.reading["version"].astext.is_(None)
    )
    query = (
        select(disputes.c.id, disputes.c.text)
        .where(or_(disputes.c.read_at.is_(None), found_none))
        .order_by(disputes.c.opened_at, disputes.c.number)
        .limit(limit)
    )
    return [(row.id, row.text) for row in session.execute(query)]


def read(reader: DisputeClassifier, texts: Sequence[str], known: Learned | None) -> list[Reading]:
    """What the texts say; with the shared head where what was learnt cannot be used. No transaction is open."""
    if known is not None:
        try:
            return reader.classify(texts, known.data)
        except ValueError as error:
            log.warning("version %d of the tenant's classifier cannot be used: %s", known.number, error)
    return reader.classify(texts)


def keep(
    session: Session,
    dispute_id: UUID,
    reading: Reading,
    reader: DisputeClassifier,
    known: Learned | None,
    now: datetime,
) -> None:
    """Keep what was read of a dispute. What a person has said meanwhile stays, with the reading beside it."""
    dispute = service.lock(session, dispute_id)
    best = reading.labels[0]
    document = {
        "labels": [
            {"code": each.code, "p_reason": round(each.p_reason, 5), "spans": [list(span) for span in each.spans]}
            for each in reading.labels
        ],
        "language": reading.language,
        "backend": reader.slug,
        "version": reader.version,
        "number": None if known is None else known.number,
    }
    code = reading.reasons[0] if reading.reasons else best.code
    p_code = next(each.p_reason for each in reading.labels if each.code == code)
    said = {
        "code": code,
        "codes": list(reading.reasons[1:]),
        "code_by": "classifier",
        "p_code": round(p_code, 5),
        "is_sure": reading.is_sure,
    }
    _keep(session, dispute, document, said, now)


def give_up(
    session: Session, dispute_id: UUID, slug: str, problem: str, now: datetime, *, version: str | None = None
) -> bool:
    """Leave a dispute to a person, saying why it was not read; whether that is news.

    `version` is that of the classifier that failed at it, None where there was none.
    """
    dispute = service.lock(session, dispute_id)
    document = {"backend": slug, "version": version, "problem": problem}
    if dispute["reading"] == document:
        return False
    _keep(session, dispute, document, {"is_sure": False}, now)
    return True


def _keep(
    session: Session, dispute: Mapping[str, Any], document: Mapping[str, Any], said: Mapping[str, Any], now: datetime
) -> None:
    values: dict[str, Any] = {"reading": document, "read_at": now}
    if dispute["code_by"] == "person":
        service.write(session, dispute, {**values, "read_at": dispute["read_at"] or now}, now)
        return
    service.write(session, dispute, {**values, **said}, now)
    before = {name: dispute[name] for name in said}
    history.record(session, dispute["id"], "classified", now, before=before, after=said)
