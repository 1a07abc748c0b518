"""A worker or a scheduler with short durations, and the handlers that the tests let it run. Started by `start`."""

import sys
import time
from pathlib import Path

from sqlalchemy import text

from hub import pipelines, worker
from hub.jobs.policy import Policy
from hub.settings import Settings
from hub.telemetry import logs

FAST = Policy(lease_seconds=1.5, backoff_seconds=0, sweep_seconds=0.2, standby_seconds=0.2)


def note(context, *, words):
    """Leave `words` behind."""
    with context.transaction() as session:
        session.execute(text("insert into effects (note) values (:words)"), {"words": words})


def stall_once(context, *, folder):
    """Leave a note and, on the first attempt, stall inside its transaction for as long as there is no file `go`."""
    with context.transaction() as session:
        session.execute(text("insert into effects (note) values (:note)"), {"note": f"attempt {context.attempt}"})
        if context.attempt == 1:
            (Path(folder) / "stalling").touch()
            while not (Path(folder) / "go").exists():
                time.sleep(0.02)


def step_on(context, *, folder):
    """Go on step by step until told to stop."""
    (Path(folder) / "stepping").touch()
    while True:
        context.progress(0.5, "stepping")
        time.sleep(0.02)


def take_a_while(context, *, number):
    """Note the span during which this ran."""
    with context.storage.tenant(context.tenant) as session:
        began = session.scalar(text("select clock_timestamp()"))
    time.sleep(0.2)
    with context.transaction() as session:
        session.execute(
            text("insert into effects (note, during) values (:note, tstzrange(:began, clock_timestamp()))"),
            {"note": str(number), "began": began},
        )


if __name__ == "__main__":
    pipelines.HANDLERS.update({name: f"process:{name}" for name in ("note", "stall_once", "step_on", "take_a_while")})
    settings = Settings.load()
    logs.configure(settings)
    if sys.argv[1] == "work-grown":
        worker._LARGEST_RSS_BYTES = 0
    {"work": worker.work, "work-grown": worker.work, "schedule": worker.schedule}[sys.argv[1]](settings, FAST)
