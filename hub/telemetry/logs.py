"""Logs: one JSON object a line for machines, or one readable line for people, each with the ids in force.

`bound(...)` puts ids (request_id, tenant, job_id) on every line logged inside it, in this thread or task. What looks
like a secret is struck out before a line leaves the process.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import orjson

from hub.settings import Settings

_bound: ContextVar[Mapping[str, Any]] = ContextVar("paypredict_log_ids", default=MappingProxyType({}))
_SECRETS = re.compile(
    r"(?P<key>\bpp_[a-z]+_[A-Za-z0-9]{4})[A-Za-z0-9_-]+"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<user>://[^:/@\s]*:)[^@/\s]+(?=@)"
    r"|(?P<name>(?i:password|passwd|secret|token|api_key|authorization)\\?[\"']?\s*[=:]\s*\\?[\"']?)"
    r"(?!Bearer\b|Basic\b)[^\s\"'\\,;}]+"
)


def bind(**ids: Any) -> None:
    """Make `ids` the ones on every later line of this thread or task, instead of those in force."""
    _bound.set(ids)


def bind_more(**ids: Any) -> None:
    """Add `ids` to those in force."""
    _bound.set({**_bound.get(), **ids})


@contextmanager
def bound(**ids: Any) -> Iterator[None]:
    """Add `ids` to the lines logged inside the block only."""
    token = _bound.set({**_bound.get(), **ids})
    try:
        yield
    finally:
        _bound.reset(token)


def redact(line: str) -> str:
    """`line` with keys, tokens and passwords struck out; an API key's first characters stay, to tell keys apart."""
    return _SECRETS.sub(lambda match: f"{match['key'] or match['scheme'] or match['user'] or match['name']}***", line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, the bound ids, and `extra={"fields": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_bound.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return redact(orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode())


class ConsoleFormatter(logging.Formatter):
    """One line for people: time of day, level, message, then the ids and fields as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        details = " ".join(
            f"{name}={value}" for name, value in {**_bound.get(), **getattr(record, "fields", {})}.items()
        )
        line = f"{at:%H:%M:%S} {record.levelname.lower():<7} {record.getMessage()}{'  ' if details else ''}{details}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return redact(line)


def configure(settings: Settings) -> None:
    """Send all logs to stderr as the settings say; calling it again replaces what the earlier call set."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ConsoleFormatter() if settings.log_format == "console" else JsonFormatter())
    handler.set_name("paypredict")
    root = logging.getLogger()
    root.handlers[:] = [kept for kept in root.handlers if kept.get_name() != "paypredict"] + [handler]
    root.setLevel(settings.log_level.upper())
    # These say at INFO what the hub's own request and job lines already say.
    for noisy in ("werkzeug", "_granian", "granian.access", "rq.worker", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
