"""The disputes' tables, in every tenant's schema. Ids of invoices, customers and people have no foreign keys.

In the hub's own schema stands only what has to be found before the tenant is known: where mail comes in.

`dispute_events` is append-only: a trigger refuses to change or remove what is in it, whoever asks. So it holds no words
of people: what somebody wrote is in `dispute_comments`, and the event has its digest.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import hub_metadata, tenant_metadata

MONEY = Numeric(19, 4)

_REFUSE = """\
CREATE OR REPLACE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
begin
    raise exception 'the history of disputes is only ever added to' using errcode = 'insufficient_privilege';
end
$$;

CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON dispute_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

"""

disputes = Table(
    "disputes",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    # What people call it: D-12. Counts up within the tenant; a number may be left out.
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    # Null where what was written names none that the ledger has: a person then says which.
    Column("invoice_id", UUID(as_uuid=True)),
    Column("customer_id", UUID(as_uuid=True)),
    Column("source", String(16), nullable=False),
    # What the source calls it, so that nothing is taken in twice: a Message-ID, a row of a file, a provider's record.
    Column("external_id", Text, unique=True),
    # The address that it came from, where it came by mail.
    Column("sender", Text),
    Column("text", Text, nullable=False),
    # What the text answers to or passes on; it is kept, and not read for a reason.
    Column("context", Text),
    Column("product", Text),
    Column("status", String(16), nullable=False, server_default=text("'open'")),
    # The main reason; null while it is read, or where nobody has said.
    Column("code", Text),
    # Further reasons that the text gives, without the main one.
    Column("codes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # Who said so: classifier or person.
    Column("code_by", String(16)),
    Column("p_code", Numeric(6, 5)),
    Column("is_sure", Boolean),
    # What the classifier said: {labels: [{code, p_reason, spans}], reasons, language, backend, version, number}.
    Column("reading", JSONB),
    # When it was read, or given up on: null while it waits for the classifier.
    Column("read_at", DateTime(timezone=True)),
    # What is objected to, in the invoice's currency; null: all that is open.
    Column("amount", MONEY),
    Column("currency", String(3)),
    # [{title, url}]
    Column("attachments", JSONB, nullable=False, server_default=text("'[]'")),
    # [{kind, status: have, missing or not_needed, url, note, by, at}]
    Column("evidence", JSONB, nullable=False, server_default=text("'[]'")),
    Column("suggestion", JSONB),
    # How it is proposed to be settled: {action, amount, note, by: {kind, id, name}, at}.
    Column("proposal", JSONB),
    # The hub's user who looks after it.
    Column("owner_id", UUID(as_uuid=True)),
    Column("due_on", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    # When the first of the tenant's people moved it or commented on it.
    Column("first_answered_at", DateTime(timezone=True)),
    Column("resolved_at", DateTime(timezone=True)),
    Column("outcome", String(16)),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("source in ('api', 'batch', 'csv', 'email', 'portal', 'provider')", name="source"),
    CheckConstraint(
        "status in ('open', 'investigating', 'proposed', 'accepted', 'rejected', 'resolved')", name="status"
    ),
    CheckConstraint("(status = 'resolved') = (outcome is not null and resolved_at is not null)", name="ended"),
    CheckConstraint("code_by in ('classifier', 'person')", name="code_by"),
    CheckConstraint(
        "outcome in ('valid_credited', 'partly_valid', 'invalid_upheld', 'withdrawn', 'goodwill', 'expired')",
        name="outcome",
    ),
    CheckConstraint("amount > 0", name="amount"),
    Index("ix_disputes_due_on_id", "due_on", "id"),
    Index("ix_disputes_opened_at_id", "opened_at", "id"),
    Index("ix_disputes_invoice_id", "invoice_id"),
    Index("ix_disputes_customer_id", "customer_id"),
    Index("ix_disputes_unread", "opened_at", postgresql_where=text("read_at is null")),
)

dispute_events = Table(
    "dispute_events",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dispute_id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # One of hub.disputes.history.KINDS.
    Column("kind", String(16), nullable=False),
    # person, key, client, policy or system, as the audit has them; the id and name of the tenant's own people.
    Column("by_kind", String(16), nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    # What was changed, by column: ids, days, amounts, our own words, and digests of what people wrote.
    Column("before", JSONB),
    Column("after", JSONB),
    Index("ix_dispute_events_dispute_id_id", "dispute_id", "id"),
    info={"afterwards": _REFUSE},
)

dispute_comments = Table(
    "dispute_comments",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dispute_id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_kind", String(16), nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_dispute_comments_dispute_id_id", "dispute_id", "id"),
)

dispute_labels = Table(
    "dispute_labels",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dispute_id", UUID(as_uuid=True), nullable=False),
    Column("text", Text, nullable=False),
    Column("code", Text, nullable=False),
    # What the classifier had said, and how surely; null where it had not.
    Column("was", Text),
    Column("p_was", Numeric(6, 5)),
    # The id of who said so, as the history has it.
    Column("labelled_by", Text, nullable=False),
    Column("labelled_at", DateTime(timezone=True), nullable=False),
    Index("ix_dispute_labels_dispute_id", "dispute_id"),
)

dispute_classifiers = Table(
    "dispute_classifiers",
    tenant_metadata,
    Column("number", Integer, Identity(always=True), primary_key=True),
    Column("backend", Text, nullable=False),
    Column("backend_version", Text, nullable=False),
    # champion: reads what comes in; retired: was champion; rejected: not better than it. Without a champion the head
    # that comes with the backend reads.
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("labels", Integer, nullable=False),
    # {incumbent, challenger, held_back}
    Column("scores", JSONB, nullable=False, server_default=text("'{}'")),
    # What was learnt, as the backend wrote it: numbers, never code; and its SHA-256.
    Column("blob", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # Who made it champion or retired it, when and why: [{at, status, why, by_kind, by_id}].
    Column("changes", JSONB, nullable=False, server_default=text("'[]'")),
    CheckConstraint("status in ('champion', 'retired', 'rejected')", name="status"),
    Index("uq_dispute_classifiers_champion", "status", unique=True, postgresql_where=text("status = 'champion'")),
)

dispute_policies = Table(
    "dispute_policies",
    tenant_metadata,
    # The newest is in force; without one, the one that comes with the hub.
    Column("number", Integer, Identity(always=True), primary_key=True),
    Column("document", JSONB, nullable=False),
    # The YAML that it was written in, with its remarks; null where it came as JSON.
    Column("source", Text),
    Column("note", Text),
    # The id of who stored it, as the audit has it.
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

inbound_mails = Table(
    "inbound_mails",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    # The hub's inbound address that it came by, which may be gone meanwhile; so what it takes to read it is here.
    Column("address_id", UUID(as_uuid=True), nullable=False),
    Column("channel", Text, nullable=False),
    Column("config", JSONB, nullable=False, server_default=text("'{}'")),
    # What the channel may want to know of the request's headers, until the mail is read.
    Column("headers", JSONB, nullable=False, server_default=text("'{}'")),
    # As it came, until it is read: sealed by a key of its own, which the vault has under the mail's id.
    Column("sealed", LargeBinary),
    Column("bytes", Integer, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Its Message-ID, or a digest where it has none; null until it is read.
    Column("message_id", Text, unique=True),
    # What came of it, one of hub.disputes.mail.OUTCOMES; null until it is read.
    Column("outcome", Text),
    # Why it could not be used.
    Column("reason", Text),
    Column("dispute_id", UUID(as_uuid=True)),
    Index("ix_inbound_mails_address_id_received_at", "address_id", "received_at"),
    Index("ix_inbound_mails_received_at", "received_at"),
)

inbound_addresses = Table(
    "inbound_addresses",
    hub_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("tenant_key", Text, ForeignKey("hub.tenants.key", ondelete="CASCADE"), nullable=False, index=True),
    # A channel that receives, by its slug, and what an admin has set for it here.
    Column("channel", Text, nullable=False),
    Column("config", JSONB, nullable=False, server_default=text("'{}'")),
    Column("name", Text, nullable=False),
    # Of the token that the address ends in: 256 random bits, shown once.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_by", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
