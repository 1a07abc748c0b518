"""No table without a word on what it holds, and no column that may name people which an erasure does not search."""

import re
from pathlib import Path

import pytest
from sqlalchemy import ARRAY, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import JSONB

from hub.jobs import mentions as jobs
from hub.ledger import mentions as ledger
from hub.privacy import contacts, exports, periods
from hub.privacy.holdings import HOLDINGS
from migrations.tables import load_metadata

DOCS = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
AUDIT = {"events", "chains"}
SEARCHED = {
    (place.table.name, column)
    for place in (*ledger.PLACES, *contacts.PLACES, *jobs.places("any"))
    for column in place.columns
}
# Columns that hold text or bytes and name nobody, by why.
OF_THE_BOOKS = {"currency", "home_currency", "country", "status", "stated_status", "kind", "number", "entity"}
OUR_OWN_WORDS = {
    "backend",
    "task",
    "risk_level",
    "plugin",
    "stream",
    "owner",
    "state",
    "worker",
    "dedupe_key",
    "tenant_key",
}
NO_WORDS = {
    *(("erased_contacts", name) for name in ("digest", "pseudonym")),  # what is left of a person is not theirs
    (
        "forecast_models",
        "artifact",
    ),  # numbers about payments; see tests/unit/privacy/test_models_hold_no_names.py
    *(("forecast_models", name) for name in ("backend_version", "data", "parameters", "profile", "sha256", "file")),
    *(("model_changes", name) for name in ("actor_kind", "actor_id")),  # an id, or the hub's own words
    *(("forecast_scores", name) for name in ("horizon", "history", "amount", "bin_n", "bin_p", "bin_paid")),
    ("forecast_runs", "cash_flow"),  # sums by week
    *(("forecast_books", name) for name in ("book", "cases")),  # ids and numbers
    ("risk_runs", "assumptions"),  # our own sentences about shares
    *(("customer_risk", name) for name in ("amounts", "segment", "next_step")),  # sums by currency, and our own words
    # Who of the members acted; ids, amounts, our own words, and digests of what they wrote: never rewritten.
    *(("dispute_events", name) for name in ("by_kind", "by_id", "by_name", "before", "after")),
    *(("dispute_comments", name) for name in ("by_kind", "by_id")),
    *(("disputes", name) for name in ("source", "code", "codes", "code_by", "outcome")),
    ("disputes", "reading"),  # reasons with their chances, and places in the text
    *(("dispute_labels", name) for name in ("code", "was", "labelled_by")),
    *(("dispute_classifiers", name) for name in ("backend_version", "reason", "scores", "blob", "sha256", "changes")),
    ("dispute_policies", "created_by"),  # an id
    ("inbound_mails", "channel"),
    ("inbound_mails", "config"),  # what an admin set for a mail server
    ("inbound_mails", "headers"),  # of the request that brought it, for the moment until it is read
    ("inbound_mails", "sealed"),  # see docs/privacy.md: for the moment until it is read
    ("inbound_mails", "outcome"),
    *(("contact_notes", name) for name in ("outcome", "by_kind", "by_id")),
    ("team_digests", "reason"),  # what a channel said, in the hub's words
    *(("promises", name) for name in ("channel", "recorded_by")),  # our own word, and an id
    ("copy_requests", "sent_by"),  # an id
    ("holds", "reason"),  # our own words, with the dispute's number
    *(("adjustments", name) for name in ("idempotency_key", "created_by")),
    *(("reminders", name) for name in ("writer", "attachments", "totals", "expected_gain")),  # our own words, amounts
    *(("reminders", name) for name in ("idempotency_key", "message_id", "provider_id", "thread_id")),  # ids
    *(("reminders", name) for name in ("approved_by", "created_by")),  # members, or a policy
    *(("reminders", name) for name in ("approve", "delivery", "tone", "language")),
    *(("reminder_events", name) for name in ("by_kind", "by_id", "by_name", "before", "after")),  # members, digests
    ("reminder_templates", "language"),
    ("reminder_assignments", "arm"),
    ("reminder_policy_versions", "created_by"),  # an id
    *(("reminder_templates", name) for name in ("purpose", "tone", "updated_by")),
    *(("reminder_writers", name) for name in ("agreed_by", "updated_by")),  # ids
    ("channels", "purpose"),
    *(("channel_receipts", name) for name in ("event_id", "provider_id", "message_id", "tags", "digest")),  # ids
    ("suppressions", "digest"),
    *(("suppressions", name) for name in ("created_by", "released_by")),  # members, or what found it out
    ("connections", "auth_method"),
    ("connections", "account_id"),  # the provider's id of the tenant's own company
    ("webhook_deliveries", "digest"),
    *(("webhook_endpoints", name) for name in ("url", "events")),  # the tenant's own system
    *(("webhook_messages", name) for name in ("type", "data")),  # ids, and our own words
    ("webhook_calls", "tries"),  # codes, and our own words
    ("idempotency_keys", "fingerprint"),
    ("preferences", "chosen"),  # themes, languages, names of columns
    ("saved_views", "page"),  # a page of ours
    ("secrets", "name"),
    ("secrets", "sealed"),
    ("sync_pages", "fingerprints"),
    ("sync_seen", "ids"),
    ("sync_runs", "items"),
    ("sync_runs", "counts"),
    ("sync_runs", "timings"),
}


def tables() -> dict[str, list]:
    return {tree: list(load_metadata(tree).sorted_tables) for tree in ("hub", "tenant")}


def test_every_table_says_what_it_holds():
    names = {table.name for tree in tables().values() for table in tree}
    assert set(HOLDINGS) == names | AUDIT


@pytest.mark.parametrize("table", sorted(HOLDINGS))
def test_every_table_is_in_the_docs_in_the_same_words(table):
    row = re.search(rf"^\| `{table}` \|.*$", DOCS, re.MULTILINE)
    assert row, f"docs/privacy.md does not name {table}"
    assert HOLDINGS[table].what.rstrip(".") in row[0]


def test_every_column_that_may_name_somebody_is_searched_when_a_person_is_erased():
    forgotten = {
        (table.name, column.name)
        for table in (*tables()["tenant"], *(each for each in tables()["hub"] if each.name == "work"))
        for column in table.columns
        if isinstance(column.type, Text | String | JSONB | LargeBinary | ARRAY)
        and column.name not in OF_THE_BOOKS | OUR_OWN_WORDS
        and (table.name, column.name) not in SEARCHED | NO_WORDS
    }
    assert forgotten == set()


def test_what_may_hold_debtors_is_searched_or_holds_no_words():
    searched = {table for table, _ in SEARCHED} | {"agg_customer"}  # by the customer's id
    assert {name for name, holding in HOLDINGS.items() if holding.subject == "debtors"} <= searched


@pytest.mark.parametrize("kind", sorted(periods.KINDS))
def test_every_period_is_in_the_docs(kind):
    period = periods.KINDS[kind]
    assert re.search(rf"^\| `{kind}` \|.*\| {period.days} \| {period.least} to {period.most} \|$", DOCS, re.MULTILINE)


def test_every_shared_table_that_belongs_to_tenants_is_exported_or_said_not_to_be():
    exported = {source.table for source in exports.SHARED}
    by_tenant = {
        table.name for table in tables()["hub"] if "tenant_key" in table.columns and table.name not in exported
    }
    assert by_tenant == {"data_keys", "sessions", "connect_states"}
    assert "data keys, sessions and consents under way are not exported" in " ".join(DOCS.split())
