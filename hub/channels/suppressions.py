"""Addresses that a tenant may not write to: they bounced, complained, unsubscribed, are absent, or somebody said so.

An address is known by an HMAC under the tenant's key, so that it stays suppressed when it is erased with its person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import case, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub import live
from hub.channels.models import suppressions
from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.ledger.suppression import digest, key_of
from hub.redaction import sentence
from hub.sdk.errors import RecordError
from hub.sdk.mail_writing import mailbox
from hub.storage import audit

Kind = Literal["bounced", "complained", "unsubscribed", "absent", "manual"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why an address is not written to. `address` is a pseudonym once its person was erased; `until` None: for good.

    `created_by` and `released_by` are a member's name, or what found it out.
    """

    id: UUID
    address: str | None
    kind: Kind
    until: datetime | None
    detail: str
    reminder_id: UUID | None
    created_at: datetime
    created_by: str
    released_at: datetime | None = None
    released_by: str | None = None


_COLUMNS = [suppressions.c[name] for name in Suppression.__dataclass_fields__]


def of(session: Session, addresses: Iterable[str], now: datetime | None = None) -> dict[str, Suppression]:
    """Those of `addresses`, as they are given, that may not be written to at `now` (None: this moment), with why.

    Where there are several reasons, the one that lasts longest.
    """
    wanted = list(addresses)
    # There are few of them, and mostly none: one question, however many addresses.
    query = select(suppressions.c.digest, *_COLUMNS).where(_is_active(now))
    rows = session.execute(query.order_by(suppressions.c.until.asc().nulls_last())).mappings().all() if wanted else []
    if not rows:
        return {}
    known = {bytes(row["digest"]): row for row in rows}
    key = key_of(session)
    found = {}
    for address in wanted:
        if row := known.get(_digest(key, address)):
            found[address] = _shown(row)
    return found


def add(
    session: Session,
    address: str,
    kind: Kind,
    *,
    now: datetime,
    by: str,
    detail: str = "",
    until: datetime | None = None,
    reminder_id: UUID | None = None,
) -> Suppression:
    """Write to an address no more, until an instant or for good. Of each kind one stands for it, brought up to date.

    It lasts no shorter for it: what stands ends by `release` alone.

    Raises InvalidError for what is no address.
    """
    try:
        plain = mailbox(address.strip()).addr_spec
    except RecordError as error:
        raise InvalidError("This is no e-mail address.", fields={"address": f"{error}."}) from error
    new = insert(suppressions).values(
        digest=_digest(key_of(session), plain),
        address=plain,
        kind=kind,
        until=until,
        detail=sentence(detail)[:LONGEST_DETAIL],
        reminder_id=reminder_id,
        created_at=now,
        created_by=by,
    )
    # Of null, for good, and an instant, `greatest` would choose the instant.
    forever = suppressions.c.until.is_(None) | new.excluded.until.is_(None)
    longer = case((forever, null()), else_=func.greatest(suppressions.c.until, new.excluded.until))
    fresh = {"until": longer, "detail": new.excluded.detail}
    statement = new.on_conflict_do_update(
        index_elements=["digest", "kind"], index_where=suppressions.c.released_at.is_(None), set_=fresh
    )
    made = _shown(session.execute(statement.returning(*_COLUMNS)).mappings().one())
    if made.created_at == now:
        after = {"kind": kind, "until": until, "reminder_id": reminder_id}
        audit.record(session, "suppression.added", "suppression", made.id, after=after)
    live.tell_after_commit(session, "channel-changed", suppression_id=str(made.id))
    return made


def release(session: Session, suppression_id: UUID, *, now: datetime, by: str) -> Suppression:
    """Let an address be written to again, as far as this reason goes. Raises NotFoundError, ConflictError."""
    held = select(suppressions.c.released_at).where(suppressions.c.id == suppression_id).with_for_update()
    row = session.execute(held).one_or_none()
    if row is None:
        raise NotFoundError("There is no such suppression.")
    if row.released_at is not None:
        raise ConflictError("It was released already.")
    released = update(suppressions).where(suppressions.c.id == suppression_id)
    values = released.values(released_at=now, released_by=by).returning(*_COLUMNS)
    made = _shown(session.execute(values).mappings().one())
    audit.record(session, "suppression.released", "suppression", suppression_id, before={"kind": made.kind})
    live.tell_after_commit(session, "channel-changed", suppression_id=str(suppression_id))
    return made


def get(session: Session, suppression_id: UUID) -> Suppression:
    """A suppression. Raises NotFoundError."""
    row = session.execute(select(*_COLUMNS).where(suppressions.c.id == suppression_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such suppression.")
    return _shown(row)


def list_suppressions(
    session: Session,
    *,
    now: datetime,
    kinds: Iterable[Kind] = (),
    active: bool | None = None,
    q: str = "",
    after: Mapping[str, Any] | None = None,
    limit: int,
) -> list[Suppression]:
    """Up to `limit` of them, newest first, from after a row's created_at and id.

    `q` is part of an address; or all of one, which finds it even where it was erased since.
    """
    query = select(*_COLUMNS).order_by(suppressions.c.created_at.desc(), suppressions.c.id.desc()).limit(limit)
    if wanted := list(kinds):
        query = query.where(suppressions.c.kind.in_(wanted))
    if active is not None:
        query = query.where(_is_active(now) if active else ~_is_active(now))
    if q:
        is_it = suppressions.c.address.icontains(q.strip(), autoescape=True)
        query = query.where(or_(is_it, suppressions.c.digest == _digest(key_of(session), q)) if "@" in q else is_it)
    if after:
        place = (suppressions.c.created_at, suppressions.c.id)
        query = query.where(_before(place, (after["created_at"], after["id"])))
    return [_shown(row) for row in session.execute(query).mappings()]


def digest_of(session: Session, address: str) -> bytes:
    """By what an address is known."""
    return _digest(key_of(session), address)


def _digest(key: bytes, address: str) -> bytes:
    return digest(key, "suppressed address", address.strip().casefold())


def _is_active(now: datetime | None) -> Any:
    at = func.now() if now is None else now
    return suppressions.c.released_at.is_(None) & or_(suppressions.c.until.is_(None), suppressions.c.until > at)


def _before(columns: tuple[Any, ...], values: tuple[Any, ...]) -> Any:
    from sqlalchemy import tuple_

    return tuple_(*columns) < tuple_(*values)


def _shown(row: Any) -> Suppression:
    return Suppression(**{name: row[name] for name in Suppression.__dataclass_fields__})
