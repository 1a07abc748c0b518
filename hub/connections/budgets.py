"""How often a provider is asked about one company: one budget for all workers, counted in Valkey.

Calls of a minute are spread out: a burst of a quarter goes at once, then one at a time, so that no minute has more of
them than the provider allows. A day is the last 24 hours, by the hour. Calls under way hold a place each, which runs
out if their worker dies. The last of each is kept for calls that a person waits for. What the provider itself says is
left, and that it wants to be left alone, counts for all workers. While Valkey is away each process goes on by itself,
slowly.
"""

import hashlib
import logging
import math
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hub.connections import apps
from hub.connections.retrying import UNTOLD_SECONDS, retry_after
from hub.sdk.errors import TransientError
from hub.sdk.manifest import Limits, Manifest
from hub.settings import Settings

log = logging.getLogger(__name__)

_BURST_SHARE, _KEPT_OF_BURST, _KEPT = 4, 5, 10
_PLACE_SECONDS = 180.0
_AWAY_SECONDS = 5.0
# What providers call the number of calls that are left.
_MINUTE_LEFT = ("x-minlimit-remaining", "x-ratelimit-remaining-minute", "x-rate-limit-minute-remaining")
_DAY_LEFT = ("x-daylimit-remaining", "x-ratelimit-remaining-day", "x-rate-limit-day-remaining")

# KEYS: pace, day, places, closed. ARGV: milliseconds between calls, the burst that this caller may use, calls a day,
# calls at once (0: no such limit), the longest wait, the place's name, how long the place is held. Answers what it was
# (0: go, after so many milliseconds) and how long to wait.
_ENTER = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local closed = redis.call('pttl', KEYS[4])
if closed > 0 then return {1, closed} end
local step, burst, day, places, longest = unpack({tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]),
    tonumber(ARGV[4]), tonumber(ARGV[5])})
if places > 0 then
  redis.call('zremrangebyscore', KEYS[3], '-inf', now)
  if redis.call('zcard', KEYS[3]) >= places then return {2, 0} end
end
local hour = math.floor(now / 3600000)
if day > 0 then
  local used, oldest = 0, hour
  local held = redis.call('hgetall', KEYS[2])
  for i = 1, #held, 2 do
    local at = tonumber(held[i])
    if at <= hour - 24 then redis.call('hdel', KEYS[2], held[i])
    else used = used + tonumber(held[i + 1]); oldest = math.min(oldest, at) end
  end
  if used >= day then return {3, (oldest + 24) * 3600000 - now} end
end
local wait = 0
if step > 0 then
  local due = math.max(tonumber(redis.call('get', KEYS[1]) or '0'), now)
  wait = math.max(0, math.ceil(due - (burst - 1) * step - now))
  if wait > longest then return {4, wait} end
  redis.call('set', KEYS[1], string.format('%.3f', due + step), 'px', math.ceil(due + step - now) + 60000)
end
if day > 0 then
  redis.call('hincrby', KEYS[2], tostring(hour), 1)
  redis.call('expire', KEYS[2], 90000)
end
if places > 0 then
  redis.call('zadd', KEYS[3], now + wait + tonumber(ARGV[7]), ARGV[6])
  redis.call('pexpire', KEYS[3], wait + tonumber(ARGV[7]) + 60000)
end
return {0, wait}
"""
# KEYS: pace, day. ARGV: milliseconds between calls, the whole burst, calls left of the minute, calls a day, calls left
# of the day (-1: not said). What others use of the same budget is counted as if it were ours.
_LEARN = """
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local step, burst, left = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if left >= 0 and left < burst and step > 0 then
  local due = now + (burst - left) * step
  if due > tonumber(redis.call('get', KEYS[1]) or '0') then
    redis.call('set', KEYS[1], string.format('%.3f', due), 'px', math.ceil(due - now) + 60000)
  end
end
local day, day_left = tonumber(ARGV[4]), tonumber(ARGV[5])
if day > 0 and day_left >= 0 then
  local used = 0
  for _, each in ipairs(redis.call('hvals', KEYS[2])) do used = used + tonumber(each) end
  local others = day - day_left - used
  if others > 0 then
    redis.call('hincrby', KEYS[2], tostring(math.floor(now / 3600000)), others)
    redis.call('expire', KEYS[2], 90000)
  end
end
"""
_CLOSE = """
if redis.call('pttl', KEYS[1]) < tonumber(ARGV[1]) then redis.call('set', KEYS[1], '1', 'px', ARGV[1]) end
"""
_WHY = {1: "asked to be left alone", 2: "is asked by others just now", 3: "takes no more calls today", 4: "is paced"}


@dataclass(kw_only=True)
class Budget:
    """The budget for one company, as one caller uses it. `longest_wait` is what a worker sleeps; longer, it parks."""

    name: str
    limits: Limits
    valkey: "Valkey"
    is_interactive: bool = False
    processes: int = 1
    longest_wait: float = 5.0
    place_seconds: float = _PLACE_SECONDS
    sleep: Callable[[float], object] = field(default=time.sleep, repr=False)

    @property
    def plugin(self) -> str:
        """Whose provider it is."""
        return self.name.partition(":")[0]

    @contextmanager
    def turn(self) -> Iterator[float]:
        """One call's turn; gives the seconds that were waited for it. Raises TransientError where that is too long."""
        import redis  # late: it takes longer to import than most of the hub

        place = uuid.uuid4().hex
        try:
            waited = self._enter(place)
        except redis.RedisError:
            with _alone(self.name).turn(self) as waited:
                yield waited
            return
        try:
            yield waited
        finally:
            if self.limits.concurrent:
                # Where that is not heard, the place runs out by itself.
                with suppress(redis.RedisError):
                    self.valkey.ask(lambda client: client.zrem(self._key("places"), place))

    def learn(self, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says of the budget: how much is left, or that there shall be no call for a while."""
        import redis

        if status == 429 or (status == 503 and "retry-after" in headers):
            self.close(retry_after(headers, UNTOLD_SECONDS))
        minute, day = _left(headers, _MINUTE_LEFT), _left(headers, _DAY_LEFT)
        if minute < 0 and day < 0:
            return
        step, burst, _ = self._pace()
        keys = [self._key("pace"), self._key("day")]
        with suppress(redis.RedisError):
            self._eval(_LEARN, keys, step, burst, minute, self.limits.per_day or 0, day)

    def close(self, seconds: float) -> None:
        """Have nobody call for so long."""
        import redis

        _alone(self.name).close(seconds)
        if seconds <= 0:
            return
        with suppress(redis.RedisError):
            self._eval(_CLOSE, [self._key("closed")], math.ceil(seconds * 1000))

    def _enter(self, place: str) -> float:
        """Take a place and a turn; how long was waited for them. Raises TransientError and redis.RedisError."""
        step, burst, kept = self._pace()
        mine = burst if self.is_interactive else burst - kept
        keys = [self._key(each) for each in ("pace", "day", "places", "closed")]
        day = self._mine(self.limits.per_day)
        places = self._mine(self.limits.concurrent)
        waited = 0.0
        while True:
            left = max(self.longest_wait - waited, 0)
            longest, held = math.ceil(left * 1000), math.ceil(self.place_seconds * 1000)
            why, milliseconds = self._eval(_ENTER, keys, step, mine, day, places, longest, place, held)
            seconds = int(milliseconds) / 1000
            if why == 0:
                if seconds:
                    self.sleep(seconds)
                return waited + seconds
            if why == 2:
                # Places become free when they become free: look again, more and more seldom.
                seconds = min(0.05 + waited / 4, 1.0)
            if seconds > left:
                wait = max(1, math.ceil(seconds))
                raise TransientError(f"{self.plugin} {_WHY[why]}; in {wait} s there is room again", wait)
            self.sleep(seconds)
            waited += seconds

    def _pace(self) -> tuple[float, int, int]:
        """Milliseconds from one call to the next, how many may go at once, and how many of them only for people."""
        limit = self.limits.per_minute
        if not limit:
            return 0.0, 1, 0
        burst = max(1, limit // _BURST_SHARE)
        # In the minute that begins with a burst there are as many calls as are allowed, and no more.
        return 60_000 / max(1, limit - burst), burst, max(1, burst // _KEPT_OF_BURST) if burst > 2 else 0

    def _mine(self, limit: int | None) -> int:
        """What this caller may use of a limit; 0: there is none."""
        if not limit or self.is_interactive:
            return limit or 0
        return limit - (max(1, limit // _KEPT) if limit > 2 else 0)

    def _eval(self, script: str, keys: Sequence[str], *values: object) -> Any:
        return self.valkey.ask(lambda client: client.eval(script, len(keys), *keys, *values))

    def _key(self, what: str) -> str:
        return f"paypredict:budget:{self.name}:{what}"


class Valkey:
    """The hub's Valkey; while it does not answer it is not asked for a few seconds, so that calls need not wait."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client
        self._away_until = 0.0

    def ask(self, question: Callable[[Any], Any]) -> Any:
        """The answer to `question`, which is given the client. Raises redis.RedisError."""
        import redis

        if time.monotonic() < self._away_until:
            raise redis.ConnectionError("Valkey did not answer a moment ago")
        try:
            return question(self._client())
        except redis.RedisError as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            log.warning("calls are paced by this process alone, for Valkey does not answer: %s", type(error).__name__)
            raise


class _Alone:
    """One company's calls of this process while it is alone: one at a time, each as far from the last as must be."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._closed_until = 0.0
        self._next = 0.0

    def close(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    @contextmanager
    def turn(self, budget: Budget) -> Iterator[float]:
        if not self._one.acquire(timeout=budget.longest_wait):
            raise TransientError(f"{budget.plugin} is asked by others just now", 5)
        try:
            now = time.monotonic()
            wait = max(self._next, self._closed_until) - now
            if wait > budget.longest_wait:
                raise TransientError(f"{budget.plugin} asked to be left alone", math.ceil(wait))
            limits = budget.limits
            a_minute = min(limits.per_minute or math.inf, (limits.per_day or math.inf) / 1440)
            self._next = now + max(wait, 0) + (60 * budget.processes / a_minute if a_minute else 0)
            if wait > 0:
                budget.sleep(wait)
            yield max(wait, 0.0)
        finally:
            self._one.release()


def of(settings: Settings, manifest: Manifest, account: str, *, is_interactive: bool = False) -> Budget:
    """The budget for one company at a plugin's provider, whichever tenant asks; the operator's limits come first."""
    given = apps.of(settings, manifest.slug).limits
    limits = {name: given.get(name, getattr(manifest.limits, name)) for name in Limits.__dataclass_fields__}
    return named(settings, manifest.slug, account, Limits(**limits), is_interactive=is_interactive)


def named(settings: Settings, what: str, whose: str, limits: Limits, *, is_interactive: bool = False) -> Budget:
    """The budget of something of somebody's, with limits of its own."""
    # The id is the customer's; Valkey need not know it.
    digest = hashlib.sha256(whose.encode()).hexdigest()[:32]
    return Budget(
        name=f"{what}:{digest}",
        limits=limits,
        valkey=_valkey(settings.redis_url),
        is_interactive=is_interactive,
        processes=max(1, settings.job_workers),
    )


@cache
def _valkey(url: str) -> Valkey:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2, retry=Retry(NoBackoff(), 1))
    return Valkey(lambda: client)


@cache
def _alone(name: str) -> _Alone:
    return _Alone()


def _left(headers: Mapping[str, str], names: tuple[str, ...]) -> int:
    """The number in the first of these headers; -1 where there is none."""
    for name in names:
        if (said := headers.get(name, "").strip()).isdecimal() and len(said) < 10:
            return int(said)
    return -1
