CREATE TABLE adjustments (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	invoice_id UUID NOT NULL,
	dispute_id UUID,
	kind VARCHAR(16) NOT NULL,
	amount NUMERIC(19, 4) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	reason TEXT NOT NULL,
	status VARCHAR(16) DEFAULT 'pending' NOT NULL,
	idempotency_key TEXT NOT NULL,
	connection_id UUID,
	written_on DATE,
	external_id TEXT,
	number TEXT,
	applied NUMERIC(19, 4),
	error TEXT,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	created_by TEXT NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	CONSTRAINT pk_adjustments PRIMARY KEY (id),
	CONSTRAINT ck_adjustments_kind CHECK (kind in ('credit', 'discount', 'write_off', 'reissue', 'correction')),
	CONSTRAINT ck_adjustments_status CHECK (status in ('pending', 'sending', 'written_back', 'confirmed', 'failed', 'cancelled')),
	CONSTRAINT ck_adjustments_amount CHECK (amount > 0),
	CONSTRAINT uq_adjustments_idempotency_key UNIQUE (idempotency_key)
);

CREATE INDEX ix_adjustments_dispute_id ON adjustments (dispute_id);

CREATE INDEX ix_adjustments_external_id ON adjustments (connection_id, external_id) WHERE external_id is not null;

CREATE INDEX ix_adjustments_invoice_id ON adjustments (invoice_id);

CREATE TABLE agg_customer (
	customer_id UUID NOT NULL,
	currency VARCHAR(3) NOT NULL,
	open_balance NUMERIC(19, 4) NOT NULL,
	unapplied NUMERIC(19, 4) NOT NULL,
	open_invoices INTEGER NOT NULL,
	paid_invoices INTEGER NOT NULL,
	paid_late INTEGER NOT NULL,
	days_late BIGINT NOT NULL,
	mean_days_late NUMERIC(9, 2) GENERATED ALWAYS AS (round(days_late::numeric / nullif(paid_invoices, 0), 2)) STORED,
	oldest_due_on DATE,
	last_paid_on DATE,
	CONSTRAINT pk_agg_customer PRIMARY KEY (customer_id, currency)
);

CREATE TABLE agg_day (
	day DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	billed NUMERIC(19, 4) NOT NULL,
	invoices INTEGER NOT NULL,
	credited NUMERIC(19, 4) NOT NULL,
	written_off NUMERIC(19, 4) NOT NULL,
	paid NUMERIC(19, 4) NOT NULL,
	on_account NUMERIC(19, 4) NOT NULL,
	CONSTRAINT pk_agg_day PRIMARY KEY (day, currency)
);

CREATE TABLE allocations (
	id UUID NOT NULL,
	invoice_id UUID,
	source_id UUID,
	kind VARCHAR(16) NOT NULL,
	amount NUMERIC(19, 4) NOT NULL,
	source_amount NUMERIC(19, 4),
	home_amount NUMERIC(19, 4),
	applied_on DATE NOT NULL,
	reversed_on DATE,
	connection_id UUID NOT NULL,
	external_id TEXT NOT NULL,
	row_hash BIGINT NOT NULL,
	effective_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	deleted_on DATE,
	raw JSONB,
	CONSTRAINT pk_allocations PRIMARY KEY (id)
);

CREATE INDEX ix_allocations_invoice_id ON allocations (invoice_id);

CREATE INDEX ix_allocations_source_id ON allocations (source_id);

CREATE TABLE channel_callbacks (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	channel_id UUID NOT NULL,
	headers JSONB DEFAULT '{}' NOT NULL,
	body TEXT NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	reason TEXT,
	CONSTRAINT pk_channel_callbacks PRIMARY KEY (id)
);

CREATE INDEX ix_channel_callbacks_channel_id ON channel_callbacks (channel_id);

CREATE TABLE channel_receipts (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	channel_id UUID,
	event_id TEXT NOT NULL,
	provider_id TEXT DEFAULT '' NOT NULL,
	message_id TEXT DEFAULT '' NOT NULL,
	tags JSONB DEFAULT '{}' NOT NULL,
	kind TEXT NOT NULL,
	is_permanent BOOLEAN DEFAULT false NOT NULL,
	address TEXT,
	digest BYTEA,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	detail TEXT DEFAULT '' NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	taken BOOLEAN DEFAULT false NOT NULL,
	CONSTRAINT pk_channel_receipts PRIMARY KEY (id),
	CONSTRAINT ck_channel_receipts_kind CHECK (kind in ('accepted', 'delivered', 'deferred', 'bounced', 'complained', 'unsubscribed', 'opened')),
	CONSTRAINT uq_channel_receipts_event UNIQUE NULLS NOT DISTINCT (channel_id, event_id)
);

CREATE INDEX ix_channel_receipts_digest_at ON channel_receipts (digest, at) WHERE kind = 'bounced';

CREATE INDEX ix_channel_receipts_provider_id ON channel_receipts (provider_id);

CREATE INDEX ix_channel_receipts_received_at ON channel_receipts (received_at);

CREATE INDEX ix_channel_receipts_waiting ON channel_receipts (id) WHERE not taken;

CREATE TABLE channels (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	plugin TEXT NOT NULL,
	name TEXT NOT NULL,
	config JSONB DEFAULT '{}' NOT NULL,
	purpose TEXT NOT NULL,
	is_default BOOLEAN DEFAULT false NOT NULL,
	status TEXT DEFAULT 'ready' NOT NULL,
	reason TEXT,
	checked_at TIMESTAMP WITH TIME ZONE,
	per_minute INTEGER,
	per_day INTEGER,
	sender TEXT,
	sender_name TEXT,
	reply_to TEXT,
	version INTEGER DEFAULT 1 NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_channels PRIMARY KEY (id),
	CONSTRAINT ck_channels_purpose CHECK (purpose in ('debtors', 'team')),
	CONSTRAINT ck_channels_status CHECK (status in ('ready', 'failing', 'disabled')),
	CONSTRAINT ck_channels_limits CHECK (per_minute > 0 and per_day > 0),
	CONSTRAINT ck_channels_default_is_enabled CHECK (not is_default or status <> 'disabled'),
	CONSTRAINT uq_channels_name UNIQUE (name)
);

CREATE UNIQUE INDEX uq_channels_default ON channels (purpose) WHERE is_default;

CREATE TABLE connection_tokens (
	connection_id UUID NOT NULL,
	generation INTEGER DEFAULT 1 NOT NULL,
	state TEXT DEFAULT 'idle' NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE,
	granted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	renewed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	refresh_expires_at TIMESTAMP WITH TIME ZONE,
	lease_owner UUID,
	lease_until TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_connection_tokens PRIMARY KEY (connection_id),
	CONSTRAINT ck_connection_tokens_state CHECK (state in ('idle', 'in_flight', 'uncertain', 'dead'))
);

CREATE TABLE connections (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	plugin TEXT NOT NULL,
	name TEXT NOT NULL,
	config JSONB DEFAULT '{}' NOT NULL,
	auth_method TEXT,
	account_id TEXT,
	account JSONB,
	choices JSONB,
	candidate JSONB,
	status TEXT DEFAULT 'ready' NOT NULL,
	reason TEXT,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	last_run_at TIMESTAMP WITH TIME ZONE,
	last_full_run_at TIMESTAMP WITH TIME ZONE,
	disconnected_at TIMESTAMP WITH TIME ZONE,
	write_back BOOLEAN DEFAULT false NOT NULL,
	write_granted BOOLEAN DEFAULT false NOT NULL,
	CONSTRAINT pk_connections PRIMARY KEY (id),
	CONSTRAINT ck_connections_status CHECK (status in ('pending', 'choose_account', 'ready', 'needs_reconnect', 'needs_attention', 'paused', 'disconnected')),
	CONSTRAINT uq_connections_plugin_name UNIQUE (plugin, name)
);

CREATE UNIQUE INDEX uq_connections_plugin_account_id ON connections (plugin, account_id) WHERE account_id is not null and status <> 'disconnected';

CREATE TABLE contact_notes (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	customer_id UUID NOT NULL,
	kind VARCHAR(16) NOT NULL,
	outcome VARCHAR(16),
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	text TEXT NOT NULL,
	by_kind VARCHAR(16) NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_contact_notes PRIMARY KEY (id),
	CONSTRAINT ck_contact_notes_kind CHECK (kind in ('call', 'email', 'meeting', 'note')),
	CONSTRAINT ck_contact_notes_outcome CHECK (outcome in ('reached', 'no_answer', 'left_message', 'wrong_person', 'will_pay', 'objects'))
);

CREATE INDEX ix_contact_notes_created_at ON contact_notes (created_at);

CREATE INDEX ix_contact_notes_customer_id_at ON contact_notes (customer_id, at, id);

CREATE TABLE copy_requests (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	customer_id UUID NOT NULL,
	invoice_id UUID NOT NULL,
	address TEXT,
	reminder_id UUID,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	sent_at TIMESTAMP WITH TIME ZONE,
	sent_by TEXT,
	CONSTRAINT pk_copy_requests PRIMARY KEY (id)
);

CREATE INDEX ix_copy_requests_customer_id ON copy_requests (customer_id);

CREATE UNIQUE INDEX uq_copy_requests_waiting ON copy_requests (invoice_id) WHERE sent_at is null;

CREATE TABLE credit_memos (
	id UUID NOT NULL,
	customer_id UUID NOT NULL,
	number TEXT NOT NULL,
	issued_on DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	total NUMERIC(19, 4) NOT NULL,
	unapplied NUMERIC(19, 4) NOT NULL,
	status VARCHAR(16) NOT NULL,
	exchange_rate NUMERIC,
	connection_id UUID NOT NULL,
	external_id TEXT NOT NULL,
	row_hash BIGINT NOT NULL,
	effective_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	deleted_on DATE,
	raw JSONB,
	CONSTRAINT pk_credit_memos PRIMARY KEY (id)
);

CREATE INDEX ix_credit_memos_customer_id ON credit_memos (customer_id);

CREATE TABLE customer_marks (
	customer_id UUID NOT NULL,
	owner_id UUID,
	snoozed_until DATE,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	CONSTRAINT pk_customer_marks PRIMARY KEY (customer_id)
);

CREATE TABLE customer_risk (
	run_id BIGINT NOT NULL,
	customer_id UUID NOT NULL,
	risk_level VARCHAR(6) NOT NULL,
	p_late30 DOUBLE PRECISION NOT NULL,
	p_late60 DOUBLE PRECISION NOT NULL,
	p_late90 DOUBLE PRECISION NOT NULL,
	amounts JSONB NOT NULL,
	reasons JSONB,
	expected_loss NUMERIC(19, 4) NOT NULL,
	contact_value NUMERIC(19, 4) NOT NULL,
	oldest_due_on DATE,
	segment VARCHAR(16) NOT NULL,
	next_step VARCHAR(16) NOT NULL,
	why TEXT NOT NULL,
	is_listed BOOLEAN NOT NULL,
	CONSTRAINT pk_customer_risk PRIMARY KEY (customer_id, run_id)
);

CREATE INDEX ix_customer_risk_loss ON customer_risk (run_id, expected_loss, customer_id);

CREATE INDEX ix_customer_risk_worklist ON customer_risk (run_id, contact_value, customer_id) WHERE is_listed;

CREATE TABLE customers (
	id UUID NOT NULL,
	name TEXT NOT NULL,
	email TEXT,
	currency VARCHAR(3),
	country TEXT,
	industry TEXT,
	credit_score INTEGER,
	credit_limit NUMERIC(19, 4),
	profile JSONB DEFAULT '{}' NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	connection_id UUID NOT NULL,
	external_id TEXT NOT NULL,
	row_hash BIGINT NOT NULL,
	effective_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	deleted_on DATE,
	raw JSONB,
	CONSTRAINT pk_customers PRIMARY KEY (id)
);

CREATE TABLE dispute_classifiers (
	number INTEGER GENERATED ALWAYS AS IDENTITY,
	backend TEXT NOT NULL,
	backend_version TEXT NOT NULL,
	status VARCHAR(16) NOT NULL,
	reason TEXT NOT NULL,
	labels INTEGER NOT NULL,
	scores JSONB DEFAULT '{}' NOT NULL,
	blob BYTEA NOT NULL,
	sha256 TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	changes JSONB DEFAULT '[]' NOT NULL,
	CONSTRAINT pk_dispute_classifiers PRIMARY KEY (number),
	CONSTRAINT ck_dispute_classifiers_status CHECK (status in ('champion', 'retired', 'rejected'))
);

CREATE UNIQUE INDEX uq_dispute_classifiers_champion ON dispute_classifiers (status) WHERE status = 'champion';

CREATE TABLE dispute_comments (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	dispute_id UUID NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	by_kind VARCHAR(16) NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	text TEXT NOT NULL,
	CONSTRAINT pk_dispute_comments PRIMARY KEY (id)
);

CREATE INDEX ix_dispute_comments_dispute_id_id ON dispute_comments (dispute_id, id);

CREATE TABLE dispute_events (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	dispute_id UUID NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	kind VARCHAR(16) NOT NULL,
	by_kind VARCHAR(16) NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	before JSONB,
	after JSONB,
	CONSTRAINT pk_dispute_events PRIMARY KEY (id)
);

CREATE INDEX ix_dispute_events_dispute_id_id ON dispute_events (dispute_id, id);

CREATE OR REPLACE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
begin
    raise exception 'the history of disputes is only ever added to' using errcode = 'insufficient_privilege';
end
$$;

CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON dispute_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

CREATE TABLE dispute_labels (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	dispute_id UUID NOT NULL,
	text TEXT NOT NULL,
	code TEXT NOT NULL,
	was TEXT,
	p_was NUMERIC(6, 5),
	labelled_by TEXT NOT NULL,
	labelled_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_dispute_labels PRIMARY KEY (id)
);

CREATE INDEX ix_dispute_labels_dispute_id ON dispute_labels (dispute_id);

CREATE TABLE dispute_policies (
	number INTEGER GENERATED ALWAYS AS IDENTITY,
	document JSONB NOT NULL,
	source TEXT,
	note TEXT,
	created_by TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_dispute_policies PRIMARY KEY (number)
);

CREATE TABLE disputes (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	number BIGINT GENERATED ALWAYS AS IDENTITY,
	invoice_id UUID,
	customer_id UUID,
	source VARCHAR(16) NOT NULL,
	external_id TEXT,
	sender TEXT,
	text TEXT NOT NULL,
	context TEXT,
	product TEXT,
	status VARCHAR(16) DEFAULT 'open' NOT NULL,
	code TEXT,
	codes TEXT[] DEFAULT '{}' NOT NULL,
	code_by VARCHAR(16),
	p_code NUMERIC(6, 5),
	is_sure BOOLEAN,
	reading JSONB,
	read_at TIMESTAMP WITH TIME ZONE,
	amount NUMERIC(19, 4),
	currency VARCHAR(3),
	attachments JSONB DEFAULT '[]' NOT NULL,
	evidence JSONB DEFAULT '[]' NOT NULL,
	suggestion JSONB,
	proposal JSONB,
	owner_id UUID,
	due_on DATE NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	first_answered_at TIMESTAMP WITH TIME ZONE,
	resolved_at TIMESTAMP WITH TIME ZONE,
	outcome VARCHAR(16),
	version INTEGER DEFAULT 1 NOT NULL,
	CONSTRAINT pk_disputes PRIMARY KEY (id),
	CONSTRAINT ck_disputes_source CHECK (source in ('api', 'batch', 'csv', 'email', 'portal', 'provider')),
	CONSTRAINT ck_disputes_status CHECK (status in ('open', 'investigating', 'proposed', 'accepted', 'rejected', 'resolved')),
	CONSTRAINT ck_disputes_ended CHECK ((status = 'resolved') = (outcome is not null and resolved_at is not null)),
	CONSTRAINT ck_disputes_code_by CHECK (code_by in ('classifier', 'person')),
	CONSTRAINT ck_disputes_outcome CHECK (outcome in ('valid_credited', 'partly_valid', 'invalid_upheld', 'withdrawn', 'goodwill', 'expired')),
	CONSTRAINT ck_disputes_amount CHECK (amount > 0),
	CONSTRAINT uq_disputes_number UNIQUE (number),
	CONSTRAINT uq_disputes_external_id UNIQUE (external_id)
);

CREATE INDEX ix_disputes_customer_id ON disputes (customer_id);

CREATE INDEX ix_disputes_due_on_id ON disputes (due_on, id);

CREATE INDEX ix_disputes_invoice_id ON disputes (invoice_id);

CREATE INDEX ix_disputes_opened_at_id ON disputes (opened_at, id);

CREATE INDEX ix_disputes_unread ON disputes (opened_at) WHERE read_at is null;

CREATE TABLE erased_contacts (
	digest BYTEA NOT NULL,
	pseudonym TEXT NOT NULL,
	erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_erased_contacts PRIMARY KEY (digest)
);

CREATE TABLE forecast_books (
	run_id BIGINT NOT NULL,
	part INTEGER NOT NULL,
	first_invoice_id UUID NOT NULL,
	last_invoice_id UUID NOT NULL,
	book BYTEA NOT NULL,
	cases BYTEA,
	CONSTRAINT pk_forecast_books PRIMARY KEY (run_id, part)
);

CREATE TABLE forecast_models (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	number INTEGER GENERATED ALWAYS AS IDENTITY,
	task VARCHAR(8) DEFAULT 'forecast' NOT NULL,
	backend TEXT NOT NULL,
	backend_version TEXT DEFAULT '' NOT NULL,
	feature_version INTEGER DEFAULT 0 NOT NULL,
	status VARCHAR(16) NOT NULL,
	reason TEXT NOT NULL,
	as_of DATE NOT NULL,
	trained_at TIMESTAMP WITH TIME ZONE NOT NULL,
	backtest JSONB,
	scores JSONB,
	data JSONB DEFAULT '{}' NOT NULL,
	parameters JSONB DEFAULT '{}' NOT NULL,
	seed INTEGER DEFAULT 0 NOT NULL,
	contest JSONB,
	profile JSONB,
	drift JSONB,
	pinned_at TIMESTAMP WITH TIME ZONE,
	size BIGINT DEFAULT 0 NOT NULL,
	sha256 VARCHAR(64),
	file TEXT,
	artifact BYTEA,
	CONSTRAINT pk_forecast_models PRIMARY KEY (id),
	CONSTRAINT ck_forecast_models_status CHECK (status in ('champion', 'challenger', 'retired', 'rejected', 'failed')),
	CONSTRAINT ck_forecast_models_task CHECK (task in ('forecast', 'risk'))
);

CREATE UNIQUE INDEX uq_forecast_models_champion ON forecast_models (task) WHERE status = 'champion';

CREATE UNIQUE INDEX uq_forecast_models_number ON forecast_models (number);

CREATE TABLE forecast_runs (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	model_id UUID NOT NULL,
	as_of DATE NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	predictions INTEGER NOT NULL,
	cash_flow JSONB NOT NULL,
	CONSTRAINT pk_forecast_runs PRIMARY KEY (id)
);

CREATE TABLE forecast_scores (
	month DATE NOT NULL,
	model_id UUID NOT NULL,
	horizon VARCHAR(5) NOT NULL,
	history VARCHAR(4) NOT NULL,
	amount VARCHAR(5) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	n INTEGER NOT NULL,
	sum_error DOUBLE PRECISION NOT NULL,
	sum_bias DOUBLE PRECISION NOT NULL,
	covered INTEGER NOT NULL,
	sum_error_naive DOUBLE PRECISION NOT NULL,
	n_due INTEGER NOT NULL,
	sum_brier DOUBLE PRECISION NOT NULL,
	sum_brier_naive DOUBLE PRECISION NOT NULL,
	bin_n INTEGER[] NOT NULL,
	bin_p DOUBLE PRECISION[] NOT NULL,
	bin_paid INTEGER[] NOT NULL,
	CONSTRAINT pk_forecast_scores PRIMARY KEY (month, model_id, horizon, history, amount, currency)
);

CREATE TABLE holds (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	invoice_id UUID NOT NULL,
	kind VARCHAR(24) NOT NULL,
	amount NUMERIC(19, 4),
	reason TEXT NOT NULL,
	source_id UUID NOT NULL,
	placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	until DATE,
	released_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_holds PRIMARY KEY (id),
	CONSTRAINT ck_holds_kind CHECK (kind in ('dispute', 'promise', 'payment_in_flight', 'legal', 'manual')),
	CONSTRAINT ck_holds_amount CHECK (amount > 0)
);

CREATE INDEX ix_holds_invoice_id ON holds (invoice_id);

CREATE UNIQUE INDEX uq_holds_active ON holds (kind, source_id) WHERE released_at is null;

CREATE TABLE idempotency_keys (
	key VARCHAR(255) NOT NULL,
	fingerprint BYTEA NOT NULL,
	status INTEGER,
	headers JSONB,
	body BYTEA,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_idempotency_keys PRIMARY KEY (key)
);

CREATE INDEX ix_idempotency_keys_expires_at ON idempotency_keys (expires_at);

CREATE TABLE inbound_mails (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	address_id UUID NOT NULL,
	channel TEXT NOT NULL,
	config JSONB DEFAULT '{}' NOT NULL,
	headers JSONB DEFAULT '{}' NOT NULL,
	sealed BYTEA,
	bytes INTEGER NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	message_id TEXT,
	outcome TEXT,
	reason TEXT,
	dispute_id UUID,
	CONSTRAINT pk_inbound_mails PRIMARY KEY (id),
	CONSTRAINT uq_inbound_mails_message_id UNIQUE (message_id)
);

CREATE INDEX ix_inbound_mails_address_id_received_at ON inbound_mails (address_id, received_at);

CREATE INDEX ix_inbound_mails_received_at ON inbound_mails (received_at);

CREATE TABLE invoices (
	id UUID NOT NULL,
	customer_id UUID NOT NULL,
	number TEXT NOT NULL,
	issued_on DATE NOT NULL,
	due_on DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	total NUMERIC(19, 4) NOT NULL,
	balance NUMERIC(19, 4) NOT NULL,
	stated_balance NUMERIC(19, 4),
	status VARCHAR(16) NOT NULL,
	stated_status VARCHAR(16) DEFAULT 'open' NOT NULL,
	paid_on DATE,
	terms TEXT,
	disputed BOOLEAN,
	exchange_rate NUMERIC,
	electronic BOOLEAN,
	dispute_text TEXT,
	disputed_amount NUMERIC(19, 4),
	version INTEGER DEFAULT 1 NOT NULL,
	connection_id UUID NOT NULL,
	external_id TEXT NOT NULL,
	row_hash BIGINT NOT NULL,
	effective_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	deleted_on DATE,
	raw JSONB,
	CONSTRAINT pk_invoices PRIMARY KEY (id),
	CONSTRAINT ck_invoices_status CHECK (status in ('draft','open','partially_paid','paid','credited','written_off','void','deleted'))
);

CREATE INDEX ix_invoices_customer_id_due_on ON invoices (customer_id, due_on);

CREATE INDEX ix_invoices_due_on_id ON invoices (due_on, id);

CREATE INDEX ix_invoices_open_due_on ON invoices (due_on) INCLUDE (balance, currency, customer_id) WHERE balance > 0;

CREATE TABLE ledger_versions (
	entity VARCHAR(16) NOT NULL,
	id UUID NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	superseded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	effective_at TIMESTAMP WITH TIME ZONE,
	row JSONB NOT NULL,
	CONSTRAINT pk_ledger_versions PRIMARY KEY (entity, id, recorded_at)
);

CREATE TABLE model_changes (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	kind VARCHAR(16) NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id TEXT NOT NULL,
	from_id UUID,
	to_id UUID,
	why TEXT NOT NULL,
	CONSTRAINT pk_model_changes PRIMARY KEY (id)
);

CREATE TABLE notices (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	connection_id UUID,
	kind TEXT NOT NULL,
	text TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	seen_at TIMESTAMP WITH TIME ZONE,
	settled_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_notices PRIMARY KEY (id)
);

CREATE INDEX ix_notices_created_at ON notices (created_at);

CREATE UNIQUE INDEX uq_notices_connection_id_kind ON notices (connection_id, kind) WHERE settled_at is null;

CREATE TABLE payments (
	id UUID NOT NULL,
	customer_id UUID NOT NULL,
	paid_on DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount NUMERIC(19, 4) NOT NULL,
	unapplied NUMERIC(19, 4) NOT NULL,
	status VARCHAR(16) DEFAULT 'open' NOT NULL,
	exchange_rate NUMERIC,
	connection_id UUID NOT NULL,
	external_id TEXT NOT NULL,
	row_hash BIGINT NOT NULL,
	effective_at TIMESTAMP WITH TIME ZONE,
	recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	deleted_on DATE,
	raw JSONB,
	CONSTRAINT pk_payments PRIMARY KEY (id)
);

CREATE INDEX ix_payments_customer_id_paid_on ON payments (customer_id, paid_on);

CREATE INDEX ix_payments_unapplied ON payments (customer_id) INCLUDE (paid_on, currency, unapplied) WHERE unapplied <> 0;

CREATE TABLE predictions (
	run_id BIGINT NOT NULL,
	invoice_id UUID NOT NULL,
	p_paid_by_due DOUBLE PRECISION NOT NULL,
	p_late30 DOUBLE PRECISION NOT NULL,
	expected_on DATE NOT NULL,
	p10_on DATE NOT NULL,
	p50_on DATE NOT NULL,
	p90_on DATE NOT NULL,
	risk_level VARCHAR(6) NOT NULL,
	reasons JSONB,
	CONSTRAINT pk_predictions PRIMARY KEY (run_id, invoice_id)
);

CREATE INDEX ix_predictions_invoice_id_run_id ON predictions (invoice_id, run_id);

CREATE TABLE preferences (
	user_id UUID NOT NULL,
	chosen JSONB NOT NULL,
	changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_preferences PRIMARY KEY (user_id)
);

CREATE TABLE promises (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	invoice_id UUID NOT NULL,
	customer_id UUID NOT NULL,
	amount NUMERIC(19, 4) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	promised_on DATE NOT NULL,
	until DATE NOT NULL,
	paid_on DATE,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	channel VARCHAR(16) NOT NULL,
	note TEXT,
	made_by TEXT,
	recorded_by TEXT NOT NULL,
	reminder_id UUID,
	status VARCHAR(16) DEFAULT 'open' NOT NULL,
	settled_at TIMESTAMP WITH TIME ZONE,
	paid_before NUMERIC(19, 4) NOT NULL,
	credited_before NUMERIC(19, 4) NOT NULL,
	paid NUMERIC(19, 4) DEFAULT 0 NOT NULL,
	times INTEGER DEFAULT 0 NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	CONSTRAINT pk_promises PRIMARY KEY (id),
	CONSTRAINT ck_promises_channel CHECK (channel in ('portal', 'phone', 'email', 'letter', 'api')),
	CONSTRAINT ck_promises_status CHECK (status in ('open', 'kept', 'partly_kept', 'broken', 'cancelled', 'superseded')),
	CONSTRAINT ck_promises_settled CHECK ((status = 'open') = (settled_at is null)),
	CONSTRAINT ck_promises_amount CHECK (amount > 0),
	CONSTRAINT ck_promises_until CHECK (until >= promised_on)
);

CREATE INDEX ix_promises_customer_id_made_at ON promises (customer_id, made_at);

CREATE INDEX ix_promises_invoice_id_made_at ON promises (invoice_id, made_at);

CREATE INDEX ix_promises_made_at_id ON promises (made_at, id);

CREATE INDEX ix_promises_promised_on_id ON promises (promised_on, id);

CREATE UNIQUE INDEX uq_promises_open ON promises (invoice_id) WHERE status = 'open';

CREATE TABLE reminder_assignments (
	policy_id UUID NOT NULL,
	invoice_id UUID NOT NULL,
	arm VARCHAR(9) NOT NULL,
	share NUMERIC(4, 3) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_reminder_assignments PRIMARY KEY (policy_id, invoice_id),
	CONSTRAINT ck_reminder_assignments_arm CHECK (arm in ('reminded', 'held_back'))
);

CREATE INDEX ix_reminder_assignments_at ON reminder_assignments (at);

CREATE TABLE reminder_events (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	reminder_id UUID NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	kind VARCHAR(16) NOT NULL,
	by_kind VARCHAR(16) NOT NULL,
	by_id TEXT NOT NULL,
	by_name TEXT NOT NULL,
	before JSONB,
	after JSONB,
	CONSTRAINT pk_reminder_events PRIMARY KEY (id)
);

CREATE INDEX ix_reminder_events_reminder_id_id ON reminder_events (reminder_id, id);

CREATE OR REPLACE FUNCTION refuse_change_of_reminder_history() RETURNS trigger LANGUAGE plpgsql AS $$
begin
    raise exception 'the history of reminders is only ever added to' using errcode = 'insufficient_privilege';
end
$$;

CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON reminder_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_reminder_history();

CREATE TABLE reminder_policies (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	name TEXT NOT NULL,
	position INTEGER NOT NULL,
	is_active BOOLEAN NOT NULL,
	document JSONB NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_reminder_policies PRIMARY KEY (id),
	CONSTRAINT uq_reminder_policies_name UNIQUE (name)
);

CREATE TABLE reminder_policy_versions (
	policy_id UUID NOT NULL,
	version INTEGER NOT NULL,
	document JSONB NOT NULL,
	is_active BOOLEAN NOT NULL,
	note TEXT,
	created_by TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_reminder_policy_versions PRIMARY KEY (policy_id, version)
);

CREATE TABLE reminder_settings (
	id SMALLINT DEFAULT 1 NOT NULL,
	document JSONB NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_reminder_settings PRIMARY KEY (id),
	CONSTRAINT ck_reminder_settings_one CHECK (id = 1)
);

CREATE TABLE reminder_templates (
	purpose VARCHAR(16) NOT NULL,
	language VARCHAR(2) NOT NULL,
	tone VARCHAR(16) NOT NULL,
	subject TEXT NOT NULL,
	text TEXT NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_by TEXT NOT NULL,
	CONSTRAINT pk_reminder_templates PRIMARY KEY (purpose, language, tone),
	CONSTRAINT ck_reminder_templates_purpose CHECK (purpose in ('reminder', 'dispute_reply'))
);

CREATE TABLE reminder_writers (
	plugin TEXT NOT NULL,
	config JSONB DEFAULT '{}' NOT NULL,
	agreed_at TIMESTAMP WITH TIME ZONE,
	agreed_by TEXT,
	version INTEGER DEFAULT 1 NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	updated_by TEXT NOT NULL,
	CONSTRAINT pk_reminder_writers PRIMARY KEY (plugin)
);

CREATE TABLE reminders (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	number BIGINT GENERATED ALWAYS AS IDENTITY,
	customer_id UUID NOT NULL,
	kind VARCHAR(16) NOT NULL,
	policy_id UUID,
	policy_version INTEGER,
	stage INTEGER,
	channel_id UUID,
	writer TEXT,
	tone VARCHAR(16) NOT NULL,
	language TEXT NOT NULL,
	recipients JSONB DEFAULT '[]' NOT NULL,
	cc JSONB DEFAULT '[]' NOT NULL,
	attachments JSONB DEFAULT '[]' NOT NULL,
	subject TEXT,
	text TEXT,
	is_edited BOOLEAN DEFAULT false NOT NULL,
	attempts JSONB DEFAULT '[]' NOT NULL,
	fell_back TEXT,
	facts JSONB,
	totals JSONB DEFAULT '[]' NOT NULL,
	expected_gain JSONB,
	status VARCHAR(16) NOT NULL,
	reason JSONB,
	approve VARCHAR(16) NOT NULL,
	approved_by JSONB,
	approved_at TIMESTAMP WITH TIME ZONE,
	scheduled_at TIMESTAMP WITH TIME ZONE,
	claimed_at TIMESTAMP WITH TIME ZONE,
	generation INTEGER DEFAULT 0 NOT NULL,
	tries INTEGER DEFAULT 0 NOT NULL,
	idempotency_key TEXT DEFAULT (gen_random_uuid())::text NOT NULL,
	message_id TEXT,
	provider_id TEXT,
	sent_at TIMESTAMP WITH TIME ZONE,
	delivery VARCHAR(16),
	opened_at TIMESTAMP WITH TIME ZONE,
	replied_at TIMESTAMP WITH TIME ZONE,
	thread_id TEXT,
	created_by JSONB NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	CONSTRAINT pk_reminders PRIMARY KEY (id),
	CONSTRAINT ck_reminders_kind CHECK (kind in ('policy', 'manual', 'dispute_reply')),
	CONSTRAINT ck_reminders_status CHECK (status in ('draft', 'planned', 'to_approve', 'approved', 'sending', 'uncertain', 'sent', 'skipped', 'cancelled', 'rejected', 'failed')),
	CONSTRAINT ck_reminders_approve CHECK (approve in ('automatic', 'member', 'admin')),
	CONSTRAINT ck_reminders_delivery CHECK (delivery in ('accepted', 'delivered', 'deferred', 'bounced', 'complained')),
	CONSTRAINT ck_reminders_tone CHECK (tone in ('service', 'friendly', 'neutral', 'firm', 'formal', 'final')),
	CONSTRAINT ck_reminders_written CHECK (status not in ('approved', 'sending', 'uncertain', 'sent') or (subject is not null and text is not null)),
	CONSTRAINT ck_reminders_sent CHECK (status <> 'sent' or sent_at is not null),
	CONSTRAINT ck_reminders_policy CHECK ((kind = 'policy') = (policy_id is not null)),
	CONSTRAINT uq_reminders_number UNIQUE (number),
	CONSTRAINT uq_reminders_idempotency_key UNIQUE (idempotency_key),
	CONSTRAINT uq_reminders_message_id UNIQUE (message_id)
);

CREATE INDEX ix_reminders_customer_id_sent_at ON reminders (customer_id, sent_at);

CREATE INDEX ix_reminders_policy_id ON reminders (policy_id);

CREATE INDEX ix_reminders_scheduled_at_id ON reminders (scheduled_at, id);

CREATE INDEX ix_reminders_sent_at_id ON reminders (sent_at, id);

CREATE INDEX ix_reminders_status_scheduled_at ON reminders (status, scheduled_at, id);

CREATE TABLE retention_periods (
	kind TEXT NOT NULL,
	days INTEGER NOT NULL,
	CONSTRAINT pk_retention_periods PRIMARY KEY (kind),
	CONSTRAINT ck_retention_periods_days CHECK (days > 0)
);

CREATE TABLE risk_runs (
	run_id BIGINT NOT NULL,
	model_id UUID NOT NULL,
	as_of DATE NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	home_currency VARCHAR(3) NOT NULL,
	customers INTEGER NOT NULL,
	assumptions JSONB NOT NULL,
	CONSTRAINT pk_risk_runs PRIMARY KEY (run_id)
);

CREATE TABLE saved_views (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	user_id UUID NOT NULL,
	page TEXT NOT NULL,
	name TEXT NOT NULL,
	parameters JSONB NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	CONSTRAINT pk_saved_views PRIMARY KEY (id)
);

CREATE INDEX ix_saved_views_user_id ON saved_views (user_id);

CREATE TABLE secrets (
	owner TEXT NOT NULL,
	name TEXT NOT NULL,
	key_id UUID NOT NULL,
	sealed BYTEA NOT NULL,
	sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_secrets PRIMARY KEY (owner, name)
);

CREATE INDEX ix_secrets_key_id ON secrets (key_id);

CREATE TABLE suppressions (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	digest BYTEA NOT NULL,
	address TEXT,
	kind TEXT NOT NULL,
	until TIMESTAMP WITH TIME ZONE,
	detail TEXT DEFAULT '' NOT NULL,
	reminder_id UUID,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	created_by TEXT NOT NULL,
	released_at TIMESTAMP WITH TIME ZONE,
	released_by TEXT,
	CONSTRAINT pk_suppressions PRIMARY KEY (id),
	CONSTRAINT ck_suppressions_kind CHECK (kind in ('bounced', 'complained', 'unsubscribed', 'absent', 'manual')),
	CONSTRAINT ck_suppressions_released CHECK ((released_at is null) = (released_by is null))
);

CREATE INDEX ix_suppressions_created_at_id ON suppressions (created_at, id);

CREATE UNIQUE INDEX uq_suppressions_digest_kind ON suppressions (digest, kind) WHERE released_at is null;

CREATE TABLE sync_cursors (
	connection_id UUID NOT NULL,
	stream TEXT NOT NULL,
	cursor TEXT NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_sync_cursors PRIMARY KEY (connection_id, stream)
);

CREATE TABLE sync_pages (
	connection_id UUID NOT NULL,
	stream TEXT NOT NULL,
	page INTEGER NOT NULL,
	fingerprints BYTEA NOT NULL,
	CONSTRAINT pk_sync_pages PRIMARY KEY (connection_id, stream, page)
);

CREATE TABLE sync_rejects (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	run_id UUID NOT NULL,
	stream TEXT NOT NULL,
	reason TEXT NOT NULL,
	line INTEGER,
	field TEXT,
	value TEXT,
	expected TEXT,
	raw TEXT,
	CONSTRAINT pk_sync_rejects PRIMARY KEY (id)
);

CREATE INDEX ix_sync_rejects_run_id_id ON sync_rejects (run_id, id);

CREATE TABLE sync_runs (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	connection_id UUID NOT NULL,
	work_id UUID,
	kind TEXT DEFAULT 'increment' NOT NULL,
	status TEXT DEFAULT 'running' NOT NULL,
	reason TEXT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	heartbeat_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	items JSONB DEFAULT '{}' NOT NULL,
	counts JSONB DEFAULT '{}' NOT NULL,
	timings JSONB DEFAULT '{}' NOT NULL,
	changed INTEGER DEFAULT 0 NOT NULL,
	rejected INTEGER DEFAULT 0 NOT NULL,
	calls INTEGER DEFAULT 0 NOT NULL,
	progress JSONB DEFAULT '{}' NOT NULL,
	log JSONB DEFAULT '[]' NOT NULL,
	findings JSONB DEFAULT '{}' NOT NULL,
	tie_out JSONB,
	CONSTRAINT pk_sync_runs PRIMARY KEY (id),
	CONSTRAINT ck_sync_runs_status CHECK (status in ('running', 'waiting', 'ok', 'partial', 'suspicious', 'failed')),
	CONSTRAINT ck_sync_runs_kind CHECK (kind in ('backfill', 'increment', 'full', 'some', 'import'))
);

CREATE INDEX ix_sync_runs_connection_id_started_at ON sync_runs (connection_id, started_at);

CREATE UNIQUE INDEX uq_sync_runs_running ON sync_runs (connection_id) WHERE status = 'running';

CREATE TABLE sync_seen (
	run_id UUID NOT NULL,
	entity TEXT NOT NULL,
	stream TEXT NOT NULL,
	page INTEGER NOT NULL,
	ids UUID[] NOT NULL,
	CONSTRAINT pk_sync_seen PRIMARY KEY (run_id, entity, stream, page)
);

CREATE TABLE team_digests (
	on_date DATE NOT NULL,
	channel_id UUID NOT NULL,
	sent_at TIMESTAMP WITH TIME ZONE,
	reason TEXT,
	CONSTRAINT pk_team_digests PRIMARY KEY (on_date)
);

CREATE TABLE webhook_deliveries (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	connection_id UUID NOT NULL,
	digest BYTEA NOT NULL,
	headers JSONB DEFAULT '{}' NOT NULL,
	body BYTEA,
	changes JSONB,
	received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	processed_at TIMESTAMP WITH TIME ZONE,
	outcome TEXT,
	CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
	CONSTRAINT uq_webhook_deliveries_connection_id_digest UNIQUE (connection_id, digest)
);

CREATE INDEX ix_webhook_deliveries_received_at ON webhook_deliveries (received_at);

CREATE INDEX ix_webhook_deliveries_waiting ON webhook_deliveries (connection_id, id) WHERE processed_at is null;

CREATE TABLE webhook_endpoints (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	url TEXT NOT NULL,
	description TEXT DEFAULT '' NOT NULL,
	events TEXT[] DEFAULT '{}' NOT NULL,
	status VARCHAR(16) DEFAULT 'enabled' NOT NULL,
	reason TEXT,
	failing_since TIMESTAMP WITH TIME ZONE,
	failures INTEGER DEFAULT 0 NOT NULL,
	previous_until TIMESTAMP WITH TIME ZONE,
	created_by TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
	CONSTRAINT ck_webhook_endpoints_status CHECK (status in ('enabled', 'disabled'))
);

CREATE TABLE webhook_messages (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	type TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	data JSONB NOT NULL,
	CONSTRAINT pk_webhook_messages PRIMARY KEY (id)
);

CREATE INDEX ix_webhook_messages_at_id ON webhook_messages (at, id);

CREATE TABLE reminder_items (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	reminder_id UUID NOT NULL,
	invoice_id UUID NOT NULL,
	policy_id UUID,
	stage INTEGER,
	cycle INTEGER DEFAULT 0 NOT NULL,
	asked NUMERIC(19, 4) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	is_live BOOLEAN DEFAULT true NOT NULL,
	dropped JSONB,
	CONSTRAINT pk_reminder_items PRIMARY KEY (id),
	CONSTRAINT ck_reminder_items_asked CHECK (asked >= 0),
	CONSTRAINT fk_reminder_items_reminder_id FOREIGN KEY(reminder_id) REFERENCES reminders (id) ON DELETE CASCADE
);

CREATE INDEX ix_reminder_items_invoice_id ON reminder_items (invoice_id);

CREATE UNIQUE INDEX uq_reminder_items_reminder_id_invoice_id ON reminder_items (reminder_id, invoice_id);

CREATE UNIQUE INDEX uq_reminder_items_stage ON reminder_items (invoice_id, policy_id, stage, cycle) WHERE is_live and policy_id is not null;

CREATE TABLE webhook_calls (
	id UUID DEFAULT gen_random_uuid() NOT NULL,
	endpoint_id UUID NOT NULL,
	message_id UUID NOT NULL,
	status VARCHAR(16) DEFAULT 'pending' NOT NULL,
	next_at TIMESTAMP WITH TIME ZONE,
	tries JSONB DEFAULT '[]' NOT NULL,
	excerpt TEXT,
	is_replay BOOLEAN DEFAULT false NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_webhook_calls PRIMARY KEY (id),
	CONSTRAINT ck_webhook_calls_status CHECK (status in ('pending', 'delivered', 'failed')),
	CONSTRAINT ck_webhook_calls_next CHECK ((status = 'pending') = (next_at is not null)),
	CONSTRAINT fk_webhook_calls_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
	CONSTRAINT fk_webhook_calls_message_id FOREIGN KEY(message_id) REFERENCES webhook_messages (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_calls_due ON webhook_calls (endpoint_id, next_at) WHERE status = 'pending';

CREATE INDEX ix_webhook_calls_endpoint_id_created_at ON webhook_calls (endpoint_id, created_at, id);

CREATE INDEX ix_webhook_calls_message_id ON webhook_calls (message_id);

CREATE UNIQUE INDEX uq_webhook_calls_pending ON webhook_calls (endpoint_id, message_id) WHERE status = 'pending';

