"""docs/fact-check.md: every code is explained, and the table of attacks is the one that the check makes now."""

from pathlib import Path

from bench import fact_check
from hub.sdk.facts import CODES

PAGE = Path("docs/fact-check.md").read_text(encoding="utf-8")


def test_every_code_is_explained():
    assert [code for code, what in CODES.items() if f"| `{code}` | {what} |" not in PAGE] == []


def test_the_table_of_attacks_is_current():
    shown = PAGE.partition(fact_check.BEGIN)[2].partition(fact_check.END)[0].strip()
    assert shown == fact_check.tables(), "python -m bench.fact_check --write docs/fact-check.md"
