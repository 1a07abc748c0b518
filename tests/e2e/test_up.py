"""`paypredict up` as a user runs it: started, asked, killed, interrupted."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from hub.storage.embedded import Servers

ROOT = Path(__file__).parents[2]
PAYPREDICT = Path(sys.executable).with_name("paypredict")


class Up:
    """One run of the command on its own folder and port."""

    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        database_url: str = "",
        redis_url: str = "",
        private_hosts: str = "",
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.data_dir = data_dir
        self.output = data_dir.with_name(f"up-{self.port}.out")
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PAYPREDICT_")}
        if private_hosts:
            environ["PAYPREDICT_PRIVATE_HOSTS"] = private_hosts
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [PAYPREDICT, "up", "--data", data_dir, "--port", str(self.port), "--workers", "1", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environ | {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PYTHONUNBUFFERED": "1"},
                cwd=data_dir.parent,
            )

    def wait_for(self, text: str, seconds: float = 120) -> str:
        """The output, once it has `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.said():
            assert self.process.poll() is None and time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return self.said()

    def said(self) -> str:
        return self.output.read_text()

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as response:
            return response.status

    def ask(self, path: str, api_key: str) -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {api_key}"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()

    def command(self, *arguments: str) -> str:
        """What another command says beside it."""
        environ = {**os.environ, "PAYPREDICT_DATA_DIR": str(self.data_dir), "PAYPREDICT_PORT": str(self.port)}
        done = subprocess.run([PAYPREDICT, *arguments], env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def up(data_dir: Path, *arguments: str, **given: str):
    run = Up(data_dir, *arguments, **given)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGKILL)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with up(tmp_path_factory.mktemp("up") / "data") as run:
        run.wait_for("Running at")
        yield run


def test_ctrl_c_ends_it_well_and_leaves_nothing_behind(tmp_path):
    with up(tmp_path / "data") as run:
        run.wait_for("Running at")
        assert run.get("/readyz") == 200
        started = run.descendants()
        assert run.end(signal.SIGINT) == 0
        assert run.said().endswith("Stopped.\n")
        assert psutil.wait_procs(started, timeout=10)[1] == []


def test_a_second_one_on_the_same_folder_is_refused_by_name(running):
    with up(running.data_dir) as second:
        assert second.process.wait(60) == 2
        assert f"is in use by process {running.process.pid}" in second.said()
    assert running.get("/healthz") == 200


def test_a_killed_api_is_started_again(running):
    next(each for each in running.descendants() if "granian" in " ".join(each.cmdline())).kill()
    running.wait_for("api ended (signal SIGKILL); starting it again")
    deadline = time.monotonic() + 60
    while True:
        try:
            assert running.get("/readyz") == 200
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_given_servers_are_used_and_outlive_it(tmp_path):
    with Servers.start(tmp_path / "given") as given:
        with up(tmp_path / "data", **given.addresses) as run:
            run.wait_for("Running at")
            assert run.get("/readyz") == 200
            assert run.end() == 0
        assert given.is_alive()
    assert not (tmp_path / "data" / "postgres").exists()


def test_recovers_after_everything_was_killed_and_keeps_what_was_stored(tmp_path):
    with up(tmp_path / "data") as run:
        run.wait_for("Running at")
        command = [PAYPREDICT, "tenant", "create", "Kept", "--json"]
        environ = {**os.environ, "PAYPREDICT_DATA_DIR": str(run.data_dir), "DATABASE_URL": "", "REDIS_URL": ""}
        subprocess.run(command, env=environ, check=True, capture_output=True)
        for process in [*run.descendants(), psutil.Process(run.process.pid)]:
            process.kill()
        run.process.wait(10)
    with up(tmp_path / "data") as run:
        run.wait_for("Running at")
        command = [PAYPREDICT, "tenant", "list", "--json"]
        listed = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
        assert '"Kept"' in listed.stdout
        assert run.end() == 0


@pytest.mark.slow
def test_the_demo_connects_its_books_forecasts_them_and_lives_on(tmp_path):
    with up(tmp_path / "data", "--demo", "--demo-days", "240") as run:
        said = run.wait_for("Running at", seconds=400)
        api_key = re.search(r"API key of tenant demo: (\S+)", said)[1]
        assert (run.data_dir / "demo_api_key").read_text().strip() == api_key
        for name in ("demo_api_key", "connectors.toml"):
            assert (run.data_dir / name).stat().st_mode & 0o777 == 0o600
        assert b"p_late30" in run.ask("/api/predictions?limit=1", api_key)
        assert b'"status":"ready"' in run.ask("/api/connections", api_key)
        summary = said.split("Forecasting: done")[1].split("The demo's API key")[0]
        for day in range(2):
            told = run.command("advance", "3")
            assert "It ties out to the cent." in told, (day, told)
        assert run.end() == 0
    with up(tmp_path / "data", "--demo") as run:
        said = run.wait_for("Running at")
        assert "Connecting" not in said and "API key of tenant" not in said
        assert summary.splitlines()[1].split(",")[0] in said
        assert "It ties out to the cent." in run.command("advance")
        assert run.end() == 0


def test_the_demo_leaves_apps_of_the_operator_alone(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "connectors.toml").write_text('[quickbooks]\nclient_id = "mine"\n')
    with up(folder, "--demo") as run:
        run.process.wait(120)
        assert "run the demo with a folder of its own" in run.said()
    assert (folder / "connectors.toml").read_text() == '[quickbooks]\nclient_id = "mine"\n'


def test_days_pass_only_in_a_demo(tmp_path):
    environ = {**os.environ, "PAYPREDICT_DATA_DIR": str(tmp_path)}
    told = subprocess.run([PAYPREDICT, "advance"], env=environ, capture_output=True, text=True, check=False)
    assert told.returncode == 2 and "paypredict up --demo" in told.stderr
