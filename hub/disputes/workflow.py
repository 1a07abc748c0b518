"""Which moves a dispute can make, who may make them, and how it may end. Pure.

    open -> investigating -> proposed -> accepted | rejected -> resolved -> (reopen) open

A person may leave steps out; so may the tenant's policy, where an admin set a rule to automatic. A program with a key
goes step by step.
"""

from dataclasses import dataclass
from typing import Literal

from hub.errors import ConflictError, ForbiddenError, InvalidError

Status = Literal["open", "investigating", "proposed", "accepted", "rejected", "resolved"]
STATUSES: tuple[Status, ...] = ("open", "investigating", "proposed", "accepted", "rejected", "resolved")
UNDECIDED: tuple[Status, ...] = ("open", "investigating", "proposed")
UNENDED: tuple[Status, ...] = (*UNDECIDED, "accepted", "rejected")
"""While a dispute is in one of these, what it holds is held."""

Mover = Literal["person", "machine", "policy", "system"]
"""Who moves: one of the tenant's people, a program with a key or token, an automatic rule, or the hub itself."""

Verb = Literal["investigate", "propose", "accept", "reject", "resolve", "reopen"]

OUTCOMES = ("valid_credited", "partly_valid", "invalid_upheld", "withdrawn", "goodwill", "expired")
_ENDS: dict[Status, tuple[str, ...]] = {
    "accepted": ("valid_credited", "partly_valid", "goodwill", "withdrawn"),
    "rejected": ("invalid_upheld", "goodwill", "withdrawn"),
    # Nobody decided: the customer gave it up, or it was left to lie.
    **dict.fromkeys(UNDECIDED, ("withdrawn", "expired")),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A verb: the statuses it leads from, step by step and by leaving some out, where it leads, and who may do it."""

    steps: tuple[Status, ...]
    shortcuts: tuple[Status, ...]
    to: Status
    movers: tuple[Mover, ...]


RULES: dict[Verb, Rule] = {
    "investigate": Rule(("open",), (), "investigating", ("person", "machine")),
    # Proposed anew, the later proposal counts.
    "propose": Rule(("investigating", "proposed"), ("open",), "proposed", ("person", "machine", "policy")),
    "accept": Rule(("proposed",), ("open", "investigating"), "accepted", ("person", "machine", "policy")),
    "reject": Rule(("proposed",), ("open", "investigating"), "rejected", ("person", "machine")),
    "resolve": Rule(("accepted", "rejected"), UNDECIDED, "resolved", ("person", "machine", "system")),
    "reopen": Rule(("resolved",), (), "open", ("person", "machine")),
}
"""THE table of moves."""

_SHORTCUTS_FOR: tuple[Mover, ...] = ("person", "policy")


def move(status: Status, verb: Verb, mover: Mover) -> Status:
    """Where `verb` leads from `status`.

    Raises ConflictError where it leads nowhere from there, and ForbiddenError where it is not this mover's to make.
    """
    rule = RULES[verb]
    if status not in rule.steps + rule.shortcuts:
        possible = ", ".join(each for each in RULES if status in RULES[each].steps + RULES[each].shortcuts)
        raise ConflictError(f"A dispute that is {status} cannot {verb}; it can {possible}.")
    if mover not in rule.movers:
        raise ForbiddenError(f"This takes one of the tenant's people: to {verb} is not for the {mover}.")
    if status not in rule.steps and mover not in _SHORTCUTS_FOR:
        raise ForbiddenError(f"Only a person can {verb} a dispute that is still {status}.")
    return rule.to


def check_outcome(status: Status, outcome: str) -> None:
    """Raise InvalidError where a dispute in this status cannot end so."""
    if outcome not in _ENDS.get(status, ()):
        allowed = ", ".join(_ENDS.get(status, ())) or "none"
        raise InvalidError(
            f"A dispute that is {status} does not end as {outcome}.", fields={"outcome": f"One of {allowed}."}
        )


def verbs(status: Status, mover: Mover) -> tuple[Verb, ...]:
    """What this mover may do with a dispute in this status, in the table's order."""
    return tuple(
        verb
        for verb, rule in RULES.items()
        if mover in rule.movers and (status in rule.steps or (status in rule.shortcuts and mover in _SHORTCUTS_FOR))
    )


def outcomes(status: Status) -> tuple[str, ...]:
    """How a dispute in this status may end."""
    return _ENDS.get(status, ())
