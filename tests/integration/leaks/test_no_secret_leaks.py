"""Secrets of every kind are planted in an installation of its own, things go well and badly, and then none is found in
anything that it wrote or showed. And where one is put on purpose, it is found.
"""

import base64
import contextlib
import logging
import os
import secrets
import subprocess
import sys
import time
import zlib
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis
from flask import request
from sqlalchemy import text

from hub.app import create_app
from hub.connections import service as connections
from hub.errors import UnavailableError
from hub.http.auth import CSRF_HEADER, csrf_token, public
from hub.identity import keys, links, users
from hub.jobs import service as jobs
from hub.sdk.errors import ConfigError
from hub.settings import Settings
from hub.storage.embedded import Servers
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage
from hub.sync import service as sync
from hub.tenants import service as tenants
from tests.integration.leaks.sinks import (
    KEEPERS,
    SINKS,
    Installation,
    files,
    leaks,
    printed,
    tables,
    valkey,
    written_logs,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
PEM = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----"


def marker(what: str) -> str:
    return f"mark-{what}-{secrets.token_hex(6)}"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """An installation that has been through everything below."""
    folder = tmp_path_factory.mktemp("installation")
    known = {
        "master key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "metrics token": marker("metrics"),
        "client secret of the provider": marker("oidc"),
        "secret in the vault": marker("vault"),
        "secret of the operator's app": marker("app"),
        "webhook key of the operator's app": marker("webhook"),
    }
    apps = tmp_path_factory.mktemp("apps") / "connectors.toml"
    apps.write_text(
        f"""
        [quickbooks]
        client_id = "hub"
        client_secret = "{known["secret of the operator's app"]}"
        webhook_secret = "{known["webhook key of the operator's app"]}"
        """
    )
    with Servers.start(folder) as servers, contextlib.ExitStack() as stack:
        environ = {
            "PAYPREDICT_DATA_DIR": str(folder),
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "PAYPREDICT_VAULT_KEY": known["master key"],
            "PAYPREDICT_METRICS_TOKEN": known["metrics token"],
            "PAYPREDICT_OIDC_ISSUER": "http://127.0.0.1:9",
            "PAYPREDICT_OIDC_CLIENT_ID": "hub",
            "PAYPREDICT_OIDC_CLIENT_SECRET": known["client secret of the provider"],
            "PAYPREDICT_OIDC_AUDIENCE": "https://hub.example/api",
            "PAYPREDICT_LOCAL_SIGN_IN": "on",
            "PAYPREDICT_CONNECTOR_APPS_FILE": str(apps),
        }
        settings = Settings.load(environ)
        known["password of the database"] = settings.database_url.partition("@")[0].rpartition(":")[2]
        known["password of Valkey"] = settings.redis_url.partition("@")[0].rpartition(":")[2]
        hub = Installation(settings=settings, servers=servers, secrets=known)
        storage = stack.enter_context(contextlib.closing(Storage(settings)))
        upgrade_hub(storage)
        tenant = tenants.create(storage, "Acme").key
        stack.enter_context(_logs_to(folder / "logs" / "api.log"))
        use_the_api(hub, storage, tenant)
        have_work_done(hub, storage, tenant, {**os.environ, **environ})
        run_commands(hub, {**os.environ, **environ})
        yield hub


@contextlib.contextmanager
def _logs_to(path):
    """What this process logs and prints to stderr goes to a file, as that of an API process does."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with path.open("w") as file, contextlib.redirect_stderr(file):
        yield
    root.handlers[:] = handlers
    root.setLevel(level)


def use_the_api(hub: Installation, storage: Storage, tenant: str) -> None:
    """Sign in, keep secrets, be refused, and have requests fail with all that they held in the exception."""
    app, known = create_app(hub.settings, storage), hub.secrets
    vault = app.extensions["paypredict"].vault
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @public
    def fail(how: str):
        with storage.tenant(tenant) as session:
            opened = vault.get(session, "connection 1", "client_secret")
        held = f"{opened} {asdict(hub.settings)} {request.url} {PEM.format(known['private key'])}"
        if how == "database":
            with storage.hub() as session:
                session.execute(text("insert into hub.nowhere values (:held)"), {"held": held})
        if how == "unavailable":
            raise UnavailableError(held)
        if how == "plugin":
            raise ConfigError(held, field="client_secret")
        raise RuntimeError(f"{held} {request.headers!r} {dict(request.headers)} {request.get_json(silent=True)}")

    app.add_url_rule("/fail/<how>", view_func=fail, methods=["POST"])
    browser = app.test_client()

    def call(method, path, *, is_told=False, **options):
        response = browser.open(path, method=method, **options)
        # What hands out a secret shows it this once, to whom it belongs.
        content = b"" if is_told else response.get_data() + str(response.headers).encode()
        hub.answers.append((f"{method} {path}: {response.status_code}", content))
        return response

    with storage.hub() as session:
        ada = users.ensure(session, "ada@acme.example", "Ada")
        users.join(session, ada.id, tenant, "admin")
        known["sign-in link"] = links.create(session, ada.id, datetime.now(UTC))
        issued = keys.issue(session, tenant, "a key", ["*"], None)
        known["API key"] = issued.secret.rpartition("_")[2]
    known["password"] = f"{marker('password')} of Ada"
    known["private key"] = base64.b64encode(marker("pem").encode()).decode().rstrip("=")
    known["signature of a token"] = secrets.token_urlsafe(24)
    known["code of the provider"] = marker("code")
    with storage.tenant(tenant) as session:
        vault.put(session, "connection 1", "client_secret", known["secret in the vault"])

    call("POST", "/api/session/link", json={"link": known["sign-in link"]}, is_told=True)
    cookie = browser.get_cookie("paypredict").value
    known["cookie of the first session"], known["its CSRF token"] = cookie, csrf_token(cookie)
    own = {CSRF_HEADER: csrf_token(cookie)}
    call("PUT", "/api/session/password", json={"password": known["password"]}, is_told=True)
    call("PUT", "/api/session/password", json={"password": known["password"]}, headers=own, is_told=True)
    assert call("POST", "/api/session/link", json={"link": known["sign-in link"]}).status_code == 401
    signed_in = {"email": "ada@acme.example", "password": known["password"]}
    assert call("POST", "/api/session", json=signed_in, is_told=True).status_code == 201
    cookie = browser.get_cookie("paypredict").value
    known["cookie of the session"], known["CSRF token"] = cookie, csrf_token(cookie)
    own = {CSRF_HEADER: csrf_token(cookie)}
    call("POST", "/api/session", json=signed_in | {"password": known["password"] + "!"})
    call("POST", "/api/session", json=signed_in | {"unknown": known["password"]})
    call("POST", "/api/session", data=f'{{"password": "{known["password"]}"', content_type="application/json")
    made = call("POST", "/api/keys", json={"name": "another", "scopes": ["read"]}, headers=own, is_told=True)
    assert made.status_code == 201, made.json
    known["API key made by a person"] = made.json["secret"].rpartition("_")[2]
    call("GET", "/api/keys")
    call("GET", "/api/sessions")
    call("GET", "/api/audit")
    call("DELETE", f"/api/keys/{made.json['id']}", headers=own)
    call("DELETE", f"/api/keys/{made.json['id']}", headers=own | {CSRF_HEADER: "wrong"})
    token = f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.{known['signature of a token']}"
    for presented in (issued.secret, made.json["secret"], token, f"{issued.secret}0"):
        call("GET", "/api/tenant", headers={"Authorization": f"Bearer {presented}"})
    call("GET", f"/api/oidc/callback?code={known['code of the provider']}&state={known['code of the provider']}")
    call("GET", "/api/oidc/start")
    connect_accounts(known, call, own)
    call("GET", "/metrics", headers={"Authorization": f"Bearer {known['metrics token']}"})
    call("GET", "/metrics", headers={"Authorization": f"Bearer {known['metrics token']}x"})
    call("GET", "/api/openapi.json")
    for how in ("bug", "unavailable", "plugin", "database"):
        headers = {"Authorization": f"Bearer {issued.secret}", "X-Assertion": token, **own}
        query = f"code={known['code of the provider']}#link={known['sign-in link']}"
        response = call("POST", f"/fail/{how}?{query}", json=signed_in, headers=headers)
        assert response.status_code >= 400, response.get_data()
    call("DELETE", "/api/session", headers=own, is_told=True)


def connect_accounts(known, call, own) -> None:
    """Connect by forms that are right and wrong, begin consents and come back badly, and announce with wrong keys."""
    known["password of a connection"] = password = marker("sap")
    known["webhook key of a connection"] = key = marker("key")
    known["secret of a tenant's own app"] = secret = marker("own")
    form = {"host": "sap.example", "username": "AR_READER", "password": password}
    body = {"connector": "sap", "auth_method": "basic", "config": form}
    made = call("POST", "/api/connections", json=body, headers={**own, "Idempotency-Key": "one of sap"})
    assert made.status_code == 202, made.json
    for wrong in ({"password": [password]}, {"password": {"is": password}}, {password: "no field"}):
        # Who names a field by a secret is told that name.
        is_told = password in wrong
        call("POST", "/api/connections", json=body | {"config": form | wrong}, headers=own, is_told=is_told)
    call("GET", f"/api/connections/{made.json['connection']['id']}")
    body = {"connector": "quickbooks", "config": {"client_id": "own", "client_secret": secret, "webhook_secret": key}}
    begun = call("POST", "/api/connections", json=body, headers={**own, "Idempotency-Key": "one"}, is_told=True)
    assert begun.status_code == 201, begun.json
    known["state of a consent"] = state = parse_qs(urlsplit(begun.json["authorize_url"]).query)["state"][0]
    (cookie,) = (each for each in begun.headers.getlist("Set-Cookie") if each.startswith("paypredict-connect"))
    known["cookie of a consent"] = cookie.partition("=")[2].partition(";")[0]
    known["code of a consent"] = code = marker("code")
    call("GET", f"/api/oauth/callback?code={code}&state={state}x&realmId=1")
    call("GET", f"/api/oauth/callback?code={code}&state={state}")
    call("GET", f"/api/oauth/callback?code={code}&state={state}&realmId=1")
    path = f"/api/connections/{begun.json['connection']['id']}"
    for place in ("app", begun.json["connection"]["id"]):
        headers = {"intuit-signature": key, "Authorization": f"Bearer {secret}", "X-Key": password}
        call("POST", f"/api/webhooks/quickbooks/{place}", json={"key": key}, headers=headers)
    call("POST", f"{path}/reconnect", json={"config": {"client_secret": secret + "2"}}, headers=own, is_told=True)
    call("GET", "/api/connections")
    call("GET", "/api/notices")
    call("GET", "/api/connectors/quickbooks")
    call("POST", f"{path}/disconnect", headers=own)


def have_work_done(hub: Installation, storage: Storage, tenant: str, environ: dict[str, str]) -> None:
    """A worker whose jobs, plugin and own machinery break with secrets in their messages."""
    log = (hub.data_dir / "logs" / "worker-1.log").open("wb")
    script = Path(__file__).with_name("leaky_worker.py")
    worker = subprocess.Popen([sys.executable, script, hub.data_dir], env=environ, cwd=ROOT, stdout=log, stderr=log)
    try:
        with storage.tenant(tenant) as session:
            connection_id = connections.create(session, "leaky", "Leaky Books", {})
            asked = [jobs.submit(session, kind, {}) for kind in ("tell", "fail")]
        _wait(storage, asked)
        with storage.tenant(tenant) as session:
            asked = [sync.request_sync(session, connection_id)]
        assert _wait(storage, asked) == {"failed"}
        (hub.data_dir / "break").touch()
        with storage.tenant(tenant) as session:
            jobs.submit(session, "tell", {"broken": True})
        _wait_for(lambda: b"the worker itself is broken" in b"".join(content for _, content in valkey(hub)))
    finally:
        worker.terminate()
        worker.wait(20)
        log.close()
    jobs.connect(Settings.load({}))


def _wait(storage: Storage, asked) -> set[str]:
    states = set()

    def is_over():
        with storage.hub() as session:
            states.clear()
            states.update(jobs.get(session, each)["state"] for each in asked)
        return not states & {"queued", "running"}

    _wait_for(is_over)
    return states


def _wait_for(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the worker did not do it"
        time.sleep(0.1)


def run_commands(hub: Installation, environ: dict[str, str]) -> None:
    """Commands that work, that are refused, and that crash, with secrets in their environment."""
    hub.secrets["key that is none"] = marker("none")
    hub.secrets["password in an address that is wrong"] = odd = marker("odd")
    wrong_key = {"PAYPREDICT_VAULT_KEY": hub.secrets["key that is none"]}
    for changes, *command in (
        ({}, "vault", "status", "--json"),
        ({}, "vault", "rotate", "--tenant", "acme"),
        (wrong_key, "vault", "rewrap"),
        (wrong_key, "vault", "status"),
        ({"DATABASE_URL": f"postgresql://hub:{odd}@127.0.0.1:1/hub"}, "tenant", "list"),
        ({"DATABASE_URL": f"postgres//hub:{odd}@127.0.0.1:1/hub"}, "tenant", "list"),
        ({"DATABASE_URL": f"host=127.0.0.1 password={odd} prot=1"}, "vault", "status"),
        ({"REDIS_URL": f"redis:/hub:{odd}@127.0.0.1:1/0"}, "tenant", "list"),
        ({"PAYPREDICT_PORT": "none"}, "tenant", "list"),
        ({}, "plugin", "list", "--json"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", "from hub.cli import main; main()", *command],
            env=environ | changes,
            cwd=ROOT,
            capture_output=True,
            timeout=60,
        )
        hub.printed.append((f"{' '.join(command)} with {list(changes)}: {done.returncode}", done.stdout + done.stderr))


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.__name__)
def test_no_secret_is_in(hub, sink):
    assert leaks(hub.secrets, sink(hub)) == []


def test_the_ways_that_fail_have_been_gone(hub):
    """Else nothing would have been shown by what was not found."""
    logged = dict(written_logs(hub))
    for said in (b"unexpected error", b"RuntimeError", b"UnavailableError", b"UndefinedTable"):
        assert said in logged["api.log"]
    for said in (b"InvalidError", b"AuthError", b"does not open", b"the worker itself is broken"):
        assert said in logged["worker-1.log"]
    statuses = [where.rpartition(": ")[2] for where, _ in hub.answers]
    assert {"200", "201", "401", "403", "422", "500", "503"} <= set(statuses)
    assert {where.rpartition(": ")[2] for where, _ in printed(hub)} == {"0", "1"}
    assert sum(b"Traceback" in content for _, content in printed(hub)) >= 1
    stored = dict(tables(hub))
    assert b"does not open" in stored["hub.work"] and b"refused client_secret=***" in stored["hub.work"]
    assert b"refused client_secret=***" in stored["tenant_acme.sync_runs"] + stored["tenant_acme.connections"]
    assert b"secret.opened" in stored["audit.events"]


def test_what_keeps_secrets_is_its_owners_alone(hub):
    kept = [path for path in hub.data_dir.rglob("*") if path.name in KEEPERS]
    assert {path.name for path in kept} == {"secrets.json", "servers.json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


SPELLINGS = {
    "plain": str.encode,
    "hex": lambda secret: secret.encode().hex().encode(),
    "base64": lambda secret: base64.b64encode(b"user:" + secret.encode()),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("what", ["secret in the vault", "password", "API key", "cookie of the session", "master key"])
def test_a_secret_that_is_somewhere_is_found(hub, what, spell):
    planted = [("somewhere", b"before " + spell(hub.secrets[what]) + b" after")]
    assert leaks(hub.secrets, planted) == [f"{what} in somewhere"]


def test_a_secret_in_a_table_is_found(hub):
    with psycopg.connect(hub.servers.postgres.superuser_url) as connection:
        connection.execute(
            "insert into tenant_acme.secrets (owner, name, key_id, sealed, sealed_at)"
            " values ('planted', 'planted', gen_random_uuid(), %s, now())",
            [hub.secrets["secret in the vault"].encode()],
        )
    try:
        assert leaks(hub.secrets, tables(hub)) == ["secret in the vault in tenant_acme.secrets"]
        assert any("secret in the vault in postgres/" in each for each in leaks(hub.secrets, files(hub)))
    finally:
        with psycopg.connect(hub.servers.postgres.superuser_url) as connection:
            connection.execute("delete from tenant_acme.secrets where owner = 'planted'")


@pytest.mark.parametrize("pack", [bytes, zlib.compress, lambda plain: base64.b64encode(zlib.compress(plain))])
def test_a_secret_in_valkey_is_found_even_packed(hub, pack):
    with redis.Redis.from_url(hub.settings.redis_url) as client:
        client.hset("planted", "exc_info", pack(hub.secrets["password of the database"].encode()))
        try:
            assert leaks(hub.secrets, valkey(hub)) == ["password of the database in b'planted'"]
        finally:
            client.delete("planted")


def test_a_secret_in_a_file_and_in_a_log_is_found(hub):
    for folder, sink in (("objects", files), ("logs", written_logs)):
        path = hub.data_dir / folder / "planted"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"it says {hub.secrets['CSRF token']}")
        try:
            assert any("CSRF token in" in each for each in leaks(hub.secrets, sink(hub)))
        finally:
            path.unlink()
