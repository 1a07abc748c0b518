"""A box is controlled from another process, and remembers over a restart."""

from datetime import date

import httpx
import pytest

from hub.sdk.testing.company import Company
from hub.sdk.testing.oauth import consent
from tests.integration.sdk_testing.conftest import CALLBACK, TinyBox
from tests.integration.sdk_testing.test_oauth import authorize_url, exchange, refresh, tokens
from tests.unit.sdk_testing.books_check import dump


def _company(seed=7):
    return Company(started_on=date(2026, 3, 2), customers=12, invoices_per_day=3, seed=seed)


@pytest.fixture
def control(box):
    with httpx.Client(base_url=box.url + "/_box", trust_env=False) as client:
        yield client


def test_days_pass_and_time_goes_by(box, control):
    day = box.company.today
    state = control.post("/advance", json={"days": 3}).json()
    assert (box.company.today - day).days == 3
    assert state == control.get("/state").json()
    assert state["invoices"] == len(box.company.invoices)
    before = box.now()
    control.post("/clock", json={"seconds": 90})
    assert (box.now() - before).total_seconds() == 90


def test_single_steps(box, control):
    invoice = control.post("/do", json={"step": "issue", "party": 5, "total": "100.00", "due_on": "2026-05-01"}).json()
    currency = invoice["currency"]
    assert invoice["total"] == "100.00" and invoice["due_on"] == "2026-05-01"
    control.post("/do", json={"step": "pay", "party": 5, "amount": "60.00", "invoices": [[invoice["id"], "60.00"]]})
    assert box.company.open_of(invoice["id"]) == 40
    figures = control.get("/receivable").json()
    assert figures["receivable"][currency] == str(box.company.receivable()[currency])
    assert figures["home"] == str(box.company.receivable_home())
    assert figures["customers"]["5"] == {
        key: str(each) for key, each in box.company.receivable_by_customer()[5].items()
    }


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"step": "issue", "party": 5, "total": "0.001"}, "no amount"),
        ({"step": "advance"}, "does not know"),
        ({"step": "issue", "colour": "red"}, "colour"),
        ({}, "step"),
    ],
)
def test_what_cannot_be_done_is_refused(control, body, says):
    answer = control.post("/do", json=body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]


def test_faults_and_calls(box, control):
    control.post("/faults", json=[{"kind": "status:503", "match": "/v1/invoices"}])
    assert httpx.get(box.url + "/v1/invoices", trust_env=False).status_code == 503
    control.post("/faults", json={"script": ["429"], "every": 1})
    assert httpx.get(box.url + "/v1/invoices", trust_env=False).status_code == 429
    control.delete("/faults")
    assert httpx.get(box.url + "/v1/invoices", trust_env=False).status_code == 200
    assert control.get("/faults").json()["fired"] == [["status:503", "GET /v1/invoices"], ["429", "GET /v1/invoices"]]
    calls = control.get("/calls?last=2").json()
    assert [each["status"] for each in calls["calls"]] == [429, 200]
    assert calls["counts"] == {"/v1/invoices": 3}
    assert control.post("/faults", json=[{"kind": "nope"}]).status_code == 400


def test_revoking_all(box, control):
    granted = tokens(box)
    assert control.post("/revoke").json() == {"revoked": 1}
    assert refresh(box, granted["refresh_token"]).status_code == 400


def test_several_companies(company):
    other = _company(seed=8)
    with TinyBox(company, others={"t2": other}) as box, httpx.Client(base_url=box.url, trust_env=False) as client:
        before = company.today, other.today
        client.post("/_box/advance", json={"days": 2})
        assert [(a - b).days for a, b in zip((company.today, other.today), before, strict=True)] == [2, 2]
        done = client.post("/_box/do", json={"step": "issue", "party": 5, "total": "7.00", "company": "t2"}).json()
        assert other.invoices[done["id"]].total == 7
        assert client.get("/_box/receivable?company=t2").json()["home"] == str(other.receivable_home())


def test_a_restart_goes_on_where_it_was(tmp_path):
    state = tmp_path / "box" / "state.json"
    with TinyBox(_company(), state=state) as box, httpx.Client(base_url=box.url + "/_box", trust_env=False) as client:
        client.post("/advance", json={"days": 4})
        client.post("/advance", json={"days": 2})
        client.post("/do", json={"step": "issue", "party": 5, "total": "100.00", "on": "2026-03-01"})
        client.post("/clock", json={"seconds": 100})
        client.post("/webhooks", json={"url": "http://127.0.0.1:9/hook", "secret": "w"})
        granted = tokens(box)
        unused = consent(authorize_url(box))
        books, now = dump(box.company), box.now()
    with TinyBox(_company(), state=state) as box:
        assert dump(box.company) == books and box.now() == now
        bearer = {"Authorization": f"Bearer {granted['access_token']}"}
        assert httpx.get(box.url + "/v1/customers", headers=bearer, trust_env=False).status_code == 200
        assert refresh(box, granted["refresh_token"]).status_code == 200
        assert exchange(box, unused).status_code == 200
        assert [each.url for each in box.hooks.subscriptions] == ["http://127.0.0.1:9/hook"]
        assert box.hooks.skip_changes() == len(box.company.changes) - 12  # the customers were there before
        box.tokens.revoke_all()
    with TinyBox(_company(), state=state) as box:
        assert refresh(box, granted["refresh_token"]).status_code == 400
        assert box.hooks.skip_changes() == 0
    assert [each.name for each in state.parent.iterdir()] == ["state.json"]


def test_the_state_of_another_company_is_refused(tmp_path):
    state = tmp_path / "state.json"
    with TinyBox(_company(), state=state) as box:
        box.advance()
    with pytest.raises(ValueError, match="the state of another company"):
        TinyBox(_company(seed=8), state=state)


def test_an_address_of_its_own(company):
    with pytest.raises(RuntimeError, match="not started"):
        _ = TinyBox(company).url
    assert TinyBox(company, public_url="https://box.example/").url == "https://box.example"
    assert CALLBACK.startswith("http://127.0.0.1")
