"""Limits and the list of calls, over real connections."""

from concurrent.futures import ThreadPoolExecutor

import httpx


def _get(box, company="a", path="/v1/invoices?top=1"):
    return httpx.get(box.url + path, headers={"x-company": company}, trust_env=False, timeout=5)


def test_calls_a_minute_by_account_and_the_box_clock(box):
    box.limit(per_minute=3)
    assert [_get(box).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = _get(box)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert _get(box, "b").status_code == 200
    assert box.limiter.remaining("a") == {"minute": 0}
    box.wait(60)
    assert _get(box).status_code == 200
    box.limit()
    assert [_get(box).status_code for _ in range(4)] == [200] * 4


def test_calls_a_day(box):
    box.limit(per_day=1)
    assert _get(box).status_code == 200
    refused = _get(box)
    assert refused.json()["limit"] == "day"
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    box.advance()
    assert _get(box).status_code == 200


def test_calls_in_flight_are_counted_as_they_are(box):
    box.limit(concurrent=2)
    box.latency = 0.3
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: _get(box), range(5)))
    assert sorted(each.status_code for each in answers) == [200, 200, 429, 429, 429]
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.json()["limit"] == "concurrent" and "retry-after" not in refused.headers
    assert box.limiter.most_in_flight == 5
    assert _get(box).status_code == 200


def test_one_call_after_the_other_is_never_two_in_flight(box):
    box.limit(concurrent=1)
    with httpx.Client(base_url=box.url, trust_env=False) as client:
        assert {client.get("/v1/invoices?top=1").status_code for _ in range(150)} == {200}
    assert [each.status for each in box.calls] == [200] * 150


def test_the_authorisation_server_is_not_limited(box):
    box.limit(per_minute=1)
    assert {_get(box, path="/oauth/authorize").status_code for _ in range(3)} == {400}


def test_calls_are_listed(box):
    httpx.post(box.url + "/v1/invoices?a=1", content=b"body", headers={"X-Company": "c"}, trust_env=False)
    (call,) = box.calls
    assert (call.method, call.path, call.query, call.body, call.account) == (
        "POST",
        "/v1/invoices",
        {"a": "1"},
        b"body",
        "c",
    )
    assert call.headers["x-company"] == "c"
    assert call.status == 405
    assert box.counts == {"/v1/invoices": 1}


def test_the_list_of_calls_is_bounded_and_the_counts_go_on(box, monkeypatch):
    monkeypatch.setattr("hub.sdk.testing.box._MOST_CALLS", 10)
    for _ in range(25):
        _get(box)
    assert len(box.calls) <= 10
    assert box.counts["/v1/invoices"] == 25


def test_books_change_while_they_are_read(box):
    with ThreadPoolExecutor(4) as pool:
        reads = [pool.submit(_get, box, path="/v1/invoices?top=9999") for _ in range(30)]
        for _ in range(30):
            box.advance()
        assert {each.result().status_code for each in reads} == {200}
    assert box.company.receivable()
