"""Everything that an installation writes or shows, as bytes, and where in it a secret is found."""

import base64
import contextlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
import redis
from psycopg.sql import SQL, Identifier

from hub.cli.up import programs
from hub.settings import Settings
from hub.storage.embedded import Servers

# What keeps secrets on purpose, readable by its owner alone.
KEEPERS = {"secrets.json", "servers.json", "vault.key"}

Found = Iterator[tuple[str, bytes]]


@dataclass
class Installation:
    """A hub with servers of its own: its secrets by what they are, and what it answered and printed."""

    settings: Settings
    servers: Servers
    secrets: dict[str, str]
    answers: list[tuple[str, bytes]] = field(default_factory=list)
    printed: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir


def written_logs(hub: Installation) -> Found:
    for path in sorted((hub.data_dir / "logs").iterdir()):
        yield path.name, path.read_bytes()


def files(hub: Installation) -> Found:
    """All under the data folder but the logs: the database's files and Valkey's log of writes as they lie on disk."""
    with psycopg.connect(hub.servers.postgres.superuser_url, autocommit=True) as connection:
        connection.execute("checkpoint")
    for path in sorted(hub.data_dir.rglob("*")):
        if path.is_file() and path.name not in KEEPERS and path.parent.name != "logs":
            yield str(path.relative_to(hub.data_dir)), path.read_bytes()


def tables(hub: Installation) -> Found:
    """Every row of every table, as `pg_dump` would write it."""
    with psycopg.connect(hub.servers.postgres.superuser_url) as connection:
        names = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in names:
            rows = connection.execute(SQL("select t::text from {} t").format(Identifier(schema, table)))
            yield f"{schema}.{table}", "\n".join(row[0] for row in rows).encode()


def valkey(hub: Installation) -> Found:
    with redis.Redis.from_url(hub.settings.redis_url) as client:
        for key in client.scan_iter():
            yield repr(key), b"\n".join([key, *_unpacked(_flat(_read(client, key)))])


def arguments(hub: Installation) -> Found:
    """What the list of processes shows of the servers and of all that was started from here."""
    mine = psutil.Process()
    for process in [mine, *mine.children(recursive=True)]:
        yield f"process {process.pid}", "\0".join(process.cmdline()).encode()
    for program in chain.from_iterable(programs(hub.settings)):
        yield f"program {program.name}", "\0".join(program.command).encode()


def answers(hub: Installation) -> Found:
    yield from hub.answers


def printed(hub: Installation) -> Found:
    yield from hub.printed


def shown(hub: Installation) -> Found:
    """What Python shows of the settings, in whichever message it ends up."""
    yield "repr", repr(hub.settings).encode()
    yield "str", f"{hub.settings}".encode()


SINKS = (written_logs, files, tables, valkey, arguments, answers, printed, shown)


def leaks(secrets: Mapping[str, str], found: Iterable[tuple[str, bytes]]) -> list[str]:
    """Which secret is where, however it is spelt."""
    spellings = {what: _spellings(secret) for what, secret in secrets.items()}
    return [
        f"{what} in {where}"
        for where, content in found
        for what, spelt in spellings.items()
        if any(each in content for each in spelt)
    ]


def _spellings(secret: str) -> set[bytes]:
    plain = secret.encode()
    # As it stands in base64, which depends on what is before it; without the ends, which it shares with others.
    packed = {base64.b64encode(b"x" * before + plain)[4 if before else 0 : -4] for before in range(3)}
    return {
        plain,
        plain.hex().encode(),
        quote(secret).encode(),
        quote(secret, safe="").encode(),
        json.dumps(secret)[1:-1].encode(),
        plain[::-1],
        *packed,
    }


def _read(client: Any, key: bytes) -> Any:
    match client.type(key):
        case b"hash":
            return client.hgetall(key)
        case b"list":
            return client.lrange(key, 0, -1)
        case b"set":
            return list(client.smembers(key))
        case b"zset":
            return client.zrange(key, 0, -1)
        case b"stream":
            return client.xrange(key)
        case _:
            return client.get(key)


def _flat(value: Any) -> Iterator[bytes]:
    if isinstance(value, Mapping):
        for pair in value.items():
            yield from _flat(pair)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    elif value is not None:
        yield value if isinstance(value, bytes) else str(value).encode()


def _unpacked(values: Iterable[bytes]) -> Iterator[bytes]:
    """The values, and unpacked those that RQ has compressed, or compressed and written in base64."""
    for value in values:
        yield value
        for unpack in (zlib.decompress, lambda packed: zlib.decompress(base64.b64decode(packed))):
            with contextlib.suppress(zlib.error, ValueError):
                yield unpack(value)
