"""The facts that a reminder's text is checked against, as a row keeps them, and what the check says of a text."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from hub.sdk.facts import FactSheet, Refusal, check, read_facts


def as_document(facts: FactSheet) -> dict[str, Any]:
    """A fact sheet as JSON, as `hub.sdk.facts.read_facts` reads it."""
    document: dict[str, Any] = _plain(asdict(facts))
    return document


def as_facts(document: Mapping[str, Any]) -> FactSheet:
    """The fact sheet that a row keeps."""
    return read_facts(document)


def totals_of(facts: FactSheet) -> list[dict[str, str]]:
    """What is asked for, by currency: [{amount, currency}]."""
    return [{"amount": f"{each.amount:.4f}", "currency": each.currency} for each in facts.total_open]


def refusals(
    facts: FactSheet, subject: str, text: str, language: str, *, replying: bool = False
) -> list[dict[str, Any]]:
    """What the facts do not bear out of a message; one that is `replying` may speak of what it answers."""
    return as_rows(check(facts, text, language=language, subject=subject, replying=replying).refusals)


def as_rows(found: Iterable[Refusal]) -> list[dict[str, Any]]:
    """Refusals as a row keeps them."""
    return [asdict(each) for each in found]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
