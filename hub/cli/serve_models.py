"""`paypredict serve-models`: forecasts of trained models over HTTP, apart from the hub."""

import ipaddress
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.up import SERVER, check_port, environment
from hub.cli.worker import reachable
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.http.gateway import Gateway

THREADS = 2
"""Questions answered at a time; each takes a core and some 60 MB of work space, at its largest 600 MB."""
WAITING = 16
TRUST = "PAYPREDICT_MODEL_SERVER_TRUSTS_NETWORK"


@click.command(name="serve-models")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder, as given to `up`.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port to listen on.")
@click.option(
    "--model-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Serve the model files in this folder, without a database. Else the tenants' registries are served.",
)
@click.option(
    "--trust-network",
    is_flag=True,
    help="Answer without a token whoever reaches the port: only where something in front asks who is calling.",
)
def command(data: Path | None, host: str, port: int, model_dir: Path | None, trust_network: bool) -> None:
    """Serve trained models over HTTP by the contract of a SageMaker container, until Ctrl-C or SIGTERM.

    GET /ping is 200 when a model can be served; POST /invocations takes cases and answers with payment curves.
    Workers whose setting model_server_url names it forecast through it.

    \b
    PAYPREDICT_MODEL_SERVER_TOKEN=... paypredict serve-models
    paypredict serve-models --model-dir /opt/ml/model --host 0.0.0.0 --trust-network    # in SageMaker
    """
    folder = None if model_dir is None else str(model_dir.resolve())
    settings = Settings.load(data_dir=data, model_dir=folder)
    if not (settings.model_server_token or trust_network or _is_loopback(host)):
        raise click.UsageError(
            f"others can reach {host}: set PAYPREDICT_MODEL_SERVER_TOKEN, or --trust-network where something in front "
            "asks who is calling"
        )
    if not settings.model_dir:
        settings = reachable(settings)
    check_port(host, port)
    listen = ["--host", host, "--port", str(port), "--workers", "1"]
    target = ["--factory", "hub.cli.serve_models:application"]
    environ = {**environment(settings, os.environ), TRUST: "on" if trust_network else "off"}
    os.chdir(Path(__file__).resolve().parents[2])
    # In this one's place, so that whoever started it stops the server itself.
    os.execve(sys.executable, [sys.executable, "-m", "granian", *SERVER, *listen, *target], environ)  # noqa: S606


def application() -> "Gateway":
    """What granian serves: the model server as the environment describes it, behind the gateway for slow callers."""
    from hub import registry
    from hub.forecasting.model_store import ModelStore
    from hub.forecasting.serving import ModelServer
    from hub.forecasting.shelf import ModelFolder, ModelShelf, ModelSource
    from hub.forecasting.tenant_models import TenantModels
    from hub.http.gateway import Gateway, Patience
    from hub.storage.session import Storage
    from hub.telemetry import logs

    settings = Settings.load()
    logs.configure(settings)
    source: ModelSource
    if settings.model_dir:
        source = ModelFolder(Path(settings.model_dir))
    else:
        source = TenantModels(Storage(settings, pool_size=THREADS), ModelStore(settings.model_store))
    server = ModelServer(
        ModelShelf(source, registry.load(), settings.model_cache_bytes),
        token=settings.model_server_token,
        trusts_network=os.environ.get(TRUST) == "on",
        most_bytes=settings.model_server_max_bytes,
    )
    return Gateway(server, THREADS, Patience(waiting=WAITING, streams=THREADS))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
