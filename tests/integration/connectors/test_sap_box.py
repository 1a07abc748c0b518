"""SAP in a box speaks as SAP Gateway does: who comes in, what is asked, how pages and errors look, how writes begin."""

from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

from hub.sdk.testing.company import Company
from plugins.connectors.sap.box import ROOT, TOKEN_PATH, SapBox
from tests.integration.connectors.sap_runs import BASIC
from tests.normal_form import examples

CUBE = f"{ROOT}/API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube"
PARTNERS = f"{ROOT}/API_BUSINESS_PARTNER/A_BusinessPartner"


@pytest.fixture(scope="module")
def box() -> Iterator[SapBox]:
    with SapBox(Company.grown(invoices=120, payments=50), server_page=25) as found:
        yield found
    assert not found.errors


@pytest.fixture
def http(box) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=box.url, headers={"Authorization": BASIC}) as client:
        yield client


def test_the_users_password_the_clients_token_and_the_sandboxs_key_open(box):
    token = httpx.post(
        box.url + TOKEN_PATH, data={"grant_type": "client_credentials"}, auth=("box-client", "box-secret")
    ).json()
    assert token["token_type"] == "bearer" and token["expires_in"] == 3600
    for headers in (
        {"Authorization": BASIC},
        {"Authorization": f"Bearer {token['access_token']}"},
        {"APIKey": "box-secret"},
    ):
        assert httpx.get(box.url + CUBE, params={"$top": 1}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, {}),
        ({"Authorization": "Bearer no"}, {}),
        ({"APIKey": "no"}, {}),
        ({"Authorization": BASIC}, {"sap-client": "999"}),
    ],
)
def test_nobody_else_comes_in(box, headers, query):
    found = httpx.get(box.url + CUBE, params=query, headers=headers)
    assert found.status_code == 401
    assert found.headers["WWW-Authenticate"].startswith("Basic") and "html" in found.headers["Content-Type"]


def test_a_line_looks_as_in_the_examples(http):
    found = http.get(CUBE, params={"$top": 1, "$inlinecount": "allpages"}).json()["d"]
    example = examples("sap")[1]["d"]
    assert isinstance(found["__count"], str)
    line, sample = found["results"][0], example["results"][0]
    assert sample.keys() <= line.keys()
    for name, value in sample.items():
        assert value is None or line[name] is None or type(line[name]) is type(value), name
    assert line["__metadata"].keys() == sample["__metadata"].keys()
    assert line["AmountInTransactionCurrency"] == f"{float(line['AmountInTransactionCurrency']):.2f}"


def test_pages_are_smaller_than_asked_and_name_the_next(http):
    rows, url = [], f"{CUBE}?$top=60&$orderby=AccountingDocument desc&$select=AccountingDocument"
    sizes = []
    while url:
        found = http.get(url).json()["d"]
        sizes.append(len(found["results"]))
        rows += [row["AccountingDocument"] for row in found["results"]]
        url = found.get("__next")
    assert sizes == [25, 25, 10]
    assert rows == sorted(rows, reverse=True)


def test_what_is_asked_is_what_comes(http):
    where = "FinancialAccountType eq 'D' and (AccountingDocumentType eq 'DZ' or AccountingDocumentType eq 'DG')"
    found = http.get(
        CUBE, params={"$filter": where, "$select": "AccountingDocumentType,DebitCreditCode", "$skip": 3}
    ).json()
    rows = found["d"]["results"]
    assert rows and all(row.keys() == {"__metadata", "AccountingDocumentType", "DebitCreditCode"} for row in rows)
    assert {row["AccountingDocumentType"] for row in rows} <= {"DZ", "DG"}
    assert int(http.get(f"{CUBE}/$count", params={"$filter": where}).text) > len(rows)


def test_one_line_by_its_key(http):
    line = http.get(CUBE, params={"$top": 1}).json()["d"]["results"][0]
    assert http.get(line["__metadata"]["uri"]).json()["d"] == line
    key = "CompanyCode='1710',FiscalYear='1999',AccountingDocument='1',AccountingDocumentItem='001'"
    assert http.get(f"{CUBE}({key})").status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"$filter": "Foo eq '1'"}, "Property Foo not found in type 'A_OperationalAcctgDocItemCubeType'"),
        ({"$select": "Foo"}, "Property Foo not found"),
        ({"$orderby": "Foo"}, "Property Foo not found"),
        ({"$top": "many"}, "$top"),
        ({"$format": "xml"}, "Format"),
    ],
)
def test_what_it_does_not_understand_is_refused_in_saps_shape(http, query, words):
    found = http.get(CUBE, params=query)
    example = examples("sap")[0]["error"]
    assert found.status_code == 400
    error = found.json()["error"]
    assert error.keys() == example.keys() and error["innererror"].keys() == example["innererror"].keys()
    assert words in error["message"]["value"]
    assert http.get(f"{ROOT}/API_OPLACCTGDOCITEMCUBE_SRV/Nothing").status_code == 404
    assert http.get(f"{ROOT}/API_NOTHING_SRV/A").json()["error"]["code"] == "/IWFND/MED/170"


def test_business_partners_with_their_addresses(http):
    query = {"$filter": "Customer eq '0000000001'", "$expand": "to_BusinessPartnerAddress/to_EmailAddress"}
    (partner,) = http.get(PARTNERS, params=query).json()["d"]["results"]
    assert partner["to_BusinessPartnerAddress"]["results"][0].keys() == {"Country", "to_EmailAddress"}
    (partner,) = http.get(PARTNERS, params={"$filter": "Customer eq '0000000001'"}).json()["d"]["results"]
    assert "__deferred" in partner["to_BusinessPartnerAddress"]
    customers = http.get(f"{ROOT}/API_BUSINESS_PARTNER/A_Customer", params={"$top": 2}).json()["d"]["results"]
    assert [each["Customer"] for each in customers] == ["0000000001", "0000000002"]


@pytest.mark.parametrize("service", ["API_OPLACCTGDOCITEMCUBE_SRV", "API_BUSINESS_PARTNER"])
def test_the_metadata_names_what_there_is(http, service):
    tree = ElementTree.fromstring(http.get(f"{ROOT}/{service}/$metadata").content)
    names = {element.get("Name") for element in tree.iter() if element.tag.endswith("EntitySet")}
    assert names == set(http.get(f"{ROOT}/{service}/").json()["d"]["EntitySets"])


def test_a_write_needs_the_token_of_a_read_and_its_cookie(box, http):
    refused = http.post(CUBE, json={})
    assert (refused.status_code, refused.headers["X-CSRF-Token"]) == (403, "Required")
    fetched = http.get(f"{ROOT}/API_OPLACCTGDOCITEMCUBE_SRV/", headers={"X-CSRF-Token": "Fetch"})
    headers = {
        "X-CSRF-Token": fetched.headers["X-CSRF-Token"],
        "Cookie": fetched.headers["Set-Cookie"].partition(";")[0],
    }
    assert httpx.post(box.url + CUBE, json={}, headers={"Authorization": BASIC, **headers}).status_code == 405


def test_the_same_commands_make_the_same_system(tmp_path):
    def lines(box: SapBox) -> list[str]:
        box.postings["1710"].catch_up()
        return [repr(line) for line in box.postings["1710"].lines]

    options = {"started_on": Company.grown(invoices=5, payments=1).today, "invoices_per_day": 4.0}
    first = SapBox(Company(**options), state=tmp_path / "box.json")
    for _ in range(20):
        first.advance()
        lines(first)
    first.stop()
    assert lines(SapBox(Company(**options), state=tmp_path / "box.json")) == lines(first)
