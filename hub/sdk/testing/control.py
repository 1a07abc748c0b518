"""Control of a box from other processes, at addresses outside the provider's own: /_box/..."""

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import flask
from flask import request

from hub.sdk.testing.faults import Fault

if TYPE_CHECKING:
    from hub.sdk.testing.box import Box

STEPS = frozenset(
    {
        "add_customer",
        "edit_customer",
        "rename",
        "merge",
        "issue",
        "credit",
        "edit_invoice",
        "void_invoice",
        "delete_invoice",
        "void_credit_memo",
        "delete_credit_memo",
        "pay",
        "void_payment",
        "delete_payment",
        "apply",
        "refund",
        "unapply",
    }
)
_DATES = frozenset({"on", "due_on", "issued_on"})
_AMOUNTS = frozenset({"amount", "total", "rate"})


def carry_out(box: "Box", command: dict[str, Any]) -> Any:
    """Do what a command says, without noting it. Raises ValueError for one that is not known."""
    companies = {"": box.company, **box.others}
    match command.get("do"):
        case "advance":
            for company in companies.values():
                company.advance(command["days"])
        case "wait":
            for company in companies.values():
                company.wait(command["seconds"])
        case "step" if command["step"] in STEPS:
            company = companies[command.get("company", "")]
            return getattr(company, command["step"])(**_arguments(command.get("arguments", {})))
        case _:
            raise ValueError(f"a box does not know the command {command}")
    return None


def blueprint(box: "Box") -> flask.Blueprint:
    """The control addresses of one box."""
    routes = flask.Blueprint("box_control", __name__, url_prefix="/_box")

    @routes.errorhandler(ValueError)
    @routes.errorhandler(TypeError)
    @routes.errorhandler(KeyError)
    def refuse(error: Exception) -> tuple[flask.Response, int]:
        return flask.jsonify(error=f"{type(error).__name__}: {error}"), 400

    @routes.post("/advance")
    def advance() -> flask.Response:
        box.advance(int(_body().get("days", 1)))
        return _state(box)

    @routes.post("/clock")
    def clock() -> flask.Response:
        box.wait(float(_body()["seconds"]))
        return _state(box)

    @routes.post("/do")
    def do() -> flask.Response:
        body = dict(_body())
        step, company = body.pop("step"), body.pop("company", "")
        result = box.perform({"do": "step", "step": step, "company": company, "arguments": body})
        return flask.jsonify(_plain(result))

    @routes.get("/state")
    def state() -> flask.Response:
        return _state(box)

    @routes.post("/faults")
    def add_faults() -> flask.Response:
        body = request.get_json()
        if isinstance(body, dict):
            box.faults.script(body["script"], int(body.get("every", 10)), body.get("match", ""))
        else:
            box.faults.add(*(Fault(**each) for each in body))
        return _faults(box)

    @routes.delete("/faults")
    def clear_faults() -> flask.Response:
        box.faults.clear()
        return _faults(box)

    @routes.get("/faults")
    def faults() -> flask.Response:
        return _faults(box)

    @routes.post("/revoke")
    def revoke() -> flask.Response:
        revoked = box.oauth.revoke_all() if box.oauth else 0
        return flask.jsonify(revoked=revoked)

    @routes.get("/calls")
    def calls() -> flask.Response:
        last = int(request.args.get("last", 100))
        shown = [
            {"method": each.method, "path": each.path, "query": each.query, "status": each.status, "fault": each.fault}
            for each in (box.calls[-last:] if last else [])
        ]
        return flask.jsonify(calls=shown, counts=dict(box.counts), errors=[repr(each) for each in box.errors])

    @routes.get("/receivable")
    def receivable() -> flask.Response:
        company = {"": box.company, **box.others}[request.args.get("company", "")]
        with company.lock:
            figures = {
                "as_of": company.today,
                "home_currency": company.home_currency,
                "receivable": company.receivable(),
                "home": company.receivable_home(),
                "customers": company.receivable_by_customer(),
                "home_customers": company.home_by_customer(),
            }
        return flask.jsonify(_plain(figures))

    @routes.post("/webhooks")
    def webhooks() -> flask.Response:
        if box.webhooks is None:
            raise ValueError("this provider sends no webhooks")
        box.webhooks.subscribe(**_body())
        return flask.jsonify(subscribed=len(box.webhooks.subscriptions))

    @routes.post("/deliver")
    def deliver() -> flask.Response:
        if box.webhooks is None:
            raise ValueError("this provider sends no webhooks")
        return flask.jsonify([dataclasses.asdict(each) for each in box.webhooks.deliver_changes(**_body())])

    return routes


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _state(box: "Box") -> flask.Response:
    return flask.jsonify(
        slug=box.slug,
        today=box.company.today.isoformat(),
        now=box.now().isoformat(),
        customers=len(box.company.parties),
        invoices=len(box.company.invoices),
        payments=len(box.company.receipts),
        credit_memos=len(box.company.credit_memos),
        changes=len(box.company.changes),
    )


def _faults(box: "Box") -> flask.Response:
    return flask.jsonify(fired=[list(each) for each in box.faults.fired[-1000:]])


def _arguments(given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a step from JSON: amounts are text, dates are ISO dates, `invoices` pairs of id and amount."""
    known: dict[str, Any] = {}
    for name, value in given.items():
        if name in _DATES and isinstance(value, str):
            known[name] = date.fromisoformat(value)
        elif name in _AMOUNTS and isinstance(value, str | int):
            known[name] = Decimal(value)
        elif name == "invoices":
            known[name] = [(int(id), Decimal(str(amount))) for id, amount in value]
        else:
            known[name] = value
    return known


def _plain(value: Any) -> Any:
    """Entries and figures as JSON data; amounts as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(dataclasses.asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
