"""What just happened, told to whoever has a page open: a kind and ids, never data, by tenant, through Valkey.

Nothing waits for it and nothing depends on it: while Valkey is away it is left out, and pages ask for what they show as
they would without it.
"""

import logging
import re
import time
from functools import partial
from typing import Any

import orjson
from sqlalchemy.orm import Session

from hub.events import Event
from hub.settings import Settings
from hub.storage.session import after_commit

log = logging.getLogger(__name__)

_AWAY_SECONDS = 5.0
_TIMEOUT_SECONDS = 0.5

_settings: Settings | None = None
_redis: Any = None
_away_until = 0.0


def connect(settings: Settings) -> None:
    """Have this process tell of what it does; without it, it tells nothing."""
    global _settings, _redis, _away_until
    if settings != _settings:
        _settings, _redis, _away_until = settings, None, 0.0


def channels(database: int) -> str:
    """What the channels of all tenants begin with. Channels are a server's; `database` keeps its hubs apart."""
    return f"paypredict:live:{database}:"


def tell(tenant: str, kind: str, **ids: str) -> None:
    """Tell of something that is true already, to the tenant's open pages."""
    global _redis, _away_until
    if _settings is None or time.monotonic() < _away_until:
        return
    import redis  # late: it takes longer to import than most of the hub
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    if _redis is None:
        _redis = redis.Redis.from_url(
            _settings.redis_url,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    database = _redis.connection_pool.connection_kwargs.get("db") or 0
    try:
        _redis.publish(channels(database) + tenant, orjson.dumps({"kind": kind, **ids}))
    except redis.RedisError as error:
        _away_until = time.monotonic() + _AWAY_SECONDS
        log.warning("open pages are told nothing for a while: Valkey does not answer: %s", error)


def tell_after_commit(session: Session, kind: str, **ids: str) -> None:
    """Tell the session's tenant of something once this transaction has committed."""
    after_commit(session, partial(tell, session.info["tenant"], kind, **ids))


def tell_event(event: Event) -> None:
    """Tell of an event of the hub: its name, with dashes, and the ids in it."""
    kind = re.sub(r"(?<!^)(?=[A-Z])", "-", type(event).__name__).lower()
    ids = {name: str(getattr(event, name)) for name in event.__dataclass_fields__ if name.endswith("_id")}
    tell(event.tenant, kind, **ids)
