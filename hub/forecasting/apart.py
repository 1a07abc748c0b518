"""Models served apart: where a model server is configured, a model's answers come from there; all else stays here."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

from hub.forecasting.engine import TrainedModel
from hub.forecasting.shelf import REMOTE
from hub.registry import Registry
from hub.sdk.errors import ConfigError
from hub.settings import Settings

TIMEOUT_S = 180
MOST_BYTES = 64 * 2**20
"""Of one answer: the curves of 20,000 invoices are some 11 MB."""
_SAGEMAKER = "sagemaker:"
_ADDRESS = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")


def answered_apart(
    model: TrainedModel, model_id: UUID, tenant: str, settings: Settings, plugins: Registry
) -> TrainedModel:
    """The model, asked at the configured model server; as it is where none is. Calibration and all else stay its own.

    Raises ConfigError where the address is none.
    """
    if not settings.model_server_url:
        return model
    fitted = _remote(settings, plugins.load(REMOTE))(tenant=tenant, model=str(model_id))
    fitted.slug = model.fitted.slug  # it is that model's forecast, wherever it is computed
    return replace(model, fitted=fitted)


def _remote(settings: Settings, backend: Any) -> Any:
    address = settings.model_server_url
    if address.startswith(_SAGEMAKER):
        return backend.over_sagemaker(_sagemaker(), address.removeprefix(_SAGEMAKER))
    if not _ADDRESS.fullmatch(address):
        raise ConfigError("name it as http://host:port, https://host or sagemaker:endpoint", "model_server_url")
    from hub import outbound

    client = outbound.client(allow_private=True, timeout=TIMEOUT_S, max_bytes=MOST_BYTES)
    return backend.over_http(client, address, settings.model_server_token)


def _sagemaker() -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise ConfigError("an endpoint of SageMaker needs paypredict[aws]", "model_server_url") from error
    # The work that asks is tried again as a whole.
    patience = Config(connect_timeout=5, read_timeout=TIMEOUT_S, retries={"max_attempts": 2, "mode": "standard"})
    return boto3.client("sagemaker-runtime", config=patience)
