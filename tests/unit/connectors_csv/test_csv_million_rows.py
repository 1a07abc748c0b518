"""A million rows go through in memory that hardly grows with them."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, resource, sys, time
from plugins.connectors.csv.plugin import CsvConnector, problems

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

connector = CsvConnector({"path": sys.argv[1], "skip_bad": True})
start, clock = peak(), time.process_time()
plan = connector.plan
inspected, looked = peak(), time.process_time()
rows = records = 0
mapping = 0.0
for page in connector.read("rows", None):
    rows += len(page.items)
    if rows % 50_000:
        continue  # mapping keeps nothing but customers, so every tenth page shows its memory and its speed
    before = time.process_time()
    for item in page.items:
        records += len(connector.map("rows", item))
    mapping += time.process_time() - before
print(json.dumps({"rows": rows, "records": records, "inspect_bytes": inspected - start, "bytes": peak() - start,
                  "inspect_s": looked - clock, "map_rows_per_s": records / 4 / mapping, "copies": plan.repeats.copies}))
"""
ROWS = 1_000_000


@pytest.mark.slow
def test_a_million_rows_in_bounded_memory(tmp_path):
    path = tmp_path / "million.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("invoice_id,customer_id,customer_name,issue_date,due_date,amount,currency,status,paid_date\n")
        for number in range(ROWS):
            day = f"{2020 + number % 5}-{1 + number % 12:02d}-{1 + number % 28:02d}"
            who = number % 5_000
            amount = f"{number % 9_973}.{number % 90 + 10}"
            file.write(f"INV{number},C{who},Customer number {who},{day},{day},{amount},USD,paid,{day}\n")
        file.write("INV5,C5,Customer number 5,2020-06-06,2020-06-06,5.15,USD,paid,2020-06-06\n")  # a copy, far apart
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True, timeout=600
    )
    measured = json.loads(done.stdout)
    assert (measured["rows"], measured["records"], measured["copies"]) == (ROWS, 4 * ROWS // 10, 1)
    # The file is 90 MB and its rows as Python objects would be above 1 GB.
    assert measured["bytes"] < 120 * ROWS
