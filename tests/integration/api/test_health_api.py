"""/healthz, /readyz and /metrics."""

import subprocess
import sys
from dataclasses import replace

import pytest

from hub.app import create_app
from hub.storage.session import Storage
from hub.telemetry import metrics

REMOTE = {"REMOTE_ADDR": "203.0.113.7"}


def test_alive_and_ready(client):
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {"status": "ok", "checks": {"database": "ok", "valkey": "ok", "migrations": "ok"}}


def test_what_is_away_is_named(settings, storage):
    away = Storage(replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none"))
    response = create_app(settings, away).test_client().get("/readyz")
    assert response.status_code == 503
    assert response.json["checks"] == {"database": "does not answer", "valkey": "ok", "migrations": "does not answer"}
    away.close()
    no_valkey = create_app(replace(settings, redis_url="redis://127.0.0.1:1/0"), storage).test_client()
    assert no_valkey.get("/readyz").json["checks"]["valkey"] == "does not answer"
    assert no_valkey.get("/healthz").status_code == 200


def test_metrics_count_by_operation_and_status(client):
    client.get("/api/invoices")
    client.get("/api/invoices?limit=0")
    client.get("/api/no/such/place")
    text = client.get("/metrics").get_data(as_text=True)
    operation = 'method="GET",operation="invoices.Invoices"'
    assert f'paypredict_http_requests_total{{{operation},status="200"}}' in text
    assert f'paypredict_http_requests_total{{{operation},status="422"}}' in text
    assert 'paypredict_http_request_seconds_bucket{le="0.25",operation="invoices.Invoices"}' in text
    assert 'operation="unmatched"' in text and "no/such/place" not in text


def test_metrics_of_jobs_and_syncs(client, tenant):
    client.post("/api/predictions", json={})
    text = client.get("/metrics").get_data(as_text=True)
    assert 'paypredict_jobs{kind="forecasting.score",state="queued"}' in text
    assert "paypredict_sync_lag_seconds " in text and "paypredict_tie_out_difference" in text
    assert tenant not in text


def test_metrics_are_for_this_machine(client):
    assert client.get("/metrics", environ_overrides=REMOTE).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": ""}).status_code == 403


def test_metrics_with_a_token(settings, storage):
    app = create_app(replace(settings, metrics_token="sesame"), storage).test_client()
    allowed = app.get("/metrics", headers={"Authorization": "Bearer sesame"}, environ_overrides=REMOTE)
    assert allowed.status_code == 200
    assert app.get("/metrics", headers={"Authorization": "Bearer guess"}).status_code == 403
    assert app.get("/metrics").status_code == 403


COUNT = """
import sys
from hub.settings import Settings
from hub.telemetry.metrics import RequestMetrics
metrics = RequestMetrics(Settings.load({}, data_dir=sys.argv[1]))
for _ in range(3):
    metrics.observe("op", "GET", 200, 0.01)
print(metrics.exposition().decode())
"""


@pytest.mark.parametrize("forget", [False, True])
def test_counts_of_several_processes_add_up_until_they_are_forgotten(tmp_path, settings, forget):
    for number in range(2):
        if forget:
            metrics.reset(replace(settings, data_dir=tmp_path))
        command = [sys.executable, "-c", COUNT, str(tmp_path)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        total = 3 if forget else 3 * (number + 1)
        assert f'paypredict_http_requests_total{{method="GET",operation="op",status="200"}} {total}.0' in text
        assert f'paypredict_http_request_seconds_count{{operation="op"}} {total}.0' in text
