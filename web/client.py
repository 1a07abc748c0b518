"""Writes what the dashboard knows of the hub's API: `openapi.json`, the types made of it, and who may call what.

The document comes from the application itself, which connects to nothing for it. `--check` writes nothing, and fails
when what is there is not what would be written.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WEB = Path(__file__).resolve().parent
DOCUMENT, TYPES, ACCESS = "openapi.json", "src/lib/schema.d.ts", "src/lib/access.ts"
METHODS = frozenset({"delete", "get", "patch", "post", "put"})

_ACCESS_HEAD = """\
// Made of openapi.json by `make client`; not to be edited.

/** What a person is, in the tenant being worked in; an operator may be one beside another role. */
export type Role = 'operator' | 'admin' | 'member' | 'viewer'

/** Who may call an operation: anybody at all, any person about their own account, or people of these roles. */
export interface Access {
  roles: readonly Role[]
  isPublic: boolean
  isOwn: boolean
}

"""
_ACCESS_TAIL = """\
} satisfies Record<string, Access>

export type OperationId = keyof typeof ACCESS
"""


def openapi() -> dict:
    """The OpenAPI document of the hub as it is in this checkout, without the address of any server."""
    from hub.app import create_app
    from hub.http.answers import dumps
    from hub.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        nowhere = {"redis_url": "redis://127.0.0.1:1/0", "database_url": "postgresql://nobody@127.0.0.1:1/none"}
        app = create_app(Settings.load({}, data_dir=Path(folder), **nowhere))
        document = json.loads(dumps(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].document()))
    document.pop("servers", None)
    return document


def access_table(document: dict) -> str:
    """`x-access` of each operation as a TypeScript module."""
    rules = {
        operation["operationId"]: operation["x-access"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    }
    # Every page loads it before all else: so each kind of access is written once, and named by each operation.
    kinds: dict[str, str] = {}
    lines = []
    for name, rule in sorted(rules.items()):
        roles = rule.get("roles", [])
        is_public, is_own = (str(rule.get(key, False)).lower() for key in ("public", "own"))
        kind = "PUBLIC" if rule.get("public") else "_".join([*["OWN"] * rule.get("own", False), *roles]).upper()
        quoted = ", ".join(f"'{role}'" for role in roles)
        kinds[kind] = f"const {kind}: Access = {{ roles: [{quoted}], isPublic: {is_public}, isOwn: {is_own} }}\n"
        lines.append(f"  {name}: {kind},\n")
    written = "".join(text for _, text in sorted(kinds.items()))
    return f"{_ACCESS_HEAD}{written}\nexport const ACCESS = {{\n{''.join(lines)}{_ACCESS_TAIL}"


def write(target: Path) -> None:
    """Write all three below `target`."""
    document = openapi()
    (target / TYPES).parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    (target / DOCUMENT).write_text(f"{text}\n", encoding="utf-8")
    (target / ACCESS).write_text(access_table(document), encoding="utf-8")
    generator = WEB / "node_modules/openapi-typescript/bin/cli.js"
    node = Path(sys.executable).with_name("node")
    if not generator.exists() or not node.exists():
        sys.exit("The packages of web/ are not installed: run `.venv/bin/python web/build.py` first.")
    command = [node, generator, target / DOCUMENT, "--output", target / TYPES, "--alphabetize"]
    subprocess.run(command, cwd=WEB, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Write the files, or with `--check` compare them."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        write(made)
        stale = [
            name
            for name in (DOCUMENT, TYPES, ACCESS)
            if not (WEB / name).exists() or (WEB / name).read_bytes() != (made / name).read_bytes()
        ]
        if "--check" in sys.argv[1:]:
            if stale:
                sys.exit(f"web/ knows another API than the hub has: {', '.join(stale)}. Run `make client`.")
            return
        for name in stale:
            shutil.copyfile(made / name, WEB / name)
            print(f"web/{name} written")


if __name__ == "__main__":
    main()
