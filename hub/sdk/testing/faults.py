"""Faults by script: which call of a box goes wrong, and how. Never by chance."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = (
    "status",
    "retry_after",
    "429",
    "timeout",
    "reset",
    "truncated",
    "html",
    "gzip_bomb",
    "slow",
    "redirect",
    "expired_token",
    "lost_answer",
    "malformed",
    "empty",
    "stale",
    "duplicate",
    "reorder",
    "delay",
)


@dataclass(frozen=True, slots=True, kw_only=False)
class Fault:
    """One way in which calls go wrong.

    `kind`: "status:<code>"; "retry_after:<seconds or date>" (a 429 that says when) and "429" (one that does not);
    "timeout" (no answer until the caller gives up); "delay:<seconds>" (a late answer); "slow" (byte by byte);
    "reset" (cut in the middle of the body); "lost_answer" (the request takes effect, no byte comes back);
    "truncated" (half of the body, properly ended); "html", "malformed", "empty" (200, but no JSON); "gzip_bomb";
    "redirect:<address>"; "expired_token" (401); "stale" (records as they were before), "duplicate", "reorder".

    `match` is a part of "METHOD /path?query" (decoded) or of the body; without it, only calls for data go wrong, not
    those to the authorisation server. `nth`: the nth such call from now. `every`: each nth. Neither: the next one.
    `times`: at most so often (without it, once; with `every`, always).
    """

    kind: str
    match: str = ""
    nth: int | None = None
    every: int | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        if self.kind.partition(":")[0] not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}")

    @property
    def name(self) -> str:
        """The kind without its argument."""
        return self.kind.partition(":")[0]

    @property
    def argument(self) -> str:
        """What follows the colon."""
        return self.kind.partition(":")[2]


@dataclass(slots=True)
class _Armed:
    fault: Fault
    seen: int = 0
    fired: int = 0

    def fires(self) -> bool:
        """Count one call that matches, and say whether it goes wrong."""
        self.seen += 1
        fault = self.fault
        most = fault.times if fault.times is not None else None if fault.every else 1
        if most is not None and self.fired >= most:
            return False
        if fault.nth is not None:
            due = self.seen == fault.nth if most == 1 else fault.nth <= self.seen
        else:
            due = fault.every is None or self.seen % fault.every == 0
        self.fired += due
        return due


@dataclass(slots=True)
class _Script:
    kinds: Sequence[str]
    every: int
    match: str
    seen: int = 0

    def next(self) -> Fault | None:
        self.seen += 1
        if self.seen % self.every:
            return None
        return Fault(self.kinds[(self.seen // self.every - 1) % len(self.kinds)], self.match)


class Faults:
    """What will go wrong with the coming calls; `fired` lists what did, as (kind, "METHOD /path?query")."""

    def __init__(self) -> None:
        self.fired: list[tuple[str, str]] = []
        self._armed: list[_Armed] = []
        self._scripts: list[_Script] = []
        self._lock = threading.Lock()

    def add(self, *faults: Fault | str) -> None:
        """Arm faults; a kind alone is one for the next call. Where several fit a call, the first wins."""
        with self._lock:
            self._armed += [_Armed(Fault(each) if isinstance(each, str) else each) for each in faults]

    def script(self, kinds: Sequence[str], every: int = 10, match: str = "") -> None:
        """Fail each `every`-th matching call, walking through the kinds in their order, over and over."""
        for kind in kinds:
            Fault(kind)
        with self._lock:
            self._scripts.append(_Script(tuple(kinds), every, match))

    def clear(self) -> None:
        """Nothing goes wrong any more; what fired stays listed."""
        with self._lock:
            self._armed.clear()
            self._scripts.clear()

    @property
    def wants_stale(self) -> bool:
        """Whether earlier versions of records have to be remembered."""
        with self._lock:
            return any(each.fault.name == "stale" for each in self._armed) or any(
                "stale" in each.kinds for each in self._scripts
            )

    def next(self, call: str, body: bytes = b"", *, is_door: bool = False) -> Fault | None:
        """What goes wrong with this call, "METHOD /path?query"; `is_door`: it is one to the authorisation server."""
        text = f"{call}\n{body.decode('utf-8', 'replace')}"
        with self._lock:
            fits = [each for each in self._armed if _fits(each.fault.match, text, is_door)]
            due = [each.fault for each in fits if each.fires()]
            due += [
                fault
                for script in self._scripts
                if _fits(script.match, text, is_door) and (fault := script.next()) is not None
            ]
            if not due:
                return None
            self.fired.append((due[0].kind, call))
            return due[0]


def _fits(match: str, call: str, is_door: bool) -> bool:
    return match in call if match else not is_door
