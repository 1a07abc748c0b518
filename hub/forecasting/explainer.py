"""Reasons on demand: the API asks through Valkey, a worker that has the model loaded answers in some milliseconds.

docs/decisions/0006 says why it is not a job and why nothing is worked out in advance for all invoices.
"""

import logging
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from hub.errors import HubError, NotFoundError
from hub.forecasting.asking import QUEUE, REPLIES_KEPT_SECONDS
from hub.forecasting.model_store import ModelStore
from hub.forecasting.reasons import explain_cases
from hub.forecasting.registry import load_model
from hub.forecasting.shelf import Backends
from hub.registry import Registry
from hub.sdk.forecaster import Cases, ForecastBackend
from hub.sdk.invocations import pack_cases, unpack_cases
from hub.storage.session import Storage

log = logging.getLogger(__name__)

MOST_REASONS = 8
_MODELS_HELD = 8
_ID = 16

_CASES = text("""
    select r.id as run_id, r.model_id, r.as_of, b.cases from forecast_runs r
    join forecast_books b on b.run_id = r.id and :id between b.first_invoice_id and b.last_invoice_id
    where r.id = (select max(id) from forecast_runs) and b.cases is not null
""")


def pack_explained(ids: bytes, cases: Cases) -> bytes:
    """The cases of a part of the book, and in the same order the ids of their invoices, 16 bytes each."""
    return zlib.compress(len(cases).to_bytes(4, "big") + ids + pack_cases(cases), 1)


def find_case(data: bytes, invoice_id: UUID) -> Cases | None:
    """The case of one invoice out of what was packed; None where it is not in it. ValueError where it is damaged."""
    try:
        plain = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(f"The stored cases cannot be read: {error}") from error
    begin = 4 + _ID * int.from_bytes(plain[:4], "big")
    mine = np.frombuffer(plain[4:begin], dtype="V16") == np.frombuffer(invoice_id.bytes, dtype="V16")[0]
    return unpack_cases(plain[begin:]).take(mine) if mine.any() else None


class Explainer:
    """Answers what is asked, one question at a time, until it is told to stop."""

    def __init__(self, storage: Storage, store: ModelStore, plugins: Registry) -> None:
        self.storage, self.store = storage, store
        self._backends = Backends(plugins)
        self._models: OrderedDict[tuple[str, UUID], tuple[str, ForecastBackend]] = OrderedDict()

    def serve(self, redis: Redis, stop: threading.Event) -> None:
        """Answer questions until `stop` is set, whatever happens to Valkey in the meantime."""
        while not stop.is_set():
            try:
                asked = redis.brpop([QUEUE], timeout=1)
                if asked is not None:
                    self._answer(redis, orjson.loads(asked[1]))
            except RedisError:
                stop.wait(1.0)

    def explain(self, tenant: str, invoice_id: UUID) -> dict[str, Any]:
        """Why the newest run expects an invoice when it does. Raises NotFoundError where it did not forecast it."""
        with self.storage.tenant(tenant) as session:
            row = session.execute(_CASES, {"id": invoice_id}).one_or_none()
            case = None if row is None else find_case(bytes(row.cases), invoice_id)
            if row is None or case is None:
                raise NotFoundError("The newest forecast is not about this invoice.")
        backend, fitted = self._model(tenant, row.model_id)
        (found,) = explain_cases(fitted, case, MOST_REASONS)
        return {
            "run_id": row.run_id,
            "as_of": row.as_of,
            "model": backend,
            "difference_days": found.days,
            "other_days": found.other_days,
            "reasons": [asdict(reason) for reason in found.reasons],
        }

    def _model(self, tenant: str, model_id: UUID) -> tuple[str, ForecastBackend]:
        key = tenant, model_id
        if key not in self._models:
            model = load_model(partial(self.storage.tenant, tenant), self.store, model_id, self._backends)
            self._models[key] = model.backend, model.fitted
            while len(self._models) > _MODELS_HELD:
                self._models.popitem(last=False)
        self._models.move_to_end(key)
        return self._models[key]

    def _answer(self, redis: Redis, asked: Mapping[str, str]) -> None:
        try:
            answer = self.explain(asked["tenant"], UUID(asked["invoice_id"]))
        except NotFoundError as error:
            answer = {"not_found": error.detail}
        except (HubError, ValueError) as error:
            log.warning("an invoice cannot be explained: %s", error)
            answer = {"trouble": "The model or the features behind this forecast cannot be read."}
        # With the first wait over nobody listens any more.
        pipeline = redis.pipeline()
        pipeline.lpush(asked["reply"], orjson.dumps(answer))
        pipeline.expire(asked["reply"], REPLIES_KEPT_SECONDS)
        pipeline.execute()
