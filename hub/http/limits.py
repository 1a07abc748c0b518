"""How much may be asked: rates per address, key or person, and tenant, counted by Flask-Limiter in Valkey.

An address is counted before anybody is identified, the others after it. Windows are fixed: a window is one counter, of
which a process takes permits in blocks (`LeasedPermits`), so that few requests wait for Valkey; twice the rate can pass
around a window's end at the most. While Valkey is away each process counts for itself, and the log says so.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import ApplicationLimit, ExemptionScope, Limiter, RateLimitExceeded, RequestLimit
from flask_limiter._manager import LimitManager
from limits.storage import Storage

from hub.errors import RateLimitedError
from hub.http import problems
from hub.http.auth import operation_id
from hub.http.context import EXTENSION, Hub
from hub.http.lifecycle import PROBES

SIGN_INS = frozenset({"signIn", "redeemSignInLink"})
DEBTORS = frozenset({"getDebtorPage", "makeDebtorPromise", "raiseDebtorDispute", "claimDebtorPayment", "askForCopy"})
"""Debtors' pages. Not unsubscribing: the mail programs of many people do that from one address."""
_VALKEY = "paypredict.limits.valkey"
_BLOCKS = 50
_KEPT = 10_000
_AWAY_SECONDS = 1.0
# A block is a fiftieth of the limit, and less the fewer are left, so that little is stranded in other processes.
_LEASE = """
local left = tonumber(ARGV[1]) - tonumber(redis.call('get', KEYS[1]) or '0')
if left <= 0 then return {0, 0, redis.call('pttl', KEYS[1])} end
local taken = math.max(1, math.min(tonumber(ARGV[2]), math.floor(left / 20)))
if redis.call('incrby', KEYS[1], taken) == taken then redis.call('pexpire', KEYS[1], ARGV[3]) end
return {taken, left - taken, redis.call('pttl', KEYS[1])}
"""


class Valkey:
    """The hub's Valkey, asked for nothing for a moment after it did not answer: a request waits for it once at most."""

    def __init__(self, redis: Callable[[], Any]) -> None:
        self._redis = redis
        self._away_until = 0.0

    def ask(self, question: Callable[[Any], Any]) -> Any:
        """The answer of the client to `question`. Raises redis.RedisError."""
        import redis  # late: it takes longer to import than most of the hub

        if time.monotonic() < self._away_until:
            raise redis.ConnectionError("Valkey did not answer a moment ago")
        try:
            return question(self._redis())
        except redis.RedisError:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            raise


class LeasedPermits(Storage):
    """Counters in the hub's Valkey for fixed windows, of which this process takes several permits at a time.

    A counter that is used up is not asked again before its window ends: refusing a flood costs Valkey nothing.
    """

    STORAGE_SCHEME = ["leased"]  # noqa: RUF012 - what the base class reads

    def __init__(self, uri: str, valkey: Valkey, wrap_exceptions: bool = False) -> None:
        super().__init__(uri, wrap_exceptions)
        self._valkey = valkey
        # By counter: permits held here, permits left in Valkey, and when the window ends.
        self._held: dict[str, tuple[int, int, float]] = {}
        self._lock = Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What Valkey raises."""
        import redis

        return redis.RedisError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Use a permit; the count of those used so far, above the limit when there was none."""
        limit = _limit(key)
        now = time.time()
        with self._lock:
            held, left, ends = self._held.get(key, (0, limit, 0.0))
            if ends > now and (held > 0 or left <= 0):
                self._held[key] = (held - 1, left, ends)
                return limit - left - held + 1
        numbers = (limit, max(1, limit // _BLOCKS), expiry * 1000)
        taken, left, milliseconds = self._valkey.ask(lambda redis: redis.eval(_LEASE, 1, _name(key), *numbers))
        ends = time.time() + milliseconds / 1000
        with self._lock:
            if len(self._held) >= _KEPT:
                self._held.clear()
            held = self._held.get(key, (0, 0, 0.0))[0] if taken else 0
            self._held[key] = (max(held, 0) + taken - 1, left, ends)
        return int(limit - left - taken + 1)

    def get(self, key: str) -> int:
        """How many permits are used, as far as this process knows."""
        limit = _limit(key)
        held, left, ends = self._held.get(key, (0, limit, 0.0))
        return limit - left - max(held, 0) if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since the epoch."""
        return self._held.get(key, (0, 0, 0.0))[2]

    def check(self) -> bool:
        """Whether Valkey answers."""
        try:
            return bool(self._valkey.ask(lambda redis: redis.ping()))
        except self.base_exceptions:
            return False

    def reset(self) -> int | None:
        """Not needed: counters end by themselves."""
        raise NotImplementedError

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._lock:
            self._held.pop(key, None)
        self._valkey.ask(lambda redis: redis.delete(_name(key)))


class _Settled(LimitManager):
    """Limits that hold for every route alike: worked out once, where Flask-Limiter would parse them at each request."""

    def __init__(self, limits: list[ApplicationLimit]) -> None:
        super().__init__(limits, [], {}, {}, {}, {})
        self._settled = [each for limit in limits for each in limit]

    def resolve_limits(self, *_: Any, **__: Any) -> tuple[list[Any], ...]:
        """All of them; none belongs to a route."""
        return self._settled, []

    def exemption_scope(self, *_: Any, **__: Any) -> ExemptionScope:
        """No route is exempt but by the request filter."""
        return ExemptionScope.NONE


def _name(key: str) -> str:
    return f"paypredict:rate:{key}"


def _limit(key: str) -> int:
    """The limit that a counter's name ends in: `.../<amount>/<multiples>/<granularity>`."""
    return int(key.rsplit("/", 3)[1])


def count_addresses(app: Flask) -> None:
    """Limit what comes from one address, whoever it is; install before authentication."""
    hub: Hub = app.extensions[EXTENSION]
    settings = hub.settings
    limits = [
        _per_minute(settings.rate_limit_per_minute_address, "address", _address),
        _per_minute(settings.sign_in_attempts_per_minute, "sign-in", _address, lambda: _operation() not in SIGN_INS),
        _per_minute(settings.debtor_requests_per_minute, "debtor", _address, lambda: _operation() not in DEBTORS),
    ]
    _install(app, hub, limits)
    app.register_error_handler(RateLimitExceeded, _refused)
    app.after_request(_tell)


def count_callers(app: Flask) -> None:
    """Limit what one key or person, and what one tenant asks for; install after authentication."""
    hub: Hub = app.extensions[EXTENSION]
    settings = hub.settings
    limits = [
        _per_minute(settings.rate_limit_per_minute, "caller", _caller, lambda: "identity" not in g),
        _per_minute(settings.rate_limit_per_minute_tenant, "tenant", _tenant, lambda: _tenant() == ""),
    ]
    _install(app, hub, limits)


def _per_minute(
    rate: int, scope: str, key: Callable[[], str], exempt: Callable[[], bool] | None = None
) -> ApplicationLimit | None:
    if rate <= 0:
        return None
    return ApplicationLimit(f"{rate} per minute", key_function=key, scope=scope, exempt_when=exempt)


def _install(app: Flask, hub: Hub, limits: list[ApplicationLimit | None]) -> None:
    valkey = app.extensions.setdefault(_VALKEY, Valkey(hub.redis))
    limiter = Limiter(
        _address,
        storage_uri="leased://",
        storage_options={"valkey": valkey},
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        # What there is not is counted too.
        request_identifier=lambda: request.endpoint or "unmatched",
    )
    limiter.limit_manager = _Settled([limit.bind(limiter) for limit in limits if limit])
    limiter.request_filter(lambda: _operation() in PROBES)
    limiter.init_app(app)


def _operation() -> str | None:
    return _operation_of(current_app.view_functions.get(request.endpoint or ""), request.method)


_operation_of = cache(operation_id)


def _address() -> str:
    """The caller's address; of IPv6 the network that one customer of a provider has all addresses of."""
    address = request.remote_addr or "unknown"
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def _caller() -> str:
    return f"{g.identity.kind} {g.identity.id}"


def _tenant() -> str:
    return (g.identity.tenant_key or "") if "identity" in g else ""


def _counted() -> list[RequestLimit]:
    return [limit for limiter in current_app.extensions["limiter"] for limit in limiter.current_limits]


def _refused(error: RateLimitExceeded) -> Response:
    breached = next(limit for limit in _counted() if limit.breached)
    wait = max(1, math.ceil(breached.window.reset_time - time.time()))
    what = {
        "address": "from one address",
        "debtor": "to debtors' pages from one address",
        "caller": "of one caller",
        "tenant": "of one tenant",
    }
    whose = what.get(str(error.limit.scope), "to sign in")
    detail = f"More than {breached.limit.amount} requests a minute {whose}. Try again in {wait} s."
    return problems.from_hub(RateLimitedError(detail, wait))


def _tell(response: Response) -> Response:
    """Say how much is left of the limit that will be reached first, in the headers of draft-ietf-httpapi-ratelimit."""
    counted = [(limit.limit.amount - limit.limiter.storage.get(limit.key), limit) for limit in _counted()]
    if counted:
        left, tightest = min(counted, key=lambda each: (each[0], each[1].limit.amount))
        amount = tightest.limit.amount
        reset = max(0, math.ceil(tightest.limiter.storage.get_expiry(tightest.key) - time.time()))
        response.headers["RateLimit-Limit"] = str(amount)
        response.headers["RateLimit-Remaining"] = str(max(0, left))
        response.headers["RateLimit-Reset"] = str(reset)
        response.headers["RateLimit-Policy"] = f"{amount};w={tightest.limit.get_expiry()}"
    return response
