"""Processes of ours that never outlive the one that started them, and that are found again after a crash."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE, _CAPABILITY_VERSION_3 = 1, 0x20080522
_BARE_ENVIRON = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
# Loaded here because nothing may be imported between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Account:
    """The user that the servers run as when we are root."""

    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """Whoever owns `folder` already, else `nobody`, when we are root; None when we are an ordinary user."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def own_folder(folder: Path, account: Account | None) -> None:
    """Make `folder`, private to the account."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)


def spawn(
    command: Sequence[str | Path],
    *,
    folder: Path,
    log: Path,
    when_orphaned: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    environ: Mapping[str, str] = _BARE_ENVIRON,
    stdin: str = "",
) -> subprocess.Popen[bytes]:
    """Start a program in `folder` as `account` (None: as ourselves), its output appended to `log`.

    It gets `when_orphaned` from the kernel the moment our main thread is gone, however that came about (Linux), and
    has a session of its own, so that Ctrl-C in a terminal reaches us alone and the order of the shutdown is ours.
    """
    cut_log(log)
    bypass = account is not None and not all(_may_enter(path, account) for path in (folder, Path(command[0])))
    prepare = _preparation(account, bypass, when_orphaned)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,
        )
    assert process.stdin
    try:
        process.stdin.write(stdin.encode())
        process.stdin.close()
    except BrokenPipeError:
        pass  # it ended at once; whoever waits for it reads why in the log
    return process


def cut_log(log: Path, limit_bytes: int = 50_000_000) -> None:
    """Move a log that has grown past the limit to `.1`. Whoever writes to it goes on in the emptied file."""
    if log.exists() and log.stat().st_size > limit_bytes:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)


def stop(process: subprocess.Popen[bytes], steps: Iterable[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, giving it its seconds, until the process has ended."""
    for number, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue


def stop_leftovers(folder: Path, steps: Iterable[tuple[signal.Signals, float]]) -> None:
    """Stop the processes that work in `folder`: servers whose owner was killed. The caller holds the folder's lock."""
    for number, seconds in steps:
        if not (left := _working_in(folder)):
            return
        for process in left:
            # One that has ended meanwhile is what is wanted.
            with contextlib.suppress(psutil.NoSuchProcess):
                # A server's helpers end with the server; signalling them too would look like a crash to it.
                if process.ppid() not in {other.pid for other in left}:
                    process.send_signal(number)
        psutil.wait_procs(left, seconds)


def last_lines(log: Path, count: int = 8, width: int = 500) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(line[:width] for line in log.read_text(errors="replace").splitlines()[-count:])


def _working_in(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.cwd() == str(folder.resolve()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _may_enter(path: Path, account: Account) -> bool:
    """Whether the account may search every folder above `path`."""
    for folder in path.resolve().parents:
        status = folder.stat()
        shift = 6 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 0
        if not status.st_mode >> shift & 1:
            return False
    return True


def _preparation(account: Account | None, bypass: bool, when_orphaned: signal.Signals) -> Callable[[], None]:
    """What the child does between fork and exec: system calls only.

    With `bypass` it keeps the right to pass folders that are closed to its user, such as root's home.
    """
    owner = os.getpid()
    linux = sys.platform == "linux"

    def prepare() -> None:
        if account:
            if bypass and linux:
                # Keeps the capabilities through setuid, and has access(2) heed them, which PostgreSQL asks first.
                _call(_libc.prctl, _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            if bypass and linux:
                _drop_all_but_dac_override()
        if linux:
            # After setuid, which clears it.
            _call(_libc.prctl, _PR_SET_PDEATHSIG, int(when_orphaned), 0, 0, 0)
            if os.getppid() != owner:
                os._exit(1)

    return prepare


def _drop_all_but_dac_override() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << _CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    _call(_libc.capset, ctypes.byref(header), ctypes.byref(sets))
    _call(_libc.prctl, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def _call(function: Callable[..., int], *arguments: Any) -> None:
    if function(*arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
