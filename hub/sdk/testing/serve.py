"""The command that runs a provider's box as a process of its own."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company

MakeBox = Callable[[Company, argparse.Namespace], Box]


def serve(
    make_box: MakeBox,
    argv: Sequence[str] | None = None,
    *,
    add_arguments: Callable[[argparse.ArgumentParser], None] | None = None,
) -> int:
    """Serve a box until SIGTERM or SIGINT. The first line printed is its address.

    `make_box(company, options)` has `options.state`, `options.public_url`, `options.client_id`,
    `options.client_secret`, `options.redirect_uri` (a list), `options.auto_allow` and what `add_arguments` added.
    With --state an earlier run goes on: its company, its day, its grants.
    """
    options = _parser(add_arguments).parse_args(argv)
    begun = _begun(options.state)
    box = make_box(Company.of(begun or _company(options)), options)
    if begun is None and not options.invoices:
        box.advance(options.days_of_history)
        if box.webhooks:
            box.webhooks.skip_changes()  # who subscribes is told what comes after
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    box.start(options.port)
    sys.stdout.write(f"{box.url}\n")
    sys.stdout.flush()
    done.wait()
    box.stop()
    return 0


def _parser(add_arguments: Callable[[argparse.ArgumentParser], None] | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A provider in a box, on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--state", type=Path, help="file that keeps what happened over a restart")
    parser.add_argument("--public-url", help="the address others reach it by, where that is not its own")
    parser.add_argument("--days-of-history", type=int, default=120)
    parser.add_argument("--until", type=date.fromisoformat, help="the last day of the history (default: today)")
    parser.add_argument("--invoices", type=int, default=0, help="exactly so many in that history (with --payments)")
    parser.add_argument("--payments", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--invoices-per-day", type=float, default=8.0)
    parser.add_argument("--home-currency", default="USD")
    parser.add_argument("--currencies", default="USD,EUR,GBP,JPY")
    parser.add_argument("--time-zone", default="America/Los_Angeles")
    parser.add_argument("--client-id", default="box-client")
    parser.add_argument("--client-secret", default="box-secret")
    parser.add_argument("--redirect-uri", action="append", default=[])
    parser.add_argument("--auto-allow", action="store_true", help="consent without a click")
    if add_arguments:
        add_arguments(parser)
    return parser


def _company(options: argparse.Namespace) -> dict[str, Any]:
    last = options.until or datetime.now(UTC).date()
    company: dict[str, Any] = {
        "started_on": (last - timedelta(days=options.days_of_history)).isoformat(),
        "seed": options.seed,
        "customers": options.customers,
        "home_currency": options.home_currency,
        "time_zone": options.time_zone,
        "currencies": options.currencies.split(","),
        "invoices_per_day": options.invoices_per_day,
    }
    if options.invoices:
        company["grown"] = {
            "invoices": options.invoices,
            "payments": options.payments,
            "days": max(options.days_of_history, 1),
        }
    return company


def _begun(state: Path | None) -> dict[str, Any] | None:
    """The options of the company in a state file."""
    if state is None or not state.exists():
        return None
    known: dict[str, Any] = json.loads(state.read_text(encoding="utf-8"))["parts"]["company"]
    return known
