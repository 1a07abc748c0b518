"""How long what is kept: each kind with its default, and the bounds within which a tenant may choose. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from hub.errors import InvalidError


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Something that is kept for a time, in days: by default, at the least, at the most."""

    about: str
    days: int
    least: int
    most: int


KINDS: dict[str, Kind] = {
    "raw": Kind(
        about="Records as providers and files state them, kept beside the ledger's own rows and in their history.",
        days=90,
        least=7,
        most=3650,
    ),
    "rejects": Kind(about="Rows that an import or a sync could not use, as they came.", days=90, least=1, most=365),
    "runs": Kind(
        about="Outcomes of imports and syncs; the newest of each connection stays.", days=400, least=90, most=3650
    ),
    "predictions": Kind(
        about="Forecasts that a newer one has superseded, and models that made none of those kept.",
        days=400,
        least=30,
        most=3650,
    ),
    "disputes": Kind(
        about="What was written in disputes that have ended; how they ended stays.", days=1825, least=90, most=3650
    ),
    "promises": Kind(
        about="What was said with promises that have ended, and requests for copies that were met.",
        days=1825,
        least=90,
        most=3650,
    ),
    "reminders": Kind(
        about="What reminders said and to whom; what they asked for, and what became of it, stays.",
        days=1825,
        least=90,
        most=3650,
    ),
    "notes": Kind(about="What was noted of talks with customers.", days=1825, least=90, most=3650),
    "webhooks": Kind(about="What providers announced.", days=30, least=1, most=90),
    "webhook_log": Kind(
        about="What the tenant's own systems were told, and what they answered.", days=30, least=1, most=90
    ),
    "mails": Kind(
        about="Which mails came in, and what came of each; disputes keep what they said.", days=30, least=7, most=365
    ),
    "receipts": Kind(about="What became of messages, and suppressions that have ended.", days=400, least=30, most=3650),
    "notices": Kind(about="Notices about connections that were seen or settled.", days=90, least=1, most=365),
    "jobs": Kind(about="Finished jobs and their outcomes.", days=30, least=1, most=30),
    "uploads": Kind(about="Files that were handed in and that no job needs any more.", days=7, least=1, most=30),
    "exports": Kind(about="Exports of everything, as they can be downloaded.", days=7, least=1, most=7),
    "audit": Kind(about="Who did what.", days=2557, least=365, most=3653),
}
"""What a tenant may set. The ledger and its history stay as long as the tenant: accounting and forecasts need them."""

SIGN_IN_DAYS = 30
"""Sessions, links and half-finished sign-ins go so long after their end; for all tenants together."""
PARKED_DAYS = 30
"""For so long what was announced waits for its company to be connected; for all tenants together."""


def effective(chosen: Mapping[str, int]) -> dict[str, int]:
    """The days of every kind: those chosen, else the defaults."""
    return {name: chosen.get(name, kind.days) for name, kind in KINDS.items()}


def check(chosen: Mapping[str, int]) -> None:
    """Raise InvalidError, naming each kind that is not known or out of its bounds."""
    fields = {}
    for name, days in chosen.items():
        kind = KINDS.get(name)
        if kind is None:
            fields[f"periods.{name}"] = f"One of {', '.join(KINDS)}."
        elif not kind.least <= days <= kind.most:
            fields[f"periods.{name}"] = f"From {kind.least} to {kind.most} days."
    if fields:
        raise InvalidError("These periods cannot be kept; nothing was changed.", fields=fields)


def version(chosen: Mapping[str, int]) -> int:
    """A number that stands for these choices, for ETags: the same for the same choices."""
    encoded = orjson.dumps(dict(sorted(chosen.items())))
    return int.from_bytes(blake2b(encoded, digest_size=6).digest()) or 1
