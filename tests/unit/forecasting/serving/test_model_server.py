"""The model server's answers and refusals, without a process; tests/e2e/test_serve_models.py runs the real one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from werkzeug.test import Client

from hub.forecasting import artifact, serving
from hub.forecasting.serving import ModelServer
from hub.forecasting.shelf import ModelFolder, ModelShelf
from hub.sdk import invocations
from hub.sdk.forecaster import Cases
from hub.sdk.invocations import ARRAYS, ATTRIBUTES
from tests.unit.forecasting.serving.questions import PLUGINS, TOKEN, as_json

SIGNED = {"Authorization": f"Bearer {TOKEN}"}


def server(folder: Path, *, token: str = TOKEN, trusts: bool = False, most: int = 10**6, cache: int = 10**6) -> Client:
    shelf = ModelShelf(ModelFolder(folder), PLUGINS, cache)
    return Client(ModelServer(shelf, token=token, trusts_network=trusts, most_bytes=most))


def ask(client: Client, cases: Cases | None, *, query: str = "", headers=SIGNED, data: bytes | None = None):
    body = invocations.pack_cases(cases) if cases is not None else data
    return client.post(f"/invocations{query}", data=body, content_type=ARRAYS, headers=headers)


def test_a_ping_says_whether_there_is_a_model(folder, tmp_path_factory):
    assert server(folder).get("/ping").status_code == 200
    empty = server(tmp_path_factory.mktemp("empty")).get("/ping")
    assert empty.status_code == 503 and "no model file" in empty.json["detail"]


def test_curves_are_those_of_the_model(folder, fitted, cases):
    answer = ask(server(folder), cases)
    found, wanted = invocations.unpack_curves(answer.data, len(cases)), fitted.predict(cases)
    assert answer.mimetype == ARRAYS and np.array_equal(found.ends, wanted.ends)
    assert np.array_equal(found.paid_by, wanted.paid_by)
    said = invocations.read_attributes(answer.headers[ATTRIBUTES])
    assert said["model"] == "first" and len(said["sha256"]) == 64


def test_contributions_are_those_of_the_model(folder, fitted, cases):
    headers = {**SIGNED, ATTRIBUTES: "model=first;want=contributions"}
    found = invocations.unpack_contributions(ask(server(folder), cases, headers=headers).data, len(cases))
    wanted = fitted.explain(cases)
    assert found.names == wanted.names and np.array_equal(found.values, wanted.values)


@pytest.mark.parametrize("want", ["curves", "contributions"])
def test_json_is_answered_in_json_with_the_same_floats(folder, fitted, cases, want):
    answer = server(folder).post(f"/invocations?want={want}", json=as_json(cases), headers=SIGNED)
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    if want == "curves":
        wanted = fitted.predict(cases)
        assert answer.json["ends"] == wanted.ends.tolist()
        assert np.array_equal(np.array(answer.json["paid_by"], np.float32), wanted.paid_by)
    else:
        assert np.array_equal(np.array(answer.json["values"], np.float32), fitted.explain(cases).values)


def test_an_answer_may_be_asked_for_in_the_other_form(folder, cases):
    answer = ask(server(folder), cases, headers={**SIGNED, "Accept": "application/json"})
    assert answer.json.keys() == {"ends", "paid_by"}


def test_one_of_several_models_has_to_be_named(folder, file, cases):
    (folder / "second.model").write_bytes(file)
    client = server(folder)
    assert ask(client, cases).status_code == 422
    assert ask(client, cases, query="?model=second").status_code == 200
    assert ask(client, cases, query="?model=third").status_code == 404
    assert ask(client, cases, query="?model=../first").status_code == 404


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": TOKEN}, {"Authorization": f"bearer {TOKEN}é"}]
)
def test_only_the_token_is_let_in(folder, cases, headers):
    refused = ask(server(folder), cases, headers=headers)
    assert refused.status_code == 401 and refused.json["code"] == "unauthorized"
    assert server(folder).get("/ping").status_code == 200


@pytest.mark.parametrize(
    ("address", "headers", "trusts", "status"),
    [
        ("127.0.0.1", {}, False, 200),
        ("::1", {}, False, 200),
        ("10.1.2.3", {}, False, 401),
        ("", {}, False, 401),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.1"}, False, 401),
        ("10.1.2.3", {}, True, 200),
    ],
)
def test_without_a_token_only_this_machine_is_answered(folder, cases, address, headers, trusts, status):
    answer = server(folder, token="", trusts=trusts).post(
        "/invocations",
        data=invocations.pack_cases(cases),
        content_type=ARRAYS,
        headers=headers,
        environ_overrides={"REMOTE_ADDR": address},
    )
    assert answer.status_code == status


def test_what_is_too_large_is_refused_unread(folder, cases, monkeypatch):
    refused = ask(server(folder, most=1000), None, data=b"x" * 1001)
    assert refused.status_code == 413 and "1,000 bytes" in refused.json["detail"]
    monkeypatch.setattr(serving, "MOST_CASES", 6)
    assert ask(server(folder), cases).status_code == 413


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/csv", b"", 415),
        (ARRAYS, b"", 422),
        (ARRAYS, b"nonsense", 422),
        ("application/json", b"{", 422),
        ("application/json", b"[" * 10_000, 422),
        ("application/json", b"{}", 422),
    ],
)
def test_what_cannot_be_read_is_refused(folder, content_type, body, status):
    refused = server(folder).post("/invocations", data=body, content_type=content_type, headers=SIGNED)
    assert refused.status_code == status and refused.mimetype == "application/problem+json"


def test_cases_that_the_model_does_not_know_are_refused(folder, cases):
    foreign = replace(cases, profiles={})
    assert "cannot answer" in ask(server(folder), foreign).json["detail"]
    none = cases.take(np.zeros(len(cases), dtype=bool))
    assert ask(server(folder), none).status_code == 422
    assert ask(server(folder), cases, query="?want=code").status_code == 422


def test_other_paths_and_methods_are_refused(folder):
    client = server(folder)
    assert client.get("/").status_code == 404
    assert client.get("/invocations").status_code == 405
    assert client.post("/ping").status_code == 405


def test_a_damaged_model_is_not_served(folder, file, cases):
    (folder / "first.model").write_bytes(file[:-1] + bytes([file[-1] ^ 1]))
    refused = ask(server(folder), cases)
    assert refused.status_code == 422 and refused.json["code"] == "corrupt_model"


def test_a_model_that_would_ask_a_server_itself_is_not_served(folder, cases):
    head = {"backend": "remote"}
    (folder / "first.model").write_bytes(artifact.pack(head, json.dumps({"remote": {}}).encode()))
    assert "'remote', which is not installed" in ask(server(folder), cases).json["detail"]


def test_a_replaced_file_is_noticed(folder, file, cases):
    client = server(folder)
    ask(client, cases)
    (folder / "first.model").write_bytes(b"something else")
    assert ask(client, cases).status_code == 422


def test_no_more_models_are_kept_than_there_is_room_for(folder, file):
    for name in ("second", "third"):
        (folder / f"{name}.model").write_bytes(file)
    shelf = ModelShelf(ModelFolder(folder), PLUGINS, int(2.5 * len(file)))
    first = shelf.get("", "first")
    shelf.get("", "second")
    assert shelf.get("", "first") is first and len(shelf) == 2
    shelf.get("", "third")
    assert len(shelf) == 2 and shelf.get("", "first") is first


def test_a_model_larger_than_all_the_room_is_refused(folder, file, cases):
    refused = ask(server(folder, cache=len(file) - 1), cases)
    assert refused.status_code == 503 and "model_cache_bytes" in refused.json["detail"]
