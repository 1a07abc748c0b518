"""A box as a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[3]
_CODE = """
from tests.integration.sdk_testing.conftest import TinyBox
from hub.sdk.testing.serve import serve

def make_box(company, options):
    assert options.colour == "red"
    return TinyBox(company, state=options.state, public_url=options.public_url)

raise SystemExit(serve(make_box, add_arguments=lambda parser: parser.add_argument("--colour", default="red")))
"""


def _served(state, *arguments):
    """Start it, ask for its state, stop it; returns what it answered and its exit code."""
    process = subprocess.Popen(
        [sys.executable, "-c", _CODE, "--state", str(state), "--customers", "10", *arguments],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    try:
        url = process.stdout.readline().strip()
        answer = httpx.get(f"{url}/_box/state", trust_env=False).json()
        httpx.post(f"{url}/_box/advance", json={"days": 1}, trust_env=False)
        process.send_signal(signal.SIGTERM)
        return answer, process.wait(20)
    finally:
        process.kill()
        process.stdout.close()


def test_it_serves_prints_its_address_and_goes_on_after_a_stop(tmp_path):
    first, code = _served(tmp_path / "state.json", "--days-of-history", "20", "--until", "2026-05-20")
    assert code == 0
    assert (first["today"], first["slug"]) == ("2026-05-20", "tiny")
    assert first["invoices"] > 50
    second, code = _served(tmp_path / "state.json", "--days-of-history", "20")
    assert code == 0
    assert second["today"] == "2026-05-21"
    assert second["invoices"] >= first["invoices"]
