"""Signatures of webhooks: of exactly these bytes, by exactly this secret, in the spelling that the manifest names."""

import base64
import hmac

import pytest

from hub.connections.expiry import told_step
from hub.connections.webhooks import Delivery, is_signed, kept_headers
from hub.sdk.manifest import Webhook

BODY = b'{"events": [1, 2]}'
SECRET = "a secret of theirs"


def made(algorithm="sha256", body=BODY, secret=SECRET):
    return hmac.digest(secret.encode(), body, algorithm)


@pytest.mark.parametrize(
    ("webhook", "signature"),
    [
        (Webhook(header="X-Sig"), base64.b64encode(made()).decode()),
        (Webhook(header="x-sig"), f"sha256={base64.b64encode(made()).decode()}"),
        (Webhook(header="X-Sig", encoding="hex"), made().hex()),
        (Webhook(header="X-Sig", encoding="hex"), f"sha256={made().hex().upper()}"),
        (Webhook(header="X-Sig", algorithm="sha512"), base64.b64encode(made("sha512")).decode()),
    ],
)
def test_a_right_signature_is_known_however_it_is_spelt(webhook, signature):
    delivery = Delivery(headers={"x-sig": f" {signature} "}, body=BODY)
    assert is_signed(webhook, SECRET, delivery)
    assert not is_signed(webhook, SECRET + "x", delivery)
    assert not is_signed(webhook, "", delivery)
    assert not is_signed(webhook, SECRET, Delivery(headers=delivery.headers, body=BODY + b"\n"))
    assert not is_signed(webhook, SECRET, Delivery(headers={"x-other": signature}, body=BODY))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        base64.b64encode(made()).decode().rstrip("="),
        base64.urlsafe_b64encode(made()).decode() + "=",
        base64.b64encode(made())[:-2].decode(),
        base64.b64encode(made("sha1")).decode(),
        made().hex(),
        "\u20ac" * 44,
    ],
)
def test_anything_else_is_none(signature):
    assert not is_signed(Webhook(header="X-Sig"), SECRET, Delivery(headers={"x-sig": signature}, body=BODY))


def test_an_empty_secret_signs_nothing():
    signature = base64.b64encode(made(secret="")).decode()
    assert not is_signed(Webhook(header="X-Sig"), "", Delivery(headers={"x-sig": signature}, body=BODY))


def test_of_headers_only_so_much_is_kept():
    headers = {f"x-{number}": "v" * 1000 for number in range(200)} | {"host": "h", "x-forwarded-for": "1.2.3.4"}
    kept = kept_headers(headers)
    assert len(kept) == 50 and max(map(len, kept.values())) == 500
    assert not {"host", "x-forwarded-for"} & kept.keys()


@pytest.mark.parametrize(
    ("days_left", "step"),
    [(None, None), (400, None), (31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1)],
)
def test_the_end_of_a_consent_is_told_in_steps(days_left, step):
    assert told_step(days_left) == step
