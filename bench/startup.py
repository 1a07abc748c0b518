"""Import and build the API in a fresh interpreter, against importing its three largest libraries."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench import harness

ROOT = Path(__file__).resolve().parents[1]
LIMIT = "import flask, sqlalchemy, psycopg"
PRODUCT = """
import os
os.environ |= {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
import wsgi
"""
REPORT = """
import json, sys
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"rss_mb": int(peak) / 1024, "modules": sorted(sys.modules)}))
"""
HEAVY = {"xgboost", "sklearn", "pandas", "polars", "scipy", "matplotlib"}
HEAVY |= {"torch", "transformers", "onnxruntime", "tokenizers"}
RSS_GOAL_MB = 100


def run(rounds: int = 7) -> dict[str, Any]:
    """Ratio of processor time; also met only if memory stays under 100 MB and nothing heavy is imported."""
    costs: dict[str, list[harness.Cost]] = {"limit": [], "product": []}
    reports: list[dict[str, Any]] = []
    for number in range(rounds + 1):
        for name, code in (("limit", LIMIT), ("product", PRODUCT)):
            cost, report = fresh_interpreter(code)
            if number:  # the first round warms the disk cache
                costs[name].append(cost)
            if name == "product":
                reports.append(report)
    rss_mb = max(report["rss_mb"] for report in reports)
    heavy = sorted(HEAVY.intersection(reports[-1]["modules"]))
    result = harness.result(
        "startup",
        harness.ratios(costs["limit"], costs["product"]),
        goal=1.5,
        better="lower",
        unit="x processor time",
        arms=harness.summarise(costs),
        rss_mb=round(rss_mb, 1),
        rss_goal_mb=RSS_GOAL_MB,
        heavy_modules=heavy,
    )
    result["met"] = result["met"] and rss_mb <= RSS_GOAL_MB and not heavy
    return result


def fresh_interpreter(code: str) -> tuple[harness.Cost, dict[str, Any]]:
    """Run `code` in an interpreter of its own: what that took, its peak memory and its modules."""
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code + REPORT], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the interpreter ended with {process.returncode}")
    wall = time.perf_counter() - begun
    return harness.Cost(cpu=usage.ru_utime + usage.ru_stime, wall=wall, units=1), json.loads(output)
