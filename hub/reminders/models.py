"""The tables of reminders, in every tenant's schema. Ids of invoices, customers and people have no foreign keys.

`reminder_events` is append-only: a trigger refuses to change or remove what is in it, whoever asks. So it holds no
words of people and no addresses: what was written is in `reminders`.
"""

from sqlalchemy import (
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
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import tenant_metadata

MONEY = Numeric(19, 4)

_REFUSE = """\
CREATE OR REPLACE FUNCTION refuse_change_of_reminder_history() RETURNS trigger LANGUAGE plpgsql AS $$
begin
    raise exception 'the history of reminders is only ever added to' using errcode = 'insufficient_privilege';
end
$$;

CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON reminder_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_reminder_history();

"""

reminders = Table(
    "reminders",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    # What people call it: R-12. Counts up within the tenant; a number may be left out.
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("kind", String(16), nullable=False),
    # The policy that planned it, the version of its document, and its stage there; null where a person composed it.
    Column("policy_id", UUID(as_uuid=True)),
    Column("policy_version", Integer),
    Column("stage", Integer),
    # Null: the tenant's default channel to debtors, as it is when the reminder is sent.
    Column("channel_id", UUID(as_uuid=True)),
    # The writer's slug; null: the one of the policy's step or the template.
    Column("writer", Text),
    Column("tone", String(16), nullable=False),
    # BCP 47.
    Column("language", Text, nullable=False),
    # [{name, email, role}] each.
    Column("recipients", JSONB, nullable=False, server_default=text("'[]'")),
    Column("cc", JSONB, nullable=False, server_default=text("'[]'")),
    # What goes with it: ["statement"].
    Column("attachments", JSONB, nullable=False, server_default=text("'[]'")),
    # Null until it is written.
    Column("subject", Text),
    Column("text", Text),
    # Whether a person wrote or changed the text.
    Column("is_edited", Boolean, nullable=False, server_default=text("false")),
    # The drafts with what was refused of each: [{writer, subject, text, refusals}].
    Column("attempts", JSONB, nullable=False, server_default=text("'[]'")),
    # Why the template wrote it in place of the writer that was asked.
    Column("fell_back", Text),
    # The fact sheet that the text was checked against.
    Column("facts", JSONB),
    # What it asks for: [{amount, currency}], amounts as decimal strings.
    Column("totals", JSONB, nullable=False, server_default=text("'[]'")),
    # What the policy expects of it: [{amount, currency, ...}]; null where it says nothing.
    Column("expected_gain", JSONB),
    Column("status", String(16), nullable=False),
    # Why it is in this status: {code, sentence}.
    Column("reason", JSONB),
    # Who has to approve it.
    Column("approve", String(16), nullable=False),
    # {kind, id, name}
    Column("approved_by", JSONB),
    Column("approved_at", DateTime(timezone=True)),
    # Not to be sent before.
    Column("scheduled_at", DateTime(timezone=True)),
    # The send that has it: when it took it, and a number that only grows; what an older one says is not believed.
    Column("claimed_at", DateTime(timezone=True)),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    # How often the channel asked to try again later.
    Column("tries", Integer, nullable=False, server_default=text("0")),
    # The same for every try, so that a provider that knows it sends once.
    Column("idempotency_key", Text, nullable=False, unique=True, server_default=text("(gen_random_uuid())::text")),
    Column("message_id", Text, unique=True),
    Column("provider_id", Text),
    Column("sent_at", DateTime(timezone=True)),
    # What became of it; null until the channel took it.
    Column("delivery", String(16)),
    Column("opened_at", DateTime(timezone=True)),
    Column("replied_at", DateTime(timezone=True)),
    # The message id of the first message of the sequence, for In-Reply-To.
    Column("thread_id", Text),
    # {kind, id, name}
    Column("created_by", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("kind in ('policy', 'manual', 'dispute_reply')", name="kind"),
    CheckConstraint(
        "status in ('draft', 'planned', 'to_approve', 'approved', 'sending', 'uncertain', 'sent', 'skipped',"
        " 'cancelled', 'rejected', 'failed')",
        name="status",
    ),
    CheckConstraint("approve in ('automatic', 'member', 'admin')", name="approve"),
    CheckConstraint(
        "delivery in ('accepted', 'delivered', 'deferred', 'bounced', 'complained')",
        name="delivery",
    ),
    CheckConstraint("tone in ('service', 'friendly', 'neutral', 'firm', 'formal', 'final')", name="tone"),
    CheckConstraint(
        "status not in ('approved', 'sending', 'uncertain', 'sent') or (subject is not null and text is not null)",
        name="written",
    ),
    CheckConstraint("status <> 'sent' or sent_at is not null", name="sent"),
    CheckConstraint("(kind = 'policy') = (policy_id is not null)", name="policy"),
    Index("ix_reminders_status_scheduled_at", "status", "scheduled_at", "id"),
    Index("ix_reminders_scheduled_at_id", "scheduled_at", "id"),
    Index("ix_reminders_sent_at_id", "sent_at", "id"),
    Index("ix_reminders_customer_id_sent_at", "customer_id", "sent_at"),
    Index("ix_reminders_policy_id", "policy_id"),
)

reminder_items = Table(
    "reminder_items",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "reminder_id",
        UUID(as_uuid=True),
        ForeignKey("reminders.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("invoice_id", UUID(as_uuid=True), nullable=False),
    # Null where a person composed the reminder.
    Column("policy_id", UUID(as_uuid=True)),
    Column("stage", Integer),
    # Which time round: a payment or a promise starts the sequence of an invoice again.
    Column("cycle", Integer, nullable=False, server_default=text("0")),
    # What the reminder asks for of the invoice, which may be less than what is open.
    Column("asked", MONEY, nullable=False),
    Column("currency", String(3), nullable=False),
    # Whether the reminder asks, or asked, for it: no longer where the reminder was skipped, cancelled or rejected, or
    # where the invoice fell away before it was sent.
    Column("is_live", Boolean, nullable=False, server_default=text("true")),
    # Why it fell away alone: {code, sentence}.
    Column("dropped", JSONB),
    CheckConstraint("asked >= 0", name="asked"),
    Index("uq_reminder_items_reminder_id_invoice_id", "reminder_id", "invoice_id", unique=True),
    Index(
        "uq_reminder_items_stage",
        "invoice_id",
        "policy_id",
        "stage",
        "cycle",
        unique=True,
        postgresql_where=text("is_live and policy_id is not null"),
    ),
    Index("ix_reminder_items_invoice_id", "invoice_id"),
)

reminder_events = Table(
    "reminder_events",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reminder_id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # One of hub.reminders.history.KINDS.
    Column("kind", String(16), nullable=False),
    # person, key, client, policy or system, as the audit has them; the id and name of the tenant's own people.
    Column("by_kind", String(16), nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    # What was changed, by column: ids, instants, amounts, our own words, and digests of what people wrote.
    Column("before", JSONB),
    Column("after", JSONB),
    Index("ix_reminder_events_reminder_id_id", "reminder_id", "id"),
    info={"afterwards": _REFUSE},
)

reminder_policies = Table(
    "reminder_policies",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("name", Text, nullable=False, unique=True),
    # The first active one, by position, that takes an invoice has it.
    Column("position", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    # As config/reminder_policy.schema.json has it.
    Column("document", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

reminder_policy_versions = Table(
    "reminder_policy_versions",
    tenant_metadata,
    # These stay when the policy is deleted: reminders name them.
    Column("policy_id", UUID(as_uuid=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("note", Text),
    # The id of who stored it, as the audit has it.
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("policy_id", "version"),
)

reminder_settings = Table(
    "reminder_settings",
    tenant_metadata,
    # One row at most; without it the defaults of config/reminder_settings.json hold.
    Column("id", SmallInteger, primary_key=True, autoincrement=False, server_default=text("1")),
    Column("document", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("id = 1", name="one"),
)

reminder_assignments = Table(
    "reminder_assignments",
    tenant_metadata,
    Column("policy_id", UUID(as_uuid=True), nullable=False),
    Column("invoice_id", UUID(as_uuid=True), nullable=False),
    # reminded, or held_back: left without a reminder by lot, so that the others can be compared with it.
    Column("arm", String(9), nullable=False),
    # The share that the policy held back when the lot was drawn.
    Column("share", Numeric(4, 3), nullable=False),
    # When the first step was due.
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("arm in ('reminded', 'held_back')", name="arm"),
    PrimaryKeyConstraint("policy_id", "invoice_id"),
    Index("ix_reminder_assignments_at", "at"),
)

reminder_templates = Table(
    "reminder_templates",
    tenant_metadata,
    # The tenant's own texts, in place of those that come with the writer of templates.
    Column("purpose", String(16), primary_key=True),
    Column("language", String(2), primary_key=True),
    Column("tone", String(16), primary_key=True),
    # Jinja2, both; checked when they are stored.
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    # The id of who wrote it, as the audit has it.
    Column("updated_by", Text, nullable=False),
    CheckConstraint("purpose in ('reminder', 'dispute_reply')", name="purpose"),
)

reminder_writers = Table(
    "reminder_writers",
    tenant_metadata,
    # How the tenant set up a writer; its secrets are in the vault.
    Column("plugin", Text, primary_key=True),
    Column("config", JSONB, nullable=False, server_default=text("'{}'")),
    # When and by whom it was agreed that what is written goes to the provider of the model; null: it may not.
    Column("agreed_at", DateTime(timezone=True)),
    Column("agreed_by", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("updated_by", Text, nullable=False),
)

copy_requests = Table(
    "copy_requests",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("invoice_id", UUID(as_uuid=True), nullable=False),
    # Where to send the copy: the address that the link was sent to.
    Column("address", Text),
    Column("reminder_id", UUID(as_uuid=True)),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    # The id of who sent it, as the audit has it.
    Column("sent_by", Text),
    Index("uq_copy_requests_waiting", "invoice_id", unique=True, postgresql_where=text("sent_at is null")),
    Index("ix_copy_requests_customer_id", "customer_id"),
)

customer_marks = Table(
    "customer_marks",
    tenant_metadata,
    Column("customer_id", UUID(as_uuid=True), primary_key=True),
    # The hub's user who looks after the customer.
    Column("owner_id", UUID(as_uuid=True)),
    # The worklist leaves the customer out before this day, in the tenant's time zone.
    Column("snoozed_until", Date),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

contact_notes = Table(
    "contact_notes",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("kind", String(16), nullable=False),
    # What came of it; null where nothing was to be said.
    Column("outcome", String(16)),
    # When they spoke.
    Column("at", DateTime(timezone=True), nullable=False),
    Column("text", Text, nullable=False),
    # Who noted it, as the audit has them.
    Column("by_kind", String(16), nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind in ('call', 'email', 'meeting', 'note')", name="kind"),
    CheckConstraint(
        "outcome in ('reached', 'no_answer', 'left_message', 'wrong_person', 'will_pay', 'objects')", name="outcome"
    ),
    Index("ix_contact_notes_customer_id_at", "customer_id", "at", "id"),
    Index("ix_contact_notes_created_at", "created_at"),
)

team_digests = Table(
    "team_digests",
    tenant_metadata,
    # One a day at most. Written before it is sent, so that a lost worker costs a digest and never sends two.
    Column("on_date", Date, primary_key=True),
    Column("channel_id", UUID(as_uuid=True), nullable=False),
    # Null where it may not have been sent.
    Column("sent_at", DateTime(timezone=True)),
    # Why it was not.
    Column("reason", Text),
)
