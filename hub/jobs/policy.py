"""How work is retried and limited: pure decisions, and the durations that tests shorten."""

import random
import uuid
from dataclasses import dataclass
from typing import Any

from hub.errors import HubError, RateLimitedError
from hub.redaction import sentence
from hub.sdk.errors import AuthError, ConfigError, RecordError, RefusedError, TransientError
from hub.settings import Settings

PARKED_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Durations in seconds. A lease is renewed three times before it would run out."""

    lease_seconds: float = 30
    time_limit_seconds: int = 7200
    backoff_seconds: float = 10
    longest_backoff_seconds: float = 900
    sweep_seconds: float = 5
    standby_seconds: float = 2
    keep_finished_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of work whose attempt raised: queued again after `delay` seconds, failed, or dead.

    `is_counted`: whether the attempt is one of those that work has.
    """

    state: str
    delay: float
    error: dict[str, Any]
    is_counted: bool = True


def judge(error: BaseException, attempt: int, max_attempts: int, policy: Policy, rng: random.Random) -> Verdict:
    """The verdict on the `attempt`-th attempt (from 1). What cannot work fails at once; all else is retried.

    An attempt that ends with a wait of PARKED_SECONDS or more is not counted: a provider's limit of calls a day may be
    used up several days in a row, and nothing is wrong with the work.
    """
    reason = {"code": _code(error), "message": said_of(error), "trace_id": uuid.uuid4().hex}
    if _is_final(error):
        return Verdict(state="failed", delay=0, error=reason)
    is_parked = is_wait(error)
    if attempt >= max_attempts and not is_parked:
        return Verdict(state="dead", delay=0, error=reason)
    longest = min(policy.backoff_seconds * 2 ** (attempt - 1), policy.longest_backoff_seconds)
    delay = max(longest, getattr(error, "retry_after", 0))
    # Jitter is only ever added: a provider that named a time must not be asked before it.
    delay += rng.uniform(0, longest / 2)
    return Verdict(state="queued", delay=delay, error=reason, is_counted=not is_parked)


def is_wait(error: BaseException) -> bool:
    """Whether work is not failing but waits, for so long as somebody else has named."""
    return isinstance(error, TransientError | RateLimitedError) and error.retry_after >= PARKED_SECONDS


def said_of(error: BaseException) -> str:
    """What an error says, for people; of one that nobody foresaw its first line: what follows may be anybody's."""
    said = str(error).strip()
    if _code(error) == "unexpected":
        said = f"{type(error).__name__}: {said.splitlines()[0] if said else 'no message'}"
    return sentence(said)


def tenant_concurrency(settings: Settings) -> int:
    """How much work of one tenant may run at once: never all workers, so that others find one free."""
    return max(1, settings.job_workers - 1)


def _is_final(error: BaseException) -> bool:
    if isinstance(error, AuthError | ConfigError | RecordError | RefusedError):
        return True
    return isinstance(error, HubError) and error.status < 500 and not isinstance(error, RateLimitedError)


def _code(error: BaseException) -> str:
    if isinstance(error, HubError):
        return error.code
    codes: dict[type[BaseException], str] = {
        **{AuthError: "auth", ConfigError: "config", RecordError: "record"},
        **{RefusedError: "refused", TransientError: "transient"},
    }
    return next((code for kind, code in codes.items() if isinstance(error, kind)), "unexpected")
