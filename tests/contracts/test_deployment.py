"""The files that deploy and build us agree with the code: what no engine here can run is at least checked by hand."""

import re
import tomllib
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
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {Requirement(line).name for line in wanted} - pinned == set()
    for line in text.splitlines():
        assert re.fullmatch(r"==[\w.]+", str(Requirement(line).specifier)), line
