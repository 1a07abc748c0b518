"""docs/api.md has the table of who may call what, as it is enforced. Write it anew with this file as a program."""

import re
import sys
from functools import cache
from pathlib import Path

from hub.app import create_app
from hub.http.access import ACCESS, SCOPES, Role, Rule
from hub.http.auth import REMEMBERED_SECONDS
from hub.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
HEAD = f"| Operation | Request | {' | '.join(Role)} | scope | noted |"
_TABLE = re.compile(rf"^{re.escape(HEAD)}\n(?:\|.*\n)*", re.MULTILINE)


def table() -> str:
    """The table as the page should have it."""
    return "\n".join([HEAD, "|---" * (len(Role) + 4) + "|", *(_row(*each) for each in ACCESS.items())]) + "\n"


def _row(name: str, rule: Rule) -> str:
    who = ["yes" if rule.is_public or role in rule.roles else "" for role in Role]
    scope = "public" if rule.is_public else f"`{rule.scope}`" if rule.scope else ""
    noted = "" if rule.noted == "no" else rule.noted
    return f"| `{name}` | `{_requests()[name]}` | {' | '.join(who)} | {scope} | {noted} |"


@cache
def _requests() -> dict[str, str]:
    """Method and path of every operation."""
    settings = Settings.load({}, database_url="postgresql://nobody@127.0.0.1:1/none", redis_url="redis://127.0.0.1:1/0")
    document = create_app(settings).test_client().get("/api/openapi.json").json
    return {
        operation["operationId"]: f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def test_the_page_shows_the_table_that_is_enforced():
    found = _TABLE.findall(PAGE.read_text(encoding="utf-8"))
    assert found == [table()], "write it anew: python -m tests.contracts.test_access_documented"


def test_the_page_names_every_role_scope_and_delay():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    for name in (*Role, *SCOPES):
        assert f"`{name}`" in text, name
    assert f"trusts credentials it has checked for {REMEMBERED_SECONDS:.0f} seconds" in text


if __name__ == "__main__":
    changed, count = _TABLE.subn(lambda _: table(), PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(changed, encoding="utf-8")
    sys.exit(0 if count == 1 else f"docs/api.md has {count} such tables")
