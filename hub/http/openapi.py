"""The OpenAPI 3.1 document at /api/openapi.json and the page at /api/docs that shows it, all from this process."""

import threading
from pathlib import Path
from typing import Any

from flask import Flask, Response, send_from_directory
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

from hub.http.access import ACCESS, Role
from hub.http.answers import JSON, dumps
from hub.http.auth import public
from hub.http.fields import DecimalText
from hub.http.problems import PROBLEM

VERSION = "1"
_PAGE = Path(__file__).parent / "docs"
_DESCRIPTION = """\
Forecasts of when each open invoice will be paid, and the ledger they stand on.

Every operation on a tenant's data needs an API key (`Authorization: Bearer <key>`), an access token of the provider
that people sign in with (the same header), or a session cookie; `x-access` says which roles of people, or which scope
of a key, may call it. Money is a decimal string beside its ISO 4217 currency, instants are RFC 3339 in UTC, dates are
dates, probabilities start with `p_`. Lists are paged by `cursor`. Errors are RFC 9457 problems
(`application/problem+json`) with a stable `code`. Another tenant's id answers 404, as if it did not exist. docs/api.md
has the conventions and every code."""

_ERRORS = {
    "DEFAULT_ERROR": "Any other problem.",
    "UNPROCESSABLE_ENTITY": "Something sent cannot be used; `fields` says what, and nothing was stored.",
}
# What operations answer because of what they take: see `_problems`.
_STATUSES = {
    "304": ("NOT_MODIFIED", "Unchanged since the ETag in `If-None-Match`."),
    "400": ("BAD_REQUEST", "The body is not what its content type says."),
    "401": ("UNAUTHORIZED", "Nobody is signed in, or the credentials are unknown, expired or revoked."),
    "403": ("FORBIDDEN", "These credentials do not reach this far; or, with a cookie, the CSRF token is missing."),
    "404": ("NOT_FOUND", "There is no such thing for this caller."),
    "409": ("CONFLICT", "It exists already, or the `Idempotency-Key` was used for another request."),
    "410": ("LINK_EXPIRED", "The link was good until a day that is past."),
    "412": ("PRECONDITION_FAILED", "It was changed since it was read."),
    "413": ("CONTENT_TOO_LARGE", "More than the hub takes in one request."),
    "415": ("UNSUPPORTED_MEDIA_TYPE", "The body has another content type than this operation takes."),
    "428": ("PRECONDITION_REQUIRED", "`If-Match` is missing."),
    "429": ("TOO_MANY_REQUESTS", "Too many requests; `Retry-After` says in how many seconds there is room again."),
}
IDEMPOTENCY_KEY = "IdempotencyKey"
IF_MATCH = "IfMatch"
_HEADERS = {
    IDEMPOTENCY_KEY: {
        "name": "Idempotency-Key",
        "description": "Any text that names this write, for example a UUID. Sent again within 24 hours, the same"
        " request gets the same answer and writes nothing; another request under the same key is a conflict.",
        "schema": {"type": "string", "maxLength": 255},
    },
    IF_MATCH: {
        "name": "If-Match",
        "required": True,
        "description": "The ETag of the document as you read it; refused with 412 if it was changed since.",
        "schema": {"type": "string"},
    },
}

_KEY, _TOKEN, _SESSION = "apiKey", "accessToken", "session"
_SCHEMES = {
    _KEY: {"type": "http", "scheme": "bearer", "description": "An API key of one tenant."},
    _TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the OpenID Connect provider that this hub is connected to.",
    },
    _SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": "paypredict",
        "description": "A session of a person who signed in; `__Host-paypredict` where the hub is reached by https."
        " Writes also need the session's `X-CSRF-Token`.",
    },
}


def _access(operation: str) -> dict[str, Any]:
    """What the document says of who may call an operation."""
    rule = ACCESS[operation]
    if rule.is_public:
        return {"security": [], "x-access": {"public": True}}
    allowed: dict[str, Any] = {"roles": [role for role in Role if role in rule.roles], "scope": rule.scope}
    if rule.is_own:
        allowed["own"] = True
    machines: list[dict[str, list[str]]] = [{_KEY: []}] if rule.scope else []
    return {"security": [*machines, {_TOKEN: []}, {_SESSION: []}], "x-access": allowed}


def _problems(method: str, path: str, operation: dict[str, Any], shared: list[Any]) -> set[str]:
    """The statuses that an operation may answer because of who may call it and of what it takes."""
    parameters = [*shared, *operation.get("parameters", [])]
    references = {parameter.get("$ref", "").rpartition("/")[2] for parameter in parameters}
    found = {"429"} if path.startswith("/api/") else set()
    if operation["security"] or ACCESS[operation["operationId"]].noted != "no":
        found |= {"401", "403"}  # also of signing in, which asks for nobody
    if any(parameter.get("in") == "path" for parameter in parameters):
        found.add("404")
    if "requestBody" in operation:
        found |= {"400", "413", "415", "422"}
    if IDEMPOTENCY_KEY in references:
        found.add("422")
    if method != "get":
        found.add("409")
    if IF_MATCH in references:
        found |= {"412", "428"}
    if method == "get" and JSON in operation["responses"].get("200", {}).get("content", {}):
        found.add("304")
    return found


class FieldProblemSchema(Schema):
    """One field that cannot be used."""

    field = fields.String(required=True, metadata={"description": "Path of the field.", "example": "lines.0.due_on"})
    message = fields.String(required=True, metadata={"description": "What is wrong and what is expected."})


class ProblemSchema(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True, metadata={"description": "Address that explains the code."})
    title = fields.String(required=True)
    status = fields.Integer(required=True, metadata={"example": 422})
    code = fields.String(required=True, metadata={"description": "Stable name of the problem.", "example": "invalid"})
    detail = fields.String(required=True, metadata={"description": "A sentence for people."})
    instance = fields.String(metadata={"description": "Path of the request."})
    request_id = fields.String(metadata={"description": "Finds the request in the log."})
    field_problems = fields.List(fields.Nested(FieldProblemSchema), data_key="fields")


class HubApi(Api):  # type: ignore[misc]
    """flask-smorest's document, with our problems as its errors; the handlers are those of hub.http.problems.

    The document is worked out when it is first asked for: most processes are never asked.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._undocumented: list[Blueprint] = []
        self._lock = threading.Lock()
        super().__init__(*arguments, **options)

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """Serve a blueprint's operations, and have the document tell of them."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._undocumented.append(blp)

    def document(self) -> dict[str, Any]:
        """The OpenAPI document of all that is registered."""
        with self._lock:
            while self._undocumented:
                blp = self._undocumented.pop(0)
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
            document: dict[str, Any] = self.spec.to_dict()
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method == "parameters":
                    continue
                operation |= _access(operation["operationId"])
                answers = operation["responses"]
                for status in _problems(method, path, operation, item.get("parameters", [])) - answers.keys():
                    name = _STATUSES.get(status, ("UNPROCESSABLE_ENTITY",))[0]
                    answers[status] = {"$ref": f"#/components/responses/{name}"}
                operation["responses"] = dict(sorted(answers.items()))
        return document

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        # Those that operations refer to: 422 by their arguments, the other one by themselves.
        for name, description in _ERRORS.items():
            content = {PROBLEM: {"schema": self.ERROR_SCHEMA}}
            self.spec.components.response(name, {"description": description, "content": content}, lazy=True)
        for status, (name, description) in _STATUSES.items():
            answer: dict[str, Any] = {"description": description}
            if status >= "400":
                answer["content"] = {PROBLEM: {"schema": self.ERROR_SCHEMA}}
            if status == "429":
                answer["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
            self.spec.components.response(name, answer)

    def _register_pagination_header(self) -> None:
        pass


def make_api(app: Flask) -> HubApi:
    """The API of `app`, to register blueprints with."""
    app.config.update(API_TITLE="PayPredict", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=None)
    api = HubApi(app, spec_kwargs={"info": {"description": _DESCRIPTION, "license": {"name": "Apache-2.0"}}})
    api.register_field(DecimalText, "string", "decimal")
    for name, scheme in _SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    for name, header in _HEADERS.items():
        api.spec.components.parameter(name, "header", header)
    _add_pages(app, api)
    return api


def _add_pages(app: Flask, api: HubApi) -> None:
    document: list[bytes] = []

    @public
    def openapi_document() -> Response:
        if not document:
            document.append(dumps(api.document()))
        return Response(document[0], content_type=JSON)

    @public
    def docs_page() -> Response:
        return send_from_directory(_PAGE, "index.html")

    @public
    def docs_file(name: str) -> Response:
        return send_from_directory(_PAGE, name, max_age=300)

    app.add_url_rule("/api/openapi.json", "openapi_document", openapi_document)
    app.add_url_rule("/api/docs", "docs_page", docs_page)
    app.add_url_rule("/api/docs/<any('app.js', 'style.css'):name>", "docs_file", docs_file)
