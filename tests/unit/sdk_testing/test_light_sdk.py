"""The SDK itself does not carry the server along that boxes are made of."""

import subprocess
import sys

_CODE = """
import sys
import hub.sdk.connector, hub.sdk.http, hub.sdk.manifest, hub.sdk.records, hub.sdk.hookspecs
print([name for name in sys.modules if name.split(".")[0] in ("flask", "werkzeug", "httpx") or "sdk.testing" in name])
"""


def test_the_contracts_import_no_server():
    done = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
