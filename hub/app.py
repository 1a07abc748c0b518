"""The application factory: everything the API needs, wired in the order in which it happens."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import text

from hub import live, pipelines
from hub.channels import api as channels
from hub.connections import api as connections
from hub.connections import notices_api, oauth_api, webhooks_api
from hub.disputes import api as disputes
from hub.disputes import inbound_api
from hub.disputes.adjustments_api import adjustments
from hub.disputes.classifiers_api import dispute_classifiers
from hub.disputes.documents import invoice_disputes
from hub.disputes.policy_api import dispute_policy
from hub.forecasting import api as forecasting
from hub.forecasting import api_cash, api_curve, api_models, api_risk
from hub.http import (
    auditing,
    auth,
    bodies,
    context,
    cors,
    dashboard,
    etags,
    health,
    lifecycle,
    limits,
    openapi,
    problems,
    streams_api,
)
from hub.http.context import Hub
from hub.identity import audit_api, bearer, keys_api, members_api, oidc_api, operator_api, session_api, sessions
from hub.insights import api as insights
from hub.insights import overview_api
from hub.jobs import announcing
from hub.jobs import api as jobs
from hub.jobs import service as work
from hub.ledger import api as ledger
from hub.ledger import contents, promises_api, search_api
from hub.personal import api as personal
from hub.privacy import api as privacy
from hub.reminders import api as reminders
from hub.reminders import contacts_api, debtor_api, policies_api, writers_api
from hub.reminders.uplift import if_reminded
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault
from hub.sync import api as sync
from hub.sync.service import next_full_run
from hub.sync.standing import standing
from hub.telemetry import logs
from hub.telemetry.metrics import Gauge, RequestMetrics
from hub.tenants import api as tenant
from hub.webhooks import api as webhooks

if TYPE_CHECKING:
    from hub.registry import Registry

BLUEPRINTS = (
    ledger.invoices,
    sync.entry,
    ledger.customers,
    promises_api.promises,
    reminders.reminders,
    writers_api.reminder_writers,
    writers_api.reminder_templates,
    writers_api.dispute_replies,
    debtor_api.debtor,
    debtor_api.copy_requests,
    policies_api.reminder_policies,
    policies_api.reminder_settings,
    policies_api.reminder_planning,
    search_api.search,
    disputes.disputes,
    dispute_policy,
    dispute_classifiers,
    inbound_api.addresses,
    inbound_api.received,
    adjustments,
    api_risk.risk,
    api_curve.predictions,
    api_models.models,
    api_models.track_record,
    api_cash.cash_flow,
    insights.contacts,
    contacts_api.entries,
    contacts_api.talks,
    insights.insights,
    overview_api.overview,
    connections.connectors,
    connections.connections,
    oauth_api.oauth,
    webhooks_api.announced,
    notices_api.told,
    channels.channels,
    channels.suppressed,
    webhooks.endpoints,
    jobs.jobs,
    sync.runs,
    sync.synced,
    privacy.privacy,
    tenant.tenant,
    session_api.session,
    session_api.own_sessions,
    oidc_api.oidc,
    personal.preferences,
    personal.views,
    members_api.blp,
    keys_api.blp,
    audit_api.blp,
    audit_api.operator,
    operator_api.blp,
    streams_api.events,
    health.blp,
)
# What the rooms above the ledger add to its documents.
PARTS: dict[str, dict[str, context.Part]] = {
    "connection": {"next_full_run_on": next_full_run, "sync": standing},
    "invoice": {"prediction": forecasting.invoice_prediction, "disputes": invoice_disputes},
    "reasons": {"if_reminded": if_reminded},
    "tenant": {"has_records": contents.has_records},
    "customer": {"aging": insights.customer_aging, "risk": forecasting.customer_risk},
}


def create_app(settings: Settings, storage: Storage | None = None, registry: "Registry | None" = None) -> Flask:
    """The API as a Flask application. Connects to nothing until the first request."""
    logs.configure(settings)
    storage = storage or Storage(settings)
    app = Flask("paypredict", static_folder=None)
    hub = Hub(
        settings=settings,
        storage=storage,
        vault=Vault(settings, storage),
        registry=cache(lambda: registry or _load_plugins()),
        redis=cache(lambda: _connect(settings)),
        metrics=RequestMetrics(settings),
        identify_bearer=auth.Remembered(bearer.identifier(storage, settings)),
        identify_session=auth.Remembered(sessions.identifier(storage, settings)),
        is_still_session=sessions.checker(storage, settings),
        parts=PARTS,
        gauges=lambda: gauges(storage, datetime.now(UTC)),
    )
    work.connect(settings)
    live.connect(settings)
    announcing.connect(pipelines.reactions, pipelines.AT_ONCE)
    context.install(app, hub)
    problems.install(app)
    lifecycle.install(app)
    dashboard.install(app)
    limits.count_addresses(app)
    cors.install(app)
    auth.install(app)
    auditing.install(app)
    streams_api.install(app)
    limits.count_callers(app)
    bodies.install(app)
    etags.install(app)
    api = openapi.make_api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    return app


def gauges(storage: Storage, now: datetime) -> list[Gauge]:
    """What the database knows of all tenants together: jobs, the oldest sync, and how far ledgers tie out."""
    with storage.hub() as session:
        counts = work.count_work(session)
        lag = session.execute(_SYNC_LAG, {"now": now}).scalar_one()
        differences = session.execute(_DIFFERENCES).all()
    return [
        Gauge(
            "paypredict_jobs",
            "Jobs by kind and state.",
            ("kind", "state"),
            [(key, float(count)) for key, count in sorted(counts.items())],
        ),
        Gauge(
            "paypredict_sync_lag_seconds",
            "Time since the newest finished sync of the tenant that has waited longest.",
            (),
            [((), float(lag))],
        ),
        Gauge(
            "paypredict_tie_out_difference",
            "Receivables by which newest syncs and their providers differ, over all tenants.",
            ("currency",),
            [((currency,), float(amount)) for currency, amount, _ in differences],
        ),
        Gauge(
            "paypredict_tie_out_differing_tenants",
            "Tenants whose newest sync differs from its provider.",
            ("currency",),
            [((currency,), float(tenants)) for currency, _, tenants in differences],
        ),
    ]


_NEWEST = """
    select distinct on (tenant_key, payload ->> 'connection_id') tenant_key, finished_at, result
    from hub.work where kind in ('sync.run', 'sync.import') and state = 'done'
    order by tenant_key, payload ->> 'connection_id', finished_at desc
"""
_SYNC_LAG = text(f"select coalesce(extract(epoch from :now - min(finished_at)), 0) from ({_NEWEST}) newest")
_DIFFERENCES = text(f"""
    select difference.key, sum(abs(difference.value::numeric)),
           count(distinct tenant_key) filter (where difference.value::numeric <> 0)
    from ({_NEWEST}) newest, jsonb_each_text(newest.result -> 'tie_out_difference') difference
    group by difference.key order by difference.key
""")


def _load_plugins() -> "Registry":
    from hub.registry import load

    return load()


def _connect(settings: Settings) -> Any:
    import redis  # late: it takes longer to import than most of the hub
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # Short and once, because only the rate limit and readiness ask, and both do without.
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once)
