"""What the audit keeps of requests: who acts in them, and whatever hub.http.access wants noted that nobody else noted.

A write is noted in its own transaction, so that neither is kept without the other; a read of sensitive data before its
answer leaves, so that nothing is seen unnoted: where the audit cannot be written, the answer is 503. Refusals are
noted too, a bounded number a minute, with how many more there were.
"""

import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import psycopg
from flask import Flask, Response, current_app, g, request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.http import auth, problems
from hub.http.access import Noted
from hub.http.context import current_hub
from hub.http.idempotency import is_replay
from hub.storage import audit
from hub.storage.audit import Actor
from hub.storage.session import committing_watch

log = logging.getLogger(__name__)

REFUSALS_PER_CALLER, REFUSALS_PER_CHAIN = 10, 100
"""How many refusals a process notes in a minute; the next one noted says how many were left out."""
_PAGING = {"cursor", "limit", "sort", "include"}
_HAS_WRITTEN = text("select pg_current_xact_id_if_assigned() is not null")
_FAILURES = (DBAPIError, psycopg.Error, PoolTimeoutError)


@dataclass(slots=True)
class _Call:
    """A request as the audit names it. `is_noted` once its own event, or one that says more, is on its way."""

    operation: str
    noted: Noted
    object_type: str
    object_id: str
    tenant: str | None
    is_noted: bool = False

    def event(self, who: Actor, **more: Any) -> dict[str, Any]:
        return audit.event_of(self.operation, self.object_type, self.object_id, tenant=self.tenant, who=who, **more)


class Refusals:
    """Which refusals are noted: so many a minute for one caller, and for one chain."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._of_caller: Counter[tuple[str, str]] = Counter()
        self._of_chain: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    def admit(self, chain: str, caller: str, now: float) -> int | None:
        """How many were left out of the chain since the last one that was noted, or None where this one is, too.

        `now` is in seconds, from any beginning.
        """
        with self._lock:
            minute = int(now // 60)
            if minute != self._minute:
                self._minute = minute
                self._of_caller.clear()
                self._of_chain.clear()
            if self._of_caller[chain, caller] >= REFUSALS_PER_CALLER or self._of_chain[chain] >= REFUSALS_PER_CHAIN:
                self._left_out[chain] += 1
                return None
            self._of_caller[chain, caller] += 1
            self._of_chain[chain] += 1
            return self._left_out.pop(chain, 0)


_refusals = Refusals()


def install(app: Flask) -> None:
    """Note the requests of `app`; after hub.http.auth, which finds out who is calling."""
    app.before_request(_begin)
    app.after_request(_note)
    app.teardown_request(_end)


def _begin() -> None:
    g.actor_before = audit.actor()
    audit.act_as(_actor)
    rule = g.get("rule")
    if rule is not None and rule.noted != "no":
        call = g.audit_call = _call(rule.noted)
        committing_watch.set(partial(_watch, call))


def _end(_: BaseException | None) -> None:
    # The thread that served this request serves others, and other code, afterwards.
    committing_watch.set(None)
    if "actor_before" in g:
        audit.act_as(g.actor_before)


def _watch(call: _Call, session: Session) -> None:
    """Note a write in the first transaction that writes, unless something that says more was recorded there."""
    if call.is_noted:
        return
    if audit.is_recorded(session):
        call.is_noted = True
    elif call.noted == "write" and session.execute(_HAS_WRITTEN).scalar_one():
        audit.record(session, call.operation, call.object_type, call.object_id, tenant=call.tenant)
        call.is_noted = True


def _note(response: Response) -> Response:
    if "rule" not in g:
        return response
    if response.status_code >= 400:
        _note_refusal(response.status_code)
        return response
    call: _Call | None = g.get("audit_call")
    if call is None or call.is_noted or is_replay(response):
        return response
    is_read = call.noted == "read"
    filters = sorted(set(request.args) - _PAGING)
    event = call.event(audit.actor(), after={"filters": filters} if filters else None)
    try:
        audit.note(current_hub().storage, event, waits_for_disk=not is_read)
    except NotFoundError as error:  # the tenant was dropped meanwhile
        return problems.from_hub(error)
    except _FAILURES as error:
        log.error("%s could not be noted", call.operation, exc_info=error)
        return problems.from_database(error)
    return response


def _note_refusal(status: int) -> None:
    action = _refusal(status)
    if action is None:
        return
    who, call = _actor(), _call("no")
    left_out = _refusals.admit(call.tenant or audit.INSTALLATION, f"{who.kind}:{who.id}", time.monotonic())
    if left_out is None:
        return
    after: dict[str, Any] = {"operation": call.operation, "status": status}
    if status == 401:
        after["presented"] = _presented()
    if left_out:
        after["left_out_before"] = left_out
    call.operation = action
    try:
        event = call.event(who, after=after, outcome="denied")
        audit.note(current_hub().storage, event, waits_for_disk=False)
    except (*_FAILURES, NotFoundError) as error:
        # It is refused all the same.
        log.error("a refusal could not be noted", exc_info=error)


def _refusal(status: int) -> str | None:
    if status == 403 or (status == 401 and _has_credentials()):
        return "access.denied"
    # What is somebody else's looks like what does not exist, here too: the caller's chain says what was asked for.
    return "access.not_found" if status == 404 and request.view_args and "identity" in g else None


def _has_credentials() -> bool:
    return "Authorization" in request.headers or auth.cookie_name() in request.cookies


def _presented() -> str:
    """What kind of credentials were shown; of an API key also the part that may be shown."""
    if "Authorization" not in request.headers:
        return "session"
    shown = request.headers["Authorization"].partition(" ")[2].strip()
    return shown[:16] if shown.startswith("pp_") else "token"


def _actor() -> Actor:
    identity = g.get("identity")
    address = request.remote_addr or ""
    return Actor(
        kind=identity.kind if identity else "anonymous",
        id=identity.id if identity else address,
        name=identity.name if identity else "",
        address=address,
        user_agent=request.headers.get("User-Agent"),
        request_id=g.get("request_id"),
    )


def _call(noted: Noted) -> _Call:
    identity = g.get("identity")
    first_id = next(iter((request.view_args or {}).values()), "")
    return _Call(
        operation=_operation(current_app.view_functions[request.endpoint or ""], request.method),
        noted=noted,
        object_type=request.blueprint or "",
        object_id=str(first_id),
        tenant=identity.tenant_key if identity else None,
    )


@cache
def _operation(view: Any, method: str) -> str:
    return auth.operation_id(view, method) or method.lower()
