"""What the command line makes of the answers of a provider, as the normal form of a ledger."""

import json
import random
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from hub.cli import group


class Told(NamedTuple):
    """The command's exit code, what it printed, and what it said beside that."""

    code: int
    document: dict[str, Any]
    beside: str


def run(folder: Path, slug: str, answers: Mapping[str, Any], seed: int = 0) -> Told:
    """`paypredict connector map` of these answers, in an order of files that the seed decides."""
    paths = []
    for name, answer in answers.items():
        path = folder / name
        path.write_text(json.dumps(answer), encoding="utf-8")
        paths.append(str(path))
    random.Random(seed).shuffle(paths)
    told = CliRunner().invoke(group, ["connector", "map", slug, *paths])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return Told(told.exit_code, json.loads(told.stdout) if told.stdout else {}, told.stderr)


def evened(slug: str, told: dict[str, Any]) -> dict[str, Any]:
    """A ledger as told, by the ledger's own numbers, with what views say in their own way made alike.

    Xero and SAP split payments, and keep what a void document was for; SAP has no numbers of ours.
    """
    home = Decimal(told["open_balance_home_unrounded"])
    return {
        "invoices": {_short(slug, each["external_id"]): _invoice(slug, each) for each in told["invoices"]},
        "payments": _merged(slug, told["payments"], "amount", "unapplied"),
        "credits": _merged(slug, told["credits"], "total", "remaining"),
        "home": home,
    }


def _invoice(slug: str, told: dict[str, Any]) -> dict[str, Any]:
    is_void, id = told["status"] == "void", _short(slug, told["external_id"])
    number = str(id) if told["number"] == told["external_id"] else told["number"]
    return {
        **{name: told[name] for name in ("issued", "due", "currency", "status")},
        **({} if slug == "sap" else {"number": number}),
        "customer": str(_short(slug, told["customer"])),
        "total": Decimal(0) if is_void else Decimal(told["total"]),
        "open": Decimal(told["open"]),
    }


def _merged(slug: str, told: list[dict[str, Any]], total: str, left: str) -> dict[int, dict[str, Any]]:
    merged: dict[int, dict[str, Any]] = {}
    for each in told:
        is_void = each.get("void", False)
        part = {
            **{name: each[name] for name in ("date", "currency")},
            "customer": str(_short(slug, each["customer"])),
            "total": Decimal(0) if is_void else Decimal(each[total]),
            "left": Decimal(each[left]),
            "to": [(str(_short(slug, to["invoice"])), Decimal(to["amount"]), to["date"]) for to in each["allocations"]],
            "void": is_void,
        }
        held = merged.setdefault(_short(slug, each["external_id"]), part)
        if held is not part:
            held |= {name: held[name] + part[name] for name in ("total", "left", "to")}
    return {id: {**each, "to": sorted(each["to"])} for id, each in merged.items()}


def _short(slug: str, id: str) -> int:
    """The ledger's number: GUIDs end in it, documents of SAP bear it, and parts of a document add a digit."""
    number = int(id.rpartition("-")[2] if slug == "xero" else id.split("/")[2][2:] if "/" in id else id)
    return number // 10 if number > 9999 else number
