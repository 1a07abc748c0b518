"""Logs: one JSON object a line for machines, or one readable line for people, each with the ids in force.

`bound(...)` puts ids (request_id, tenant, job_id) on every line logged inside it, in this thread or task. What is known
to be a secret, or looks like one, is struck out before a line leaves the process: see hub.redaction.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any, TextIO

import orjson

from hub.redaction import hide as hide
from hub.redaction import redact as redact
from hub.settings import Settings

_bound: ContextVar[Mapping[str, Any]] = ContextVar("paypredict_log_ids", default=MappingProxyType({}))
_LONGEST = 100_000


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


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, the bound ids, and `extra={"fields": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _cut(record.getMessage()),
            **_bound.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = _cut(self.formatException(record.exc_info))
        return redact(orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode())


class ConsoleFormatter(logging.Formatter):
    """One line for people: time of day, level, message, then the ids and fields as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        details = " ".join(
            f"{name}={value}" for name, value in {**_bound.get(), **getattr(record, "fields", {})}.items()
        )
        message = _cut(record.getMessage())
        line = f"{at:%H:%M:%S} {record.levelname.lower():<7} {message}{'  ' if details else ''}{details}"
        if record.exc_info:
            line += "\n" + _cut(self.formatException(record.exc_info))
        return redact(line)


class Handler(logging.StreamHandler[TextIO]):
    """Writes to stderr; a line that cannot be formatted is told of without what it held."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say which line could not be written, and why, where the base class would print all its arguments."""
        error = sys.exception()
        sys.stderr.write(redact(f"a line of {record.name}, {record.pathname}:{record.lineno}, is lost: {error!r}\n"))


def configure(settings: Settings) -> None:
    """Send all logs to stderr as the settings say; calling it again replaces what the earlier call set."""
    handler = Handler(sys.stderr)
    handler.setFormatter(ConsoleFormatter() if settings.log_format == "console" else JsonFormatter())
    handler.set_name("paypredict")
    root = logging.getLogger()
    root.handlers[:] = [kept for kept in root.handlers if kept.get_name() != "paypredict"] + [handler]
    root.setLevel(settings.log_level.upper())
    # These say at INFO what the hub's own lines already say, or more than anybody should.
    for noisy in ("werkzeug", "_granian", "granian.access", "rq.worker", "urllib3", "httpx", "httpcore", "botocore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def catch_crashes() -> None:
    """Have what ends this process, or one of its threads, reported on stderr without secrets. For programs' own use."""

    def report(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = report
    threading.excepthook = lambda ended: report(ended.exc_type, ended.exc_value, ended.exc_traceback)


def _cut(text: str) -> str:
    """`text`, without its middle where it is so long that it would hold up whoever writes it."""
    if len(text) <= _LONGEST:
        return text
    # At a space, for half a secret would not be known as one.
    head, tail = text[: _LONGEST // 2].rpartition(" ")[0], text[-_LONGEST // 2 :].partition(" ")[2]
    return f"{head} ... {len(text) - len(head) - len(tail)} characters left out ... {tail}"
