"""The master key in AWS KMS: against moto, which answers as KMS does, in this process."""

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws

from hub.settings import Settings
from hub.storage import master_keys
from hub.storage.master_keys import VaultError

CONTEXT = {"tenant": "acme", "data_key": "1"}


@pytest.fixture
def kms(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield boto3.client("kms")


@pytest.fixture
def arn(kms) -> str:
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/paypredict", TargetKeyId=arn)
    return arn


def load(name, **settings):
    return master_keys.load(Settings.load({}, vault_kms_key=name, **settings), may_make=lambda: False)[0]


def test_what_it_wraps_opens_again_by_arn_and_alias(arn):
    key = load("alias/paypredict")
    assert key.id == load(arn).id == f"kms:{arn}"
    wrapped = key.wrap(b"data key", CONTEXT)
    assert b"data key" not in wrapped
    assert load(arn).unwrap(wrapped, CONTEXT) == b"data key"


def test_the_tenant_is_its_encryption_context(arn):
    wrapped = load(arn).wrap(b"data key", CONTEXT)
    with pytest.raises(VaultError, match=r"refuses decrypt with the key arn:.*: InvalidCiphertextException"):
        load(arn).unwrap(wrapped, CONTEXT | {"tenant": "other"})


def test_what_a_strangers_key_wrapped_is_refused(kms, arn):
    stranger = kms.create_key()["KeyMetadata"]["Arn"]
    wrapped = kms.encrypt(KeyId=stranger, Plaintext=b"planted", EncryptionContext=CONTEXT)["CiphertextBlob"]
    with pytest.raises(VaultError, match="refuses decrypt"):
        load(arn).unwrap(wrapped, CONTEXT)


def test_a_disabled_key_opens_nothing(kms, arn):
    wrapped = load(arn).wrap(b"data key", CONTEXT)
    kms.disable_key(KeyId=arn.rpartition("/")[2])
    with pytest.raises(VaultError, match=r"The key arn:.* in AWS KMS is Disabled; enable it"):
        load(arn).unwrap(wrapped, CONTEXT)


@pytest.mark.parametrize("operation", ["encrypt", "decrypt"])
def test_a_key_disabled_meanwhile_opens_nothing(arn, operation):
    key = load(arn)
    wrapped = key.wrap(b"data key", CONTEXT)
    with Stubber(key._client) as answers:  # as KMS answers; moto would go on
        answers.add_client_error(operation, "DisabledException")
        with pytest.raises(VaultError, match=rf"refuses {operation} with the key arn:.*: DisabledException"):
            key.wrap(b"data key", CONTEXT) if operation == "encrypt" else key.unwrap(wrapped, CONTEXT)


def test_a_key_that_is_not_there_is_named(kms):
    with pytest.raises(VaultError, match="refuses describe_key with the key alias/nothing: NotFoundException"):
        load("alias/nothing").wrap(b"data key", CONTEXT)


def test_without_an_answer_it_says_so(arn, monkeypatch):
    key = load(arn)
    error = EndpointConnectionError(endpoint_url="https://kms.example")
    monkeypatch.setattr(type(key._client), "describe_key", lambda *_, **__: (_ for _ in ()).throw(error), raising=False)
    with pytest.raises(VaultError, match="cannot be asked to describe_key"):
        key.wrap(b"data key", CONTEXT)


def test_without_the_library_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(master_keys, "find_spec", lambda name: None)
    with pytest.raises(VaultError, match=r"pip install 'paypredict\[aws\]'"):
        load("alias/paypredict")
