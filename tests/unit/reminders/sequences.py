"""Invoices, customers and worlds for tests of what policies decide."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from hub.reminders.calendar import Hours, calendar_of
from hub.reminders.expected_gain import Effect
from hub.reminders.policy import Customer, Item, Policy, Reason, read_policy, suggested
from hub.reminders.sequence import World
from hub.reminders.settings import defaults

SPACE = UUID("018f3a52-0000-8000-8000-000000000001")
CONNECTION = uuid5(SPACE, "connection")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SETTINGS: Mapping[str, Any] = {**defaults(), "minimum_age_days": 0}


def item(number: str = "INV-1", *, due_on: date = date(2026, 3, 1), open: str = "100", **facts: Any) -> Item:
    """An invoice of 100 EUR that was due nine days before NOW; nothing is known against asking for it."""
    known: dict[str, Any] = {
        "invoice_id": uuid5(SPACE, number),
        "customer_id": uuid5(SPACE, "customer"),
        "connection_id": CONNECTION,
        "number": number,
        "issued_on": due_on - timedelta(days=30),
        "due_on": due_on,
        "currency": "EUR",
        "total": Decimal("100"),
        "open": Decimal(open),
        "status": "open",
        "home_rate": Decimal(1),
        "disputed": None,
        "in_flight": None,
        "credited": Decimal(0),
        "promised_until": None,
        "stopped": None,
        "unapplied": Decimal(0),
        "cycle": 0,
        "paid_on": None,
        **dict.fromkeys(("p_paid_by_due", "p_late30", "expected_on", "p10_on", "p50_on", "p90_on")),
    }
    return Item(**{**known, **facts})


def customer(name: str = "customer", country: str = "DE", **facts: Any) -> Customer:
    """A customer in Germany with one address."""
    known: dict[str, Any] = {
        "id": uuid5(SPACE, name),
        "name": name,
        "calendar": calendar_of(country, "EUR", BERLIN, Hours()),
        "country": country,
        "paid_invoices": 10,
        "recipients": ({"name": "Jo Doe", "email": f"ap@{name}.example", "role": ""},),
    }
    return Customer(**{**known, **facts})


def policy(**changes: Any) -> Policy:
    """The suggested sequence with some of its parts replaced."""
    return read_policy({**deepcopy(dict(suggested())), **changes}, policy_id=uuid5(SPACE, "policy"), name="Ours")


def world(
    *policies: Policy,
    settings: Mapping[str, Any] = SETTINGS,
    blocked: Mapping[UUID, Sequence[Reason]] | None = None,
    blocked_until: datetime = datetime(2100, 1, 1, tzinfo=UTC),
    effect: Effect | None = None,
) -> World:
    """A world with the suggested sequence, or with these policies."""
    return World(
        policies=policies or (policy(),),
        settings=settings,
        blocked=blocked or {},
        blocked_until=blocked_until,
        effect=effect or Effect(),
    )
