"""The box and the connector were written apart: neither can hide a mistake of the other."""

import re
from pathlib import Path

import pytest

from plugins.connectors import sap

FILES = sorted(Path(sap.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_imports_only_from_its_own_side(path):
    imported = re.findall(r"from plugins\.connectors\.sap\.(\w+)", path.read_text(encoding="utf-8"))
    is_box = path.stem.startswith("box")
    assert all(name.startswith("box") == is_box for name in imported)
