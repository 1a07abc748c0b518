"""`paypredict serve-models` as it is run: a process of its own, asked by the remote backend, stopped by a signal."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from hub import outbound
from hub.forecasting import engine
from hub.forecasting.days import to_date
from hub.forecasting.features import build_cases
from hub.forecasting.history import History
from hub.sdk.errors import AuthError, ConfigError, TransientError
from plugins.models.remote.plugin import RemoteBackend
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

PAYPREDICT = Path(sys.executable).with_name("paypredict")
TOKEN = "token-of-the-test"
LAST = FIRST_DAY + 280


class Served:
    """A running model server and the way to ask it."""

    def __init__(self, folder: Path, output: Path, *arguments: str, **environ: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.output = output
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PAYPREDICT_")}
        with output.open("w") as said:
            self.process = subprocess.Popen(
                [PAYPREDICT, "serve-models", "--model-dir", folder, "--port", str(self.port), *arguments],
                stdout=said,
                stderr=subprocess.STDOUT,
                env=kept | {"PAYPREDICT_MODEL_SERVER_TOKEN": TOKEN} | environ,
                cwd=output.parent,
            )

    def wait(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/ping", trust_env=False).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(self.output.read_text())

    def backend(self, token: str = TOKEN, **reference: str) -> RemoteBackend:
        client = outbound.client(allow_private=True, timeout=120, max_bytes=2**26)
        return RemoteBackend.over_http(client, self.address, token)(**{"model": "hazard"} | reference)


@contextmanager
def running(folder: Path, output: Path, *arguments: str, **environ: str):
    served = Served(folder, output, *arguments, **environ)
    try:
        served.wait()
        yield served
    finally:
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(30)


@pytest.fixture(scope="module")
def frame():
    return made_up_ledger(days=300, per_day=8)


@pytest.fixture(scope="module")
def model(frame):
    return engine.train(frame, to_date(LAST), XGBoostHazardBackend, XGBoostHazardBackend)


@pytest.fixture(scope="module")
def served(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    (folder / "hazard.model").write_bytes(engine.dump(model))
    with running(folder, folder.parent / "served.out") as found:
        yield found


@pytest.fixture(scope="module")
def cases(frame):
    known = frame.as_of(LAST, include_upcoming=True)
    rows = np.flatnonzero(known.is_open)
    return build_cases(History(known), rows, np.full(len(rows), LAST + 1, dtype=np.int32))


def test_curves_and_contributions_equal_the_local_ones_float_for_float(served, model, cases):
    backend = served.backend()
    found, wanted = backend.predict(cases), model.fitted.predict(cases)
    assert len(cases) > 100 and found.paid_by.dtype == wanted.paid_by.dtype == np.float32
    assert np.array_equal(found.ends, wanted.ends) and np.array_equal(found.paid_by, wanted.paid_by)
    told, meant = backend.explain(cases), model.fitted.explain(cases)
    assert told.names == meant.names and np.array_equal(told.values, meant.values)


def test_forecasts_and_reasons_are_the_same_whoever_computes_them(served, model, frame):
    backend = served.backend()
    backend.slug = model.fitted.slug
    apart = replace(model, fitted=backend)
    local, remote = (engine.forecast(each, frame, to_date(LAST)) for each in (model, apart))
    assert local.model == remote.model
    for name in ("row", "p_paid_by_due", "p_late30", "expected", "p10", "p50", "p90", "risk"):
        assert np.array_equal(getattr(local, name), getattr(remote, name)), name
    few = local.row[:20]
    assert engine.explain(apart, frame, to_date(LAST), few) == engine.explain(model, frame, to_date(LAST), few)


def test_wrong_token_and_unknown_model_are_refused(served, cases):
    with pytest.raises(AuthError):
        served.backend(token="another").predict(cases)
    with pytest.raises(ConfigError, match="no such model"):
        served.backend(model="gone").predict(cases)


def test_a_body_without_a_length_is_bounded_too(served):
    def endless():
        for _ in range(2_000):
            yield b"x" * 2**16

    # Refused before it was all sent: the answer may be lost with the connection.
    with suppress(httpx.TransportError):
        answer = httpx.post(
            f"{served.address}/invocations",
            content=endless(),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
            trust_env=False,
            timeout=60,
        )
        assert answer.status_code == 413
    assert httpx.get(f"{served.address}/ping", trust_env=False).status_code == 200


def test_it_refuses_to_be_reached_by_others_without_a_token(tmp_path):
    done = subprocess.run(
        [PAYPREDICT, "serve-models", "--model-dir", tmp_path, "--host", "0.0.0.0"],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("PAYPREDICT_")},
        check=False,
    )
    assert done.returncode == 2 and "PAYPREDICT_MODEL_SERVER_TOKEN" in done.stderr


def test_a_stopped_server_is_worth_another_try(model, cases, tmp_path):
    (tmp_path / "hazard.model").write_bytes(engine.dump(model))
    with running(tmp_path, tmp_path / "out") as served:
        backend = served.backend()
        assert len(backend.predict(cases).ends) == len(cases)
    assert served.process.returncode == 0
    with pytest.raises(TransientError):
        backend.predict(cases)
