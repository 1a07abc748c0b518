"""Ids of ledger rows, derived rather than drawn, so that the same record always has the same id."""

from hashlib import blake2b
from uuid import UUID

from hub.sdk.records import Entity


def ledger_id(connection_id: UUID, entity: Entity, external_id: str) -> UUID:
    """The hub's id of a provider's record: a version-8 UUID of connection, entity and the provider's own id."""
    digest = bytearray(
        blake2b(external_id.encode(), digest_size=16, key=connection_id.bytes, person=entity.encode()).digest()
    )
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))
