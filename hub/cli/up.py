"""`paypredict up`: servers, API, job workers and scheduler of one machine, until Ctrl-C."""

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

import click

from hub import processes
from hub.errors import ConflictError, UnavailableError
from hub.settings import CONFIG, Settings
from hub.supervisor import Program, Supervisor

if TYPE_CHECKING:
    from hub.storage.session import Storage

_ROOT = Path(__file__).resolve().parents[2]
_READY_TIMEOUT_S = 60
_FAILURES_BEFORE_READY = 3
_WATCH_S = 0.2

SERVER = (
    *("--interface", "asginl", "--no-ws"),
    # What proxies speak to what is behind them; HTTP/2 would multiply what one connection may ask for.
    *("--http", "1"),
    # A request's head: at most 64 KiB, within 15 s. A connection that is kept open may be idle for as long.
    *("--http1-buffer-size", "65536", "--http1-header-read-timeout", "15000"),
)
"""How granian serves the API; the Dockerfile says the same."""


@click.command("up")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Folder for everything that is kept.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1), help="How many jobs run at a time.")
@click.option(
    "--demo",
    is_flag=True,
    help="Create the tenant `demo`, connect it to an accounting system in a box and forecast its invoices.",
)
@click.option(
    "--demo-days",
    type=click.IntRange(120, 3650),
    default=730,
    show_default=True,
    help="How many days of history the demo's books begin with; some 18 invoices each.",
)
def command(
    data: Path | None, host: str | None, port: int | None, workers: int | None, demo: bool, demo_days: int
) -> None:
    """Run everything on this machine: PostgreSQL, Valkey, the API, job workers and the scheduler.

    With DATABASE_URL or REDIS_URL set, those servers are used instead of embedded ones. Ctrl-C or SIGTERM stops all of
    it in order; data stays. Defaults are in config/default.toml.

    \b
    paypredict up --demo
    paypredict up --data /var/lib/paypredict --port 8080
    DATABASE_URL=postgresql://... REDIS_URL=redis://... paypredict up
    """
    try:
        settings = Settings.load(data_dir=data, host=host, port=port, job_workers=workers)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with _until_signal() as stopping:
        run(settings, stopping, demo_days=demo_days if demo else None)
    click.echo("Stopped.")


def run(settings: Settings, stopping: Event, *, demo_days: int | None) -> None:
    """Start everything and watch over it. Leaves, with all stopped, only by an exception, which `stopping` asks for.

    Raises ConflictError when port or folder is taken, UnavailableError when something does not start or a server ends.
    """
    # Imported when it is needed: `paypredict --help` stays quick.
    from hub.storage import embedded, master_keys
    from hub.storage.servers_check import check_given
    from hub.storage.session import Storage
    from hub.telemetry import metrics

    begun = time.monotonic()
    check_port(settings.host, settings.port)
    check_given(settings)
    master_keys.check(settings)
    click.echo(f"Starting the servers; data is in {settings.data_dir}")
    with ExitStack() as stack:
        servers = stack.enter_context(embedded.start_missing(settings))
        settings = embedded.filled(settings, servers)
        storage = stack.enter_context(closing(Storage(settings, pool_size=2)))
        _migrate(storage)
        metrics.reset(settings)
        supervisor = stack.enter_context(_supervisor(settings))

        def watch() -> None:
            if stopping.is_set():
                raise _Stop
            supervisor.check()
            if not servers.is_alive():
                raise UnavailableError(f"a server has ended; its log is in {supervisor.logs}")

        # The API alone at first: it answers the sooner, and the others have nothing to do before.
        api, *others = programs(settings)
        supervisor.start(*api)
        address = _wait_until_ready(settings, supervisor, watch)
        click.echo(f"Ready after {time.monotonic() - begun:.1f} s: {address}/")
        for group in others:
            supervisor.start(*group)
        if demo_days is not None:
            from hub.cli import up_demo

            up_demo.run(settings, storage, supervisor, address, demo_days, watch)
        _show_way_in(settings, storage, demo_days is not None)
        if demo_days is not None:
            _open_disputes(storage)
            _note_promises(storage)
            _compose_reminders(storage, settings)
        click.echo(f"Running at {address}; logs are in {supervisor.logs}. Ctrl-C stops everything.")
        while True:
            watch()
            time.sleep(_WATCH_S)


def _show_way_in(settings: Settings, storage: "Storage", demo: bool) -> None:
    from hub.cli import up_demo, up_link

    up_link.show(settings, storage, datetime.now(UTC), tenant=up_demo.TENANT if demo else None)


def _open_disputes(storage: "Storage") -> None:
    """After the way in, whose owner they are left to."""
    from hub.cli import demo_disputes, up_demo

    if count := demo_disputes.open_all(storage, up_demo.TENANT, datetime.now(UTC)):
        click.echo(f"{count} disputes have come in; the workers read them")


def _note_promises(storage: "Storage") -> None:
    from hub.cli import demo_promises, up_demo

    if count := demo_promises.make_all(storage, up_demo.TENANT, datetime.now(UTC)):
        click.echo(f"{count} invoices are promised, or were")


def _compose_reminders(storage: "Storage", settings: Settings) -> None:
    from hub.cli import demo_reminders, up_demo

    if count := demo_reminders.open_all(storage, settings, up_demo.TENANT, datetime.now(UTC)):
        click.echo(f"{count} reminders wait or are decided on; none is sent before a channel is set up in the settings")


def _migrate(storage: "Storage") -> None:
    from hub.storage import migrations
    from hub.tenants import service as tenants

    migrations.upgrade_hub(storage)
    for result in tenants.migrate(storage):
        if result.error:
            click.echo(f"Tenant {result.key} could not be migrated: {result.error}", err=True)


def check_port(host: str, port: int) -> None:
    """Raises ConflictError when nobody could listen on that port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((host, port))
        except OSError as error:
            raise ConflictError(
                f"cannot listen on {host}:{port} ({error.strerror}); stop what uses that port, or name another one "
                "(--port, or PAYPREDICT_PORT)"
            ) from error


def programs(settings: Settings) -> list[list[Program]]:
    """The programs beside the servers, in groups, in the order in which they are started and stopped."""
    python = sys.executable
    listen = ["--host", settings.host, "--port", str(settings.port)]
    size = ["--workers", str(settings.api_workers)]
    keep = ["--respawn-failed-workers", "--workers-kill-timeout", "5"]
    api = [python, "-m", "granian", *SERVER, *keep, *listen, *size]
    if settings.log_format == "json":
        api += ["--log-config", str(CONFIG / "granian_logging.json")]
    work, schedule = ([python, "-m", "hub.worker", role] for role in ("work", "schedule"))
    names = [f"worker-{number}" for number in range(1, settings.job_workers + 1)]
    return [
        [Program(name="api", command=[*api, "asgi:app"], grace_s=10)],
        [Program(name=name, command=work, grace_s=20) for name in names],
        [Program(name="scheduler", command=schedule, grace_s=5)],
    ]


def environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with every setting of this run, so that the programs see what the command line said."""
    ours = {f"PAYPREDICT_{item.name.upper()}": str(getattr(settings, item.name)) for item in fields(settings)}
    return {**environ, **ours, "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}


@contextmanager
def _supervisor(settings: Settings) -> Iterator[Supervisor]:
    supervisor = Supervisor(_ROOT, settings.data_dir / "logs", environment(settings, os.environ), click.echo)
    try:
        yield supervisor
    finally:
        click.echo("Stopping; running jobs are finished or handed back")
        supervisor.stop()


def _wait_until_ready(settings: Settings, supervisor: Supervisor, watch: Callable[[], None]) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while not _answers(host, settings.port):
        watch()
        if supervisor.failures("api") >= _FAILURES_BEFORE_READY or time.monotonic() > deadline:
            log = supervisor.log("api")
            raise UnavailableError(f"the API does not become ready; {log} ends:\n{processes.last_lines(log)}")
        time.sleep(0.05)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _answers(host: str, port: int) -> bool:
    with closing(http.client.HTTPConnection(host, port, timeout=10)) as connection:
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False


class _Stop(BaseException):
    """Somebody asked us to end."""


@contextmanager
def _until_signal() -> Iterator[Event]:
    """Turns the first SIGINT, SIGTERM or SIGHUP into a quiet end of the block; later ones do not cut its clean-up.

    The event says the same to those who look: Python ignores what a signal's handler raises while it forks or collects
    garbage.
    """
    # What the caller has us ignore (nohup does so with SIGHUP) stays ignored; SIGINT is for whoever starts us with `&`.
    hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    numbers = (signal.SIGINT, signal.SIGTERM, *hang_up)
    stopping = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        stopping.set()
        raise _Stop

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield stopping
    except _Stop:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
