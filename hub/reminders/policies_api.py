"""Policies, what they would do, and the settings that hold for all of them: /api/reminder-policies and -settings."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session
from hub.http.etags import expected_version, version_header
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH
from hub.jobs import service as jobs
from hub.jobs.api import accepted
from hub.jobs.schemas import JobSchema
from hub.reminders import policies, settings, simulated
from hub.reminders.policy import suggested
from hub.reminders.policy_schemas import (
    NewReminderPolicyInputSchema,
    ReminderPolicyInputSchema,
    ReminderPolicyListSchema,
    ReminderPolicySchema,
    ReminderPolicyVersionsSchema,
    ReminderSettingsInputSchema,
    ReminderSettingsSchema,
    SimulationInputSchema,
    SimulationSchema,
)
from hub.reminders.simulation import simulate
from hub.tenants import service as tenants

reminder_policies = Blueprint(
    "reminder-policies",
    __name__,
    url_prefix="/api/reminder-policies",
    description="Which invoices are reminded of, when, in which tone and by whose approval.",
)
reminder_settings = Blueprint(
    "reminder-settings",
    __name__,
    url_prefix="/api/reminder-settings",
    description="Who signs reminders, when and how often debtors are written to, and what a text may name.",
)
reminder_planning = Blueprint(
    "reminder-planning", __name__, url_prefix="/api/reminders/plan", description="Planning, before its hour."
)


@reminder_policies.route("")
class ReminderPolicies(MethodView):
    """The list of policies."""

    @reminder_policies.doc(operationId="listReminderPolicies")
    @reminder_policies.response(200, ReminderPolicyListSchema)
    def get(self) -> Response:
        """All policies, in the order in which they are asked; the first active one that takes an invoice has it"""
        with tenant_session() as session:
            return answer({"items": policies.list_policies(session), "suggested": suggested()})

    @reminder_policies.doc(operationId="createReminderPolicy", parameters=[IDEMPOTENCY_KEY])
    @reminder_policies.arguments(NewReminderPolicyInputSchema)
    @reminder_policies.response(201, ReminderPolicySchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Add a policy; without a document it has the suggested sequence"""

        def create(session: Session) -> Response:
            made = policies.create(session, body, now())
            return _show(made, 201)

        with tenant_session() as session:
            return once(session, lambda: create(session))


@reminder_policies.route("/<uuid:policy_id>")
class ReminderPolicy(MethodView):
    """One policy."""

    @reminder_policies.doc(operationId="getReminderPolicy")
    @reminder_policies.response(200, ReminderPolicySchema)
    def get(self, policy_id: UUID) -> Response:
        """A policy"""
        with tenant_session() as session:
            return _show(policies.get(session, policy_id))

    @reminder_policies.doc(operationId="updateReminderPolicy", parameters=[IF_MATCH])
    @reminder_policies.arguments(ReminderPolicyInputSchema)
    @reminder_policies.response(200, ReminderPolicySchema)
    def put(self, body: dict[str, Any], policy_id: UUID) -> Response:
        """Replace a policy; what is planned already stays planned"""
        version = expected_version()
        with tenant_session() as session:
            return _show(policies.update_policy(session, policy_id, body, now(), expected_version=version))

    @reminder_policies.doc(operationId="deleteReminderPolicy", parameters=[IF_MATCH])
    @reminder_policies.response(204)
    def delete(self, policy_id: UUID) -> Response:
        """Delete a policy; what is planned already stays planned"""
        version = expected_version()
        with tenant_session() as session:
            policies.delete_policy(session, policy_id, expected_version=version)
        return Response(status=204)


@reminder_policies.route("/<uuid:policy_id>/versions")
@reminder_policies.doc(operationId="listReminderPolicyVersions")
@reminder_policies.response(200, ReminderPolicyVersionsSchema)
def list_versions(policy_id: UUID) -> Response:
    """All versions of a policy, newest first"""
    with tenant_session() as session:
        return answer({"items": policies.versions(session, policy_id)})


@reminder_policies.route("/simulate", methods=["POST"])
@reminder_policies.doc(operationId="simulateReminders")
@reminder_policies.arguments(SimulationInputSchema)
@reminder_policies.response(200, SimulationSchema)
def simulate_reminders(body: dict[str, Any]) -> Response:
    """What would go out in a period, to whom, when, and why each other open invoice gets nothing"""
    home_currency = _home_currency()
    with tenant_session() as session:
        found = simulate(
            session,
            body["from_"],
            body["to"],
            now(),
            caller().time_zone,
            home_currency,
            tried=body.get("policies"),
            customer_id=body.get("customer_id"),
        )
    return answer(simulated.show(found))


@reminder_settings.route("")
class ReminderSettings(MethodView):
    """The settings."""

    @reminder_settings.doc(operationId="getReminderSettings")
    @reminder_settings.response(200, ReminderSettingsSchema)
    def get(self) -> Response:
        """The settings of reminders"""
        with tenant_session() as session:
            return _show(settings.show(session))

    @reminder_settings.doc(operationId="updateReminderSettings", parameters=[IF_MATCH])
    @reminder_settings.arguments(ReminderSettingsInputSchema)
    @reminder_settings.response(200, ReminderSettingsSchema)
    def put(self, body: dict[str, Any]) -> Response:
        """Replace the settings; what is not sent yet goes by them"""
        version = expected_version()
        with tenant_session() as session:
            return _show(settings.store(session, body["document"], now(), expected_version=version))


@reminder_planning.route("", methods=["POST"])
@reminder_planning.doc(operationId="planReminders", parameters=[IDEMPOTENCY_KEY])
@reminder_planning.response(202, JobSchema, description="The job that plans; its result says how many reminders.")
def plan_reminders() -> Response:
    """Plan now what the active policies have to be sent within a day"""
    with tenant_session() as session:
        return once(session, lambda: accepted(session, jobs.submit(session, "reminders.plan", {})))


def _show(document: dict[str, Any], status: int = 200) -> Response:
    return answer(document, status, headers=version_header(document["version"]))


def _home_currency() -> str:
    with current_hub().storage.hub() as session:
        return tenants.get(session, caller().tenant).home_currency
