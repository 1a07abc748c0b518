"""`paypredict tenant` as a user or a script meets it."""

import io
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from hub.cli import main
from hub.identity import keys
from hub.storage import migrations
from hub.tenants import service


@pytest.fixture
def paypredict(settings, storage, monkeypatch, capsys):
    """Runs the command line on the tests' servers; returns exit code, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return run


def test_create_prints_tenant_and_key(paypredict, storage):
    code, out, _ = paypredict("tenant", "create", "Command Line Ltd")
    assert code == 0
    assert "command_line_ltd" in out
    presented = next(word for word in out.split() if word.startswith("pp_live_"))
    assert keys.authenticate(storage, presented, datetime.now(UTC)).tenant_key == "command_line_ltd"


def test_create_json(paypredict, storage):
    options = ("--key", "scripted", "--home-currency", "EUR", "--time-zone", "Europe/Berlin", "--json")
    code, out, _ = paypredict("tenant", "create", "Scripted", *options)
    made = json.loads(out)
    assert code == 0
    assert made["tenant"]["key"] == "scripted"
    assert (made["tenant"]["home_currency"], made["tenant"]["time_zone"]) == ("EUR", "Europe/Berlin")
    assert keys.authenticate(storage, made["api_key"], datetime.now(UTC)).tenant_key == "scripted"


def test_create_twice_with_one_key(paypredict):
    assert paypredict("tenant", "create", "Once", "--key", "once")[0] == 0
    code, out, err = paypredict("tenant", "create", "Once", "--key", "once")
    assert (code, out) == (2, "")
    assert err == "Error: there is a tenant once already\n"


def test_list(paypredict, tenant):
    code, out, _ = paypredict("tenant", "list")
    assert code == 0
    assert any(line.startswith(tenant) for line in out.splitlines())
    listed = json.loads(paypredict("tenant", "list", "--json")[1])
    assert tenant in [one["key"] for one in listed]


def test_migrate_with_nothing_to_do(paypredict):
    assert paypredict("tenant", "migrate")[:2] == (0, "0 migrated, 0 failed\n")
    assert json.loads(paypredict("tenant", "migrate", "--json")[1]) == []


def test_migrate_tells_what_failed(paypredict, tenant, storage, tmp_path, monkeypatch):
    folder = shutil.copytree(migrations.MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(migrations, "MIGRATIONS", folder)
    head = migrations.head("tenant")
    newer = f"{int(head) + 1:04}"
    (folder / "tenant" / "versions" / f"{newer}_test.py").write_text(
        f"from alembic import op\n\nrevision, down_revision = '{newer}', '{head}'\n\n\n"
        "def upgrade():\n    op.execute('select 1 / 0')\n"
    )
    code, out, _ = paypredict("tenant", "migrate", tenant)
    assert code == 1
    assert "division by zero" in out
    assert "0 migrated, 1 failed" in out
    code, out, _ = paypredict("tenant", "migrate", tenant, "--json")
    assert code == 1
    assert [result["key"] for result in json.loads(out)] == [tenant]


def test_drop_asks_first(paypredict, storage, monkeypatch):
    service.create(storage, "Doomed")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = paypredict("tenant", "drop", "doomed")
    assert code == 1
    assert "Drop doomed (Doomed) with all its data" in out
    with storage.hub() as session:
        assert service.get(session, "doomed")
    assert paypredict("tenant", "drop", "doomed", "--yes")[:2] == (0, "Dropped doomed\n")
    code, _, err = paypredict("tenant", "drop", "doomed", "--yes")
    assert (code, err) == (2, "Error: there is no tenant doomed\n")


def test_keys(paypredict, storage, tenant):
    code, out, _ = paypredict("tenant", "key", "create", tenant, "--name", "reports", "--scope", "read", "--json")
    presented = json.loads(out)["api_key"]
    assert code == 0
    assert keys.authenticate(storage, presented, datetime.now(UTC)).scopes == ("read",)

    listed = paypredict("tenant", "key", "list", tenant)[1]
    assert f"{presented[:16]}  reports  (read; used " in listed
    assert presented not in listed
    assert "key_hash" not in paypredict("tenant", "key", "list", tenant, "--json")[1]

    assert paypredict("tenant", "key", "revoke", tenant, presented[:16])[:2] == (
        0,
        f"Revoked {presented[:16]} (reports)\n",
    )
    assert keys.authenticate(storage, presented, datetime.now(UTC)) is None
    assert ", revoked " in paypredict("tenant", "key", "list", tenant)[1]
    assert paypredict("tenant", "key", "revoke", tenant, "pp_live_unknown0")[0] == 2


def test_a_key_is_replaced_without_a_gap(paypredict, storage, tenant):
    old = json.loads(
        paypredict("tenant", "key", "create", tenant, "--name", "erp", "--scope", "invoices:read", "--json")[1]
    )["api_key"]
    code, out, _ = paypredict("tenant", "key", "rotate", tenant, old[:16], "--overlap", "1")
    new = out.strip()
    now = datetime.now(UTC)
    assert code == 0 and keys.authenticate(storage, new, now).scopes == ("invoices:read",)
    assert keys.authenticate(storage, old, now)
    assert keys.authenticate(storage, old, now + timedelta(hours=1)) is None
    assert paypredict("tenant", "key", "rotate", tenant, old[:16])[0] == 2


def test_without_servers_it_starts_its_own(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    for arguments in (["create", "On its own", "--json"], ["list", "--json"]):
        with pytest.raises(SystemExit) as ended:
            main(["tenant", "--data", str(tmp_path / "data"), *arguments])
        assert not ended.value.code
    assert '"key": "on_its_own"' in capsys.readouterr().out
