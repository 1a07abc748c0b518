"""Reminders planned and sent by workers that are killed at random, while invoices are paid, disputed and promised.

Every debtor is to get exactly the messages of the plan: none twice, and none for what had been paid, disputed or
promised by the time the message was claimed. Real worker processes do the hub's own work against a provider that keeps
what arrives; they die by SIGKILL. The scheduler's part, asking again for what is due, is played at a faster pace.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bench.harness import result
from bench.mail_sink import MANIFEST, SLUG, Arrived, Sink
from bench.scratch import scratch_storage
from hub import pipelines
from hub.channels import service as channels
from hub.disputes import capture
from hub.jobs import leases
from hub.jobs import service as jobs
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.ledger import promises
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.registry import Registry, load
from hub.reminders import planning, policies
from hub.reminders import settings as reminder_settings
from hub.sdk.manifest import Manifest
from hub.sdk.records import Allocation, Customer, Invoice, Payment
from hub.settings import Settings
from hub.storage.audit import Actor, acting
from hub.storage.session import Storage, driver
from hub.storage.vault import Vault
from hub.tenants import service as tenants

WORKERS = 3
KINDS = ("reminders.write", "reminders.send", "reminders.reconcile")
CONNECTION = UUID("018f3a52-0000-8000-8000-00000000000d")
CURRENCY = "XOF"
"""One whose country has no holidays that are known: the trial runs on any day."""
RECONCILE_AFTER = 45
"""Seconds. A claim is good for a sixth of it, and an answer is waited for 20: by then it has arrived, or never will."""
ENDED = ("sent", "skipped", "uncertain", "failed", "to_approve")
SOMEBODY = Actor(kind="system", id="trial", name="trial")


@dataclass
class Outcome:
    """What a trial found; `wrong` is how many messages should not have been, or are missing."""

    planned: int
    statuses: Mapping[str, int]
    arrived: int
    twice: int
    after_the_event: int
    missing: int
    unplanned: int
    kills: int
    events: Mapping[str, int]
    in_flight: int
    found_out: int
    uncertain_arrived: int
    seconds: float

    @property
    def wrong(self) -> int:
        """Messages that are wrong, in any way."""
        return self.twice + self.after_the_event + self.missing + self.unplanned


@dataclass
class Trial:
    """One tenant with `count` customers, an overdue invoice each."""

    storage: Storage
    settings: Settings
    tenant: str
    count: int
    kills: int
    rng: random.Random
    events: dict[UUID, tuple[str, float]] = field(default_factory=dict)
    """By invoice: what happened to it, and when that was committed."""

    @property
    def zone(self) -> ZoneInfo:
        with self.storage.hub() as session:
            return ZoneInfo(tenants.get(session, self.tenant).time_zone)

    def prepare(self, manifest: Manifest, config: Mapping[str, Any]) -> None:
        """Store customers and invoices, the settings, a policy and the channel."""
        now = datetime.now(UTC)
        today = now.astimezone(self.zone).date()
        with self.storage.tenant(self.tenant, statement_timeout_ms=0) as session, acting(SOMEBODY):
            for first in range(0, self.count, 1_000):
                batch = range(first, min(first + 1_000, self.count))
                ledger.store(session, CONNECTION, [(None, _records(number, today)) for number in batch], None, now)
            document = dict(reminder_settings.defaults())
            document["sender"] = document["sender"] | {"company": "Seller Ltd"}
            document["quiet"] = {"from": "08:00", "to": "21:00", "friday_to": None, "weekdays": [1, 2, 3, 4, 5, 6, 7]}
            document["stale_after_hours"] = 168
            reminder_settings.store(session, document, now, expected_version=0)
            step = {"stage": 1, "day": 3, "tone": "friendly", "writer": "template_writer", "approve": "automatic"}
            policy = {"takes": {}, "sure": None, "late": None, "hold_back": None, "steps": [step]}
            policies.create(session, {"name": "Trial", "document": policy, "is_active": True}, now)
            wanted = {"name": "Trial", "purpose": "debtors", "config": dict(config), "sender": "ar@seller.example"}
            channels.create(session, Vault(self.settings, self.storage), manifest, wanted)
        with self.storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("analyze"))

    def plan(self) -> int:
        """Plan, and have all of it due at once."""
        now = datetime.now(UTC)
        with self.storage.tenant(self.tenant, statement_timeout_ms=0) as session:
            counts = planning.plan(session, now, self.zone, "EUR")
            session.execute(text("update reminders set scheduled_at = now()"))
        return counts.messages

    def submit(self) -> None:
        """Ask for the work as the scheduler does, and take it from workers that are dead."""
        with self.storage.hub() as session:
            leases.collect_abandoned(driver(session))
        with self.storage.tenant(self.tenant) as session:
            jobs.submit(session, "reminders.write", {})
            jobs.submit(session, "reminders.reconcile", {})
            for lane in range(WORKERS):
                jobs.submit(session, "reminders.send", {}, dedupe_key=f"lane {lane}")

    def disturb(self, invoice: UUID, number: int) -> None:
        """Have an invoice paid, disputed or promised, and note when that was so."""
        now = datetime.now(UTC)
        today = now.astimezone(self.zone).date()
        kind = self.rng.choice(("paid", "disputed", "promised"))
        with self.storage.tenant(self.tenant) as session, acting(SOMEBODY):
            if kind == "paid":
                ledger.store(session, CONNECTION, [(None, _payment(number, today))], None, now)
            elif kind == "disputed":
                opening = capture.Opening(source="api", invoice_id=invoice, text="Not as ordered.", code="pricing")
                capture.open_dispute(session, opening, now, today=today)
            else:
                day = today + timedelta(days=7)
                promises.promise(session, invoice, channel="phone", now=now, today=today, promised_on=day)
        self.events[invoice] = (kind, time.time())

    def statuses(self) -> Counter[str]:
        """How many reminders stand where."""
        with self.storage.tenant(self.tenant) as session:
            return Counter(dict(session.execute(text("select status, count(*) from reminders group by 1")).all()))

    def rows(self) -> list[Any]:
        """Every reminder with its one invoice."""
        with self.storage.tenant(self.tenant) as session:
            query = text("""
                select r.id, r.idempotency_key, r.status, extract(epoch from r.claimed_at)::float8 as claimed_at,
                       r.reason, i.invoice_id, r.generation
                from reminders r join reminder_items i on i.reminder_id = r.id
            """)
            return list(session.execute(query))


def run(messages: int = 10_000, kills: int = 50, seed: int = 1) -> list[dict[str, Any]]:
    """Both trials: against a provider that can be asked what it has, and against a mail server that cannot."""
    found = []
    with scratch_storage() as storage:
        for name, trial, part in (
            ("reminders", against_a_provider, 1),
            ("reminders-smtp", against_a_mail_server, 5),
        ):
            outcome = trial(storage, messages // part, max(kills // part, 1), seed)
            counts = vars(outcome)
            found.append(
                result(name, [float(outcome.wrong)], goal=0, better="lower", unit="messages that are wrong", **counts)
            )
            print(json.dumps({"name": name, **counts}, default=str), file=sys.stderr)
    return found


def against_a_provider(storage: Storage, count: int, kills: int, seed: int = 1) -> Outcome:
    """Against a provider that says what it has: in the end nothing is left in doubt."""
    with Sink() as sink:
        return _trial(storage, count, kills, seed, MANIFEST, {"url": sink.url}, lambda: list(sink.arrived))


def against_a_mail_server(storage: Storage, count: int, kills: int, seed: int = 1) -> Outcome:
    """Against a mail server, which cannot be asked: what is in doubt is left to a person."""
    from tests.smtp_server import SmtpServer

    times: list[float] = []
    with SmtpServer(answer=lambda mail: times.append(time.time()) or "250 2.0.0 OK") as server:
        config = {"host": "localhost", "port": server.port, "security": "none"}

        def arrived() -> list[Arrived]:
            mails = [each.mail["Message-ID"].strip("<>").split(".")[0] for each in list(server.arrived)]
            return [Arrived(key, key, at) for key, at in zip(mails, list(times), strict=False)]

        return _trial(storage, count, kills, seed, load().get("smtp"), config, arrived)


def _trial(
    storage: Storage,
    count: int,
    kills: int,
    seed: int,
    manifest: Manifest,
    config: Mapping[str, Any],
    arrived: Callable[[], list[Arrived]],
) -> Outcome:
    settings = replace(
        storage.settings,
        private_hosts="127.0.0.1,localhost",
        public_url="https://ar.seller.example",
        reminders_reconcile_after_seconds=RECONCILE_AFTER,
    )
    tenant = tenants.create(storage, f"Trial {manifest.slug} {seed}", time_zone=_noon()).key
    trial = Trial(storage, settings, tenant, count, kills, random.Random(seed))
    started = time.monotonic()
    trial.prepare(manifest, config)
    planned = trial.plan()
    invoices = {ledger_id(CONNECTION, "invoice", f"T-{number}"): number for number in range(count)}
    with _crew(settings, tenant) as crew, _disturbing(trial, invoices):
        _go(trial, crew)
    outcome = _count(trial, planned, arrived(), crew.killed, time.monotonic() - started)
    tenants.drop(storage, tenant)
    return outcome


def _go(trial: Trial, crew: "_Crew") -> None:
    """Until all is sent, or is not going to be: kill one of the workers now and then, and put another in its place."""
    # Spread over the sending: a kill for each part of the messages that have ended.
    at = sorted(trial.rng.random() * 0.97 for _ in range(trial.kills))
    while True:
        trial.submit()
        statuses = trial.statuses()
        done = sum(statuses[each] for each in ENDED) / max(statuses.total(), 1)
        while at and done >= at[0]:
            at.pop(0)
            crew.kill_one(trial.rng)
        crew.fill()
        if done == 1 and not at:
            return
        time.sleep(trial.rng.uniform(0.05, 0.3))


class _Crew:
    """Worker processes, of which some are killed."""

    def __init__(self, settings: Settings, tenant: str) -> None:
        self._spawn = multiprocessing.get_context("spawn")
        self._settings, self._tenant = settings, tenant
        self.workers: list[Any] = []
        self.killed = 0

    def fill(self) -> None:
        """Put new workers in the place of those that died."""
        self.workers = [each for each in self.workers if each.is_alive()]
        while len(self.workers) < WORKERS:
            worker = self._spawn.Process(target=_work, args=(self._settings, os.getpid()), daemon=True)
            worker.start()
            self.workers.append(worker)

    def kill_one(self, rng: random.Random) -> None:
        """End a worker without a word, wherever it is."""
        worker = rng.choice([each for each in self.workers if each.is_alive()] or [None])
        if worker is not None and worker.pid is not None:
            os.kill(worker.pid, signal.SIGKILL)
            worker.join()
            self.killed += 1

    def end(self) -> None:
        """End all of them."""
        for each in self.workers:
            each.kill()
            each.join()


@contextmanager
def _crew(settings: Settings, tenant: str) -> Iterator[_Crew]:
    crew = _Crew(settings, tenant)
    try:
        crew.fill()
        yield crew
    finally:
        crew.end()


@contextmanager
def _disturbing(trial: Trial, invoices: Mapping[UUID, int]) -> Iterator[None]:
    """Meanwhile three invoices in ten are paid, disputed or promised, in no order."""
    chosen = [each for each in invoices.items() if trial.rng.random() < 0.3]
    trial.rng.shuffle(chosen)
    stop = threading.Event()

    def disturb() -> None:
        for place, (invoice, number) in enumerate(chosen):
            if stop.is_set():
                return
            trial.disturb(invoice, number)
            # So that some come before anything is sent, most meanwhile, and some after.
            if place > len(chosen) // 5:
                stop.wait(0.02)

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _work(settings: Settings, parent: int) -> None:
    """What a worker process does: the hub's own work, until it is killed."""
    storage = Storage(settings, pool_size=3)
    registry = Registry({each.slug: each for each in load().manifests()} | {SLUG: MANIFEST}, {}, [])
    runner = Runner(
        storage=storage,
        settings=settings,
        registry=registry,
        handlers={kind: pipelines.HANDLERS[kind] for kind in KINDS},
        reactions=lambda event: (),
        worker=f"trial {os.getpid()}",
        policy=Policy(lease_seconds=2, backoff_seconds=0.2),
    )
    while os.getppid() == parent:
        runner.run_due()
        time.sleep(0.05)


def _count(trial: Trial, planned: int, arrived: list[Arrived], kills: int, seconds: float) -> Outcome:
    rows = trial.rows()
    by_id = {str(row.id): row for row in rows}
    per_reminder = Counter(each.reminder for each in arrived)
    after = in_flight = 0
    for each in arrived:
        row = by_id.get(each.reminder)
        event = trial.events.get(row.invoice_id) if row else None
        if event is None or each.at <= event[1]:
            continue
        # It was on its way when the event came: claimed before, and nobody can call it back.
        if row is not None and row.claimed_at is not None and row.claimed_at < event[1]:
            in_flight += 1
        else:
            after += 1
    sent = [str(row.id) for row in rows if row.status == "sent"]
    uncertain = {str(row.id) for row in rows if row.status == "uncertain"}
    return Outcome(
        planned=planned,
        statuses=dict(trial.statuses()),
        arrived=len(arrived),
        twice=sum(number - 1 for number in per_reminder.values()),
        after_the_event=after,
        missing=sum(1 for each in sent if not per_reminder[each]),
        unplanned=sum(1 for each in per_reminder if each not in {*sent, *uncertain}),
        kills=kills,
        events=dict(Counter(kind for kind, _ in trial.events.values())),
        in_flight=in_flight,
        found_out=sum(1 for row in rows if row.generation > 1),
        uncertain_arrived=sum(1 for each in per_reminder if each in uncertain),
        seconds=round(seconds, 1),
    )


def _records(number: int, today: Any) -> list[Any]:
    customer = Customer(
        external_id=f"C-{number}", name=f"Customer {number}", email=f"ap@c{number}.example", currency=CURRENCY
    )
    invoice = Invoice(
        external_id=f"T-{number}",
        customer_id=f"C-{number}",
        number=f"T-{number}",
        issued_on=today - timedelta(days=35),
        due_on=today - timedelta(days=5),
        currency=CURRENCY,
        total=Decimal(1000 + number),
    )
    return [customer, invoice]


def _payment(number: int, today: Any) -> list[Any]:
    amount = Decimal(1000 + number)
    payment = Payment(
        external_id=f"P-{number}", customer_id=f"C-{number}", paid_on=today, currency=CURRENCY, amount=amount
    )
    allocation = Allocation(
        external_id=f"A-{number}",
        invoice_id=f"T-{number}",
        source_id=f"P-{number}",
        kind="payment",
        amount=amount,
        applied_on=today,
    )
    return [payment, allocation]


def _noon() -> str:
    """A time zone in which it is about noon, so that no day ends meanwhile."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:])), indent=1, default=str))
