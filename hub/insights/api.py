"""Aging, DSO in its variants, collection figures: /api/insights; and whom to contact: /api/worklist."""

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session, today
from hub.http.paging import Key, Sort
from hub.identity.colleagues import names_of
from hub.insights import service
from hub.insights.aging import Aging
from hub.insights.dispute_schemas import DisputeInsightsArguments, DisputeInsightsSchema
from hub.insights.disputes import read_disputes
from hub.insights.flows import Month
from hub.insights.reminder_schemas import ReminderInsightsArguments, ReminderInsightsSchema
from hub.insights.reminders import read_reminders
from hub.insights.schemas import (
    AgingArguments,
    AgingListSchema,
    ContactArguments,
    DsoArguments,
    FigureListSchema,
    SummaryArguments,
    SummarySchema,
    WorklistArguments,
    WorklistPageSchema,
    WorklistSchema,
)
from hub.insights.worklist import CONTACT_FILTERS, read_done

insights = Blueprint(
    "insights", __name__, url_prefix="/api/insights", description="Figures of the ledger, per currency and as of a day."
)


contacts = Blueprint("worklist", __name__, url_prefix="/api/worklist", description="Whom to contact, and how.")

_BY_VALUE = Sort(
    "-contact_value",
    (Key("contact_value", "r.contact_value", "numeric"), Key("customer_id", "r.customer_id", "uuid")),
    descending=True,
)


@contacts.route("")
@contacts.doc(operationId="listContacts")
@contacts.arguments(ContactArguments, location="query")
@contacts.response(200, WorklistPageSchema)
def list_contacts(arguments: dict[str, Any]) -> Response:
    """Whom to contact today, the most worthwhile first, with the next step and what is held up"""
    limit = arguments["limit"]
    position = _BY_VALUE.position(arguments["cursor"]) if "cursor" in arguments else {}
    after = (position["after_0"], position["after_1"]) if position else None
    filters = {name: arguments[name] for name in CONTACT_FILTERS if name in arguments}
    if "owner" in filters:
        filters["owner"] = _owner(filters["owner"])
    day_began = datetime.combine(today(), time.min, caller().time_zone)
    with tenant_session() as session:
        found = service.contacts(
            session,
            limit=limit + 1,
            today=today(),
            after=after,
            filters=filters,
            is_snoozed=arguments["snoozed"],
            with_standing=True,
        )
        done = read_done(session, day_began, caller().id)
    items = found["items"][:limit]
    cursor = _BY_VALUE.cursor(items[-1]) if len(found["items"]) > limit else None
    with current_hub().storage.hub() as session:
        people = names_of(session, {each["owner_id"] for each in items} - {None})
    for item in items:
        owner_id = item.pop("owner_id")
        item["owner"] = {"id": owner_id, "name": people[owner_id]} if owner_id in people else None
    return answer(found | {"items": items, "next_cursor": cursor, "done_today": done})


def _owner(given: str) -> str | None:
    """Whom the filter means; None: nobody. Raises InvalidError."""
    if given == "none":
        return None
    try:
        return str(UUID(caller().id if given == "me" else given))
    except ValueError as error:
        message = "me (of a person), none, or the id of a person."
        raise InvalidError("There is nobody of that id.", fields={"owner": message}) from error


@insights.route("")
@insights.doc(operationId="getInsights")
@insights.arguments(SummaryArguments, location="query")
@insights.response(200, SummarySchema)
def get_summary(arguments: dict[str, Any]) -> Response:
    """Open and overdue amounts, aging, DSO, collection figures and the trend by month"""
    with tenant_session() as session:
        summary = service.summary(session, arguments.get("as_of") or today(), arguments["months"])
    currencies = [
        asdict(each) | {"aging": _aging(each.aging), "trend": [_month(month) for month in each.trend]}
        for each in summary.currencies
    ]
    return answer({"as_of": summary.as_of, "currencies": currencies})


@insights.route("/disputes")
@insights.doc(operationId="getDisputeInsights")
@insights.arguments(DisputeInsightsArguments, location="query")
@insights.response(200, DisputeInsightsSchema)
def get_disputes(arguments: dict[str, Any]) -> Response:
    """Disputes by reason, month, customer and product, how long they take and how they end"""
    to_on = today()
    month = to_on.year * 12 + to_on.month - arguments["months"]
    first = date(month // 12, month % 12 + 1, 1)
    with tenant_session() as session:
        return answer(read_disputes(session, first, to_on, str(caller().time_zone)))


@insights.route("/reminders")
@insights.doc(operationId="getReminderInsights")
@insights.arguments(ReminderInsightsArguments, location="query")
@insights.response(200, ReminderInsightsSchema)
def get_reminders(arguments: dict[str, Any]) -> Response:
    """What became of reminders, and what they changed against invoices held back by lot"""
    to_on = today()
    month = to_on.year * 12 + to_on.month - arguments["months"]
    first = date(month // 12, month % 12 + 1, 1)
    with tenant_session() as session:
        return answer(read_reminders(session, first, to_on, now(), str(caller().time_zone)))


@insights.route("/aging")
@insights.doc(operationId="getAging")
@insights.arguments(AgingArguments, location="query")
@insights.response(200, AgingListSchema)
def get_aging(arguments: dict[str, Any]) -> Response:
    """What is open by age, of all customers or of one"""
    with tenant_session() as session:
        found = service.aging(
            session,
            arguments.get("as_of") or today(),
            basis=arguments["basis"],
            customer_id=arguments.get("customer_id"),
        )
    return answer({"items": [_aging(each) for each in found]})


@insights.route("/dso")
@insights.doc(operationId="getDso")
@insights.arguments(DsoArguments, location="query")
@insights.response(200, FigureListSchema)
def get_dso(arguments: dict[str, Any]) -> Response:
    """Days sales outstanding"""
    with tenant_session() as session:
        found = service.dso(session, arguments.get("as_of") or today(), arguments["method"], arguments.get("days"))
    return answer({"items": found})


@insights.route("/worklist")
@insights.doc(operationId="getWorklist")
@insights.arguments(WorklistArguments, location="query")
@insights.response(200, WorklistSchema)
def get_worklist(arguments: dict[str, Any]) -> Response:
    """The customers to turn to first"""
    with tenant_session() as session:
        found = service.worklist(session, arguments.get("as_of") or today(), arguments["limit"])
    return answer({"items": found})


def customer_aging(session: Session, customer_id: UUID, as_of: date) -> list[dict[str, Any]]:
    """What the customer document shows as `aging`."""
    return [_aging(each) for each in service.aging(session, as_of, customer_id=customer_id)]


def _aging(found: Aging) -> dict[str, Any]:
    return asdict(found) | {"open": found.open, "balance": found.balance, "invoices": found.invoices}


def _month(month: Month) -> dict[str, Any]:
    return asdict(month) | {"days": month.days, "rolling_dso": month.rolling_dso}
