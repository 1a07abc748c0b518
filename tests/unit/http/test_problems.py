"""Errors as RFC 9457 problems."""

import psycopg
import pytest
from flask import Flask
from marshmallow import Schema, fields
from webargs.flaskparser import use_args

from hub.errors import ConflictError, InvalidError, RateLimitedError, UnauthorizedError
from hub.http import problems
from hub.http.problems import flatten
from hub.sdk.errors import ConfigError, TransientError


class LineSchema(Schema):
    amount = fields.Decimal(required=True)


class OrderSchema(Schema):
    lines = fields.List(fields.Nested(LineSchema))


@pytest.fixture
def answer_to():
    """The response of an endpoint that raises a given error."""

    def answer_to(error):
        app = Flask("test")
        problems.install(app)
        app.add_url_rule("/", view_func=lambda: raise_(error))
        return app.test_client().get("/")

    return answer_to


def raise_(error):
    raise error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidError("no"), 422, "invalid"),
        (ConflictError("there is one"), 409, "conflict"),
        (UnauthorizedError("who?"), 401, "unauthorized"),
        (RateLimitedError("slowly", 7), 429, "rate_limited"),
        (ConfigError("no such sheet", field="sheet"), 422, "invalid"),
        (TransientError("provider is busy", 30), 503, "unavailable"),
        (psycopg.errors.QueryCanceled("statement timeout"), 503, "unavailable"),
        (psycopg.OperationalError("connection refused"), 503, "unavailable"),
        (psycopg.errors.UndefinedTable("customers"), 500, "internal"),
        (KeyError("secret detail"), 500, "internal"),
    ],
)
def test_each_error_has_its_status_and_code(answer_to, error, status, code):
    response = answer_to(error)
    assert (response.status_code, response.json["code"], response.json["status"]) == (status, code, status)
    assert response.content_type == "application/problem+json"
    assert {"type", "title", "detail", "instance"} <= response.json.keys()


def test_headers_that_tell_what_to_do(answer_to):
    assert answer_to(RateLimitedError("slowly", 7)).headers["Retry-After"] == "7"
    assert answer_to(TransientError("busy", 30)).headers["Retry-After"] == "30"
    assert answer_to(UnauthorizedError("who?")).headers["WWW-Authenticate"].startswith("Bearer")


def test_fields_are_named(answer_to):
    response = answer_to(InvalidError("two things", fields={"due_on": "not before issued_on", "total": ["a", "b"]}))
    assert response.json["fields"] == [
        {"field": "due_on", "message": "not before issued_on"},
        {"field": "total", "message": "a"},
        {"field": "total", "message": "b"},
    ]
    assert answer_to(ConfigError("no such sheet", field="sheet")).json["fields"][0]["field"] == "sheet"


def test_a_bug_tells_nothing_of_itself(answer_to):
    body = answer_to(KeyError("secret detail")).get_data(as_text=True)
    assert "secret detail" not in body and "Traceback" not in body


def test_unknown_addresses_and_methods():
    app = Flask("test")
    problems.install(app)
    app.add_url_rule("/things", view_func=lambda: "")
    client = app.test_client()
    missing, wrong = client.get("/nothing"), client.delete("/things")
    assert (missing.status_code, missing.json["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "field"),
    [
        ('{"lines": [{"amount": "x"}]}', "application/json", 422, "lines.0.amount"),
        ('{"lines": [{}], "other": 1}', "application/json", 422, "other"),
        ("{", "application/json", 400, ""),
    ],
)
def test_what_the_parser_refuses(body, content_type, status, field):
    app = Flask("test")
    problems.install(app)
    app.add_url_rule("/", view_func=use_args(OrderSchema())(lambda _: ""), methods=["POST"])
    response = app.test_client().post("/", data=body, content_type=content_type)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert field in [each["field"] for each in response.json["fields"]]


def test_flatten_names_the_path():
    messages = {"a": {"0": {"b": ["no"]}}, "_schema": ["not so"]}
    assert list(flatten(messages)) == [{"field": "a.0.b", "message": "no"}, {"field": "", "message": "not so"}]
