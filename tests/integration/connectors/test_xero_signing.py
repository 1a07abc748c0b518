"""Signing in to Xero in a box, refreshing and revoking; and Xero's own SDK doing so unchanged."""

import base64
import hashlib
import secrets
import time
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from plugins.connectors.xero.box import TENANT, XeroBox
from plugins.connectors.xero.plugin import XeroConnector

CALLBACK = "https://hub.example/api/oauth/callback"
CLIENT = ("box-client", "box-secret")
SCOPES = "offline_access accounting.invoices.read accounting.contacts.read accounting.settings.read"


@pytest.fixture
def box():
    company = Company(started_on=date(2026, 3, 2), customers=5, invoices_per_day=3)
    company.advance(5)
    with XeroBox(company, redirect_uris=(CALLBACK,), auto_allow=True) as box:
        yield box
    assert not box.errors


def authorise(box: XeroBox, challenge: str | None = None, **changed: str) -> dict[str, str]:
    """What comes back to the hub."""
    asked = {"response_type": "code", "client_id": CLIENT[0], "redirect_uri": CALLBACK, "scope": SCOPES, "state": "s"}
    if challenge:
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    answer = httpx.get(f"{box.url}/identity/connect/authorize", params=asked | changed)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(CALLBACK)
    return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def token(box: XeroBox, *, auth: tuple[str, str] | None = CLIENT, **form: str) -> httpx.Response:
    return httpx.post(f"{box.url}/connect/token", data=form, auth=auth)


def exchange(box: XeroBox, code: str, **more: str) -> httpx.Response:
    return token(box, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **more)


def refresh(box: XeroBox, refresh_token: str) -> httpx.Response:
    return token(box, grant_type="refresh_token", refresh_token=refresh_token)


def opens(box: XeroBox, access_token: str) -> bool:
    return httpx.get(f"{box.url}/connections", headers={"Authorization": f"Bearer {access_token}"}).status_code == 200


def test_a_code_is_exchanged_with_its_verifier_and_only_once(box):
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    back = authorise(box, challenge)

    assert back["state"] == "s"
    assert exchange(box, back["code"], code_verifier="another").json()["error"] == "invalid_grant"
    answer = exchange(box, back["code"], code_verifier=verifier).json()
    assert (answer["expires_in"], answer["scope"]) == (1800, SCOPES)
    assert opens(box, answer["access_token"])
    assert exchange(box, back["code"], code_verifier=verifier).json()["error"] == "invalid_grant"


def test_the_client_proves_itself_in_the_header_or_the_body(box):
    code = authorise(box)["code"]
    assert token(box, auth=(CLIENT[0], "wrong"), grant_type="authorization_code", code=code).status_code == 401
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = token(box, auth=None, client_id=CLIENT[0], client_secret=CLIENT[1], **form)
    assert answer.status_code == 200


def test_a_denial_and_an_unknown_scope_come_back_as_errors(box):
    assert authorise(box, deny="1")["error"] == "access_denied"
    assert authorise(box, scope="offline_access accounting.everything")["error"] == "invalid_scope"


def test_a_refresh_token_is_for_one_use_with_half_an_hour_of_grace(box):
    first = exchange(box, authorise(box)["code"]).json()
    second = refresh(box, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]

    box.wait(1799)
    again = refresh(box, first["refresh_token"])
    assert again.status_code == 200
    box.wait(1)
    assert refresh(box, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(box, again.json()["refresh_token"]).status_code == 200


def test_a_lost_answer_is_mended_within_the_grace(box):
    first = exchange(box, authorise(box)["code"]).json()
    box.faults.add(Fault("lost_answer", match="/connect/token"))
    with pytest.raises(httpx.HTTPError):
        refresh(box, first["refresh_token"])

    assert refresh(box, first["refresh_token"]).status_code == 200


def test_a_refresh_token_dies_after_sixty_days_unused(box):
    first = exchange(box, authorise(box)["code"]).json()
    box.wait(59 * 86_400)
    second = refresh(box, first["refresh_token"]).json()
    box.wait(60 * 86_400)
    assert refresh(box, second["refresh_token"]).json()["error"] == "invalid_grant"


def test_revoking_ends_all_tokens(box):
    tokens = exchange(box, authorise(box)["code"]).json()
    answer = httpx.post(f"{box.url}/connect/revocation", data={"token": tokens["refresh_token"]}, auth=CLIENT)

    assert answer.status_code == 200
    assert not opens(box, tokens["access_token"])
    assert refresh(box, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_official_sdk_works_against_the_box_by_itself(box, monkeypatch):
    from xero_python.accounting import AccountingApi
    from xero_python.api_client import ApiClient
    from xero_python.api_client.configuration import Configuration
    from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
    from xero_python.identity import IdentityApi

    monkeypatch.setattr(TokenApi, "refresh_token_url", f"{box.url}/connect/token")
    answer = exchange(box, authorise(box)["code"]).json()
    # Stale by its own clock, so that the SDK refreshes before its first call.
    kept = {**answer, "scope": answer["scope"].split(), "expires_at": time.time() - 1}
    configuration = Configuration()
    configuration.oauth2_token = OAuth2Token(*CLIENT)
    client = ApiClient(configuration, oauth2_token_getter=lambda: kept, oauth2_token_saver=kept.update)
    client.configuration.oauth2_token.update_token(**kept)
    accounting = AccountingApi(client, base_url=f"{box.url}/api.xro/2.0")

    tenant = IdentityApi(client, base_url=box.url).get_connections()[0].tenant_id
    organisation = accounting.get_organisations(tenant).organisations[0]
    invoices = accounting.get_invoices(tenant, page=1, page_size=1000, where='Type=="ACCREC"').invoices
    contacts = accounting.get_contacts(tenant, page=1, page_size=1000).contacts

    assert kept["refresh_token"] != answer["refresh_token"]
    assert (tenant, organisation.base_currency.value) == (TENANT, "USD")
    open_ = sum((each.amount_due for each in invoices if each.status == "AUTHORISED"), Decimal(0))
    assert open_ == sum((box.company.open_of(each) for each in box.company.invoices), Decimal(0))
    assert {each.name for each in contacts} >= {each.name for each in box.company.parties.values()}


# Webhooks


class Receiver:
    """A hub as small as can be: checks the signature, answers, and keeps what came. `sloppy`: as it must not be."""

    def __init__(self, box: XeroBox, *, sloppy: bool = False) -> None:
        self.taken: list[bytes] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_right = self.headers.get("x-xero-signature") == box.announcer.sign(body, "key")
                self.send_response(200 if is_right or sloppy else 401)
                if sloppy:
                    self.send_header("Set-Cookie", "a=b")
                self.send_header("Content-Length", "2" if sloppy else "0")
                self.end_headers()
                if sloppy:
                    self.wfile.write(b"ok")
                if is_right:
                    receiver.taken.append(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.mark.parametrize("sloppy", [False, True])
def test_the_handshake_wants_each_delivery_answered_right(box, sloppy):
    receiver = Receiver(box, sloppy=sloppy)
    wrong = box.announcer.intent_to_receive(receiver.url, "key")
    receiver.close()

    assert [XeroConnector.changes({}, body) for body in receiver.taken] == [[], []]
    if sloppy:
        assert "a wrong signature was answered 200" in wrong
        assert {"the true signature was answered with a body", "the true signature was answered with a cookie"} <= {
            *wrong
        }
    else:
        assert wrong == []


def test_changes_are_announced_signed_over_their_very_bytes(box):
    receiver = Receiver(box)
    box.announcer.subscribe(receiver.url, "key")
    box.announcer.skip_changes()
    invoice = box.company.issue(1, 100)
    box.company.pay(1, 100, [(invoice.id, 100)])
    right = box.announcer.deliver_changes(times=2)
    box.company.rename(1, "New Name")
    altered = box.announcer.deliver_changes(altered=True)
    receiver.close()

    assert [each.status for each in (*right, *altered)] == [200, 200, 401]
    first, again = (XeroConnector.changes({}, body) for body in receiver.taken)
    assert first == again
    assert [(each.stream, each.external_id is None) for each in first] == [
        ("invoices", False),
        ("invoices", False),
        ("payments", True),
    ]
