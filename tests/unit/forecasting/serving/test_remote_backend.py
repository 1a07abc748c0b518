"""The remote backend against a model server in this process: the same floats, and each failure named by its remedy."""

import io
from dataclasses import replace
from uuid import uuid4

import httpx
import numpy as np
import pytest

from hub.forecasting import apart, engine
from hub.forecasting.serving import ModelServer
from hub.forecasting.shelf import Backends, ModelFolder, ModelShelf
from hub.sdk import invocations
from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sdk.invocations import ARRAYS, ATTRIBUTES
from hub.settings import Settings
from plugins.models.remote import endpoints
from plugins.models.remote.plugin import RemoteBackend
from tests.unit.forecasting.serving.questions import PLUGINS, TOKEN


def client(folder, **options) -> httpx.Client:
    options = {"token": TOKEN, "trusts_network": False, "most_bytes": 10**6} | options
    app = ModelServer(ModelShelf(ModelFolder(folder), PLUGINS, 10**6), **options)
    return httpx.Client(transport=httpx.WSGITransport(app=app))


def remote(folder, *, token: str = TOKEN, server=None, **reference) -> RemoteBackend:
    backend = RemoteBackend.over_http(server or client(folder), "http://models.test/", token)
    return backend(**{"model": "first"} | reference)


def answering(handler) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(handler))


def test_answers_equal_the_local_ones(folder, fitted, cases):
    backend = remote(folder)
    found, wanted = backend.predict(cases), fitted.predict(cases)
    assert np.array_equal(found.ends, wanted.ends) and np.array_equal(found.paid_by, wanted.paid_by)
    told, meant = backend.explain(cases), fitted.explain(cases)
    assert told.names == meant.names and np.array_equal(told.values, meant.values)


def test_a_large_question_is_asked_in_parts(folder, fitted, sample, monkeypatch):
    monkeypatch.setattr(endpoints.HttpEndpoint, "most_cases", 50)
    found, wanted = remote(folder).predict(sample.cases), fitted.predict(sample.cases)
    assert len(sample.cases) > 150
    assert np.array_equal(found.ends, wanted.ends) and np.array_equal(found.paid_by, wanted.paid_by)
    assert np.array_equal(remote(folder).explain(sample.cases).values, fitted.explain(sample.cases).values)


def test_nothing_is_asked_about_nothing(folder, cases):
    none = cases.take(np.zeros(len(cases), dtype=bool))
    backend = remote(folder, server=answering(lambda request: pytest.fail("asked")))
    assert len(backend.predict(none).ends) == len(backend.explain(none).values) == 0


def test_it_is_not_trained(sample):
    with pytest.raises(ConfigError, match="not trained"):
        RemoteBackend().fit(sample.cases, sample.observed, lambda share, words: None)


def test_without_a_server_it_says_which_setting_is_missing(cases):
    with pytest.raises(ConfigError) as raised:
        RemoteBackend(model="first").predict(cases)
    assert raised.value.field == "model_server_url"


def test_what_is_stored_names_the_model_and_nothing_else(folder, fitted, cases):
    backend = remote(folder, tenant="acme")
    data = backend.dump()
    assert TOKEN.encode() not in data and b"models.test" not in data
    again = type(backend).load(data)
    assert again.reference == backend.reference
    assert np.array_equal(again.predict(cases).paid_by, fitted.predict(cases).paid_by)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b'{"remote": 1}', b'{"remote": {"model": 1}}', b'{"remote": {"url": "x"}}', b"\xff"]
)
def test_what_is_no_reference_is_refused(data):
    with pytest.raises(ValueError):
        RemoteBackend.load(data)


def test_a_server_that_is_away_is_worth_another_try(folder, cases):
    def away(request):
        raise httpx.ConnectError("connection refused")

    with pytest.raises(TransientError, match="did not answer") as raised:
        remote(folder, server=answering(away)).predict(cases)
    assert raised.value.retry_after == endpoints.RETRY_AFTER


def test_a_wrong_token_is_for_a_person(folder, cases):
    with pytest.raises(AuthError) as raised:
        remote(folder, token="another-token").predict(cases)
    assert "another-token" not in str(raised.value)


def test_an_unknown_model_is_for_a_person(folder, cases):
    with pytest.raises(ConfigError, match="no such model"):
        remote(folder, model="gone").predict(cases)


def test_a_question_too_large_for_the_server_is_for_a_person(folder, cases):
    with pytest.raises(ConfigError, match="takes less"):
        remote(folder, server=client(folder, most_bytes=100)).predict(cases)


def test_a_question_that_makes_no_sense_to_the_model_is_not_repeated(folder, cases):
    with pytest.raises(RefusedError) as raised:
        remote(folder).predict(replace(cases, profiles={}))
    assert raised.value.status == 422


@pytest.mark.parametrize(("status", "error"), [(408, TransientError), (429, TransientError), (503, TransientError)])
def test_a_busy_server_is_worth_another_try(folder, cases, status, error):
    with pytest.raises(error):
        remote(folder, server=answering(lambda request: httpx.Response(status))).predict(cases)


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "other rows", "text"])
def test_a_damaged_answer_is_not_used(folder, fitted, cases, harm):
    good = invocations.pack_curves(fitted.predict(cases))
    few = cases.take(np.arange(len(cases)) < 2)
    body = {
        "cut": good[:-1],
        "flipped": good[:-1] + bytes([good[-1] ^ 1]),
        "empty": b"",
        "other rows": invocations.pack_curves(fitted.predict(few)),
        "text": b"<html>Welcome to the proxy</html>",
    }[harm]
    server = answering(lambda request: httpx.Response(200, content=body, headers={ATTRIBUTES: "model=first"}))
    with pytest.raises(TransientError, match="cannot be used"):
        remote(folder, server=server).predict(cases)


def test_the_answer_of_another_model_is_not_used(folder, cases):
    with pytest.raises(ConfigError, match="another model"):
        remote(folder, sha256="0" * 64).predict(cases)
    silent = answering(lambda request: httpx.Response(200, content=b""))
    with pytest.raises(ConfigError, match="not said"):
        remote(folder, server=silent).predict(cases)


class TestSageMaker:
    """Against botocore's own stub of the wire."""

    @pytest.fixture
    def runtime(self):
        boto3 = pytest.importorskip("boto3")
        made = boto3.client(
            "sagemaker-runtime", region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
        )
        from botocore.stub import Stubber

        with Stubber(made) as stub:
            yield made, stub

    def test_an_endpoint_is_asked_by_its_name(self, runtime, folder, fitted, cases):
        made, stub = runtime
        # What the container answers, by the real server.
        named = {"tenant": "acme", "model": "first", "want": "curves"}
        question = invocations.pack_cases(cases)
        answer = client(folder, token="", trusts_network=True).post(
            "http://container/invocations",
            content=question,
            headers={"Content-Type": ARRAYS, ATTRIBUTES: invocations.attributes(named)},
        )
        stub.add_response(
            "invoke_endpoint",
            {"Body": io.BytesIO(answer.content), "CustomAttributes": answer.headers[ATTRIBUTES]},
            {
                "EndpointName": "pay",
                "Body": question,
                "ContentType": ARRAYS,
                "Accept": ARRAYS,
                "CustomAttributes": invocations.attributes(named),
            },
        )
        backend = RemoteBackend.over_sagemaker(made, "pay")(tenant="acme", model="first")
        assert np.array_equal(backend.predict(cases).paid_by, fitted.predict(cases).paid_by)

    @pytest.mark.parametrize(
        ("code", "status", "original", "error"),
        [
            ("ThrottlingException", 429, None, TransientError),
            ("ServiceUnavailable", 503, None, TransientError),
            ("AccessDeniedException", 400, None, AuthError),
            ("ModelError", 424, 404, ConfigError),
            ("ModelError", 424, 422, RefusedError),
            ("ModelError", 424, 500, TransientError),
            ("ValidationError", 400, None, RefusedError),
        ],
    )
    def test_refusals_are_named_by_their_remedy(self, runtime, cases, code, status, original, error):
        made, stub = runtime
        known = {} if original is None else {"OriginalStatusCode": original, "OriginalMessage": "it said so"}
        stub.add_client_error("invoke_endpoint", code, "no", status, response_meta=None, modeled_fields=known or None)
        with pytest.raises(error):
            RemoteBackend.over_sagemaker(made, "pay")(model="first").predict(cases)


class TestAnsweredApart:
    """What the settings make of a model."""

    @pytest.fixture
    def model(self, file):
        return engine.load(file, Backends(PLUGINS))

    def test_without_an_address_it_is_as_it_was(self, model):
        assert apart.answered_apart(model, uuid4(), "acme", Settings.load({}), PLUGINS) is model

    def test_with_one_only_its_answers_come_from_there(self, model):
        settings = Settings.load({}, model_server_url="http://10.0.0.1:8080", model_server_token=TOKEN)
        wanted = uuid4()
        found = apart.answered_apart(model, wanted, "acme", settings, PLUGINS)
        assert found.calibration is model.calibration and found.backend == found.fitted.slug == "naive"
        assert (found.fitted.reference.tenant, found.fitted.reference.model) == ("acme", str(wanted))

    @pytest.mark.parametrize("address", ["models:8080", "ftp://models", "http://", "http://a b", "http://u:p@models"])
    def test_an_address_that_is_none_is_refused(self, model, address):
        settings = Settings.load({}, model_server_url=address)
        with pytest.raises(ConfigError) as raised:
            apart.answered_apart(model, uuid4(), "acme", settings, PLUGINS)
        assert raised.value.field == "model_server_url"


def test_the_plugin_needs_a_model_and_so_takes_no_part_in_contests():
    assert PLUGINS.get("remote").config["required"] == ["model"]
