"""Text that no database keeps is refused at the edge, wherever in the arguments it stands."""

import psycopg
import pytest
from flask import Flask
from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from hub.http import problems
from hub.http.blueprint import Blueprint, unstorable

NUL, HALF = "a\0b", "a\ud800b"


class _Item(Schema):
    name = fields.String()
    tags = fields.List(fields.String())
    inner = fields.Dict(keys=fields.String(), values=fields.Raw())


@pytest.fixture
def client():
    app = Flask("test")
    problems.install(app)
    blueprint = Blueprint("items", __name__)

    @blueprint.route("/items", methods=["POST"])
    @blueprint.arguments(_Item)
    def post(body):
        return body

    @blueprint.route("/items")
    @blueprint.arguments(_Item, location="query")
    def get(body):
        return body

    app.register_blueprint(blueprint)
    return app.test_client()


@pytest.mark.parametrize("value", [NUL, HALF])
@pytest.mark.parametrize(
    ("shape", "field"),
    [
        (lambda value: {"name": value}, "name"),
        (lambda value: {"tags": ["fine", value]}, "tags.1"),
        (lambda value: {"inner": {"deep": [{"er": value}]}}, "inner.deep.0.er"),
        (lambda value: {"inner": {value: 1}}, "inner"),
    ],
)
def test_a_body_with_it_names_the_field(client, shape, field, value):
    response = client.post("/items", json=shape(value))
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == [field]


def test_a_query_with_it_names_the_argument(client):
    assert client.get("/items?name=a%00b").json["fields"][0]["field"] == "name"
    assert client.get("/items?name=fine").status_code == 200


def test_whole_characters_are_kept(client):
    assert client.post("/items", json={"name": "🙂 Ärzte 北京"}).json == {"name": "🙂 Ärzte 北京"}


def test_what_is_no_text_is_not_looked_into():
    assert list(unstorable({"a": [1, None, 2.5, b"\0"]})) == []
    assert list(unstorable(MultiDict())) == []


def test_what_gets_past_it_is_still_a_problem_of_the_caller_s():
    app = Flask("test")
    with app.test_request_context("/"):
        refused = problems.from_database(psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"))
    assert refused.status_code == 422
