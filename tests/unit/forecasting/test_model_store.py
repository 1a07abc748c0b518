"""Where model files lie outside the database: whole or not at all, and read back only as they were."""

import hashlib

import fsspec
import pytest

from hub.errors import UnavailableError
from hub.forecasting.artifact import CorruptModelError
from hub.forecasting.model_store import ModelStore, checked

DATA = b"a model's bytes" * 100
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path):
    if request.param == "file":
        return ModelStore(f"file://{tmp_path}/models")
    fsspec.filesystem("memory").store.clear()
    return ModelStore("memory://models")


def test_a_file_comes_back_as_it_was(store):
    name = store.write("tenant_a", DATA)
    assert name == f"tenant_a/{DIGEST}.model" and store.write("tenant_a", DATA) == name
    assert checked(store.read(name), DIGEST, len(DATA)) == DATA
    store.delete(name)
    store.delete(name)  # twice is none the worse
    with pytest.raises(CorruptModelError, match="missing"):
        store.read(name)


def test_nothing_half_written_is_left(tmp_path):
    ModelStore(f"file://{tmp_path}").write("tenant_a", DATA)
    assert [each.name for each in (tmp_path / "tenant_a").iterdir()] == [f"{DIGEST}.model"]


@pytest.mark.parametrize("url", ["nonsense://models", "file:///proc/nowhere/models"])
def test_a_store_that_cannot_be_used_says_so(url):
    with pytest.raises(UnavailableError, match="model store"):
        ModelStore(url).write("tenant_a", DATA)


@pytest.mark.parametrize(
    ("data", "what"),
    [(None, "not kept any more"), (b"", "damaged"), (DATA[:-1], "damaged"), (DATA[:-1] + b"\0", "damaged")],
)
def test_what_is_not_what_was_stored_is_refused(data, what):
    with pytest.raises(CorruptModelError, match=what):
        checked(data, DIGEST, len(DATA))


def test_files_lie_in_s3_as_anywhere_else(monkeypatch):
    """Against a stand-in for S3 that speaks its protocol over a socket."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        import boto3

        boto3.client("s3").create_bucket(Bucket="models")
        store = ModelStore("s3://models/paypredict")
        name = store.write("tenant_a", DATA)
        assert store.read(name) == DATA
        store.delete(name)
        with pytest.raises(CorruptModelError):
            store.read(name)
    finally:
        server.stop()
