"""What a tenant's people have to know of their connections: /api/notices."""

from typing import Any

from flask import Response

from hub.connections import notices
from hub.connections.schemas import NoticeArguments, NoticeListSchema, NoticeSchema
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import tenant_session
from hub.http.openapi import IDEMPOTENCY_KEY

told = Blueprint("notices", __name__, url_prefix="/api/notices", description="What has to be known of connections.")


@told.route("")
@told.doc(operationId="listNotices")
@told.arguments(NoticeArguments, location="query")
@told.response(200, NoticeListSchema)
def list_notices(arguments: dict[str, Any]) -> Response:
    """Notices that stand, newest first"""
    with tenant_session() as session:
        found = notices.list_notices(session, open=not arguments["all"], limit=arguments["limit"])
    return answer({"items": [dict(each) for each in found]})


@told.route("/<int:notice_id>/seen", methods=["POST"])
@told.doc(operationId="seeNotice", parameters=[IDEMPOTENCY_KEY])
@told.response(200, NoticeSchema)
def see_notice(notice_id: int) -> Response:
    """Note that a notice was seen; it stands until what it tells of is mended"""
    with tenant_session() as session:
        return idempotency.once(session, lambda: answer(dict(notices.see(session, notice_id))))
