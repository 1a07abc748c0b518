"""`paypredict audit` as an auditor or a script meets it."""

import csv
import getpass
import io
import json

import psycopg
import pytest

from hub.cli import main
from hub.storage.audit import INSTALLATION, record
from hub.tenants import service as tenants


@pytest.fixture
def paypredict(settings, storage, monkeypatch, capfdbinary):
    """Runs the command line on the tests' servers; returns exit code, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capfdbinary.readouterr()
        return ended.value.code, captured.out.decode(), captured.err.decode()

    return run


@pytest.fixture
def superuser(servers):
    if not hasattr(servers, "postgres"):
        pytest.skip("the server's superuser is not ours here")
    with psycopg.connect(servers.postgres.superuser_url, autocommit=True) as connection:
        connection.execute("set session_replication_role to replica")  # no triggers in this session
        yield connection


@pytest.fixture
def chain(storage):
    key = tenants.create(storage, "Commanded").key
    for number in range(3):
        with storage.tenant(key) as session:
            record(session, "thing.changed", "thing", number)
    return key


def test_an_intact_chain(paypredict, chain):
    assert paypredict("audit", "verify", "--tenant", chain) == (0, f"{chain}: intact up to 4\n", "")


def test_all_chains_with_the_installations(paypredict, chain):
    # Other tests may have left chains that they tampered with.
    found = {each["chain"]: each for each in json.loads(paypredict("audit", "verify", "--json")[1])}
    assert found[chain]["is_intact"] and found[INSTALLATION]["is_intact"]
    assert found[chain]["head"].startswith(f"{chain}:4:")


def test_a_tampered_chain_is_named_with_its_first_fault_and_exits_1(paypredict, chain, superuser):
    superuser.execute("delete from audit.events where chain = %s and number = 2", [chain])
    code, out, _ = paypredict("audit", "verify", "--tenant", chain)
    assert (code, out) == (1, f"{chain}: BROKEN: 2 is missing\n")
    assert json.loads(paypredict("audit", "verify", "--tenant", chain, "--json")[1])[0]["fault"]["number"] == 2


def test_heads_kept_elsewhere_find_what_is_gone_altogether(paypredict, chain, superuser, tmp_path):
    code, out, _ = paypredict("audit", "head", "--tenant", chain)
    kept = tmp_path / "heads"
    kept.write_text(out)
    assert code == 0
    assert paypredict("audit", "verify", "--tenant", chain, "--expect", out.strip())[0] == 0
    superuser.execute("delete from audit.events where chain = %s", [chain])
    superuser.execute("delete from audit.chains where chain = %s", [chain])
    assert paypredict("audit", "verify", "--tenant", chain)[0] == 0  # nothing in the database tells
    code, out, _ = paypredict("audit", "verify", "--expect-file", str(kept))
    assert code == 1 and f"{chain}: BROKEN: 1 is missing" in out


def test_heads_of_all_chains(paypredict, chain):
    lines = paypredict("audit", "head")[1].splitlines()
    assert {chain, INSTALLATION} <= {line.rsplit(":", 2)[0] for line in lines}


def test_what_is_no_head_is_wrong_usage(paypredict, chain):
    code, _, err = paypredict("audit", "verify", "--expect", "yesterday")
    assert code == 2 and "CHAIN:NUMBER:HASH" in err


def test_an_export_to_standard_output_is_an_event_itself(paypredict, chain):
    code, out, _ = paypredict("audit", "export", "--tenant", chain)
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and [each["number"] for each in events] == [5, 4, 3, 2, 1]
    assert events[0]["action"] == "audit.exported"


def test_an_export_to_a_file(paypredict, chain, tmp_path):
    path = tmp_path / "audit.csv"
    assert paypredict("audit", "export", "--tenant", chain, "--format", "csv", "--to", str(path))[0] == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert rows[-1]["action"] == "tenant.created" and rows[-1]["number"] == "1"


def test_the_installations_export_has_no_tenants_events(paypredict, chain):
    events = [json.loads(line) for line in paypredict("audit", "export")[1].splitlines()]
    assert "tenant.created" in {each["action"] for each in events}
    assert "thing.changed" not in {each["action"] for each in events}


def test_a_tenant_that_is_not_there(paypredict):
    code, _, err = paypredict("audit", "export", "--tenant", "nobody")
    assert code == 2 and "there is no tenant nobody" in err


def test_the_command_line_signs_with_the_name_of_the_systems_user(paypredict):
    assert paypredict("tenant", "create", "Signed", "--key", "signed")[0] == 0
    (created,) = [json.loads(line) for line in paypredict("audit", "export", "--tenant", "signed")[1].splitlines()][-1:]
    assert (created["actor_kind"], created["actor_id"]) == ("system", "cli")
    assert created["actor_name"] == f"cli:{getpass.getuser()}"
