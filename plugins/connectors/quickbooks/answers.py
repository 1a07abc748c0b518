"""Answers of QuickBooks as parsed from JSON: which entities are in them, and what a webhook announces."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.sdk.connector import Change
from hub.sdk.errors import ConfigError
from plugins.connectors.quickbooks.fields import Fields, instant

STREAMS = {
    "Customer": "customers",
    "Invoice": "invoices",
    "Payment": "payments",
    "CreditMemo": "credit_memos",
    "JournalEntry": "journal_entries",
}
"""The entities that are read, and the stream of each, in the order in which they are read."""

_BY_WORD = {entity.casefold(): stream for entity, stream in STREAMS.items()}
_UNREADABLE = frozenset({"delete", "deleted", "merge", "merged"})
_NEVER = datetime.min.replace(tzinfo=UTC)
_ALWAYS = datetime.max.replace(tzinfo=UTC)


def entities(payload: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The name and content of each entity in an answer, whatever kind it is.

    Known are answers to queries, change data capture, batches and reads; reports and webhooks hold none. Raises
    ConfigError for an answer that is none of these, or tells of a fault.
    """
    if isinstance(payload, list):
        for each in payload:
            yield from entities(each)
        return
    if not isinstance(payload, Mapping):
        raise ConfigError(f"{type(payload).__name__} is no answer of QuickBooks; give its JSON object")
    fault = payload.get("Fault") or payload.get("fault")
    if fault:
        raise ConfigError(f"QuickBooks answered with a fault: {json.dumps(fault, default=str)[:300]}")
    if {"specversion", "eventNotifications"} & payload.keys() or {"Header", "Rows"} <= payload.keys():
        return
    for name in ("QueryResponse", "CDCResponse", "BatchItemResponse"):
        if name in payload:
            yield from _listed(payload[name])
            return
    found = [name for name, value in payload.items() if isinstance(value, Mapping) and name[:1].isupper()]
    if not found:
        raise ConfigError(
            "this is no answer of QuickBooks to a query, a read, change data capture or a report;"
            f" it has the fields {', '.join(map(str, payload))[:200] or 'of nothing'}"
        )
    for name in found:
        yield name, payload[name]


def newest(found: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The newest version of each record that is read, by entity and id. Those without an id are all kept."""
    kept: dict[str, dict[str, Mapping[str, Any]]] = {entity: {} for entity in STREAMS}
    for entity, item in found:
        if entity not in kept:
            continue
        key = Fields(entity, item).text("Id") or f"without an id, {len(kept[entity])}"
        held = kept[entity].get(key)
        if held is None or version(item) >= version(held):
            kept[entity][key] = item
    return kept


def version(item: Mapping[str, Any]) -> tuple[datetime, int]:
    """What orders the versions of one record. What was deleted stays so: QuickBooks gives no id twice."""
    fields = Fields("", item)
    token = fields.text("SyncToken") or ""
    if fields.is_deleted:
        return _ALWAYS, 0
    return fields.updated_at or _NEVER, int(token) if token.isdecimal() else 0


def time_of(payload: Mapping[str, Any]) -> datetime | None:
    """The provider's clock when it answered."""
    return instant(Fields("", payload).text("time"))


def changes(body: bytes) -> list[Change]:
    """What a webhook announces, as CloudEvents or in the envelope from before.

    What was deleted or merged cannot be read by its id, and the records of a journal entry are called otherwise than
    the entry: these ask for what changed in the whole stream.
    """
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ConfigError(f"the webhook's body is no JSON: {error}") from error
    if isinstance(document, Mapping) and "eventNotifications" in document:
        return [change for each in _objects(document["eventNotifications"]) for change in _legacy(each)]
    events = [document] if isinstance(document, Mapping) else document
    if not isinstance(events, list) or not all(isinstance(each, Mapping) and "type" in each for each in events):
        raise ConfigError("the webhook's body holds neither CloudEvents nor eventNotifications")
    return [change for each in events for change in _cloud_event(each)]


def _cloud_event(event: Mapping[str, Any]) -> Iterator[Change]:
    words = str(event["type"]).split(".")
    if len(words) < 3 or words[0] != "qbo":
        return
    account, entity_id = _text(event.get("intuitaccountid")), _text(event.get("intuitentityid"))
    event_id = _text(event.get("id")) or f"{event['type']}:{account}:{entity_id}:{event.get('time')}"
    yield from _change(event_id, account, words[1].replace("_", ""), entity_id, words[2])


def _legacy(notification: Mapping[str, Any]) -> Iterator[Change]:
    account = _text(notification.get("realmId"))
    changed = notification.get("dataChangeEvent")
    for each in _objects(changed.get("entities") if isinstance(changed, Mapping) else None):
        name, entity_id, operation = (_text(each.get(key)) or "" for key in ("name", "id", "operation"))
        event_id = f"{account}:{name}:{entity_id}:{operation}:{each.get('lastUpdated')}"
        yield from _change(event_id, account, name, entity_id or None, operation)


def _change(event_id: str, account: str | None, entity: str, entity_id: str | None, operation: str) -> Iterator[Change]:
    stream = _BY_WORD.get(entity.casefold())
    if stream is None:
        return
    is_readable = operation.casefold() not in _UNREADABLE and stream != "journal_entries"
    yield Change(event_id=event_id, account=account, stream=stream, external_id=entity_id if is_readable else None)


def _listed(found: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entities in lists by name, however deep QuickBooks nests them."""
    for each in found if isinstance(found, list) else [found]:
        if not isinstance(each, Mapping):
            continue
        if each.get("Fault"):
            raise ConfigError(f"QuickBooks answered with a fault: {json.dumps(each['Fault'], default=str)[:300]}")
        for name, value in each.items():
            if name in ("QueryResponse", "CDCResponse"):
                yield from _listed(value)
            elif isinstance(value, list):
                yield from ((name, item) for item in value if isinstance(item, Mapping))
            elif isinstance(value, Mapping) and name[:1].isupper():
                yield name, value


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
