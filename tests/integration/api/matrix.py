"""The two axes of the matrix: every operation of the OpenAPI document, and every kind of caller.

What a caller is expected to reach is told here anew from the table's rows, without the code that enforces them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from hub.disputes.policy import default_policy
from hub.http.access import ACCESS, SCOPES, Rule
from hub.reminders.policy import suggested
from hub.reminders.settings import defaults as reminder_settings
from tests.integration.identity.callers import Caller

METHODS = ("get", "post", "put", "patch", "delete")
NOWHERE = "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"
"""An id of nothing."""
_DAY = {"issued_on": "2026-03-01", "due_on": "2026-03-31"}

# Requests that would do what they say, were they let through; the others are as good with nothing in them.
MEANT: dict[str, Any] = {
    "createConnection": {"connector": "quickbooks", "config": {"client_id": "x", "client_secret": "of the matrix"}},
    "updateConnection": {"name": "Changed"},
    "reconnectConnection": {"config": {"client_id": "x", "client_secret": "of the matrix"}},
    "chooseAccount": {"account_id": "c1"},
    "createInvoice": {"number": "X-1", "customer_name": "X", "currency": "EUR", "total": "1", **_DAY},
    "updateCustomer": {"notes": "changed"},
    "exportSelectedInvoices": {"ids": [NOWHERE]},
    "exportSelectedCustomers": {"ids": [NOWHERE]},
    "createDispute": {"invoice_number": "INV-001", "text": "Too dear.", "amount": "1"},
    "createDisputes": {"disputes": [{"invoice_number": "INV-001", "text": "Too dear.", "amount": "1"}]},
    "createPromise": {"invoice_ids": [NOWHERE], "promised_on": "2999-01-01", "channel": "phone"},
    "updateDispute": {"due_on": "2026-09-01"},
    "addDisputeComment": {"text": "Said by the matrix."},
    "setDisputeCode": {"code": "pricing"},
    "setDisputeEvidence": {"kind": "photos", "status": "have"},
    "proposeResolution": {"action": "refuse"},
    "rejectDispute": {"note": "So says the matrix."},
    "resolveDispute": {"outcome": "withdrawn"},
    "createInboundAddress": {"name": "Made by the matrix", "channel": "mime"},
    "reopenDispute": {"note": "So says the matrix."},
    "updateDisputePolicy": {"document": dict(default_policy().document)},
    "rollbackDisputePolicy": {"number": 0},
    "createReminder": {"customer_id": NOWHERE, "invoice_ids": [NOWHERE]},
    "previewReminder": {"customer_id": NOWHERE, "invoice_ids": [NOWHERE]},
    "bulkReminders": {"action": "cancel", "ids": [NOWHERE]},
    "updateReminder": {"attachments": ["statement"]},
    "rejectReminder": {"reason": "So says the matrix."},
    "skipReminder": {"reason": "So says the matrix."},
    "settleReminder": {"was_sent": True},
    "tryDisputePolicy": {"document": dict(default_policy().document)},
    "rollbackDisputeClassifier": {"number": 0},
    "createChannel": {
        "plugin": "smtp",
        "name": "Made by the matrix",
        "purpose": "debtors",
        "sender": "ar@acme.example",
        "config": {"host": "mail.invalid", "security": "none"},
    },
    "updateChannel": {"name": "Changed"},
    "createSuppression": {"address": "gone@acme.example"},
    "updateWorklistEntry": {"snoozed_until": None},
    "addContactNote": {"kind": "call", "text": "Said by the matrix."},
    "updateReminderWriter": {
        "config": {"provider": "openai", "model": "of the matrix", "api_key": "of the matrix"},
        "is_agreed": False,
    },
    "updateReminderTemplate": {"subject": "Open invoices", "text": "{{ greeting }}"},
    "previewReminderTemplate": {
        "subject": "{{ count }}",
        "text": "{{ greeting }}",
        "purpose": "reminder",
        "language": "en",
        "tone": "firm",
    },
    "createWebhookEndpoint": {"url": "https://erp.example.com/webhooks"},
    "updateWebhookEndpoint": {"description": "Changed"},
    "replayWebhookMessages": {"from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
    "createReminderPolicy": {"name": "Made by the matrix"},
    "updateReminderPolicy": {"name": "Changed", "is_active": False, "document": dict(suggested())},
    "simulateReminders": {"from": "2026-03-01", "to": "2026-03-02"},
    "updateReminderSettings": {"document": dict(reminder_settings())},
    "updateTenant": {"name": "Changed", "time_zone": "Asia/Tokyo"},
    "addMember": {"email": "added@people.example", "role": "admin"},
    "updateMember": {"role": "viewer"},
    "updateProfile": {"name": "Changed"},
    "updateView": {"name": "Changed", "query": "status=paid"},
    "compareScenarios": {"scenarios": [{"changes": [{"kind": "terms", "days": 5}]}]},
    "createKey": {"name": "made", "scopes": ["read"]},
    "createTenant": {"name": "Made by the matrix"},
    "inviteAdmin": {"email": "invited@people.example"},
    "previewContactErasure": {"email": "ap@acme.example"},
    "exportContact": {"email": "ap@acme.example"},
    "eraseContact": {"email": "ap@acme.example", "include_name": True, "reason": "asked for it"},
}


@dataclass(frozen=True)
class Operation:
    """One operation as the document has it."""

    name: str
    method: str
    path: str
    is_upload: bool
    takes_body: bool

    @property
    def rule(self) -> Rule:
        return ACCESS[self.name]

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def call(self, caller: Caller, ids: Mapping[str, str] | None = None, /, headers: Any = None, **body: Any) -> int:
        """The status that answers `caller`; `ids` fill the path, which otherwise leads to nothing.

        An id may be meant for one operation alone: "<operation>.<name>".
        """
        path = self.path
        for name in self.parameters:
            path = path.replace(f"{{{name}}}", str(self._own(ids, name, NOWHERE)))
        options: dict[str, Any] = {}
        if self.is_upload:
            options = {"data": body, "content_type": "multipart/form-data"}
        elif self.takes_body:
            options = {"json": body}
        response = caller.open(self.method, path, headers=headers, **options)
        response.get_data()  # to the end, for answers that are streamed
        response.close()
        return response.status_code

    def call_in_earnest(self, caller: Caller, ids: Mapping[str, str], headers: Any = None) -> int:
        """The same as a request that would do something."""
        sent = {"If-Match": self._own(ids, "If-Match", '"1"'), **(headers or {})}
        return self.call(caller, ids, sent, **MEANT.get(self.name, {}))

    def _own(self, ids: Mapping[str, str] | None, name: str, default: str) -> str:
        known = ids or {}
        return known.get(f"{self.name}.{name}", known.get(name, default))


def operations_of(app: Flask) -> list[Operation]:
    """Every operation of the application's OpenAPI document."""
    document = app.test_client().get("/api/openapi.json").json
    return sorted(_operations(document), key=lambda each: (METHODS.index(each.method.lower()), each.name))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                content = item[method].get("requestBody", {}).get("content", {})
                yield Operation(
                    name=item[method]["operationId"],
                    method=method.upper(),
                    path=path,
                    is_upload="multipart/form-data" in content,
                    takes_body=bool(content) or method in ("post", "put", "patch"),
                )


@dataclass(frozen=True)
class Kind:
    """A kind of caller: whom the table lets be this caller, for a rule, and how to get one."""

    name: str
    may: Callable[[Rule], bool]
    caller: Callable[[Rule], Caller | None]


def as_person(*roles: str) -> Callable[[Rule], bool]:
    """What people of these roles may: what the table names one of them for, and their own account."""
    return lambda rule: rule.is_public or rule.is_own or bool({each.value for each in rule.roles} & set(roles))


def by_scope(opens: Callable[[str], bool]) -> Callable[[Rule], bool]:
    """What a machine may whose scopes open some others."""
    return lambda rule: rule.is_public or (rule.scope is not None and opens(rule.scope))


def scopes_without(scope: str) -> list[str]:
    """Every scope but those that hold this one."""
    wide = {"*"} | ({"read", "write"} if scope.endswith(":read") else {"write"} if scope.endswith(":write") else set())
    return sorted(SCOPES - wide - {scope})
