"""Every operation x every kind of caller x every way to have no business here, compared with hub.http.access.

Refused requests are sent in earnest: with ids that exist and bodies that would do something. None leaves a trace but in
the audit. Requests that are let through lead to nothing instead; how they answer is for the tests of their rooms.
"""

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import text

from hub import registry
from hub.app import create_app
from hub.channels import service as channels
from hub.channels import suppressions
from hub.connections import notices
from hub.connections import service as connections
from hub.disputes import inbound, moves
from hub.disputes import service as disputes
from hub.forecasting.book import DAYS, WHOLE, Book
from hub.forecasting.book_store import save_book
from hub.forecasting.days import to_day
from hub.http import auditing, auth
from hub.http.access import ACCESS, SCOPES
from hub.http.blueprint import Blueprint
from hub.http.limits import DEBTORS
from hub.identity import keys, sessions, users
from hub.ledger import adjustments, promises
from hub.personal import service as personal
from hub.privacy import exports
from hub.reminders import copies, templates, writers
from hub.reminders import policies as reminder_policies
from hub.reminders import service as reminders
from hub.storage.audit import Actor, acting
from hub.storage.vault import Vault
from hub.tenants import service as tenants
from hub.webhooks import outbox
from hub.webhooks import service as webhooks
from tests.integration.api.conftest import record_id
from tests.integration.api.matrix import (
    Kind,
    as_person,
    by_scope,
    operations_of,
    scopes_without,
)
from tests.integration.identity.callers import Caller, machine, person, some_address, with_bearer, with_cookie
from tests.issuer import AUDIENCE, CLIENT, Issuer, b64, rsa_key, sign

pytestmark = pytest.mark.usefixtures("forecast")

ROLES = ("admin", "member", "viewer")
SOMEBODY = Actor(kind="person", id=str(uuid4()), name="jo@acme.example")
# The operator's: they name a tenant, which may be any; or they name what the installation has for all of them.
FOUND_AND_REFUSED = {
    ("writeBackAdjustment", 409),  # nobody has let the hub write to those books
    ("rewriteReminder", 422),  # nobody has said which company writes
    ("sendTestReminder", 409),  # it was not written by the hub
}
NOT_A_TENANTS_ID = {
    *DEBTORS,
    "updateReminderWriter",
    "removeReminderWriter",
    "testReminderWriter",
    "updateReminderTemplate",
    "resetReminderTemplate",
    "showUnsubscribe",
    "unsubscribe",
    "inviteAdmin",
    "getConnector",
    "receiveWebhook",
    "receiveMail",
    "receiveReceipts",
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer().serve() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def app(settings, storage, issuer):
    """The application with both ways to sign in, and limits that are not met here."""
    unlimited = dict.fromkeys(("rate_limit_per_minute", "rate_limit_per_minute_tenant"), 0)
    unlimited |= {"rate_limit_per_minute_address": 0, "sign_in_attempts_per_minute": 100_000}
    provider = {"oidc_issuer": issuer.address, "oidc_client_id": CLIENT, "oidc_audience": AUDIENCE}
    return create_app(replace(settings, local_sign_in="on", **unlimited, **provider), storage)


@pytest.fixture(scope="module")
def operations(app):
    return operations_of(app)


@pytest.fixture(scope="module")
def token_of(issuer, tenant):
    """A good token of a person in the module's tenant, or whatever else `given` makes of it."""

    def token_of(*roles, **given):
        email = {"email": some_address(), "email_verified": True, "sub": f"auth0|{'-'.join(roles) or 'nobody'}"}
        return issuer.token(**(email | {"org_id": tenant, "https://paypredict/roles": list(roles)} | given))

    return token_of


@pytest.fixture(scope="module")
def kinds(app, storage, settings, tenant, token_of, issuer):
    """Every kind of caller, each with credentials that are good."""

    def always(caller):
        return lambda _: caller

    def signed_in(*roles):
        joined = [(tenant, role) for role in roles if role in ROLES]
        return always(person(app, storage, settings, *joined, is_operator="operator" in roles))

    def with_scopes(choose):
        with storage.hub() as session:
            made = {scope: keys.create(session, tenant, scope, choose(scope)) for scope in SCOPES if ":" in scope}
        callers = {scope: with_bearer(app, secret) for scope, secret in made.items()}
        return lambda rule: callers.get(rule.scope)

    def client(scope):
        said = {"sub": "erp@clients", "org_id": tenant, "scope": scope}
        return with_bearer(app, issuer.token(**said))

    nobody = with_bearer(app, token_of())
    clients = {scope: client(scope) for scope in SCOPES if ":" in scope}
    by_token = {roles: always(with_bearer(app, token_of(*roles))) for roles in (("operator",), *((r,) for r in ROLES))}
    for met_first in (*by_token.values(), always(nobody)):
        assert met_first(None).get("/api/session").status_code == 200
    return [
        *(Kind(f"{role}, signed in", as_person(role), signed_in(role)) for role in ("operator", *ROLES)),
        Kind("operator and viewer, signed in", as_person("operator", "viewer"), signed_in("operator", "viewer")),
        Kind("member of nothing, signed in", as_person(), signed_in()),
        *(Kind(f"{roles[0]}, by token", as_person(*roles), found) for roles, found in by_token.items()),
        Kind("without a role, by token", as_person(), always(nobody)),
        Kind("key *", by_scope(lambda _: True), always(machine(app, storage, tenant))),
        Kind(
            "key read", by_scope(lambda scope: scope.endswith(":read")), always(machine(app, storage, tenant, ["read"]))
        ),
        Kind(
            "key write",
            by_scope(lambda scope: scope.endswith((":read", ":write"))),
            always(machine(app, storage, tenant, ["write"])),
        ),
        Kind("key with this scope alone", by_scope(lambda _: True), with_scopes(lambda scope: [scope])),
        Kind("key with all scopes but this", by_scope(lambda _: False), with_scopes(scopes_without)),
        Kind("client with this scope alone", by_scope(lambda _: True), lambda rule: clients.get(rule.scope)),
    ]


@pytest.fixture(scope="module")
def ids(storage, settings, tenant, app):
    """What the module's tenant has, by the name that paths give it; the session is that of `ids_owner`."""
    admin = person(app, storage, settings, (tenant, "admin"))
    key = machine(app, storage, tenant)
    job = key.post("/api/predictions", json={}).json["id"]
    with storage.tenant(tenant) as session:
        run = session.scalar(
            text("insert into sync_runs (connection_id, started_at) values (gen_random_uuid(), now()) returning id")
        )
        model = session.scalar(text("select id from forecast_models where status = 'champion'"))
        session.execute(ASSESSMENT, {"customer": record_id("customer", "c1")})
        save_book(session, session.scalar(text("select max(id) from forecast_runs")), _book())
        view = personal.create_view(session, admin.user_id, page="invoices", name="Mine", query="status=open")
    with storage.hub() as session:
        made = keys.issue(session, tenant, "found by its id", ["read"]).key.id
        address = _address(session, tenant)
        own_session = session.scalar(text("select id from sessions where user_id = :id"), {"id": admin.user_id})
    return {
        "invoice_id": record_id("invoice", "i1"),
        "customer_id": record_id("customer", "c1"),
        "job_id": job,
        "run_id": run,
        "model_id": model,
        "key_id": made,
        "address_id": address,
        "user_id": person(app, storage, settings, (tenant, "member")).user_id,
        "session_id": own_session,
        "export_id": _export(settings, tenant),
        "view_id": view["id"],
        **_disputes(storage, tenant),
        **_connections(storage, tenant),
        **_webhooks(storage, settings, tenant),
        **_policies(storage, tenant),
        **_channels(storage, settings, tenant),
        **_reminders(storage, tenant),
        **_promises(storage, tenant),
        **_writers(storage, settings, tenant),
        "key": tenant,
    }


def _writers(storage, settings, tenant):
    """A writer that is set up and can be forgotten, and a template of the tenant's own that can be."""
    plugins, now = registry.load(), datetime.now(UTC)
    key = {"purpose": "reminder", "language": "en", "tone": "formal"}
    config = {"provider": "openai", "model": "of the matrix"}
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        vault = Vault(settings, storage)
        writers.set_up(session, vault, plugins, "llm_writer", config, is_agreed=False, now=now, expected_version=0)
        own = {"subject": "Open invoices", "text": "{{ greeting }}"}
        templates.store(session, plugins, key | own, now, expected_version=0)
    return {
        "plugin": "llm_writer",
        **key,
        "updateReminderTemplate.tone": "firm",
        "updateReminderTemplate.If-Match": '"0"',
    }


def _promises(storage, tenant):
    """A promise that another has taken the place of, which can be cancelled; and a copy that is asked for."""
    now, invoice_id = datetime.now(UTC), UUID(record_id("invoice", "i4"))
    made = {"channel": "phone", "now": now, "today": now.date(), "promised_on": now.date()}
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        before, after = (promises.promise(session, invoice_id, **made) for _ in range(2))
        copies.ask(session, after.customer_id, invoice_id, "ap@acme.example", None, now)
        (asked,) = copies.list_requests(session)
    return {
        "promise_id": str(before.id),
        "cancelPromise.promise_id": str(after.id),
        "request_id": str(asked["id"]),
    }


def _channels(storage, settings, tenant):
    """A channel to nowhere for each operation that changes one, and an address that is not written to."""
    plugins, vault = registry.load(), Vault(settings, storage)
    to_nowhere = {"host": "mail.invalid", "security": "none"}
    wanted = {"purpose": "debtors", "sender": "ar@acme.example"}
    with storage.tenant(tenant) as session, acting(SOMEBODY):

        def made(name, slug="smtp", config=to_nowhere):
            values = wanted | {"name": name, "config": config}
            return str(channels.create(session, vault, plugins.get(slug), values).id)

        held = suppressions.add(session, "nobody@acme.example", "manual", now=datetime.now(UTC), by="jo@acme.example")
        return {
            "channel_id": made("shared"),
            "updateChannel.channel_id": made("to be changed"),
            "deleteChannel.channel_id": made("to be deleted"),
            "createReceiptsAddress.channel_id": made("told of", "sendgrid", {"api_key": "SG.of-the-matrix"}),
            "suppression_id": str(held.id),
        }


def _reminders(storage, tenant):
    """A reminder for each operation that changes one, where that starts from; the others share one."""
    drafts = ("updateReminder", "skipReminder", "cancelReminder", "scheduleReminder", "rewriteReminder")
    starts = {name: "draft" for name in (*drafts, "sendTestReminder")}
    starts |= {"approveReminder": "to_approve", "rejectReminder": "to_approve"}
    starts |= {"settleReminder": "uncertain", "retryReminder": "failed", "shared": "draft"}
    now, made = datetime.now(UTC), {}
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        for name, status in starts.items():
            values = {
                "customer_id": UUID(record_id("customer", "c1")),
                "kind": "manual",
                "tone": "friendly",
                "language": "en",
                "recipients": [{"name": "", "email": "ap@debtor.example", "role": ""}],
                "subject": name,
                "text": name,
                "status": status,
                "approve": "member",
                "claimed_at": now,
                "created_by": reminders.by(),
            }
            item = {"invoice_id": UUID(record_id("invoice", "i1")), "asked": Decimal(1), "currency": "EUR"}
            made[name] = str(reminders.insert_reminder(session, values, [item], now)["id"])
    shared = made.pop("shared")
    return {"reminder_id": shared, **{f"{name}.reminder_id": each for name, each in made.items()}}


def _webhooks(storage, settings, tenant):
    """An endpoint that is not called: nothing is asked of it but what the matrix asks."""
    vault, now = Vault(settings, storage), datetime.now(UTC)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        shared, changed = (
            webhooks.create(session, vault, {"url": f"https://erp.example/{name}"}, "jo@acme.example")[0]["id"]
            for name in ("shared", "changed")
        )
        message = outbox.add_message(session, "promise.made", {}, now)
        call = outbox.add_call(session, shared, message, now)
        session.execute(text("update webhook_calls set status = 'delivered', next_at = null, finished_at = now()"))
    return {"endpoint_id": shared, "updateWebhookEndpoint.endpoint_id": changed, "delivery_id": call}


def _policies(storage, tenant):
    """A policy of reminders to read and change, and one to delete."""
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        made = [
            reminder_policies.create(session, {"name": name, "is_active": False}, datetime.now(UTC))
            for name in ("shared", "deleted")
        ]
    return {
        "policy_id": str(made[0]["id"]),
        "deleteReminderPolicy.policy_id": str(made[1]["id"]),
        "updateReminderSettings.If-Match": '"0"',
    }


def _disputes(storage, tenant):
    """A dispute for each operation that changes one; the others share one."""
    names = [f"{verb}Dispute" for verb in ("accept", "investigate", "reject", "resolve", "update")]
    names += ["proposeResolution", "setDisputeCode", "setDisputeEvidence"]
    openings = [
        disputes.Opening(text=name, source="api", invoice_id=UUID(record_id("invoice", "i4")), amount=Decimal(1))
        for name in ("shared", "reopenDispute", *names)
    ]
    now = datetime.now(UTC)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        shared, ended, *others = disputes.open_disputes(session, openings, now, today=now.date())
        moves.resolve(session, ended.id, now, outcome="withdrawn")
        found = {f"{name}.dispute_id": str(each.id) for name, each in zip(names, others, strict=True)}
        found |= {"reopenDispute.dispute_id": str(ended.id), "reopenDispute.If-Match": '"2"'}
        found["updateDisputePolicy.If-Match"] = '"0"'
        for name in ("writeBackAdjustment", "cancelAdjustment"):
            made = adjustments.record(
                session,
                invoice_id=UUID(record_id("invoice", "i4")),
                dispute_id=shared.id,
                kind="credit",
                amount=Decimal(1),
                currency="EUR",
                reason=name,
                now=now,
            )
            found[f"{name}.adjustment_id"] = str(made.id)
    return {"dispute_id": str(shared.id), **found}


def _address(session, tenant):
    """An address for mail that comes in."""
    made, _ = inbound.create_address(session, tenant, registry.load({}), "mime", "Of the matrix", {}, "jo@acme.example")
    return made["id"]


def _book():
    """The book of a run that forecast one invoice, without which the invoice would have no curve."""
    return Book(
        as_of=to_day(date(2026, 3, 31)),
        invoice_id=np.array([str(record_id("invoice", "i1"))]),
        customer=np.zeros(1, dtype=np.int32),
        customer_id=(str(record_id("customer", "c1")),),
        currency=np.zeros(1, dtype=np.int16),
        currencies=("EUR",),
        due=np.full(1, to_day(date(2026, 4, 30)), dtype=np.int32),
        amount=np.full(1, 100.0),
        paid_by=np.full((1, DAYS), WHOLE, dtype=np.uint16),
    )


ASSESSMENT = text("""
    with run as (
        insert into risk_runs (run_id, model_id, as_of, made_at, home_currency, customers, assumptions)
        select max(id), gen_random_uuid(), '2026-03-31', now(), 'EUR', 1, '{"contact_saves": {}}' from forecast_runs
        returning run_id
    )
    insert into customer_risk (run_id, customer_id, risk_level, p_late30, p_late60, p_late90, amounts, expected_loss,
                               contact_value, segment, next_step, why, is_listed)
    select run_id, :customer, 'low', 0.1, 0.1, 0.1, '[]', 0, 0, 'on_time', 'do_nothing', 'Pays on time.', false from run
""")
"""Of one customer, without whom nothing would be found under its id."""


def _connections(storage, tenant):
    """A connection for each operation, as it wants one; and a notice."""
    wanted = {
        "getConnection": "ready",
        "updateConnection": "ready",
        "chooseAccount": "choose_account",
        "reconnectConnection": "needs_reconnect",
        "pauseConnection": "ready",
        "resumeConnection": "paused",
        "disconnectConnection": "ready",
    }
    found = {}
    with storage.tenant(tenant) as session:
        for name, status in wanted.items():
            made = connections.create(session, "quickbooks", name, {}, auth_method="oauth2")
            connections.set_status(session, made, status, choices=[{"id": "c1", "name": "C"}])
            found[f"{name}.connection_id"] = made
        changed = connections.get(session, found["updateConnection.connection_id"])
        notices.tell(session, changed.id, "needs_attention", "Look at it.")
        (notice,) = notices.list_notices(session, open=True, limit=1)
    found["updateConnection.If-Match"] = f'"{connections.version(changed)}"'
    return found | {"connection_id": changed.id, "notice_id": notice.id}


def _export(settings, tenant):
    """An export that could be downloaded; what is in one is for other tests."""
    made = uuid4()
    path = exports.export_path(settings, tenant, made)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"everything")
    return made


@contextmanager
def unchanged(storage, tenant):
    """The block must change no row of the hub's or of the tenant's, the audit and what notes a visit aside."""
    before = [_digest(storage, schema) for schema in ("hub", f"tenant_{tenant}")]
    yield
    assert [_digest(storage, schema) for schema in ("hub", f"tenant_{tenant}")] == before


def _digest(storage, schema):
    visits = "{last_seen_at,last_used_at}"
    digest = {}
    with storage.hub() as session:
        names = "select tablename from pg_tables where schemaname = :schema order by 1"
        for name in session.scalars(text(names), {"schema": schema}).all():
            rows = session.scalars(
                text(f"select (to_jsonb(t) - cast('{visits}' as text[]))::text from {schema}.{name} t order by 1")
            )
            digest[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return digest


def pairs(operations, kinds):
    """Every operation with every kind of caller there is for it."""
    for operation, kind in itertools.product(operations, kinds):
        if (caller := kind.caller(operation.rule)) is not None:
            yield operation, kind, caller


def naming_ids(operations):
    """The operations on things of a tenant that have an id."""
    return [each for each in operations if each.parameters and each.name not in NOT_A_TENANTS_ID]


def test_the_matrix_has_an_id_for_every_path(operations, ids):
    for operation in naming_ids(operations):
        for name in operation.parameters:
            assert ids.get(f"{operation.name}.{name}", ids.get(name)), (
                f"{operation.name}: give the matrix a {name} of its tenant"
            )


def test_every_operation_has_a_rule_and_every_rule_an_operation(operations):
    assert {each.name for each in operations} == set(ACCESS)


def test_an_operation_without_a_rule_is_refused_to_everybody_and_named(settings, storage, kinds):
    forgetful = create_app(settings, storage)
    blp = Blueprint("forgotten", __name__, url_prefix="/api/forgotten")
    blp.route("")(blp.doc(operationId="notInTheTable")(lambda: "seen"))
    forgetful.register_blueprint(blp)
    for kind in kinds[:4]:
        caller = replace(kind.caller(ACCESS["getTenant"]), app=forgetful)
        assert caller.get("/api/forgotten").status_code == 403, kind.name
    blp = Blueprint("forgotten_too", __name__, url_prefix="/api/forgotten/too")
    blp.route("")(blp.doc(operationId="notInTheTable")(lambda: "seen"))
    documented = create_app(settings, storage)
    documented.extensions["flask-smorest"]["apis"][""]["ext_obj"].register_blueprint(blp)
    with pytest.raises(KeyError, match="notInTheTable"):
        documented.extensions["flask-smorest"]["apis"][""]["ext_obj"].document()


def test_who_may_not_is_refused_and_leaves_no_trace(operations, kinds, ids, storage, tenant):
    wrong = []
    with unchanged(storage, tenant):
        for operation, kind, caller in pairs(operations, kinds):
            if not kind.may(operation.rule) and (status := operation.call_in_earnest(caller, ids)) != 403:
                wrong.append((operation.name, kind.name, status))
        assert wrong == []


def test_who_may_is_let_through(app, operations, kinds, ids, storage, settings, tenant):
    wrong = []
    for operation, kind, caller in pairs(operations, kinds):
        if not kind.may(operation.rule):
            continue
        if operation.name == "signOut":
            caller = person(app, storage, settings, (tenant, "viewer"))
        found = ids if operation.method == "GET" else None
        # Streams are the server's, and there is none in front of the application here.
        through = {501} if operation.name == "streamEvents" else set()
        if (status := operation.call(caller, found)) not in through and (status in (401, 403) or status >= 500):
            wrong.append((operation.name, kind.name, status))
    assert wrong == []


def unwelcome(app, storage, settings, tenant, token_of, issuer):
    """Credentials that are no good, by what is wrong with them; all would be an admin's or may do anything."""
    now = int(datetime.now(UTC).timestamp())
    key = issuer.keys[0]
    claims = issuer.claims(sub="auth0|admin", org_id=tenant, **{"https://paypredict/roles": ["admin", "operator"]})
    head = {"kid": key.kid, "typ": "at+jwt"}
    confused = f"{b64(json.dumps(head | {'alg': 'HS256'}).encode())}.{b64(json.dumps(claims).encode())}"
    forged = b64(hmac.digest(key.as_pem(private=False), confused.encode(), "sha256"))
    said = token_of("admin").split(".")[1]
    unsigned, capitals = (
        f"{b64(json.dumps({'alg': name, 'typ': 'at+jwt'}).encode())}.{said}." for name in ("none", "NONE")
    )
    gone = person(app, storage, settings, (tenant, "admin"), is_operator=True)
    idle = person(app, storage, settings, (tenant, "admin"), is_operator=True)
    out = person(app, storage, settings, (tenant, "admin"), is_operator=True)
    disabled = person(app, storage, settings, (tenant, "admin"), is_operator=True)
    with storage.hub() as session:
        session.execute(text("update sessions set expires_at = now() where user_id = :id"), {"id": gone.user_id})
        session.execute(
            text("update sessions set last_seen_at = now() - interval '30 days' where user_id = :id"),
            {"id": idle.user_id},
        )
        sessions.end_others(session, out.user_id, None, datetime.now(UTC))
        users.disable(session, disabled.user_id, datetime.now(UTC))
        revoked = keys.create(session, tenant, "revoked")
        keys.revoke(session, tenant, revoked[:16], datetime.now(UTC))
        expired = keys.create(session, tenant, "expired", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    tokens = {
        "a token for another audience": token_of("admin", aud="https://other.example/api"),
        "an ID token": token_of("admin", aud=CLIENT),
        "a token of another issuer": token_of("admin", iss="https://id.example/"),
        "an expired token": token_of("admin", exp=now - 60),
        "a token that is not yet valid": token_of("admin", nbf=now + 600),
        "a token without an end": token_of("admin", exp=None),
        "alg: none": unsigned,
        "alg: none, in capitals": capitals,
        "HS256 with the public key": f"{confused}.{forged}",
        "another key under the same id": sign(head | {"alg": "RS256"}, claims, rsa_key("somebody else's")),
        "an unknown key": sign(head | {"alg": "RS256", "kid": "unknown"}, claims, rsa_key("somebody else's")),
        "a changed token": _changed(token_of("viewer"), token_of("admin")),
        "an expired key": expired,
        "a revoked key": revoked,
        "a key nobody has": "pp_live_00000000_" + "0" * 64,
        "no key at all": "' or true --",
    }
    return {
        "nothing": Caller(app),
        "an expired session": gone,
        "a session nobody has used for long": idle,
        "a session that was ended": out,
        "a disabled person's session": disabled,
        "a cookie nobody has": with_cookie(app, "0" * 43),
        **{what: with_bearer(app, presented) for what, presented in tokens.items()},
    }


def _changed(signed, wanted):
    head, _, signature = signed.split(".")
    return f"{head}.{wanted.split('.')[1]}.{signature}"


@pytest.fixture(scope="module")
def bad_credentials(app, storage, settings, tenant, token_of, issuer, kinds):
    return unwelcome(app, storage, settings, tenant, token_of, issuer)


def test_without_good_credentials_only_what_is_public_answers(operations, bad_credentials, ids, storage, tenant):
    protected = [each for each in operations if not each.rule.is_public]
    wrong = []
    with unchanged(storage, tenant):
        for operation, (what, caller) in itertools.product(protected, bad_credentials.items()):
            if (status := operation.call_in_earnest(caller, ids)) != 401:
                wrong.append((operation.name, what, status))
        assert wrong == []
    for operation, (what, caller) in itertools.product(set(operations) - set(protected), bad_credentials.items()):
        if (status := operation.call(caller)) in (401, 403):
            wrong.append((operation.name, what, status))
    assert wrong == []


def test_asking_with_head_needs_credentials_too(operations, bad_credentials):
    asked = [each for each in operations if each.method == "GET" and not each.rule.is_public]
    for operation in asked:
        assert replace(operation, method="HEAD").call(bad_credentials["nothing"]) == 401, operation.name


def test_a_session_writes_nothing_without_its_csrf_token(operations, app, storage, settings, tenant, ids):
    admin = person(app, storage, settings, (tenant, "admin"), is_operator=True)
    cookie = {name: value for name, value in admin.headers.items() if name != auth.CSRF_HEADER}
    stranger = person(app, storage, settings, (tenant, "admin"))
    writes = [each for each in operations if each.method != "GET" and not each.rule.is_public]
    forged = [Caller(app, cookie), Caller(app, cookie | {auth.CSRF_HEADER: stranger.headers[auth.CSRF_HEADER]})]
    with unchanged(storage, tenant):
        for operation, caller in itertools.product(writes, forged):
            assert operation.call_in_earnest(caller, ids) == 403, operation.name


def test_naming_another_tenant_opens_nothing(operations, kinds, storage, ids, tenant, strangers):
    protected = [each for each in operations if not each.rule.is_public]
    # Whose tenant it is, is asked before what is wanted: one kind of each way in is enough.
    chosen = [
        each for each in kinds if each.name in ("operator, signed in", "admin, signed in", "admin, by token", "key *")
    ]
    wrong = []
    with unchanged(storage, tenant):
        for operation, kind, caller in pairs(protected, chosen):
            if operation.call_in_earnest(caller, ids, {auth.TENANT_HEADER: strangers}) not in (401, 404):
                wrong.append((operation.name, kind.name))
        assert wrong == [] and len(chosen) == 4


def test_it_cannot_be_seen_which_tenants_there_are(operations, kinds, strangers):
    read = next(each for each in operations if each.name == "getTenant")
    for kind in kinds:
        if (caller := kind.caller(read.rule)) is not None:
            named, missing = (
                read.call(caller, None, {auth.TENANT_HEADER: key}) for key in (strangers, "there_is_none")
            )
            assert named == missing, kind.name


@pytest.fixture
def strangers(storage):
    """Another tenant."""
    return tenants.create(storage, "Strangers").key


@pytest.fixture
def all_refusals_noted(monkeypatch):
    """As if the audit had no bound on refusals."""
    monkeypatch.setattr(auditing, "REFUSALS_PER_CALLER", 10_000)
    monkeypatch.setattr(auditing, "REFUSALS_PER_CHAIN", 10_000)
    monkeypatch.setattr(auditing, "_refusals", auditing.Refusals())


def test_another_tenants_ids_do_not_exist_and_asking_is_noted(
    operations, app, storage, settings, ids, tenant, strangers, all_refusals_noted
):
    admin, key = person(app, storage, settings, (strangers, "admin")), machine(app, storage, strangers)
    wrong, asked = [], []
    with unchanged(storage, tenant):
        for operation in naming_ids(operations):
            for caller in (admin, key) if operation.rule.scope else (admin,):
                if (status := operation.call_in_earnest(caller, ids)) != 404:
                    wrong.append((operation.name, status))
                asked.append(operation.name)
        assert wrong == []
    noted = text("select after ->> 'operation' from audit.events where chain = :chain and action = 'access.not_found'")
    with storage.hub() as session:
        assert sorted(session.scalars(noted, {"chain": strangers})) == sorted(asked)


def test_those_ids_do_exist(operations, app, storage, settings, ids, tenant):
    """Last, as it uses them up: 404 above was for whose they are."""
    wrong = []
    with storage.hub() as session:
        owner = session.scalar(text("select user_id from sessions where id = :id"), {"id": ids["session_id"]})
        cookie = sessions.create(session, owner, "password", datetime.now(UTC), settings=settings)
    admin = with_cookie(app, cookie, owner)
    for operation in naming_ids(operations):
        status = operation.call_in_earnest(admin, ids)
        if status >= 400 and (operation.name, status) not in FOUND_AND_REFUSED:
            wrong.append((operation.name, status))
    assert wrong == []
