"""The page that a dashboard opens with, in one answer: /api/overview."""

from flask import Response

from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import tenant_session, today
from hub.insights import overview as reading
from hub.insights import service
from hub.insights.overview_schemas import OverviewSchema

COLLECT_FIRST = 7

overview = Blueprint("overview", __name__, url_prefix="/api/overview", description="What a dashboard opens with.")


@overview.route("")
@overview.doc(operationId="getOverview")
@overview.response(200, OverviewSchema)
def get_overview() -> Response:
    """Open and overdue amounts, DSO, cash to come, whom to contact first, and what needs a person"""
    as_of = today()
    with tenant_session() as session:
        contacts = service.contacts(session, limit=COLLECT_FIRST, today=as_of)
        found = {
            "as_of": as_of,
            "home_currency": contacts["home_currency"],
            "currencies": reading.read_currencies(session, as_of),
            "forecast": reading.read_forecast(session),
            "contacts": contacts | {"next_cursor": None},
            "attention": reading.read_attention(session, as_of),
            "progress": reading.read_progress(session),
        }
    return answer(found)
