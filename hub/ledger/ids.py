"""Ids of ledger rows, derived rather than drawn, so that the same record always has the same id."""

from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID

from hub.sdk.records import Entity

MANUAL = UUID("00000000-0000-8000-8000-6d616e75616c")
"""The connection of documents entered by hand or through the API; in no tenant's list of connections."""

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class Naming:
    """The ids of a page's records, remembered, for they name each other.

    `customers` are ids of another connection's that the page's documents may name.
    """

    def __init__(self, connection_id: UUID, customers: Iterable[UUID] = ()) -> None:
        self._connection = connection_id.bytes
        self._started: dict[str, blake2b] = {}
        self._keys: dict[str, dict[str, str]] = {}
        self._customers = {str(customer): customer.hex for customer in customers}

    def customer(self, external_id: str) -> str:
        """The id of the customer that a document names. Remembered, since many documents name the same."""
        key = self._customers.get(external_id)
        if key is None:
            key = self._customers[external_id] = self.key("customer", external_id)
        return key

    def key(self, entity: Entity, external_id: str) -> str:
        """The id as 32 hexadecimal digits. Raises UnicodeEncodeError for text that no database takes."""
        keys = self._keys.get(entity)
        if keys is None:
            keys = self._keys[entity] = {}
            self._started[entity] = blake2b(digest_size=16, key=self._connection, person=entity.encode())
        key = keys.get(external_id)
        if key is None:
            digest = self._started[entity].copy()
            digest.update(external_id.encode())
            text = digest.hexdigest()
            key = keys[external_id] = f"{text[:12]}8{text[13:16]}{_VARIANT[text[16]]}{text[17:]}"
        return key


def ledger_id(connection_id: UUID, entity: Entity, external_id: str) -> UUID:
    """The hub's id of a provider's record: a version-8 UUID of connection, entity and the provider's own id."""
    return UUID(Naming(connection_id).key(entity, external_id))
