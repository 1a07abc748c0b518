"""Whether the servers that DATABASE_URL and REDIS_URL name can be reached and are new enough."""

import re

import psycopg
import redis

from hub.errors import UnavailableError
from hub.settings import Settings

_POSTGRES_FROM, _REDIS_FROM, _VALKEY_FROM = 15, 7, 8


def check_given(settings: Settings) -> None:
    """Check whichever of the two addresses is given."""
    if settings.database_url:
        check_database(settings.database_url)
    if settings.redis_url:
        check_redis(settings.redis_url)


def check_database(url: str) -> None:
    """Raises UnavailableError that says what to do, unless PostgreSQL 15 or later answers there."""
    try:
        with psycopg.connect(re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url), connect_timeout=10) as found:
            version = found.info.server_version // 10000
    except psycopg.Error as error:
        raise UnavailableError(f"DATABASE_URL: no PostgreSQL answers there ({error}); mend or unset it") from error
    if version < _POSTGRES_FROM:
        raise UnavailableError(f"DATABASE_URL: PostgreSQL {version} is too old; {_POSTGRES_FROM} or later is needed")


def check_redis(url: str) -> None:
    """Raises UnavailableError that says what to do, unless Redis 7 or Valkey 8, or later, answers there."""
    try:
        # Protocol 2, which the servers that are too old speak as well.
        with redis.Redis.from_url(url, socket_connect_timeout=10, protocol=2) as client:
            about = client.info("server")
    except (redis.RedisError, ValueError) as error:
        raise UnavailableError(f"REDIS_URL: no Redis or Valkey answers there ({error}); mend or unset it") from error
    # Valkey calls itself Redis 7.2 as well, for the sake of old clients.
    name, oldest = ("Valkey", _VALKEY_FROM) if "valkey_version" in about else ("Redis", _REDIS_FROM)
    version = str(about[f"{name.lower()}_version"])
    if int(version.split(".")[0]) < oldest:
        raise UnavailableError(f"REDIS_URL: {name} {version} is too old; {oldest} or later is needed")
