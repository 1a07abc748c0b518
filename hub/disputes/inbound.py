"""Mail that comes in: the addresses by which it does, kept until it is read, and what comes of it.

An address of the hub ends in a token that only its admin and the provider know: 256 random bits, of which the hub keeps
the SHA-256. A mail is kept sealed and answered at once; `disputes.receive` reads it, opens a dispute or comments on the
one it answers, and lets go of the mail.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from hub.channels import receipts
from hub.connections import forms
from hub.connections.webhooks import kept_headers
from hub.disputes import mail, service
from hub.disputes.capture import Opening, open_disputes
from hub.disputes.card_numbers import strike_out
from hub.disputes.facts import speaks_of_new_bank_details
from hub.disputes.models import disputes, inbound_addresses, inbound_mails
from hub.disputes.policy import WARNING
from hub.errors import ConflictError, InvalidError, NotFoundError, RateLimitedError
from hub.jobs import service as jobs
from hub.ledger.correspondents import customers_with_address
from hub.ledger.owed import Owed, owed_by_number
from hub.sdk.channel import InboundMessage
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Manifest
from hub.storage import audit
from hub.storage.vault import Vault

if TYPE_CHECKING:
    from hub.registry import Registry

CAPABILITY = "inbound"
MOST_ADDRESSES = 20
"""Of one tenant."""
MOST_A_MINUTE = 120
MOST_WAITING = 1_000
MOST_WAITING_BYTES = 500 * 2**20
"""Mails to one address, as they come and until they are read; a provider is asked to bring more of them later."""
LONGEST_NAME = 100

_TOKEN = re.compile(r"[0-9a-f]{64}")
_OWNER, _NAME = "disputes", "inbound_mails"
_KEY_LOCK = text("select pg_advisory_xact_lock(hashtextextended('paypredict.mail_key.' || current_user, 0))")
# Of two workers that read the same mail at once the second finds what the first has made of it.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('paypredict.mail.' || current_user, 0))")
_COLUMNS = [inbound_addresses.c[name] for name in ("id", "channel", "name", "config", "created_by", "created_at")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address that mail came to, and whose it is."""

    id: UUID
    tenant: str
    channel: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A mail that waits to be read."""

    id: UUID
    channel: str
    config: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def channels(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The channels that receive, by slug."""
    return {each.slug: each for each in manifests if each.kind == "channel" and CAPABILITY in each.capabilities}


def create_address(
    hub: Session, tenant: str, plugins: "Registry", channel: str, name: str, config: Mapping[str, Any], created_by: str
) -> tuple[dict[str, Any], str]:
    """A new address of the tenant: what may be shown of it, and its token, which cannot be shown again. A hub session.

    Raises InvalidError for a channel that there is not or a config that it does not take, and ConflictError where there
    are too many.
    """
    known = channels(plugins.manifests())
    manifest = known.get(channel)
    if manifest is None:
        raise InvalidError("There is no such channel for mail.", fields={"channel": f"One of {', '.join(known)}."})
    bare = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    form = {**bare, **manifest.inbound_config}
    if forms.secret_names(form):
        raise InvalidError("An inbound address keeps no secrets of a channel.", fields={"channel": "Another one."})
    if config and not form["properties"]:
        raise InvalidError("Nothing can be set for this channel.", fields={"config": "Leave it out."})
    entered = forms.check(form, config)
    try:
        plugins.make(channel, entered.config)
    except ConfigError as error:
        raise InvalidError("The channel cannot work so.", fields={f"config.{error.field}": str(error)}) from error
    hub.execute(text("select pg_advisory_xact_lock(hashtext('inbound ' || :tenant))"), {"tenant": tenant})
    count = select(func.count()).select_from(inbound_addresses).where(inbound_addresses.c.tenant_key == tenant)
    if (hub.scalar(count) or 0) >= MOST_ADDRESSES:
        raise ConflictError(f"A tenant may have {MOST_ADDRESSES} inbound addresses. Delete those that are not needed.")
    token = secrets.token_hex(32)
    made = insert(inbound_addresses).values(
        tenant_key=tenant,
        channel=manifest.slug,
        config=entered.config,
        name=name,
        token_hash=_hash(token),
        created_by=created_by,
    )
    address = dict(hub.execute(made.returning(*_COLUMNS)).mappings().one())
    after = {"name": name, "channel": manifest.slug}
    audit.record(hub, "inbound_address.created", "inbound_address", address["id"], tenant=tenant, after=after)
    return address, token


def list_addresses(hub: Session, tenant: str) -> list[dict[str, Any]]:
    """The tenant's addresses, oldest first, without their tokens. A hub session."""
    query = select(*_COLUMNS).where(inbound_addresses.c.tenant_key == tenant)
    return [dict(row) for row in hub.execute(query.order_by(inbound_addresses.c.created_at)).mappings()]


def delete_address(hub: Session, tenant: str, address_id: UUID) -> None:
    """Take in nothing more by an address; what came before is still read. A hub session. Raises NotFoundError."""
    gone = delete(inbound_addresses).where(
        inbound_addresses.c.id == address_id, inbound_addresses.c.tenant_key == tenant
    )
    row = hub.execute(gone.returning(inbound_addresses.c.name, inbound_addresses.c.channel)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such inbound address.")
    before = {"name": row.name, "channel": row.channel}
    audit.record(hub, "inbound_address.deleted", "inbound_address", address_id, tenant=tenant, before=before)


def came_by(session: Session) -> dict[UUID, dict[str, Any]]:
    """What has come by each address in the time for which that is kept: {received_at, waiting, outcomes}."""
    columns = inbound_mails.c
    query = select(columns.address_id, columns.outcome, func.count(), func.max(columns.received_at))
    found: dict[UUID, dict[str, Any]] = {}
    for address_id, outcome, count, received_at in session.execute(query.group_by(columns.address_id, columns.outcome)):
        each = found.setdefault(address_id, {"received_at": received_at, "waiting": 0, "outcomes": {}})
        each["received_at"] = max(each["received_at"], received_at)
        if outcome is None:
            each["waiting"] = count
        else:
            each["outcomes"][outcome] = count
    return found


def place_of(hub: Session, channel: str, token: str) -> Place:
    """The address that a token leads to. A hub session. Raises NotFoundError, whatever is wrong with it."""
    query = select(inbound_addresses).where(inbound_addresses.c.token_hash == _hash(token))
    row = hub.execute(query).one_or_none() if _TOKEN.fullmatch(token) else None
    if row is None or row.channel != channel:
        raise NotFoundError("There is no such inbound address.")
    return Place(id=row.id, tenant=row.tenant_key, channel=row.channel, config=row.config)


def check_room(session: Session, place: Place, now: datetime) -> None:
    """Raise RateLimitedError where more comes by an address than is read. The tenant's session."""
    columns = inbound_mails.c
    is_waiting = columns.outcome.is_(None)
    query = select(
        func.count().filter(columns.received_at > now - timedelta(minutes=1)),
        func.count().filter(is_waiting),
        func.coalesce(func.sum(columns.bytes).filter(is_waiting), 0),
    ).where(columns.address_id == place.id, columns.received_at > now - timedelta(days=1))
    lately, waiting, size = session.execute(query).one()
    if lately >= MOST_A_MINUTE:
        raise RateLimitedError(f"More than {MOST_A_MINUTE} mails a minute to one address. Bring it again later.", 60)
    if waiting >= MOST_WAITING or size >= MOST_WAITING_BYTES:
        raise RateLimitedError("More mail waits than is read. Bring it again later.", 300)


def keep(session: Session, vault: Vault, place: Place, headers: Mapping[str, str], body: bytes, now: datetime) -> UUID:
    """Keep a mail until it is read, sealed, and have it read. The tenant's session; header names in lower case."""
    mail_id = uuid4()
    row = insert(inbound_mails).values(
        id=mail_id,
        address_id=place.id,
        channel=place.channel,
        config=place.config,
        headers=kept_headers(headers),
        sealed=_seal(_key(session, vault), mail_id, body),
        bytes=len(body),
        received_at=now,
    )
    session.execute(row)
    jobs.submit(session, "disputes.receive", {"mail_id": str(mail_id)})
    return mail_id


def open_mail(session: Session, vault: Vault, mail_id: UUID) -> Kept | None:
    """A mail that waits to be read; None where it was read, or is kept no longer."""
    query = select(inbound_mails).where(inbound_mails.c.id == mail_id, inbound_mails.c.outcome.is_(None))
    row = session.execute(query).one_or_none()
    if row is None or row.sealed is None:
        return None
    body = _unseal(_key(session, vault), mail_id, bytes(row.sealed))
    return Kept(id=mail_id, channel=row.channel, config=row.config, headers=row.headers, body=body)


def put_down(session: Session, mail_id: UUID, outcome: str, **values: Any) -> str:
    """Note what came of a mail, and let go of it."""
    done = update(inbound_mails).where(inbound_mails.c.id == mail_id)
    session.execute(done.values(outcome=outcome, sealed=None, headers={}, **values))
    return outcome


def take_in(session: Session, mail_id: UUID, message: InboundMessage, now: datetime, *, today: date) -> str:
    """Do what a mail calls for, once; returns its outcome, one of hub.disputes.mail.OUTCOMES.

    It opens a dispute, comments on the one that it answers, or comes to nothing. `today` is the tenant's day.
    """
    session.execute(_ALONE)
    if done := session.scalar(select(inbound_mails.c.outcome).where(inbound_mails.c.id == mail_id)):
        return str(done)
    message_id = mail.identity_of(message)
    if session.scalar(select(inbound_mails.c.id).where(inbound_mails.c.message_id == message_id)):
        return put_down(session, mail_id, "repeated")
    if message.hops > mail.MOST_HOPS:
        return put_down(session, mail_id, "loop", message_id=message_id)
    if message.receipts and receipts.take(session, None, message.receipts, now):
        return put_down(session, mail_id, "report", message_id=message_id)
    if message.is_automatic:
        return put_down(session, mail_id, "automatic", message_id=message_id)
    said = mail.read(message)
    if not said.text:
        return put_down(session, mail_id, "empty", message_id=message_id)
    is_forged = mail.is_forged(message)
    customers = [] if is_forged else _with_address(session, message.sender)
    answered = None if is_forged else _answered(session, message, said, customers)
    if answered is not None:
        _comment(session, answered, message, said, now)
        return put_down(session, mail_id, "commented", message_id=message_id, dispute_id=answered)
    if not customers and not is_forged:
        # Not before: what somebody says that they pass on is no proof of whose it is.
        customers = _with_address(session, said.passed_on_from)
    found = _about(session, said, customers)
    if (message.spam_score or 0) >= mail.SPAM_SCORE and not (found or customers):
        return put_down(session, mail_id, "spam", message_id=message_id)
    opened = open_disputes(
        session, [_opening(message, message_id, said, customers, found, is_forged)], now, today=today
    )
    outcome = "opened" if opened[0].is_new else "repeated"
    return put_down(session, mail_id, outcome, message_id=message_id, dispute_id=opened[0].id)


def forget(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` mails, read or not, that came before an instant; how many."""
    gone = select(inbound_mails.c.id).where(inbound_mails.c.received_at < before).limit(at_once)
    statement = delete(inbound_mails).where(inbound_mails.c.id.in_(gone))
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _with_address(session: Session, address: str | None) -> list[UUID]:
    return customers_with_address(session, address) if address else []


def _answered(session: Session, message: InboundMessage, said: mail.Said, customers: list[UUID]) -> UUID | None:
    """The dispute that a mail answers.

    By the ids of mails that it answers, which only who was in it knows; or by the D-... of its subject, where its
    sender is the dispute's own or its customer's.
    """
    if message.answers:
        by_mail = select(inbound_mails.c.dispute_id).where(
            inbound_mails.c.message_id.in_(message.answers), inbound_mails.c.dispute_id.is_not(None)
        )
        by_dispute = select(disputes.c.id).where(
            disputes.c.external_id.in_(message.answers), disputes.c.source == "email"
        )
        query = select(disputes.c.id).where(disputes.c.id.in_(by_mail) | disputes.c.id.in_(by_dispute))
        found: UUID | None = session.scalar(query.order_by(disputes.c.opened_at.desc()).limit(1))
        if found is not None:
            return found
    if said.dispute_number is not None:
        query = select(disputes.c.id, disputes.c.sender, disputes.c.customer_id)
        row = session.execute(query.where(disputes.c.number == said.dispute_number)).one_or_none()
        if row and ((message.sender and row.sender == message.sender) or row.customer_id in customers):
            return UUID(str(row.id))
    return None


def _about(session: Session, said: mail.Said, customers: list[UUID]) -> list[Owed]:
    """The invoices that a mail names, of who wrote if there are such; in the rest only where the new names none."""
    for numbers in (said.numbers, said.further_numbers):
        found = owed_by_number(session, numbers)
        if found:
            return [each for each in found if each.customer_id in customers] or found
    return []


def _opening(
    message: InboundMessage,
    message_id: str,
    said: mail.Said,
    customers: list[UUID],
    found: list[Owed],
    is_forged: bool,
) -> Opening:
    """The dispute to open: tied to an invoice or customer only where there is one answer to which; else to none."""
    owners = {each.customer_id for each in found} | set(customers)
    is_certain = len(found) == 1 and not is_forged and (not customers or found[0].customer_id in customers)
    notes = []
    if is_forged:
        notes.append("The sender's server does not vouch for this mail: it may be forged.")
    if found and not is_certain:
        notes.append(f"Invoices named: {', '.join(each.number for each in found[:20])}")
    customer = next(iter(owners)) if len(owners) == 1 and not is_forged else None
    return Opening(
        text=said.text,
        source="email",
        invoice_id=found[0].id if is_certain else None,
        customer_id=customer,
        external_id=message_id,
        sender=message.sender or None,
        context="\n".join([*notes, said.context]),
    )


def _comment(session: Session, dispute_id: UUID, message: InboundMessage, said: mail.Said, now: datetime) -> None:
    attached = f"\n\nAttached, not kept: {', '.join(message.attachments)}" if message.attachments else ""
    words = f"{message.sender or 'Somebody'} wrote:\n\n{said.text}{strike_out(attached)}"
    service.comment(session, dispute_id, words, now)
    if speaks_of_new_bank_details(said.text):
        service.comment(session, dispute_id, WARNING, now)


def _key(session: Session, vault: Vault) -> bytes:
    """The key that seals the tenant's mails while they wait; made at the first."""
    try:
        return bytes.fromhex(vault.get(session, _OWNER, _NAME, noted=False))
    except NotFoundError:
        session.execute(_KEY_LOCK)
    try:
        return bytes.fromhex(vault.get(session, _OWNER, _NAME, noted=False))
    except NotFoundError:
        made = secrets.token_hex(32)
        vault.put(session, _OWNER, _NAME, made)
        return bytes.fromhex(made)


def _seal(key: bytes, mail_id: UUID, body: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, body, mail_id.bytes)


def _unseal(key: bytes, mail_id: UUID, sealed: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], mail_id.bytes)
    except InvalidTag as error:
        raise InvalidError("What is kept of this mail was not sealed by this hub.") from error


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
