"""Rates per address, caller and tenant: who is counted by what, what answers say, and what happens without Valkey."""

import socket
import time
from dataclasses import replace

import pytest
import redis as redis_client
from limits.storage import Storage as PermitStorage

from hub.app import create_app
from hub.http import limits
from hub.http.limits import LeasedPermits, Valkey
from hub.tenants import service as tenants
from tests.integration.api.conftest import ApiClient

pytestmark = pytest.mark.usefixtures("redis")
NOBODY = {"Authorization": "Bearer nonsense"}


@pytest.fixture
def limited(settings, storage, redis):
    """Makes the application with these limits, all others off."""

    def make(**limits):
        off = {"rate_limit_per_minute": 0, "rate_limit_per_minute_tenant": 0, "rate_limit_per_minute_address": 0}
        return create_app(
            replace(settings, **off, **limits) if not limits else replace(settings, **off | limits), storage
        )

    return make


def statuses(client, count, path="/api/tenant", **options):
    return [client.get(path, **options).status_code for _ in range(count)]


def from_address(address):
    return {"environ_overrides": {"REMOTE_ADDR": address}}


def test_a_key_has_its_rate_and_another_its_own(limited, tenant, key_of):
    app = limited(rate_limit_per_minute=5)
    first, second = (ApiClient(app.test_client(), key_of(tenant), app) for _ in range(2))
    assert statuses(first, 7) == [200] * 5 + [429] * 2
    assert statuses(second, 5) == [200] * 5


def test_all_keys_of_a_tenant_share_the_tenants_rate(limited, tenant, key_of):
    app = limited(rate_limit_per_minute_tenant=4)
    first, second = (ApiClient(app.test_client(), key_of(tenant), app) for _ in range(2))
    assert statuses(first, 3) + statuses(second, 3) == [200] * 4 + [429] * 2


def test_another_tenant_is_not_held_up(limited, tenant, key_of, storage):
    app = limited(rate_limit_per_minute_tenant=2)
    other = ApiClient(app.test_client(), key_of(tenants.create(storage, "limits other").key), app)
    assert statuses(ApiClient(app.test_client(), key_of(tenant), app), 3) == [200, 200, 429]
    assert statuses(other, 2) == [200, 200]


def test_an_address_is_counted_before_anybody_is_identified(limited):
    client = limited(rate_limit_per_minute_address=3).test_client()
    assert statuses(client, 5, headers=NOBODY) == [401] * 3 + [429] * 2
    assert statuses(client, 1, headers=NOBODY, **from_address("203.0.113.7")) == [401]


def test_debtors_pages_have_a_rate_of_their_own(limited):
    client = limited(debtor_requests_per_minute=2).test_client()
    assert statuses(client, 3, "/api/debtor/x") == [404, 404, 429]
    assert statuses(client, 1, "/api/debtor/x", **from_address("203.0.113.7")) == [404]
    assert "to debtors' pages" in client.get("/api/debtor/x").json["detail"]
    # Whoever unsubscribes does so by a mail program that does it for many.
    assert [client.post("/api/debtor/x/unsubscribe").status_code for _ in range(3)] == [404] * 3


def test_an_address_is_counted_for_what_there_is_not_too(limited):
    client = limited(rate_limit_per_minute_address=2).test_client()
    assert statuses(client, 3, "/no/such/place") == [404, 404, 429]


def test_the_addresses_of_one_ipv6_network_are_one(limited):
    client = limited(rate_limit_per_minute_address=2).test_client()
    found = [client.get("/api/tenant", **from_address(f"2001:db8:1:2::{each}")).status_code for each in "123"]
    assert found == [401, 401, 429]
    assert client.get("/api/tenant", **from_address("2001:db8:1:3::1")).status_code == 401


def test_a_caller_cannot_name_its_own_address(limited):
    client = limited(rate_limit_per_minute_address=2).test_client()
    found = [client.get("/api/tenant", headers={"X-Forwarded-For": f"10.0.0.{each}"}).status_code for each in "123"]
    assert found == [401, 401, 429]


def test_behind_a_trusted_proxy_the_address_is_the_one_the_proxy_saw(limited):
    client = limited(rate_limit_per_minute_address=2, trusted_proxies=1).test_client()

    def through_proxy(address, claimed="1.1.1.1"):
        return client.get("/api/tenant", headers={"X-Forwarded-For": f"{claimed}, {address}"}).status_code

    assert [through_proxy("203.0.113.7", claimed=f"10.0.0.{each}") for each in "123"] == [401, 401, 429]
    assert through_proxy("203.0.113.8") == 401


def test_signing_in_has_a_tighter_rate_per_address(limited):
    client = limited(sign_in_attempts_per_minute=2).test_client()
    body = {"email": "nobody@example.com", "password": "wrong password"}
    answers = [client.post("/api/session", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert "to sign in" in answers[-1].json["detail"]
    assert client.get("/api/tenant").status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_watches_the_hub_is_never_turned_away(limited, path):
    client = limited(rate_limit_per_minute_address=1).test_client()
    answers = [client.get(path) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name, _ in answers[-1].headers if name.startswith("RateLimit")]


def test_zero_switches_a_limit_off(limited, tenant, key_of):
    app = limited(sign_in_attempts_per_minute=0)
    client = ApiClient(app.test_client(), key_of(tenant), app)
    answer = [client.get("/api/tenant") for _ in range(20)][-1]
    assert answer.status_code == 200 and "RateLimit-Limit" not in answer.headers


def test_every_answer_says_what_is_left_of_the_limit_that_ends_first(limited, tenant, key_of):
    app = limited(rate_limit_per_minute=5, rate_limit_per_minute_tenant=50, rate_limit_per_minute_address=100)
    client = ApiClient(app.test_client(), key_of(tenant), app)
    answers = [client.get("/api/tenant") for _ in range(6)]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    for answer in answers:
        assert answer.headers["RateLimit-Limit"] == "5" and answer.headers["RateLimit-Policy"] == "5;w=60"
        assert 0 <= int(answer.headers["RateLimit-Reset"]) <= 60


def test_a_refusal_is_a_problem_that_says_when_to_come_back(limited, tenant, key_of):
    app = limited(rate_limit_per_minute=1)
    client = ApiClient(app.test_client(), key_of(tenant), app)
    client.get("/api/tenant")
    refused = client.get("/api/tenant")
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert refused.content_type == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert "More than 1 requests a minute of one caller" in refused.json["detail"]


def permits(redis):
    return LeasedPermits("leased://", Valkey(redis))


COUNTER = "LIMITER/key k/caller/{}/1/minute"


def test_permits_are_shared_by_processes(redis):
    here, there = permits(lambda: redis), permits(lambda: redis)
    key = COUNTER.format(100)
    taken = [each.incr(key, 60) <= 100 for _ in range(60) for each in (here, there)]
    assert 98 <= sum(taken) <= 100
    assert here.incr(COUNTER.format(99), 60) == 1


def test_few_requests_wait_for_valkey(redis):
    asked = []

    class Watched:
        def eval(self, *arguments):
            asked.append(arguments)
            return redis.eval(*arguments)

    storage = permits(Watched)
    key = COUNTER.format(1200)
    assert [storage.incr(key, 60) for _ in range(240)] == list(range(1, 241))
    assert len(asked) == 10


def test_a_flood_that_is_refused_costs_valkey_nothing(redis):
    asked = []

    class Watched:
        def eval(self, *arguments):
            asked.append(arguments)
            return redis.eval(*arguments)

    storage = permits(Watched)
    for _ in range(100):
        storage.incr(COUNTER.format(2), 60)
    assert len(asked) == 2
    assert storage.incr(COUNTER.format(2), 60) > 2


def test_a_counter_ends_with_its_window(redis):
    storage = permits(lambda: redis)
    key = COUNTER.format(1)
    assert (storage.incr(key, 1), storage.incr(key, 1)) == (1, 2)
    ends = storage.get_expiry(key)
    assert storage.get(key) >= 1 and ends > time.time()
    while redis.exists(f"paypredict:rate:{key}") or time.time() <= ends:
        time.sleep(0.05)
    assert storage.get(key) == 0
    assert storage.incr(key, 1) == 1


def test_a_counter_can_be_forgotten(redis):
    storage = permits(lambda: redis)
    storage.incr(COUNTER.format(1), 60)
    storage.clear(COUNTER.format(1))
    assert storage.incr(COUNTER.format(1), 60) == 1
    assert isinstance(storage, PermitStorage) and storage.check()


def test_without_valkey_each_process_counts_for_itself_and_the_log_says_so_once(
    settings, storage, tenant, key_of, caplog
):
    away = replace(settings, redis_url="redis://127.0.0.1:1/0", rate_limit_per_minute=5)
    app = create_app(away, storage)
    client = ApiClient(app.test_client(), key_of(tenant), app)
    assert statuses(client, 7) == [200] * 5 + [429] * 2
    said = [record for record in caplog.records if "Rate limit storage unreachable" in record.message]
    assert 1 <= len(said) <= 2  # once for addresses, once for callers


def test_a_valkey_that_hangs_is_not_waited_for(settings, storage, tenant, key_of):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        hanging = replace(
            settings,
            redis_url=f"redis://127.0.0.1:{deaf.getsockname()[1]}/0",
            rate_limit_per_minute=9,
            rate_limit_per_minute_address=9,
        )
        app = create_app(hanging, storage)
        client = ApiClient(app.test_client(), key_of(tenant), app)
        assert statuses(client, 3) == [200] * 3


def test_a_request_waits_for_valkey_once_at_most_and_then_counting_goes_on(redis, monkeypatch):
    asked = []

    class Away:
        def eval(self, *arguments):
            asked.append(arguments)
            raise redis_client.TimeoutError

    current = [Away()]
    storage = permits(lambda: current[0])
    for _ in range(3):
        with pytest.raises(redis_client.RedisError):
            storage.incr(COUNTER.format(5), 60)
    assert len(asked) == 1 and not storage.check()
    current[0] = redis
    later = time.monotonic() + 2
    monkeypatch.setattr(limits.time, "monotonic", lambda: later)
    assert storage.check() and storage.incr(COUNTER.format(5), 60) == 1


def test_the_client_that_counts_tries_once(settings, storage):
    redis = create_app(settings, storage).extensions["paypredict"].redis()
    assert redis.connection_pool.connection_kwargs["socket_timeout"] <= 0.5
    assert redis.connection_pool.connection_kwargs["retry"].get_retries() == 0
