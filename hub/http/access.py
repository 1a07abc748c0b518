"""THE table of who may call what. hub.http.auth enforces it, the OpenAPI document shows it, a test walks all of it.

An operation that is not in the table is refused to everybody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a person is. A person may be operator and, beside it, have one of the other roles in a tenant."""

    OPERATOR = "operator"  # the whole installation, and no tenant's data
    ADMIN = "admin"  # all of one tenant
    MEMBER = "member"  # works on invoices, disputes and reminders of one tenant
    VIEWER = "viewer"  # reads one tenant


Noted = Literal["write", "read", "no"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call an operation.

    `roles` are those of people; `scope` is what a machine needs (None: machines never may). `is_public` asks for
    nobody, `is_own` for any person who is signed in, whatever their role: it touches nothing but their own account.
    `noted` says what the audit keeps of it: each call that wrote, each call that read sensitive data, or nothing.
    """

    roles: frozenset[Role]
    scope: str | None
    noted: Noted
    is_public: bool = False
    is_own: bool = False

    def allows(self, roles: Collection[Role], scopes: Collection[str]) -> bool:
        """Whether a caller with these roles (of a person) or these scopes (of a machine) may call it."""
        if self.is_public:
            return True
        return not self.roles.isdisjoint(roles) or (self.scope is not None and grants(scopes, self.scope))


def grants(scopes: Collection[str], wanted: str) -> bool:
    """Whether `scopes` hold the wanted one. `read` holds every `...:read`, `write` every `...:write` too, `*` all."""
    _, _, verb = wanted.rpartition(":")
    wide = {"read": {"read", "write", "*"}, "write": {"write", "*"}}.get(verb, {"*"})
    return wanted in scopes or not wide.isdisjoint(scopes)


_OPERATORS = frozenset({Role.OPERATOR})
_ADMINS = frozenset({Role.ADMIN})
_MEMBERS = frozenset({Role.ADMIN, Role.MEMBER})
_VIEWERS = frozenset({Role.ADMIN, Role.MEMBER, Role.VIEWER})
_EVERYONE = frozenset(Role)


def _public(noted: Noted = "no") -> Rule:
    return Rule(frozenset(), None, noted, is_public=True)


def _own(noted: Noted = "no") -> Rule:
    return Rule(_EVERYONE, None, noted, is_own=True)


def _reads(scope: str, noted: Noted = "no", roles: frozenset[Role] = _VIEWERS) -> Rule:
    return Rule(roles, f"{scope}:read", noted)


def _writes(scope: str, roles: frozenset[Role] = _MEMBERS) -> Rule:
    return Rule(roles, f"{scope}:write", "write")


def _manages(scope: str, noted: Noted = "write") -> Rule:
    return Rule(_ADMINS, f"{scope}:admin", noted)


def _operates(noted: Noted = "write") -> Rule:
    return Rule(_OPERATORS, None, noted)


def _keeps() -> Rule:
    """For what people keep for themselves in a tenant: theirs alone, and nobody else's business."""
    return Rule(_VIEWERS, None, "no")


ACCESS: dict[str, Rule] = {
    # The hub itself
    "getHealth": _public(),
    "getReadiness": _public(),
    "getMetrics": _public(),  # asks for a token of its own
    "streamEvents": _reads("events"),
    # Signing in, and one's own account
    "getSignInMethods": _public(),
    "signIn": _public("write"),
    "redeemSignInLink": _public("write"),
    "startOidcSignIn": _public(),
    "finishOidcSignIn": _public("write"),
    "getSession": _own(),
    "signOut": _own("write"),
    "switchTenant": _own("write"),
    "updateProfile": _own("write"),
    "changePassword": _own("write"),
    "listSessions": _own(),
    "endSession": _own("write"),
    # What somebody keeps for themselves
    "getPreferences": _keeps(),
    "updatePreferences": _keeps(),
    "listViews": _keeps(),
    "createView": _keeps(),
    "updateView": _keeps(),
    "deleteView": _keeps(),
    # The tenant, its people and its keys
    "getTenant": _reads("tenant"),
    "updateTenant": _manages("tenant"),
    "listMembers": _manages("members", "read"),
    "addMember": _manages("members"),
    "updateMember": _manages("members"),
    "removeMember": _manages("members"),
    "createSignInLink": _manages("members"),
    "listKeys": _manages("keys", "read"),
    "createKey": _manages("keys"),
    "rotateKey": _manages("keys"),
    "revokeKey": _manages("keys"),
    # What was done
    "listAudit": _manages("audit", "read"),
    "exportAudit": _manages("audit", "read"),
    "verifyAudit": _manages("audit", "no"),
    # Privacy
    "requestTenantExport": _manages("privacy"),
    "downloadExport": _manages("privacy", "read"),
    "previewContactErasure": _manages("privacy", "read"),
    "exportContact": _manages("privacy", "read"),
    "eraseContact": _manages("privacy"),
    "getRetention": _manages("privacy", "no"),
    "updateRetention": _manages("privacy"),
    # The installation
    "listTenants": _operates("read"),
    "createTenant": _operates(),
    "inviteAdmin": _operates(),
    "listInstallationAudit": _operates("read"),
    # The ledger
    "listInvoices": _reads("invoices"),
    "exportInvoices": _reads("invoices", "read"),
    "exportSelectedInvoices": _reads("invoices", "read"),
    "getInvoice": _reads("invoices"),
    "createInvoice": _writes("invoices"),
    "importInvoices": _writes("invoices"),
    "previewImport": Rule(_MEMBERS, "invoices:write", "no"),
    "readImportHead": Rule(_MEMBERS, "invoices:write", "no"),
    "listCustomers": _reads("customers", "read"),
    "exportCustomers": _reads("customers", "read"),
    "exportSelectedCustomers": _reads("customers", "read"),
    "getCustomer": _reads("customers", "read"),
    "getCustomerRisk": _reads("customers", "read"),
    "updateCustomer": _writes("customers"),
    "searchRecords": _reads("search"),
    # Promises, and the debtor's page
    "listPromises": _reads("promises", "read"),
    "createPromise": _writes("promises"),
    "getPromise": _reads("promises", "read"),
    "cancelPromise": _writes("promises"),
    "listCopyRequests": _reads("promises", "read"),
    "finishCopyRequest": _writes("promises"),
    "getDebtorPage": _public("read"),  # these ask for a signed link
    "makeDebtorPromise": _public("write"),
    "raiseDebtorDispute": _public("write"),
    "claimDebtorPayment": _public("write"),
    "askForCopy": _public("write"),
    "showUnsubscribe": _public(),
    "unsubscribe": _public("write"),
    # Disputes
    "listDisputes": _reads("disputes", "read"),
    "exportDisputes": _reads("disputes", "read"),
    "createDispute": _writes("disputes"),
    "createDisputes": _writes("disputes"),
    "listDisputeOwners": _reads("disputes"),
    "getDispute": _reads("disputes", "read"),
    "updateDispute": _writes("disputes"),
    "getDisputeHistory": _reads("disputes", "read"),
    "addDisputeComment": _writes("disputes"),
    "setDisputeCode": _writes("disputes"),
    "setDisputeEvidence": _writes("disputes"),
    "investigateDispute": _writes("disputes"),
    "proposeResolution": _writes("disputes"),
    "acceptDispute": _writes("disputes"),
    "rejectDispute": _writes("disputes"),
    "resolveDispute": _writes("disputes"),
    "reopenDispute": _writes("disputes"),
    "listInboundAddresses": _manages("disputes", "read"),
    "createInboundAddress": _manages("disputes"),
    "deleteInboundAddress": _manages("disputes"),
    "receiveMail": _public(),  # asks for a secret address of its own
    "getDisputePolicy": _reads("disputes"),
    "updateDisputePolicy": _manages("disputes"),
    "listDisputePolicies": _reads("disputes"),
    "rollbackDisputePolicy": _manages("disputes"),
    "tryDisputePolicy": _reads("disputes"),
    "listDisputeClassifiers": _reads("disputes"),
    "trainDisputeClassifier": _manages("disputes"),
    "rollbackDisputeClassifier": _manages("disputes"),
    "listAdjustments": _reads("disputes", "read"),
    "writeBackAdjustment": _manages("disputes"),
    "cancelAdjustment": _writes("disputes"),
    # Reminders
    "listReminders": _reads("reminders", "read"),
    "createReminder": _writes("reminders"),
    "previewReminder": _reads("reminders", roles=_MEMBERS),
    "bulkReminders": _writes("reminders"),
    "getReminder": _reads("reminders", "read"),
    "updateReminder": _writes("reminders"),
    "listReminderEvents": _reads("reminders"),
    "approveReminder": _writes("reminders"),
    "rejectReminder": _writes("reminders"),
    "skipReminder": _writes("reminders"),
    "cancelReminder": _writes("reminders"),
    "scheduleReminder": _writes("reminders"),
    "rewriteReminder": _writes("reminders"),
    "sendTestReminder": _writes("reminders"),
    "settleReminder": _writes("reminders"),
    "retryReminder": _writes("reminders"),
    "listReminderWriters": _reads("reminders"),
    "updateReminderWriter": _manages("reminders"),
    "removeReminderWriter": _manages("reminders"),
    "testReminderWriter": _manages("reminders"),
    "listReminderTemplates": _reads("reminders"),
    "previewReminderTemplate": _reads("reminders", "read", roles=_MEMBERS),
    "updateReminderTemplate": _manages("reminders"),
    "resetReminderTemplate": _manages("reminders"),
    "draftDisputeReply": _reads("disputes", "read", roles=_MEMBERS),
    # Channels, and whom they do not reach
    "listChannels": _reads("channels"),
    "getChannel": _reads("channels"),
    "createChannel": _manages("channels"),
    "updateChannel": _manages("channels"),
    "deleteChannel": _manages("channels"),
    "checkChannel": _manages("channels"),
    "testChannel": _manages("channels"),
    "createReceiptsAddress": _manages("channels"),
    "receiveReceipts": _public(),  # asks for a secret address of its own
    "listSuppressions": _reads("channels", "read"),
    "createSuppression": _writes("channels"),
    "releaseSuppression": _manages("channels"),
    # Policies of reminders
    "listReminderPolicies": _reads("reminders"),
    "createReminderPolicy": _manages("reminders"),
    "getReminderPolicy": _reads("reminders"),
    "updateReminderPolicy": _manages("reminders"),
    "deleteReminderPolicy": _manages("reminders"),
    "listReminderPolicyVersions": _reads("reminders"),
    "simulateReminders": _reads("reminders", "read"),
    "getReminderSettings": _reads("reminders"),
    "updateReminderSettings": _manages("reminders"),
    "planReminders": _writes("reminders"),
    # The tenant's own systems
    "listWebhookEndpoints": _manages("webhooks", "read"),
    "createWebhookEndpoint": _manages("webhooks"),
    "getWebhookEndpoint": _manages("webhooks", "read"),
    "updateWebhookEndpoint": _manages("webhooks"),
    "deleteWebhookEndpoint": _manages("webhooks"),
    "rotateWebhookSecret": _manages("webhooks"),
    "enableWebhookEndpoint": _manages("webhooks"),
    "testWebhookEndpoint": _manages("webhooks"),
    "listWebhookDeliveries": _manages("webhooks", "read"),
    "replayWebhookDelivery": _manages("webhooks"),
    "replayWebhookMessages": _manages("webhooks"),
    # Accounts at providers
    "listConnectors": _reads("connections"),
    "getConnector": _reads("connections"),
    "listConnections": _reads("connections"),
    "getConnection": _reads("connections"),
    "createConnection": _manages("connections"),
    "updateConnection": _manages("connections"),
    "chooseAccount": _manages("connections"),
    "reconnectConnection": _manages("connections"),
    "pauseConnection": _manages("connections"),
    "resumeConnection": _manages("connections"),
    "disconnectConnection": _manages("connections"),
    "finishConsent": _public(),  # notes by itself what it was; only for the browser that began
    "receiveWebhook": _public(),  # asks for the provider's signature
    "listNotices": _reads("connections"),
    "seeNotice": _manages("connections"),
    # Work and runs
    "listJobs": _reads("jobs"),
    "getJob": _reads("jobs"),
    "listRuns": _reads("runs"),
    "getRun": _reads("runs"),
    "requestSync": _writes("runs"),
    "listConnectionRuns": _reads("runs"),
    "getTieOut": _reads("runs", "read"),  # names customers
    "listRejects": _reads("runs", "read", _MEMBERS),
    # Forecasts and figures
    "listPredictions": _reads("predictions"),
    "getPrediction": _reads("predictions"),
    "getPredictionCurve": _reads("predictions"),
    "getPredictionHistory": _reads("predictions"),
    "getPredictionReasons": _reads("predictions"),
    "requestForecast": _writes("predictions"),
    "listModels": _reads("models"),
    "getModel": _reads("models"),
    "backtestModel": _writes("models"),
    "promoteModel": _manages("models"),
    "releaseModel": _manages("models"),
    "rollBackModel": _manages("models"),
    "getAccuracy": _reads("models"),
    "getCashFlow": _reads("predictions"),
    "compareScenarios": _reads("predictions"),
    "getOverview": _reads("insights", "read"),
    "getInsights": _reads("insights"),
    "getAging": _reads("insights"),
    "getDso": _reads("insights"),
    "getReminderInsights": _reads("insights"),
    "getDisputeInsights": _reads("insights"),
    "getWorklist": _reads("insights"),
    "listContacts": _reads("insights", "read"),
    "updateWorklistEntry": _writes("customers"),
    "addContactNote": _writes("customers"),
    "getCustomerTimeline": _reads("customers", "read"),
}

SCOPES = frozenset({"*", "read", "write"} | {rule.scope for rule in ACCESS.values() if rule.scope})
"""All scopes that an API key may have."""


def scopes_of(role: Role) -> frozenset[str]:
    """What a machine would need to do all that a person of this role may do in a tenant."""
    return frozenset(rule.scope for rule in ACCESS.values() if rule.scope and role in rule.roles)
