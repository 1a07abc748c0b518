"""The programs of one PayPredict on one machine: started, started again when they end, stopped in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from hub import processes

_STEADY_AFTER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how many seconds it may take to finish its work once asked to stop."""

    name: str
    command: Sequence[str]
    grace_s: float


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Runs programs in `folder` with `environ`, each with a log of its own in `logs`; tells `say` what happens.

    All is done by the calling thread: call `check` a few times a second.
    """

    def __init__(self, folder: Path, logs: Path, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.logs = logs
        self._folder = folder
        self._environ = environ
        self._say = say
        self._groups: list[list[_Child]] = []

    def start(self, *programs: Program) -> None:
        """Start programs, which `stop` will end together; groups end in the order in which they were started."""
        group: list[_Child] = []
        self._groups.append(group)
        for program in programs:
            group.append(_Child(program, self._spawn(program), time.monotonic()))

    def check(self) -> None:
        """Start again what has ended, waiting longer the more often it did."""
        now = time.monotonic()
        for child in chain.from_iterable(self._groups):
            processes.cut_log(self.log(child.program.name))
            if child.restart_at is None and child.process.poll() is not None:
                _end_group(child.process.pid)
                steady = now - child.started_at > _STEADY_AFTER_S
                child.failures = 1 if steady else child.failures + 1
                child.restart_at = now + restart_delay(child.failures)
                self._say(
                    f"{child.program.name} ended ({_reason(child.process.returncode)}); starting it again. "
                    f"Its log: {self.log(child.program.name)}"
                )
            elif child.restart_at is not None and now >= child.restart_at:
                child.process, child.started_at, child.restart_at = self._spawn(child.program), now, None

    def failures(self, name: str) -> int:
        """How often in a row a program has ended soon after its start."""
        return next(child.failures for child in chain.from_iterable(self._groups) if child.program.name == name)

    def stop(self) -> None:
        """Ask group after group to finish, and end those that take longer than their grace."""
        for group in self._groups:
            asked_at = time.monotonic()
            for child in group:
                child.process.terminate()
            for child in group:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.0, asked_at + child.program.grace_s - time.monotonic()))
                _end_group(child.process.pid)
                child.process.wait()
        self._groups.clear()

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.logs / f"{name}.log"

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        return processes.spawn(program.command, folder=self._folder, log=self.log(program.name), environ=self._environ)


def restart_delay(failures: int) -> float:
    """Seconds to wait before a program that ended `failures` times in a row is started again."""
    return min(0.5 * 2.0 ** (failures - 1), 30.0)


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _end_group(leader: int) -> None:
    # What a killed program has left running: each leads a process group of its own.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
