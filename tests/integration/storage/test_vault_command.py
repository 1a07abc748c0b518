"""`paypredict vault` as an operator meets it, beside a service that is up; and the work that it asks for."""

import base64
import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from hub import worker
from hub.cli import main
from hub.storage.vault import Vault

KEY = base64.b64encode(bytes(range(32))).decode()
MARKER = "marker-of-the-vault-command"


@pytest.fixture(scope="module", autouse=True)
def no_other_keys(storage):
    """This module has a master key of its own; what others wrapped before is not needed any more, nor ours later."""
    with storage.hub() as session:
        session.execute(text("delete from data_keys"))
    yield
    with storage.hub() as session:
        session.execute(text("delete from data_keys"))


@pytest.fixture
def vault_settings(settings):
    return replace(settings, vault_key=KEY)


@pytest.fixture
def paypredict(settings, monkeypatch, capsys):
    """Runs the command line on the tests' servers; returns exit code, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("PAYPREDICT_VAULT_KEY", KEY)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["vault", *arguments])
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return run


@pytest.fixture
def kept(vault_settings, storage, tenant) -> Vault:
    """A vault in which the module's tenant has a secret."""
    vault = Vault(vault_settings, storage)
    with storage.tenant(tenant) as session:
        vault.put(session, "owner", "token", MARKER)
    return vault


def states(paypredict, tenant):
    """(is retired, secrets) of the tenant's keys, as `status --json` tells them."""
    code, out, _ = paypredict("status", "--json")
    assert code == 0 and MARKER not in out
    return [(bool(each["retired_at"]), each["secrets"]) for each in json.loads(out) if each["tenant"] == tenant]


def test_rotating_has_the_workers_seal_anew(paypredict, vault_settings, storage, tenant, kept, redis):
    assert states(paypredict, tenant) == [(False, 1)]
    code, out, _ = paypredict("rotate", "--tenant", tenant)
    assert (code, out) == (0, "1 tenants have new keys; workers seal their secrets anew.\n")
    assert states(paypredict, tenant) == [(True, 1), (False, 0)]
    worker.work_off(vault_settings, storage)
    assert states(paypredict, tenant) == [(False, 1)]
    with storage.tenant(tenant) as session:
        assert kept.get(session, "owner", "token") == MARKER
        (result,) = session.scalars(text("select result from hub.work where kind = 'vault.reseal'"))
    assert result == {"resealed": 1, "unreadable": 0, "keys_deleted": 1}


def test_all_tenants_are_rotated_unless_one_is_named(paypredict, tenant, kept):
    code, out, _ = paypredict("rotate", "--json")
    assert code == 0 and tenant in json.loads(out)["rotated"]


def test_status_is_for_people_too(paypredict, tenant, kept):
    code, out, _ = paypredict("status")
    assert code == 0
    (line,) = [line for line in out.splitlines() if line.startswith(f"{tenant} ") and "current" in line]
    assert "0 days" in line and kept.keys.master.id in line and MARKER not in out


def test_a_new_master_key_takes_over(paypredict, settings, storage, tenant, kept, monkeypatch):
    newer = base64.b64encode(bytes(range(9, 41))).decode()
    monkeypatch.setenv("PAYPREDICT_VAULT_KEY", newer)
    monkeypatch.setenv("PAYPREDICT_VAULT_PREVIOUS_KEYS", KEY)
    code, out, _ = paypredict("rewrap", "--json")
    done = json.loads(out)
    assert code == 0 and done["wrapped"] >= 1 and done["failed"] == 0
    with storage.tenant(tenant) as session:
        assert Vault(replace(settings, vault_key=newer), storage).get(session, "owner", "token") == MARKER
    # And back, for the other tests.
    monkeypatch.setenv("PAYPREDICT_VAULT_KEY", KEY)
    monkeypatch.setenv("PAYPREDICT_VAULT_PREVIOUS_KEYS", newer)
    assert paypredict("rewrap")[0] == 0


def test_a_key_that_cannot_be_wrapped_anew_is_told_of(paypredict, tenant, kept, monkeypatch):
    monkeypatch.setenv("PAYPREDICT_VAULT_KEY", base64.b64encode(bytes(32)).decode())
    code, out, err = paypredict("rewrap")
    assert code == 1
    assert "0 keys wrapped by" in out and "which this process does not have" in err


def test_a_master_key_that_is_none_is_refused_and_not_shown(paypredict, monkeypatch):
    monkeypatch.setenv("PAYPREDICT_VAULT_KEY", "marker-that-is-no-key")
    code, out, err = paypredict("rewrap")
    assert code == 1
    assert "setting vault_key must be 32 bytes in base64" in err
    assert "marker-that" not in out + err


def test_a_tenant_that_is_not_there_is_named(paypredict):
    code, _, err = paypredict("rotate", "--tenant", "nobody")
    assert (code, err) == (2, "Error: there is no tenant nobody\n")


def test_the_audit_notes_what_was_done_and_no_value(paypredict, vault_settings, storage, tenant, kept, redis):
    paypredict("rotate", "--tenant", tenant)
    worker.work_off(vault_settings, storage)
    with storage.tenant(tenant) as session:
        kept.get(session, "owner", "token")
        kept.forget(session, "owner")
    with storage.hub() as session:
        events = session.execute(
            text("select action, object_id, event::text from audit.events event where chain = :tenant"),
            {"tenant": tenant},
        ).all()
    noted = {event.action: event.object_id for event in events}
    assert {"vault.rotated", "vault.resealed", "secret.sealed", "secret.opened", "secret.forgotten"} <= noted.keys()
    assert noted["secret.opened"] == "owner/token"
    assert not any(MARKER in event[2] for event in events)
