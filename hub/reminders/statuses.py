"""Where a reminder stands, and which step leads where: pure, and the only place that says so."""

from dataclasses import dataclass

from hub.errors import ConflictError

STATUSES = (
    "draft",
    "planned",
    "to_approve",
    "approved",
    "sending",
    "uncertain",
    "sent",
    "skipped",
    "cancelled",
    "rejected",
    "failed",
)
DELIVERIES = ("accepted", "delivered", "deferred", "bounced", "complained")
KINDS = ("policy", "manual", "dispute_reply")
TONES = ("service", "friendly", "neutral", "firm", "formal", "final")

UNSENT = ("draft", "planned", "to_approve", "approved")
"""Nothing has gone out, and something may."""

GONE = ("skipped", "cancelled", "rejected")
"""Nothing goes out any more: what it asked for is free to be asked for by another."""

_WORDS = {
    "to_approve": "waiting for approval",
    "sending": "being sent",
    "uncertain": "sent or not: nobody knows yet",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody may do: from which statuses, and to which it leads."""

    sources: tuple[str, ...]
    target: str


STEPS: dict[str, Step] = {
    "approve": Step(("to_approve",), "approved"),
    "reject": Step(("to_approve",), "rejected"),
    "skip": Step(UNSENT, "skipped"),
    "cancel": Step((*UNSENT, "failed"), "cancelled"),
    "schedule": Step(("draft",), "to_approve"),
    "rewrite": Step(("draft", "to_approve", "approved"), "to_approve"),
    "update": Step(UNSENT, "to_approve"),
    "retry": Step(("failed",), "approved"),
    "settle": Step(("uncertain",), "sent"),
}


def words(status: str) -> str:
    """A status as people say it."""
    return _WORDS.get(status, status)


def check(verb: str, number: int, status: str) -> None:
    """Raise ConflictError where a step does not start from this status."""
    if status not in STEPS[verb].sources:
        raise ConflictError(f"R-{number} cannot take this step: it is {words(status)}.")


def steps_from(status: str) -> list[str]:
    """The steps that start from a status."""
    return [verb for verb, step in STEPS.items() if status in step.sources]
