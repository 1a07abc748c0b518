"""The box keeps NetSuite's rules: who may enter, what a query may be, and what an answer looks like."""

import json
import time
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwk, jwt
from oauthlib import oauth1

from hub.connections.credentials import Signed
from hub.sdk.testing.company import Company
from plugins.connectors.netsuite.box import QUERY_PATH, TOKEN_PATH, NetSuiteBox
from plugins.connectors.netsuite.box_ledger import Features
from plugins.connectors.netsuite.box_signing import Certificate, Token

TOKEN = Token("consumer", "consumer secret&", "token secret/")


@cache
def key(kind: str) -> Any:
    return rsa.generate_private_key(65537, 3072) if kind == "RSA" else ec.generate_private_key(ec.SECP256R1())


def pem(kind: str, *, public: bool = False) -> bytes:
    if public:
        return key(kind).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key(kind).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def box():
    company = Company(started_on=date(2026, 1, 5), customers=6, invoices_per_day=8)
    company.advance(8)
    certificates = {kind: Certificate("client", pem(kind, public=True)) for kind in ("RSA", "EC")}
    with NetSuiteBox(company, certificates=certificates, tokens={"token": TOKEN}) as box:
        yield box
    assert not box.errors


def ask(box, query="SELECT id FROM customer", *, headers=None, parameters="?limit=1000&offset=0", **options):
    opened = {"Authorization": f"Bearer {box.bearer()}", "Prefer": "transient"} | (headers or {})
    return httpx.post(f"{box.url}{QUERY_PATH}{parameters}", json={"q": query}, headers=opened, **options)


def rows(box, query, **options):
    return [{name: value for name, value in row.items() if name != "links"} for row in found(box, query, **options)]


def found(box, query, **options):
    answer = ask(box, query, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def problem(answer):
    """Status, code and detail of an error."""
    body = answer.json()
    assert (body["status"], answer.headers["content-type"].split(";")[0]) == (
        answer.status_code,
        "application/vnd.oracle.resource+json",
    )
    (error,) = body["o:errorDetails"]
    return answer.status_code, error["o:errorCode"], error["detail"]


def assertion(box, algorithm="ES256", kind="EC", *, header=None, **claims):
    now = int(time.time())
    known = {
        "iss": "client",
        "aud": f"{box.url}{TOKEN_PATH}",
        "iat": now,
        "exp": now + 300,
        "scope": "rest_webservices",
    }
    signing = jwk.import_key(pem(kind), kind)
    return jwt.encode({"alg": algorithm, "kid": kind} | (header or {}), known | claims, signing, algorithms=[algorithm])


def exchange(box, token):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": token,
        "scope": "rest_webservices",
    }
    return httpx.post(f"{box.url}{TOKEN_PATH}", data=form)


@pytest.mark.parametrize(("algorithm", "kind"), [("PS256", "RSA"), ("PS512", "RSA"), ("ES256", "EC")])
def test_a_jwt_that_a_certificate_signed_opens_the_account_for_an_hour(box, algorithm, kind):
    answer = exchange(box, assertion(box, algorithm, kind))
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 3600
    assert "refresh_token" not in answer.json()
    opened = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert ask(box, headers=opened).status_code == 200
    box.wait(3601)
    assert problem(ask(box, headers=opened))[:2] == (401, "INVALID_LOGIN")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"algorithm": "RS256", "kind": "RSA"}, "RS256"),
        ({"header": {"kid": "another"}}, "certificate"),
        ({"iss": "somebody"}, "certificate"),
        ({"aud": "https://elsewhere.example/token"}, "aud"),
        ({"exp": int(time.time()) + 7200}, "60 minutes"),
        ({"iat": int(time.time()) - 3000, "exp": int(time.time()) - 10}, "not valid now"),
        ({"iat": None}, "iat and exp"),
    ],
)
def test_other_jwts_do_not(box, options, why):
    answer = exchange(box, assertion(box, **options))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert why in answer.json()["error_description"]


def test_a_jwt_for_another_scope_or_with_another_signature_does_not(box):
    assert exchange(box, assertion(box, scope="restlets")).json()["error"] == "invalid_scope"
    head, body, signature = assertion(box).split(".")
    other = assertion(box, jti="2").split(".")[2]
    assert exchange(box, f"{head}.{body}.{other}").status_code == 401
    assert exchange(box, f"{head}.{body}.{signature[:-8]}").status_code == 401
    assert exchange(box, "no jwt").status_code == 401


def test_a_short_rsa_key_is_no_certificate():
    short = rsa.generate_private_key(65537, 2048).public_key()
    with pytest.raises(ValueError, match="3072"):
        Certificate("client", short.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def signed(box, *, realm="1234567", method=oauth1.SIGNATURE_HMAC_SHA256, token="token", secret=None, **options):
    client = oauth1.Client(
        "consumer",
        client_secret=TOKEN.consumer_secret,
        resource_owner_key=token,
        resource_owner_secret=secret or TOKEN.token_secret,
        signature_method=method,
        realm=realm,
        **options,
    )
    _, headers, _ = client.sign(f"{box.url}{QUERY_PATH}?limit=5&offset=0", "POST")
    return {"Authorization": headers["Authorization"]}


def test_a_signed_request_is_let_in_once(box):
    headers = signed(box)
    assert ask(box, parameters="?limit=5&offset=0", headers=headers).status_code == 200
    assert problem(ask(box, parameters="?limit=5&offset=0", headers=headers))[:2] == (401, "INVALID_LOGIN")
    assert ask(box, parameters="?limit=5&offset=0", headers=signed(box)).status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {"realm": "1234567-sb1"},
        {"method": oauth1.SIGNATURE_HMAC_SHA1},
        {"token": "another"},
        {"secret": "another"},
        {"timestamp": str(int(time.time()) - 1000)},
        {"nonce": "abc"},
    ],
)
def test_a_request_that_is_signed_wrong_is_not(box, options):
    assert ask(box, parameters="?limit=5&offset=0", headers=signed(box, **options)).status_code == 401


def test_the_hub_signs_as_netsuite_wants_it(box):
    values = {"consumer_key": "consumer", "consumer_secret": TOKEN.consumer_secret, "realm": "1234567"}
    values |= {"token_id": "token", "token_secret": TOKEN.token_secret}
    credential = Signed(SimpleNamespace(value=values.get, now=time.time))
    for parameters in ("?limit=1000&offset=0", "?limit=5&offset=10"):
        headers = credential.headers("POST", f"{box.url}{QUERY_PATH}{parameters}", b'{"q": ""}', "application/json")
        assert ask(box, parameters=parameters, headers=headers).status_code == 200


def test_a_signature_is_of_the_parameters_too(box):
    assert ask(box, parameters="?limit=6&offset=0", headers=signed(box)).status_code == 401


def test_what_every_query_needs(box):
    assert problem(ask(box, headers={"Prefer": "respond-async"}))[:2] == (400, "INVALID_HEADER")
    assert problem(ask(box, headers={"Authorization": ""}))[0] == 401
    assert problem(ask(box, query=5))[:2] == (400, "INVALID_CONTENT")
    for parameters in ("?limit=1001", "?limit=0", "?limit=10&offset=5", "?limit=1000&offset=100000"):
        assert problem(ask(box, parameters=parameters))[:2] == (400, "INVALID_PARAMETER")


def test_an_answer_is_all_text_and_leaves_out_what_is_empty(box):
    box.company.edit_customer(2, email=None)
    (customer,) = rows(box, "SELECT id, email, isinactive, lastmodifieddate, currency FROM customer WHERE id = 2")
    assert customer["id"] == "2"
    assert customer["isinactive"] == "F"
    assert "email" not in customer
    assert customer["lastmodifieddate"] == f"{box.company.today:%-m/%-d/%Y}"
    assert all(isinstance(value, str) for value in customer.values())


def test_pages_are_linked(box):
    body = ask(box, "SELECT id FROM transaction ORDER BY id", parameters="?limit=4&offset=4").json()
    links = {link["rel"]: link["href"] for link in body["links"]}
    assert {"self", "next", "last", "first", "previous"} == links.keys()
    assert links["next"].endswith("limit=4&offset=8")
    assert (body["count"], body["offset"], body["hasMore"]) == (4, 4, True)
    assert body["totalResults"] > 8
    assert all(item["links"] == [] for item in body["items"])
    last = ask(
        box, "SELECT id FROM transaction ORDER BY id", parameters=links["last"][len(box.url) + len(QUERY_PATH) :]
    )
    assert last.json()["hasMore"] is False


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT colour FROM customer", "Unknown identifier 'colour'"),
        ("SELECT c.colour FROM customer c", "Unknown identifier 'colour'"),
        ("SELECT id FROM colours", "Invalid search type: colours."),
        ("SELECT id FROM customer LIMIT 5", "Invalid or unsupported search"),
        ("SELECT FROM WHERE", "Invalid or unsupported search"),
        ("SELECT BUILTIN.CONSOLIDATE(id) FROM customer", "Invalid or unsupported search"),
        ("SELECT BUILTIN.DF(isinactive) FROM customer", "Invalid or unsupported search"),
        ("DELETE FROM customer", "Invalid or unsupported search"),
        ("SELECT id FROM customer; DROP TABLE customer", "Invalid or unsupported search"),
        ("SELECT TO_DATE('soon', 'YYYY-MM-DD') AS x FROM dual", "Invalid or unsupported search"),
    ],
)
def test_a_query_that_netsuite_would_refuse(box, query, words):
    status, code, detail = problem(ask(box, query))
    assert (status, code) == (400, "INVALID_PARAMETER")
    assert detail.startswith("Invalid search query. Detailed unprocessed description follows.")
    assert words in detail


def test_what_oracle_can(box):
    assert rows(box, "SELECT TO_CHAR(SYSDATE, 'DD.MM.YYYY \"at\" HH24:MI') AS now, SYSDATE AS today FROM dual") == [
        {
            "now": f"{box.company.now.astimezone(box.company.zone):%d.%m.%Y at %H:%M}",
            "today": f"{box.company.today:%-m/%-d/%Y}",
        }
    ]
    assert len(rows(box, "SELECT id FROM customer ORDER BY id FETCH FIRST 3 ROWS ONLY")) == 3
    assert rows(box, "SELECT NVL(NULL, 5) AS x FROM dual") == [{"x": "5"}]
    terms = rows(box, "SELECT DISTINCT BUILTIN.DF(t.terms) AS name FROM transaction t WHERE t.type = 'CustInvc'")
    assert any(each["name"].startswith("Net ") for each in terms)


def test_the_limit_of_requests_under_way_is_shared_with_other_integrations(box):
    box.limit(concurrent=5)
    with box.occupied(4):
        assert ask(box).status_code == 200
    with box.occupied(5):
        refused = ask(box)
    assert problem(refused)[:2] == (429, "CONCURRENCY_LIMIT_EXCEEDED")
    assert "retry-after" not in refused.headers
    assert ask(box).status_code == 200


def test_dates_are_in_the_format_that_the_user_has_chosen():
    company = Company(started_on=date(2026, 1, 5), customers=1)
    with NetSuiteBox(company, features=Features(date_format="D.M.YYYY")) as box:
        assert rows(box, "SELECT datecreated FROM customer WHERE id = 1") == [{"datecreated": "5.1.2026"}]


def test_among_the_receivables_stand_documents_that_are_none(box):
    kinds = {row["type"] for row in rows(box, "SELECT DISTINCT type FROM transaction")}
    assert {"SalesOrd", "VendBill", "CustInvc"} <= kinds


def test_an_error_of_netsuites_own_has_its_shape_too(box):
    box.faults.add("status:500")
    assert problem(ask(box))[:2] == (500, "UNEXPECTED_ERROR")
    box.faults.add("expired_token")
    answer = ask(box)
    assert problem(answer)[:2] == (401, "INVALID_LOGIN")
    assert json.loads(answer.text)["title"] == "Unauthorized"


def test_a_box_that_starts_again_goes_on_where_it_was(tmp_path):
    state = tmp_path / "box.json"
    options = {"started_on": date(2026, 1, 5), "customers": 4, "invoices_per_day": 6}
    everything = "SELECT id, type, foreigntotal, lastmodifieddate FROM transaction ORDER BY id"
    deleted = "SELECT recordid, scriptid, deleteddate FROM deletedrecord ORDER BY recordid"
    with NetSuiteBox(Company(**options), state=state) as box:
        box.advance(20)
        token, before = box.bearer(), (rows(box, everything), rows(box, deleted))
    with NetSuiteBox(Company(**options), state=state) as box:
        again = {"Authorization": f"Bearer {token}"}
        assert (rows(box, everything, headers=again), rows(box, deleted, headers=again)) == before
