"""What each table holds, in a sentence: for the export's manifest, and for docs/privacy.md, which a test compares."""

from dataclasses import dataclass
from typing import Literal

Subject = Literal["debtors", "members", "nobody"]
"""Whose personal data a table may hold: people at the tenant's customers, people who sign in here, or nobody's."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a table holds, and whose data that may be."""

    what: str
    subject: Subject


HOLDINGS: dict[str, Holding] = {
    # A tenant's own schema
    "customers": Holding("Who owes: name, e-mail address, contacts and notes, and the record as it came.", "debtors"),
    "invoices": Holding("What is owed, with the record as it came.", "debtors"),
    "payments": Holding("Money received, with the record as it came.", "debtors"),
    "credit_memos": Holding("Money given back, with the record as it came.", "debtors"),
    "allocations": Holding("Which payment or credit settled which part of which invoice.", "debtors"),
    "ledger_versions": Holding("Rows of the ledger as they were before they changed.", "debtors"),
    "agg_day": Holding("Sums per day and currency.", "nobody"),
    "agg_customer": Holding("Sums per customer and currency, by the customer's id.", "debtors"),
    "erased_contacts": Holding("Keyed digests of addresses and names that were erased, and pseudonyms.", "nobody"),
    "connections": Holding("Accounts at providers, without their secrets.", "nobody"),
    "connection_tokens": Holding("How long the tokens of connections are good; they themselves are secrets.", "nobody"),
    "webhook_deliveries": Holding("What providers announced, until it was looked at.", "debtors"),
    "channels": Holding("How debtors and the team are reached: senders and settings, without secrets.", "members"),
    "channel_callbacks": Holding("What providers told of messages, until it is read.", "debtors"),
    "channel_receipts": Holding("What became of messages, by provider and address.", "debtors"),
    "suppressions": Holding("Addresses that are not written to, why, and who said so.", "debtors"),
    "webhook_endpoints": Holding(
        "Where the tenant's own systems are told what happens, and who set that up.", "members"
    ),
    "webhook_messages": Holding("What those are told: kinds of events and ids.", "nobody"),
    "webhook_calls": Holding("When each was told what, and how its answer began.", "debtors"),
    "notices": Holding("What had to be known of connections, and whether it was seen.", "nobody"),
    "sync_runs": Holding("What each import and sync brought, and whose balances do not add up.", "debtors"),
    "sync_rejects": Holding("Rows that could not be used, as they came, with the reason.", "debtors"),
    "sync_cursors": Holding("Where each sync goes on.", "nobody"),
    "sync_pages": Holding("Fingerprints of what syncs have read, 8 bytes a row.", "nobody"),
    "sync_seen": Holding("Which records a full sync under way has come by, 16 bytes each.", "nobody"),
    "forecast_models": Holding("Trained models, of risk too: numbers only, no names.", "nobody"),
    "model_changes": Holding("Which model took over from which, when, why, and by whose word.", "members"),
    "forecast_scores": Holding("How good forecasts were, in sums by month and kind of invoice.", "nobody"),
    "forecast_runs": Holding("Each forecast of the whole book, and the cash it expects.", "nobody"),
    "forecast_books": Holding("The open book as the newest run forecast it: ids, days, amounts and chances.", "nobody"),
    "risk_runs": Holding("Each assessment of all customers, and what it assumes.", "nobody"),
    "customer_risk": Holding("How likely each customer goes late, what it may cost, and what to do.", "debtors"),
    "predictions": Holding("When each open invoice will be paid, how surely, and why.", "debtors"),
    "disputes": Holding("What customers object to, in their words, and what is noted beside it.", "debtors"),
    "dispute_events": Holding(
        "What happened to each dispute, and who of the members did it; never rewritten.", "members"
    ),
    "dispute_comments": Holding("What was said about disputes.", "debtors"),
    "inbound_mails": Holding(
        "Which mails came in and what came of each; until it is read, the mail itself, sealed.", "debtors"
    ),
    "dispute_labels": Holding("Texts of disputes with the reason that a person gave, to learn from.", "debtors"),
    "dispute_classifiers": Holding("What the classifier has learnt of those: numbers only.", "nobody"),
    "dispute_policies": Holding("Which resolutions are suggested when, in all versions.", "nobody"),
    "reminders": Holding("What is sent to customers who owe: to whom, what it says, and what became of it.", "debtors"),
    "reminder_items": Holding("Which invoices each reminder asks for, and how much of them.", "debtors"),
    "reminder_events": Holding(
        "What happened to each reminder, and who of the members did it; never rewritten.", "members"
    ),
    "reminder_policies": Holding("Which reminders go out when.", "nobody"),
    "reminder_policy_versions": Holding("The same in all versions, and who stored each.", "members"),
    "reminder_settings": Holding("Who signs reminders, when they go out, and what they may name.", "members"),
    "reminder_assignments": Holding("Which invoices are reminded of and which are held back, by lot.", "nobody"),
    "reminder_templates": Holding("The tenant's own texts of reminders, and who wrote them.", "members"),
    "reminder_writers": Holding(
        "How writers of reminders are set up, without secrets, and who agreed to it.", "members"
    ),
    "customer_marks": Holding("Who of the members looks after which customer, and until when it may rest.", "members"),
    "contact_notes": Holding("What was noted of calls, meetings and the like with customers.", "debtors"),
    "team_digests": Holding("On which day the team was told what waits.", "nobody"),
    "promises": Holding("What customers promised to pay by when, who said so, and what became of it.", "debtors"),
    "copy_requests": Holding("Copies of invoices that customers asked for, and where to send them.", "debtors"),
    "holds": Holding("What of which invoice is held, since when and why.", "nobody"),
    "adjustments": Holding("Credits and the like that are meant for invoices, and what became of them.", "debtors"),
    "idempotency_keys": Holding("Answers kept for a day, for requests that are sent again.", "debtors"),
    "preferences": Holding("How people want the dashboard to look, by the id of their account.", "members"),
    "saved_views": Holding("Views of lists that people keep: a name, and what they looked for.", "debtors"),
    "secrets": Holding("Sealed secrets: who they belong to and when they were sealed.", "nobody"),
    "retention_periods": Holding("How long the tenant keeps what, where that differs from the default.", "nobody"),
    # The hub's schema, shared by all tenants
    "tenants": Holding("The tenants: key, name, currency, time zone.", "nobody"),
    "users": Holding("People who may sign in: e-mail address, name, hash of the password.", "members"),
    "memberships": Holding("Who is a member of which tenant, as what.", "members"),
    "organizations": Holding("Which organisation at the sign-in provider stands for which tenant.", "nobody"),
    "sessions": Holding("Who is signed in: from which address, with which browser, since when.", "members"),
    "sign_in_links": Holding("Digests of one-time links to sign in with.", "members"),
    "sign_in_states": Holding("Sign-ins at the provider that are under way.", "members"),
    "sign_in_failures": Holding("How often signing in has failed lately, by a digest of the address.", "members"),
    "connect_states": Holding("Consents at providers that are under way, by digests, and who began them.", "members"),
    "connected_accounts": Holding("Which companies at which providers a tenant has connected, by their ids.", "nobody"),
    "parked_webhooks": Holding("What providers announced about companies that nobody has connected, yet.", "nobody"),
    "api_keys": Holding("API keys: name, prefix, scopes, when they were used. Of the key itself, a hash.", "members"),
    "inbound_addresses": Holding(
        "Addresses that mail comes in by: name, channel, who made them. Of the secret part, a hash.", "members"
    ),
    "receipt_addresses": Holding("Where receipts of channels come in. Of the secret part, a hash.", "members"),
    "data_keys": Holding("The tenants' data keys, each wrapped by the master key.", "nobody"),
    "work": Holding("Jobs: what they were given, what came of them, why they failed.", "debtors"),
    "schedule_runs": Holding("When the schedule last did what.", "nobody"),
    # The schema audit
    "events": Holding(
        "Who did what, when and from where: members by address, others' contact details as fingerprints.", "members"
    ),
    "chains": Holding("The newest number and hash of each chain of audit events.", "nobody"),
}
