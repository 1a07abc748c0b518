"""`paypredict connector`: what connectors there are, and what one makes of answers that were recorded."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from hub import registry
from hub.cli.terminal import inert
from hub.ledger.batch import Batch
from hub.ledger.folding import Books, summary
from hub.sdk.errors import ConfigError, RecordError
from hub.sdk.http import Answer
from hub.sdk.records import (
    Allocation,
    AllocationsComplete,
    CreditMemo,
    Customer,
    Gone,
    Invoice,
    Payment,
    Record,
)

_LISTS: dict[type, str] = {
    Customer: "customers",
    Invoice: "invoices",
    Payment: "payments",
    CreditMemo: "credit_memos",
    Allocation: "allocations",
    AllocationsComplete: "allocations_complete",
    Gone: "gone",
}


@click.group(name="connector")
def command() -> None:
    """Look at connectors.

    \b
    paypredict connector list
    paypredict connector map quickbooks query_invoice.json query_payment.json
    """


@command.command(name="list")
def list_() -> None:
    """List the connectors and the ways in that each has."""
    for manifest in registry.load().manifests("connector"):
        ways = ", ".join(auth.title for auth in manifest.auth) or "no credentials"
        click.echo(f"{manifest.slug:<14}{manifest.version:<9}{inert(manifest.name)}: {inert(ways)}")


@command.command(name="map")
@click.argument("slug", metavar="CONNECTOR")
@click.argument("payloads", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--config", "-c", multiple=True, metavar="NAME=VALUE", help="A setting of the connection, as JSON or text."
)
def map_(slug: str, payloads: tuple[Path, ...], config: tuple[str, ...]) -> None:
    """Print, as JSON, the ledger records that CONNECTOR makes of the provider's answers in the PAYLOAD files.

    The answers may come in any order; of a record that comes more than once the newest version counts. Beside the
    records, `ledger` says what follows from them: what is open of each invoice, unapplied of each payment and credit
    memo, and the receivable in the home currency; `rejects` has the items that cannot be used and why. Exits 1 if
    there are some. Files that are no answers with records, such as reports, webhooks and errors, are passed over with
    a word. Nothing is called and nothing is stored.

    \b
    paypredict connector map xero invoices.json payments.json credit_notes.json
    paypredict connector map netsuite -c account=1234567 transactions.json links.json
    """
    documents = {path: _read(path) for path in payloads}
    plugin = registry.load().load(slug)
    if not hasattr(plugin, "unpack"):
        raise ConfigError(f"{slug} reads no answers of a provider")
    connector = plugin(dict(map(_setting, config)), _Silent())
    answers = [document for path, document in documents.items() if _is_answer(connector, path, document)]
    if not answers:
        raise ConfigError(f"none of the files is an answer of {slug}")
    records: list[Record] = []
    rejects: list[dict[str, Any]] = []
    books, batch = Books(), Batch.of(UUID(int=0))
    for stream, item in connector.unpack(answers):
        try:
            found = list(connector.map(stream, item))
            batch.add(found)  # for what the ledger itself refuses
        except RecordError as error:
            rejects.append(
                {"stream": stream, "reason": str(error), "field": error.field, "value": error.value}
                | {"expected": error.expected, "item": item}
            )
            continue
        records += found
        books.add(found)
    document = {"connector": slug, **_listed(records), "rejects": rejects, "ledger": summary(books)}
    text = json.dumps(document, default=_plain, ensure_ascii=False, indent=2)
    click.echo(text.encode("utf-8", "backslashreplace").decode())
    if rejects:
        click.echo(f"items that cannot be used, see rejects: {len(rejects)}", err=True)
        raise SystemExit(1)


def _is_answer(connector: Any, path: Path, document: Any) -> bool:
    """Whether a file is an answer of the provider. One without records of its own may still tell of those of others."""
    try:
        has_records = any(True for _ in connector.unpack([document]))
    except ConfigError as error:
        click.echo(f"{path}: passed over: {inert(str(error))}", err=True)
        return False
    if not has_records:
        click.echo(f"{path}: has no records of its own", err=True)
    return True


def _listed(records: list[Record]) -> dict[str, list[dict[str, Any]]]:
    listed: dict[str, list[dict[str, Any]]] = {name: [] for name in _LISTS.values()}
    for record in records:
        listed[_LISTS[type(record)]].append(asdict(record))
    return listed


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes(), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no JSON, or cut off: {error}") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no amount")


def _setting(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.BadParameter(f"{text!r} is no NAME=VALUE", param_hint="--config")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


class _Silent:
    """An Api that calls nobody."""

    addresses: Mapping[str, str] = {}
    account: Mapping[str, str] = {}

    def request(self, method: str, url: str, **_: Any) -> Answer:
        raise ConfigError(f"recorded answers are mapped without calling the provider, not even for {url}")

    def get(self, url: str, query: Any = None, headers: Any = None) -> Answer:
        return self.request("GET", url)
