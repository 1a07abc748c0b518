"""Receipts: what providers say of what was sent, kept once each, and whom it keeps from being written to.

They come to an address that ends in a token: 256 random bits, of which the hub keeps the SHA-256. What was posted is
kept and answered at once; `channels.receipts` has the plugin read it. Reports of mail servers (hub.sdk.reports), which
come in as mails, are taken in here too. Only what carries a mark of this tenant's (hub.channels.message_ids) counts:
a provider's account may serve others as well, and anybody can write to a mailbox. Whoever got a message knows its mark;
so a mail suppresses only whom that message was for, which whoever sent it knows (`suppress`).
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.channels import message_ids, service, suppressions
from hub.channels.models import channel_callbacks, channel_receipts, receipt_addresses
from hub.channels.sending import reminder_of
from hub.connections import notices
from hub.connections.webhooks import kept_headers
from hub.errors import InvalidError, NotFoundError, RateLimitedError
from hub.jobs import service as jobs
from hub.ledger.suppression import withholding
from hub.redaction import printable, sentence
from hub.sdk.channel import Receipt, ReceiptKind
from hub.storage import audit

CAPABILITY = "receipts"
MOST_BYTES = 4 * 2**20
MOST_A_MINUTE = 600
MOST_WAITING = 2_000
"""Callbacks to one channel; a provider brings more of them later."""
SOFT_BOUNCES, SOFT_DAYS = 3, 14
"""So many bounces in so many days, none of them for good, are as one that is."""

COMPLAINT = "mail_complained"
"""The kind of the notice that somebody reported a reminder as spam."""

_TOKEN = re.compile(r"[0-9a-f]{64}")
_LONGEST = 500
_SUPPRESSED: dict[ReceiptKind, suppressions.Kind] = {"complained": "complained", "unsubscribed": "unsubscribed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel that receipts come to, and whose it is."""

    tenant: str
    channel_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A receipt as it is kept. `channel_id` None: it came by mail. `reminder_id`: what it is about, if that is one."""

    id: int
    channel_id: UUID | None
    provider_id: str
    message_id: str
    tags: Mapping[str, str]
    kind: ReceiptKind
    is_permanent: bool
    address: str | None
    at: datetime
    detail: str

    @property
    def reminder_id(self) -> UUID | None:
        """The reminder that it is about, where its tags name one."""
        return reminder_of(self.tags)


_COLUMNS = [channel_receipts.c[name] for name in Kept.__dataclass_fields__]


def create_address(hub: Session, session: Session, tenant: str, channel_id: UUID, created_by: str) -> str:
    """The token of a new address for a channel's receipts, which takes the place of the one before.

    A hub session and the tenant's. Raises NotFoundError.
    """
    service.get(session, channel_id)
    token = secrets.token_hex(32)
    new = insert(receipt_addresses).values(
        channel_id=channel_id, tenant_key=tenant, token_hash=_hash(token), created_by=created_by
    )
    fresh = {"token_hash": new.excluded.token_hash, "created_by": created_by, "created_at": func.now()}
    # An id that another tenant has is nobody's: ids are random.
    mine = receipt_addresses.c.tenant_key == tenant
    hub.execute(new.on_conflict_do_update(index_elements=["channel_id"], set_=fresh, where=mine))
    audit.record(session, "channel.receipts_address_created", "channel", channel_id)
    return token


def delete_address(hub: Session, tenant: str, channel_id: UUID) -> None:
    """Take in no more receipts of a channel. A hub session."""
    columns = receipt_addresses.c
    hub.execute(delete(receipt_addresses).where(columns.channel_id == channel_id, columns.tenant_key == tenant))


def addressed(hub: Session, tenant: str) -> dict[UUID, datetime]:
    """The tenant's channels that receipts can come to, and since when. A hub session."""
    columns = receipt_addresses.c
    rows = hub.execute(select(columns.channel_id, columns.created_at).where(columns.tenant_key == tenant))
    return {row.channel_id: row.created_at for row in rows}


def place_of(hub: Session, token: str) -> Place:
    """The channel that a token leads to. A hub session. Raises NotFoundError, whatever is wrong with it."""
    query = select(receipt_addresses).where(receipt_addresses.c.token_hash == _hash(token))
    row = hub.execute(query).one_or_none() if _TOKEN.fullmatch(token) else None
    if row is None:
        raise NotFoundError("There is no such address.")
    return Place(tenant=row.tenant_key, channel_id=row.channel_id)


def check_room(session: Session, channel_id: UUID, now: datetime) -> None:
    """Raise RateLimitedError where more comes than is read. The tenant's session."""
    columns = channel_callbacks.c
    query = select(
        func.count().filter(columns.received_at > now - timedelta(minutes=1)),
        func.count().filter(columns.reason.is_(None)),
    ).where(columns.channel_id == channel_id)
    lately, waiting = session.execute(query).one()
    if lately >= MOST_A_MINUTE or waiting >= MOST_WAITING:
        raise RateLimitedError("More comes than is read. Bring it again later.", 60)


def keep(session: Session, channel_id: UUID, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Keep what a provider posted until it is read, and have it read. Header names in lower case.

    Raises InvalidError for what is no text.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidError("Receipts are text.") from error
    if not text or "\0" in text:
        raise InvalidError("Receipts are text.")
    values = {"channel_id": channel_id, "headers": kept_headers(headers), "body": text, "received_at": now}
    session.execute(insert(channel_callbacks).values(values))
    jobs.submit(session, "channels.receipts", {"channel_id": str(channel_id)})


def unread(session: Session, channel_id: UUID, limit: int) -> list[Any]:
    """The oldest callbacks that wait to be read: id, headers, body."""
    columns = channel_callbacks.c
    query = select(columns.id, columns.headers, columns.body)
    waiting = query.where(columns.channel_id == channel_id, columns.reason.is_(None))
    return list(session.execute(waiting.order_by(columns.id).limit(limit)))


def put_down(session: Session, callback_id: int, reason: str | None) -> None:
    """Let go of a callback that was read; or note why it could not be, for whoever looks."""
    found = channel_callbacks.c.id == callback_id
    if reason is None:
        session.execute(delete(channel_callbacks).where(found))
    else:
        session.execute(update(channel_callbacks).where(found).values(reason=sentence(reason)[:_LONGEST]))


def take(session: Session, channel_id: UUID | None, told: Sequence[Receipt], now: datetime) -> int:
    """Keep receipts, each once, and suppress the addresses that a provider says so of; how many were new.

    What carries no mark of this tenant's is left out. `channel_id` None: they came by mail, and suppress nobody yet.
    The tenant's session.
    """
    rows = [_row(session, channel_id, each, about, now) for each in told if (about := _about(session, each))]
    if not rows:
        return 0
    withheld = withholding(session)
    for row in rows:
        row["address"], row["detail"] = withheld(row["address"]), withheld(row["detail"])
    unique = list({row["event_id"]: row for row in rows}.values())
    new = insert(channel_receipts).on_conflict_do_nothing(constraint="uq_channel_receipts_event")
    made = [Kept(**row) for row in session.execute(new.values(unique).returning(*_COLUMNS)).mappings()]
    if channel_id is not None:
        for each in made:
            suppress(session, each, now)
    return len(made)


def suppress(session: Session, told: Kept, now: datetime) -> None:
    """Write no more to the address that a receipt is about, where it says so.

    Of a receipt that came by mail: call it for an address that the message was sent to.
    """
    address = told.address
    if not address or "@" not in address:
        return
    kind, detail = _SUPPRESSED.get(told.kind), told.detail
    if told.kind == "bounced":
        if told.is_permanent:
            kind = "bounced"
        elif _soft_bounces(session, suppressions.digest_of(session, address), now) >= SOFT_BOUNCES:
            kind, detail = "bounced", f"{SOFT_BOUNCES} times within {SOFT_DAYS} days: {detail}"
    if kind is None:
        return
    suppressions.add(session, address, kind, now=now, by="receipts", detail=detail, reminder_id=told.reminder_id)
    if kind == "complained":
        # Mailbox providers count these: somebody should know before they judge the sender by them.
        words = f"{address} reported a reminder as spam, and gets no more. Talk to them before anything else is sent."
        notices.tell(session, None, COMPLAINT, words)


def waiting(session: Session, limit: int) -> list[Kept]:
    """Receipts that whoever sent the messages has not taken in, oldest first; held until the transaction ends."""
    query = select(*_COLUMNS).where(~channel_receipts.c.taken).order_by(channel_receipts.c.id).limit(limit)
    return [Kept(**row) for row in session.execute(query.with_for_update(skip_locked=True)).mappings()]


def mark_taken(session: Session, ids: Iterable[int]) -> None:
    """Note that receipts were taken in."""
    session.execute(update(channel_receipts).where(channel_receipts.c.id.in_(list(ids))).values(taken=True))


def about(session: Session, *, message_id: str, reminder_id: UUID) -> list[Kept]:
    """All that was told of a message, oldest first: that there is anything shows that its provider took it."""
    columns = channel_receipts.c
    is_it = or_(columns.message_id == message_id, columns.tags[message_ids.ABOUT].astext == str(reminder_id))
    query = select(*_COLUMNS).where(is_it).order_by(columns.at, columns.id)
    return [Kept(**row) for row in session.execute(query).mappings()]


def _about(session: Session, told: Receipt) -> str | None:
    """What a receipt is about, by the tag or the id with the mark that belongs to it; None: it is not ours."""
    about = told.tags.get(message_ids.ABOUT)
    if about and message_ids.is_mark(session, about, told.tags.get(message_ids.MARK, "")):
        return about
    return message_ids.about(session, told.message_id) if told.message_id else None


def _row(session: Session, channel_id: UUID | None, told: Receipt, about: str, now: datetime) -> dict[str, Any]:
    return {
        "channel_id": channel_id,
        "event_id": printable(told.event_id)[:_LONGEST],
        "provider_id": printable(told.provider_id)[:_LONGEST],
        "message_id": printable(told.message_id)[:_LONGEST],
        "tags": {message_ids.ABOUT: about},
        "kind": told.kind,
        "is_permanent": told.is_permanent,
        "address": printable(told.address)[:_LONGEST] or None,
        "digest": suppressions.digest_of(session, told.address) if told.address else None,
        # A clock that is ahead must not make a later receipt look older.
        "at": min(told.at, now),
        "detail": sentence(told.detail)[:_LONGEST],
        "received_at": now,
    }


def _soft_bounces(session: Session, digest: bytes, now: datetime) -> int:
    columns = channel_receipts.c
    query = select(func.count()).where(
        columns.digest == digest, columns.kind == "bounced", columns.at > now - timedelta(days=SOFT_DAYS)
    )
    return session.scalar(query) or 0


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
