"""The supervisor over small real programs, which tell what happens to them in a file."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from hub.processes import cut_log
from hub.supervisor import Program, Supervisor

STEADY = """
import pathlib, signal, sys, time
def end(*_):
    with open("ended", "a") as file: file.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("started", flush=True)
pathlib.Path(sys.argv[1]).write_text("up")
time.sleep(600)
"""
STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(tmp_path, said):
    supervisor = Supervisor(tmp_path, tmp_path, os.environ, said.append)
    yield supervisor
    supervisor.stop()


def program(name: str, code: str, grace_s: float = 10) -> Program:
    return Program(name=name, command=[sys.executable, "-c", code, name], grace_s=grace_s)


def wait_for(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_groups_are_stopped_in_the_order_of_their_start(supervisor, tmp_path):
    names = ["api", "worker", "scheduler"]
    for name in names:
        supervisor.start(program(name, STEADY))
    wait_for(lambda: all((tmp_path / name).exists() for name in names))
    supervisor.stop()
    assert (tmp_path / "ended").read_text().split() == names


def test_a_program_that_ends_is_started_again_and_both_runs_are_logged(supervisor, tmp_path, said):
    supervisor.start(program("api", STEADY))
    wait_for((tmp_path / "api").exists)
    supervisor.check()
    assert said == [] and supervisor.failures("api") == 0
    (tmp_path / "api").unlink()
    next(each for each in psutil.Process().children() if each.cwd() == str(tmp_path)).kill()

    def again() -> bool:
        supervisor.check()
        return (tmp_path / "api").exists()

    wait_for(again)
    assert said == [f"api ended (signal SIGKILL); starting it again. Its log: {tmp_path / 'api.log'}"]
    assert supervisor.failures("api") == 1
    assert supervisor.log("api").read_text() == "started\nstarted\n"


def test_one_that_ignores_the_request_is_ended_with_all_it_started(supervisor, tmp_path):
    supervisor.start(program("stubborn", STUBBORN, grace_s=0.2))
    wait_for(lambda: (tmp_path / "stubborn").exists() and (tmp_path / "stubborn").read_text())
    child = psutil.Process(int((tmp_path / "stubborn").read_text()))
    supervisor.stop()
    assert psutil.wait_procs([child], timeout=10)[1] == []


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's notice of a parent's death is Linux's")
def test_programs_end_with_a_killed_supervisor(tmp_path):
    code = f"""
import os, sys, time
from pathlib import Path
from hub.supervisor import Program, Supervisor
supervisor = Supervisor(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}), os.environ, print)
supervisor.start(Program(name="api", command=[sys.executable, "-c", {STEADY!r}, "api"], grace_s=5))
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code]) as owner:
        wait_for((tmp_path / "api").exists)
        owner.send_signal(signal.SIGKILL)
    wait_for((tmp_path / "ended").exists)


def test_a_log_that_has_grown_is_cut_while_it_is_written_to(tmp_path):
    log = tmp_path / "api.log"
    with log.open("a") as writer:
        print("first", file=writer, flush=True)
        cut_log(log, limit_bytes=100)
        assert log.read_text() == "first\n"
        cut_log(log, limit_bytes=3)
        print("second", file=writer, flush=True)
    assert (tmp_path / "api.log.1").read_text() == "first\n"
    assert log.read_text() == "second\n"
