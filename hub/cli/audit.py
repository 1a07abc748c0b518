"""`paypredict audit`: whether the audit is as it was written, the audit as a file, and heads to keep elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import click

from hub.http.answers import dumps
from hub.http.spreadsheets import csv_rows
from hub.identity import audit
from hub.settings import Settings
from hub.storage.audit import record
from hub.storage.embedded import serving
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
of_tenant = click.option("--tenant", help="This tenant's chain; all chains, or the installation's own, without it.")


@click.group(name="audit")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The data folder, as given to `up`.")
@click.pass_context
def command(ctx: click.Context, data_dir: Path | None) -> None:
    """Verify, export and anchor the audit.

    \b
    paypredict audit verify
    paypredict audit head > kept-elsewhere.txt

    Works beside a running `paypredict up`; without one, the servers run while the command does.
    """
    ctx.obj = data_dir


@command.command()
@of_tenant
@click.option("--expect", "expected", multiple=True, help="CHAIN:NUMBER:HASH, as `head` printed it. May be repeated.")
@click.option("--expect-file", type=click.File(), help="A file of them, one a line, as `head` wrote it.")
@as_json
@click.pass_obj
def verify(
    data_dir: Path | None, tenant: str | None, expected: tuple[str, ...], expect_file: Any, as_json: bool
) -> None:
    """Follow every chain from its beginning to its end. Exits 1 if an event is missing, changed or out of place.

    A chain that was written anew as a whole is found by heads that were kept elsewhere: name them with --expect.

    \b
    paypredict audit verify --tenant acme_ltd
    paypredict audit verify --expect-file kept-elsewhere.txt
    """
    lines = [*expected, *(line for line in expect_file or () if line.strip())]
    heads = [audit.Head.parse(line) for line in lines]
    with _storage(data_dir) as storage:
        verdicts = list(_verify(storage, tenant, heads))
    if as_json:
        click.echo(dumps([_plain(verdict) for verdict in verdicts]))
    else:
        for verdict in verdicts:
            click.echo(_sentence(verdict))
    if any(verdict.fault for verdict in verdicts):
        sys.exit(1)


@command.command()
@of_tenant
@click.pass_obj
def head(data_dir: Path | None, tenant: str | None) -> None:
    """Print how far each chain goes, as CHAIN:NUMBER:HASH. Keep it where nobody who can write the database can write.

    \b
    paypredict audit head > kept-elsewhere.txt
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        for chain in [tenant] if tenant else audit.chains(session):
            click.echo(audit.head(session, chain))


@command.command()
@of_tenant
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--to", "out", type=click.File("wb"), default="-", help="A file; standard output without.")
@click.pass_obj
def export(data_dir: Path | None, tenant: str | None, form: str, out: BinaryIO) -> None:
    """Write all events of one chain, newest first. The export is an event itself.

    \b
    paypredict audit export --tenant acme_ltd --format csv --to audit.csv
    """
    with _storage(data_dir) as storage:
        with storage.tenant(tenant) if tenant else storage.hub() as session:
            record(session, "audit.exported", "audit", tenant or audit.INSTALLATION, after={"format": form})
        events = audit.export_events(storage, tenant, {}, limit=sys.maxsize)
        lines = _csv(events) if form == "csv" else (dumps(event) + b"\n" for event in events)
        for line in lines:
            out.write(line)


def _verify(storage: Storage, tenant: str | None, heads: list[audit.Head]) -> Iterator[audit.Verdict]:
    with storage.hub(statement_timeout_ms=0) as session:
        chains = [tenant] if tenant else sorted({*audit.chains(session), *(each.chain for each in heads)})
    for chain in chains:
        # A session each: a cursor's snapshot is held no longer than its chain takes.
        with storage.hub(statement_timeout_ms=0) as session:
            yield audit.verify(session, chain, expected=tuple(each for each in heads if each.chain == chain))


def _sentence(verdict: audit.Verdict) -> str:
    chain = verdict.head.chain
    if verdict.fault:
        return f"{chain}: BROKEN: {verdict.fault.number} {verdict.fault.reason}"
    since = f" (those up to {verdict.base} were removed when their time was over)" if verdict.base else ""
    unchecked = "".join(f"; {each} is from before that and cannot be compared" for each in verdict.unchecked)
    return f"{chain}: intact up to {verdict.through}{since}{unchecked}"


def _plain(verdict: audit.Verdict) -> dict[str, Any]:
    return {
        "chain": verdict.head.chain,
        "is_intact": verdict.fault is None,
        "after": verdict.base,
        "through": verdict.through,
        "fault": asdict(verdict.fault) if verdict.fault else None,
        "head": str(verdict.head),
        "unchecked": [str(each) for each in verdict.unchecked],
    }


def _csv(events: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    return csv_rows(audit.COLUMNS, (tuple(event.values()) for event in events))


@contextmanager
def _storage(data_dir: Path | None) -> Iterator[Storage]:
    with serving(Settings.load(data_dir=data_dir)) as settings:
        storage = Storage(settings)
        try:
            upgrade_hub(storage)
            yield storage
        finally:
            storage.close()
