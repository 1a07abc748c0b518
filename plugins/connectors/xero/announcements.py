"""What a webhook of Xero says: which documents to look at again. It carries none of their figures."""

import json
from collections.abc import Mapping
from typing import Any

from hub.sdk.connector import Change
from hub.sdk.errors import ConfigError

_STREAMS = {"CONTACT": "contacts", "INVOICE": "invoices", "CREDITNOTE": "credit_notes"}


def changes(headers: Mapping[str, str], body: bytes) -> list[Change]:
    """The changes a delivery announces; none for the handshake, whose list of events is empty.

    Xero announces no payments. A payment changes its invoice, so where an invoice is announced the whole list of
    payments is asked once for what changed: one call, however many invoices the delivery names. Raises ConfigError
    for a body that is no delivery.
    """
    try:
        delivery = json.loads(body)
        events = delivery["events"]
        found = [change for event in events if (change := _change(event)) is not None]
        # The same for all deliveries of this one, and for no other.
        mark = f"{delivery.get('firstEventSequence')}-{delivery.get('lastEventSequence')}:{delivery.get('entropy')}"
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"this is no delivery of Xero: {error!r}") from error
    accounts = dict.fromkeys(change.account for change in found if change.stream == "invoices")
    return found + [
        Change(event_id=f"payments:{account}:{mark}", account=account, stream="payments") for account in accounts
    ]


def _change(event: Mapping[str, Any]) -> Change | None:
    """One event; None for a category that tells nothing of receivables, such as subscriptions to the app."""
    stream = _STREAMS.get(str(event["eventCategory"]).upper())
    if stream is None or event.get("tenantType", "ORGANISATION") != "ORGANISATION":
        return None
    return Change(
        event_id=":".join(
            str(event[name]) for name in ("tenantId", "eventCategory", "resourceId", "eventType", "eventDateUtc")
        ),
        account=str(event["tenantId"]),
        stream=stream,
        external_id=str(event["resourceId"]),
    )
