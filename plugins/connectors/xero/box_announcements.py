"""Xero's webhooks: signed deliveries, and the handshake by which Xero finds out that somebody means to receive them.

After the page "Webhooks" of Xero's developer documentation and its webhook specification.
"""

import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import httpx

from hub.sdk.testing.entries import Change
from hub.sdk.testing.webhooks import WebhookSender
from plugins.connectors.xero.box_books import contact_id, guid

if TYPE_CHECKING:
    from hub.sdk.testing.box import Box

_MOST_EVENTS = 100
_SECONDS = 5.0
_CATEGORIES = {
    "customer": ("CONTACT", "Contacts", contact_id),
    "invoice": ("INVOICE", "Invoices", lambda number: guid(0x1111, number)),
    "credit_memo": ("CREDITNOTE", "CreditNotes", lambda number: guid(0x3333, number)),
}


class Announcer(WebhookSender):
    """Tells of contacts, invoices and credit notes; there are no events of payments."""

    def __init__(self, box: "Box", tenant: str) -> None:
        super().__init__(box, header="x-xero-signature", encode=self._bodies, timeout_seconds=_SECONDS)
        self._tenant = tenant

    def intent_to_receive(self, url: str, secret: str) -> list[str]:
        """The handshake: deliveries without events, some wrongly signed. What was answered wrongly, in words.

        Right is 200 for a true signature and 401 for a wrong one, both within five seconds, without a body and
        without cookies.
        """
        wrong = []
        for is_true in (True, False, True, False):
            body = self.box.answer(self._body([])).get_data()
            signature = self.sign(body, secret if is_true else f"{secret}-wrong")
            began = time.monotonic()
            answer = httpx.post(
                url,
                content=body,
                headers={self.header: signature, "Content-Type": "application/json"},
                timeout=_SECONDS,
            )
            name = "the true signature" if is_true else "a wrong signature"
            if answer.status_code != (200 if is_true else 401):
                wrong.append(f"{name} was answered {answer.status_code}")
            if answer.content:
                wrong.append(f"{name} was answered with a body")
            if "set-cookie" in answer.headers:
                wrong.append(f"{name} was answered with a cookie")
            if time.monotonic() - began > _SECONDS:
                wrong.append(f"{name} was answered too late")
        return wrong

    def event(self, change: Change) -> dict[str, Any] | None:
        """A change as an event; None for what Xero does not tell."""
        if change.entity not in _CATEGORIES:
            return None
        category, path, id_of = _CATEGORIES[change.entity]
        id = id_of(change.id)
        shown: dict[str, Any] = {
            "resourceUrl": f"https://api.xero.com/api.xro/2.0/{path}/{id}",
            "resourceId": id,
            "eventDateUtc": change.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{change.at.microsecond // 1000:03d}",
            "eventType": "CREATE" if change.op == "created" else "UPDATE",
            "eventCategory": category,
            "tenantId": self._tenant,
            "tenantType": "ORGANISATION",
        }
        if category == "CREDITNOTE":
            shown["data"] = {"Type": "ACCRECCREDIT", "Status": "AUTHORISED"}
        return shown

    def _bodies(self, changes: Sequence[Change]) -> list[dict[str, Any]]:
        told = [(change.seq, event) for change in changes if (event := self.event(change)) is not None]
        return [self._body(told[index : index + _MOST_EVENTS]) for index in range(0, len(told), _MOST_EVENTS)]

    @staticmethod
    def _body(told: Sequence[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
        return {
            "events": [event for _, event in told],
            "firstEventSequence": told[0][0] if told else 0,
            "lastEventSequence": told[-1][0] if told else 0,
            "entropy": secrets.token_hex(10).upper(),
        }
