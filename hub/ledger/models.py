"""The ledger's tables, in every tenant's schema. Only this room writes them.

Ids are derived from connection, entity and the provider's own id (`ids.ledger_id`), so that records may arrive in
any order and refer to each other before both are there; there are no foreign keys for the same reason, and each sync
run counts what it left dangling (docs/decisions/0001). The rows here are the newest version of each record; a row
that is replaced goes to `ledger_versions` with the span during which it was what the hub knew.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import tenant_metadata

MONEY = Numeric(19, 4)


def _provenance() -> list[Column[Any]]:
    """Where a row came from, what it was made of, and from when on the hub has known it so."""
    return [
        Column("connection_id", UUID(as_uuid=True), nullable=False),
        Column("external_id", Text, nullable=False),
        Column("row_hash", BigInteger, nullable=False),
        Column("effective_at", DateTime(timezone=True)),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("deleted_on", Date),
        Column("raw", JSONB),
    ]


def _exchange_rate() -> Column[Any]:
    """What the books carry one unit of the currency at, in their home currency; null where that is 1 or not known."""
    return Column("exchange_rate", Numeric)


customers = Table(
    "customers",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("currency", String(3)),
    Column("country", Text),
    Column("industry", Text),
    Column("credit_score", Integer),
    Column("credit_limit", MONEY),
    # What people of the tenant say of the customer; a sync never touches it.
    Column("profile", JSONB, nullable=False, server_default=text("'{}'")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    *_provenance(),
)

invoices = Table(
    "invoices",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("number", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total", MONEY, nullable=False),
    # total less the active allocations; zero for draft, void, deleted and stated written-off documents. Negative where
    # more was allocated than is owed: nothing is hidden, and the sync reports it.
    Column("balance", MONEY, nullable=False),
    # The source's own open amount, where it states one: any difference from `balance` is a tie-out finding.
    Column("stated_balance", MONEY),
    # draft, open, partially_paid, paid, credited, written_off, void or deleted. Overdue is derived, never stored.
    Column("status", String(16), nullable=False),
    # What the source says of the document: draft, open, void or written_off. `status` follows from it.
    Column("stated_status", String(16), nullable=False, server_default=text("'open'")),
    # Value date of the last payment needed to settle it; null where credits and write-offs settled it without any.
    Column("paid_on", Date),
    Column("terms", Text),
    Column("disputed", Boolean),
    _exchange_rate(),
    # Sent by mail, portal or e-invoice rather than on paper.
    Column("electronic", Boolean),
    # What the source notes of a dispute, and what of the invoice it is about; null: all of it.
    Column("dispute_text", Text),
    Column("disputed_amount", MONEY),
    Column("version", Integer, nullable=False, server_default=text("1")),
    *_provenance(),
    CheckConstraint(
        "status in ('draft','open','partially_paid','paid','credited','written_off','void','deleted')", name="status"
    ),
    Index("ix_invoices_due_on_id", "due_on", "id"),
    Index("ix_invoices_customer_id_due_on", "customer_id", "due_on"),
    Index(
        "ix_invoices_open_due_on",
        "due_on",
        postgresql_where=text("balance > 0"),
        postgresql_include=["balance", "currency", "customer_id"],
    ),
)

payments = Table(
    "payments",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", MONEY, nullable=False),
    # amount less the active allocations: money received that pays no invoice yet; zero where it is void or deleted.
    Column("unapplied", MONEY, nullable=False),
    # What the source says of it: open or void.
    Column("status", String(16), nullable=False, server_default=text("'open'")),
    _exchange_rate(),
    *_provenance(),
    Index("ix_payments_customer_id_paid_on", "customer_id", "paid_on"),
    Index(
        "ix_payments_unapplied",
        "customer_id",
        postgresql_where=text("unapplied <> 0"),
        postgresql_include=["paid_on", "currency", "unapplied"],
    ),
)

credit_memos = Table(
    "credit_memos",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("number", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total", MONEY, nullable=False),
    Column("unapplied", MONEY, nullable=False),
    Column("status", String(16), nullable=False),
    _exchange_rate(),
    *_provenance(),
    Index("ix_credit_memos_customer_id", "customer_id"),
)

allocations = Table(
    "allocations",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    # Null for refunds, which use up their source and settle nothing.
    Column("invoice_id", UUID(as_uuid=True)),
    Column("source_id", UUID(as_uuid=True)),
    Column("kind", String(16), nullable=False),
    Column("amount", MONEY, nullable=False),
    Column("source_amount", MONEY),
    # What it took off the receivables in the home currency, where that is not the amount at the invoice's rate.
    Column("home_amount", MONEY),
    Column("applied_on", Date, nullable=False),
    Column("reversed_on", Date),
    *_provenance(),
    Index("ix_allocations_invoice_id", "invoice_id"),
    Index("ix_allocations_source_id", "source_id"),
)

ledger_versions = Table(
    "ledger_versions",
    tenant_metadata,
    Column("entity", String(16), nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("superseded_at", DateTime(timezone=True), nullable=False),
    Column("effective_at", DateTime(timezone=True)),
    # The whole row as it was, so that it can be read back as a row of its table.
    Column("row", JSONB, nullable=False),
    PrimaryKeyConstraint("entity", "id", "recorded_at"),
)

agg_day = Table(
    "agg_day",
    tenant_metadata,
    Column("day", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    # Over documents that are not draft, void or deleted: invoices by the day they were issued, and how many.
    Column("billed", MONEY, nullable=False),
    Column("invoices", Integer, nullable=False),
    # Credit memos by the day they were issued, and credits allocated without a memo.
    Column("credited", MONEY, nullable=False),
    # Write-offs, and all other allocations but those of credit memos, by the day applied; reversals count back.
    Column("written_off", MONEY, nullable=False),
    Column("paid", MONEY, nullable=False),
    # Payments received less what was allocated of payments that day, and less what was refunded, of credit memos too:
    # cash waiting to be applied grew by so much.
    Column("on_account", MONEY, nullable=False),
    PrimaryKeyConstraint("day", "currency"),
)

agg_customer = Table(
    "agg_customer",
    tenant_metadata,
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("open_balance", MONEY, nullable=False),
    Column("unapplied", MONEY, nullable=False),
    Column("open_invoices", Integer, nullable=False),
    # Over the invoices that a payment settled: how many, how many of them after the due date, and the days between.
    Column("paid_invoices", Integer, nullable=False),
    Column("paid_late", Integer, nullable=False),
    Column("days_late", BigInteger, nullable=False),
    # Mean of paid_on - due_on over the paid invoices, in days; null while none is paid.
    Column(
        "mean_days_late",
        Numeric(9, 2),
        Computed("round(days_late::numeric / nullif(paid_invoices, 0), 2)", persisted=True),
    ),
    Column("oldest_due_on", Date),
    Column("last_paid_on", Date),
    PrimaryKeyConstraint("customer_id", "currency"),
)

holds = Table(
    "holds",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("invoice_id", UUID(as_uuid=True), nullable=False),
    # Why no payment is asked for meanwhile.
    Column("kind", String(24), nullable=False),
    # How much of the invoice is held, in its currency; null: all that is open.
    Column("amount", MONEY),
    # In our own words.
    Column("reason", Text, nullable=False),
    # What placed it: of kind dispute, the dispute.
    Column("source_id", UUID(as_uuid=True), nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    # The day by which it is expected to end.
    Column("until", Date),
    Column("released_at", DateTime(timezone=True)),
    CheckConstraint("kind in ('dispute', 'promise', 'payment_in_flight', 'legal', 'manual')", name="kind"),
    CheckConstraint("amount > 0", name="amount"),
    Index("ix_holds_invoice_id", "invoice_id"),
    Index("uq_holds_active", "kind", "source_id", unique=True, postgresql_where=text("released_at is null")),
)

adjustments = Table(
    "adjustments",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("invoice_id", UUID(as_uuid=True), nullable=False),
    # The dispute that it settles.
    Column("dispute_id", UUID(as_uuid=True)),
    Column("kind", String(16), nullable=False),
    Column("amount", MONEY, nullable=False),
    Column("currency", String(3), nullable=False),
    # What a person says it is for.
    Column("reason", Text, nullable=False),
    # pending: meant, and nothing is told to the provider; sending: told, and what came of it is not known yet;
    # written_back: the provider has it; confirmed: a sync brought it back; failed and cancelled: it will not be.
    Column("status", String(16), nullable=False, server_default=text("'pending'")),
    # The same for all attempts, so that the provider makes one document however often it is asked.
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("connection_id", UUID(as_uuid=True)),
    # The day that the document bears, in the tenant's zone: the same for all attempts, by which one is found again.
    Column("written_on", Date),
    # The provider's id and number of the document that it made, and how much of it the invoice was settled by.
    Column("external_id", Text),
    Column("number", Text),
    Column("applied", MONEY),
    Column("error", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # The id of who meant it, as the audit has it.
    Column("created_by", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("kind in ('credit', 'discount', 'write_off', 'reissue', 'correction')", name="kind"),
    CheckConstraint(
        "status in ('pending', 'sending', 'written_back', 'confirmed', 'failed', 'cancelled')", name="status"
    ),
    CheckConstraint("amount > 0", name="amount"),
    Index("ix_adjustments_invoice_id", "invoice_id"),
    Index("ix_adjustments_dispute_id", "dispute_id"),
    Index(
        "ix_adjustments_external_id", "connection_id", "external_id", postgresql_where=text("external_id is not null")
    ),
)

promises = Table(
    "promises",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("invoice_id", UUID(as_uuid=True), nullable=False),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    # What is promised, in the invoice's currency, and the day by which it is to be paid.
    Column("amount", MONEY, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("promised_on", Date, nullable=False),
    # The last day on which a payment still keeps it: two business days later, as banks take their time.
    Column("until", Date, nullable=False),
    # Where the debtor says that it is paid already: on which day. Null: it is going to be.
    Column("paid_on", Date),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("channel", String(16), nullable=False),
    # What was said with it, and by whom at the customer.
    Column("note", Text),
    Column("made_by", Text),
    # The id of who noted it, as the audit has it.
    Column("recorded_by", Text, nullable=False),
    # The reminder that led to it.
    Column("reminder_id", UUID(as_uuid=True)),
    Column("status", String(16), nullable=False, server_default=text("'open'")),
    Column("settled_at", DateTime(timezone=True)),
    # What was paid and credited of the invoice before it was made, and paid of it since.
    Column("paid_before", MONEY, nullable=False),
    Column("credited_before", MONEY, nullable=False),
    Column("paid", MONEY, nullable=False, server_default=text("0")),
    # How often it was put off: 0 for the first of an invoice, 1 for the one that took its place.
    Column("times", Integer, nullable=False, server_default=text("0")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("channel in ('portal', 'phone', 'email', 'letter', 'api')", name="channel"),
    CheckConstraint("status in ('open', 'kept', 'partly_kept', 'broken', 'cancelled', 'superseded')", name="status"),
    CheckConstraint("(status = 'open') = (settled_at is null)", name="settled"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("until >= promised_on", name="until"),
    Index("uq_promises_open", "invoice_id", unique=True, postgresql_where=text("status = 'open'")),
    Index("ix_promises_invoice_id_made_at", "invoice_id", "made_at"),
    Index("ix_promises_customer_id_made_at", "customer_id", "made_at"),
    Index("ix_promises_promised_on_id", "promised_on", "id"),
    Index("ix_promises_made_at_id", "made_at", "id"),
)

erased_contacts = Table(
    "erased_contacts",
    tenant_metadata,
    # HMAC of an address or a name under a key of the tenant's own: says that it was erased, and not what it was.
    Column("digest", LargeBinary, primary_key=True),
    # What stands in its place: erased-1a2b3c4d.
    Column("pseudonym", Text, nullable=False),
    Column("erased_at", DateTime(timezone=True), nullable=False),
)
