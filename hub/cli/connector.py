"""`paypredict connector`: what connectors there are, and what one makes of answers that were recorded."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import orjson

from hub import registry
from hub.cli.terminal import inert
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

    The answers may come in any order. Beside the records, `ledger` says what follows from them: what is open of each
    invoice, unapplied of each payment and credit memo, and the receivable in the home currency; `rejects` has the
    items that cannot be used and why. Exits 1 if there are some. Nothing is called and nothing is stored.

    \b
    paypredict connector map xero invoices.json payments.json credit_notes.json
    paypredict connector map netsuite -c account=1234567 transactions.json links.json
    """
    documents = [_read(path) for path in payloads]
    plugin = registry.load().load(slug)
    if not hasattr(plugin, "unpack"):
        raise ConfigError(f"{slug} reads no answers of a provider")
    connector = plugin(dict(map(_setting, config)), _Silent())
    records: list[Record] = []
    rejects: list[dict[str, Any]] = []
    books = Books()
    for stream, item in connector.unpack(documents):
        try:
            found = list(connector.map(stream, item))
        except RecordError as error:
            rejects.append(
                {"stream": stream, "reason": str(error), "field": error.field, "value": error.value}
                | {"expected": error.expected, "item": item}
            )
            continue
        records += found
        books.add(found)
    document = {"connector": slug, **_listed(records), "rejects": rejects, "ledger": summary(books)}
    click.echo(orjson.dumps(document, default=_plain, option=orjson.OPT_INDENT_2).decode())
    if rejects:
        raise SystemExit(1)


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
        return Answer(
            status=200, headers={"content-type": "json"}, body=path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        ).json()
    except Exception as error:
        raise ConfigError(f"{path} is no JSON: {error}") from error


def _setting(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.BadParameter(f"{text!r} is no NAME=VALUE", param_hint="--config")
    try:
        return name, orjson.loads(value)
    except orjson.JSONDecodeError:
        return name, value


class _Silent:
    """An Api that calls nobody."""

    addresses: Mapping[str, str] = {}
    account: Mapping[str, str] = {}

    def request(self, method: str, url: str, **_: Any) -> Answer:
        raise ConfigError(f"recorded answers are mapped without calling the provider, not even for {url}")

    def get(self, url: str, query: Any = None, headers: Any = None) -> Answer:
        return self.request("GET", url)
