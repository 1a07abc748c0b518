"""Is the process alive, can it serve, and its metrics. Nothing here tells of any tenant."""

import hmac
import ipaddress
import logging
from collections.abc import Callable

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy import text

from hub.errors import ForbiddenError
from hub.http.answers import answer
from hub.http.auth import public
from hub.http.blueprint import Blueprint
from hub.http.context import current_hub
from hub.http.fields import text as text_field
from hub.storage import migrations

log = logging.getLogger(__name__)

blp = Blueprint("health", __name__, description="Whether the hub runs, and how it does.")


class AliveSchema(Schema):
    """The process answers."""

    status = text_field("Always ok.", "ok", required=True)


class ReadySchema(Schema):
    """Whether the process can serve."""

    status = text_field("ok or unavailable.", "ok", required=True)
    checks = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What was tried, and ok or what is wrong.", "example": {"database": "ok"}},
    )


@blp.route("/healthz")
@blp.doc(operationId="getHealth")
@blp.response(200, AliveSchema)
@public
def alive() -> Response:
    """Whether the process is alive."""
    return answer({"status": "ok"})


@blp.route("/readyz")
@blp.doc(operationId="getReadiness")
@blp.response(200, ReadySchema)
@blp.alt_response(503, schema=ReadySchema, description="Something that is needed does not answer.")
@public
def ready() -> Response:
    """Whether database, Valkey and migrations are in order."""
    checks = {name: _try(name, check) for name, check in CHECKS.items()}
    fine = all(outcome == "ok" for outcome in checks.values())
    return answer({"status": "ok" if fine else "unavailable", "checks": checks}, 200 if fine else 503)


@blp.route("/metrics")
@blp.doc(operationId="getMetrics")
@blp.response(200, {"type": "string"}, content_type="text/plain", description="Prometheus text format.")
@blp.alt_response(403, "FORBIDDEN")
@public
def metrics() -> Response:
    """Metrics of all processes, for Prometheus: callers on this machine, or with the metrics token."""
    hub = current_hub()
    _admit(hub.settings.metrics_token)
    body = hub.metrics.exposition(hub.gauges())
    return Response(body, content_type="text/plain; version=0.0.4; charset=utf-8")


def _try(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:
        log.warning("not ready: %s", name, exc_info=True)
        return "does not answer"


def _database() -> str:
    with current_hub().storage.hub() as session:
        session.execute(text("select 1"))
    return "ok"


def _valkey() -> str:
    current_hub().redis().ping()
    return "ok"


def _migrations() -> str:
    with current_hub().storage.hub() as session:
        version = session.execute(text("select version_num from hub.alembic_version")).scalar_one()
    return "ok" if version >= migrations.head("hub") else "older than this code: run `paypredict tenant migrate`"


CHECKS = {"database": _database, "valkey": _valkey, "migrations": _migrations}


def _admit(token: str) -> None:
    if token:
        presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(presented.encode(), token.encode()):
            raise ForbiddenError("Send the metrics token as `Authorization: Bearer <token>`.")
    elif "X-Forwarded-For" in request.headers or not _is_loopback(request.remote_addr or ""):
        # A proxy on this machine would make everybody look local.
        raise ForbiddenError("Only callers on this machine may read metrics; set metrics_token to allow others.")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
