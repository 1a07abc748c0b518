"""docs/security.md names tests that exist, and no threat goes without one."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)


def test_every_test_named_there_exists():
    assert len(NAMED) > 40
    for path, name in NAMED:
        assert (ROOT / path).is_file(), path
        if name:
            assert re.search(rf"^ *def {name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), (path, name)


def test_every_threat_has_its_proof():
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        assert re.search(r"Proof:\s+`tests/", section), section.splitlines()[0]
