"""ETags, If-None-Match and If-Match."""

import pytest
from flask import Flask

from hub.errors import PreconditionError
from hub.http import etags
from hub.http.answers import answer
from hub.http.etags import PreconditionRequiredError, expected_version, version_header


@pytest.fixture
def client():
    app = Flask("test")
    etags.install(app)
    app.add_url_rule("/plain", "plain", view_func=lambda: answer({"a": 1}))
    app.add_url_rule("/versioned", "versioned", view_func=lambda: answer({"a": 1}, headers=version_header(3)))
    app.add_url_rule("/made", "made", view_func=lambda: answer({"a": 1}, 201, version_header(1)), methods=["POST"])
    return app.test_client()


def test_who_has_it_already_is_told_so(client):
    first = client.get("/plain")
    again = client.get("/plain", headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get("/plain", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_version_is_part_of_the_etag_and_of_nothing_else(client):
    response = client.get("/versioned")
    assert response.headers["ETag"].startswith('"3-')
    assert "X-Version" not in response.headers
    assert client.post("/made").headers["ETag"].startswith('"1-')


@pytest.mark.parametrize("value", ['"3-00ff"', '"3"', 'W/"3-00ff"', ' "3-00ff" '])
def test_if_match_names_a_version(value):
    with Flask("test").test_request_context(headers={"If-Match": value}):
        assert expected_version() == 3


@pytest.mark.parametrize("value", ["*", "3", '"x"', '"3-00ff", "4"'])
def test_if_match_that_names_none(value):
    with Flask("test").test_request_context(headers={"If-Match": value}), pytest.raises(PreconditionError):
        expected_version()


def test_an_update_without_if_match_is_refused():
    with Flask("test").test_request_context(), pytest.raises(PreconditionRequiredError):
        expected_version()
