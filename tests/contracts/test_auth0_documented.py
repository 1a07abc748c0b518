"""docs/auth0.md names every setting of the provider, and every word that a sign-in can end with."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from hub import identity
from hub.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs" / "auth0.md").read_text(encoding="utf-8")
SETTINGS = [item.name for item in fields(Settings) if item.name.startswith("oidc_")]
PAGE = json.loads((Path(__file__).parents[2] / "web/src/messages/en/auth.json").read_text(encoding="utf-8"))
CODE = "".join(path.read_text(encoding="utf-8") for path in Path(identity.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("name", [*SETTINGS, "public_url", "local_sign_in"])
def test_settings(name):
    assert f"PAYPREDICT_{name.upper()}" in TEXT


def test_what_a_sign_in_can_end_with():
    explained = set(re.findall(r"^\| `([a-z_]+)` \| ", TEXT, re.MULTILINE))
    in_words = set(PAGE["errors"]) - {"other"}
    raised = set(re.findall(r'(?:RefusedPersonError|SignInRefusedError|_failed)\(\s*"(\w+)"', CODE))
    assert raised | {"access_denied"} == explained == in_words
