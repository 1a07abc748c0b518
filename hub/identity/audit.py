"""Reading the audit: what was done, newest first, whole for export, and whether the chain is as it was written.

All functions take a tenant's session, which sees its own chain alone, or a hub session, which sees every chain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from psycopg.rows import dict_row
from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.storage.audit import INSTALLATION as INSTALLATION
from hub.storage.session import Storage, driver

OUTCOMES = ("done", "denied", "failed")
KINDS = ("person", "key", "client", "plugin", "system", "anonymous")
COLUMNS = (
    "number",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "action",
    "object_type",
    "object_id",
    "outcome",
    "before",
    "after",
    "address",
    "user_agent",
    "request_id",
)
_FILTERS = {
    "actor": "actor_id = %(actor)s",
    "actor_kind": "actor_kind = %(actor_kind)s",
    "action": "starts_with(action, %(action)s)",
    "object_type": "object_type = %(object_type)s",
    "object_id": "object_id = %(object_id)s",
    "outcome": "outcome = %(outcome)s",
    "request_id": "request_id = %(request_id)s",
    "since": "at >= %(since)s",
    "until": "at < %(until)s",
}
_EXPORT_BATCH = 1000
# One statement, so that what is added or removed meanwhile is not seen in parts. A tenant's chain begins with it.
_WALK = """
    with head as (
        select number, hash,
               case when %(is_own)s and shown_after > base_number then shown_after else base_number end as base,
               case when %(is_own)s and shown_after > base_number then shown_hash else base_hash end as base_hash
        from audit.chains where chain = %(chain)s
    )
    select head.number, head.hash, head.base, head.base_hash, e.number, e.previous_hash, e.hash,
           (extract(epoch from e.at) * 1000000)::bigint::text, actor_kind, actor_id, actor_name, action, object_type,
           object_id, outcome, before::text, after::text, address, user_agent, request_id
    from head left join audit.events e
      on e.chain = %(chain)s and e.number > head.base and (%(after)s::bigint is null or e.number >= %(after)s)
    order by e.number limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain goes: kept elsewhere, it proves later that the chain was not written anew."""

    chain: str
    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.chain}:{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, value: str) -> "Head":
        """The head that CHAIN:NUMBER:HASH names. Raises InvalidError."""
        chain, number, digest = ["", "", "", *value.strip().rsplit(":", 2)][-3:]
        try:
            if not chain:
                raise ValueError("three parts are needed")
            return cls(chain, int(number), bytes.fromhex(digest))
        except ValueError as error:
            message = "use CHAIN:NUMBER:HASH as `paypredict audit head` prints it"
            raise InvalidError(f"{value!r} is no head of a chain; {message}", fields={"expect": message}) from error


@dataclass(frozen=True, slots=True)
class Fault:
    """The first event at which a chain is not as it was written, and what is wrong there."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: the chain is intact after `base` (what is before it was removed) and up to `through`."""

    head: Head
    base: int
    through: int
    fault: Fault | None
    unchecked: tuple[Head, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether it was followed to its head."""
        return self.fault is None and self.through == self.head.number


def list_events(
    session: Session, chain: str, filters: Mapping[str, Any], *, before_number: int | None = None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` events of a chain, newest first, before a number.

    Filters are `actor` (an id), `actor_kind`, `action` (or how it begins), `object_type`, `object_id`, `outcome`,
    `request_id`, and the instants `since` (included) and `until` (not).
    """
    wanted = {name: value for name, value in filters.items() if value is not None}
    conditions = ["chain = %(chain)s", *(_FILTERS[name] for name in wanted)]
    if before_number is not None:
        conditions.append("number < %(before_number)s")
    query = (
        f"select {', '.join(COLUMNS)} from audit.events where {' and '.join(conditions)}"
        " order by number desc limit %(limit)s"
    )
    cursor = driver(session).cursor(row_factory=dict_row)
    return cursor.execute(query, {**wanted, "chain": chain, "before_number": before_number, "limit": limit}).fetchall()


def export_events(
    storage: Storage, tenant: str | None, filters: Mapping[str, Any], *, limit: int
) -> Iterator[dict[str, Any]]:
    """Up to `limit` events of a tenant's chain or the installation's, newest first, in transactions of a batch each."""
    before_number = None
    while limit > 0:
        with storage.tenant(tenant) if tenant else storage.hub() as session:
            size = min(limit, _EXPORT_BATCH)
            rows = list_events(session, tenant or INSTALLATION, filters, before_number=before_number, limit=size)
        yield from rows
        if len(rows) < size:
            return
        before_number = rows[-1]["number"]
        limit -= size


def head(session: Session, chain: str) -> Head:
    """How far a chain goes; number 0 where it has not begun."""
    query = "select number, hash from audit.chains where chain = %s"
    row = driver(session).execute(query, [chain]).fetchone()
    return Head(chain, row[0], bytes(row[1])) if row else Head(chain, 0, b"")


def chains(session: Session) -> list[str]:
    """The names of all chains that the session sees."""
    query = "select chain from audit.chains union select distinct chain from audit.events order by 1"
    return [row[0] for row in driver(session).execute(query)]


def verify(
    session: Session, chain: str, *, after: int | None = None, limit: int | None = None, expected: tuple[Head, ...] = ()
) -> Verdict:
    """Whether every event of a chain is there and as it was written, worked out here and not by the database.

    It stops at the first fault. `after` begins behind that event, which is then taken as it stands; `limit` ends after
    so many. `expected` are heads of this chain that were kept elsewhere: they tell of an end that was cut off, and of a
    chain that was written anew. Those older than what retention has left are named in `unchecked`.
    """
    walk = _Walk(chain, after, {each.number: each.hash for each in expected})
    values = {
        "chain": chain,
        "is_own": "tenant" in session.info,
        "after": after,
        "limit": None if limit is None else limit + 1,
    }
    with driver(session).cursor(name="audit_walk") as cursor:
        cursor.itersize = 2000
        cursor.execute(_WALK, values)
        for row in cursor:
            if not walk.step(row):
                break
    if walk.head is None:
        walk.head = Head(chain, 0, b"")
        query = "select min(number) from audit.events where chain = %s"
        (left,) = driver(session).execute(query, [chain]).fetchone() or (None,)
        if left is not None:
            walk.fault = Fault(left, "has no chain: its head is missing")
        elif expected:
            walk.fault = Fault(1, "is missing: there is no such chain, though its hash was kept")
    elif walk.fault is None and (limit is None or walk.rows <= limit or walk.through >= walk.head.number):
        walk.finish()
    old = tuple(each for each in expected if each.number < walk.base)
    return Verdict(walk.head, walk.base, walk.through, walk.fault, old)


def content_hash(previous: bytes, fields: tuple[str | None, ...]) -> bytes:
    """The hash of an event: of the one before it, and of its fields, each with its length in bytes."""
    content = "".join("-," if field is None else f"{len(field.encode())}:{field}," for field in fields)
    return sha256(previous + content.encode()).digest()


class _Walk:
    """Follows a chain row by row."""

    def __init__(self, chain: str, after: int | None, expected: dict[int, bytes]) -> None:
        self.chain = chain
        self.head: Head | None = None
        self.base = self.through = self.rows = 0
        self.fault: Fault | None = None
        self._after = after
        self._expected = expected
        self._hash = b""

    def step(self, row: tuple[Any, ...]) -> bool:
        """Take the next row in; False at the first fault."""
        head_number, head_hash, base, base_hash, number, previous, found, *fields = row
        self.rows += 1
        if self.head is None:
            self._begin(Head(self.chain, head_number, bytes(head_hash)), base, bytes(base_hash))
        if self.fault or number is None:  # None: nothing but the head
            return self.fault is None
        if self._after is not None and number == self._after and self.through == base:
            self.through, self._hash = number, bytes(found)
            return True
        if self._after is not None and self.through == base and number > self._after > base:
            return self._fail(self._after, "is missing")
        if number != self.through + 1:
            return self._fail(self.through + 1, "is missing")
        if content_hash(bytes(previous), (self.chain, str(number), *fields)) != bytes(found):
            return self._fail(number, "was changed")
        if bytes(previous) != self._hash:
            return self._fail(number, f"does not follow what is stored as {number - 1}: one of the two was replaced")
        self.through, self._hash = number, bytes(found)
        return self._compare()

    def finish(self) -> None:
        """At the end of the rows: whether they end where the chain's head says, and reach what was kept elsewhere."""
        assert self.head is not None
        if self.through < self.head.number:
            self._fail(self.through + 1, f"is missing: the chain goes up to {self.head.number}")
        elif self.through > self.head.number:
            self._fail(self.head.number + 1, "is beyond the chain's head")
        elif self._hash != self.head.hash:
            self._fail(self.through, "is not the one that the chain's head names")
        elif missing := [number for number in self._expected if number > self.through]:
            self._fail(self.through + 1, f"is missing: {min(missing)} was there when its hash was kept")

    def _begin(self, head: Head, base: int, base_hash: bytes) -> None:
        self.head, self.base, self.through, self._hash = head, base, base, base_hash
        if base and self._expected.get(base, base_hash) != base_hash:
            self._fail(base, "is not what was there when its hash was kept: the chain was written anew")

    def _compare(self) -> bool:
        if self._expected.get(self.through, self._hash) != self._hash:
            return self._fail(
                self.through, "is not what was there when its hash was kept: the chain was written anew before it"
            )
        return True

    def _fail(self, number: int, reason: str) -> bool:
        self.fault = self.fault or Fault(number, reason)
        self.through = min(self.through, number - 1) if number else self.through
        return False
