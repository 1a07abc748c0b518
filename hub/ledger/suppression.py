"""What keeps an erased person erased: a sync or an import that states an address or a name again stores a pseudonym.

The ledger remembers only an HMAC of each, under a key that the tenant's vault keeps sealed, so that a stolen copy of
the database does not say whose they were. Addresses are known wherever they turn up; a name only with its own customer,
since others may be called the same, and in what could not be used, which belongs to no customer.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.ledger.batch import Batch, Row, hash_facts
from hub.ledger.models import erased_contacts
from hub.sdk.records import Entity
from hub.storage.mentions import Person, addresses_around
from hub.storage.session import Storage

if TYPE_CHECKING:
    from hub.storage.vault import Vault

OWNER, NAME = "privacy", "erased_contacts"
"""Under which the vault keeps the key."""

_NAME, _EMAIL = 0, 1  # among a customer's facts
_LONGEST = 500
_NOBODY = "-"  # no customer's id
# One for all sessions of a storage, since it remembers the keys it has unwrapped.
_vaults: "WeakKeyDictionary[Storage, Vault]" = WeakKeyDictionary()
_LOCK = "hashtextextended('paypredict.erasure.' || current_user, 0)"
_WAIT = text(f"select pg_advisory_xact_lock_shared({_LOCK})")
_KEEP_OUT = text(f"select pg_advisory_xact_lock({_LOCK})")


@dataclass(slots=True)
class Erased:
    """Digests of what was erased in a tenant, with the pseudonyms, and the key they were made with."""

    key: bytes
    pseudonyms: Mapping[bytes, str]
    _seen: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def address(self, stated: str) -> str | None:
        """The pseudonym of an erased address."""
        return self._known("address", stated.casefold())

    def name(self, stated: str, customer: str) -> str | None:
        """The pseudonym of the erased name of a customer (its id as 32 hexadecimal digits; "" for anybody)."""
        if customer and not self.is_nameless(customer):
            return None
        return self._known(f"name {customer}", " ".join(stated.casefold().split()))

    def is_nameless(self, customer: str) -> bool:
        """Whether the name of a customer was erased."""
        return self._known("customer", customer) is not None

    def in_text(self, said: str) -> str:
        """`said` with pseudonyms for erased addresses."""
        pieces, done, at = [], 0, said.find("@")
        while at >= 0:
            for start, end in addresses_around(said, at):
                if start >= done and (pseudonym := self.address(said[start:end])):
                    pieces += [said[done:start], pseudonym]
                    done = end
                    break
            at = said.find("@", at + 1)
        return "".join([*pieces, said[done:]]) if pieces else said

    def in_raw(self, value: Any, customer: str) -> Any:
        """JSON data with pseudonyms for erased addresses, and for strings that are the erased name."""
        if isinstance(value, str):
            return (self.name(value, customer) if len(value) <= _LONGEST else None) or self.in_text(value)
        if isinstance(value, Mapping):
            return {self.in_raw(name, customer): self.in_raw(each, customer) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.in_raw(each, customer) for each in value]
        return value

    def _known(self, kind: str, plain: str) -> str | None:
        seen = (kind, plain)
        if seen not in self._seen:
            self._seen[seen] = self.pseudonyms.get(digest(self.key, kind, plain))
        return self._seen[seen]


def digest(key: bytes, kind: str, plain: str) -> bytes:
    """What is remembered of an erased address or name."""
    return hmac.digest(key, f"{kind}\0{plain}".encode("utf-8", "replace"), "sha256")


def pseudonym_of(key: bytes, address: str) -> str:
    """The pseudonym of the person with an address: always the same within a tenant, and nowhere else."""
    return f"erased-{digest(key, 'pseudonym', address.casefold()).hex()[:8]}"


def key_of(session: Session) -> bytes:
    """The key of the session's tenant, made where there is none yet."""
    vault = _vault(session.info["storage"])
    if NAME not in vault.names(session, OWNER):
        # Of two who find none, one makes it.
        keep_out(session)
        if NAME not in vault.names(session, OWNER):
            vault.put(session, OWNER, NAME, secrets.token_hex(32))
    return bytes.fromhex(vault.get(session, OWNER, NAME, noted=False))


def remember(
    session: Session, key: bytes, pseudonym: str, address: str, names: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Keep an address, and names of customers (name, customer's id as hexadecimal digits), from coming back."""
    digests = {digest(key, "address", address.casefold())}
    for name, customer in names:
        plain = " ".join(name.casefold().split())
        digests |= {
            digest(key, f"name {customer}", plain),
            digest(key, "name ", plain),
            digest(key, "customer", customer),
        }
    rows = [{"digest": each, "pseudonym": pseudonym, "erased_at": now} for each in sorted(digests)]
    session.execute(insert(erased_contacts).values(rows).on_conflict_do_nothing())


def keep_out(session: Session) -> None:
    """Let nothing be stored for the session's tenant, by `load`, until this transaction ends."""
    session.execute(_KEEP_OUT)


def load(session: Session) -> Erased | None:
    """What was erased in the session's tenant; None where nothing was, which is two small queries.

    What the transaction stores with it comes before an erasure, which then sees it, or after, when this sees that.
    """
    session.execute(_WAIT)
    rows = session.execute(select(erased_contacts.c.digest, erased_contacts.c.pseudonym)).all()
    if not rows:
        return None
    return Erased(key_of(session), {bytes(each): pseudonym for each, pseudonym in rows})


def withholding(session: Session) -> Callable[[Any], Any]:
    """What puts pseudonyms into text and JSON data outside the ledger for what was erased in the session's tenant."""
    erased = load(session)
    return (lambda value: value) if erased is None else lambda value: erased.in_raw(value, "")


def withhold(session: Session, batch: Batch) -> None:
    """Put pseudonyms into the rows of `batch` for what was erased, before anything is compared or stored."""
    if erased := load(session):
        withhold_from(erased, batch)


def withhold_from(erased: Erased, batch: Batch) -> None:
    """The same, for what is known to be erased."""
    plain = _withhold_customers(erased, batch)
    for entity, rows in batch.rows.items():
        for key, row in rows.items():
            customer = _customer(entity, key, row, batch)
            named = plain.values() if customer is None else filter(None, [plain.get(customer)])
            people = list(named)
            if people or _may_mention(erased, row, customer):
                rows[key] = _without(erased, row, customer or _NOBODY, people)


def customer_hash(facts: tuple[Any, ...]) -> int:
    """The hash of a customer's facts, as the merge compares it."""
    return hash_facts(orjson.dumps(facts))


def _withhold_customers(erased: Erased, batch: Batch) -> dict[str, Person]:
    """The customers' facts; returns the erased names as they are plainly stated, by customer."""
    plain: dict[str, Person] = {}
    for key, row in batch.rows["customer"].items():
        facts = list(row.facts)
        if pseudonym := erased.name(facts[_NAME], key):
            plain[key] = Person(pseudonym, names=(facts[_NAME],))
            facts[_NAME] = pseudonym
        facts[_NAME] = erased.in_text(facts[_NAME])
        facts[_EMAIL] = facts[_EMAIL] and erased.in_text(facts[_EMAIL])
        if facts != list(row.facts):
            changed = tuple(facts)
            batch.rows["customer"][key] = row._replace(facts=changed, hash=customer_hash(changed))
    return plain


def _customer(entity: Entity, key: str, row: Row, batch: Batch) -> str | None:
    if entity == "customer":
        return key
    return None if entity == "allocation" else batch.naming.customer(row.facts[0])


def _may_mention(erased: Erased, row: Row, customer: str | None) -> bool:
    """False where a quick look at the whole row shows nobody who was erased: nearly always."""
    if customer is not None and erased.is_nameless(customer):
        return True
    try:
        said = f"{row.external_id} {orjson.dumps(row.raw, default=str, option=orjson.OPT_NON_STR_KEYS).decode()}"
    except TypeError:
        return True
    # Behind a backslash an address may begin with the letter that spells a line break.
    return "@" in said and ("\\" in said or erased.in_text(said) != said)


def _without(erased: Erased, row: Row, customer: str, named: list[Person]) -> Row:
    external_id = erased.name(row.external_id, customer) or erased.in_text(row.external_id)
    raw = row.raw if row.raw is None else erased.in_raw(row.raw, customer)
    for person in named:
        external_id = person.taken_out(external_id)
        raw = raw and _taken_out(person, raw)
    return row._replace(external_id=external_id, raw=raw)


def _taken_out(person: Person, value: Any) -> Any:
    if isinstance(value, str):
        return person.taken_out(value)
    if isinstance(value, Mapping):
        return {name: _taken_out(person, each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_taken_out(person, each) for each in value]
    return value


def _vault(storage: Storage) -> "Vault":
    if storage not in _vaults:
        from hub.storage.vault import Vault  # late: it brings the cryptography, and few tenants have erased anybody

        _vaults[storage] = Vault(storage.settings, storage)
    return _vaults[storage]
