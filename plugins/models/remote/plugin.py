"""A trained model that answers from elsewhere: cases go to a model server, its curves come back as they are."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, TypeVar

import httpx
import numpy as np

from hub.sdk import invocations
from hub.sdk.errors import ConfigError, TransientError
from hub.sdk.forecaster import Cases, Contributions, Curves, Observed, Progress
from hub.sdk.invocations import CONTRIBUTIONS, CURVES
from plugins.models.remote.endpoints import Endpoint, HttpEndpoint, SageMakerEndpoint

Answer = TypeVar("Answer", Curves, Contributions)


@dataclass(frozen=True, slots=True)
class Reference:
    """The model that is to answer: by tenant and id as the server knows them, and by its file's checksum, if known."""

    tenant: str = ""
    model: str = ""
    sha256: str = ""


class RemoteBackend:
    """One model behind an endpoint. It is not trained: train another backend, and serve that.

    Rows of an answer do not depend on each other, so a question too large for the endpoint is asked in parts.
    """

    slug = "remote"
    min_payments = sys.maxsize
    """No ledger is large enough to train it, so nothing that looks for a backend to train takes it."""

    endpoint: Endpoint | None = None
    """Where `load` finds the server; `behind` makes a class that has one."""

    def __init__(self, *, threads: int = 1, **reference: str) -> None:
        self.threads = threads  # taken as every backend does; the server has its own
        self.reference = Reference(**reference)

    @classmethod
    def over_http(cls, client: httpx.Client, address: str, token: str) -> type[Self]:
        """This backend, its models to be asked of a model server; the client bounds addresses, time and size."""
        return cls.behind(HttpEndpoint(client, address, token))

    @classmethod
    def over_sagemaker(cls, runtime: Any, name: str) -> type[Self]:
        """This backend, its models to be asked of a SageMaker endpoint by boto3's client `sagemaker-runtime`."""
        return cls.behind(SageMakerEndpoint(runtime, name))

    @classmethod
    def behind(cls, endpoint: Endpoint) -> type[Self]:
        """This backend, its models made or loaded to be asked at `endpoint`."""
        return type(cls.__name__, (cls,), {"endpoint": endpoint})

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Refused: raises ConfigError."""
        raise ConfigError("A remote model is not trained: train another backend, and have the model server serve it.")

    def predict(self, cases: Cases) -> Curves:
        """The server's curves. Raises TransientError, AuthError, RefusedError or ConfigError; see endpoints.py."""
        parts = self._ask(cases, CURVES, invocations.unpack_curves)
        if len(parts) == 1:
            return parts[0]
        if len({part.ends.shape[1] for part in parts}) > 1:
            raise TransientError("The model server answered parts of one question with curves of different lengths.")
        return Curves(
            ends=np.concatenate([part.ends for part in parts]), paid_by=np.concatenate([part.paid_by for part in parts])
        )

    def explain(self, cases: Cases) -> Contributions:
        """The server's contributions. Raises as `predict` does."""
        parts = self._ask(cases, CONTRIBUTIONS, invocations.unpack_contributions)
        if len({part.names for part in parts}) > 1:
            raise TransientError("The model server explained parts of one question by different features.")
        return replace(parts[0], values=np.concatenate([part.values for part in parts]))

    def dump(self) -> bytes:
        """Which model it is, as JSON; neither address nor token."""
        return json.dumps({"remote": asdict(self.reference)}).encode()

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        known = json.loads(data)
        names = known.get("remote") if isinstance(known, dict) else None
        if not isinstance(names, dict) or not all(isinstance(each, str) for each in names.values()):
            raise ValueError("a remote model says which model it is: {'remote': {'tenant', 'model', 'sha256'}}")
        try:
            return cls(**names)
        except TypeError as error:
            raise ValueError(f"not the name of a remote model: {error}") from error

    def _ask(self, cases: Cases, want: str, read: Callable[[bytes, int], Answer]) -> list[Answer]:
        if self.endpoint is None:
            raise ConfigError("No model server is configured, and this model answers from one.", "model_server_url")
        named = {"tenant": self.reference.tenant, "model": self.reference.model, "want": want}
        most = self.endpoint.most_cases
        answers = []
        for begin in range(0, len(cases), most):
            part = cases if len(cases) <= most else cases.take(_between(len(cases), begin, begin + most))
            body, said = self.endpoint.ask(invocations.pack_cases(part), named)
            self._check(said)
            try:
                answers.append(read(body, len(part)))
            except ValueError as error:
                raise TransientError(f"The model server's answer cannot be used: {error}.") from error
        return answers or [self._nothing(want)]

    def _check(self, said: dict[str, str]) -> None:
        wanted = self.reference
        for name, value in (("model", wanted.model), ("sha256", wanted.sha256)):
            if value and said.get(name) != value:
                raise ConfigError(
                    f"The model server answered with another model than was asked for: its {name} is "
                    f"{said.get(name, 'not said')[:80]}, not {value}.",
                    "model_server_url",
                )

    @staticmethod
    def _nothing(want: str) -> Any:
        if want == CURVES:
            return Curves(ends=np.zeros((0, 1), dtype=np.int32), paid_by=np.zeros((0, 1), dtype=np.float32))
        return Contributions(names=(), values=np.zeros((0, 0), dtype=np.float32))


def _between(count: int, begin: int, end: int) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    mask = np.zeros(count, dtype=bool)
    mask[begin:end] = True
    return mask
